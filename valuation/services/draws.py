"""The draw by jdraw/v1: freeze, sealed contributions, the court's secret, the order of three.

Whoever runs it cannot choose: the court's secrets are numbered, committed to beforehand and used
in order; the pool is frozen with a second person's approval; there is one attempt.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import PartyRole
from kernel.access import Actor, Role, of_own_court
from kernel.clock import beijing_day
from kernel.errors import N_, InvalidInput, NotAllowed
from kernel.formats import canonical, instant_text
from kernel.gates import Obstacle, pass_gate
from kernel.ids import new_id
from kernel.vault import the_vault
from valuation.errors import AlreadySealed, DrawNotThere, NoSecretLeft, NothingSealed, PhraseDiffers
from valuation.models import Contribution, CourtSecret, Draw, Valuation
from valuation.rules import draw as rules
from valuation.rules.draw import SECRET_BYTES, HashName
from valuation.rules.drawing import ROLES, DrawState, nonce_of
from valuation.rules.selection import (
    Choice,
    Exclusion,
    ExclusionGround,
    Round,
    draw_gate,
    pool_of,
)
from valuation.rules.stages import Step, move
from valuation.rules.transcript import read, redraw
from valuation.services.course import (
    get_valuation,
    law_of,
    listed,
    order_of,
    situation_of,
    ways_out_of,
)

FREEZE_ACT: Final = "valuation.freeze"
SEALING_TERM: Final = timedelta(days=2)
OPENING_TERM: Final = timedelta(days=1)
"""How long each role has; terms of our own (LOT-5), the same for everybody, set at the freeze."""


def commit_secrets(session: Session, *, court_id: str, count: int, actor: Actor,
                   now: datetime) -> list[CourtSecret]:
    """Make the court's next numbered secrets and publish their commitments in the log."""
    of_own_court(actor, court_id)
    court = accounts.get_court(session, court_id)
    last = session.scalar(select(func.max(CourtSecret.number))
                          .where(CourtSecret.court_id == court_id)) or 0
    made = []
    for number in range(last + 1, last + count + 1):
        secret = secrets.token_bytes(SECRET_BYTES)
        commitment = rules.court_commitment(HashName.SHA256, court.name_zh, number, secret).hex()
        row = CourtSecret(court_id=court_id, number=number, commitment=commitment, committed_at=now,
                          secret_sealed=the_vault().seal({"secret": secret.hex()},
                                                         f"court_secrets:{court_id}/{number}"))
        session.add(row)
        made.append(row)
        audit.record(session, court_id=court_id, kind=Kind.SECRET_COMMITTED,
                     subject=f"court:{court_id}", actor=actor,
                     body={"court": court.name_zh, "number": number, "commitment": commitment})
    session.flush()
    return made


def secrets_of(session: Session, court_id: str) -> Sequence[CourtSecret]:
    """The numbered secrets of a court: commitments, and which draw used which."""
    return session.scalars(select(CourtSecret).where(CourtSecret.court_id == court_id)
                           .order_by(CourtSecret.number)).all()


def draw_obstacles(session: Session, valuation: Valuation, exclusions: Sequence[Exclusion],
                   now: datetime) -> tuple[Obstacle, ...]:
    """What stands between now and a lawful draw (REF-16.2)."""
    order = order_of(valuation)
    failed = frozenset(one.institution for one in valuation.commissions if one.failure is not None)
    return draw_gate(
        situation=situation_of(valuation), ways_out=ways_out_of(valuation),
        choice=Choice(term_ends_on=valuation.agree_by_on, party_missing=valuation.party_missing,
                      agreed=bool(valuation.agreed_order)),
        pool=pool_of([one.entry for one in listed(session, valuation)], exclusions),
        rounds=[Round(order, failed)] if order else [], on=beijing_day(now),
        rules=law_of(session, valuation))


def propose_draw(session: Session, valuation_id: str, *,
                 exclusions: Sequence[tuple[str, ExclusionGround]], actor: Actor,
                 now: datetime) -> Draw:
    """Propose the pool to be frozen; a second person must approve it (LOT-4, LOT-7).

    Raises:
        GateClosed: the draw is not lawful yet; every obstacle is named.
        NoSecretLeft: no unused numbered secret of the court was committed beforehand.
        InvalidInput: an exclusion names nobody on the list.
    """
    valuation = get_valuation(session, valuation_id)
    of_own_court(actor, valuation.court_id)
    entries = [one.entry for one in listed(session, valuation)]
    for place, (entry, _) in enumerate(exclusions):
        if entry not in entries:
            raise InvalidInput({f"exclusions[{place}]": N_("只能排除名单中的机构。")})
    out = [Exclusion(entry, ground, actor.id, None) for entry, ground in exclusions]
    pass_gate(draw_obstacles(session, valuation, out, now))
    secret = session.scalars(select(CourtSecret).where(
        CourtSecret.court_id == valuation.court_id, CourtSecret.draw_id.is_(None))
        .order_by(CourtSecret.number).limit(1).with_for_update()).first()
    if secret is None:
        raise NoSecretLeft
    draw_id = new_id("draw")
    secret.draw_id = draw_id
    court = accounts.get_court(session, valuation.court_id)
    attempt = len(valuation.draws) + 1
    pool = list(pool_of(entries, out))
    freeze = {
        "algorithm": "jdraw/v1", "attempt": attempt, "draw_id": draw_id,
        "k": law_of(session, valuation).integer("reference_price.institutions"),
        "pool": pool, "roles": list(ROLES),
        "court": {"name": court.name_zh, "number": secret.number},
        "valuation": valuation.id, "field": valuation.field,
        "excluded": [{"entry": entry, "ground": str(ground)} for entry, ground in exclusions],
        "list_sha256": sha256(canonical(entries)).hexdigest(),
    }
    draw = Draw(
        id=draw_id, court_id=valuation.court_id, case_id=valuation.case_id, attempt=attempt,
        state=DrawState.PROPOSED, freeze=freeze, secret_number=secret.number, proposed_by=actor.id,
        proposed_at=now, exclusions=[{"entry": entry, "ground": str(ground)}
                                     for entry, ground in exclusions])
    valuation.draws.append(draw)
    session.flush()
    accounts.request_approval(
        session, court_id=draw.court_id, case_id=draw.case_id, act=FREEZE_ACT, subject=draw.subject,
        digest=sha256(canonical(freeze)).hexdigest(), needed=1, role=Role.SUPERVISOR, rule="LOT-7",
        url=f"/draws/{draw_id}", summary=N_("冻结摇号名单：%(count)s 家机构，排除 %(excluded)s 家"),
        details={"count": len(pool), "excluded": len(exclusions)}, actor=actor, now=now)
    _record(session, draw, Kind.DRAW_PROPOSED, actor,
            {"freeze_sha256": sha256(canonical(freeze)).hexdigest()})
    return draw


def note_freeze(session: Session, draw_id: str, *, now: datetime) -> bool:
    """Take over the second person's decision: frozen from here on, or sent back."""
    draw = get_draw(session, draw_id)
    approval = accounts.approval_for(session, subject=draw.subject, act=FREEZE_ACT)
    if draw.state is not DrawState.PROPOSED or approval is None or approval.state == "pending":
        return False
    if approval.state != "approved":
        draw.state = DrawState.REFUSED
        session.get_one(CourtSecret, (draw.court_id, draw.secret_number)).draw_id = None
        _record(session, draw, Kind.DRAW_PROPOSED, "system", {"refused": True})
        return True
    draw.state, draw.frozen_at = DrawState.SEALING, now
    draw.seal_by_at = now + SEALING_TERM
    draw.open_by_at = now + SEALING_TERM + OPENING_TERM
    draw.valuation.stage = move(draw.valuation.stage, Step.FREEZE_DRAW).target
    draw.contributions = [Contribution(role=role, person_id=_person_of(session, draw, role))
                          for role in ROLES]
    _record(session, draw, Kind.DRAW_FROZEN, "system",
            {"freeze": draw.freeze, "seal_by": instant_text(draw.seal_by_at),
             "open_by": instant_text(draw.open_by_at), "approved_by": list(approval.approver_ids)})
    for part in draw.contributions:
        if part.person_id is not None:
            accounts.send_message(
                session, person_id=part.person_id, now=now, url=f"/draws/{draw.id}",
                text=N_("摇号名单已冻结。请在 %(until_at)s 前封存您的一句话，它会进入随机种子。"),
                details={"until_at": instant_text(draw.seal_by_at)})
    return True


def _person_of(session: Session, draw: Draw, role: str) -> str | None:
    if role == "observer":
        seen = accounts.people_with_role(session, draw.court_id, Role.SUPERVISOR)
        return seen[0].id if seen else None
    wanted = PartyRole.APPLICANT if role == "applicant" else PartyRole.RESPONDENT
    return next((party.person_id for party in cases.parties_of(session, draw.case_id)
                 if party.role is wanted and party.person_id), None)


def seal_contribution(session: Session, draw_id: str, *, phrase: str, actor: Actor,
                      now: datetime) -> Contribution:
    """Seal a role's phrase: only its commitment is kept, the phrase itself is forgotten here.

    Raises:
        NotAllowed: the actor holds no role in this draw.
        AlreadySealed: sealed before, or the time to seal is over.
    """
    draw = get_draw(session, draw_id)
    part = _own(draw, actor)
    if draw.state is not DrawState.SEALING or part.commitment is not None:
        raise AlreadySealed
    part.commitment = rules.contribution_commitment(
        HashName.SHA256, draw.id, part.role, nonce_of(phrase)).hex()
    part.sealed_at = now
    _record(session, draw, Kind.CONTRIBUTION_SEALED, actor,
            {"role": part.role, "commitment": part.commitment})
    if all(one.commitment is not None for one in draw.contributions):
        _begin_opening(session, draw, now)
    return part


def open_contribution(session: Session, draw_id: str, *, phrase: str, actor: Actor,
                      now: datetime) -> Contribution:
    """Open a sealed phrase once everybody has sealed, or the time to seal is over.

    Raises:
        NotAllowed: the actor holds no role in this draw.
        NothingSealed: not the time to open, or nothing was sealed.
        PhraseDiffers: it is not the phrase that was sealed.
    """
    draw = get_draw(session, draw_id)
    part = _own(draw, actor)
    if draw.state is not DrawState.OPENING or part.commitment is None or part.nonce is not None:
        raise NothingSealed
    nonce = nonce_of(phrase)
    found = rules.contribution_commitment(HashName.SHA256, draw.id, part.role, nonce).hex()
    if found != part.commitment:
        raise PhraseDiffers({"phrase": N_("这不是您当时封存的那句话，请逐字核对。")})
    part.nonce, part.opened_at = nonce.hex(), now
    _record(session, draw, Kind.CONTRIBUTION_OPENED, actor, {"role": part.role, "nonce": part.nonce})
    return part


def _begin_opening(session: Session, draw: Draw, now: datetime) -> None:
    draw.state, draw.open_by_at = DrawState.OPENING, now + OPENING_TERM
    _record(session, draw, Kind.CONTRIBUTIONS_CLOSED, "system",
            {"open_by": instant_text(draw.open_by_at)})


def hold_due(session: Session, now: datetime) -> list[str]:
    """Draws whose next step is due: the sealing is over, or all that was sealed is open."""
    running = session.scalars(select(Draw).where(
        Draw.state.in_([DrawState.SEALING, DrawState.OPENING]))).all()
    return [draw.id for draw in running if _is_due(draw, now)]


def _is_due(draw: Draw, now: datetime) -> bool:
    if draw.state is DrawState.SEALING:
        return draw.seal_by_at is not None and now >= draw.seal_by_at
    all_open = all(part.nonce is not None for part in draw.contributions if part.commitment is not None)
    return all_open or (draw.open_by_at is not None and now >= draw.open_by_at)


def hold_draw(session: Session, draw_id: str, *, now: datetime) -> Draw:
    """Do the next step of a draw that is due: begin the opening, or open the court's secret.

    The order follows from the freeze and what was opened; nobody decides anything here.
    """
    draw = get_draw(session, draw_id)
    if not _is_due(draw, now):
        return draw
    if draw.state is DrawState.SEALING:
        _begin_opening(session, draw, now)
        return draw
    secret = session.get_one(CourtSecret, (draw.court_id, draw.secret_number))
    opened = the_vault().open(secret.secret_sealed, f"court_secrets:{draw.court_id}/{secret.number}")
    transcript = _transcript(draw, secret.commitment, opened["secret"])
    transcript["result"] = redraw(read(transcript)).order or []
    draw.transcript, draw.state, draw.done_at = transcript, DrawState.DONE, now
    draw.valuation.stage = move(draw.valuation.stage, Step.HOLD_DRAW).target
    _record(session, draw, Kind.DRAW_DONE, "system", {"transcript": transcript})
    return draw


def _transcript(draw: Draw, commitment: str, secret: str) -> dict[str, Any]:
    return {
        "format": "jdraw/v1", "hash": "sha256", "freeze": draw.freeze, "beacon": "",
        "court": {**draw.freeze["court"], "commitment": commitment, "secret": secret},
        "contributions": [{"role": part.role, "commitment": part.commitment, "nonce": part.nonce}
                          for part in draw.contributions],
        "result": draw.freeze["pool"][: draw.freeze["k"]],
    }


def get_draw(session: Session, draw_id: str) -> Draw:
    """One draw.

    Raises:
        DrawNotThere: there is none.
    """
    draw = session.get(Draw, draw_id)
    if draw is None:
        raise DrawNotThere
    return draw


def draws_of_court(session: Session, court_id: str) -> Sequence[Draw]:
    """All draws of a court, newest first."""
    return session.scalars(select(Draw).where(Draw.court_id == court_id)
                           .order_by(Draw.proposed_at.desc())).all()


def public_draws(session: Session) -> Sequence[Draw]:
    """Draws the public may see: from the freeze on, newest first."""
    return session.scalars(select(Draw).where(Draw.frozen_at.is_not(None))
                           .order_by(Draw.frozen_at.desc())).all()


def proposed_draws(session: Session) -> Sequence[str]:
    """Draws whose pool waits for the second person."""
    return session.scalars(select(Draw.id).where(Draw.state == DrawState.PROPOSED)).all()


def transcript_of(draw: Draw) -> dict[str, Any]:
    """The jdraw/v1 transcript of a draw that was held.

    Raises:
        DrawNotThere: it was not held yet.
    """
    if draw.transcript is None:
        raise DrawNotThere
    return draw.transcript


def _own(draw: Draw, actor: Actor) -> Contribution:
    part = next((one for one in draw.contributions if one.person_id == actor.id), None)
    if part is None:
        raise NotAllowed
    return part


def _record(session: Session, draw: Draw, kind: Kind, actor: Actor | str,
            body: dict[str, object]) -> None:
    audit.record(session, court_id=draw.court_id, kind=kind, subject=draw.subject, actor=actor,
                 case_id=draw.case_id, body=body)
