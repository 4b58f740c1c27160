"""What waits in cases, for whom and until when."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from accounts import services as accounts
from cases import services
from cases.models import Case
from cases.rules.words import PropertyStatus, ServiceWay
from cases.work import work
from kernel.access import Actor, Role
from kernel.domain import WorkItem
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_person
from tests.factories.cases import (
    a_case,
    a_claim,
    a_document,
    a_fact,
    a_party,
    a_property,
    an_officer,
    served,
)

NOW = datetime(2026, 3, 18, 6, 32, tzinfo=UTC)
DUE_AT = datetime(2026, 4, 10, 16, 0, tzinfo=UTC)  # 30 days after 11 March: the end of 10 April


@pytest.fixture
def officer(session: Session, at: Callable[[datetime], None]) -> Actor:
    at(NOW)
    return an_officer(session)


@pytest.fixture
def case(session: Session, officer: Actor) -> Case:
    made = a_case(session, officer)
    a_document(session, made, officer)
    return made


def waiting(session: Session, now: datetime = NOW) -> dict[str, WorkItem]:
    items = list(work(session, now))
    assert len({item.rule for item in items}) == len(items)
    return {item.rule: item for item in items}


def test_a_case_without_its_basis_asks_for_it(session: Session, officer: Actor) -> None:
    case = a_case(session, officer)
    item = waiting(session)["AUC-13"]
    assert (item.person_id, item.due_at, item.url) == (
        officer.id, None, f"/desk/cases/{case.id}/documents/new?kind=enforcement_basis")
    a_document(session, case, officer)
    assert waiting(session) == {}


@pytest.mark.both_databases
def test_a_seized_flat_asks_for_its_facts_and_for_a_price_within_thirty_days(
        session: Session, officer: Actor, case: Case) -> None:
    flat = a_property(session, case, officer, seized_on=date(2026, 3, 11))
    found = waiting(session)
    assert set(found) == {"REF-1", "REF-3.1"}
    assert {item.due_at for item in found.values()} == {DUE_AT}
    assert all(item.roles == {Role.OFFICER} and item.person_id == officer.id
               for item in found.values())
    assert found["REF-3.1"].details == {"property": flat.title, "count": 5}
    for topic in list(flat.facts_missing):
        a_fact(session, flat, officer, topic)
    assert set(waiting(session)) == {"REF-1"}
    with unit_of_work() as unit:
        services.set_property_status(unit.session, flat.id, PropertyStatus.VALUING, actor=officer,
                                     now=NOW)
    assert waiting(session) == {}


def test_claims_wait_to_be_checked_one_item_a_case(
        session: Session, officer: Actor, case: Case) -> None:
    bank = a_party(session, case, officer)
    a_claim(session, case, officer, bank, checked=False)
    last = a_claim(session, case, officer, bank, checked=False)
    assert waiting(session)["PAR-01"].details == {"count": 2, "number": case.number}
    with unit_of_work() as unit:
        services.check_claim(unit.session, last.id, actor=officer, now=NOW)
    assert waiting(session)["PAR-01"].details["count"] == 1


def test_a_public_notice_is_waited_for_by_nobody_until_its_days_are_over(
        session: Session, officer: Actor, case: Case) -> None:
    service = served(session, case, officer, a_party(session, case, officer),
                     way=ServiceWay.PUBLIC_NOTICE)
    item = waiting(session)["PLAN-02"]
    assert (item.due_at, item.roles, item.person_id) == (service.received_at, frozenset(), None)
    assert waiting(session, service.received_at) == {}


def test_the_work_goes_with_the_case_to_its_new_officer(
        session: Session, officer: Actor, case: Case) -> None:
    a_property(session, case, officer)
    colleague = a_person(session, Role.OFFICER, accounts.get_court(session, case.court_id))
    with unit_of_work() as unit:
        services.assign_case(unit.session, case.id, colleague.id, actor=officer, now=NOW)
    assert {item.person_id for item in waiting(session).values()} == {colleague.id}
