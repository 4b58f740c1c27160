"""Rules whose home is a service, not a pure function: who is shown what, and when."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import Barred, NotRunning
from auction.rules.closing import GRACE
from auction.rules.lifecycle import LotState
from auction.services import closing, delivery, undecided
from auction.services.history import history_of
from auction.services.reading import shown_bid
from auction.services.registration import check_may_bid
from audit import services as audit
from cases import services as cases
from cases.rules.words import DocumentKind
from kernel.ids import new_bidder_code
from kernel.transactions import unit_of_work
from ledger import services as ledger
from tests.factories.accounts import a_bidder, acting, the_actor
from tests.factories.auction import (
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    attempts,
    bid,
    closed,
    pay,
    registered,
)
from tests.factories.cases import a_document
from tests.factories.lots import a_published_lot

MS = timedelta(milliseconds=1)


def test_registration_is_open_until_the_last_millisecond_of_the_bidding(session: Session) -> None:
    lot = a_lot_on_sale(session)
    assert registered(session, lot, now=CLOSES_AT - MS).reference
    with pytest.raises(NotRunning) as refusal:
        registered(session, lot, now=CLOSES_AT)
    assert refusal.value.rule == "AUC-18.1"


def test_a_code_says_nothing_of_who_or_when() -> None:
    codes = [new_bidder_code() for _ in range(200)]
    assert all(len(code) == 5 and code[0].isalpha() and code[1:].isdigit() for code in codes)
    assert len(set(codes)) > 190
    assert codes != sorted(codes)


def test_what_is_shown_of_a_bid_is_its_code_and_its_figures(session: Session) -> None:
    lot = a_lot_on_sale(session)
    person, found = a_code(session, lot)
    bid(session, found, START_FEN, OPENS_AT)
    shown = shown_bid(attempts(session, lot)[0])
    assert (shown["code"], shown["amount_fen"]) == (found.code, START_FEN)
    assert person.id not in str(shown)


def test_the_buyer_is_named_when_the_sale_has_ended_and_not_before(session: Session) -> None:
    lot = a_lot_on_sale(session)
    person, found = a_code(session, lot)
    _, other = a_code(session, lot)
    bid(session, other, START_FEN, OPENS_AT)
    bid(session, found, START_FEN + STEP_FEN, OPENS_AT + MS)
    assert lot.sale.delivery is None
    sale = closed(session, lot)
    assert sale.delivery is not None
    assert sale.delivery.buyer_name == accounts.identity_for_machine(session, person.id).name
    assert sale.delivery.price_fen == START_FEN + STEP_FEN
    assert ledger.payment(session, found.reference or "").state == "moved_to_price"
    assert ledger.payment(session, other.reference or "").state == "released"


def test_title_passes_when_the_ruling_reaches_the_buyer(session: Session) -> None:
    lot = a_lot_on_sale(session)
    person, found = a_code(session, lot)
    bid(session, found, START_FEN, OPENS_AT)
    sale = closed(session, lot)
    assert sale.delivery is not None
    officer = cases.get_case(session, lot.case_id or "").officer_id
    actor = the_actor(session, accounts.person(session, officer))
    now = CLOSES_AT + timedelta(days=2)
    pay(session, lot.court_id, sale.delivery.balance_reference or "", sale.delivery.balance_fen, person,
        now=now, book=ledger.Book.CASE_MONEY)
    with acting(session) as s:
        delivery.note_paid(s, lot.id, now=now)
    ruling = a_document(session, cases.get_case(session, lot.case_id or ""), actor,
                        title="拍卖成交裁定书", kind=DocumentKind.SALE_RULING)
    with acting(session) as s:
        delivery.issue_ruling(s, lot.id, document_id=ruling.id, actor=actor, now=now)
    assert sale.state == LotState.RULING_ISSUED
    with acting(session) as s:
        delivery.serve_ruling(s, lot.id, served_at=now, actor=actor, now=now)
    assert (sale.state, sale.delivery.ruling_served_at) == (LotState.TRANSFERRED, now)


def test_who_defaulted_may_not_register_again(session: Session) -> None:
    lot = a_lot_on_sale(session)
    person, found = a_code(session, lot)
    bid(session, found, START_FEN, OPENS_AT)
    buyer, other = the_actor(session, person), the_actor(session, a_bidder(session))
    sale = closed(session, lot)
    sale.state = LotState.DEFAULT
    check_may_bid(sale, other)
    with pytest.raises(Barred) as refusal:
        check_may_bid(sale, buyer)
    assert refusal.value.rule == "AUC-24.3"
    session.rollback()


def test_a_debt_paid_in_full_takes_the_lot_back_and_gives_the_deposits_back(session: Session) -> None:
    lot = a_lot_on_sale(session)
    _, found = a_code(session, lot)
    officer = cases.get_case(session, lot.case_id or "").officer_id
    with acting(session) as s:
        closing.withdraw(s, lot.id, ground="debt_paid", reason="被执行人已全部履行。",
                         actor=the_actor(s, accounts.person(s, officer)), now=OPENS_AT - MS)
    assert lot.sale.state == LotState.WITHDRAWN
    assert ledger.payment(session, found.reference or "").state == "released"


def test_a_suspension_says_why_in_the_public_history(session: Session) -> None:
    lot = a_lot_on_sale(session)
    officer = cases.get_case(session, lot.case_id or "").officer_id
    with acting(session) as s:
        closing.open_due(s, lot.id, now=OPENS_AT)
        closing.suspend(s, lot.id, ground="stayed", reason="案外人提出异议。", document_sha256=None,
                        actor=the_actor(s, accounts.person(s, officer)), now=OPENS_AT + MS)
    told = [leaf.body["reason"] for leaf in history_of(session, lot).leaves
            if leaf.kind == "lot.suspended"]
    assert told == ["案外人提出异议。"]


def test_the_announcement_uses_the_price_and_says_so_in_the_log(
        session: Session, at: Callable[[datetime], None]) -> None:
    sitting = a_published_lot(session, at)
    used = [leaf for leaf in audit.leaves_of_case(session, sitting.scene.case.id)
            if leaf.kind == "price.used"]
    assert [audit.body_of(leaf)["lot"] for leaf in used] == [sitting.lot_id]


def test_a_sale_does_not_close_while_a_bid_that_came_in_time_waits(session: Session) -> None:
    lot = a_lot_on_sale(session)
    _, found = a_code(session, lot)
    bid(session, found, START_FEN, OPENS_AT)
    late = CLOSES_AT + GRACE
    with undecided.waiting(lot.id, "somebody", CLOSES_AT - MS), unit_of_work() as work:
        assert closing.close_due(work.session, lot.id, now=late) is None
    with undecided.waiting(lot.id, "somebody", CLOSES_AT), unit_of_work() as work:
        assert closing.close_due(work.session, lot.id, now=late) is not None
