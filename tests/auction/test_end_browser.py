"""A browser says "ended" on the platform's signed word alone (T4), and sends a bid until it is judged."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, WebSocketRoute, expect
from sqlalchemy.orm import Session

from auction.errors import StillConfirming
from auction.jobs import sweep
from auction.live.updates import promise_standing
from auction.rules.band import BAND_WORDS
from auction.rules.closing import Fault
from auction.services import bidding, holding
from auction.services.reading import lock_sale
from kernel import clock
from kernel.access import SYSTEM
from kernel.database import db
from kernel.transactions import unit_of_work
from tests.auction.room import a_running_exercise, sit_down
from tests.browser import NewVisitor, Visitor, axe_violations
from tests.factories.auction import a_lot_on_sale, closed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PROVEN = "签名已在本机核对"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def lot(session: Session) -> str:
    """An exercise of ten minutes that has begun."""
    return a_running_exercise(session)


@pytest.fixture
def visitor(address: str, new_visitor: NewVisitor) -> Visitor:
    return new_visitor(address)


@pytest.fixture
def page(visitor: Visitor) -> Page:
    return visitor.page


def bid(page: Page) -> None:
    page.locator("#bid-button").click()
    page.locator("#ask-confirm").click()


def pass_end(app: Flask) -> None:
    """Let the platform's clock go past the end, and its jobs with it."""
    clock.set_offset(clock.offset() + timedelta(minutes=11))
    with app.app_context():
        sweep()
        db.session.remove()


def change_results(page: Page, change: Change) -> None:
    """Change every word on the end on its way to the page, by the socket and by HTTP."""

    def told(message: str | bytes) -> str | bytes:
        head, found = re.match(r"(4[23]/auction,\d*)?(.*)", str(message), re.DOTALL).groups()  # type: ignore[union-attr]
        if not head or not found.startswith("["):
            return message
        parts = json.loads(found)
        for part in parts:
            if isinstance(part, dict) and part.get("result"):
                change(part["result"])
        return head + json.dumps(parts)

    def through(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: route.send(told(message)))

    def answer(route: Route) -> None:
        found = route.fetch().json()
        if found["standing"]["result"]:
            change(found["standing"]["result"])
        route.fulfill(json=found)

    page.route_web_socket(re.compile("/socket.io/"), through)
    page.route(re.compile(r"/api/v1/lots/[^/]+$"), answer)


def without_receipt(result: dict[str, Any]) -> None:
    result["receipt"] = None


def another_winner(result: dict[str, Any]) -> None:
    result["winner"] = "K0002"


def another_signature(result: dict[str, Any]) -> None:
    signed = result["receipt"]["signature"]
    result["receipt"]["signature"] = ("B" if signed[0] == "A" else "A") + signed[1:]


def another_key(result: dict[str, Any]) -> None:
    result["receipt"]["key"] = result["receipt"]["key"].replace("/receipt+", "/receipts+")


@pytest.mark.parametrize(("change", "said"), [
    (without_receipt, "没有签名"), (another_winner, "签名或内容不对"), (another_signature, "签名或内容不对"),
    (another_key, "本页不认识的密钥")])
def test_the_room_goes_on_confirming_until_the_signed_word_comes(
        app: Flask, visitor: Visitor, lot: str, change: Change, said: str) -> None:
    page = visitor.page
    change_results(page, change)
    sit_down(page, lot)
    bid(page)
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["lead"])
    pass_end(app)
    expect(page.locator("#hint")).to_contain_text(said, timeout=15_000)
    page.wait_for_timeout(2000)
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["confirming"])
    expect(page.locator("#end")).to_be_hidden()
    assert axe_violations(page) == []
    page.reload()
    expect(page.locator("#hint")).to_contain_text(said)
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["confirming"])
    page.unroute_all(behavior="wait")
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["sold-mine"], timeout=15_000)
    expect(page.locator("#end-word")).to_contain_text(PROVEN)
    expect(page.locator("#hint")).to_be_hidden()


def test_a_forged_end_in_the_middle_of_a_sale_is_said_to_be_one_and_bidding_goes_on(
        page: Page, lot: str) -> None:
    lines: list[WebSocketRoute] = []
    told: list[dict[str, Any]] = []

    def keep(route: WebSocketRoute) -> None:
        lines.append(route)
        server = route.connect_to_server()

        def hear(message: str | bytes) -> None:
            if '"server_now"' in str(message) and '"bids"' in str(message):
                told.append(json.loads(str(message)[str(message).index("["):])[-1])
            route.send(message)

        server.on_message(hear)

    page.route_web_socket(re.compile("/socket.io/"), keep)
    sit_down(page, lot)
    forged = told[-1] | {"state": "sold_unpaid", "result": {
        "outcome": "sold", "winner": "K0002", "price_fen": 1, "closed_at": told[-1]["server_now"],
        "accepted": 1, "extensions": 0, "reason": None, "receipt": {"format": "receipt/v1"}}}
    lines[-1].send("42/auction," + json.dumps(["update", forged]))
    expect(page.locator("#hint")).to_contain_text("本页没有采信")
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["ready"])
    bid(page)
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["lead"])


@pytest.mark.parametrize("missing", [
    "crypto.subtle.importKey = async () => { throw new DOMException('no Ed25519', 'NotSupportedError'); };",
    "Object.defineProperty(crypto, 'subtle', { value: undefined });"])
def test_a_browser_without_the_algorithm_checks_with_a_library(
        app: Flask, page: Page, lot: str, missing: str) -> None:
    page.add_init_script(missing)
    sit_down(page, lot)
    pass_end(app)
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["failed"], timeout=15_000)
    expect(page.locator("#end-word")).to_contain_text(PROVEN)


def test_a_bid_that_cannot_be_judged_yet_is_sent_again_until_it_is(
        page: Page, lot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    judge = bidding._unjudged

    def not_yet(*given: Any) -> Any:
        asked.append("")
        return StillConfirming() if len(asked) <= 3 else judge(*given)

    monkeypatch.setattr(bidding, "_unjudged", not_yet)
    sit_down(page, lot)
    bid(page)
    expect(page.locator("#band-text")).to_contain_text("本页会自动再提交，不会重复计算")
    expect(page.locator("#ask-small")).to_contain_text("自动再提交")
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["lead"], timeout=15_000)
    expect(page.locator("#receipts li")).to_have_count(1)
    expect(page.locator("#ladder li")).to_have_count(1)
    assert len(asked) == 4


def test_a_bid_that_turns_out_late_is_answered_beside_the_result(
        app: Flask, page: Page, lot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(bidding, "_unjudged", lambda *_: StillConfirming())
        sit_down(page, lot)
        bid(page)
        expect(page.locator("#ask-small")).to_contain_text("自动再提交")
        pass_end(app)
        expect(page.locator("#band-title")).to_have_text(BAND_WORDS["sent"])
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["failed"], timeout=15_000)
    expect(page.locator("#hint")).to_contain_text("竞价已经结束，这次出价没有被受理")


def test_a_bid_that_was_lost_on_the_way_is_sent_again_when_the_line_is_back(
        visitor: Visitor, lot: str) -> None:
    page = visitor.page
    page.add_init_script("""const real = performance.now.bind(performance); let ahead = 0;
        performance.now = () => real() + ahead; window.skip = (ms) => { ahead += ms; };""")
    is_broken = [False]

    def through(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if not (is_broken[0] and '"bid"' in str(message)):
                server.send(message)

        route.on_message(pass_on)

    def over_http(route: Route) -> None:
        if is_broken[0]:
            route.abort()
        else:
            route.continue_()

    page.route_web_socket(re.compile("/socket.io/"), through)
    page.route(re.compile("/bids$"), over_http)
    sit_down(page, lot)
    is_broken[0] = True
    bid(page)
    expect(page.locator("#ask-small")).to_contain_text("备用线路", timeout=10_000)
    page.evaluate("window.skip(21000)")   # nobody answered for so long
    expect(page.locator("#refused")).to_contain_text("正在查询")
    is_broken[0] = False
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["lead"], timeout=15_000)
    expect(page.locator("#ladder li")).to_have_count(1)
    visitor.forgive("ERR_FAILED")
    visitor.forgive("404")


def test_a_page_that_came_after_the_end_checks_its_signed_word_and_says_if_it_is_broken(
        session: Session, page: Page) -> None:
    found = a_lot_on_sale(session)
    closed(session, found)
    lot_id = found.id
    session.rollback()
    for address in (f"/lots/{lot_id}", f"/lots/{lot_id}/result"):
        page.goto(address)
        expect(page.locator("#signed")).to_have_text("结果由平台签名，您的浏览器已经核对")

        def forge(route: Route) -> None:
            answer = route.fetch()
            forged = answer.text().replace("&#34;accepted&#34;:0", "&#34;accepted&#34;:1")
            route.fulfill(response=answer, body=forged)

        page.route("**" + address, forge)
        page.reload()
        expect(page.locator("#signed")).to_contain_text("与本页内容不符")
        page.unroute_all()


def test_a_hold_is_told_in_the_reader_s_language_and_the_clock_goes_on_when_it_is_over(
        app: Flask, session: Session, address: str, lot: str, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, locale="en").page
    page.goto(f"/lots/{lot}/room")
    expect(page.locator("#line-word")).to_contain_text("Good")
    expect(page.locator("#countdown")).to_have_text(re.compile("09:5[0-9]"))
    with app.app_context(), unit_of_work() as work:
        holding.hold(work.session, lock_sale(work.session, lot), Fault.SILENCE, now=clock.now())
        promise_standing(work, lot)
    expect(page.locator("#hint")).to_contain_text("the platform could not take bids for more than five")
    expect(page.locator("#countdown")).to_have_text(re.compile("09:5[0-9]"))   # what was left is kept
    with app.app_context(), unit_of_work() as work:
        sale = lock_sale(work.session, lot)
        holding.let_go_on(work.session, sale, holding.suspension_now(sale), actor=SYSTEM, now=clock.now())
        promise_standing(work, lot)
    expect(page.locator("#countdown [data-countdown]")).to_be_visible()
    expect(page.locator("#hint")).not_to_contain_text("the platform could not")
