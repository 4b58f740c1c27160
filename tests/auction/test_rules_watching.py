"""How often a room is told, and how many are said to watch: every border."""

from itertools import pairwise

import pytest

from auction.rules.watching import SHORTEST_PAUSE, TURN, pause_after, rest_after, shown_watchers


@pytest.mark.parametrize(("cost", "took", "pause"), [
    (0.0, 0.0, 0.1), (0.012, 0.012, 0.1), (0.0125, 0.0125, 0.1), (0.013, 0.013, 0.104), (0.025, 0.025, 0.2),
    (0.05, 0.05, 0.4), (0.051, 0.051, 0.399), (0.09, 0.09, 0.36), (0.1, 0.1, 0.35), (0.1, 0.2, 0.25),
    (0.1, 0.3, 0.15), (0.1, 0.5, 0.1),
    (0.2, 0.2, 0.25), (0.224, 0.224, 0.226), (0.225, 0.225, 0.225), (0.226, 0.226, 0.226), (1.0, 1.0, 1.0),
    (10.0, 12.0, 10.0)])
def test_the_pause_follows_what_the_last_update_cost(cost: float, took: float, pause: float) -> None:
    assert pause_after(cost, took) == pytest.approx(pause)


def test_two_updates_a_second_hold_until_telling_takes_half_of_the_time_and_never_more() -> None:
    for milliseconds in range(3000):
        cost = milliseconds / 1000
        for took in (cost, 1.5 * cost, 3 * cost):
            pause = pause_after(cost, took)
            assert pause >= SHORTEST_PAUSE
            assert took + pause <= max(TURN, took + SHORTEST_PAUSE, took + cost) + 1e-9
            assert pause >= cost
            assert cost <= rest_after(cost, took) <= pause
            assert rest_after(cost, took) == pause or pause == SHORTEST_PAUSE


@pytest.mark.parametrize(("count", "shown"), [
    (0, 0), (1, 0), (9, 0), (10, 10), (19, 10), (20, 20), (49, 20), (50, 50), (99, 50), (100, 100),
    (999, 500), (1000, 1000), (9_999, 5000), (10_000, 10_000), (123_456, 100_000)])
def test_only_a_rounded_count_is_shown_and_a_handful_not_at_all(count: int, shown: int) -> None:
    assert shown_watchers(count) == shown


def test_the_shown_count_never_exceeds_the_real_one_and_never_falls_as_it_grows() -> None:
    numbers = [shown_watchers(count) for count in range(20_000)]
    assert all(shown <= count for count, shown in enumerate(numbers))
    assert all(before <= after for before, after in pairwise(numbers))
