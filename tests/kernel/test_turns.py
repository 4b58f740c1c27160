"""Events on the long way take turns; those whose time of entry counts do not wait in that line.

And those who watch share the time of the process with those who bid.
"""

import time
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest

from kernel import dispatch
from kernel.arrivals import by_entry
from kernel.dispatch import AT_ONCE, LONGEST_SLICE_S, Event
from kernel.websocket import MOST_BEHIND, WebSocket


class House:
    """Counts how many events are handled side by side."""

    def __init__(self) -> None:
        self.now = self.most = self.handled = 0

    def _handle_event(self, handler: Callable[[], Any], *_: Any) -> Any:
        return handler()

    def handle(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        gevent.sleep(0.005)
        self.now -= 1
        self.handled += 1


@pytest.fixture
def house() -> House:
    return House()


def handled(house: House, handler: Callable[[], Any], count: int, *, is_open: bool = True) -> None:
    socket: Any = SimpleNamespace(is_open=is_open)
    gevent.joinall([gevent.spawn(
        dispatch._run, cast(Any, house), Event(socket, "/", "sid", "watch", [], None, 0), handler)
        for _ in range(count)], timeout=10)


def test_a_crowd_that_comes_back_is_let_in_a_few_at_a_time(house: House) -> None:
    handled(house, house.handle, 5 * AT_ONCE)
    assert (house.most, house.handled) == (AT_ONCE, 5 * AT_ONCE)


def test_what_counts_by_its_entry_does_not_stand_in_that_line(house: House) -> None:
    def bid() -> None:
        house.handle()

    handled(house, by_entry(bid), 3 * AT_ONCE)
    assert (house.most, house.handled) == (3 * AT_ONCE, 3 * AT_ONCE)


def test_nothing_is_done_for_whoever_has_gone_meanwhile(house: House) -> None:
    handled(house, house.handle, AT_ONCE, is_open=False)
    assert house.handled == 0


def test_a_bid_counts_though_its_sender_has_gone(house: House) -> None:
    def bid() -> None:
        house.handle()

    handled(house, by_entry(bid), 1, is_open=False)
    assert house.handled == 1


class Crowd:
    """A full room, in a time of its own: a push takes ten microseconds, a pause as long as it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, watchers: int, pause_s: float) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self.heard = 0
        self.engine = SimpleNamespace(upgraded=True)
        self._pause_s = pause_s
        names = [f"e{number}" for number in range(watchers)]
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)
        monkeypatch.setattr(WebSocket, "open", dict.fromkeys(names, self))
        self.server = SimpleNamespace(
            manager=SimpleNamespace(get_participants=lambda *_: [(name, name) for name in names]),
            eio=SimpleNamespace(sockets=dict.fromkeys(names, self.engine)))

    def push(self, _frame: bytes) -> None:
        self.heard += 1
        self.now += 0.00001

    def sleep(self, _seconds: float) -> None:
        self.pauses.append(self.now)
        self.now += self._pause_s

    def told(self) -> float:
        return dispatch.broadcast(cast(Any, self), "update", {}, namespace="/auction", room="lot:1/1")


def test_where_nobody_bids_there_is_a_pause_after_every_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(monkeypatch, watchers=1000, pause_s=0.0001)
    cost = crowd.told()
    assert (len(crowd.pauses), crowd.heard) == (10, 1000)
    assert cost == pytest.approx(0.01)


def test_where_bids_take_long_the_next_slice_does_too(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(monkeypatch, watchers=1000, pause_s=0.0039)
    crowd.told()
    assert crowd.pauses == pytest.approx([0.001, 0.001 + 0.0039 + 0.006])   # a hundred, then six hundred
    assert crowd.heard == 1000


def test_no_slice_lasts_longer_than_a_bid_can_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(monkeypatch, watchers=10_000, pause_s=1.0)
    crowd.told()
    slices = [at - (before + 1.0) for before, at in pairwise(crowd.pauses)]
    assert slices == pytest.approx([LONGEST_SLICE_S] * 2)


class Polling:
    """A connection that Engine.IO serves itself, with so many packets that nobody has fetched."""

    def __init__(self, behind: int) -> None:
        self.queue = SimpleNamespace(qsize=lambda: behind)
        self.closed = self.closing = False
        self.ended: list[dict[str, bool]] = []

    def close(self, **how: bool) -> None:
        self.closing = True
        self.ended.append(how)


@pytest.mark.parametrize("is_thin", [True, False], ids=["beside thin ones", "alone, or on the stock driver"])
def test_who_polls_and_never_fetches_is_ended_and_nobody_else(
        monkeypatch: pytest.MonkeyPatch, is_thin: bool) -> None:
    lagging, near, gone = Polling(MOST_BEHIND), Polling(MOST_BEHIND - 1), Polling(0)
    gone.closed = True
    sockets = {"lagging": lagging, "near": near, "gone": gone}
    sent: list[str] = []
    house = SimpleNamespace(
        server=SimpleNamespace(
            manager=SimpleNamespace(get_participants=lambda *_: [(name, name) for name in sockets]),
            eio=SimpleNamespace(sockets=sockets), _send_eio_packet=lambda name, _packet: sent.append(name)),
        emit=lambda *_, **__: sent.append("all that are left"),
        start_background_task=lambda work, **how: work(**how))
    monkeypatch.setattr(WebSocket, "open", {"somebody else": None} if is_thin else {})
    before = WebSocket.cut
    for _ in range(2):
        dispatch.broadcast(cast(Any, house), "update", {}, namespace="/auction", room="lot:1/1")
    assert lagging.ended == [{"wait": False, "abort": True}]
    assert near.ended == gone.ended == []
    assert WebSocket.cut == before + 1
    assert sent == ["near" if is_thin else "all that are left"] * 2
