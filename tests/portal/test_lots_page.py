"""All lots on one page: found by words, narrowed, sorted; the catalogue follows the log."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from kernel.database import db
from kernel.pages import field_id
from kernel.transactions import unit_of_work
from portal.jobs import follow_log
from portal.models import CatalogueState, Entry
from portal.rules.sieve import Marks, Sieve, Wish
from portal.services import catalogue
from tests.clients import json_of
from tests.factories.accounts import a_court, acting
from tests.factories.auction import (
    OPENS_AT,
    START_FEN,
    a_code,
    a_lot_on_sale,
    an_exercise,
    bid,
    closed,
)
from tests.factories.cases import an_officer


@pytest.fixture
def lot_id(app: Flask, session: Session) -> str:
    found = a_lot_on_sale(session).id
    follow_log()
    return found


def entry_of(lot_id: str) -> Entry:
    return db.session.scalars(select(Entry).where(Entry.lot_id == lot_id)).one()


@pytest.mark.both_databases
def test_an_announced_lot_is_found_by_two_characters_and_not_the_other_way_round(
        client: FlaskClient, lot_id: str) -> None:
    title = entry_of(lot_id).title
    two = title[:2]
    assert f"/lots/{lot_id}" in client.get(f"/lots?q={quote(two)}").text
    assert f"/lots/{lot_id}" not in client.get(f"/lots?q={quote(two[::-1])}").text
    assert json_of(client.get(f"/api/v1/lots?q={quote(two)}"))["total"] == 1
    assert json_of(client.get("/api/v1/lots?state=sold"))["total"] == 0


@pytest.mark.both_databases
def test_the_catalogue_follows_the_log_and_can_be_made_anew(app: Flask, lot_id: str) -> None:
    entry = entry_of(lot_id)
    words = entry.text
    with unit_of_work() as work:
        work.session.execute(delete(Entry))
        work.session.execute(update(CatalogueState).values(filled_to="", epoch="cat-anew"))
    follow_log()
    again = entry_of(lot_id)
    assert again is not None
    assert again.text == words
    assert catalogue.find(db.session(), Wish()).total == 1
    state = db.session.scalars(select(CatalogueState)).one()
    assert state.filled_to is None
    version = state.version
    follow_log()
    db.session.rollback()
    assert db.session.scalars(select(CatalogueState.version)).one() == version


def test_the_command_makes_the_catalogue_anew(app: Flask, lot_id: str) -> None:
    told = app.test_cli_runner().invoke(args=["portal", "reindex"])
    assert (told.exit_code, told.output) == (0, "1 lots in the catalogue\n")
    assert catalogue.find(db.session(), Wish()).total == 1


def test_what_runs_stands_first_and_an_exercise_is_never_listed(
        client: FlaskClient, session: Session) -> None:
    court = a_court(session)
    officer = an_officer(session, court)
    ended = a_lot_on_sale(session, court, officer=officer)
    closed(session, ended)
    upcoming = a_lot_on_sale(session, court, officer=officer)
    running = a_lot_on_sale(session, court, officer=officer)
    _, bidder = a_code(session, running)
    bid(session, bidder, START_FEN, OPENS_AT)
    an_exercise(session, officer)
    expected = [running.id, upcoming.id, ended.id]
    follow_log()
    found = json_of(client.get(f"/api/v1/lots?court={court.id}"))
    assert [one["id"] for one in found["lots"]] == expected
    assert found["facets"]["group"] == {"live": 1, "upcoming": 1, "failed": 1}
    assert json_of(client.get("/api/v1/lots?court=court-other"))["total"] == 0


def test_a_card_shows_the_price_of_this_moment_not_that_of_the_catalogue(
        client: FlaskClient, session: Session, lot_id: str) -> None:
    with acting(session) as s:
        s.execute(text("UPDATE sales SET price_fen = 987654300, leader_code = 'K0001', accepted = 7, "
                       "state = 'bidding' WHERE lot_id = :lot"), {"lot": lot_id})
    page = client.get("/lots").text
    assert "9,876,543" in page


@pytest.mark.parametrize(("query", "name", "typed", "said"), [
    ("price_from=abc", "price_from", "abc", "请填写以万元为单位的数字"),
    ("price_from=80&price_to=20", "price_to", "20", "最高价不能低于最低价"),
    ("deposit_to=-1", "deposit_to", "-1", "请填写以万元为单位的数字"),
    ("deposit_to=999999999999", "deposit_to", "999999999999", "数字太大"),
    ("q=%21%21", "q", "!!", "请写文字或者数字"),
    ("q=" + "西" * 200, "q", "西" * 200, "最多填写 100 个字"),
    ("state=gone", "state", "", "请从给出的选项中选择"),
    ("sort=luck", "sort", "", "请从给出的选项中选择"),
    ("page=1000000000", "page", "", ""), ("page=x", "page", "", ""), ("page=9", "page", "", "没有第 9 页")])
def test_what_does_not_fit_is_said_at_its_field_and_stays_typed(
        client: FlaskClient, lot_id: str, query: str, name: str, typed: str, said: str) -> None:
    answer = client.get(f"/lots?{query}")
    assert answer.status_code == 422
    assert f'href="#{field_id(name)}"' in answer.text
    assert f'id="{field_id(name)}"' in answer.text
    assert said in answer.text
    assert f'value="{typed}"' in answer.text if typed else True


@pytest.mark.parametrize("page", ["-3", "0", "x", "9"])
def test_an_unfit_page_shows_the_first_and_is_said_once(client: FlaskClient, lot_id: str, page: str) -> None:
    answer = client.get(f"/lots?page={page}")
    assert answer.status_code == 422
    assert f"/lots/{lot_id}" in answer.text
    assert answer.text.count("没有第") == (page == "9")


def test_where_nothing_fits_no_page_is_missed(client: FlaskClient, lot_id: str) -> None:
    answer = client.get("/lots?category=ship&page=9")
    assert (answer.status_code, "没有第 9 页" in answer.text) == (200, False)
    assert "没有符合全部条件的标的" in answer.text
    wrong = client.get("/lots?category=ship&page=-3")
    assert wrong.status_code == 422
    assert "没有第" not in wrong.text
    assert "没有符合全部条件的标的" in wrong.text


@pytest.mark.parametrize(("query", "opens"), [
    ("price_from=abc", True), ("state=gone", True), (f"court={'x' * 41}", True), ("page=x", False),
    ("sort=luck", False), ("", False)])
def test_the_filters_stand_open_where_one_of_them_is_wrong(
        client: FlaskClient, lot_id: str, query: str, opens: bool) -> None:
    answer = client.get(f"/lots?{query}").text
    assert ('class="filters sheet wrong"' in answer) is opens
    name = query.partition("=")[0]
    if name:
        assert f'href="#{field_id(name)}"' in answer
        assert f'id="{field_id(name)}"' in answer


@pytest.mark.parametrize("query", [f"court={'x' * 41}", f"region={'x' * 121}"])
def test_what_is_too_long_is_said_in_the_words_of_the_house(
        client: FlaskClient, lot_id: str, query: str) -> None:
    answer = client.get(f"/lots?{query}").text
    assert "请从给出的选项中选择" in answer
    assert "Longer than" not in answer


@pytest.mark.parametrize("query", [
    "region=火星", "court=court-none", "q=%00", "q=%F0%9F%98%80西湖", "price_from=８０万元", "unknown=1",
    "q=" + quote('" OR *')])
def test_no_wish_breaks_the_page(client: FlaskClient, lot_id: str, query: str) -> None:
    assert client.get(f"/lots?{query}").status_code in (200, 422)


def test_where_nothing_fits_the_page_offers_what_would_be_found_without_one_condition(
        client: FlaskClient, lot_id: str) -> None:
    page = client.get("/lots?state=upcoming&state=live&category=ship").text
    assert "没有符合全部条件的标的" in page
    assert 'href="/lots?state=upcoming&amp;state=live"' in page


@pytest.mark.parametrize(("query", "clear"), [
    ("category=ship", 0), ("state=upcoming&state=live&category=ship", 1), ("category=ship&region=火星", 1)])
def test_where_nothing_fits_one_thing_is_offered_once(
        client: FlaskClient, lot_id: str, query: str, clear: int) -> None:
    page = client.get(f"/lots?{query}").text
    assert page.count("全部清除") + page.count("清除全部条件") == clear


def test_a_page_can_be_shared_and_a_condition_taken_away(client: FlaskClient, lot_id: str) -> None:
    page = client.get("/lots?sort=newest&view=rows&region=火星&price_to=80").text
    assert "80 万元以下" in page
    assert 'rel="canonical"' in page
    assert 'href="/lots?price_to=80&amp;sort=newest&amp;view=rows"' in page


def test_a_wider_region_holds_the_narrower_ones(client: FlaskClient, lot_id: str) -> None:
    entry = entry_of(lot_id)
    facets: dict[str, Any] = json_of(client.get("/api/v1/lots"))["facets"]["region"]
    for wider in ("/".join(entry.region.split("/")[:depth]) for depth in (1, 2, 3)):
        assert facets.get(wider) == 1
        assert json_of(client.get(f"/api/v1/lots?region={quote(wider)}"))["total"] == 1


@pytest.mark.both_databases
def test_nobody_holds_a_transaction_while_many_lots_are_put_in_order(
        client: FlaskClient, lot_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL ends one that stands idle for two seconds, and 200,000 lots take longer."""
    build, open_then = Sieve.of, []

    def watched(lots: Iterable[tuple[int, Marks]]) -> Sieve:
        found = list(lots)
        open_then.append(db.session().in_transaction())
        return build(found)

    with unit_of_work() as work:
        work.session.execute(update(CatalogueState).values(epoch="cat-another"))
    monkeypatch.setattr(Sieve, "of", watched)
    assert f"/lots/{lot_id}" in client.get("/lots").text
    assert open_then == [False]


@pytest.mark.both_databases
def test_a_word_that_was_searched_for_is_known_of_new_lots_without_asking_again(
        client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    court = a_court(session)
    officer = an_officer(session, court)
    lot_id = a_lot_on_sale(session, court, officer=officer).id
    follow_log()
    two = quote(entry_of(lot_id).title[:2])
    assert json_of(client.get(f"/api/v1/lots?q={two}"))["total"] == 1
    another = a_lot_on_sale(session, court, officer=officer).id
    monkeypatch.setattr(catalogue, "slots_with", lambda *_: pytest.fail("the database was asked again"))
    follow_log()
    found = json_of(client.get(f"/api/v1/lots?q={two}"))["lots"]
    assert {one["id"] for one in found} == {lot_id, another}
    with unit_of_work() as work:
        turn = work.session.get_one(CatalogueState, 1)
        turn.version += 1
        entry = work.session.get_one(Entry, entry_of(another).slot)
        entry.text, entry.version, entry.words_version = "别的", turn.version, turn.version
    assert json_of(client.get(f"/api/v1/lots?q={two}"))["total"] == 1


def test_a_lot_without_any_court_is_no_reason_to_fail(client: FlaskClient, session: Session) -> None:
    a_court(session)
    assert "现在没有公告的标的" in client.get("/lots").text
