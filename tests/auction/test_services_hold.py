"""Where the platform failed at the end, nobody wins: the sale is held, and two people let it go on."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.errors import AlreadyRequested
from auction import jobs
from auction.errors import BidWaited, ClockOff, NotRunning, StillConfirming
from auction.models import Lot, Registration, Result, Suspension
from auction.rules.bidding import Reason
from auction.rules.closing import FAULT_WORDS, GRACE, MOST_WAIT, Fault
from auction.rules.lifecycle import LotState
from auction.rules.replay import recompute
from auction.services import bidding, closing, holding, presence, undecided
from auction.services.bidding import Offer
from auction.services.presence import Presence
from auction.services.reading import end_in_force, replay_file
from auction.work import work as open_work
from audit import services as audit
from audit.kinds import Kind
from kernel import clock
from kernel.access import Actor, Role
from kernel.clock import beijing_day
from kernel.database import is_sqlite
from tests.factories.accounts import a_person, acting, sign_in, the_actor, with_csrf
from tests.factories.auction import (
    A_MOMENT,
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    attempts,
    bid,
)
from tests.factories.cases import an_officer

pytestmark = pytest.mark.both_databases

WINDOW = timedelta(minutes=5)
S = timedelta(seconds=1)
DUE = CLOSES_AT + GRACE


class Machine:
    """The clocks of the machines: the one that shows the time, the one that only counts, the database's."""

    def __init__(self, at: datetime) -> None:
        self.at = self.database_at = at
        self.counted_s = 1000.0

    def passes(self, span: timedelta) -> None:
        """Time goes by, for all of them alike."""
        self.at += span
        self.database_at += span
        self.counted_s += span.total_seconds()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    found = Machine(CLOSES_AT - timedelta(minutes=6))
    monkeypatch.setattr(clock, "machine_now", lambda: found.at)
    monkeypatch.setattr(clock, "now", lambda: found.at + clock.offset())
    monkeypatch.setattr(presence, "monotonic", lambda: found.counted_s)
    monkeypatch.setattr(presence, "_ask_the_time", lambda _session: found.database_at)
    return found


@pytest.fixture
def officer(session: Session) -> Actor:
    return an_officer(session)


@pytest.fixture
def lot(session: Session, officer: Actor) -> Lot:
    return a_lot_on_sale(session, accounts.get_court(session, officer.court_id or ""), officer=officer)


@pytest.fixture
def leader(session: Session, lot: Lot) -> Registration:
    _, found = a_code(session, lot)
    bid(session, found, START_FEN, OPENS_AT)
    return found


def until(machine: Machine, instant: datetime, *, every: timedelta = S, beats: bool = True) -> None:
    """Let the time come, with or without this process looking at it."""
    while machine.at < instant:
        machine.passes(min(every, instant - machine.at))
        if beats:
            jobs.be_present()


def begins_anew(app: Flask) -> Presence:
    """Another process in the place of the one before, which is gone."""
    found = app.extensions["presence"] = Presence()
    return found


def close(session: Session, lot: Lot, now: datetime) -> object:
    with acting(session) as s:
        return closing.close_due(s, lot.id, now=now)


def stop_of(session: Session, lot: Lot) -> Suspension:
    session.expire_all()
    return session.get_one(Lot, lot.id).sale.suspensions[-1]


def taken(session: Session, lot: Lot, found: Registration, amount_fen: int, received_at: datetime,
          now: datetime) -> object:
    with acting(session) as s:
        return bidding.take_bids(s, [Offer(lot.id, 1, s.get_one(Registration, found.id).person_digest,
                                           amount_fen, f"late-{amount_fen}", received_at)], now=now)[0]


def failed_at_the_end(app: Flask, session: Session, lot: Lot, machine: Machine,
                      away: timedelta = 6 * S) -> None:
    """For some seconds before the last ones nobody could bid; then another process finds the sale."""
    until(machine, CLOSES_AT - timedelta(seconds=20) - away - 2 * S)
    machine.passes(2 * S)
    jobs.be_present()
    machine.passes(away)
    begins_anew(app)
    jobs.be_present()
    until(machine, DUE, every=GRACE)
    jobs.sweep()
    session.expire_all()


def agreed(session: Session, lot: Lot, judge: Actor) -> None:
    asked = accounts.approval_for(session, subject=lot.sale.subject, act=holding.RESUME_ACT)
    assert asked is not None
    with acting(session) as s:
        accounts.decide_approval(s, asked.id, approve=True, actor=judge, now=clock.now())
    jobs.resume_agreed()
    session.expire_all()


@pytest.fixture
def judge(session: Session, officer: Actor) -> Actor:
    court = accounts.get_court(session, officer.court_id or "")
    return the_actor(session, a_person(session, Role.JUDGE, court))


class TestAHold:
    def test_nobody_wins_where_nobody_could_bid_and_the_reason_is_published(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine) -> None:
        failed_at_the_end(app, session, lot, machine)
        sale, stop = lot.sale, stop_of(session, lot)
        assert (sale.state, sale.result, sale.leader_code) == (LotState.SUSPENDED, None, leader.code)
        assert (stop.ground, stop.fault, stop.from_at) == ("system_fault", Fault.SILENCE, CLOSES_AT)
        (leaf,) = audit.leaves_of_subject(session, sale.subject, kind=Kind.LOT_SUSPENDED)
        body = audit.body_of(leaf)
        assert (body["ground"], body["fault"]) == ("system_fault", "silence")
        assert body["reason"] == FAULT_WORDS[Fault.SILENCE]
        assert not audit.leaves_of_subject(session, sale.subject, kind=Kind.LOT_CLOSED)
        jobs.sweep()
        assert session.scalars(select(Result)).all() == [], "a held sale is not swept"

    @pytest.mark.parametrize(("away", "state"), [
        (4 * S, LotState.SOLD), (5 * S, LotState.SOLD), (5 * S + A_MOMENT, LotState.SUSPENDED)])
    def test_five_seconds_are_borne_and_a_millisecond_more_is_not(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine,
            away: timedelta, state: LotState) -> None:
        failed_at_the_end(app, session, lot, machine, away)
        assert lot.sale.state == state

    def test_a_sale_whose_end_passed_while_nobody_was_there_is_held(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine) -> None:
        jobs.be_present()
        until(machine, CLOSES_AT + timedelta(minutes=10), every=timedelta(hours=2), beats=False)
        begins_anew(app)
        jobs.sweep()  # before it has ever said that it is there
        session.expire_all()
        assert (lot.sale.state, stop_of(session, lot).fault) == (LotState.SUSPENDED, Fault.SILENCE)

    @pytest.mark.parametrize(("silent", "state"), [(4 * S, LotState.SOLD), (23 * S, LotState.SUSPENDED)])
    def test_the_first_process_of_all_that_stood_still_before_its_first_sign_holds_the_sale(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine,
            silent: timedelta, state: LotState) -> None:
        """Seed 18182 of the simulation: nobody had ever said that he was there, so nobody was missed."""
        until(machine, DUE - silent, beats=False)
        begins_anew(app)
        until(machine, DUE, every=silent, beats=False)
        jobs.be_present()
        jobs.sweep()
        session.expire_all()
        assert lot.sale.state == state

    def test_a_sale_whose_bids_were_possible_throughout_is_closed_by_the_next_process(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine) -> None:
        until(machine, CLOSES_AT - timedelta(seconds=30))
        until(machine, CLOSES_AT + 4 * S)
        begins_anew(app)
        machine.passes(timedelta(minutes=10))
        jobs.sweep()
        session.expire_all()
        assert lot.sale.state == LotState.SOLD

    def test_a_walk_of_the_demo_clock_is_no_fault(
            self, session: Session, lot: Lot, leader: Registration, machine: Machine) -> None:
        jobs.be_present()
        machine.passes(S)
        clock.set_offset(timedelta(hours=3))
        assert not undecided.received(lot.id)
        jobs.sweep()
        jobs.be_present()
        session.expire_all()
        assert lot.sale.state == LotState.SOLD

    def test_a_clock_that_jumped_holds_the_sale(
            self, session: Session, lot: Lot, leader: Registration, machine: Machine) -> None:
        until(machine, CLOSES_AT - timedelta(minutes=1))
        machine.at += timedelta(milliseconds=104)  # its own measurement leaves room for a millisecond or two
        jobs.be_present()
        until(machine, DUE + S)
        jobs.sweep()
        session.expire_all()
        assert stop_of(session, lot).fault is Fault.CLOCK if is_sqlite() else not lot.sale.result

    def test_an_exercise_sells_nothing_and_is_not_held(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine) -> None:
        with acting(session) as s:
            s.get_one(Lot, lot.id).is_exercise = True
            audit.record(s, court_id=lot.court_id, kind=Kind.LOT_OPENED, subject="test", actor="system",
                         body={})
        failed_at_the_end(app, session, lot, machine)
        assert lot.sale.state == LotState.SOLD


class TestWhatComesLate:
    def test_a_bid_that_waited_ten_seconds_is_judged(
            self, session: Session, lot: Lot, leader: Registration) -> None:
        answer = taken(session, lot, leader, START_FEN + STEP_FEN, CLOSES_AT - S, CLOSES_AT - S + MOST_WAIT)
        assert isinstance(answer, bidding.BidAnswer)
        assert answer.decision.accepted

    def test_one_that_waited_longer_holds_its_sale_from_its_own_instant(
            self, app: Flask, session: Session, lot: Lot, leader: Registration) -> None:
        received_at = CLOSES_AT - S
        now = received_at + MOST_WAIT + A_MOMENT
        answer = taken(session, lot, leader, START_FEN + STEP_FEN, received_at, now)
        assert isinstance(answer, BidWaited)
        session.expire_all()
        stop = stop_of(session, lot)
        assert (lot.sale.state, stop.fault, stop.from_at) == (LotState.SUSPENDED, Fault.WAITED, received_at)
        assert len(attempts(session, lot)) == 1, "it was not judged"
        assert stop.cause_ended_on == beijing_day(now)
        assert close(session, lot, now) is None

    def test_its_hold_begins_later_than_every_bid_judged(
            self, session: Session, lot: Lot, leader: Registration) -> None:
        bid(session, leader, START_FEN + STEP_FEN, CLOSES_AT - S)
        taken(session, lot, leader, START_FEN + 2 * STEP_FEN, CLOSES_AT - 2 * S, CLOSES_AT + 9 * S)
        assert stop_of(session, lot).from_at == CLOSES_AT - S + A_MOMENT

    def test_younger_bids_of_the_same_batch_are_refused_as_suspended(
            self, session: Session, lot: Lot, leader: Registration) -> None:
        now = CLOSES_AT - S
        with acting(session) as s:
            digest = s.get_one(Registration, leader.id).person_digest
            old, young = bidding.take_bids(s, [
                Offer(lot.id, 1, digest, START_FEN + 2 * STEP_FEN, "old", now - MOST_WAIT - A_MOMENT),
                Offer(lot.id, 1, digest, START_FEN + STEP_FEN, "young", now)], now=now)
        assert isinstance(old, BidWaited)
        assert isinstance(young, bidding.BidAnswer)
        assert young.decision.reason is Reason.SUSPENDED

    def test_one_that_waited_since_before_the_sale_was_opened_opens_and_holds_it(
            self, session: Session, lot: Lot) -> None:
        _, found = a_code(session, lot)
        received_at = OPENS_AT + S
        answer = taken(session, lot, found, START_FEN, received_at, received_at + MOST_WAIT + A_MOMENT)
        assert isinstance(answer, BidWaited)
        stop = stop_of(session, lot)
        assert (lot.sale.state, stop.resumes_to) == (LotState.SUSPENDED, LotState.BIDDING)
        opened, held = (audit.leaves_of_subject(session, lot.sale.subject, kind=kind)
                        for kind in (Kind.LOT_OPENED, Kind.LOT_SUSPENDED))
        assert (len(opened), len(held)) == (1, 1)
        assert opened[0].index < held[0].index

    def test_nothing_is_called_late_while_a_bid_that_came_in_time_is_undecided(
            self, session: Session, lot: Lot, leader: Registration) -> None:
        with undecided.waiting(lot.id, leader.id, CLOSES_AT - A_MOMENT):
            answer = taken(session, lot, leader, START_FEN + STEP_FEN, CLOSES_AT, CLOSES_AT)
        assert isinstance(answer, NotRunning)
        assert len(attempts(session, lot)) == 1
        late = bid(session, leader, START_FEN + STEP_FEN, CLOSES_AT)
        assert late.decision.reason is Reason.CLOSED

    def test_nothing_is_called_late_of_a_sale_that_was_never_opened_as_nobody_was_there(
            self, app: Flask, session: Session, lot: Lot, machine: Machine) -> None:
        _, found = a_code(session, lot)
        machine.at = machine.database_at = OPENS_AT - S
        jobs.be_present()
        until(machine, CLOSES_AT + S, every=timedelta(hours=2), beats=False)
        answer = taken(session, lot, found, START_FEN, CLOSES_AT + S, CLOSES_AT + S)
        assert isinstance(answer, StillConfirming)
        jobs.sweep()
        session.expire_all()
        assert lot.sale.state == LotState.SUSPENDED

    def test_a_bid_that_waited_stops_no_sale_of_which_somebody_was_told_that_it_is_over(
            self, session: Session, lot: Lot, leader: Registration) -> None:
        """F17, seed 110: the stop would come after the end, and the sale stand still for nothing."""
        now = CLOSES_AT + 2 * S
        late = bid(session, leader, START_FEN + STEP_FEN, now)
        assert late.decision.reason is Reason.CLOSED
        received_at = CLOSES_AT - MOST_WAIT
        answer = taken(session, lot, leader, START_FEN + 2 * STEP_FEN, received_at, now)
        assert isinstance(answer, BidWaited)
        session.expire_all()
        assert (lot.sale.state, lot.sale.suspensions) == (LotState.BIDDING, [])

    def test_a_process_whose_clock_is_off_takes_no_bid(
            self, app: Flask, session: Session, lot: Lot, leader: Registration) -> None:
        presence.here().clock_off_ms = 100
        assert bid(session, leader, START_FEN + STEP_FEN, OPENS_AT + S).decision.accepted
        presence.here().clock_off_ms = -101
        answer = taken(session, lot, leader, START_FEN + 2 * STEP_FEN, OPENS_AT + 2 * S, OPENS_AT + 2 * S)
        assert isinstance(answer, ClockOff)
        assert len(attempts(session, lot)) == 2

    def test_a_clock_that_went_back_is_off_until_it_has_caught_up(
            self, session: Session, machine: Machine) -> None:
        jobs.be_present()
        machine.at -= timedelta(seconds=5)
        jobs.be_present()
        assert presence.here().clock_is_off
        machine.at += timedelta(seconds=5)
        jobs.be_present()
        assert not presence.here().clock_is_off


class TestGoingOn:
    def test_two_people_let_a_held_sale_go_on_with_at_least_five_minutes(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine,
            officer: Actor, judge: Actor) -> None:
        failed_at_the_end(app, session, lot, machine)
        machine.passes(timedelta(hours=20))
        with acting(session) as s:
            assert closing.resume(s, lot.id, actor=officer, now=clock.now()) is None
        jobs.resume_agreed()
        session.expire_all()
        assert str(lot.sale.state) == "suspended", "one alone does not"
        with pytest.raises(AlreadyRequested), acting(session) as s:
            closing.resume(s, lot.id, actor=officer, now=clock.now())
        machine.passes(S)
        agreed(session, lot, judge)
        assert lot.sale.state == LotState.BIDDING
        assert end_in_force(lot.sale) == clock.now() + WINDOW
        (leaf,) = audit.leaves_of_subject(session, lot.sale.subject, kind=Kind.LOT_RESUMED)
        assert audit.body_of(leaf)["signed_by"] == [officer.id, judge.id]
        again = bid(session, leader, START_FEN + STEP_FEN, clock.now() + S)
        assert again.decision.accepted
        jobs.be_present()
        until(machine, end_in_force(lot.sale) + GRACE)
        jobs.sweep()
        session.expire_all()
        assert (lot.sale.state, lot.sale.price_fen) == (LotState.SOLD, START_FEN + STEP_FEN)
        told = recompute(replay_file(session, lot.id, 1))
        assert [one["reason"] for one in told["decisions"]] == [one.reason for one in attempts(session, lot)]
        assert lot.sale.result is not None
        assert told["outcome"]["closed_at"][:19] == clock.beijing(lot.sale.result.closed_at).isoformat()[:19]

    def test_an_agreement_is_to_this_hold_and_to_no_later_one(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine,
            officer: Actor, judge: Actor) -> None:
        failed_at_the_end(app, session, lot, machine)
        with acting(session) as s:
            closing.resume(s, lot.id, actor=officer, now=clock.now())
        agreed(session, lot, judge)
        taken(session, lot, leader, START_FEN + STEP_FEN, clock.now(), clock.now() + MOST_WAIT + A_MOMENT)
        machine.passes(timedelta(minutes=1))
        jobs.resume_agreed()
        session.expire_all()
        assert (lot.sale.state, stop_of(session, lot).fault) == (LotState.SUSPENDED, Fault.WAITED)

    def test_what_a_person_suspended_one_person_lets_go_on(
            self, session: Session, lot: Lot, leader: Registration, officer: Actor) -> None:
        with acting(session) as s:
            closing.suspend(s, lot.id, ground="system_fault", reason="机房检修。", document_sha256=None,
                            actor=officer, now=OPENS_AT + S)
        with acting(session) as s:
            assert closing.resume(s, lot.id, actor=officer, now=OPENS_AT + 2 * S) == CLOSES_AT + S

    def test_the_court_has_five_days_and_its_desk_says_so(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine,
            officer: Actor) -> None:
        failed_at_the_end(app, session, lot, machine)
        (item,) = [one for one in open_work(session, clock.now()) if one.case_id == lot.case_id]
        assert (item.rule, item.person_id) == ("AUC-28.4", officer.id)
        assert item.due_at is not None
        assert beijing_day(item.due_at) - beijing_day(clock.now()) >= timedelta(days=5)
        with acting(session) as s:
            closing.resume(s, lot.id, actor=officer, now=clock.now())
        (item,) = [one for one in open_work(session, clock.now()) if one.case_id == lot.case_id
                   and one.url == f"/desk/lots/{lot.id}" and one.rule == "AUC-28.4"]
        assert item.person_id is None, "now it is the other one's turn"

    def test_a_held_sale_that_is_ended_asks_nobody_any_more(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine,
            officer: Actor) -> None:
        failed_at_the_end(app, session, lot, machine)
        with acting(session) as s:
            closing.resume(s, lot.id, actor=officer, now=clock.now())
        with acting(session) as s:
            closing.withdraw(s, lot.id, ground="debt_paid", reason="已清偿。", actor=officer, now=clock.now())
        asked = accounts.approval_for(session, subject=lot.sale.subject, act=holding.RESUME_ACT)
        assert asked is not None
        assert asked.state == "superseded"

    def test_the_pages_say_what_happened_and_who_must_agree(
            self, app: Flask, session: Session, lot: Lot, leader: Registration, machine: Machine,
            officer: Actor) -> None:
        failed_at_the_end(app, session, lot, machine)
        public = app.test_client().get(f"/lots/{lot.id}").text
        assert FAULT_WORDS[Fault.SILENCE] in public
        client = sign_in(app.test_client(), accounts.person(session, officer.id))
        page = client.get(f"/desk/lots/{lot.id}").text
        assert FAULT_WORDS[Fault.SILENCE] in page
        assert "提请恢复拍卖" in page
        answer = with_csrf(client).post(f"/desk/lots/{lot.id}/resume", follow_redirects=True)
        assert "须另一人同意后才恢复" in answer.text
