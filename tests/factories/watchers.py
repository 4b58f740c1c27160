"""Watchers that insist on a whole run, and the processes that tell them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from auction.live.rooms import Key, Message, News, Room, Rooms, Stand
from auction.services.reading import SHOWN_BIDS

KEY: Final = ("lot", 1)


@dataclass
class Book:
    """A ladder in memory that answers as the database does."""

    bids: list[int] = field(default_factory=list)
    state: int = 0
    looks: int = 0

    def commit(self, count: int) -> None:
        self.bids += range(len(self.bids), len(self.bids) + count)

    def change(self, _n: int) -> None:
        """Something that is no bid."""
        self.state += 1

    def news(self, count: int) -> News:
        """The last bids as the process tells them that has committed them."""
        return News(KEY, len(self.bids) - count + 1, self.stand(), self.message(len(self.bids) - count))

    def compose(self, room: Room, news: Sequence[News]) -> Message:
        """From what was said at the commits alone, as they may be older than the book."""
        known = {bid["seq"]: bid for one in news for bid in one.told["bids"]}
        to, after = news[-1].stand.accepted, room.told.accepted
        return {"from": after + 1, "to": to, "state": news[-1].told["state"],
                "bids": [known[seq] for seq in range(to, max(after, to - SHOWN_BIDS), -1)]}

    def stand(self) -> Stand:
        return Stand(len(self.bids), (self.state,))

    def found(self, key: Key) -> Room:
        return Room(key, self.stand())

    def look(self, lot_ids: Collection[str]) -> Mapping[Key, Stand]:
        self.looks += 1
        return {(lot_id, 1): self.stand() for lot_id in lot_ids}

    def read(self, rooms: Sequence[Room]) -> Mapping[Key, Message]:
        return {room.key: self.message(room.told.accepted) for room in rooms}

    def message(self, after: int) -> Message:
        to = len(self.bids)
        seqs = range(max(after, to - SHOWN_BIDS) + 1, to + 1)
        return {"from": after + 1, "to": to, "state": self.state,
                "bids": [{"seq": seq, "amount_fen": self.bids[seq - 1]} for seq in reversed(seqs)]}


@dataclass
class Watcher:
    """A page that takes what it is told, and insists that nothing is missing."""

    have: int = 0
    state: Any = None
    seen: dict[int, int] = field(default_factory=dict)
    early: list[Message] = field(default_factory=list)
    is_here: bool = False
    has_read: bool = False

    def hear(self, message: Message) -> None:
        if not self.has_read:   # told between the joining and the answer
            self.early.append(message)
            return
        assert message["from"] <= self.have + 1, "a range is missing"
        assert [bid["seq"] for bid in message["bids"]] == list(range(
            message["to"], message["to"] - len(message["bids"]), -1))
        self.have = max(self.have, message["to"])
        self.state = message["state"]
        self.seen.update((bid["seq"], bid["amount_fen"]) for bid in message["bids"])

    def answered(self, message: Message) -> None:
        early, self.early, self.has_read = self.early, [], True
        self.hear(message)
        for one in early:
            self.hear(one)

    def leave(self) -> None:
        self.is_here = self.has_read = False
        self.early = []


class Process:
    """One process: its rooms, and those who watch there."""

    def __init__(self, source: Any, key: Key = KEY, watchers: list[Watcher] | None = None) -> None:
        self.watchers = watchers or [Watcher(), Watcher()]
        self.sent: list[Message] = []
        self.rooms = Rooms(source, send=self._send, spawn=lambda _work: False,
                           is_watched=lambda _key: any(one.is_here for one in self.watchers))

    def _send(self, _event: str, _key: Key, message: Message) -> float:
        self.sent.append(message)
        for one in self.watchers:
            if one.is_here:
                one.hear(message)
        return 0.0


@dataclass
class Course:
    """A sale, two processes, and two watchers in each; steps are taken by their names.

    Attributes:
        ladder: the truth: every accepted bid by its number, and the state.
        answer: what a watcher is answered that has all bids up to a number.
    """

    source: Any
    key: Key
    commit: Callable[[int], None]
    stand: Callable[[int], None]
    answer: Callable[[int], Message]
    ladder: Callable[[], tuple[dict[int, int], Any]]

    def __post_init__(self) -> None:
        self.processes = [Process(self.source, self.key), Process(self.source, self.key)]

    def take(self, steps: Sequence[tuple[str, int]]) -> None:
        """Let it happen: of ``n`` the lowest bit names the process, the next one its watcher."""
        for step, n in steps:
            getattr(self, step)(n)

    def own(self, n: int) -> None:
        """A process commits a bid or a few itself, and tells of them at once; or it dies before that."""
        count = n // 4 + 1
        self.commit(count)
        if n // 2 % 2:
            self.processes[n % 2].rooms.hear([self.source.news(count)])

    def late(self, n: int) -> None:
        """Two commits, of which the earlier is told last."""
        self.commit(2)
        first = self.source.news(2)
        self.commit(3)
        self.processes[n % 2].rooms.hear([self.source.news(3)])
        self.processes[n % 2].rooms.hear([first])

    def mark(self, n: int) -> None:
        self.processes[n % 2].rooms.mark(self.key[0])

    def mark_twice(self, n: int) -> None:
        self.mark(n)
        self.mark(n)

    def look(self, n: int) -> None:
        self.processes[n % 2].rooms.look_around()

    def crash(self, n: int) -> None:
        """A process dies; whoever watched there comes back to another one."""
        watchers = self.processes[n % 2].watchers
        for one in watchers:
            one.leave()
        self.processes[n % 2] = Process(self.source, self.key, watchers)

    def join(self, n: int) -> None:
        process, watcher = self._who(n)
        if not watcher.is_here:
            watcher.is_here = True
            process.rooms.enter(*self.key)

    def read(self, n: int) -> None:
        _process, watcher = self._who(n)
        if watcher.is_here and not watcher.has_read:
            watcher.answered(self.answer(watcher.have))

    def leave(self, n: int) -> None:
        self._who(n)[1].leave()

    def _who(self, n: int) -> tuple[Process, Watcher]:
        process = self.processes[n % 2]
        return process, process.watchers[n // 2 % 2]

    def check(self) -> None:
        """Let everybody come back and every room be looked at once; then all know the whole ladder."""
        for n in range(4):
            self.join(n)
            self.read(n)
        for n in range(2):
            self.look(n)
        bids, state = self.ladder()
        for n in range(4):
            _process, watcher = self._who(n)
            assert (watcher.have, watcher.state) == (len(bids), state)
            assert watcher.seen.items() <= bids.items()
            assert not bids or watcher.seen[len(bids)] == bids[len(bids)]
