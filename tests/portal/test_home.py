"""The home page shows what is on now, whatever state it is in; and every page can be found and shared."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from kernel.database import db
from portal.jobs import follow_log
from tests.factories.accounts import a_court
from tests.factories.auction import CLOSES_AT, OPENS_AT, a_code, a_lot_on_sale, bid, closed
from tests.factories.cases import an_officer
from tests.factories.valuation import a_course, a_done_draw, a_scene, decided, proposed

Walk = Callable[[datetime], None]


def test_an_empty_court_says_what_one_can_do(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "还没有公告的标的" in page.text
    assert "还没有成交" in page.text
    assert 'action="/lots"' in page.text


@pytest.mark.both_databases
def test_a_lot_moves_from_coming_to_today_to_the_results(
        client: FlaskClient, session: Session, at: Walk) -> None:
    lot = a_lot_on_sale(session)
    lot_id = lot.id
    at(OPENS_AT - timedelta(days=3))
    follow_log()
    announced = client.get("/").text
    assert f"/lots/{lot_id}" in announced
    assert "即将开始" in announced

    found = a_code(session, lot)[1]
    bid(session, found, 2_144_000_00, OPENS_AT + timedelta(hours=1))
    at(CLOSES_AT - timedelta(hours=2))
    follow_log()
    today = client.get("/").text
    assert "今天收槌" in today
    assert "1 次出价" in today
    assert "今天 1 件，共 1 件竞价中" in today

    closed(session, lot)
    at(CLOSES_AT + timedelta(hours=1))
    follow_log()
    ended = client.get("/").text
    assert f"/lots/{lot_id}/result" in ended
    assert "80.0%" in ended
    assert "只有 1 件有评估价的成交" in ended
    assert re.search(r'class="hash" title="[0-9a-f]{64}"', ended)


def test_a_draw_that_is_still_open_does_not_break_the_page(
        client: FlaskClient, session: Session, at: Walk) -> None:
    scene = a_scene(session)
    draw = proposed(session, scene, a_course(session, scene, at))
    draw_id = draw.id
    decided(session, scene, draw)
    page = client.get("/")
    assert page.status_code == 200
    assert f"/draws/{draw_id}" in page.text
    assert "次序已复算一致" not in page.text


def test_a_draw_that_was_held_says_that_its_order_was_found_again(
        client: FlaskClient, session: Session, at: Walk) -> None:
    draw_id = a_done_draw(session, a_scene(session), at)[1].id
    page = client.get("/").text
    assert f"/draws/{draw_id}" in page
    assert "次序已复算一致" in page


def test_the_page_asks_the_database_as_often_for_ten_lots_as_for_three(
        client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    officer = an_officer(session, court)
    for _ in range(3):
        a_lot_on_sale(session, court, officer=officer)
    follow_log()
    few = _queries(client, "/")
    for _ in range(7):
        a_lot_on_sale(session, court, officer=officer)
    follow_log()
    assert _queries(client, "/") <= few + 2


class TestSharing:
    """A public page has an address of its own, and one for each language."""

    def test_a_public_page_names_itself_and_its_languages(self, client: FlaskClient) -> None:
        page = client.get("/help?utm_source=x").text
        assert '<link rel="canonical" href="http://localhost/help">' in page
        assert 'hreflang="en" href="http://localhost/help?lang=en"' in page
        assert 'hreflang="zh-Hans" href="http://localhost/help?lang=zh"' in page
        assert 'hreflang="x-default" href="http://localhost/help"' in page

    def test_what_makes_another_page_stays_in_its_address(self, client: FlaskClient) -> None:
        page = client.get("/results?month=2026-06&lang=en&next=/x").text
        assert '<link rel="canonical" href="http://localhost/results?month=2026-06&amp;lang=en">' in page

    def test_an_address_in_english_is_english_and_so_is_what_follows(self, client: FlaskClient) -> None:
        first = client.get("/help?lang=en", headers={"Accept-Language": "zh-CN"})
        assert '<html lang="en"' in first.text
        assert first.headers["Content-Language"] == "en"
        assert '<html lang="en"' in client.get("/", headers={"Accept-Language": "zh-CN"}).text

    def test_the_address_beats_the_choice_of_before(self, client: FlaskClient) -> None:
        client.get("/language/en")
        assert '<html lang="zh-Hans"' in client.get("/help?lang=zh").text

    def test_a_language_nobody_speaks_changes_nothing(self, client: FlaskClient) -> None:
        page = client.get("/help?lang=xx")
        assert '<html lang="zh-Hans"' in page.text
        assert "Set-Cookie" not in page.headers
        assert "lang=xx" not in page.text.split("<body")[0]

    def test_a_page_that_is_not_for_the_public_is_not_offered_to_crawlers(self, client: FlaskClient) -> None:
        page = client.get("/no-such-page").text
        assert 'rel="canonical"' not in page
        assert '<meta name="robots" content="noindex">' in page

    def test_caches_keep_the_languages_apart(self, client: FlaskClient) -> None:
        vary = client.get("/").headers["Vary"]
        assert "Accept-Language" in vary
        assert "Cookie" in vary


class TestNavigation:
    def test_the_present_page_is_marked_and_the_others_are_not(self, client: FlaskClient) -> None:
        head = client.get("/results").text.split("</header>")[0]
        assert re.findall(r'<a href="([^"]+)" aria-current="page"', head) == ["/results"]

    def test_no_link_of_head_and_foot_leads_nowhere(self, client: FlaskClient) -> None:
        page = client.get("/help").text
        frame = page.split("</header>")[0] + page.split('<footer class="foot">')[1]
        links = {link.partition("#")[0] for link in re.findall(r'<a[^>]* href="(/[^"]*)"', frame)}
        assert {"/lots", "/calendar", "/results", "/draws", "/help", "/glossary", "/courts"} <= links
        for link in links:
            assert client.get(link).status_code in (200, 302), link


def _queries(client: FlaskClient, url: str) -> int:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(url).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)
