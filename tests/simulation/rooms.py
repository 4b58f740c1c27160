"""The rooms of a process: one update for whatever came meanwhile, always read from the database."""

from collections.abc import Callable
from typing import Any

from auction.rules.lifecycle import LotState
from tests.simulation.house import House
from tests.simulation.machine import Machine
from tests.simulation.world import Steps

FLUSH_MS = 100
POLL_MS = 2_000
SHOWN = 20


class Rooms(Machine):
    """Who watches this process' sockets is told what the database says, wherever it came from."""

    def __init__(self, house: House, name: str) -> None:
        super().__init__(house, name)
        house.network.listeners.append(self.hear)

    def forget(self) -> None:
        super().forget()
        self.told: dict[str, int] = {}
        self.told_state: dict[str, LotState] = {}
        self.dirty: set[str] = set()

    def tasks(self) -> list[Steps]:
        return [*super().tasks(), self.polls()]

    def hint(self, lot: str) -> None:
        """After the commit: other processes may want to look at this lot."""
        self.house.network.publish({"lot": lot})

    def hear(self, hint: dict[str, Any]) -> None:
        """A hint says where to look, never what is so."""
        if self.is_alive and not self.is_paused and hint["lot"] in self.database.sales:
            if not self.dirty:
                self.world.spawn(self, self.flush())
            self.dirty.add(hint["lot"])

    def flush(self) -> Steps:
        """One update a lot for whatever came meanwhile, read from the database."""
        yield FLUSH_MS
        dirty, self.dirty = sorted(self.dirty), set()
        for lot in dirty:
            yield 2
            if self.database.is_up and not self.is_cut_off:
                self.tell(lot)

    def polls(self) -> Steps:
        """Hints may be lost: now and then everybody looks."""
        while True:
            yield self.world.between(POLL_MS // 2, POLL_MS)
            for lot in self.database.sales:
                self.hear({"lot": lot})

    def tell(self, lot: str) -> None:
        sale = self.database.sales[lot]
        told = self.told.get(lot, 0)
        if sale.standing.accepted > told or self.told_state.get(lot) is not sale.state:
            self.told[lot], self.told_state[lot] = sale.standing.accepted, sale.state
            self.broadcast(self.update(lot, told))

    def update(self, lot: str, told: int) -> dict[str, Any]:
        """What is new after ``told``: adjoining ranges, the newest bids, the word on the end."""
        sale = self.database.sales[lot]
        bids = self.ladder(lot, told)
        return {"lot": lot, "from": told + 1, "to": sale.standing.accepted, "bids": bids[-SHOWN:],
                "state": sale.state, "closes_at": sale.standing.closes_at, "ended": self.signed_end(lot)}

    def ladder(self, lot: str, after: int) -> list[tuple[int, str, int]]:
        return [(row.decision.seq or 0, row.bid.code, row.bid.amount_fen)
                for row in self.database.bids[lot] if (row.decision.seq or 0) > after]

    def signed_end(self, lot: str) -> str | None:
        """The receipt of the ``lot.closed`` leaf; None before there is one."""
        return next((leaf.digest for leaf in reversed(self.database.log)
                     if leaf.lot == lot and leaf.kind in ("lot.closed", "lot.withdrawn")), None)

    def broadcast(self, message: dict[str, Any]) -> None:
        for watcher in self.watchers:
            self.house.network.send(watcher, message)

    def answer_events(self, lot: str, after: int, answer: Callable[..., None]) -> None:
        """``GET …/events?after=n``, and the standing with it."""
        if self.is_alive and not self.is_paused and not self.is_cut_off and self.database.is_up:
            self.house.network.send(answer, self.update(lot, after) | {"bids": self.ladder(lot, after)})
