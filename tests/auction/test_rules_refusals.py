"""What a bidder reads when a bid is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from auction.rules.bidding import BidIn, LotTerms, Reason, Standing, judge, opening
from auction.rules.refusals import explain
from kernel.law import instrument_of

OPENS = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
ENDS = OPENS + timedelta(hours=24)
TERMS = LotTerms(start_price_fen=1000, increment_fen=100, opens_at=OPENS, closes_at=ENDS,
                 window=timedelta(minutes=5), selloff_span=timedelta(hours=24), max_steps=3,
                 whole_steps=True)
LED = Standing(ENDS, price_fen=1200, leader_code="A", accepted=1, latest_at=OPENS)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words_figures_and_an_article(reason: Reason) -> None:
    refusal = explain(reason, TERMS, LED, BidIn("B", 1250))
    assert refusal.message % dict(refusal.details)
    assert refusal.rule
    assert instrument_of(refusal.article)
    assert all(value is not None for value in refusal.details.values())


@pytest.mark.parametrize("reason", list(Reason))
def test_only_the_figures_of_the_sentence_are_told(reason: Reason) -> None:
    refusal = explain(reason, TERMS, LED, BidIn("B", 1250))
    assert all(f"%({name})s" in refusal.message for name in refusal.details)


def test_what_would_do_is_told_to_the_fen() -> None:
    too_low = explain(Reason.BELOW_MINIMUM, TERMS, LED, BidIn("B", 1299))
    assert dict(too_low.details) == {"price_fen": 1200, "increment_fen": 100, "minimum_fen": 1300}
    too_high = explain(Reason.STEP_TOO_LARGE, TERMS, LED, BidIn("B", 1600))
    assert dict(too_high.details) == {"max_steps": 3, "maximum_fen": 1500}
    below_start = explain(Reason.BELOW_START, TERMS, LED, BidIn("B", 999))
    assert dict(below_start.details) == {"start_price_fen": 1000, "minimum_fen": 1300}


@pytest.mark.parametrize(("amount", "nearest"), [(1301, 1300), (1399, 1300), (1950, 1500)])
def test_the_step_that_is_proposed_would_be_accepted(amount: int, nearest: int) -> None:
    refusal = explain(Reason.NOT_WHOLE_STEP, TERMS, LED, BidIn("B", amount))
    assert refusal.details["nearest_fen"] == nearest
    assert judge(TERMS, LED, BidIn("B", nearest), OPENS)[0].accepted


def test_a_leader_who_repeats_its_price_is_told_that_it_leads() -> None:
    again = explain(Reason.BELOW_MINIMUM, TERMS, LED, BidIn("A", 1200))
    other = explain(Reason.BELOW_MINIMUM, TERMS, LED, BidIn("B", 1200))
    assert "已经以这个价格领先" in again.message
    assert "已经以这个价格领先" not in other.message


def test_a_priority_bidder_who_could_match_is_told_so() -> None:
    could = explain(Reason.BELOW_MINIMUM, TERMS, LED, BidIn("P", 1250, priority_rank=2))
    assert could.details == {"price_fen": 1200, "minimum_fen": 1300}
    behind = LED._replace(leader_rank=1)
    could_not = explain(Reason.BELOW_MINIMUM, TERMS, behind, BidIn("P", 1250, priority_rank=2))
    assert could_not.message != could.message


def test_before_the_first_bid_no_price_is_spoken_of() -> None:
    refusal = explain(Reason.BELOW_START, TERMS, opening(TERMS), BidIn("B", 1))
    assert refusal.details == {"start_price_fen": 1000, "minimum_fen": 1000}
