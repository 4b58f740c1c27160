"""A sale stopped, resumed, taken back; after the sale the price, the ruling and the hand-over."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import BalanceMissing, NotRunning, NotSold, StepNotAllowed
from auction.models import Lot, Registration, Result, Sale
from auction.rules.bidding import Reason
from auction.rules.closing import GRACE
from auction.rules.lifecycle import LotState
from auction.rules.replay import decision_members, read, replay
from auction.services import closing, delivery, publication, registration
from auction.services.reading import attempts_of, decision_of, end_in_force, outcome_of, replay_file
from auction.work import work as work_items
from audit import services as audit
from cases import services as cases
from cases.rules.words import PropertyStatus, ServiceWay
from kernel import clock
from kernel.clock import beijing_day, end_of_day, start_of_day
from kernel.domain import WorkItem
from kernel.errors import Filled, InvalidInput, NotAllowed
from kernel.transactions import unit_of_work
from ledger import services as ledger
from tests.factories import auction as bidders
from tests.factories.accounts import a_bidder, the_actor
from tests.factories.cases import a_document
from tests.factories.lots import (
    DEPOSIT_FEN,
    START_FEN,
    STEP_FEN,
    Sitting,
    a_draft,
    a_priced_scene,
    a_published_lot,
    a_ready_lot,
    decided,
)

Walk = Callable[[datetime], None]
MS = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)
WINDOW = timedelta(minutes=5)

pytestmark = pytest.mark.both_databases


def codes(session: Session, sitting: Sitting, count: int = 2) -> list[Registration]:
    """Bidders of this lot who registered, paid and were admitted."""
    found = []
    for _ in range(count):
        person = a_bidder(session)
        mine = bidders.registered(session, sitting.sale(session).lot, person, now=clock.now())
        bidders.paid(session, mine, person, now=clock.now())
        with unit_of_work() as work:
            registration.admit(work.session, mine.id, now=clock.now())
        found.append(session.get_one(Registration, mine.id))
    return found


def running(session: Session, at: Walk) -> tuple[Sitting, list[Registration]]:
    """A sale one hour after its beginning, with two codes."""
    sitting = a_published_lot(session, at)
    found = codes(session, sitting)
    at(sitting.sale(session).opens_at + HOUR)
    with unit_of_work() as work:
        closing.open_due(work.session, sitting.lot_id, now=clock.now())
    return sitting, found


def suspend(sitting: Sitting, ground: str = "postponed") -> None:
    with unit_of_work() as work:
        closing.suspend(work.session, sitting.lot_id, ground=ground, reason="当事人协商和解。",
                        document_sha256=None, actor=sitting.officer, now=clock.now())


def resume(sitting: Sitting) -> datetime:
    with unit_of_work() as work:
        ends_at = closing.resume(work.session, sitting.lot_id, actor=sitting.officer, now=clock.now())
    assert ends_at is not None
    return ends_at


def withdraw(sitting: Sitting) -> None:
    with unit_of_work() as work:
        closing.withdraw(work.session, sitting.lot_id, ground="settlement", reason="双方和解。",
                         actor=sitting.officer, now=clock.now())


def close(session: Session, sitting: Sitting) -> Sale:
    with unit_of_work() as work:
        closing.close_due(work.session, sitting.lot_id, now=clock.now())
    return sitting.sale(session)


def states_of(session: Session, sitting: Sitting) -> list[str]:
    """What became of each deposit, in the order of registration."""
    found = sorted(session.query(Registration).filter_by(lot_id=sitting.lot_id),
                   key=lambda one: one.accepted_at)
    return [str(ledger.payment(session, one.reference or "").state) for one in found]


class TestSuspension:
    def test_the_time_that_was_left_goes_on_after_a_suspension(
            self, session: Session, at: Walk) -> None:
        sitting, (first, second) = running(session, at)
        planned = sitting.sale(session).closes_at
        bidders.bid(session, first, START_FEN, clock.now())
        suspend(sitting)
        assert sitting.sale(session).state == LotState.SUSPENDED
        during = bidders.bid(session, second, START_FEN + STEP_FEN, clock.now() + HOUR)
        assert during.decision.reason is Reason.SUSPENDED
        at(clock.now() + 3 * HOUR)
        stopped_at = sitting.sale(session).suspensions[0].from_at
        ends_at = resume(sitting)
        sale = sitting.sale(session)
        assert ends_at == end_in_force(sale) == clock.now() + (planned - stopped_at)
        assert (sale.state, sale.leader_code) == (LotState.BIDDING, first.code)
        assert sale.closes_at == planned, "only a bid writes a new standing"

    def test_a_resumed_sale_has_at_least_a_whole_window(self, session: Session, at: Walk) -> None:
        sitting, _ = running(session, at)
        at(sitting.sale(session).closes_at)
        suspend(sitting)
        at(clock.now() + HOUR)
        assert resume(sitting) == clock.now() + WINDOW
        at(clock.now() + WINDOW - MS)
        assert close(session, sitting).state == LotState.BIDDING
        at(clock.now() + MS + GRACE)
        assert close(session, sitting).state == LotState.FAILED

    def test_after_its_end_a_sale_is_not_suspended(self, session: Session, at: Walk) -> None:
        sitting, _ = running(session, at)
        at(sitting.sale(session).closes_at + MS)
        with pytest.raises(NotRunning):
            suspend(sitting)
        assert sitting.sale(session).state == LotState.BIDDING

    def test_the_published_log_replays_to_the_stored_decisions_over_two_suspensions(
            self, session: Session, at: Walk) -> None:
        sitting, (first, second) = running(session, at)
        bidders.bid(session, first, START_FEN, clock.now())
        for number in (1, 2):
            at(clock.now() + HOUR)
            suspend(sitting)
            late = clock.now() + MS
            bidders.bid(session, second, START_FEN + number * STEP_FEN, late)
            at(clock.now() + HOUR)
            resume(sitting)
            bidders.bid(session, second, START_FEN + number * STEP_FEN, clock.now() - HOUR)
            at(clock.now() + MS)
            bidders.bid(session, first if number == 2 else second,
                        START_FEN + (number + 1) * STEP_FEN, clock.now())
        at(end_in_force(sitting.sale(session)) - MS)
        bidders.bid(session, second, START_FEN + 5 * STEP_FEN, clock.now())
        at(end_in_force(sitting.sale(session)) + GRACE)
        sale = close(session, sitting)
        assert (sale.state, sale.leader_code) == (LotState.SOLD, second.code)
        log = read(replay_file(session, sitting.lot_id, 1))
        found = replay(log)
        stored = [decision_of(one) for one in attempts_of(session, sitting.lot_id, 1)]
        assert [decision_members(one) for one in found.decisions] == [
            decision_members(one) for one in stored]
        assert found.outcome == outcome_of(sale)

    def test_the_court_has_five_days_once_the_cause_is_gone(self, session: Session, at: Walk) -> None:
        sitting, _ = running(session, at)
        suspend(sitting, "third_party_objection")
        (item,) = items_of(session, sitting)
        assert (item.due_at, item.rule, item.person_id) == (None, "AUC-28.4", sitting.officer.id)
        at(clock.now() + timedelta(days=2))
        today = beijing_day(clock.now())
        for on in (today + timedelta(days=1), today - timedelta(days=3)):
            with pytest.raises(InvalidInput), unit_of_work() as work:
                closing.note_cause_ended(work.session, sitting.lot_id, ended_on=on,
                                         actor=sitting.officer, now=clock.now())
        with unit_of_work() as work:
            closing.note_cause_ended(work.session, sitting.lot_id, ended_on=today,
                                     actor=sitting.officer, now=clock.now())
        (item,) = items_of(session, sitting)
        assert item.due_at is not None
        assert item.due_at >= end_of_day(today + timedelta(days=5))

    def test_only_the_officer_in_charge_stops_a_sale(self, session: Session, at: Walk) -> None:
        sitting, _ = running(session, at)
        for act in (lambda s: closing.suspend(s, sitting.lot_id, ground="other", reason="x",
                                              document_sha256=None, actor=sitting.judges[0],
                                              now=clock.now()),
                    lambda s: closing.withdraw(s, sitting.lot_id, ground="other", reason="x",
                                               actor=sitting.judges[0], now=clock.now())):
            with pytest.raises(NotAllowed), unit_of_work() as work:
                act(work.session)


class TestNoSale:
    def test_a_withdrawn_lot_says_so_and_gives_the_deposits_back(
            self, session: Session, at: Walk) -> None:
        sitting = a_published_lot(session, at)
        codes(session, sitting, 1)
        bidders.registered(session, sitting.sale(session).lot, now=clock.now() + MS)
        withdraw(sitting)
        sale = sitting.sale(session)
        assert sale.state == LotState.WITHDRAWN
        assert sale.result is not None
        assert (sale.result.outcome, sale.result.reason) == ("withdrawn", "双方和解。")
        assert states_of(session, sitting) == ["released", "lapsed"]
        found = cases.get_property(session, sitting.scene.flat.id)
        assert found.status is PropertyStatus.PRICED

    def test_a_running_sale_is_suspended_before_it_is_ended_for_good(
            self, session: Session, at: Walk) -> None:
        sitting, (first, _second) = running(session, at)
        bidders.bid(session, first, START_FEN, clock.now())
        with pytest.raises(StepNotAllowed):
            withdraw(sitting)
        suspend(sitting)
        at(clock.now() + HOUR)
        withdraw(sitting)
        sale = sitting.sale(session)
        assert (sale.state, sale.delivery) == (LotState.CLOSED_NO_SALE, None)
        assert states_of(session, sitting) == ["released", "released"]
        leaf = next(one for one in audit.leaves_of_subject(session, sitting.subject)
                    if one.kind == "lot.withdrawn")
        assert set(audit.body_of(leaf)) >= {"reason", "ground", "suspension"}

    def test_a_lot_without_a_bid_fails_and_says_so(self, session: Session, at: Walk) -> None:
        sitting, _ = running(session, at)
        at(sitting.sale(session).closes_at + GRACE)
        sale = close(session, sitting)
        assert sale.state == LotState.FAILED
        assert session.get_one(Result, (sitting.lot_id, 1)).outcome == "failed"
        assert states_of(session, sitting) == ["released", "released"]
        (item,) = items_of(session, sitting)
        assert item.rule == "AUC-26.2"
        with pytest.raises(NotSold), unit_of_work() as work:
            delivery.hand_over(work.session, sitting.lot_id, note="x", actor=sitting.officer,
                               now=clock.now())


def sold(session: Session, at: Walk) -> tuple[Sitting, Registration]:
    """A lot sold to the second bidder."""
    sitting, (first, second) = running(session, at)
    bidders.bid(session, first, START_FEN, clock.now())
    at(clock.now() + MS)
    bidders.bid(session, second, START_FEN + STEP_FEN, clock.now())
    at(sitting.sale(session).closes_at + GRACE)
    close(session, sitting)
    return sitting, second


def pay_balance(session: Session, sitting: Sitting) -> None:
    found = sitting.sale(session).delivery
    assert found is not None
    buyer = accounts.person(session, found.buyer_person_id)
    bidders.pay(session, sitting.scene.court.id, found.balance_reference or "", found.balance_fen,
                buyer, now=clock.now(), book=ledger.Book.CASE_MONEY)
    with unit_of_work() as work:
        assert delivery.note_paid(work.session, sitting.lot_id, now=clock.now())


class TestDelivery:
    def test_ruling_service_and_hand_over_follow_the_price_each_in_its_term(
            self, session: Session, at: Walk) -> None:
        sitting, _winner = sold(session, at)
        sale = sitting.sale(session)
        assert sale.delivery is not None
        assert sale.delivery.balance_fen == START_FEN + STEP_FEN - DEPOSIT_FEN
        paper = a_document(session, sitting.scene.case, sitting.officer, title="成交裁定书")

        def rule() -> None:
            with unit_of_work() as work:
                delivery.issue_ruling(work.session, sitting.lot_id, document_id=paper.id,
                                      actor=sitting.officer, now=clock.now())

        with pytest.raises(BalanceMissing):
            rule()
        at(clock.now() + timedelta(days=3))
        pay_balance(session, sitting)
        (item,) = items_of(session, sitting)
        assert (item.rule, item.person_id) == ("AUC-25.3", sitting.officer.id)
        assert item.due_at is not None
        assert item.due_at >= end_of_day(beijing_day(clock.now()) + timedelta(days=10))
        with pytest.raises(StepNotAllowed):
            self._serve(sitting)
        rule()
        at(clock.now() + HOUR)
        for wrong in (clock.now() + MS, clock.now() - 2 * HOUR):
            with pytest.raises(InvalidInput):
                self._serve(sitting, at=wrong)
        with pytest.raises(InvalidInput):
            self._serve(sitting, way=ServiceWay.PUBLIC_NOTICE)
        self._serve(sitting, way=ServiceWay.ELECTRONIC)
        sale = sitting.sale(session)
        assert sale.delivery is not None
        assert (sale.state, sale.delivery.ruling_served_at) == (LotState.TRANSFERRED, clock.now())
        buyer = the_actor(session, accounts.person(session, sale.delivery.buyer_person_id))
        assert cases.readable_file(session, paper.sha256, buyer).id == paper.id
        (item,) = items_of(session, sitting)
        assert item.due_at is not None
        assert item.due_at >= end_of_day(beijing_day(clock.now()) + timedelta(days=15))
        with unit_of_work() as work:
            delivery.hand_over(work.session, sitting.lot_id, note="买受人到场签收钥匙。",
                               actor=sitting.officer, now=clock.now())
        assert sitting.sale(session).state == LotState.HANDED_OVER
        assert items_of(session, sitting) == []

    def test_a_ruling_may_be_served_in_the_minute_in_which_it_was_made(
            self, session: Session, at: Walk) -> None:
        sitting, _winner = sold(session, at)
        pay_balance(session, sitting)
        paper = a_document(session, sitting.scene.case, sitting.officer, title="成交裁定书")
        at(clock.now().replace(second=12))
        issued_at = clock.now()
        with unit_of_work() as work:
            delivery.issue_ruling(work.session, sitting.lot_id, document_id=paper.id,
                                  actor=sitting.officer, now=issued_at)
        at(issued_at + timedelta(seconds=20))
        typed_at = issued_at.replace(second=0, microsecond=0)
        with pytest.raises(InvalidInput):
            self._serve(sitting, at=typed_at - MS)
        self._serve(sitting, at=typed_at)
        found = sitting.sale(session).delivery
        assert found is not None
        assert found.ruling_served_at == issued_at

    @staticmethod
    def _serve(sitting: Sitting, *, way: ServiceWay = ServiceWay.IN_PERSON,
               at: datetime | None = None) -> None:
        with unit_of_work() as work:
            delivery.serve_ruling(work.session, sitting.lot_id, way=way, served_at=at or clock.now(),
                                  actor=sitting.officer, now=clock.now())


def items_of(session: Session, sitting: Sitting) -> list[WorkItem]:
    """What this lot waits for on its own floor."""
    session.rollback()
    return [item for item in work_items(session, clock.now())
            if item.url == f"/desk/lots/{sitting.lot_id}"]


class TestWork:
    def test_every_term_of_a_lot_can_be_walked_to(self, session: Session, at: Walk) -> None:
        scene = a_priced_scene(session, at)
        session.rollback()
        (start,) = work_items(session, clock.now())
        assert start.url == f"/desk/lots/new?property={scene.flat.id}"
        assert start.rule == "REF-30"
        assert start.due_at is not None
        assert start.due_at >= end_of_day(beijing_day(clock.now()) + timedelta(days=10))
        sitting = a_draft(session, scene)
        (draft,) = items_of(session, sitting)
        assert (draft.rule, draft.due_at) == ("REF-30", start.due_at)
        decided(session, sitting)
        (notices,) = items_of(session, sitting)
        assert isinstance(notices.details["step"], Filled)
        assert notices.details["step"].details == {"count": 2}

    def test_a_sale_that_was_announced_and_taken_back_leaves_nothing_overdue(
            self, session: Session, at: Walk) -> None:
        sitting = a_published_lot(session, at)
        withdraw(sitting)
        at(clock.now() + timedelta(days=60))
        session.rollback()
        begin = next(item for item in work_items(session, clock.now())
                     if item.url == f"/desk/lots/new?property={sitting.scene.flat.id}")
        assert (begin.person_id, begin.due_at) == (sitting.officer.id, None)

    def test_a_draft_that_was_taken_back_before_anybody_saw_it_keeps_no_term(
            self, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        withdraw(sitting)
        session.rollback()
        (begin,) = work_items(session, clock.now())
        assert begin.due_at is not None

    def test_the_wait_after_the_notices_ends_when_the_announcement_may_appear(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        may_publish_at = clock.now()
        at(may_publish_at - MS)
        (wait,) = items_of(session, sitting)
        assert (wait.due_at, wait.roles) == (may_publish_at, frozenset())
        assert may_publish_at == start_of_day(beijing_day(may_publish_at))
        at(may_publish_at)
        (act,) = items_of(session, sitting)
        assert (act.rule, act.person_id) == ("REF-30", sitting.officer.id)
        with unit_of_work() as work:
            publication.publish(work.session, sitting.lot_id, actor=sitting.officer, now=clock.now())
        (opens,) = items_of(session, sitting)
        assert opens.due_at == sitting.sale(session).opens_at
        at(opens.due_at)
        with unit_of_work() as work:
            closing.open_due(work.session, sitting.lot_id, now=clock.now())
        (closes,) = items_of(session, sitting)
        assert closes.due_at == sitting.sale(session).closes_at
        assert session.get_one(Lot, sitting.lot_id).sale.state == LotState.BIDDING
