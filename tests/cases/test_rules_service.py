"""When a served document counts as received."""

from datetime import UTC, datetime, timedelta

import pytest

from cases.rules.service import (
    GENERAL_NOTICE,
    NOTICES,
    REPORT_NOTICE,
    SALE_NOTICE,
    check_service,
    received_at,
)
from cases.rules.words import ServiceWay
from kernel.clock import beijing_day
from kernel.errors import InvalidInput
from kernel.law import rule_set

RULES = rule_set("civil-online-2017.01")
SERVED_AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # 09:30 in Beijing
A_MOMENT = timedelta(milliseconds=1)


@pytest.mark.parametrize("way", [way for way in ServiceWay if way is not ServiceWay.PUBLIC_NOTICE])
def test_what_is_handed_over_is_received_there_and_then(way: ServiceWay) -> None:
    assert received_at(way, SERVED_AT, notice=GENERAL_NOTICE, rules=RULES) == SERVED_AT


@pytest.mark.parametrize(("notice", "last_day"), [
    (GENERAL_NOTICE, "2026-04-01"), (REPORT_NOTICE, "2026-03-17"), (SALE_NOTICE, "2026-03-07"),
])
def test_a_public_notice_counts_as_received_on_the_last_of_its_days(
        notice: str, last_day: str) -> None:
    received = received_at(ServiceWay.PUBLIC_NOTICE, SERVED_AT, notice=notice, rules=RULES)
    assert beijing_day(received).isoformat() == last_day
    assert beijing_day(received + A_MOMENT) > beijing_day(received)


def test_the_day_of_a_public_notice_is_that_of_beijing() -> None:
    before_midnight = datetime(2026, 3, 2, 15, 59, 59, 999_000, tzinfo=UTC)
    days = [beijing_day(received_at(ServiceWay.PUBLIC_NOTICE, at, notice=SALE_NOTICE, rules=RULES))
            for at in (before_midnight, before_midnight + A_MOMENT)]
    assert [day.isoformat() for day in days] == ["2026-03-07", "2026-03-08"]


def test_every_kind_of_notice_has_its_days_in_the_rule_set() -> None:
    assert all(RULES.days(notice) > 0 for notice in NOTICES)


@pytest.mark.parametrize(("way", "has_account", "has_proof", "expected"), [
    (ServiceWay.WAIVED, True, False, {"proof"}),
    (ServiceWay.WAIVED, False, True, set()),
    (ServiceWay.ELECTRONIC, False, False, {"proof"}),
    (ServiceWay.ELECTRONIC, True, False, set()),
    (ServiceWay.ELECTRONIC, False, True, set()),
    (ServiceWay.IN_PERSON, False, False, set()),
    (ServiceWay.POST, False, False, set()),
    (ServiceWay.PUBLIC_NOTICE, False, False, set()),
])
def test_a_waiver_is_written_and_a_message_goes_to_somebody(
        way: ServiceWay, has_account: bool, has_proof: bool, expected: set[str]) -> None:
    try:
        check_service(way, served_at=SERVED_AT, now=SERVED_AT, has_account=has_account,
                      has_proof=has_proof)
        wrong = set()
    except InvalidInput as error:
        wrong = set(error.fields)
    assert wrong == expected


def test_nothing_is_served_in_the_future() -> None:
    check_service(ServiceWay.IN_PERSON, served_at=SERVED_AT, now=SERVED_AT, has_account=False,
                  has_proof=False)
    with pytest.raises(InvalidInput) as refused:
        check_service(ServiceWay.IN_PERSON, served_at=SERVED_AT + A_MOMENT, now=SERVED_AT,
                      has_account=False, has_proof=False)
    assert set(refused.value.fields) == {"served_at"}
