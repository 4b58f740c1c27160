"""The room under a finger: nothing shifts, a zero too many is noticed, keys, tones, the clock."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from auction.rules.band import BAND_WORDS
from tests.auction.room import a_running_exercise
from tests.auction.room import sit_down as take_a_seat
from tests.browser import DESK, PHONE, NewVisitor, axe_violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

NARROW = (320, 640)
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;   // an answer to a press is no shift
    const nodes = entry.sources.map(({ node }) => node?.nodeType === 1 ? node : node?.parentElement);
    const what = nodes.map((node) => node?.id || node?.className || node?.nodeName).join();
    window.shifts.push({ value: entry.value, what });
  }
}).observe({ type: "layout-shift", buffered: true });
"""
PLACES = """() => [...document.querySelectorAll("#bar .chip, #bid-button")].map((node) => {
  const { left, top, width, height } = node.getBoundingClientRect();
  return [left, top + (innerWidth < 1080 ? 0 : scrollY), width, height].map(Math.round); })"""
REFUSE = """() => { const place = document.querySelector("#refused"); place.hidden = false;
  place.textContent = "竞价已于 2026-06-10 10:00:00 结束，这次出价没有在此前进入系统。"; }"""
# A slow line shows the head of the bar before its button has arrived.
HALF = """() => [true, false].map((half) => {
  for (const later of document.querySelectorAll("#bar :is(.own, .act, .law)")) {
    later.style.display = half ? "none" : "";
  }
  const heads = [...document.querySelectorAll("#bar .nx, #bar .chip")];
  return heads.map((node) => Math.round(node.getBoundingClientRect().top)); })"""
MakeLot = Callable[..., str]


@pytest.fixture
def make_lot(session: Session) -> MakeLot:
    """An exercise that has begun; ``left`` until its end, K0001 and K0002 seated by their keys."""
    return partial(a_running_exercise, session)


def sit_down(page: Page, lot: str) -> None:
    take_a_seat(page, lot)
    expect(page.locator("#sound")).to_be_visible()


def bid(page: Page) -> None:
    page.locator("#bid-button").click()
    page.locator("#ask-confirm").click()
    expect(page.locator("#ask")).to_be_hidden()


def type_sum(page: Page, typed: str) -> None:
    page.locator("#chip-own").check()
    page.locator("#own-amount").fill(typed)


@pytest.mark.parametrize("size", [NARROW, PHONE, (768, 1024), DESK])
def test_nothing_shifts_while_bids_come_the_end_moves_and_a_bid_is_refused(
        address: str, make_lot: MakeLot, new_visitor: NewVisitor, size: tuple[int, int]) -> None:
    lot = make_lot(timedelta(seconds=50), window_seconds=45)
    watched, other = new_visitor(address, size=size), new_visitor(address)
    watched.page.add_init_script(SHIFTS)
    sit_down(watched.page, lot)
    sit_down(other.page, lot)
    page = watched.page
    places = [page.evaluate(PLACES)]
    bid(page)
    places.append(page.evaluate(PLACES))
    bid(other.page)
    expect(page.locator("#band-title")).to_contain_text(BAND_WORDS["out"])
    expect(page.locator("#block")).to_have_class(re.compile("late"))
    places.append(page.evaluate(PLACES))
    bid(page)
    page.locator("#bid-button").click()
    bid(other.page)   # what is asked for here is no longer enough
    expect(page.locator("#ask-note")).to_contain_text("现在至少")
    page.locator("#ask-back").click()
    places.append(page.evaluate(PLACES))
    page.evaluate(REFUSE)
    expect(page.locator("#refused")).to_be_visible()
    places.append(page.evaluate(PLACES))
    shifts = page.evaluate("window.shifts")
    assert sum(one["value"] for one in shifts) <= 0.02, shifts
    assert places == places[:1] * len(places)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", [NARROW, PHONE, (768, 1024), DESK])
def test_what_the_bar_shows_first_stays_where_it_is_when_the_rest_arrives(
        address: str, make_lot: MakeLot, new_visitor: NewVisitor, size: tuple[int, int]) -> None:
    page = new_visitor(address, size=size).page
    sit_down(page, make_lot())
    first, whole = page.evaluate(HALF)
    assert first == whole


def test_a_zero_too_many_needs_a_second_deliberate_act_and_is_never_forbidden(
        address: str, make_lot: MakeLot, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, size=PHONE).page
    sit_down(page, make_lot())
    type_sum(page, "10000000")
    expect(page.locator("#own-read")).to_have_text("1,000 万")
    expect(page.locator("#bid-button-note")).to_have_text("壹仟万元整")
    page.locator("#bid-button").click()
    warned = page.locator("#ask-warned")
    expect(warned).to_contain_text("多打了一个零")
    expect(warned).to_contain_text("它的 10 倍，高出 9,000,000.00 元（玖佰万元整）")
    assert axe_violations(page) == []
    page.wait_for_timeout(600)
    expect(page.locator("#ask-confirm")).to_be_disabled()
    page.keyboard.press("Enter")
    expect(page.locator("#ask")).to_be_visible()
    page.get_by_label("没有打错，我要多出 9,000,000.00 元").check()
    page.locator("#ask-confirm").click()
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["lead"])


def test_the_warning_is_new_each_time_and_an_ordinary_sum_has_none(address: str, make_lot: MakeLot,
                                                                  new_visitor: NewVisitor) -> None:
    page = new_visitor(address).page
    sit_down(page, make_lot())
    for _ in range(2):
        type_sum(page, "1,060,000")
        page.keyboard.press("Enter")
        expect(page.locator("#ask-warned")).to_contain_text("它的 1.06 倍")
        expect(page.locator("#ask-sure")).not_to_be_checked()
        page.locator("#ask-sure").check()
        page.keyboard.press("Escape")
    type_sum(page, "1,045,000")
    page.keyboard.press("Enter")
    expect(page.locator("#ask-jump")).to_be_hidden()
    expect(page.locator("#ask-confirm")).to_be_enabled()


def test_a_double_tap_confirms_nothing(address: str, make_lot: MakeLot, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, size=PHONE).page
    sit_down(page, make_lot())
    box = page.locator("#bid-button").bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2)
    page.wait_for_timeout(600)
    expect(page.locator("#ask")).to_be_visible()
    expect(page.locator("#ladder li")).to_have_count(0)


def test_sums_between_the_steps_are_answered_with_the_two_beside_them(address: str, make_lot: MakeLot,
                                                                     new_visitor: NewVisitor) -> None:
    page = new_visitor(address).page
    sit_down(page, make_lot(whole_steps=True, max_steps=3))
    type_sum(page, "1,007,000")
    expect(page.locator("#bid-button")).to_contain_text("须为整级：1,005,000.00 或 1,010,000.00 元")
    type_sum(page, "1,017,000")
    expect(page.locator("#bid-button")).to_contain_text("须为整级：1,015,000.00 元")
    type_sum(page, "1,020,000")
    expect(page.locator("#bid-button")).to_contain_text("最高 1,015,000.00 元")


def test_a_sum_that_cannot_be_read_is_answered_with_what_would_be_right(
        address: str, make_lot: MakeLot, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, size=PHONE).page
    sit_down(page, make_lot())
    word, note = page.locator("#bid-button-word"), page.locator("#bid-button-note")
    for typed, said, hint in (("", "请填写金额", ""), ("346万", "只写数字", "例如 1,000,000"),
                              ("999999999999999", "太大了", re.compile("最高 [0-9,.]+ 元")),
                              ("0", "至少 1,000,000.00 元", "")):
        type_sum(page, typed)
        expect(word).to_have_text(said)
        expect(note).to_have_text(hint)
        expect(page.locator("#bid-button")).to_be_disabled()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_the_narrowest_phone_the_clock_is_named_and_a_priority_holder_reads_the_whole_note(
        address: str, make_lot: MakeLot, new_visitor: NewVisitor, language: str) -> None:
    page = new_visitor(address, size=NARROW).page
    lot = make_lot()
    sit_down(page, lot)
    page.goto(f"/lots/{lot}/room?lang={language}")
    expect(page.locator("#countdown-label")).to_be_visible()
    note = page.locator("#minimum-note")
    room_left = note.evaluate("""(node) => {
        const rule = document.createElement("span");
        rule.className = "rule";
        rule.textContent = "AUC-21.1";
        const said = document.querySelector("#words").dataset.matchNote.replace("{rank}", "1");
        node.replaceChildren(said, " ", rule);
        return node.clientWidth - node.scrollWidth; }""")
    assert room_left == 0


def test_everything_by_keyboard_and_not_while_typing(address: str, make_lot: MakeLot,
                                                     new_visitor: NewVisitor) -> None:
    page = new_visitor(address).page
    sit_down(page, make_lot())
    page.locator("#main").focus()
    page.keyboard.press("2")
    expect(page.locator("#bid-button")).to_contain_text("1,005,000.00")
    page.keyboard.press("Enter")
    expect(page.locator("#ask-confirm")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#bid-button")).to_be_focused()
    page.keyboard.press("4")
    expect(page.locator("#own-amount")).to_be_focused()
    page.keyboard.type("1010000")
    expect(page.locator("#chip-own")).to_be_checked()
    page.locator("#own-back").click()
    page.get_by_label("使用这些快捷键").uncheck()
    page.locator("#main").focus()
    page.keyboard.press("3")
    expect(page.locator("[name=amount_fen]").first).to_be_checked()
    page.reload()
    expect(page.locator("#sound")).to_be_visible()
    expect(page.get_by_label("使用这些快捷键")).not_to_be_checked()


def test_tones_are_off_until_chosen_and_the_choice_is_kept(address: str, make_lot: MakeLot,
                                                           new_visitor: NewVisitor) -> None:
    page = new_visitor(address).page
    sit_down(page, make_lot())
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")
    page.locator("#sound").click()
    page.reload()
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "true")


def test_on_a_phone_the_clock_outweighs_the_price_at_the_end_in_the_same_places(
        address: str, make_lot: MakeLot, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, size=PHONE).page
    sit_down(page, make_lot())

    def look(*, late: bool) -> Any:   # in one stroke: the page's own clock puts back what it finds
        return page.evaluate("""(late) => {
            document.querySelector("#block").classList.toggle("late", late);
            const sizes = ["#price .money", "#countdown"].map((one) => {
                const style = getComputedStyle(document.querySelector(one));
                return parseFloat(style.fontSize) * new DOMMatrix(style.transform).a; });
            const places = ["#price", "#cd", "#ruler", "#bar"].map((one) => {
                const { top, height } = document.querySelector(one).getBoundingClientRect();
                return [top, height]; });
            return { sizes, places }; }""", late)

    calm, late = look(late=False), look(late=True)
    assert calm["sizes"][0] > calm["sizes"][1]
    assert late["sizes"][1] > 2 * late["sizes"][0]
    assert late["places"] == calm["places"]


def test_at_zero_the_result_is_awaited_and_nothing_says_ended(address: str, make_lot: MakeLot,
                                                              new_visitor: NewVisitor) -> None:
    page = new_visitor(address).page
    page.goto(f"/lots/{make_lot(timedelta(seconds=2), window_seconds=1)}/room")
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["confirming"], timeout=10_000)
    page.wait_for_timeout(1500)
    expect(page.locator("#band-title")).to_have_text(BAND_WORDS["confirming"])
    expect(page.locator("#end")).to_be_hidden()
    assert "已结束" not in page.inner_text("#block")
