"""A lot that stands still, or was taken back before its bidding: no page says that it ended."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.models import Lot
from auction.services import closing
from kernel.access import SYSTEM, Role
from kernel.pages import day, duration
from portal.jobs import follow_log
from tests.factories.accounts import a_person, acting, sign_in
from tests.factories.auction import CLOSES_AT, OPENS_AT, a_lot_on_sale

At = Callable[[datetime], None]
LATER = OPENS_AT + timedelta(hours=1)


@pytest.fixture
def lot(session: Session, at: At) -> Lot:
    at(LATER)
    return a_lot_on_sale(session)


def test_a_stopped_lot_says_what_is_left_and_neither_an_end_nor_a_countdown(
        client: FlaskClient, session: Session, lot: Lot) -> None:
    with acting(session) as s:
        closing.suspend(s, lot.id, ground="third_party_objection", reason="案外人主张所有权。",
                        document_sha256=None, actor=SYSTEM, now=LATER)
    follow_log()
    left = f"还剩 {duration(CLOSES_AT - LATER)}"
    page = client.get(f"/lots/{lot.id}").text
    assert page.count(left) == 2  # beside the state, and in the course
    assert "data-countdown" not in page
    assert "availabilityEnds" not in page
    assert not re.search(r"</time> 结束", page)
    catalogue = client.get("/lots?state=suspended").text
    assert f"恢复后{left}" in catalogue


def test_a_lot_taken_back_before_its_bidding_never_says_that_it_ended_or_was_bid_for(
        app: Flask, client: FlaskClient, session: Session, lot: Lot) -> None:
    court = accounts.get_court(session, lot.court_id)
    gone = a_lot_on_sale(session, court, opens_at=LATER + timedelta(days=1),
                         closes_at=LATER + timedelta(days=2))
    with acting(session) as s:
        closing.withdraw(s, gone.id, ground="debt_paid", reason="债务已全部清偿。", actor=SYSTEM, now=LATER)
    follow_log()
    page = client.get(f"/lots/{gone.id}").text
    assert "</time> 撤回" in page
    assert "</time> 结束" not in page
    assert "开始竞价" not in page
    assert re.search(r"\d 撤回<", client.get("/lots?state=withdrawn").text)
    officer = sign_in(app.test_client(), a_person(session, Role.OFFICER, court=court))
    desk = officer.get(f"/desk/lots/{gone.id}").text
    assert "竞价没有进行" in desk
    assert f"{day(LATER, markup=False)} 已撤回" in desk
    assert "<b>竞价开始</b>" not in desk


def test_what_the_panel_says_of_priority_rights_stands_once_where_it_is_the_same(
        client: FlaskClient, session: Session, lot: Lot) -> None:
    item = next(one for one in lot.sale.disclosures if one.item == "priority_rights")
    for said, times in ((item.text or item.not_applicable_reason, 0), ("承租人第一顺序。", 1)):
        lot.sale.priority_decision = said
        session.commit()
        assert client.get(f"/lots/{lot.id}").text.count("合议庭认定：") == times
