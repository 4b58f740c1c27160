"""Hints between processes by Redis or Valkey: "look at these lots", "so many watch here".

A hint decides nothing (invariant T5). One that is lost costs a second, one that is forged a look into
the database. They are sent and heard beside everything else: a server that hangs keeps no bid waiting.
The channel's name says which process speaks, so that nobody heeds itself.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, Final

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger()

CHANGED: Final = "luochui:changed:"
WATCHERS: Final = "luochui:watchers:"
_LONGEST: Final = 1_000_000
_MOST_WATCHERS: Final = 10_000_000
_A_TURN: Final = 1.0


class Hints:
    """What this process says to the others, and hears from them.

    Args:
        spawn: let something be done beside everything else.
        changed, counted: what is done with what is heard.
    """

    def __init__(self, *, spawn: Callable[[Callable[[], None]], bool], changed: Callable[[str], None],
                 counted: Callable[[str, Mapping[str, int]], None]) -> None:
        self.process = secrets.token_hex(8)
        self._spawn, self._when_changed, self._when_counted = spawn, changed, counted
        self._changed: set[str] = set()
        self._counts: Mapping[str, int] | None = None
        self._is_sending = self._is_hearing = False
        self._is_well = True

    def say_changed(self, url: str, lot_id: str) -> None:
        """Say that a lot has changed."""
        self._changed.add(lot_id)
        self._begin_to_send(url)

    def say_counted(self, url: str, counts: Mapping[str, int]) -> None:
        """Say how many watch here, by room."""
        self._counts = counts
        self._begin_to_send(url)

    def _begin_to_send(self, url: str) -> None:
        if not self._is_sending:
            self._is_sending = True
            if not self._spawn(partial(self.send, url)):
                self._is_sending = False

    def send(self, url: str) -> None:
        """Say all that is to be said; what gathers meanwhile is said together."""
        try:
            while self._changed or self._counts is not None:
                lots, self._changed = self._changed, set()
                counts, self._counts = self._counts, None
                with _on_a_line():
                    if lots:
                        _client(url).publish(CHANGED + self.process, json.dumps(sorted(lots)))
                    if counts is not None:
                        _client(url).publish(WATCHERS + self.process, json.dumps(counts))
                self._is_well = True
        except redis.RedisError as error:
            self._note(error)
        finally:
            self._is_sending = False

    def begin_to_hear(self, url: str) -> None:
        """Hear the others from now on, unless one does already; asked again and again, for lines break."""
        if not self._is_hearing:
            self._is_hearing = True
            if not self._spawn(partial(self.hear, url)):
                self._is_hearing = False

    def hear(self, url: str) -> None:
        """Hear the others until the line breaks."""
        try:
            with _client(url).pubsub(ignore_subscribe_messages=True) as line:
                with _on_a_line():
                    line.psubscribe(CHANGED + "*", WATCHERS + "*")
                while True:
                    with _on_a_line():
                        said = line.get_message(timeout=_A_TURN)
                    if said is not None:
                        self.take(said["channel"], said["data"])
        except redis.RedisError as error:
            self._note(error)
        finally:
            self._is_hearing = False

    def take(self, channel: bytes, data: bytes) -> None:
        """Heed one hint; what is garbled is nothing."""
        kind, _, process = channel.decode(errors="replace").rpartition(":")
        if process == self.process or len(data) > _LONGEST:
            return
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return
        if f"{kind}:" == CHANGED and isinstance(value, list):
            for lot_id in value:
                if isinstance(lot_id, str):
                    self._when_changed(lot_id)
        elif f"{kind}:" == WATCHERS and isinstance(value, dict):
            self._when_counted(process, {room: count for room, count in value.items()
                                         if type(count) is int and 0 < count < _MOST_WATCHERS})

    def _note(self, error: redis.RedisError) -> None:
        if self._is_well:   # once, not every second
            log.warning("no hints between processes", error=type(error).__name__)
        self._is_well = False


@contextmanager
def _on_a_line() -> Iterator[None]:
    """What the client does: when a reading times out, its own buffer may be closed beneath it."""
    try:
        yield
    except ValueError as error:
        raise redis.ConnectionError(str(error)) from error


@cache
def _client(url: str) -> Any:
    return redis.Redis.from_url(url, socket_timeout=_A_TURN, socket_connect_timeout=_A_TURN,
                                health_check_interval=5, retry=Retry(NoBackoff(), 0))
