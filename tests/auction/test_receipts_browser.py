"""Receipts in a browser: a bid's quiet step into the signed log, and what is said where one does not hold."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.kinds import Kind
from audit.models import Leaf
from evidence.jobs import sign_checkpoints
from tests.auction.room import a_running_exercise, sit_down
from tests.browser import DESK, PHONE, NewVisitor, Visitor, axe_violations
from tests.factories.accounts import sign_in
from tests.factories.auction import OPENS_AT, START_FEN, a_code, a_lot_on_sale, closed
from tests.factories.auction import bid as a_bid

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PROOFS = re.compile(r"/api/v1/logs/.*/proof$")
MINE = re.compile(r"/api/v1/my/receipts/")
Change = Callable[[str], str]


@pytest.fixture
def lot(session: Session) -> str:
    """An exercise that runs, whose log is under a checkpoint."""
    lot_id = a_running_exercise(session)
    sign_checkpoints()
    return lot_id


def bid(page: Page) -> None:
    page.locator("#bid-button").click()
    page.locator("#ask-confirm").click()
    expect(page.locator("#ask")).to_be_hidden()


def sign(app: Flask) -> None:
    """As the signer's job does in another process."""
    with app.app_context():
        sign_checkpoints()


def changing(page: Page, where: re.Pattern[str], change: Change) -> list[str]:
    """Change answers on their way; the addresses that were asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        response = route.fetch()
        route.fulfill(response=response, body=change(response.text()))

    page.route(where, answer)
    return asked


def test_a_bid_steps_into_the_signed_log_and_one_question_suffices(
        app: Flask, address: str, lot: str, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, size=PHONE).page
    asked = changing(page, PROOFS, lambda text: text)
    sit_down(page, lot)
    bid(page)
    row = page.locator("#receipts li").first
    expect(row.locator(".state")).to_contain_text("日志第")
    focused = page.evaluate("document.activeElement.id")
    sign(app)
    expect(row.locator(".state")).to_have_text("已进入签名日志", timeout=10_000)
    assert len(asked) == 1
    assert page.evaluate("document.activeElement.id") == focused


def test_a_page_opened_anew_goes_on_until_the_log_has_the_bid_and_then_asks_no_more(
        app: Flask, address: str, lot: str, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, size=DESK).page
    asked = changing(page, PROOFS, lambda text: text)
    sit_down(page, lot)
    bid(page)
    expect(page.locator("#receipts li").first.locator(".state")).to_contain_text("日志第")
    page.reload()
    sign(app)
    state = page.locator("#receipts li").first.locator(".state")
    expect(state).to_have_text("已进入签名日志", timeout=10_000)
    page.reload()
    expect(page.locator("#line-word")).to_contain_text("良好")
    page.wait_for_timeout(3500)
    assert len(asked) == 1


def test_a_proof_of_another_leaf_is_said_aloud(
        app: Flask, address: str, lot: str, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, size=DESK).page

    def another(text: str) -> str:
        first, extra, rest = text.split("\n", 2)
        return f"{first}\n{extra[:-8]}{'AAAA' if extra[-8:-4] != 'AAAA' else 'BBBB'}{extra[-4:]}\n{rest}"

    changing(page, PROOFS, another)
    sit_down(page, lot)
    bid(page)
    sign(app)
    expect(page.locator("#receipts li").first.locator(".state")).to_have_text("与日志不一致", timeout=10_000)
    expect(page.locator("#receipts-said")).to_contain_text("您手里的回执是证据")


def test_what_does_not_come_in_ten_seconds_is_told_and_asked_for_again(
        app: Flask, address: str, lot: str, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, size=DESK).page
    sit_down(page, lot)
    bid(page)
    row = page.locator("#receipts li").first
    expect(row.locator(".state")).to_contain_text("超过 10 秒", timeout=20_000)
    sign(app)
    expect(row.locator(".state")).to_have_text("已进入签名日志", timeout=30_000)


@pytest.fixture
def mine(app: Flask, session: Session, address: str, new_visitor: NewVisitor) -> tuple[Visitor, str]:
    """Somebody signed in who bid three times in a sale that is closed, and the address of the receipts."""
    found = a_lot_on_sale(session)
    (person, first), (_, second) = a_code(session, found), a_code(session, found)
    for turn in range(4):
        a_bid(session, (first, second)[turn % 2], START_FEN + turn * found.sale.increment_fen,
              OPENS_AT + timedelta(minutes=turn))
    a_bid(session, first, START_FEN, OPENS_AT + timedelta(minutes=9))
    where = f"/my/bids/{found.id}/1/receipts"
    closed(session, found)
    sign_checkpoints()
    cookie = sign_in(app.test_client(), person).get_cookie("session")
    session.rollback()
    assert cookie is not None
    visitor = new_visitor(address, size=PHONE)
    visitor.page.context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    return visitor, where


def test_the_page_checks_every_receipt_and_says_so(mine: tuple[Visitor, str]) -> None:
    visitor, where = mine
    page = visitor.page
    page.goto(where)
    expect(page.locator("[data-when=logged]:visible")).to_contain_text("全部成立")
    expect(page.locator("[data-mark=logged]:visible")).to_have_count(3)
    assert axe_violations(page) == []


def change_a_sum(told: Any) -> None:
    told["bids"][0]["receipt"]["signature"] = told["bids"][1]["receipt"]["signature"][:-6] + "AAAA=="


def swap_proofs(told: Any) -> None:
    first, second = told["bids"][:2]
    first["proof"], second["proof"] = second["proof"], first["proof"]


def swap_bids(told: Any) -> None:
    first, second = told["bids"][:2]
    first["position"], second["position"] = second["position"], first["position"]


@pytest.mark.parametrize(("change", "bad"), [(change_a_sum, 1), (swap_proofs, 2), (swap_bids, 2)])
def test_an_answer_changed_on_its_way_is_found(
        mine: tuple[Visitor, str], change: Callable[[Any], None], bad: int) -> None:
    visitor, where = mine
    page = visitor.page

    def changed(text: str) -> str:
        told = json.loads(text)
        change(told)
        return json.dumps(told)

    changing(page, MINE, changed)
    page.goto(where)
    expect(page.locator("[data-when=broken]:visible")).to_contain_text(f"有 {bad} 份对不上")
    expect(page.locator("[data-mark=broken]:visible")).to_have_count(bad)


def test_what_is_not_under_a_checkpoint_yet_is_signed_and_waits(mine: tuple[Visitor, str]) -> None:
    visitor, where = mine
    page = visitor.page

    def without(text: str) -> str:
        told = json.loads(text)
        told["bids"][0]["proof"] = None
        return json.dumps(told)

    changing(page, MINE, without)
    page.goto(where)
    expect(page.locator("[data-when=signed]:visible")).to_contain_text("签名有效，还在等日志的检查点")


def test_a_phone_that_scans_the_paper_sees_whether_the_log_has_that_leaf(
        mine: tuple[Visitor, str], session: Session) -> None:
    page = mine[0].page
    leaf = session.scalars(select(Leaf).where(Leaf.kind == Kind.BID).limit(1)).one()
    where, hashed = f"/logs/{leaf.log}/leaves/{leaf.index}", leaf.hash
    session.rollback()
    page.goto(f"{where}#{hashed}")
    expect(page.locator("[data-when=holds]:visible")).to_contain_text("纸上的哈希与它相同")
    assert axe_violations(page) == []
    page.goto("about:blank")
    page.goto(f"{where}#{hashed[::-1]}")
    expect(page.locator("[data-when=other]:visible")).to_contain_text("纸上的哈希不是这条记录的")
    page.goto("about:blank")
    changing(page, PROOFS, lambda text: text.replace("index ", "index 1", 1))
    page.goto(where)
    expect(page.locator("[data-when=fails]:visible")).to_contain_text("收录证明不成立")
