"""A bidder without a mouse: from the home page to a reference, and from one's own bids to the lead."""

import pytest
from playwright.sync_api import Page, expect

from seeds.homes import SOON
from seeds.people import PASSWORD
from tests.browser import NewVisitor
from tests.demo import Server
from tests.journeys.seeing import PATIENCE_MS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def tab_to(page: Page, selector: str, most: int = 90) -> None:
    """Press Tab until the thing has the focus, and see that the focus can be seen."""
    for _ in range(most):
        if page.evaluate("(wanted) => document.activeElement?.matches(wanted) ?? false", selector):
            seen = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle !== 'none'"
                                 " || getComputedStyle(document.activeElement).boxShadow !== 'none'")
            assert seen, f"nobody sees that {selector} has the focus"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never reaches {selector} on {page.url}")


def signed_in(new_visitor: NewVisitor, platform: Server, login: str) -> Page:
    page = new_visitor(platform.url).page
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/login")
    tab_to(page, "[name=login]")
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def test_a_bidder_finds_a_lot_and_applies(platform: Server, new_visitor: NewVisitor) -> None:
    page = signed_in(new_visitor, platform, "bidder-4")
    page.goto("/")
    tab_to(page, "#q")
    page.keyboard.type(SOON.title)
    page.keyboard.press("Enter")
    page.wait_for_url("**/lots?q=*")
    tab_to(page, ".card h3 a")
    expect(page.locator(":focus")).to_have_text(SOON.title)
    page.keyboard.press("Enter")
    page.wait_for_url("**/lots/lot-*")
    tab_to(page, "a[href$='/register']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/register")
    for name in ("accepts_notices", "declares_free"):
        tab_to(page, f"[name={name}]")
        page.keyboard.press("Space")
        expect(page.locator(f"[name={name}]")).to_be_checked()
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/register"))
    expect(page.locator("main")).to_contain_text("缴款码")


def test_a_bidder_goes_to_the_room_and_leads(platform: Server, new_visitor: NewVisitor) -> None:
    page = signed_in(new_visitor, platform, "bidder-1")
    page.goto("/my/bids")
    tab_to(page, "main a[href^='/my/bids/lot-']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/bids/lot-*")
    tab_to(page, "main a[href$='/room']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/room")
    expect(page.locator("#bid-button")).to_be_enabled()
    tab_to(page, "[name=amount_fen]")
    page.keyboard.press("ArrowRight")
    tab_to(page, "#bid-button")
    page.keyboard.press("Enter")
    expect(page.locator("#ask-confirm")).to_be_focused()
    page.wait_for_timeout(600)  # a press right behind the first confirms nothing (test_room_browser)
    page.keyboard.press("Enter")
    expect(page.locator("#room .block, .block").first).to_contain_text("领先")
