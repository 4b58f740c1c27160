"""Exercise lots: play money, shortened times, a log of their own, never in search or ledger.

A court rehearses a big sale with one; bidders practise with it. Nobody's identity is behind a
code: whoever holds its key bids under it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from accounts import services as accounts
from auction.errors import ExerciseFull, ExerciseTermsRefused, NotRunning, TooManyExercises
from auction.models import Lot, Registration, Sale
from auction.rules.lifecycle import LotState, Round
from auction.rules.replay import lot_members
from auction.rules.rival import Course, wants_to_bid
from auction.services.bidding import BidAnswer, place_bid
from auction.services.reading import attempts_of, end_in_force, lock_sale, minimum_of, terms_of
from auction.services.registration import (
    TAKES_REGISTRATIONS,
    free_code,
    give_code,
    person_digest,
)
from audit import services as audit
from audit.kinds import Kind
from kernel.access import SYSTEM, Actor
from kernel.errors import N_
from kernel.ids import new_id
from kernel.law import rule_set
from kernel.vault import the_vault

RULE_SET: Final = "exercise"
MOST_CODES: Final = 200
MOST_A_MINUTE: Final = 6
MOST_RUNNING: Final = 20
MOST_SHOWN: Final = 50
NEWEST: Final = 200
PRACTICE_SPAN: Final = timedelta(minutes=5)
PRACTICE_TITLE: Final = N_("练习标的：虚拟住宅一套")
RIVAL: Final = "rival"
"""What stands for the notices that a companion accepted: how its seat is known."""
RIVAL_CODE: Final = "R0001"


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in an exercise: the code it bids under and the key that proves it."""

    code: str
    key: str


def open_exercise(session: Session, *, title: str, start_price_fen: int, increment_fen: int,
                  opens_at: datetime, closes_at: datetime, extension_window_seconds: int,
                  codes: Sequence[str], whole_steps: bool, max_steps: int | None, actor: Actor,
                  now: datetime, court_id: str | None = None) -> tuple[Lot, list[Seat]]:
    """Open an exercise lot and seat the codes that were asked for.

    Args:
        court_id: whose exercise it is; left out, the actor's court.

    Raises:
        ExerciseTermsRefused: a time or window outside what an exercise may have.
    """
    law = rule_set(RULE_SET)
    least = law.span("bidding.min_time")
    fields = {}
    if closes_at - opens_at < least:
        fields["closes_at"] = N_("练习的竞价时间至少 %(least_seconds)s 秒。")
    if not 1 <= extension_window_seconds <= 300:  # the law's window is the most it may be
        fields["extension_window_seconds"] = N_("延时窗口应在 1 秒到 300 秒之间。")
    if len(set(codes)) != len(codes) or len(codes) > MOST_CODES:
        fields["codes"] = N_("竞买代码不能重复，最多 %(most)s 个。")
    if fields:
        raise ExerciseTermsRefused(fields, least_seconds=int(least.total_seconds()), most=MOST_CODES)
    lot = Lot(id=new_id("lot"), court_id=court_id or actor.court_id or "", title=title, is_exercise=True,
              created_by=actor.id, created_at=now)
    sale = Sale(
        lot_id=lot.id, number=1, round=Round.FIRST, state=LotState.PUBLISHED, rule_set=RULE_SET,
        start_price_fen=start_price_fen, increment_fen=increment_fen, deposit_fen=0,
        enforcement_costs_fen=0, unfiled_prior_fen=0,
        whole_steps=whole_steps, max_steps=max_steps,
        extension_window_seconds=extension_window_seconds, opens_at=opens_at,
        planned_closes_at=closes_at, closes_at=closes_at, balance_days=1, announcement={},
        special_notices={}, notices_version="exercise", priority_decision="", disclaims_quality=True,
        all_taxes_on_buyer=False,
        published_at=now, accepted=0, attempts=0, extensions=0, suspensions_over=0)
    lot.sales.append(sale)
    session.add(lot)
    session.flush()
    audit.record(session, court_id=lot.court_id, kind=Kind.LOT_PUBLISHED, subject=sale.subject,
                 actor=actor, body={"lot": lot_members(terms_of(sale))}, is_exercise=True)
    return lot, [_seat(session, sale, code, now) for code in codes]


def take_seat(session: Session, lot_id: str, *, now: datetime) -> Seat:
    """Give a visitor a random code in a running exercise.

    Raises:
        NotRunning: no exercise, or it has ended.
        ExerciseFull: every place is taken.
    """
    sale = lock_sale(session, lot_id)
    if not sale.lot.is_exercise or sale.state not in TAKES_REGISTRATIONS or now >= sale.closes_at:
        raise NotRunning
    taken = session.scalar(select(func.count(Registration.id)).where(
        Registration.lot_id == sale.lot_id, Registration.number == sale.number)) or 0
    if taken >= MOST_CODES:
        raise ExerciseFull(most=MOST_CODES)
    return _seat(session, sale, free_code(session, sale), now)


def _seat(session: Session, sale: Sale, code: str, now: datetime, *, accepts: str = "exercise"
          ) -> Seat:
    key = secrets.token_urlsafe(24)
    registration = Registration(
        id=new_id("reg"), lot_id=sale.lot_id, number=sale.number,
        person_digest=person_digest(sale, key), sealed_person=the_vault().seal(
            {"person": "exercise"}, f"exercise:{sale.subject}"),
        accepted_notices=accepts, accepted_at=now, deposit_fen=0)
    session.add(registration)
    give_code(session, sale, registration, code=code, now=now, identity=accounts.Identity(
        name="exercise", id_number="-", phone="-"))
    return Seat(code, key)


def running_exercises(session: Session, now: datetime) -> Sequence[Sale]:
    """Exercises in which one can still take a seat, the next to end first; among the ``NEWEST``."""
    # asked first by themselves: joined, a database may walk through all running sales instead
    newest = session.scalars(select(Lot.id).where(Lot.is_exercise)
                             .order_by(Lot.created_at.desc()).limit(NEWEST)).all()
    if not newest:
        return []
    return session.scalars(
        select(Sale).where(Sale.lot_id.in_(newest), Sale.state.in_(list(TAKES_REGISTRATIONS)),
                           Sale.closes_at > now)
        .options(selectinload(Sale.lot), selectinload(Sale.suspensions))
        .order_by(Sale.closes_at, Sale.lot_id).limit(MOST_SHOWN)).all()


def practice_lot(session: Session, *, actor: Actor | None, now: datetime) -> Lot:
    """Open a ready-made exercise for whoever wants to try: a flat, open at once, with a companion.

    Its window is that of ``config/rules/exercise.toml``. Without an actor the platform itself
    opens it, in the first court of the installation.

    Raises:
        TooManyExercises: too many were opened of late, or too many run.
    """
    lately = session.scalar(select(func.count(Lot.id)).where(
        Lot.is_exercise, Lot.created_at > now - timedelta(minutes=1))) or 0
    if lately >= MOST_A_MINUTE or len(running_exercises(session, now)) >= MOST_RUNNING:
        raise TooManyExercises
    window = rule_set(RULE_SET).span("bidding.extension_window")
    court_id = actor.court_id if actor is not None and actor.court_id else accounts.courts(session)[0].id
    lot, _ = open_exercise(
        session, title=PRACTICE_TITLE, start_price_fen=100_000_000, increment_fen=500_000,
        opens_at=now, closes_at=now + PRACTICE_SPAN,
        extension_window_seconds=int(window.total_seconds()), codes=(), whole_steps=False,
        max_steps=None, actor=actor or SYSTEM, now=now, court_id=court_id)
    _seat(session, lot.sale, RIVAL_CODE, now, accepts=RIVAL)
    return lot


def rival_of(session: Session, sale: Sale) -> str:
    """The code of an exercise's companion; empty where it has none."""
    found = _rival(session, sale) if sale.lot.is_exercise else None
    return found.code or "" if found is not None else ""


def _rival(session: Session, sale: Sale) -> Registration | None:
    return session.scalars(select(Registration).where(
        Registration.lot_id == sale.lot_id, Registration.number == sale.number,
        Registration.accepted_notices == RIVAL)).one_or_none()


def rival_turns(session: Session, now: datetime) -> list[str]:
    """Running exercises whose companion wants to bid now."""
    sales = {(sale.lot_id, sale.number): sale for sale in running_exercises(session, now)}
    rivals = session.scalars(select(Registration).where(
        Registration.lot_id.in_([lot_id for lot_id, _ in sales]), Registration.accepted_notices == RIVAL))
    found = {(one.lot_id, one.number): one for one in rivals}
    return [sale.lot_id for key, sale in sales.items()
            if key in found and wants_to_bid(_course(session, sale, found[key]), now)]


def take_rival_turn(session: Session, lot_id: str, *, now: datetime) -> BidAnswer | None:
    """The least sum for the companion of an exercise; None where somebody was quicker."""
    sale = lock_sale(session, lot_id)
    rival = _rival(session, sale)
    if rival is None or not wants_to_bid(_course(session, sale, rival), now):
        return None
    return place_bid(session, registration=rival, amount_fen=minimum_of(sale),
                     client_bid_id=secrets.token_hex(16), received_at=now, now=now)


def _course(session: Session, sale: Sale, rival: Registration) -> Course:
    bids = attempts_of(session, sale.lot_id, sale.number, accepted_only=True)
    own = [one for one in bids if one.code == rival.code]
    return Course(
        opens_at=sale.opens_at, closes_at=end_in_force(sale),
        window=timedelta(seconds=sale.extension_window_seconds),
        last_at=bids[-1].received_at if bids else None,
        leads=bool(bids) and bids[-1].code == rival.code,
        answered=sum(one.seq != 1 and not one.extended for one in own),
        has_extended=any(one.extended for one in own))
