"""Who contributes to a draw: seats, sealed phrases and their opening.

A phrase is forgotten where it arrives. Kept are its commitment while it is sealed, and its nonce
(its SHA-256) once it is opened; neither phrase nor nonce stands in a log before that.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import PartyRole
from kernel.access import Actor, Role
from kernel.errors import N_, NotAllowed
from kernel.formats import instant_text
from valuation.errors import AlreadySealed, ContributionDiffers, DrawNotThere, NothingSealed
from valuation.models import Contribution, Draw
from valuation.rules.draw import HashName, contribution_commitment
from valuation.rules.drawing import DrawState, nonce_of
from valuation.services.reading import law_of

_SIDES = {"applicant": PartyRole.APPLICANT, "respondent": PartyRole.RESPONDENT}


def may_sit(session: Session, draw: Draw, role: str) -> frozenset[str]:
    """The persons of whom the first to seal takes the seat of a role.

    The accounts of that side, as they are linked now: a party who gets an account after the
    freeze still takes part. The observer is a supervisor of the court.
    """
    if role == "observer":
        return frozenset(one.id for one in accounts.people_with_role(
            session, draw.court_id, Role.SUPERVISOR))
    return frozenset(party.person_id for party in cases.parties_of(session, draw.case_id)
                     if party.role is _SIDES[role] and party.person_id)


def seat_of(session: Session, draw: Draw, person_id: str) -> Contribution | None:
    """The seat a person holds or may take in a frozen draw; None for everybody else."""
    taken = next((one for one in draw.contributions if one.person_id == person_id), None)
    return taken or next((one for one in draw.contributions if one.person_id is None
                          and person_id in may_sit(session, draw, one.role)), None)


def seal_contribution(session: Session, draw_id: str, *, phrase: str | None = None,
                      commitment: bytes | None = None, actor: Actor,
                      now: datetime) -> Contribution:
    """Seal a role's contribution; only its commitment is kept.

    Args:
        session: where to write.
        draw_id: which draw.
        phrase: a sentence whose SHA-256 is the nonce; it is forgotten here.
        commitment: instead of a phrase, for those who would rather not show it to the platform:
            the commitment of jdraw/v1 that they made themselves.
        actor: who takes the seat.
        now: when.

    Raises:
        NotAllowed: the actor has no seat in this draw.
        AlreadySealed: sealed before, or the time to seal is over.
    """
    draw = locked_draw(session, draw_id)
    part = _own(session, draw, actor)
    over = draw.state is not DrawState.SEALING or draw.seal_by_at is None or now >= draw.seal_by_at
    if over or part.commitment is not None:
        raise AlreadySealed
    if commitment is None:
        commitment = contribution_commitment(HashName.SHA256, draw.id, part.role,
                                             nonce_of(phrase or ""))
    part.person_id, part.commitment, part.sealed_at = actor.id, commitment.hex(), now
    record_draw(session, draw, Kind.CONTRIBUTION_SEALED, actor,
                {"role": part.role, "commitment": part.commitment})
    if all(one.commitment is not None for one in draw.contributions):
        begin_opening(session, draw, now)
    return part


def open_contribution(session: Session, draw_id: str, *, phrase: str | None = None,
                      nonce: bytes | None = None, actor: Actor, now: datetime) -> Contribution:
    """Open what was sealed, by the phrase or by the nonce behind one's own commitment.

    Raises:
        NotAllowed: the actor has no seat in this draw.
        NothingSealed: not the time to open, or nothing was sealed.
        ContributionDiffers: it is not what was sealed.
    """
    draw = locked_draw(session, draw_id)
    part = _own(session, draw, actor)
    over = draw.state is not DrawState.OPENING or draw.open_by_at is None or now >= draw.open_by_at
    if over or part.commitment is None or part.nonce is not None:
        raise NothingSealed
    field = "phrase" if nonce is None else "nonce"
    nonce = nonce_of(phrase or "") if nonce is None else nonce
    found = contribution_commitment(HashName.SHA256, draw.id, part.role, nonce).hex()
    if found != part.commitment:
        raise ContributionDiffers({field: N_("这与您当时封存的不符，请逐字核对。")})
    part.nonce, part.opened_at = nonce.hex(), now
    record_draw(session, draw, Kind.CONTRIBUTION_OPENED, actor,
                {"role": part.role, "nonce": part.nonce})
    return part


def begin_opening(session: Session, draw: Draw, now: datetime) -> None:
    """Close the sealing: what is not sealed now never enters."""
    draw.state = DrawState.OPENING
    draw.open_by_at = now + timedelta(
        days=law_of(session, draw.valuation).days("reference_price.draw_opening_days"))
    record_draw(session, draw, Kind.CONTRIBUTIONS_CLOSED, "system",
                {"open_by": instant_text(draw.open_by_at),
                 "sealed": [one.role for one in draw.contributions if one.commitment is not None]})
    _tell(session, draw, [one.person_id for one in draw.contributions if one.commitment is not None],
          N_("各方都已封存，请在 %(until_at)s 前开启您封存的那句话。"), draw.open_by_at, now)


def tell_seats(session: Session, draw: Draw, until_at: datetime, now: datetime) -> None:
    """Ask everyone who may sit to seal."""
    people = [person for one in draw.contributions
              for person in sorted(may_sit(session, draw, one.role))]
    _tell(session, draw, people,
          N_("摇号名单已冻结。请在 %(until_at)s 前封存您的一句话，它会进入随机种子。"), until_at, now)


def is_due(draw: Draw, now: datetime) -> bool:
    """Whether time or the contributors have brought about the next step of a frozen draw."""
    if draw.state is DrawState.SEALING:
        return draw.seal_by_at is not None and now >= draw.seal_by_at
    all_open = all(part.nonce is not None
                   for part in draw.contributions if part.commitment is not None)
    return all_open or (draw.open_by_at is not None and now >= draw.open_by_at)


def locked_draw(session: Session, draw_id: str) -> Draw:
    """A draw, held until the end of the transaction, so that sealing and closing never cross.

    Raises:
        DrawNotThere: there is none.
    """
    draw = session.scalars(select(Draw).where(Draw.id == draw_id).with_for_update()
                           .execution_options(populate_existing=True)).one_or_none()
    if draw is None:
        raise DrawNotThere
    session.expire(draw, ["contributions"])
    return draw


def record_draw(session: Session, draw: Draw, kind: Kind, actor: Actor | str,
                body: dict[str, object]) -> None:
    """The leaf of an act upon a draw."""
    audit.record(session, court_id=draw.court_id, kind=kind, subject=draw.subject, actor=actor,
                 case_id=draw.case_id, body=body)


def _tell(session: Session, draw: Draw, people: Sequence[str | None], text: str,
          until_at: datetime, now: datetime) -> None:
    for person_id in people:
        if person_id is not None:
            accounts.send_message(session, person_id=person_id, now=now, url=f"/draws/{draw.id}",
                                  text=text, details={"until_at": until_at})


def _own(session: Session, draw: Draw, actor: Actor) -> Contribution:
    part = seat_of(session, draw, actor.id)
    if part is None:
        raise NotAllowed
    return part
