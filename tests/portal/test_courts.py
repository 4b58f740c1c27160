"""Results and courts: what ended and how, and what the record of a court says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Court
from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor
from portal.jobs import follow_log
from portal.services import results, statistics
from portal.services.statistics import permille, record_of, spread
from tests.factories.accounts import CONTACT, a_court
from tests.factories.auction import CLOSES_AT, OPENS_AT, a_code, a_lot_on_sale, bid, closed
from tests.factories.cases import an_officer
from tests.factories.settlement import a_served_plan, a_sold_case
from tests.factories.valuation import a_done_draw, a_scene

Walk = Callable[[datetime], None]
LATER = CLOSES_AT + timedelta(days=1)


def a_sold_lot(session: Session, court: Court, officer: Actor, price_fen: int) -> str:
    lot = a_lot_on_sale(session, court, officer=officer)
    bid(session, a_code(session, lot)[1], price_fen, OPENS_AT + timedelta(hours=1))
    closed(session, lot)
    return lot.id


def a_failed_lot(session: Session, court: Court, officer: Actor) -> str:
    lot = a_lot_on_sale(session, court, officer=officer)
    closed(session, lot)
    return lot.id


@pytest.mark.both_databases
def test_results_say_price_ratio_and_the_leaf_that_proves_them(
        client: FlaskClient, session: Session, at: Walk) -> None:
    court = a_court(session)
    officer = an_officer(session, court)
    sold, failed = a_sold_lot(session, court, officer, 2_144_000_00), a_failed_lot(session, court, officer)
    leaf = audit.leaves_of_subject(session, f"lot:{sold}/1", kind=Kind.LOT_CLOSED)[-1].hash
    at(LATER)
    follow_log()
    page = client.get("/results").text
    assert "80.0%" in page
    assert "无人出价" in page
    assert f'title="{leaf}"' in page
    assert f"/lots/{failed}/result" in page
    only = client.get("/results?outcome=failed").text
    assert failed in only
    assert sold not in only
    assert sold in client.get(f"/results?court={court.id}&month=2026-06").text
    assert "没有这样的结果" in client.get("/results?month=2026-05").text


def test_results_turn_pages_without_losing_any(
        client: FlaskClient, session: Session, at: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    court = a_court(session)
    officer = an_officer(session, court)
    lots = {a_failed_lot(session, court, officer) for _ in range(3)}
    at(LATER)
    follow_log()
    monkeypatch.setattr(results, "PAGE", 2)
    pages = [client.get("/results").text, client.get("/results?page=2").text]
    assert {lot for lot in lots for page in pages if lot in page} == lots
    assert 'href="/results?page=2"' in pages[0]
    assert 'rel="next"' not in pages[1].split("<body")[1]


@pytest.mark.parametrize(("query", "label"), [
    ("page=0", "页码"), ("page=x", "页码"), ("page=1&outcome=maybe", "结果"),
    ("month=2026-060", "结束的月份"), ("month=2026-13", "结束的月份"),
    (f"court={'x' * 41}", "法院"), ("court=zzz", "法院")])
def test_what_no_result_can_have_is_said_above_the_list(client: FlaskClient, query: str, label: str) -> None:
    answer = client.get(f"/results?{query}")
    assert answer.status_code == 422
    assert f"{label}：" in answer.text.split('class="errsum"')[1].split("</ol>")[0]
    assert 'class="sieve"' in answer.text
    assert "Longer than" not in answer.text


def test_an_e_mail_address_can_break_at_its_sign_and_stays_whole(
        client: FlaskClient, session: Session) -> None:
    court = a_court(session, contact=replace(CONTACT, email="zhixing@court.example"))
    page = client.get(f"/courts/{court.id}").text
    assert 'href="mailto:zhixing@court.example" itemprop="email">zhixing@<wbr>court.example<' in page


def test_what_fits_beside_an_unknown_choice_still_counts(client: FlaskClient) -> None:
    page = client.get("/results?outcome=maybe&month=2026-06").text
    assert '<option value="2026-06" selected>' in page


def test_without_an_ended_sale_the_list_says_where_to_go(client: FlaskClient) -> None:
    assert "还没有结束的拍卖" in client.get("/results").text


@pytest.mark.both_databases
class TestRecord:
    def test_it_counts_sold_failed_bids_and_the_middle_ratio(self, session: Session, at: Walk) -> None:
        court = a_court(session)
        officer = an_officer(session, court)
        for price in (2_010_000_00, 2_144_000_00, 2_680_000_00, 2_948_000_00):
            a_sold_lot(session, court, officer, price)
        a_failed_lot(session, court, officer)
        follow_log()
        found = record_of(session, court.id, LATER)
        assert (found.sold, found.failed, found.bids, found.priced) == (4, 1, 4, 4)
        assert found.median == 800
        assert found.sum_fen == 9_782_000_00
        assert spread(session, court.id).permilles == (750, 800, 1000, 1100)
        assert spread(session, court.id).median == 800

    def test_it_counts_how_often_a_bid_moved_an_end(
            self, client: FlaskClient, session: Session, at: Walk) -> None:
        court = a_court(session)
        lot = a_lot_on_sale(session, court, officer=an_officer(session, court))
        code = a_code(session, lot)[1]
        bid(session, code, 2_010_000_00, CLOSES_AT - timedelta(minutes=2))
        bid(session, a_code(session, lot)[1], 2_030_000_00, CLOSES_AT + timedelta(minutes=1))
        closed(session, lot)
        follow_log()
        assert record_of(session, court.id, LATER).extensions == 2
        at(LATER)
        assert "共 2 次" in client.get(f"/courts/{court.id}").text

    def test_another_court_and_another_year_have_nothing_of_it(self, session: Session) -> None:
        court = a_court(session)
        a_sold_lot(session, court, an_officer(session, court), 2_010_000_00)
        follow_log()
        assert record_of(session, "court-nobody", LATER).ended == 0
        assert record_of(session, court.id, LATER + statistics.SPAN + timedelta(days=2)).ended == 0

    def test_it_is_kept_for_a_while_and_then_counted_anew(self, session: Session) -> None:
        court = a_court(session)
        officer = an_officer(session, court)
        a_failed_lot(session, court, officer)
        follow_log()
        assert record_of(session, court.id, LATER).failed == 1
        a_failed_lot(session, court, officer)
        follow_log()
        assert record_of(session, court.id, LATER + timedelta(minutes=1)).failed == 1
        assert record_of(session, court.id, LATER + statistics.KEPT_FOR).failed == 2


def test_ratios_are_rounded_half_up() -> None:
    assert permille(8245, 10000) == 825
    assert permille(8244, 10000) == 824


def test_a_court_shows_its_lots_record_and_law(client: FlaskClient, session: Session, at: Walk) -> None:
    court = a_court(session)
    officer = an_officer(session, court)
    sold = a_sold_lot(session, court, officer, 2_144_000_00)
    coming = a_lot_on_sale(session, court, officer=officer, opens_at=LATER + timedelta(days=2),
                           closes_at=LATER + timedelta(days=3)).id
    at(LATER)
    follow_log()
    assert f"/courts/{court.id}" in client.get("/courts").text
    page = client.get(f"/courts/{court.id}").text
    assert f"/lots/{sold}/result" in page
    assert f'/lots/{coming}"' in page
    assert "100.0%" in page
    assert "80.0%" in page
    assert "怎么算" in page
    assert "civil-online-2017.01" in page


def test_a_court_shows_its_draws_and_served_plans(client: FlaskClient, session: Session, at: Walk) -> None:
    scene = a_scene(session)
    draw = a_done_draw(session, scene, at)[1]
    page = client.get(f"/courts/{draw.court_id}").text
    assert f"/draws/{draw.id}" in page
    assert "还没有公开的分配方案" in page


def test_a_served_plan_stands_on_the_page_of_its_court_without_names(
        client: FlaskClient, session: Session) -> None:
    plan = a_served_plan(session, a_sold_case(session))
    plan_id, court_id = plan.id, plan.court_id
    page = client.get(f"/courts/{court_id}").text
    assert f"/plans/{plan_id}" in page
    assert "冯立群" not in page


def test_an_empty_court_says_so_everywhere(client: FlaskClient, session: Session) -> None:
    court_id = a_court(session).id
    page = client.get(f"/courts/{court_id}").text
    for words in ("现在没有在拍的标的", "还没有成交", "还没有摇号", "还没有公开的分配方案"):
        assert words in page
    assert client.get("/courts/nobody").status_code == 404
