"""Two tabs of one bidder, receipts checked on the reader's machine, a page that was closed too early."""

import base64
import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy.orm import Session

from auction.rules.band import BAND_WORDS
from tests.auction.room import a_running_exercise, sit_down
from tests.browser import NewVisitor, Visitor, axe_violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def bidder(session: Session, address: str, new_visitor: NewVisitor) -> Visitor:
    """A bidder in the room of a running exercise."""
    visitor = new_visitor(address)
    sit_down(visitor.page, a_running_exercise(session))
    return visitor


@pytest.fixture
def page(bidder: Visitor) -> Page:
    return bidder.page


def bid(page: Page) -> None:
    page.locator("#bid-button").click()
    page.locator("#ask-confirm").click()
    expect(page.locator("#receipts li")).to_have_count(1)


def test_a_bid_in_one_tab_is_shown_in_the_other_and_both_say_that_there_are_two(page: Page) -> None:
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.locator("#line-word")).to_contain_text("良好")
    for one in (page, second):
        expect(one.locator("#tabs-note")).to_be_visible()
        expect(one.locator("#hint")).to_contain_text("另一个标签页")
    bid(page)
    expect(second.locator("#band-title")).to_have_text(BAND_WORDS["lead"])
    expect(second.locator("#receipts li")).to_have_count(1)
    second.close()
    expect(page.locator("#tabs-note")).to_be_hidden()


def test_while_one_tab_sends_no_other_can(page: Page) -> None:
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.locator("#tabs-note")).to_be_visible()
    name = page.evaluate("""() => { const { lot, sale, code } = document.querySelector("#room").dataset;
        return `luochui:${lot}/${sale}:${code}`; }""")
    page.evaluate("""(name) => new BroadcastChannel(name).postMessage(
        { kind: "sending", from: "x", bid: { amount_fen: 100000000, client_bid_id: "y" } })""", name)
    expect(second.locator("#bid-button")).to_be_disabled()
    expect(second.locator("#bid-button")).to_contain_text("另一页正在出价")
    expect(second.locator("#hint")).to_contain_text("1,000,000.00 元")


def test_receipts_are_checked_by_the_browser_and_a_forged_log_is_noticed(page: Page) -> None:
    bid(page)
    page.get_by_role("button", name="在本机验算").click()
    expect(page.locator("#receipts .state")).to_have_text("哈希一致")

    def forge(route: Route) -> None:
        answer: dict[str, Any] = route.fetch().json()
        for leaf in answer["leaves"]:
            raw = base64.b64decode(leaf["leaf"]).replace(b"100000000", b"100000001")
            leaf["leaf"] = base64.b64encode(raw).decode()
        route.fulfill(body=json.dumps(answer), content_type="application/json")

    page.route("**/history?*", forge)
    page.get_by_role("button", name="在本机验算").click()
    expect(page.locator("#receipts li")).to_have_class("broken")
    expect(page.locator("#receipts-said")).to_contain_text("交给临澜市东麓区人民法院和上级法院核查")
    assert axe_violations(page) == []


def test_a_bid_left_without_an_answer_is_asked_about_after_a_reload(bidder: Visitor) -> None:
    page = bidder.page
    page.evaluate("""() => { const { lot, sale, code, key } = document.querySelector("#room").dataset;
        localStorage.setItem(`luochui:${lot}/${sale}:${code}:sent`, JSON.stringify(
          { at: 0, bid: { amount_fen: 100000000, client_bid_id: "never-sent", key } })); }""")
    page.reload()
    expect(page.locator("#refused")).to_contain_text("没有送达服务器")
    expect(page.locator("#bid-button")).to_be_enabled()
    bidder.forgive("404")


def test_a_machine_that_slept_asks_for_the_time_and_the_standing_at_once(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("() => { const real = Date.now; Date.now = () => real() + 90000; }")
    page.wait_for_timeout(2500)
    assert any("/api/v1/time" in url for url in asked)
    assert any(re.search(r"/api/v1/lots/[^/]+$", url) for url in asked)
