"""The room in real browsers: two bidders and a spectator, a phone among them, until the hammer falls."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from auction.jobs import sweep
from auction.models import Registration
from auction.rules.band import BAND_WORDS
from auction.services.bidding import Offer, take_bids
from kernel import clock
from kernel.database import db
from tests.auction.room import a_running_exercise, sit_down
from tests.browser import PHONE, NewVisitor, axe_violations
from tests.factories.accounts import acting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def lot(session: Session) -> str:
    """An exercise of ten minutes that has begun."""
    return a_running_exercise(session)


def band(page: Page) -> Any:
    return expect(page.locator("#band-title"))


def bid_least(page: Page) -> None:
    page.locator("#bid-button").click()
    expect(page.locator("#ask-capitals")).to_contain_text("元整")
    page.locator("#ask-confirm").click()


def sweep_at(app: Flask, after: timedelta) -> None:
    """Let the platform's clock go on, and its jobs with it."""
    clock.set_offset(clock.offset() + after)
    with app.app_context():
        sweep()
        db.session.remove()


def test_two_bidders_and_a_spectator_see_the_same_sale(app: Flask, address: str, lot: str,
                                                       new_visitor: NewVisitor) -> None:
    desk, phone = new_visitor(address), new_visitor(address, size=PHONE)
    spectator = new_visitor(address)
    sit_down(desk.page, lot)
    sit_down(phone.page, lot)
    spectator.page.goto(f"/lots/{lot}/room")
    band(spectator.page).to_have_text(BAND_WORDS["watch"])
    band(desk.page).to_have_text(BAND_WORDS["ready"])

    bid_least(desk.page)
    band(desk.page).to_have_text(BAND_WORDS["lead"])
    expect(desk.page.locator("#band-text")).to_contain_text("已确认")
    expect(phone.page.locator("#price")).to_contain_text("1,000,000.00")
    expect(spectator.page.locator("#band-text")).to_contain_text("以 1,000,000.00 元领先")
    expect(desk.page.locator("#receipts li")).to_have_count(1)

    bid_least(phone.page)
    band(phone.page).to_have_text(BAND_WORDS["lead"])
    band(desk.page).to_have_text(BAND_WORDS["out"])
    expect(desk.page.locator("#band")).to_have_class("band out")
    expect(spectator.page.locator("#ladder li")).to_have_count(2)
    for visitor in (desk, phone, spectator):
        assert axe_violations(visitor.page) == []
        shown = visitor.page.inner_text("#band-title")
        visitor.page.reload()
        band(visitor.page).to_have_text(shown)

    sweep_at(app, timedelta(minutes=11))
    band(phone.page).to_have_text(BAND_WORDS["sold-mine"], timeout=15_000)
    band(desk.page).to_have_text(BAND_WORDS["sold"], timeout=15_000)
    expect(desk.page.locator("#bar")).to_be_hidden()
    expect(spectator.page.locator("#end")).to_be_visible()


def test_a_price_that_moves_under_the_second_press_never_changes_the_sum(
        address: str, lot: str, new_visitor: NewVisitor) -> None:
    one, two = new_visitor(address), new_visitor(address)
    sit_down(one.page, lot)
    sit_down(two.page, lot)
    one.page.locator("#bid-button").click()
    bid_least(two.page)
    expect(one.page.locator("#ask-note")).to_contain_text("现在至少 1,005,000.00 元")
    expect(one.page.locator("#ask-confirm")).to_be_disabled()
    expect(one.page.locator("#ask-amount")).to_contain_text("1,000,000.00")
    one.page.locator("#ask-back").press("Escape")
    one.page.locator("#chip-own").check()
    one.page.locator("#own-amount").fill("1,004,999.99")
    expect(one.page.locator("#bid-button")).to_contain_text("至少 1,005,000.00 元")
    one.page.locator("#own-amount").fill("1005000")
    one.page.keyboard.press("Enter")
    expect(one.page.locator("#ask-capitals")).to_have_text("壹佰万伍仟元整")
    expect(one.page.locator("#ask-confirm")).to_be_enabled()  # a second tap is no decision
    one.page.keyboard.press("Enter")
    band(one.page).to_have_text(BAND_WORDS["lead"])


def test_a_long_ladder_shows_its_newest_bids_and_fetches_older_ones_when_asked(
        address: str, lot: str, session: Session, new_visitor: NewVisitor) -> None:
    seats = session.query(Registration).filter_by(lot_id=lot).order_by(Registration.code).all()
    now = clock.now()
    with acting(session) as s:
        take_bids(s, [Offer(lot, 1, seats[n % 2].person_digest, 100_000_000 + n * 500_000, f"n{n}", now, n)
                      for n in range(600)], now=now)
    visitor = new_visitor(address)
    pages: list[str] = []
    visitor.page.on("request", lambda asked: pages.append(asked.url) if "/events?" in asked.url else None)
    visitor.page.goto(f"/lots/{lot}/room")
    expect(visitor.page.locator("#line-word")).to_contain_text("良好")
    expect(visitor.page.locator("#ladder li")).to_have_count(20)
    expect(visitor.page.locator("#ladder-count")).to_have_text("共 600 口，2 个竞买代码")
    expect(visitor.page.locator("#chart .uplot")).to_be_visible()
    for shown in range(40, 620, 20):
        visitor.page.locator("#ladder-more").click()
        expect(visitor.page.locator("#ladder li")).to_have_count(shown)
    expect(visitor.page.locator("#ladder-more")).to_be_hidden()
    expect(visitor.page.locator("#ladder li").last).to_have_attribute("data-seq", "1")
    assert [one.split("?")[1] for one in pages] == ["after=80", "after=0"], "for the chart, and for the rest"


def test_a_bid_takes_the_spare_line_where_the_socket_is_refused(address: str, lot: str,
                                                                new_visitor: NewVisitor) -> None:
    visitor, other = new_visitor(address), new_visitor(address)
    visitor.page.route("**/socket.io/**", lambda route: route.abort())
    visitor.page.add_init_script("window.WebSocket = class { constructor() { throw Error('no sockets') } }")
    visitor.page.goto(f"/lots/{lot}/room")
    visitor.page.get_by_role("button", name=re.compile("坐下练习")).click()
    expect(visitor.page.locator("#line-word")).to_have_text("改走备用线路", timeout=15_000)
    bid_least(visitor.page)
    band(visitor.page).to_have_text(BAND_WORDS["lead"], timeout=15_000)
    sit_down(other.page, lot)
    bid_least(other.page)
    band(visitor.page).to_have_text(BAND_WORDS["out"], timeout=15_000)
    expect(visitor.page.locator("#hint")).to_contain_text("每 2 到 5 秒更新一次")
    expect(visitor.page.locator("#ladder li")).to_have_count(2)
