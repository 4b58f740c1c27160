"""The doors of this domain."""

import cases.api.files
import cases.api.papers
import cases.api.third_parties
import cases.views.claims
import cases.views.desk
import cases.views.papers
import cases.views.parties
import cases.views.properties
import cases.views.third_parties  # noqa: F401 - these add their routes to the blueprints below
from cases.api.blueprint import api
from cases.api.mine import api as my_api
from cases.search import search
from cases.views import files, mine
from cases.views.blueprint import pages
from cases.work import work
from kernel.access import STAFF, Role
from kernel.domain import Domain, Room
from kernel.errors import N_

DOMAIN = Domain(
    name="cases",
    pages=(pages, mine.pages, files.pages),
    api=(api, my_api),
    work=work, search=search,
    rooms=(Room("/desk/cases", N_("案件"), "list", STAFF),
           Room("/my/cases", N_("我的案件"), "scale", frozenset({Role.PARTY}))),
)
