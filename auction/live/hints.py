"""Hints between processes by Redis or Valkey: "look at these lots", "so many watch here".

A hint decides nothing (invariant T5). One that is lost costs a second, one that is forged a look into
the database. They are sent and heard by greenlets of their own: a server that hangs keeps no bid
waiting. The channel's name says which process speaks, so that nobody heeds itself.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import closing
from threading import Event
from typing import Any, Final

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger()

CHANGED: Final = "luochui:changed:"
WATCHERS: Final = "luochui:watchers:"
_LONGEST: Final = 1_000_000
_MOST_LOTS: Final = 20_000
_MOST_WATCHERS: Final = 10_000_000
_A_TURN: Final = 1.0


class Hints:
    """What this process says to the others, and hears from them.

    Attributes:
        process: how this process is called among the others.
    """

    def __init__(self, process: str | None = None) -> None:
        self.process = process or secrets.token_hex(8)
        self._changed: set[str] = set()
        self._counts: Mapping[str, int] | None = None
        self._wake = Event()
        self._is_well = True

    def changed(self, lot_id: str) -> None:
        """Say that a lot has changed, as soon as the sender comes to it."""
        self._changed.add(lot_id)
        self._wake.set()

    def counted(self, counts: Mapping[str, int]) -> None:
        """Say how many watch here, by room."""
        self._counts = counts
        self._wake.set()

    def send(self, url: str) -> None:
        """The sender's turn: wait a second for something to say, and say it."""
        if not self._wake.wait(_A_TURN):
            return
        self._wake.clear()
        lots, self._changed = self._changed, set()
        counts, self._counts = self._counts, None
        try:
            with closing(_connect(url)) as client:
                while not self._say(client, lots, counts):
                    lots, self._changed = self._changed, set()
                    counts, self._counts = self._counts, None
        except redis.RedisError as error:
            self._note(error)

    def _say(self, client: Any, lots: set[str], counts: Mapping[str, int] | None) -> bool:
        """Publish; whether nothing more came within a turn, so that the line may be let go."""
        if lots:
            client.publish(CHANGED + self.process, json.dumps(sorted(lots)))
        if counts is not None:
            client.publish(WATCHERS + self.process, json.dumps(counts))
        self._is_well = True
        is_quiet = not self._wake.wait(10 * _A_TURN)
        self._wake.clear()
        return is_quiet

    def hear(self, url: str, *, changed: Callable[[str], None],
             counted: Callable[[str, Mapping[str, int]], None]) -> None:
        """Hear the others until the line breaks; whoever calls calls again."""
        try:
            with closing(_connect(url)) as client, client.pubsub(ignore_subscribe_messages=True) as line:
                line.psubscribe(CHANGED + "*", WATCHERS + "*")
                while True:
                    said = line.get_message(timeout=_A_TURN)
                    if said is not None:
                        self.take(said["channel"], said["data"], changed=changed, counted=counted)
        except redis.RedisError as error:
            self._note(error)

    def take(self, channel: bytes, data: bytes, *, changed: Callable[[str], None],
             counted: Callable[[str, Mapping[str, int]], None]) -> None:
        """Heed one hint; what is garbled is nothing."""
        prefix, _, process = channel.decode(errors="replace").rpartition(":")
        if process == self.process or len(data) > _LONGEST:
            return
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return
        if f"{prefix}:" == CHANGED and isinstance(value, list):
            for lot_id in value[:_MOST_LOTS]:
                if isinstance(lot_id, str):
                    changed(lot_id)
        elif f"{prefix}:" == WATCHERS and isinstance(value, dict):
            counted(process, {room: count for room, count in value.items()
                              if type(count) is int and 0 < count < _MOST_WATCHERS})

    def _note(self, error: redis.RedisError) -> None:
        if self._is_well:   # once, not every second
            log.warning("no hints between processes", error=type(error).__name__)
        self._is_well = False


def _connect(url: str) -> Any:
    return redis.Redis.from_url(url, socket_timeout=_A_TURN, socket_connect_timeout=_A_TURN,
                                health_check_interval=5, retry=Retry(NoBackoff(), 0))
