"""The calendar of sales: a month, a day, and a file, each with the days on which courts rest."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel.pages import field_id
from portal.jobs import follow_log
from portal.rules.calendar_file import Event, calendar_file
from portal.rules.months import Month, month_of, read_month, rests
from portal.services import days
from tests.factories.accounts import a_court
from tests.factories.auction import CLOSES_AT, OPENS_AT, a_lot_on_sale
from tests.factories.cases import an_officer

Walk = Callable[[datetime], None]
JUNE = OPENS_AT - timedelta(days=5)


class TestMonth:
    @pytest.mark.parametrize(("text", "first"), [
        ("2026-06", date(2026, 6, 1)), ("2026-13", None), ("2026-6", None), ("2026-06-01", None),
        ("1999-01", None), ("2200-01", None), ("", None), ("abcd-ef", None)])
    def test_it_is_read_from_an_address_or_not_at_all(self, text: str, first: date | None) -> None:
        found = read_month(text)
        assert (found.first if found else None) == first

    def test_its_weeks_begin_on_monday_and_are_whole(self) -> None:
        weeks = Month(date(2026, 6, 1)).weeks()
        assert weeks[0][0] == date(2026, 6, 1)
        assert {len(week) for week in weeks} == {7}
        assert [on for week in weeks for on in week if on] == list(Month(date(2026, 6, 1)).days())

    def test_a_year_turns(self) -> None:
        assert month_of(date(2026, 12, 31)).next.name == "2027-01"
        assert month_of(date(2027, 1, 1)).previous.name == "2026-12"

    def test_it_begins_at_midnight_in_beijing(self) -> None:
        assert Month(date(2026, 6, 1)).starts_at == datetime(2026, 5, 31, 16, tzinfo=UTC)

    def test_a_year_whose_holidays_nobody_knows_is_left_open(self) -> None:
        assert rests(date(2026, 10, 1)) is True
        assert rests(date(2026, 6, 10)) is False
        assert rests(date(2150, 6, 10)) is None


@pytest.mark.both_databases
def test_a_sale_stands_on_the_days_on_which_it_begins_and_ends(
        client: FlaskClient, session: Session, at: Walk) -> None:
    lot = a_lot_on_sale(session)
    at(JUNE)
    follow_log()
    page = client.get("/calendar").text
    assert "2026 年 6 月" in page
    assert "1 件开始，1 件收槌" in page
    assert page.count(f'href="/lots/{lot.id}"') >= 2
    assert '/calendar/2026-06-10"' in page
    assert '/calendar/2026-06-11"' in page
    assert "/calendar/2026-05" in page
    assert "/calendar/2026-07" in page


def test_an_exercise_or_a_draft_is_not_in_it(client: FlaskClient, session: Session, at: Walk) -> None:
    lot = a_lot_on_sale(session)
    lot.sales[0].published_at = None
    session.commit()
    at(JUNE)
    follow_log()
    assert "这个月没有拍卖" in client.get("/calendar").text


@pytest.mark.both_databases
def test_a_month_with_very_many_sales_shows_numbers_and_its_days_the_names(
        client: FlaskClient, session: Session, at: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    court = a_court(session)
    officer = an_officer(session, court)
    lots = [a_lot_on_sale(session, court, officer=officer).id for _ in range(3)]
    at(JUNE)
    follow_log()
    monkeypatch.setattr(days, "NAMED_AT_MOST", 2)
    monkeypatch.setattr(days, "PAGE", 2)
    month = client.get("/calendar/2026-06").text
    assert "开始 3" in month
    assert "收槌 3" in month
    assert lots[0] not in month
    first = client.get("/calendar/2026-06-10").text
    second = client.get("/calendar/2026-06-10?page=2").text
    assert sorted(lot for lot in lots for page in (first, second) if f"/lots/{lot}" in page) == sorted(lots)
    assert "?page=2" in first
    assert "?page=3" not in second


def test_only_one_court_can_be_looked_at(client: FlaskClient, session: Session, at: Walk) -> None:
    court = a_court(session)
    lot = a_lot_on_sale(session, court, officer=an_officer(session, court))
    other = a_court(session, "青屿海事法院", "Qingyu Maritime Court", "other.example/luochui")
    at(JUNE)
    follow_log()
    assert lot.id in client.get(f"/calendar/2026-06?court={court.id}").text
    assert lot.id not in client.get(f"/calendar/2026-06?court={other.id}").text
    assert lot.id in client.get("/calendar/2026-06?court=nobody").text


@pytest.mark.parametrize("name", ["2026-13", "2026-02-30", "2026-6-1", "yesterday", "2026-06-10T00:00",
                                  "0001-01-01"])
def test_what_is_no_day_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/calendar/{name}").status_code == 404


@pytest.mark.parametrize("court", ["zzz", "x" * 41])
def test_a_court_nobody_knows_is_said_and_all_are_shown(
        client: FlaskClient, session: Session, court: str) -> None:
    a_court(session)
    answer = client.get(f"/calendar?court={court}")
    assert answer.status_code == 422
    assert "法院：" in answer.text.split('class="errsum"')[1].split("</ol>")[0]
    assert f'href="#{field_id("court")}"' in answer.text
    assert f'id="{field_id("court")}"' in answer.text
    assert 'class="month"' in answer.text


def test_a_page_of_a_day_that_cannot_be_is_said_above_the_first(client: FlaskClient) -> None:
    answer = client.get("/calendar/2026-11-22?page=x")
    assert answer.status_code == 422
    assert "页码：" in answer.text.split('class="errsum"')[1].split("</ol>")[0]
    assert "这一天没有拍卖" in answer.text


def test_a_day_without_sales_says_so(client: FlaskClient) -> None:
    assert "这一天没有拍卖" in client.get("/calendar/2026-10-01").text
    assert "法院休息日" in client.get("/calendar/2026-10-01").text


class TestFile:
    def test_it_holds_what_runs_and_what_is_announced(
            self, client: FlaskClient, session: Session, at: Walk) -> None:
        lot = a_lot_on_sale(session)
        at(JUNE)
        follow_log()
        answer = client.get("/calendar.ics")
        assert answer.content_type == "text/calendar; charset=utf-8"
        assert f"DTSTART:{OPENS_AT:%Y%m%dT%H%M%SZ}\r\n" in answer.text
        assert f"DTEND:{CLOSES_AT:%Y%m%dT%H%M%SZ}\r\n" in answer.text
        assert f"URL:http://localhost/lots/{lot.id}\r\n" in answer.text
        assert f"UID:{lot.id}-1@localhost\r\n" in answer.text

    def test_one_of_a_court_has_only_its_own(self, client: FlaskClient, session: Session, at: Walk) -> None:
        court = a_court(session)
        lot = a_lot_on_sale(session, court, officer=an_officer(session, court))
        other = a_court(session, "青屿海事法院", "Qingyu Maritime Court", "other.example/luochui")
        at(JUNE)
        follow_log()
        assert lot.id in client.get(f"/courts/{court.id}/calendar.ics").text
        assert "BEGIN:VEVENT" not in client.get(f"/courts/{other.id}/calendar.ics").text
        assert client.get("/courts/nobody/calendar.ics").status_code == 404

    def test_lines_are_folded_between_characters_and_signs_escaped(self) -> None:
        text = calendar_file("名", [Event("u", OPENS_AT, CLOSES_AT, "观澜里，8 幢; 2,\\单元" * 6, "a\nb", "http://x/1")],
                             OPENS_AT)
        lines = text.encode().split(b"\r\n")
        assert max(map(len, lines)) <= 75
        for line in lines:
            line.decode()
        whole = text.replace("\r\n ", "")
        assert "观澜里，8 幢\\; 2\\,\\\\单元" in whole
        assert "DESCRIPTION:a\\nb\r\n" in whole
