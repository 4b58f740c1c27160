"""The draw by jdraw/v1: freeze, sealed contributions, the court's secret, the order of three.

Whoever runs it cannot choose: the court's secrets are numbered, committed to beforehand and used
in order; the pool is frozen with a second person's approval; there is one attempt.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from accounts import services as accounts
from audit.kinds import Kind
from cases import services as cases
from kernel.access import Actor, Role, of_own_court
from kernel.clock import beijing_day
from kernel.errors import N_, InvalidInput
from kernel.formats import canonical, instant_text
from kernel.gates import GateClosed, Obstacle, pass_gate
from kernel.ids import new_id
from valuation.errors import DrawNotThere, DrawRunning, NotTheDrawClerk, StepNotOpen
from valuation.models import Contribution, CourtSecret, Draw, Valuation
from valuation.rules.drawing import ROLES, DrawState
from valuation.rules.selection import (
    Choice,
    Exclusion,
    ExclusionGround,
    draw_gate,
    exclusion_obstacles,
    pool_of,
)
from valuation.rules.stages import Stage, Step, move
from valuation.rules.transcript import read, redraw
from valuation.services.course import fix_order
from valuation.services.institutions import listed
from valuation.services.reading import (
    get_valuation,
    law_of,
    locked_valuation,
    rounds_of,
    situation_of,
    ways_out_of,
)
from valuation.services.seats import (
    begin_opening,
    is_due,
    locked_draw,
    record_draw,
    tell_seats,
)
from valuation.services.secret_numbers import free_secret, open_secret, take_secret

FREEZE_ACT: Final = "valuation.freeze"


class LeftOut(NamedTuple):
    """An institution left out of a pool. ``note``: what shows it; public, no personal data."""

    entry: str
    ground: ExclusionGround
    note: str = ""


def draw_obstacles(session: Session, valuation: Valuation, left_out: Sequence[LeftOut],
                   now: datetime, proposed_by: str = "") -> tuple[Obstacle, ...]:
    """Everything between this day and a lawful draw (REF-14, REF-16.2, REF-19.3, REF-19.5)."""
    exclusions = [Exclusion(one.entry, one.ground, proposed_by, None) for one in left_out]
    rounds = rounds_of(valuation)
    by_agreement = bool(valuation.orders) and valuation.orders[-1].draw_id is None
    return draw_gate(
        situation=situation_of(valuation), ways_out=ways_out_of(valuation),
        choice=Choice(term_ends_on=valuation.agree_by_on, party_missing=valuation.party_missing,
                      wish_a_draw=valuation.wish_a_draw,
                      agreed=by_agreement and not rounds[-1].is_exhausted),
        pool=pool_of([one.entry for one in listed(session, valuation)], exclusions),
        rounds=rounds, on=beijing_day(now), rules=law_of(session, valuation))


def propose_draw(session: Session, valuation_id: str, *, left_out: Sequence[LeftOut],
                 actor: Actor, now: datetime) -> Draw:
    """Propose the pool to be frozen; a second person must approve it (LOT-4, LOT-7).

    Raises:
        NotTheDrawClerk: the officer of the case, or somebody who is no draw clerk.
        GateClosed: the draw is not lawful yet; every obstacle is named.
        DrawRunning: this round's pool is proposed already.
        NoSecretLeft: no unused numbered secret of the court was committed beforehand.
        InvalidInput: an exclusion names nobody on the list.
    """
    valuation = locked_valuation(session, valuation_id)
    of_own_court(actor, valuation.court_id)
    case = cases.get_case(session, valuation.case_id)
    if not actor.may_act_as(Role.DRAW_CLERK) or actor.id == case.officer_id:
        raise NotTheDrawClerk
    entries = [one.entry for one in listed(session, valuation)]
    _refuse_strangers(left_out, entries)
    pass_gate(draw_obstacles(session, valuation, left_out, now, actor.id))
    if running_draw(valuation) is not None:
        raise DrawRunning
    attempt = 1 + sum(draw.frozen_at is not None for draw in valuation.draws)
    draw_id = new_id("draw")
    secret = take_secret(session, valuation.court_id, draw_id)
    exclusions = [{"entry": one.entry, "ground": str(one.ground), "note": one.note}
                  for one in left_out]
    draw = Draw(
        id=draw_id, court_id=valuation.court_id, case_id=valuation.case_id, attempt=attempt,
        state=DrawState.PROPOSED, secret_number=secret.number, proposed_by=actor.id,
        proposed_at=now, exclusions=exclusions, freeze={
            "algorithm": "jdraw/v1", "attempt": attempt, "draw_id": draw_id,
            "k": law_of(session, valuation).integer("reference_price.institutions"),
            "pool": list(pool_of(entries, [Exclusion(one.entry, one.ground, actor.id, None)
                                           for one in left_out])),
            "roles": list(ROLES),
            "court": {"name": accounts.get_court(session, valuation.court_id).name_zh,
                      "number": secret.number},
            "valuation": valuation.id, "field": valuation.field, "rules": valuation.rule_set,
            "excluded": [{"entry": one.entry, "ground": str(one.ground)} for one in left_out],
            "list_sha256": sha256(canonical(entries)).hexdigest()})
    valuation.draws.append(draw)
    session.flush()
    accounts.request_approval(
        session, court_id=draw.court_id, case_id=draw.case_id, act=FREEZE_ACT, subject=draw.subject,
        digest=digest_of(draw), needed=1, role=Role.SUPERVISOR, rule="LOT-7",
        url=f"/desk/draws/{draw_id}",
        summary=N_("冻结摇号名单：%(count)s 家机构，排除 %(excluded)s 家"),
        details={"count": len(draw.freeze["pool"]), "excluded": len(exclusions)},
        actor=actor, now=now)
    record_draw(session, draw, Kind.DRAW_PROPOSED, actor, {"digest": digest_of(draw)})
    return draw


def _refuse_strangers(left_out: Sequence[LeftOut], entries: Sequence[str]) -> None:
    wrong = {f"exclusions[{place}].entry": N_("只能排除名单中的机构，每家一次。")
             for place, one in enumerate(left_out)
             if one.entry not in entries or one.entry in [other.entry for other in left_out[:place]]}
    if wrong:
        raise InvalidInput(wrong, rule="LOT-7")


def digest_of(draw: Draw) -> str:
    """What the second person approves: the pool to the byte, and why others are left out."""
    return sha256(canonical({"freeze": draw.freeze, "exclusions": draw.exclusions})).hexdigest()


def running_draw(valuation: Valuation) -> Draw | None:
    """The draw of the present round that is proposed or under way; None if there is none."""
    return next((draw for draw in valuation.draws
                 if draw.state in (DrawState.PROPOSED, DrawState.SEALING, DrawState.OPENING)), None)


def note_freeze(session: Session, draw_id: str, *, now: datetime) -> bool:
    """Take over the second person's decision: frozen from here on, or sent back.

    A pool is sent back, too, if it is not what was approved to the byte, or if the draw has become
    unlawful since it was proposed (the parties have agreed in the meantime).
    """
    draw = locked_draw(session, draw_id)
    locked_valuation(session, draw.valuation_id)
    approval = accounts.approval_for(session, subject=draw.subject, act=FREEZE_ACT)
    if approval is None or not _freeze_is_due(session, draw, approval.state == "pending", now):
        return False
    approver = next(iter(approval.approver_ids), None)
    if approval.state != "approved" or approval.digest != digest_of(draw) \
            or not _is_lawful(session, draw, approver, now):
        draw.state = DrawState.REFUSED
        free_secret(session, draw.court_id, draw.secret_number)
        record_draw(session, draw, Kind.DRAW_REFUSED, "system", {"approval": approval.state})
        return True
    draw.state, draw.frozen_at = DrawState.SEALING, now
    draw.seal_by_at = now + timedelta(
        days=law_of(session, draw.valuation).days("reference_price.draw_sealing_days"))
    draw.valuation.stage = move(draw.valuation.stage, Step.FREEZE_DRAW).target
    draw.contributions = [Contribution(role=role) for role in ROLES]
    session.flush()
    record_draw(session, draw, Kind.DRAW_FROZEN, "system",
            {"freeze": draw.freeze, "seal_by": instant_text(draw.seal_by_at),
             "approved_by": list(approval.approver_ids)})
    tell_seats(session, draw, draw.seal_by_at, now)
    return True


def freezes_due(session: Session, now: datetime) -> list[str]:
    """Proposed draws on which the second person has decided, or which have become unlawful."""
    found = []
    for draw in session.scalars(select(Draw).where(Draw.state == DrawState.PROPOSED)).all():
        approval = accounts.approval_for(session, subject=draw.subject, act=FREEZE_ACT)
        if approval and _freeze_is_due(session, draw, approval.state == "pending", now):
            found.append(draw.id)
    return found


def _freeze_is_due(session: Session, draw: Draw, is_pending: bool, now: datetime) -> bool:
    return draw.state is DrawState.PROPOSED and not (
        is_pending and _is_lawful(session, draw, None, now))


def _is_lawful(session: Session, draw: Draw, approver: str | None, now: datetime) -> bool:
    """Whether the draw may still be frozen; the approver counts once there is one."""
    left_out = [LeftOut(one["entry"], ExclusionGround(one["ground"])) for one in draw.exclusions]
    try:
        move(draw.valuation.stage, Step.FREEZE_DRAW)
        pass_gate(draw_obstacles(session, draw.valuation, left_out, now))
        if approver is not None:
            pass_gate(exclusion_obstacles(
                [*draw.freeze["pool"], *(one.entry for one in left_out)],
                [Exclusion(one.entry, one.ground, draw.proposed_by, approver)
                 for one in left_out]))
    except (StepNotOpen, GateClosed):
        return False
    return True


def hold_due(session: Session, now: datetime) -> list[str]:
    """Draws whose next step is due: the sealing is over, or all that was sealed is open."""
    running = session.scalars(
        select(Draw).where(Draw.state.in_([DrawState.SEALING, DrawState.OPENING]))
        .options(selectinload(Draw.contributions))).all()
    return [draw.id for draw in running if is_due(draw, now)]


def hold_draw(session: Session, draw_id: str, *, now: datetime) -> Draw:
    """Do the next step of a draw that is due: begin the opening, or open the court's secret.

    The order follows from the freeze and what was opened; nobody decides anything here.
    """
    draw = locked_draw(session, draw_id)
    if draw.state not in (DrawState.SEALING, DrawState.OPENING) or not is_due(draw, now):
        return draw
    if draw.state is DrawState.SEALING:
        begin_opening(session, draw, now)
        return draw
    secret = session.get_one(CourtSecret, (draw.court_id, draw.secret_number))
    transcript = _transcript(draw, secret.commitment, open_secret(secret))
    transcript["result"] = redraw(read(transcript)).order or []
    draw.transcript, draw.state, draw.done_at = transcript, DrawState.DONE, now
    valuation = locked_valuation(session, draw.valuation_id)
    valuation.stage = move(valuation.stage, Step.HOLD_DRAW).target
    fix_order(valuation, transcript["result"], draw_id=draw.id, now=now)
    record_draw(session, draw, Kind.DRAW_DONE, "system", {"transcript": transcript})
    return draw


def _transcript(draw: Draw, commitment: str, secret: str) -> dict[str, Any]:
    return {
        "format": "jdraw/v1", "hash": "sha256", "freeze": draw.freeze, "beacon": "",
        "court": {**draw.freeze["court"], "commitment": commitment, "secret": secret},
        "contributions": [{"role": part.role, "commitment": part.commitment, "nonce": part.nonce}
                          for part in draw.contributions],
        "result": [],
    }


def get_draw(session: Session, draw_id: str) -> Draw:
    """One draw, proposed ones too.

    Raises:
        DrawNotThere: there is none.
    """
    draw = session.get(Draw, draw_id)
    if draw is None:
        raise DrawNotThere
    return draw


def public_draw(session: Session, draw_id: str) -> Draw:
    """A draw that the public may see: from the freeze on.

    Raises:
        DrawNotThere: there is none, or its pool is not frozen.
    """
    draw = get_draw(session, draw_id)
    if draw.frozen_at is None:
        raise DrawNotThere
    return draw


def draws_of_court(session: Session, court_id: str) -> Sequence[Draw]:
    """All draws of a court, newest first."""
    return session.scalars(
        select(Draw).where(Draw.court_id == court_id).order_by(Draw.proposed_at.desc(), Draw.id)
        .options(selectinload(Draw.contributions), selectinload(Draw.valuation))).all()


def to_draw(session: Session, court_id: str) -> Sequence[Valuation]:
    """Courses that come to a draw unless the parties agree before, and have no pool yet; the next first."""
    asked = session.scalars(
        select(Valuation).where(Valuation.court_id == court_id, Valuation.stage == Stage.APPOINTMENT,
                                Valuation.agree_by_on.is_not(None))
        .order_by(Valuation.agree_by_on, Valuation.id).options(selectinload(Valuation.draws))).all()
    return [one for one in asked if running_draw(one) is None]


def public_draws(session: Session, *, court_id: str | None = None,
                 most: int | None = None, behind: int = 0) -> Sequence[Draw]:
    """Draws the public may see: from the freeze on, newest first; of one court, or only so many.

    Args:
        behind: how many of the newest are passed over.
    """
    query = select(Draw).where(Draw.frozen_at.is_not(None))
    if court_id is not None:
        query = query.where(Draw.court_id == court_id)
    return session.scalars(
        query.order_by(Draw.frozen_at.desc(), Draw.id).limit(most).offset(behind)
        .options(selectinload(Draw.contributions), selectinload(Draw.valuation))).all()


def drawable(session: Session, valuation_id: str, actor: Actor) -> Valuation:
    """The course, for a page of its draw.

    Raises:
        NoSuchValuation: there is none.
        NotAllowed: staff of another court.
    """
    valuation = get_valuation(session, valuation_id)
    of_own_court(actor, valuation.court_id)
    return valuation


def transcript_of(draw: Draw) -> dict[str, Any]:
    """The jdraw/v1 transcript of a draw that was held.

    Raises:
        DrawNotThere: it was not held yet.
    """
    if draw.transcript is None:
        raise DrawNotThere
    return draw.transcript
