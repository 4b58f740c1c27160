"""The rooms of this process: who was told how much, and when the next update is due (invariant T3).

The database is the truth. Whoever commits only marks a lot as changed; what a room is told is read
afterwards: the bids since its last update as one range, and the standing they lead to. So ranges
adjoin whatever happens in between: two commits at once, another process's bids, a hint that is lost
or comes twice. Bids that this process has committed itself need no reading where they adjoin what
the room was told (``News``). Updates gather while a room rests (``rules/watching.py``); once a second
every room is looked at, marked or not.

There is no sender that could die: a mark that finds nobody at work lets somebody tell until nothing
is left to be told. Where there are no greenlets, as in tests, the one who marks tells at once.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, NamedTuple, Protocol

from auction.rules.watching import pause_after, rest_after

LOOK_EVERY: Final = 1.0
"""Seconds: so far a room lags behind where no hint comes."""

Key = tuple[str, int]
"""A sale: its lot and number."""
Message = dict[str, Any]


class Stand(NamedTuple):
    """How far a sale is: accepted bids, and everything else that a room is told of when it changes."""

    accepted: int
    rest: tuple[Any, ...]


class News(NamedTuple):
    """What this process itself has just committed for a sale: its bids from ``first`` on, and how it stands.

    ``told`` is what the source needs to make an update of it.
    """

    key: Key
    first: int
    stand: Stand
    told: Any


@dataclass(slots=True)
class Room:
    """What the watchers of one sale in this process were told.

    Attributes:
        told: how the sale stood in the last update, or when the first of them came.
        codes: who has bid so far, counted on from range to range.
        is_marked: something may have changed since.
        news: what this process has committed since.
        watchers: how many are said to watch, where its sockets have not been told that yet.
        rests_until: the next update is not due before.
    """

    key: Key
    told: Stand
    codes: set[str] = field(default_factory=set)
    is_marked: bool = False
    news: list[News] = field(default_factory=list)
    watchers: int | None = None
    rests_until: float = 0.0
    standing: tuple[Stand, Message] | None = None
    """The last whole standing that was read for a newcomer, and how far the room had been told then."""

    @property
    def is_behind(self) -> bool:
        """Whether its sockets have something to hear, or may have."""
        return self.is_marked or bool(self.news) or self.watchers is not None

    def answer(self, after: int | None) -> Message | None:
        """What a newcomer is told, from what was read for another one since the last update; or None.

        The next update adjoins what the room was told, and so adjoins this.
        """
        if self.standing is None or self.standing[0] != self.told:
            return None
        whole = self.standing[1]
        if after is None:
            return whole
        if not whole["from"] - 1 <= after <= whole["to"]:
            return None
        return whole | {"from": after + 1, "bids": [bid for bid in whole["bids"] if bid["seq"] > after]}


class Source(Protocol):
    """Where the truth is read."""

    def found(self, key: Key) -> Room:
        """A room for a sale as it stands now."""

    def look(self, lot_ids: Collection[str]) -> Mapping[Key, Stand]:
        """How the sales of these lots stand: one statement, however many."""

    def read(self, rooms: Sequence[Room]) -> Mapping[Key, Message]:
        """For each room one update on everything behind what it was told; counts its codes on."""

    def compose(self, room: Room, news: Sequence[News]) -> Message:
        """The same from what adjoins what the room was told, without reading anything."""


class Rooms:
    """Every room that has watchers in this process.

    Args:
        send: hand an event (``update`` or ``watchers``) to the sockets of a room; the seconds for which that
            kept the process.
        is_watched: whether a room has any.
        spawn: let something be done beside everything else; False where that cannot be.
    """

    def __init__(self, source: Source, *, send: Callable[[str, Key, Message], float],
                 is_watched: Callable[[Key], bool], spawn: Callable[[Callable[[], None]], bool],
                 now: Callable[[], float] = time.monotonic,
                 sleep: Callable[[float], None] = time.sleep) -> None:
        self._source, self._send, self._is_watched = source, send, is_watched
        self._spawn, self._now, self._sleep = spawn, now, sleep
        self._rooms: dict[Key, Room] = {}
        self._of_lot: dict[str, set[Key]] = {}
        self._founding, self._telling = Lock(), Lock()
        self._is_busy = False
        self._rests_until = 0.0

    def enter(self, lot_id: str, number: int) -> Room:
        """The room of a sale for one more watcher, who must have joined its sockets before.

        Whatever the watcher reads after this, the next update adjoins: a room is never told further
        than its sockets were.
        """
        key = (lot_id, number)
        with self._founding:
            room = self._rooms.get(key)
            if room is None:
                room = self._rooms[key] = self._source.found(key)
                self._of_lot.setdefault(lot_id, set()).add(key)
                self._note(lot_id)   # what was committed while it was read found no room to mark
        self._begin()
        return room

    def room(self, lot_id: str, number: int) -> Room | None:
        """The room of a sale; None where nobody watches it here."""
        return self._rooms.get((lot_id, number))

    def open(self) -> list[Key]:
        """Every sale that has a room here."""
        return list(self._rooms)

    def mark(self, lot_id: str) -> None:
        """Note that a lot has changed, after the commit; costs nothing where nobody watches."""
        if lot_id in self._of_lot:
            self._note(lot_id)
            self._begin()

    def hear(self, news: Collection[News]) -> None:
        """Take what this process has committed, after the commit."""
        heard = False
        for one in news:
            room = self._rooms.get(one.key)
            if room is not None:
                room.news.append(one)
                heard = True
        if heard:
            self._begin()

    def say_watchers(self, counts: Mapping[Key, int]) -> None:
        """Let rooms hear how many watch: with their next update, or by itself where none is due."""
        for key, number in counts.items():
            room = self._rooms.get(key)
            if room is not None:
                room.watchers = number
        self._begin()

    def _note(self, lot_id: str) -> None:
        for key in tuple(self._of_lot.get(lot_id, ())):
            room = self._rooms.get(key)
            if room is not None:
                room.is_marked = True

    def look_around(self) -> None:
        """Forget the rooms that are empty, and mark all others: hints may be lost."""
        for key in tuple(self._rooms):
            if self._is_watched(key):
                self._rooms[key].is_marked = True
            else:
                self._forget(key)
        self._begin()

    def _begin(self) -> None:
        """See to it that somebody tells."""
        if self._is_busy or not any(room.is_behind for room in tuple(self._rooms.values())):
            return
        self._is_busy = True
        if not self._spawn(self._work):
            self._is_busy = False
            self._tell(in_haste=True)

    def _work(self) -> None:
        """Tell until nothing is left to be told."""
        try:
            while (wait := self._patience()) is not None:
                self._sleep(wait)
                self._tell(in_haste=False)
        finally:
            self._is_busy = False

    def _patience(self) -> float | None:
        """Seconds until the next update is due; None where none is."""
        due = min((room.rests_until for room in tuple(self._rooms.values()) if room.is_behind), default=None)
        return None if due is None else max(0.0, max(due, self._rests_until) - self._now())

    def _forget(self, key: Key) -> None:
        with self._founding:
            if self._is_watched(key):   # somebody came in just now
                return
            del self._rooms[key]
            self._of_lot[key[0]].discard(key)
            if not self._of_lot[key[0]]:
                del self._of_lot[key[0]]

    def _tell(self, *, in_haste: bool) -> None:
        """Tell every room what it has not heard; ``in_haste`` also those that rest."""
        with self._telling:
            began = self._now()
            due = [room for room in tuple(self._rooms.values())
                   if room.is_behind and (in_haste or room.rests_until <= began)]
            rested = 0.0
            told: list[Room] = []
            for room, event, message in self._messages(due, in_haste=in_haste):
                since = self._now()
                cost = self._send(event, room.key, message)
                rested += max(0.0, self._now() - since - cost)
                told.append(room)
            if not told:
                return
            ended = self._now()
            took = ended - began
            self._rests_until = ended + rest_after(took - rested, took)
            for room in told:
                room.rests_until = ended + pause_after(took - rested, took)

    def _messages(self, due: Sequence[Room], *, in_haste: bool) -> Iterator[tuple[Room, str, Message]]:
        """What these rooms have not heard: each room one message, in haste perhaps two."""
        told: set[Key] = set()
        for source in (self._from_news, self._from_the_source):   # the first cannot fail
            # A mark that came while the news were told waits for its turn, as the room rests then.
            for room, message in source([room for room in due if in_haste or room.key not in told]):
                told.add(room.key)
                if room.watchers is not None:
                    message["watchers"], room.watchers = room.watchers, None
                yield room, "update", message
        for room in due:
            if room.watchers is not None and room.key not in told:   # else it came meanwhile, and waits
                number, room.watchers = room.watchers, None
                yield room, "watchers", {"lot": room.key[0], "number": room.key[1], "watchers": number}

    def _from_news(self, due: Sequence[Room]) -> Iterator[tuple[Room, Message]]:
        """Updates without a look, where the news adjoin."""
        for room in due:
            news = [one for one in room.news if one.stand.accepted > room.told.accepted]
            room.news.clear()
            if not news:
                continue
            reach = [room.told.accepted, *(one.stand.accepted for one in news)]
            if any(one.first > before + 1 for one, before in zip(news, reach, strict=False)):
                room.is_marked = True   # another process' bids lie between
                continue
            message = self._source.compose(room, news)
            room.told = news[-1].stand
            yield room, message

    def _from_the_source(self, due: Sequence[Room]) -> Iterator[tuple[Room, Message]]:
        """Updates for those marked rooms that have changed since they were told."""
        marked = [room for room in due if room.is_marked]
        if not marked:
            return
        for room in marked:   # before they are read: what comes meanwhile marks them anew
            room.is_marked = False
        stands = self._source.look({room.key[0] for room in marked})
        changed = [room for room in marked if stands.get(room.key, room.told) != room.told]
        if not changed:
            return
        messages = self._source.read(changed)
        for room in changed:   # the update may be newer than the look; never older
            room.told = Stand(messages[room.key]["to"], stands[room.key].rest)
            yield room, messages[room.key]
