"""Events on the long way take turns; those whose time of entry counts do not wait in that line."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest

from kernel import dispatch
from kernel.arrivals import by_entry
from kernel.dispatch import AT_ONCE, Event


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
