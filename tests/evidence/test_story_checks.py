"""The checks that know what leaves mean: each by itself, and what of a large sale they keep."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auction.rules.bidding import BidIn
from auction.rules.replay import (
    Entry,
    Retelling,
    bid_members,
    decision_members,
    lot_members,
    outcome_members,
    read_lot,
)
from audit.rules.leaves import GENESIS
from audit.rules.unbundling import BundleLeaf
from evidence.rules.checks.draw import Draw
from evidence.rules.checks.ended import Ended
from evidence.rules.checks.replay import Replay
from kernel.formats import Reader

LOT = "lot:L-7/1"
OPENS = datetime(2026, 4, 2, 2, tzinfo=UTC)
TERMS = read_lot(Reader({
    "start_price_fen": 1_000_000, "increment_fen": 10_000, "max_steps": None, "whole_steps": False,
    "opens_at": "2026-04-02T10:00:00.000+08:00", "closes_at": "2026-04-03T10:00:00.000+08:00",
    "extension_window_seconds": 300, "mode": "auction", "reorder_ms": 10_000}))


def leaf(index: int, kind: str, body: dict[str, Any], actor: str = "system") -> BundleLeaf:
    return BundleLeaf(index, "court.example/luochui", kind, LOT, index + 1, GENESIS, OPENS, actor, body)


def a_sale(bids: int) -> Iterator[BundleLeaf]:
    """The leaves of a sale, each made when it is asked for."""
    sale = Retelling(TERMS)
    yield leaf(0, "lot.published", {"lot": lot_members(TERMS)})
    for number in range(bids):
        bid, at = BidIn(f"B{number % 3}", 1_000_000 + number * 10_000), OPENS + timedelta(seconds=number)
        decision = decision_members(sale.judge(Entry(bid, at)))
        yield leaf(number + 1, "bid", {"bid": bid_members(bid, at), "decision": decision}, f"code:{bid.code}")
    yield leaf(bids + 1, "lot.closed", {"outcome": outcome_members(sale.outcome())})


def told(check: Draw | Ended | Replay, leaves: Iterator[BundleLeaf] | list[BundleLeaf]) -> list[str]:
    """Where a check fails that is told these leaves and no more."""
    found = [failure for one in leaves for failure in check.take(one)]
    return [failure.where.partition(" (")[0] for failure in (*found, *check.rest())]


def alive() -> int:
    """How many leaves somebody keeps."""
    return sum(isinstance(it, BundleLeaf) for it in gc.get_objects())


def test_a_sale_is_read_twice_and_its_bids_are_never_kept() -> None:
    before, kept = alive(), list[int]()

    def watched() -> Iterator[BundleLeaf]:
        for number, one in enumerate(a_sale(300)):
            if number % 100 == 99:
                kept.append(alive() - before)
            yield one

    check = Replay(LOT, watched)
    assert told(check, watched()) == []
    assert check.outcome is not None
    assert check.outcome["accepted"] == 300
    assert len(kept) == 6
    assert max(kept) < 10


def test_without_a_bid_the_leaves_are_not_read_again() -> None:
    def never() -> Iterator[BundleLeaf]:
        raise AssertionError

    check = Replay(LOT, never)
    assert told(check, a_sale(0)) == []
    assert check.outcome is not None
    assert check.outcome["state"] == "failed"


def test_a_lot_withdrawn_before_its_notice_leaves_nothing_to_judge() -> None:
    check = Replay(LOT, lambda: iter(()))
    assert told(check, [leaf(0, "lot.withdrawn", {"reason": "撤回"})]) == []
    assert not check.applies


def test_a_bid_that_cannot_be_read_leaves_the_rest_and_the_outcome_in_the_dark() -> None:
    leaves = list(a_sale(4))
    leaves[2] = leaf(2, "bid", {"bid": {}, "decision": {}})
    leaves[3] = leaf(3, "bid", {"bid": leaves[3].body["bid"], "decision": None}, leaves[3].actor)
    check = Replay(LOT, lambda: iter(leaves))
    assert told(check, leaves) == ["leaf 2", "leaf 5"]
    assert check.outcome is None


@pytest.mark.parametrize("published", [[], None])
def test_a_suspension_that_was_published_already_counts_once(published: list[Any] | None) -> None:
    stop = {"from": "2026-04-02T12:00:00.000+08:00", "to": "2026-04-02T13:00:00.000+08:00"}
    lot = lot_members(TERMS) | {"suspensions": [stop] if published is None else published}
    end = outcome_members(Retelling(read_lot(Reader({**lot, "suspensions": [stop]}))).outcome())
    leaves = [leaf(0, "lot.published", {"lot": lot}), leaf(1, "lot.resumed", {"suspension": stop}),
              leaf(2, "lot.resumed", {"suspension": stop}), leaf(3, "lot.closed", {"outcome": end})]
    check = Replay(LOT, lambda: iter(leaves))
    assert told(check, leaves) == []
    assert check.outcome == end


@pytest.mark.parametrize(("kinds", "where"), [
    (["bid", "lot.closed"], []), (["bid"], [LOT]), (["lot.closed", "bid", "bid"], ["leaf 1", "leaf 2"]),
    (["lot.closed", "lot.withdrawn"], ["leaf 1"]),
    (["lot.withdrawn", "lot.resumed", "lot.closed"], ["leaf 2"]),
])
def test_a_sale_ends_once_and_no_bid_follows(kinds: list[str], where: list[str]) -> None:
    assert told(Ended(LOT), [leaf(index, kind, {}) for index, kind in enumerate(kinds)]) == where


def test_of_a_draw_one_step_too_many_is_kept_and_no_more() -> None:
    check, before = Draw("draw:D-9"), alive()
    steps = (leaf(number, "draw.done", {}) for number in range(1000))
    assert [failure for one in steps for failure in check.take(one)] == []
    assert alive() - before <= 4
    assert [failure.where for failure in check.rest()] == ["draw:D-9"]
