"""Lots on sale, bidders with codes, bids; exercise lots with seats.

Each function may be called inside a unit of work or outside one; outside, it opens its own.
A lot is drafted by the service; its way through panel, notices and the gate has tests of its own
and is passed by hand here, so that a test can begin with a sale that runs.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Court, Person
from auction.models import Attempt, Lot, Registration, Sale
from auction.rules.closing import GRACE
from auction.rules.disclosure import DisclosureItem
from auction.rules.lifecycle import LotState
from auction.rules.replay import lot_members
from auction.services import bidding, closing, drafting, exercises, registration
from auction.services.bidding import BidAnswer
from auction.services.reading import lock_sale, terms_of
from audit import services as audit
from audit.kinds import Kind
from kernel import clock
from kernel.access import Actor, Role
from ledger import services as ledger
from tests.factories.accounts import a_bidder, a_court, a_person, acting, the_actor
from tests.factories.cases import a_case, a_property, an_officer
from tests.factories.rights import in_force

OPENS_AT = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
CLOSES_AT = OPENS_AT + timedelta(hours=24)
PUBLISHED_AT = OPENS_AT - timedelta(days=35)
START_FEN = 2_010_000_00
STEP_FEN = 10_000_00
DEPOSIT_FEN = 200_000_00
REFERENCE_FEN = 2_680_000_00
A_MOMENT = timedelta(milliseconds=1)


def terms(**changes: Any) -> drafting.Terms:
    """The terms of a sale of 24 hours; ``changes`` replace members."""
    return drafting.Terms(**{
        "title": "东麓区观澜里8幢2单元1101室", "start_price_fen": START_FEN,
        "increment_fen": STEP_FEN, "deposit_fen": DEPOSIT_FEN, "opens_at": OPENS_AT,
        "closes_at": CLOSES_AT, "balance_days": 10,
        "priority_decision": "查无优先购买权人。", "enforcement_costs_fen": 1_500_000, **changes})


def a_lot_on_sale(session: Session, court: Court | None = None, *, officer: Actor | None = None,
                  published_at: datetime = PUBLISHED_AT, **changes: Any) -> Lot:
    """An announced lot: a seized flat with its facts, all eleven items disclosed."""
    court = court or a_court(session)
    officer = officer or an_officer(session, court)
    case = a_case(session, officer)
    found = a_property(session, case, officer, with_facts=True)
    with acting(session) as s:
        lot = drafting.draft_lot(s, property_id=found.id, terms=terms(**changes), actor=officer,
                                 now=published_at)
        said = {one.item for one in lot.sale.disclosures}
        for item in DisclosureItem:
            if item.value not in said:
                drafting.disclose(s, lot.id, item=item, text="没有其他应当公示的事项。",
                                  not_applicable_reason="", document_sha256=None, actor=officer)
        publish_by_hand(s, lot.sale, officer, published_at)
    return session.get_one(Lot, lot.id)


def publish_by_hand(session: Session, sale: Sale, officer: Actor, now: datetime) -> None:
    """Put a draft on sale without asking the gate; its leaf is written as ``publish`` would."""
    sale.state, sale.published_at = LotState.PUBLISHED, now
    sale.reference_price_fen = REFERENCE_FEN
    audit.record(session, court_id=sale.lot.court_id, kind=Kind.LOT_PUBLISHED, subject=sale.subject,
                 actor=officer, case_id=sale.lot.case_id,
                 body={"lot": lot_members(terms_of(sale)), "rule_set": sale.rule_set})


def registered(session: Session, lot: Lot, person: Person | None = None, *,
               now: datetime = OPENS_AT - timedelta(days=2)) -> Registration:
    """A bidder who registered and got the reference for the deposit."""
    person = person or a_bidder(session)
    sale = lot.sale
    with acting(session) as s:
        return registration.register_bidder(
            s, lot_id=lot.id, notices_version=sale.notices_version, is_barred=False,
            actor=the_actor(s, person), now=now)


def a_finance_officer(session: Session, court_id: str) -> Actor:
    return the_actor(session, a_person(session, Role.FINANCE, accounts.get_court(session, court_id)))


def paid(session: Session, found: Registration, person: Person, *,
         now: datetime = OPENS_AT - timedelta(days=1)) -> None:
    """The deposit has come from the bidder's own account."""
    lot = session.get_one(Lot, found.lot_id)
    pay(session, lot.court_id, found.reference or "", found.deposit_fen, person, now=now,
        book=ledger.Book.DEPOSITS)


def pay(session: Session, court_id: str, reference: str, amount_fen: int, person: Person, *,
        now: datetime, book: ledger.Book) -> None:
    """Money of this person has come under a reference."""
    finance = a_finance_officer(session, court_id)
    with acting(session) as s:
        ledger.book_credit(
            s, court_id=court_id, book=book, bank_line=f"B{secrets.token_hex(6)}", remark=reference,
            amount_fen=amount_fen, payer_name=accounts.identity_for_machine(s, person.id).name,
            received_at=now, actor=finance, now=now)


def a_code(session: Session, lot: Lot, person: Person | None = None, *,
           rank: int | None = None) -> tuple[Person, Registration]:
    """A bidder who registered, paid and was admitted; ``rank``: of a priority right."""
    person = person or a_bidder(session)
    if rank is not None:
        in_force(session, lot, person, rank, now=OPENS_AT - timedelta(days=3))
    found = registered(session, lot, person)
    paid(session, found, person)
    with acting(session) as s:
        registration.admit(s, found.id, now=OPENS_AT - timedelta(hours=12))
    return person, session.get_one(Registration, found.id)


def bid(session: Session, found: Registration, amount_fen: int, at: datetime, *,
        bid_id: str = "") -> BidAnswer:
    """A bid as the platform takes it up, received and judged at the same instant."""
    with acting(session) as s:
        return bidding.place_bid(s, registration=s.get_one(Registration, found.id),
                                 amount_fen=amount_fen, client_bid_id=bid_id or secrets.token_hex(8),
                                 received_at=at, now=at)


def attempts(session: Session, lot: Lot) -> list[Attempt]:
    return list(session.query(Attempt).filter_by(lot_id=lot.id).order_by(Attempt.position))


def closed(session: Session, lot: Lot, *, after: timedelta = GRACE) -> Sale:
    """The sale after the platform has closed it, ``after`` its end in force."""
    from auction.services.reading import end_in_force  # noqa: PLC0415 - only the closed are asked

    with acting(session) as s:
        now = end_in_force(lock_sale(s, lot.id)) + after
        closing.open_due(s, lot.id, now=now)
        closing.close_due(s, lot.id, now=now)
    return session.get_one(Sale, (lot.id, lot.sale.number))


def an_exercise(session: Session, officer: Actor, *, opens_at: datetime = OPENS_AT,
                closes_at: datetime = OPENS_AT + timedelta(minutes=5), seats: int = 2,
                window_seconds: int = 30, **changes: Any) -> tuple[Lot, list[exercises.Seat]]:
    """An exercise lot with codes K0001, K0002 … and their keys."""
    given: dict[str, Any] = {
        "title": "练习", "start_price_fen": 100_000_000, "increment_fen": 500_000,
        "whole_steps": False, "max_steps": None, **changes}
    with acting(session) as s:
        lot, found = exercises.open_exercise(
            s, opens_at=opens_at, closes_at=closes_at, extension_window_seconds=window_seconds,
            codes=[f"K{n:04d}" for n in range(1, seats + 1)], actor=officer,
            now=min(clock.now(), opens_at - timedelta(minutes=1)), **given)
        lot_id = lot.id
    return session.get_one(Lot, lot_id), found
