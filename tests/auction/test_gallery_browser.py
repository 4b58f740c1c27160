"""Looking closer at a lot: keys, zoom, focus; folds that a link opens; nothing moves while it loads."""

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from auction.models import Lot
from tests.browser import DESK, PHONE, NewVisitor
from tests.factories.auction import a_lot_on_sale

pytestmark = pytest.mark.browser

SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shifted += one.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def lot(session: Session) -> Lot:
    found = a_lot_on_sale(session)
    session.commit()
    return found


def test_a_picture_opens_by_key_zooms_turns_and_gives_the_focus_back(address: str, new_visitor: NewVisitor,
                                                                     lot: Lot) -> None:
    page = new_visitor(address, size=DESK).page
    page.goto(f"/lots/{lot.id}")
    first = page.get_by_role("button", name="看大图：建筑立面，示意图")
    first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="看大图")
    expect(dialog).to_contain_text("1 / 2")
    expect(dialog.get_by_role("button", name="缩小")).to_be_disabled()
    page.keyboard.press("+")
    expect(dialog.get_by_role("button", name="缩小")).to_be_enabled()
    page.keyboard.press("0")
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("户型，示意图")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(first).to_be_focused()


def test_a_link_opens_its_fold_and_nothing_moves_while_the_page_loads(address: str, new_visitor: NewVisitor,
                                                                      lot: Lot) -> None:
    page = new_visitor(address, size=PHONE).page
    page.add_init_script(SHIFTS)
    page.goto(f"/lots/{lot.id}")
    notices = page.get_by_text("参与竞买视为了解并接受瑕疵", exact=True)
    expect(notices).to_be_hidden()
    assert page.evaluate("window.shifted") <= 0.02
    page.get_by_role("navigation", name="本页内容").get_by_role("link", name="特别提示").click()
    expect(notices).to_be_visible()
