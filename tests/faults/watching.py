"""Watchers who write down what they are shown and when, to be compared with what was decided."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.deploy.clients import Roamer, Sale
from tests.faults.bidding import Judged


@dataclass
class Onlooker(Roamer):
    """Somebody who only looks, on one line.

    Attributes:
        shown: every bid that was shown, by its number, and when first.
        ranges: what updates said to stand for, in their order, behind the number known on entering.
        untrue: bids shown in two ways.
        ends: results shown.
    """

    shown: dict[int, tuple[str, int, float]] = field(default_factory=dict)
    ranges: list[tuple[int, int]] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    ends: list[dict[str, Any]] = field(default_factory=list)

    def hear(self, message: dict[str, Any]) -> None:
        now_s = time.monotonic()
        if message.get("result") is not None:
            self.ends.append(message["result"])
        if message.get("from") is not None:
            self.ranges.append((message["from"], message["to"]))
        for bid in message.get("bids", []):
            known = self.shown.setdefault(bid["seq"], (bid["code"], bid["amount_fen"], now_s))
            if known[:2] != (bid["code"], bid["amount_fen"]):
                self.untrue.append(f"number {bid['seq']}: {known[:2]} and {bid}")

    @property
    def reached(self) -> int:
        """The number up to which updates have told."""
        return max((to for _, to in self.ranges), default=0)

    def gaps(self, begin: int) -> list[str]:
        """Where a range does not begin behind the one before it (T3)."""
        found, last = [], begin
        for begins, ends in self.ranges:
            if begins != last + 1 or ends < last:
                found.append(f"{begins}…{ends} after {last}")
            last = ends
        return found

    def false(self, ladder: dict[int, tuple[str, int]]) -> list[str]:
        """What was shown and never decided."""
        return self.untrue + [f"number {seq}: {shown[:2]}, decided {ladder.get(seq)}"
                              for seq, shown in self.shown.items() if ladder.get(seq) != shown[:2]]

    def lags(self, judged: Sequence[Judged]) -> list[float]:
        """For each accepted bid that was shown, how long after its acknowledgement."""
        accepted = {one.answer["decision"]["seq"]: one.told_s for one in judged
                    if one.answer["decision"]["accepted"]}
        return [max(0.0, shown[2] - accepted[seq]) for seq, shown in self.shown.items() if seq in accepted]


def onlookers(sale: Sale, urls: Sequence[str], count: int) -> list[Onlooker]:
    """Watchers on a line, spread over the addresses; nobody has bid yet."""
    found = [Onlooker(urls, sale.lot, place=place) for place in range(count)]
    for one in found:
        one.on_line()
    return found
