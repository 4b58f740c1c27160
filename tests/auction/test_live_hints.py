"""Hints between processes, over a real Valkey: they save a second and decide nothing (T5)."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Thread
from typing import Any
from unittest.mock import Mock

import pytest
import redis
from redis.client import PubSub

from auction.live.audience import COUNT_EVERY, Audience
from auction.live.hints import CHANGED, WATCHERS, Hints
from tests.services import own_valkey

NOWHERE = "redis://127.0.0.1:1/0"
ROOM = "lot:a/1"


class Neighbour:
    """A process that hears hints, and notes them."""

    def __init__(self) -> None:
        self.changed: list[str] = []
        self.counts: dict[str, Mapping[str, int]] = {}
        self.hints = Hints(spawn=self._spawn, changed=self.changed.append, counted=self.counts.__setitem__)
        self.threads: list[Thread] = []

    def _spawn(self, work: Callable[[], None]) -> bool:
        self.threads.append(Thread(target=work, daemon=True))
        self.threads[-1].start()
        return True


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.005)


@pytest.fixture
def valkey() -> Iterator[tuple[str, ExitStack]]:
    """A Valkey that may be stopped by closing the stack."""
    with ExitStack() as stack:
        yield stack.enter_context(own_valkey()), stack


@pytest.fixture
def two(valkey: tuple[str, ExitStack]) -> list[Neighbour]:
    found = [Neighbour(), Neighbour()]
    for one in found:
        one.hints.begin_to_hear(valkey[0])
    with redis.Redis.from_url(valkey[0]) as client:
        until(lambda: client.execute_command("PUBSUB", "NUMPAT") == 2 and len(
            client.client_list(_type="pubsub")) == 2)
    return found


def test_what_one_process_says_the_other_hears_and_nobody_heeds_itself(
        valkey: tuple[str, ExitStack], two: list[Neighbour]) -> None:
    two[0].hints.say_changed(valkey[0], "lot-a")
    two[0].hints.say_counted(valkey[0], {ROOM: 7})
    until(lambda: two[1].changed and two[1].counts)
    assert two[1].changed == ["lot-a"]
    assert two[1].counts == {two[0].hints.process: {ROOM: 7}}
    assert (two[0].changed, two[0].counts) == ([], {})


def test_forged_and_garbled_hints_do_nothing_and_the_next_good_one_is_heard(
        valkey: tuple[str, ExitStack], two: list[Neighbour]) -> None:
    with redis.Redis.from_url(valkey[0]) as client:
        for garbage in (b"", b"\xff\xfe", b"{", b"null", b"5", b'"lot-a"', b'{"a": 1}',
                        b"[1, null, {}, [], 1.5]", b"[" * 100_000, b"x" * 1_000_001, b"NaN"):
            client.publish(CHANGED + "stranger", garbage)
        garbled: list[Any] = [[], {ROOM: -1}, {ROOM: True, "b": 1.5, "c": "9", "d": 10**12, "e": None}]
        for counts in garbled:
            client.publish(WATCHERS + "stranger", json.dumps(counts))
        client.publish("luochui:changed:", b'["lot-b"]')
    until(lambda: two[0].changed)
    assert two[0].changed == ["lot-b"]
    assert set(map(str, two[0].counts.values())) <= {"{}"}


def test_a_fault_in_what_is_done_with_a_hint_is_not_taken_for_a_broken_line(
        valkey: tuple[str, ExitStack]) -> None:
    heeded: list[str] = []

    def fail(lot_id: str) -> None:
        heeded.append(lot_id)
        raise ValueError("ours")

    hints = Hints(spawn=lambda _work: True, changed=fail, counted=lambda *_: None)
    with ThreadPoolExecutor(1) as pool, redis.Redis.from_url(valkey[0]) as client:
        hearing = pool.submit(hints.hear, valkey[0])
        until(lambda: client.execute_command("PUBSUB", "NUMPAT") == 2)
        client.publish(CHANGED + "stranger", b'["lot-a"]')
        with pytest.raises(ValueError, match="ours"):
            hearing.result(10)
    assert heeded == ["lot-a"]


def test_a_line_whose_buffer_closes_while_a_reading_times_out_is_a_broken_line(
        valkey: tuple[str, ExitStack], monkeypatch: pytest.MonkeyPatch) -> None:
    alone = Neighbour()
    alone.hints._is_hearing = True
    monkeypatch.setattr(PubSub, "get_message", Mock(side_effect=ValueError("I/O operation on closed file.")))
    alone.hints.hear(valkey[0])
    assert not alone.hints._is_hearing
    assert not alone.hints._is_well


def test_without_a_channel_nothing_is_raised_and_nobody_waits() -> None:
    alone = Neighbour()
    began = time.monotonic()
    for n in range(100):
        alone.hints.say_changed(NOWHERE, f"lot-{n}")
    assert time.monotonic() - began < 0.5
    alone.hints.hear(NOWHERE)
    for thread in alone.threads:
        thread.join(10)
    assert not alone.hints._is_sending
    assert not alone.hints._is_hearing


def test_after_the_channel_has_died_it_is_heard_again_when_it_is_back(
        valkey: tuple[str, ExitStack], two: list[Neighbour]) -> None:
    _url, stack = valkey
    stack.close()
    until(lambda: not any(one.hints._is_hearing for one in two))
    two[0].hints.say_changed(_url, "lot-lost")
    until(lambda: not two[0].hints._is_sending)
    with own_valkey() as again:
        two[1].hints.begin_to_hear(again)
        with redis.Redis.from_url(again) as client:
            until(lambda: client.execute_command("PUBSUB", "NUMPAT") == 2)
        two[0].hints.say_changed(again, "lot-a")
        until(lambda: two[1].changed)
    assert two[1].changed == ["lot-a"], "what was lost is told by the look, not by a hint"


class Hanging:
    """A server that lets everybody connect and never says anything."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"redis://127.0.0.1:{self._socket.getsockname()[1]}/0"

    def __enter__(self) -> "Hanging":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def test_a_channel_that_hangs_keeps_nobody_waiting_and_piles_nothing_up() -> None:
    alone = Neighbour()
    with Hanging() as hanging:
        began = time.monotonic()
        for n in range(1000):
            alone.hints.say_changed(hanging.url, f"lot-{n}")
            alone.hints.say_counted(hanging.url, {ROOM: n})
            alone.hints.begin_to_hear(hanging.url)
        assert time.monotonic() - began < 1
        assert len(alone.threads) <= 4, "one that sends and one that hears, whatever there is to say"
        for thread in alone.threads:
            thread.join(8)
        assert not any(thread.is_alive() for thread in alone.threads), "each gives up after a second or two"
        assert time.monotonic() - began < 8
    assert not alone.hints._is_sending
    assert not alone.hints._is_hearing
    assert len(alone.hints._changed) <= 1000


def test_a_channel_that_hangs_in_the_middle_is_given_up_and_heard_again_when_it_goes_on(
        valkey: tuple[str, ExitStack], two: list[Neighbour]) -> None:
    url, _stack = valkey
    with redis.Redis.from_url(url) as client:
        process = int(client.info("server")["process_id"])
        os.kill(process, signal.SIGSTOP)
        try:
            began = time.monotonic()
            two[0].hints.say_changed(url, "lot-lost")
            assert time.monotonic() - began < 0.5
            until(lambda: not two[0].hints._is_sending)
            assert time.monotonic() - began < 5
        finally:
            os.kill(process, signal.SIGCONT)
        for one in two:
            one.hints.begin_to_hear(url)

        def heard() -> bool:
            two[0].hints.say_changed(url, "lot-a")
            for one in two:
                one.hints.begin_to_hear(url)
            return "lot-a" in two[1].changed

        until(heard)


class TestTheAudience:
    def test_is_counted_over_all_processes_and_told_where_the_shown_number_changes(self) -> None:
        here = Audience(now=lambda: 0.0)
        assert here.count({ROOM: 9}) == {}
        here.hear("p2", {ROOM: 11})
        assert here.shown(ROOM) == 20
        assert here.count({ROOM: 9}) == {ROOM: 20}
        assert here.count({ROOM: 9}) == {}
        here.hear("p2", {ROOM: 30})
        assert here.count({ROOM: 9}) == {}, "39 are still 20 and more"
        here.hear("p2", {})
        assert here.count({ROOM: 9}) == {ROOM: 0}

    def test_forgets_a_process_that_has_fallen_silent(self) -> None:
        now = [0.0]
        here = Audience(now=lambda: now[0])
        here.hear("p2", {ROOM: 100})
        now[0] = 3 * COUNT_EVERY
        assert here.count({ROOM: 1}) == {ROOM: 100}
        now[0] = 4 * COUNT_EVERY
        assert here.count({ROOM: 1}) == {ROOM: 0}

    def test_remembers_no_more_processes_than_there_can_be(self) -> None:
        here = Audience(now=lambda: 0.0)
        for n in range(1000):
            here.hear(f"p{n}", {ROOM: 1})
        assert here.shown(ROOM) == 200, "of the first 256"
