"""Bids judged, logged, durable and acknowledged in a second, against the naive design in the same run.

The server has one core to itself; the crowd and PostgreSQL have the other. Every bid comes over a real
WebSocket, has its leaf, and is acknowledged with a signed receipt after its commit. Where ten thousand
watch, the naive design is given a thousand: each of its bids costs in proportion to them.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.figures import Figure
from benchmarks.place import OTHERS, crowd, standing

ROUNDS = 5


@dataclass(frozen=True)
class Size:
    """Who takes part in a run."""

    bidders: int
    lots: int
    watchers: int = 0
    naive_watchers: int = 0


SIZES = {"hot": Size(200, 1), "watched": Size(200, 1, 10_000, 1_000), "lots": Size(1000, 1000)}
WORD = {"answered": "bids/s", "p50_ms": "ms", "p99_ms": "ms"}
WATCHED = {"updates_s": "1/s", "update_p99_ms": "ms", "watcher_kib": "KiB"}


def measure() -> Iterator[Figure]:
    os.sched_setaffinity(0, OTHERS)
    for kind in ("sqlite", "postgres"):
        for name, size in SIZES.items():
            runs = [(round_of(kind, size, is_naive=False), round_of(kind, size, is_naive=True))
                    for _ in range(ROUNDS)]
            for member, unit in (WORD | (WATCHED if size.watchers else {})).items():
                yield Figure(f"bids.{name}.{kind}.{member.removesuffix('_ms')}", unit,
                             [ours[member] for ours, _ in runs], [naive[member] for _, naive in runs])


def round_of(kind: str, size: Size, *, is_naive: bool) -> dict[str, float]:
    """One run against a server of its own."""
    watchers = size.naive_watchers if is_naive else size.watchers
    with standing(kind, size.bidders, size.lots, is_naive=is_naive) as (server, place):
        before_kib = server.kib("VmRSS")
        told = crowd(server.port, place.seats, size.bidders, watchers)
        grown_kib = server.kib("VmHWM") - before_kib
    if told["refused"]:
        raise RuntimeError(f"bids that came in their order were refused: {told['refused']}")
    hearing = size.bidders + watchers
    return {"answered": told["answered"] / told["seconds"], "p50_ms": told["p50_ms"],
            "p99_ms": told["p99_ms"], "updates_s": told["updates"] / told["seconds"] / hearing,
            "update_p99_ms": told["update_p99_ms"], "watcher_kib": grown_kib / hearing}
