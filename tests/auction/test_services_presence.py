"""Several processes at one end: each says how far it has decided, and the row is the fence."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction import jobs
from auction.models import Lot, Registration, Result, Worker
from auction.rules.closing import GRACE, LEASE, MOST_CLOCK_MS, Fault
from auction.rules.lifecycle import LotState, Round
from auction.services import closing, holding, presence, undecided
from auction.services.presence import Presence
from auction.services.reading import end_in_force
from audit import services as audit
from audit.kinds import Kind
from kernel import clock
from kernel.database import db
from kernel.transactions import unit_of_work
from tests.factories.accounts import acting
from tests.factories.auction import (
    A_MOMENT,
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    bid,
    closed,
)
from tests.factories.cases import an_officer

S = timedelta(seconds=1)
both = pytest.mark.both_databases


@pytest.fixture
def on_postgres(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite there is one process only")


@pytest.fixture
def lot(session: Session) -> Lot:
    return a_lot_on_sale(session)


@pytest.fixture
def leader(session: Session, lot: Lot) -> Registration:
    _, found = a_code(session, lot)
    bid(session, found, START_FEN, OPENS_AT)
    return found


def at_the_end(after: timedelta) -> None:
    """Put the platform's clock so long after the end; from there it goes by itself."""
    clock.begin(CLOSES_AT + after - (clock.now() - clock.offset()))


def another(session: Session, low_water_at: datetime, *, lease: timedelta = LEASE, clock_off_ms: int = 0,
            left: bool = False) -> None:
    """A second process as it was heard of last."""
    now = clock.machine_now()
    with acting(session) as s:
        s.add(Worker(id="worker_other", started_at=now, seen_at=now, lease_until=now + lease,
                     low_water_at=low_water_at, clock_off_ms=clock_off_ms,
                     walked_ms=clock.offset() // A_MOMENT, left_at=now if left else None,
                     inversions=0, inversion_alarms=0, inversion_most_ms=0))


def swept(session: Session, lot: Lot) -> LotState:
    jobs.sweep()
    session.expire_all()
    return LotState(session.get_one(Lot, lot.id).sale.state)


@both
def test_a_mark_never_runs_ahead_of_a_bid_in_hand(session: Session, at: Callable[[datetime], None]) -> None:
    at(CLOSES_AT)
    assert undecided.low_water() == CLOSES_AT - GRACE
    with undecided.waiting("lot_a", "one", CLOSES_AT - S), undecided.waiting("lot_b", "two", CLOSES_AT):
        assert undecided.low_water() == CLOSES_AT - S
    with undecided.waiting("lot_a", "one", CLOSES_AT - GRACE + A_MOMENT):
        assert undecided.low_water() == CLOSES_AT - GRACE


@both
def test_a_bid_that_takes_its_place_while_the_mark_is_made_is_not_passed_by(
        session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was stamped just before; the clock is read before the places are looked at."""
    places = []

    def reads_the_clock() -> datetime:
        places.append(undecided.waiting("lot_a", "one", CLOSES_AT - GRACE))
        places[0].__enter__()
        return CLOSES_AT

    monkeypatch.setattr(clock, "now", reads_the_clock)
    assert undecided.low_water() == CLOSES_AT - GRACE
    places[0].__exit__(None, None, None)


@both
def test_the_close_waits_for_the_mark_of_another_process(
        on_postgres: None, session: Session, lot: Lot, leader: Registration) -> None:
    at_the_end(S)
    another(session, CLOSES_AT - A_MOMENT)
    assert swept(session, lot) == LotState.BIDDING
    with acting(session) as s:
        s.get_one(Worker, "worker_other").low_water_at = CLOSES_AT
    assert swept(session, lot) == LotState.SOLD


@both
def test_a_process_that_died_at_the_end_holds_the_sale_and_one_that_left_does_not(
        on_postgres: None, session: Session, lot: Lot, leader: Registration) -> None:
    at_the_end(S)
    another(session, CLOSES_AT - S, lease=-A_MOMENT, left=True)
    with acting(session) as s:
        s.get_one(Worker, "worker_other").left_at = None
    assert swept(session, lot) == LotState.SUSPENDED
    assert session.get_one(Lot, lot.id).sale.suspensions[0].fault is Fault.LOST


@both
def test_nobody_waits_for_or_misses_a_process_that_left_in_good_order(
        on_postgres: None, session: Session, lot: Lot, leader: Registration) -> None:
    at_the_end(S)
    other = Presence()
    with acting(session) as s:
        other.write(s, other.sign(s))
    with acting(session) as s:
        s.get_one(Worker, other.id).low_water_at = CLOSES_AT - A_MOMENT
    assert swept(session, lot) == LotState.BIDDING
    with acting(session) as s:
        other.leave(s)
    assert swept(session, lot) == LotState.SOLD


@both
def test_a_process_whose_clock_is_off_holds_the_sale_and_closes_none(
        on_postgres: None, session: Session, lot: Lot, leader: Registration) -> None:
    at_the_end(S)
    presence.here().clock_off_ms = MOST_CLOCK_MS + 1
    assert swept(session, lot) == LotState.BIDDING, "it does not know whose time has come"
    presence.here().clock_off_ms = 0
    another(session, clock.now(), clock_off_ms=MOST_CLOCK_MS + 1)
    assert swept(session, lot) == LotState.SUSPENDED


@both
def test_a_process_measures_its_clock_by_the_databases(
        on_postgres: None, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.be_present()
    assert not presence.here().clock_is_off
    machine_now = clock.machine_now
    monkeypatch.setattr(clock, "machine_now", lambda: machine_now() + timedelta(milliseconds=600))
    jobs.be_present()
    assert presence.here().clock_off_ms > MOST_CLOCK_MS


@both
def test_a_look_by_a_clock_that_jumped_and_is_right_again_promises_nothing(
        session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seed 40964 of the simulation: it promised an hour ahead, and turned every bid of that hour away."""
    jobs.be_present()
    looked_at = undecided.looked_at
    monkeypatch.setattr(undecided, "looked_at", lambda: looked_at() + timedelta(hours=1))
    sign = presence.here().sign(session)
    monkeypatch.undo()
    presence.here().write(session, sign)
    assert session.get_one(Worker, presence.here().id).low_water_at < clock.now()
    assert presence.here().why_closed(clock.now()) is None


@both
def test_the_only_process_writes_seldom_and_several_write_every_time(
        session: Session, app: Flask) -> None:
    written: list[str] = []
    event.listen(db.engine, "before_cursor_execute",
                 lambda _c, _cursor, sql, *_: written.append(sql) if " workers" in sql.lower()
                 and not sql.lstrip().lower().startswith("select") else None)
    for _ in range(4):
        jobs.be_present()
    assert sum("insert" in sql.lower() for sql in written) == 1
    updates = sum("update" in sql.lower() for sql in written)
    assert updates == (0 if db.engine.dialect.name == "sqlite" else 3)


class Closers:
    """Eight of them: one stands still before its transactions, one inside of one with the row locked."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.inside, self.go_on, self.over = threading.Event(), threading.Event(), threading.Event()
        self.won: list[str] = []
        self.faults: list[BaseException] = []

    def run(self) -> None:
        zombie, first = self._thread("zombie"), self._thread("inside")
        assert self.inside.wait(20)
        others = [self._thread(f"other {n}") for n in range(6)]
        self.go_on.set()
        for one in (first, *others):
            one.join(30)
        self.over.set()
        zombie.join(30)

    def stand_still(self) -> None:
        """Called under the lock of the row."""
        if threading.current_thread().name == "inside":
            self.inside.set()
            self.go_on.wait(20)

    def _thread(self, name: str) -> threading.Thread:
        found = threading.Thread(target=self._close_all, name=name)
        found.start()
        return found

    def _close_all(self) -> None:
        with self.app.app_context():
            try:
                due = closing.due_to_close(db.session(), clock.now())
                if threading.current_thread().name == "zombie":
                    self.over.wait(20)  # it knows what is due, and comes back when all is over
                for lot_id in due:
                    with unit_of_work() as work:
                        if closing.close_due(work.session, lot_id, now=clock.now()) is not None:
                            self.won.append(lot_id)
            except BaseException as fault:
                self.faults.append(fault)
                raise
            finally:
                db.session.remove()


@both
def test_several_closers_make_one_result_however_long_one_of_them_stood_still(
        on_postgres: None, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = an_officer(session)
    court = accounts.get_court(session, officer.court_id or "")
    lots = [a_lot_on_sale(session, court, officer=officer) for _ in range(3)]
    for lot in lots:
        _, found = a_code(session, lot)
        bid(session, found, START_FEN, OPENS_AT)
    ids = sorted(lot.id for lot in lots)
    at_the_end(S)
    session.rollback()
    closers, judged_end = Closers(app), holding.judged_end

    def slowly(*args: Any, **kwargs: Any) -> Any:
        closers.stand_still()
        return judged_end(*args, **kwargs)

    monkeypatch.setattr(closing, "judged_end", slowly)
    closers.run()
    assert not closers.faults
    assert sorted(closers.won) == ids, "each was closed by one"
    session.expire_all()
    assert sorted(session.scalars(select(Result.lot_id))) == ids
    for lot_id in ids:
        subject = session.get_one(Lot, lot_id).sale.subject
        assert len(audit.leaves_of_subject(session, subject, kind=Kind.LOT_CLOSED)) == 1


@both
def test_the_database_refuses_a_second_result_of_a_sale(session: Session, lot: Lot, leader: Registration
                                                       ) -> None:
    sale = closed(session, lot)
    result = sale.result
    assert result is not None
    columns = {column.name: getattr(result, column.name) for column in Result.__table__.columns}
    with pytest.raises(IntegrityError):
        session.execute(insert(Result), [columns | {"outcome": "failed"}])
    session.rollback()


@both
def test_the_first_bid_of_a_sell_off_ends_it_a_day_later(session: Session) -> None:
    lot = a_lot_on_sale(session, closes_at=OPENS_AT + timedelta(days=60))
    _, found = a_code(session, lot)
    with acting(session) as s:
        sale = s.get_one(Lot, lot.id).sale
        sale.round, sale.state = Round.SELLOFF, LotState.SELLOFF_OPEN
        audit.record(s, court_id=lot.court_id, kind=Kind.LOT_OPENED, subject="test", actor="system", body={})
    first_at = OPENS_AT + timedelta(days=3)
    bid(session, found, START_FEN, first_at)
    session.expire_all()
    assert end_in_force(lot.sale) == first_at + timedelta(hours=24)
    bid(session, found, START_FEN + STEP_FEN, first_at + timedelta(hours=1))
    session.expire_all()
    assert end_in_force(lot.sale) == first_at + timedelta(hours=24), "only the last five minutes move it"
    assert closed(session, lot).state == LotState.SOLD
