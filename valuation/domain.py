"""The doors of this domain."""

from flask import Flask

import valuation.views.appraisal
import valuation.views.course
import valuation.views.drawing
import valuation.views.institutions
import valuation.views.mine
import valuation.views.papers
import valuation.views.public  # noqa: F401 - these add their routes to the blueprints below
from kernel.access import STAFF, Role
from kernel.domain import Domain, Room
from kernel.errors import N_
from kernel.languages import say
from valuation.api.draws import api as draws_api
from valuation.api.draws import institutions_api
from valuation.api.valuations import api, commissions_api
from valuation.commands import valuation_commands
from valuation.jobs import JOBS
from valuation.views.blueprint import desk, draw_desk, draws, institution_desk, mine
from valuation.work import work


def setup(app: Flask) -> None:
    """Names of sub-lists in the reader's language; ``say`` leaves alone what it does not know."""
    app.jinja_env.filters["say"] = say


DOMAIN = Domain(
    name="valuation",
    pages=(desk, draw_desk, institution_desk, draws, mine),
    api=(api, commissions_api, draws_api, institutions_api),
    jobs=JOBS,
    commands=(valuation_commands,),
    work=work,
    rooms=(Room("/desk/valuations", N_("参考价"), "scale",
                STAFF - {Role.FINANCE}),
           Room("/desk/draws", N_("摇号"), "draw",
                frozenset({Role.DRAW_CLERK, Role.SUPERVISOR, Role.AUDITOR})),
           Room("/desk/institutions", N_("评估机构"), "users",
                frozenset({Role.DRAW_CLERK, Role.ADMINISTRATOR})),
           Room("/my/commissions", N_("评估委托"), "file", frozenset({Role.INSTITUTION}))),
    setup=setup,
)
