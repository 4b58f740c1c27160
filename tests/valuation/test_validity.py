"""How long a price carries a sale: REF-1, REF-27.2, REF-30."""

from datetime import date

import pytest

from kernel.law import rule_set
from tests.valuation.test_selection import codes
from valuation.rules import validity

RULES = rule_set("civil-online-2017.01")
VALID_UNTIL = date(2027, 3, 31)


@pytest.mark.parametrize(("published_on", "sale_on", "found"), [
    (date(2027, 3, 30), date(2027, 9, 29), []),
    (date(2027, 3, 31), date(2027, 9, 30), []),
    (date(2027, 3, 30), date(2027, 10, 1), ["price_too_old"]),
    (date(2027, 4, 1), date(2027, 5, 1), ["price_not_valid"]),
    (date(2027, 4, 1), date(2027, 10, 1), ["price_not_valid", "price_too_old"]),
])
def test_the_announcement_lies_within_validity_and_the_sale_within_six_months_after(
        published_on: date, sale_on: date, found: list[str]) -> None:
    assert codes(validity.use_obstacles(VALID_UNTIL, published_on=published_on, sale_on=sale_on,
                                        rules=RULES)) == found


def test_six_months_after_the_end_of_august_end_with_february() -> None:
    assert validity.last_sale_on(date(2026, 8, 31), RULES) == date(2027, 2, 28)


def test_the_search_for_a_price_begins_within_thirty_days_of_the_seizure() -> None:
    assert validity.start_due_on(date(2026, 3, 2), RULES) == date(2026, 4, 1)


def test_the_disposal_begins_within_ten_days_of_the_price() -> None:
    assert validity.disposal_due_on(date(2026, 4, 21), RULES) == date(2026, 5, 6)  # 劳动节
