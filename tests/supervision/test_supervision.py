"""Supervision reads every floor: what is overdue, what sales came to, whether the books hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.access import Role
from kernel.domain import WorkItem
from supervision.rules import SaleFigure, figures, overdue
from tests.factories.accounts import a_court, a_person, sign_in

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def work(title: str, days: float, *, roles: frozenset[Role] = frozenset({Role.OFFICER})) -> WorkItem:
    return WorkItem(court_id="c", title=title, url="/", rule="REF-1", roles=roles,
                    due_at=NOW + timedelta(days=days))


def test_only_an_act_whose_term_ran_out_is_overdue() -> None:
    waits = work("waits", -3, roles=frozenset())
    found = overdue([work("late", -1), work("very late", -9), work("not yet", 1), waits], NOW)
    assert [one.title for one in found] == ["very late", "late"]


def test_what_no_law_sets_a_term_for_is_past_no_statutory_term() -> None:
    assert overdue([replace(work("an alarm of a log", -1), rule="")], NOW) == []


def test_a_term_that_ends_this_instant_is_not_overdue() -> None:
    assert overdue([work("now", 0)], NOW) == []


def test_figures_count_sold_and_failed_and_take_the_median_ratio() -> None:
    found = figures([SaleFigure(True, 80, 100, 4, 1), SaleFigure(True, 101, 100, 9, 3),
                     SaleFigure(False, None, 100, 0, 0)])
    assert (found.ended, found.sold, found.turnover_fen) == (3, 2, 181)
    assert (found.bids, found.extensions) == (13, 4)
    assert found.median_percent == 91  # between 80 and 101 lies 90.5, half up


def test_a_court_without_sales_has_no_median() -> None:
    assert figures([]).median_percent is None


def test_the_supervisor_sees_the_court_at_a_glance(client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    sign_in(client, a_person(session, Role.SUPERVISOR, court))
    page = client.get("/desk/supervision")
    assert page.status_code == 200
    assert "没有超过法定期限的事" in page.text
    assert "一分不差" in page.text
