"""Every fault in its short form; ``make faults`` does the counts of the issue."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.catalogue import Fault, faults
from tests.faults.outcome import Criterion, Outcome, Size, none_of, percentile, within
from tests.faults.places import close_all
from tests.faults.report import BEGIN, END, PAGE, row

pytestmark = [pytest.mark.race, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", autouse=True)
def nothing_left_running() -> Iterator[None]:
    yield
    close_all()


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: f"{fault.name} {fault.title}")
def test_what_must_hold_holds(fault: Fault) -> None:
    with ThreadPoolExecutor(1) as alone:   # browsers of other tests leave an event loop in this thread
        outcome = alone.submit(fault.tried, Size.SHORT).result()
    assert outcome.fault == fault.name
    assert outcome.tries > 0
    assert outcome.facts
    assert outcome.criteria
    assert outcome.not_covered
    assert [one for one in outcome.criteria if not one.held and not one.timed] == []


def test_no_failure_in_200_tries_bounds_the_rate_by_one_and_a_half_per_cent() -> None:
    outcome = Outcome("F1", "kills", 200, {"bids": 12_034}, [none_of("lost", 0)], "fsync", 60.0)
    assert outcome.bound == "< 1.50%"
    assert row(outcome, "2026-11-22 abc") == (
        "| F1 | kills | 200 | bids 12,034 | lost: 0 | < 1.50% | 2026-11-22 abc, 60 s |")


def test_what_did_not_hold_is_said_and_bounds_nothing() -> None:
    broken = [Criterion("all", "half", held=False), none_of("lost", ["b-1"]), within("ack", 2.5, 2.0)]
    for one in broken:
        outcome = Outcome("F1", "kills", 10, {}, [one], "")
        assert not outcome.held
        assert "**NOT** " in row(outcome, "now")
        assert outcome.bound == "not held"
    assert not Outcome("F1", "kills", 0, {}, [], "").held, "what was never tried shows nothing"


def test_a_percentile_is_a_value_that_was_found() -> None:
    assert percentile([], 0.99) == 0
    assert percentile([3.0], 0.99) == 3
    assert percentile([float(n) for n in range(100)], 0.99) == 99
    assert percentile([float(n) for n in range(100)], 0.5) == 50


def test_the_page_has_a_place_for_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(BEGIN) == 1
    assert page.split(BEGIN)[1].count(END) >= 1
