"""The draw clerk's desk: draws, the court's numbered secrets, and a pool to propose."""

import re
from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from accounts import services as accounts
from cases import services as cases
from kernel import clock
from kernel.access import STAFF, Role, access, of_own_court, signed_in
from kernel.clock import beijing_day
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work
from valuation import services
from valuation.models import Draw
from valuation.rules.drawing import DrawState
from valuation.rules.selection import EXCLUSION_GROUNDS, ExclusionGround
from valuation.schemas import ProposalIn, SecretsIn
from valuation.services import LeftOut
from valuation.views.blueprint import back, desk, draw_desk, read_valuation, shown

_RUNNING = (DrawState.SEALING, DrawState.OPENING)


@draw_desk.get("")
@access(*STAFF)
def index() -> ResponseReturnValue:
    """The draws of the court, and its numbered secrets."""
    session, actor = db.session(), signed_in()
    found = services.draws_of_court(session, actor.court_id or "")
    numbers = services.secrets_of(session, actor.court_id or "")
    return render_template(
        "valuation/draw_desk.html", rows=_rows(found), coming=_coming(), numbers=numbers,
        left=sum(one.draw_id is None for one in numbers), draw_states={d.id: d for d in found},
        may_keep=actor.may_act_as(Role.DRAW_CLERK, Role.ADMINISTRATOR),
        groups=[(N_("等待核准"), [DrawState.PROPOSED]), (N_("进行中"), list(_RUNNING)),
                (N_("已有结果"), [DrawState.DONE, DrawState.REFUSED])])


def _coming() -> list[dict[str, Any]]:
    """Courses whose pool may be proposed, now or when the parties' term is over."""
    session, actor = db.session(), signed_in()
    found = services.to_draw(session, actor.court_id or "")
    numbers = cases.numbers_of(session, {one.case_id for one in found})
    things = cases.properties_among(session, {one.property_id for one in found})
    officers = cases.officers_of(session, {one.case_id for one in found})
    today = beijing_day(clock.now())
    return [{"valuation": one, "number": numbers[one.case_id], "property": things[one.property_id],
             "is_due": services.is_over_to_draw(one, today),
             "mine": actor.may_act_as(Role.DRAW_CLERK) and officers.get(one.case_id) != actor.id}
            for one in found]


def _rows(found: Sequence[Draw]) -> list[dict[str, Any]]:
    session = db.session()
    numbers = cases.numbers_of(session, {draw.case_id for draw in found})
    things = cases.properties_among(session, {draw.valuation.property_id for draw in found})
    return [{"draw": draw, "number": numbers[draw.case_id],
             "property": things[draw.valuation.property_id],
             "until_at": {DrawState.SEALING: draw.seal_by_at,
                          DrawState.OPENING: draw.open_by_at}.get(draw.state)} for draw in found]


@draw_desk.get("/<draw_id>")
@access(*STAFF)
def show(draw_id: str) -> ResponseReturnValue:
    """A pool as proposed, for the second person: who is in, who is out and why."""
    session = db.session()
    draw = services.get_draw(session, draw_id)
    of_own_court(signed_in(), draw.court_id)
    return render_template(
        "valuation/proposal.html", **_rows([draw])[0],
        proposer=accounts.names_of(session, {draw.proposed_by}).get(draw.proposed_by, ""),
        grounds={ground.value: (say(name), where.rule, where.article)
                 for ground, (name, where) in EXCLUSION_GROUNDS.items()})


@draw_desk.post("/secrets")
@access(Role.DRAW_CLERK, Role.ADMINISTRATOR)
def commit_secrets() -> ResponseReturnValue:
    """Make further numbered secrets; their commitments are public from now on."""
    form = Form(request.form)
    data = form.load(SecretsIn())
    actor = signed_in()
    with unit_of_work() as work:
        made = services.commit_secrets(work.session, court_id=actor.court_id or "",
                                       count=data["count"], actor=actor, now=clock.now())
        first, last = made[0].number, made[-1].number
    return back("/desk/draws#secrets", N_("已公布第 %(first)s 至 %(last)s 号密值的承诺。"),
                first=first, last=last)


@desk.route("/<valuation_id>/draw", methods=["GET", "POST"])
@access(Role.DRAW_CLERK)
def propose(valuation_id: str) -> ResponseReturnValue:
    """Put a pool together; everything that stands in the way is shown beside it."""
    session, actor, now = db.session(), signed_in(), clock.now()
    valuation = read_valuation(valuation_id)
    form = Form(request.form)
    listed = [one.entry for one in services.listed(session, valuation)]
    if request.method == "POST":
        with form.attempt():
            chosen = _left_out(form, listed)
            with unit_of_work() as work:
                draw_id = services.propose_draw(work.session, valuation_id, left_out=chosen,
                                                actor=actor, now=now).id
            return back(f"/desk/draws/{draw_id}", N_("名单已提出，等监督人员核准后冻结。"))
    failed = {one.institution for one in valuation.commissions if one.failure is not None}
    assumed = [LeftOut(entry, ExclusionGround.FAILED_HERE) for entry in listed if entry in failed]
    return render_template(
        "valuation/propose.html", form=form, valuation=valuation, listed=listed, failed=failed,
        case=services.case_of(session, valuation),
        property=cases.get_property(session, valuation.property_id),
        obstacles=shown(services.draw_obstacles(session, valuation, assumed, now)),
        running=services.running_draw(valuation),
        left=sum(one.draw_id is None for one in services.secrets_of(session, valuation.court_id)),
        grounds=[(ground.value, say(name)) for ground, (name, _) in EXCLUSION_GROUNDS.items()]), \
        form.status


def _left_out(form: Form, listed: list[str]) -> list[LeftOut]:
    """Read the boxes of the form: one ground and one note per institution of the list."""
    typed = form.values if not isinstance(form.values, MultiDict) else form.values.to_dict()
    places = [place for place in range(len(listed)) if typed.get(f"ground-{place}")]
    read = ProposalIn().load({"exclusions": [
        {"entry": listed[place], "ground": typed[f"ground-{place}"],
         "note": re.sub(r"\s+", " ", str(typed.get(f"note-{place}", ""))).strip()}
        for place in places]})
    return [LeftOut(one["entry"], one["ground"], one["note"]) for one in read["exclusions"]]
