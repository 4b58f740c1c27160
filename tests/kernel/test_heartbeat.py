"""The heartbeat: everybody is asked in turn, whoever answers stays, whoever does not is taken to be gone."""

from collections.abc import Callable
from typing import Any

import pytest
from engineio.server import Server
from gevent import spawn_later
from gevent.queue import Empty

from kernel import heartbeat
from kernel.heartbeat import Heartbeat
from kernel.websocket import PacketQueue

INTERVAL, TIMEOUT = 10.0, 15.0


class Clock:
    """Both clocks, which go by only when told to; that of the wall may be set."""

    def __init__(self) -> None:
        self.seconds, self.set_by = 1000.0, 0.0

    def time(self) -> float:
        return self.seconds + self.set_by

    def monotonic(self) -> float:
        return self.seconds


class Engine:
    """What a heartbeat asks of Engine.IO's server."""

    ping_interval, ping_timeout = INTERVAL, TIMEOUT
    reason = Server.reason

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.sockets: dict[str, Any] = {}
        self.tasks: list[Callable[[], None]] = []

    def start_background_task(self, task: Callable[[], None]) -> None:
        self.tasks.append(task)

    def sleep(self, seconds: float) -> None:
        self.clock.seconds += seconds


class Connection:
    """An Engine.IO socket."""

    def __init__(self, engine: Engine, sid: str) -> None:
        self.server: Any = engine
        self.sid, self.last_ping = sid, engine.clock.time()
        self.closed = self.closing = False
        self.queued: list[Any] = []
        self.why: Any = None
        engine.sockets[sid] = self

    def send(self, packet: Any) -> None:
        self.queued.append(packet)

    def close(self, *, reason: str, **_how: Any) -> None:
        self.closed, self.why = True, reason


class House:
    """A heartbeat and those whom it asks on its own way, with the time at which it does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        monkeypatch.setattr(heartbeat, "time", self.clock)
        self.engine = Engine(self.clock)
        self.asked: list[tuple[str, float]] = []
        self.slow: set[str] = set()
        self.an_ask_takes = 0.0
        self.beat = Heartbeat(self.engine, self.ask)

    def ask(self, socket: Any) -> bool:
        if socket.sid in self.slow:
            return False
        self.asked.append((socket.sid, round(self.clock.seconds - 1000, 3)))
        self.clock.seconds += self.an_ask_takes
        return True

    def comes(self, sid: str) -> Any:
        connection = Connection(self.engine, sid)
        self.beat.heard(connection)
        return connection

    def goes_by(self, seconds: float) -> None:
        self.clock.seconds += seconds
        self.beat.look()


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    return House(monkeypatch)


def test_who_has_come_is_asked_after_the_interval_and_again_after_each_answer(house: House) -> None:
    a = house.comes("a")
    house.goes_by(INTERVAL - 0.001)
    assert house.asked == []
    house.goes_by(0.001)
    assert (house.asked, a.last_ping) == ([("a", 10.0)], 1010.0)
    house.goes_by(2.0)
    house.beat.heard(a)
    assert a.last_ping is None
    house.goes_by(INTERVAL)
    assert house.asked == [("a", 10.0), ("a", 22.0)]


def test_who_does_not_answer_is_gone_once_the_patience_is_over_and_not_before(house: House) -> None:
    silent, speaks = house.comes("silent"), house.comes("speaks")
    house.goes_by(INTERVAL)
    house.beat.heard(speaks)
    house.goes_by(TIMEOUT - 0.001)
    assert not silent.closed
    house.goes_by(0.001)
    assert (silent.closed, silent.why) == (True, "ping timeout")
    assert list(house.engine.sockets) == ["speaks"]
    assert not speaks.closed


@pytest.mark.parametrize("set_by", [0.0, -3600.0, -0.2, 0.2, 3600.0])
@pytest.mark.parametrize("an_ask_takes", [0.0, 0.00003, 0.05])
def test_however_long_a_look_takes_and_however_the_clock_is_set_nobody_is_forgotten(
        house: House, set_by: float, an_ask_takes: float) -> None:
    house.an_ask_takes = an_ask_takes
    silent = [house.comes(f"n{number}") for number in range(200)]
    speaks = house.comes("speaks")
    house.goes_by(INTERVAL)
    assert len(house.asked) == 201
    house.clock.set_by = set_by
    house.beat.heard(speaks)
    house.goes_by(INTERVAL)
    house.beat.heard(speaks)
    house.goes_by(TIMEOUT + 201 * an_ask_takes)
    assert all(one.closed for one in silent)
    assert list(house.engine.sockets) == ["speaks"]
    house.goes_by(INTERVAL)
    assert house.asked[-1][0] == "speaks", "it is asked for as long as it answers"


def test_an_answer_that_nobody_asked_for_asks_nobody_once_more(house: House) -> None:
    a = house.comes("a")
    for _ in range(100):
        house.beat.heard(a)
    house.goes_by(INTERVAL)
    assert house.asked == [("a", 10.0)]


def test_where_there_is_no_way_of_its_own_engine_io_asks(house: House) -> None:
    house.slow.add("polls")
    polls = house.comes("polls")
    house.goes_by(INTERVAL)
    assert [packet.encode() for packet in polls.queued] == ["2"]
    assert house.asked == []


@pytest.mark.parametrize("ends", ["closed", "closing"])
def test_who_has_ended_meanwhile_is_asked_no_more(house: House, ends: str) -> None:
    rests, waits = house.comes("rests"), house.comes("waits")
    setattr(rests, ends, True)
    house.goes_by(INTERVAL)
    assert house.asked == [("waits", 10.0)]
    setattr(waits, ends, True)
    house.goes_by(TIMEOUT + 1)
    assert house.engine.sockets == {}


def test_one_task_is_enough_and_it_ends_with_the_last_connection(house: House) -> None:
    gone = [house.comes(f"n{number}") for number in range(50)]
    assert len(house.engine.tasks) == 1
    house.engine.tasks.pop()()   # nobody answers
    assert all(one.closed for one in gone)
    assert house.engine.sockets == {}
    assert 1000 + INTERVAL + TIMEOUT < house.clock.seconds < 1000 + INTERVAL + TIMEOUT + 1
    house.comes("later")
    assert len(house.engine.tasks) == 1


def test_a_writer_beneath_a_websocket_waits_for_what_is_to_be_said_and_a_poll_does_not() -> None:
    queue = PacketQueue()
    with pytest.raises(Empty):
        queue.get(timeout=0.01)
    queue.waits = True
    late = spawn_later(0.05, queue.put, "said")
    assert queue.get(timeout=0.01) == "said"
    late.join()
