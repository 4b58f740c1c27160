"""One sale in four browsers at once: officer, two bidders, spectator; phones and desks; two languages.

The real server, as ``make run`` starts it, on the demo: the flat that is announced goes from the
application to the buyer's balance. Time passes by the demo clock's buttons; what nobody has to do is
done by the server's own jobs. Nothing goes wrong in any browser, and every page is sound.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from auction.rules.band import BAND_WORDS
from kernel.clock import beijing
from kernel.formats import instant_text, parse_instant
from ledger.rules.payers import Verdict
from seeds.homes import SOON
from seeds.people import OUTSIDE
from tests.browser import PHONE, NewVisitor
from tests.demo import Server
from tests.factories.cases import a_pdf
from tests.journeys.seeing import DESK, PATIENCE_MS, Person, watch_closely

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

STEP_FEN = 1_000_000
TITLE = SOON.title
NAMES = {one.login: one.name for one in OUTSIDE}
CUT_OFF = r"ERR_INTERNET_DISCONNECTED"
"""What Chromium says of everything that a browser without a network asks for."""


def yuan(amount_fen: int) -> str:
    return f"{amount_fen // 100:,}.{amount_fen % 100:02d}"


@dataclass
class Sale:
    """The announced flat, who takes part, and how it should stand."""

    officer: Person
    phone_or_desk: tuple[Person, Person]
    spectator: Person
    finance: Person
    lot: str = ""
    codes: list[str] = field(default_factory=list)
    price_fen: int = 0
    accepted: int = 0
    lines: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def bidders(self) -> tuple[Person, Person]:
        return self.phone_or_desk

    @property
    def everybody(self) -> tuple[Person, ...]:
        return (self.officer, *self.bidders, self.spectator)

    @property
    def room(self) -> str:
        return f"/lots/{self.lot}/room"

    def standing(self) -> dict[str, Any]:
        """How the platform itself says that the sale stands."""
        found: dict[str, Any] = self.spectator.page.request.get(f"/api/v1/lots/{self.lot}").json()["standing"]
        return found

    def now(self) -> datetime:
        return parse_instant(self.spectator.page.request.get("/api/v1/time").json()["now"])


@pytest.fixture(scope="module")
def looked_at() -> set[str]:
    """Pages need be looked over once, whoever reads them."""
    return set()


@pytest.fixture
def sale(own_platform: Server, new_visitor: NewVisitor, looked_at: set[str], request: pytest.FixtureRequest
         ) -> Sale:
    """Everybody at a browser of their own."""

    def person(locale: str, size: tuple[int, int]) -> Person:
        visitor = new_visitor(own_platform.url, locale=locale, size=size)
        visitor.page.set_default_timeout(PATIENCE_MS)
        watch_closely(visitor)
        return Person(visitor, locale, size, looked_at)

    officer, first, second, spectator = (person(*one) for one in request.param)
    return Sale(officer, (first, second), spectator, person("zh-CN", DESK))


ONE_WAY = (("zh-CN", DESK), ("zh-CN", PHONE), ("en", DESK), ("en", PHONE))
THE_OTHER = (("en", PHONE), ("en", DESK), ("zh-CN", PHONE), ("zh-CN", DESK))


@pytest.mark.parametrize("sale", [ONE_WAY], indirect=True, ids=["one way"])
def test_a_flat_is_sold_before_everybodys_eyes_and_handed_over(sale: Sale) -> None:
    the_flat_is_sold(sale)
    the_loser_gets_the_deposit_back_and_the_buyer_pays(sale)
    the_buyer_gets_the_flat(sale)


@pytest.mark.parametrize("sale", [THE_OTHER], indirect=True, ids=["the other way"])
def test_the_sale_is_the_same_with_phones_and_languages_the_other_way_round(sale: Sale) -> None:
    the_flat_is_sold(sale)


def the_flat_is_sold(sale: Sale) -> None:
    the_officer_finds_the_announced_flat(sale)
    two_bidders_apply(sale)
    finance_books_their_deposits_and_they_get_codes(sale)
    everybody_waits_in_the_room_for_the_opening(sale)
    the_bidders_bid_against_each_other(sale)
    a_bidder_loses_the_line_but_no_bid_and_sees_no_stale_price(sale)
    late_bids_put_off_the_end(sale)
    the_sale_closes_by_itself(sale)
    everybody_learns_how_it_ended(sale)


def the_officer_finds_the_announced_flat(sale: Sale) -> None:
    officer = sale.officer
    officer.go("/")
    officer.follow("登录")
    officer.sign_in("officer")
    officer.follow("工作台", "header")
    officer.follow("标的物", "nav")
    officer.follow(TITLE)
    sale.lot = officer.page.url.rsplit("/", 1)[1]
    officer.follow("公开页面")
    officer.follow("只看，进入竞价室")
    officer.sees_band(BAND_WORDS["upcoming"])


def two_bidders_apply(sale: Sale) -> None:
    """One finds the lot and is led to the log-in; the other signs in first."""
    first, second = sale.bidders
    first.go("/lots")
    first.follow(TITLE)
    first.follow("登录后报名")
    first.sign_in("bidder-4")
    second.go("/")
    second.follow("登录")
    second.sign_in("bidder-3")
    second.go("/lots")
    second.follow(TITLE)
    second.follow("报名，交保证金")
    for bidder in sale.bidders:
        bidder.press("报名，领取缴款码")
        expect(bidder.page.get_by_role("alert").first).to_be_visible()
        bidder.look()
        bidder.visitor.forgive("status of 422")
        bidder.tick("我已阅读并接受全部特别提示")
        bidder.tick("我不属于依法不得参加本次竞买的人")
        bidder.press("报名，领取缴款码")
        bidder.sees("main", bidder.word("缴款码，写在汇款附言里"))


def reference_on(person: Person) -> str:
    """The reference that the page asks to write on the transfer."""
    return person.page.locator(".paycode .code").inner_text()


def book(sale: Sale, book: str, reference: str, amount_fen: int, payer: str) -> None:
    """Finance copies one line of the bank's statement."""
    finance = sale.finance
    finance.go("/desk/money")
    finance.tick(book)
    finance.fill("银行流水号", f"BJ-{next(sale.lines)}")
    finance.fill("附言", reference)
    finance.fill("金额", yuan(amount_fen))
    finance.fill("付款人户名", payer)
    finance.press("登记并比对", "#book")
    finance.sees(".said", finance.word(Verdict.MATCHED.word))


def finance_books_their_deposits_and_they_get_codes(sale: Sale) -> None:
    sale.finance.go("/login")
    sale.finance.sign_in("finance-1")
    for bidder, login in zip(sale.bidders, ("bidder-4", "bidder-3"), strict=True):
        book(sale, "保证金账簿", reference_on(bidder), SOON.deposit_fen, NAMES[login])
    assert not [name for name in NAMES.values() if name in sale.finance.page.inner_text("main")]
    for bidder in sale.bidders:
        code = bidder.page.locator(".mycode .code")
        bidder.reload_until(code.is_visible)
        bidder.look()
        sale.codes.append(code.inner_text())
        bidder.follow("进入竞价室")
    assert len(set(sale.codes)) == 2


def walk(person: Person, button: str) -> None:
    """Press a button of the demo clock, on whatever page one is."""
    person.press(button, ".demo")


def everybody_waits_in_the_room_for_the_opening(sale: Sale) -> None:
    sale.spectator.go("/")
    sale.spectator.go(f"/lots/{sale.lot}")
    sale.spectator.follow("只看，进入竞价室")
    for person in sale.everybody:
        person.sees_band(BAND_WORDS["upcoming"])
        expect(person.page.locator("#line")).not_to_have_class(re.compile("bad"))
        expect(person.page.locator("#line-word")).to_contain_text(
            person.word("良好，{ms} 毫秒").split("{ms}")[0], timeout=PATIENCE_MS)
    opens_at = parse_instant(sale.standing()["opens_at"])
    while sale.now() < opens_at:
        walk(sale.officer, "拨到下一个期限")
    for bidder in sale.bidders:
        bidder.sees_band(BAND_WORDS["ready"])
    for watcher in (sale.officer, sale.spectator):
        watcher.sees_band(BAND_WORDS["watch"])
        expect(watcher.page.locator("#bid-button")).to_have_count(0)


def bid_least(bidder: Person) -> None:
    """Choose the least sum, read it in capitals, press again."""
    bidder.touch(bidder.page.locator("#bid-button"))
    expect(bidder.page.locator("#ask-capitals")).to_contain_text("元整")
    bidder.touch(bidder.page.locator("#ask-confirm"))


def all_see_the_lead_of(sale: Sale, leader: Person) -> None:
    """The price, who leads, the ladder and the end: the same in every browser, and as the platform has it."""
    code = sale.codes[sale.bidders.index(leader)]
    standing = sale.standing()
    assert (standing["leader"], standing["price_fen"]) == (code, sale.price_fen)
    assert standing["accepted"] == sale.accepted
    closes_ms = round(parse_instant(standing["closes_at"]).timestamp() * 1000)
    late = "-extended" if standing["extensions"] else ""
    behind = f"out{late}" if sale.accepted > 1 else "ready"
    for person in sale.everybody:
        person.sees("#price", yuan(sale.price_fen))
        expect(person.page.locator("#ladder li")).to_have_count(sale.accepted, timeout=PATIENCE_MS)
        person.sees("#ladder li:first-child .c", code)
        expect(person.page.locator("#countdown [data-countdown]")).to_have_attribute(
            "data-countdown", str(closes_ms), timeout=PATIENCE_MS)
    leader.sees_band(BAND_WORDS[f"lead{late}"])
    for bidder in sale.bidders:
        if bidder is not leader:
            bidder.sees_band(BAND_WORDS[behind])
    for watcher in (sale.officer, sale.spectator):
        watcher.sees("#band-text", code)


def a_bid_is_taken(sale: Sale, bidder: Person) -> None:
    """What the sums come to once a least bid is in, and that all see it."""
    sale.price_fen += STEP_FEN if sale.accepted else SOON.start_fen
    sale.accepted += 1
    bidder.sees("#receipts li:first-child b", yuan(sale.price_fen))
    all_see_the_lead_of(sale, bidder)


def the_bidders_bid_against_each_other(sale: Sale) -> None:
    first, second = sale.bidders
    bid_least(first)
    a_bid_is_taken(sale, first)
    first.touch(first.page.locator("#bid-button"))
    bid_least(second)
    first.sees("#ask-capitals", "元整")
    a_bid_is_taken(sale, second)
    moved = first.word("价格已变，现在至少 {amount} 元").split("{amount}")[0]
    first.sees("#ask-note", re.compile(re.escape(moved) + re.escape(yuan(sale.price_fen + STEP_FEN))))
    expect(first.page.locator("#ask-confirm")).to_be_disabled()
    first.look()
    first.touch(first.page.locator("#ask-back"))
    for person in sale.everybody:
        person.look()


def offline(person: Person, *, is_off: bool) -> None:
    person.page.context.set_offline(is_off)


def a_bidder_loses_the_line_but_no_bid_and_sees_no_stale_price(sale: Sale) -> None:
    first, second = sale.bidders
    offline(second, is_off=True)
    bid_least(first)
    sale.price_fen += STEP_FEN
    sale.accepted += 1
    first.sees_band(BAND_WORDS["lead"])
    second.sees_band(BAND_WORDS["line"])
    second.sees("#price-label", second.word("最后收到的价格，{time}").split("{time}")[0])
    second.sees("#price", yuan(sale.price_fen - STEP_FEN))
    second.look()
    bid_least(second)
    second.sees_band(BAND_WORDS["sent"])
    offline(second, is_off=False)
    second.sees("#refused", re.compile(f"{re.escape(yuan(sale.price_fen + STEP_FEN))}.*AUC-20"))
    second.look()
    all_see_the_lead_of(sale, first)
    offline(second, is_off=True)
    bid_least(second)
    second.sees_band(BAND_WORDS["sent"])
    offline(second, is_off=False)
    a_bid_is_taken(sale, second)
    second.visitor.forgive(CUT_OFF)


def late_bids_put_off_the_end(sale: Sale) -> None:
    closes_at = parse_instant(sale.standing()["closes_at"])
    while closes_at - sale.now() > timedelta(minutes=5):
        walk(sale.finance, "期限前 2 分钟")
    for extensions, bidder in enumerate(sale.bidders, 1):
        bid_least(bidder)
        a_bid_is_taken(sale, bidder)
        assert sale.standing()["extensions"] == extensions
        for person in sale.everybody:
            person.sees("#ladder li:first-child .g", person.word("延时至 {time}").split("{time}")[0])
            put_off = person.word("第 {n} 次延时，{time} 结束").split("{time}")[0]
            person.sees("#ends", put_off.format(n=extensions))
            person.sees("#countdown", re.compile("0[45]:[0-5][0-9]"))
    for person in (sale.bidders[0], sale.spectator):
        person.look()


def the_sale_closes_by_itself(sale: Sale) -> None:
    """A few seconds before the end the clock is let go; the rest is the server's."""
    closes_at = parse_instant(sale.standing()["closes_at"])
    page = sale.finance.page
    answer = page.request.post("/demo/clock", form={
        "csrf_token": page.locator(".demo [name=csrf_token]").input_value(), "by": "instant",
        "to": f"{beijing(closes_at - timedelta(seconds=3)):%Y-%m-%dT%H:%M:%S}", "next": "/desk/"})
    assert answer.ok
    loser, buyer = sale.bidders
    buyer.sees_band(BAND_WORDS["sold-mine"])
    for person in (sale.officer, loser, sale.spectator):
        person.sees_band(BAND_WORDS["sold"])
        person.sees("#band-text", sale.codes[1])
    result = sale.standing()["result"]
    assert (result["winner"], result["price_fen"], result["closed_at"], result["extensions"]) == (
        sale.codes[1], sale.price_fen, instant_text(closes_at), 2)


def everybody_learns_how_it_ended(sale: Sale) -> None:
    for person in sale.everybody:
        person.sees("#price-label", person.word("成交价"))
        expect(person.page.locator("#bar")).to_be_hidden()
        person.look()
        person.follow("查看结果与验算")
        person.sees("main", yuan(sale.price_fen))
        person.sees("main", NAMES["bidder-3"])
    sale.officer.go(f"/desk/lots/{sale.lot}")
    sale.officer.sees("main", sale.codes[1])
    sale.spectator.follow("标的")
    sale.spectator.sees("main", TITLE)


def the_loser_gets_the_deposit_back_and_the_buyer_pays(sale: Sale) -> None:
    loser, buyer = sale.bidders
    for bidder in sale.bidders:
        bidder.go("/my/bids")
        bidder.follow(TITLE)
    loser.sees("main", loser.word("保证金在退回途中"))
    balance_fen = sale.price_fen - SOON.deposit_fen
    buyer.sees(".paycode", yuan(balance_fen))
    book(sale, "案款账簿", reference_on(buyer), balance_fen, NAMES["bidder-3"])
    buyer.reload_until(lambda: buyer.page.locator(".paycode").count() == 0)
    buyer.look()
    finance = sale.finance
    for _ in range(finance.page.locator("#refunds tbody tr").count()):
        finance.follow("记录已退款", "#refunds")
        finance.fill("银行退款流水号", f"TK-{next(sale.lines)}")
        finance.press("记账")
    finance.sees("#refunds", finance.word("没有待退款。"))


def the_buyer_gets_the_flat(sale: Sale) -> None:
    officer, (_, buyer) = sale.officer, sale.bidders
    officer.page.reload()
    officer.follow("上传裁定书")
    officer.page.locator("input[type=file]").set_input_files(
        {"name": "ruling.pdf", "mimeType": "application/pdf", "buffer": a_pdf("拍卖成交裁定书")})
    officer.press("作出裁定")
    officer.follow("记录送达")
    officer.tick("电子送达")
    officer.press("记录送达")
    officer.follow("记录交付")
    officer.fill("交付情况", "买受人签收钥匙，现状交付。")
    officer.press("记录交付")
    officer.look()
    buyer.page.reload()
    buyer.sees("main", "买受人签收钥匙，现状交付。")
    buyer.look()
