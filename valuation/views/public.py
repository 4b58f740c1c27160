"""The public pages of draws, with the doors through which the seats seal and open."""

from typing import Final

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from cases import services as cases
from kernel import clock
from kernel.access import access, current_actor, public, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.formats import print_json
from kernel.forms import Form
from kernel.languages import say
from kernel.transactions import unit_of_work
from valuation import services
from valuation.models import Draw
from valuation.rules import transcript
from valuation.rules.drawing import ROLE_NAMES, ROLES, DrawState
from valuation.rules.selection import EXCLUSION_GROUNDS
from valuation.schemas import LEAST_PHRASE, DrawsIn, SealIn, UnsealIn
from valuation.views.blueprint import back, draws

PAGE: Final = 30


@draws.get("")
@public
def index() -> ResponseReturnValue:
    """Draws whose pool is frozen, newest first, and every commitment of every court."""
    session = db.session()
    form = Form(request.args)
    page = form.sift(DrawsIn())["page"]
    reached = services.public_draws(session, most=PAGE + 1, behind=(page - 1) * PAGE)
    found, more = reached[:PAGE], len(reached) > PAGE
    things = cases.properties_among(session, {one.valuation.property_id for one in found})
    courts = {one.id: one for one in accounts.courts(session)}
    return render_template(
        "valuation/draws.html", form=form, draws=found, things=things,
        numbers_of=cases.numbers_of(session, {one.case_id for one in found}),
        courts=courts, page=page, more=more,
        numbers=[(courts[court_id], numbers)
                 for court_id, numbers in services.secrets_by_court(session).items()]), form.status


@draws.get("/<draw_id>")
@public
def show(draw_id: str) -> ResponseReturnValue:
    """One draw, from its frozen pool to the order, for anyone to recompute."""
    return page(services.public_draw(db.session(), draw_id))


def page(draw: Draw, form: Form | None = None) -> ResponseReturnValue:
    """The page, with the forms of a seat for whoever holds one."""
    session, actor = db.session(), current_actor()
    valuation = draw.valuation
    done = draw.state is DrawState.DONE
    number = next(one for one in services.secrets_of(session, draw.court_id)
                  if one.number == draw.secret_number)
    return render_template(
        "valuation/draw.html", draw=draw, valuation=valuation, number=number,
        court=accounts.get_court(session, draw.court_id),
        seat=services.seat_of(session, draw, actor.id) if actor else None,
        roles=[(role, say(ROLE_NAMES[role])) for role in ROLES],
        parts={one.role: one for one in draw.contributions},
        commissions={one.institution: one for one in valuation.commissions},
        grounds={ground.value: (say(name), where.rule, where.article)
                 for ground, (name, where) in EXCLUSION_GROUNDS.items()},
        redraw=transcript.redraw(transcript.read(services.transcript_of(draw))) if done else None,
        form=form or Form(), least=LEAST_PHRASE), form.status if form else 200


@draws.get("/<draw_id>/transcript.json")
@public
def download(draw_id: str) -> ResponseReturnValue:
    """The transcript, to the byte what ``flask valuation redraw`` reads."""
    draw = services.public_draw(db.session(), draw_id)
    body = print_json(services.transcript_of(draw)) + "\n"
    return Response(body, content_type="application/json; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{draw.id}.json"'})


@draws.post("/<draw_id>/seal")
@access()
def seal(draw_id: str) -> ResponseReturnValue:
    """Seal a phrase, or a commitment one made oneself."""
    form = Form(request.form)
    with form.attempt():
        data = form.load(SealIn())
        with unit_of_work() as work:
            services.seal_contribution(work.session, draw_id, **data, actor=signed_in(),
                                       now=clock.now())
        return back(f"/draws/{draw_id}", N_("已封存。请记住这句话，开启时要一字不差地再写一遍。"))
    return page(services.public_draw(db.session(), draw_id), form)


@draws.post("/<draw_id>/open")
@access()
def unseal(draw_id: str) -> ResponseReturnValue:
    """Open what one sealed."""
    form = Form(request.form)
    with form.attempt():
        data = form.load(UnsealIn())
        with unit_of_work() as work:
            services.open_contribution(work.session, draw_id, **data, actor=signed_in(),
                                       now=clock.now())
        return back(f"/draws/{draw_id}", N_("已开启。"))
    return page(services.public_draw(db.session(), draw_id), form)

