"""The desks with real hands: by keyboard alone, with files dragged in, with a line that breaks."""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Draft, Person
from cases.models import Case, Document, Property
from kernel.access import Role
from tests.browser import NewVisitor, Visitor
from tests.factories.accounts import PASSWORD, a_court, a_person, sign_in, the_actor
from tests.factories.cases import a_case, a_pdf, a_property
from tests.factories.valuation import BEGIN
from tests.journeys.seeing import inaccessible, overflow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def officer(session: Session, at: Callable[[datetime], None]) -> Person:
    at(BEGIN)
    return a_person(session, Role.OFFICER, a_court(session), name="沈同舟")


@pytest.fixture
def case(session: Session, officer: Person) -> Case:
    return a_case(session, the_actor(session, officer))


@pytest.fixture
def flat(session: Session, officer: Person, case: Case) -> Property:
    return a_property(session, case, the_actor(session, officer), with_facts=True)


@pytest.fixture
def desk(app: Flask, session: Session, officer: Person, address: str, new_visitor: NewVisitor) -> Visitor:
    """The officer's browser, signed in."""
    cookie = sign_in(app.test_client(), officer).get_cookie("session")
    assert cookie is not None
    session.rollback()
    visitor = new_visitor(address)
    visitor.page.context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    return visitor


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until the thing has the focus."""
    for _ in range(most):
        if page.evaluate("(wanted) => document.activeElement?.matches(wanted) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never reaches {selector}")


def test_an_officer_signs_in_and_does_the_first_thing_by_keyboard_alone(
        session: Session, officer: Person, flat: Property, address: str, new_visitor: NewVisitor) -> None:
    session.rollback()
    page = new_visitor(address).page
    page.goto("/login?next=/desk/")
    tab_to(page, "[name=login]")
    page.keyboard.type(officer.login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("件事要您办")
    page.wait_for_load_state("load")  # with it the keys
    page.keyboard.press("/")
    expect(page.locator("#desk-q")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("j")
    first = page.locator(".work .c-case a").first
    expect(first).to_be_focused()
    wanted = first.get_attribute("href") or ""
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wanted}")
    page.goto("/desk/cases/new")
    for name, text in (("number", "（2026）临0102执1288号"), ("cause", "买卖合同纠纷"),
                       ("basis", "（2025）临0102民初99号民事判决书")):
        tab_to(page, f"[name={name}]")
        page.keyboard.type(text)
    tab_to(page, "[name=filed_on]")
    page.keyboard.type("01052026")  # in the order of the browser's own language (tests/browser.py)
    assert page.locator("[name=filed_on]").input_value() == "2026-01-05"
    tab_to(page, "[name=debtor_kind]")
    page.keyboard.press("Space")
    tab_to(page, "main form.form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/desk/cases/" in url and "/new" not in url)
    expect(page.locator("h1")).to_contain_text("临0102执1288号")


def drop(page: Page, *files: tuple[str, bytes, str]) -> None:
    """Drag files onto the page's drop zone."""
    page.locator(".drop.can-drop").wait_for()
    page.evaluate("""(files) => {
      const given = new DataTransfer();
      for (const [name, text, type] of files) {
        given.items.add(new File([Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))], name, {type}));
      }
      document.querySelector("[data-drop]").dispatchEvent(
        new DragEvent("drop", {dataTransfer: given, bubbles: true, cancelable: true}));
    }""", [[name, b64encode(raw).decode(), kind] for name, raw, kind in files])


def test_a_file_is_looked_at_before_it_is_sent_and_has_the_same_fingerprint_after(
        session: Session, case: Case, desk: Visitor) -> None:
    page, raw = desk.page, a_pdf()
    page.goto(f"/desk/cases/{case.id}/documents/new")
    drop(page, ("假的.pdf", b"MZ this is no paper", "application/pdf"))
    expect(page.locator(".drop li.bad .err")).to_contain_text("内容不是所接受的格式（PDF, PNG, JPEG）")
    assert page.evaluate("document.querySelector('[data-drop] input').files.length") == 0
    drop(page, ("裁定书.pdf", raw, "application/pdf"))
    expect(page.locator(".drop li .hash")).to_have_text(f"SHA-256 {sha256(raw).hexdigest()}")
    desk.problems += inaccessible(page) + overflow(page)
    page.locator("main form.form button[type=submit]").first.click()
    expect(page.locator(".errsum")).to_be_focused()  # the other fields were empty
    expect(page.locator(".drop li b")).to_have_text("裁定书.pdf")  # and the file is chosen still
    page.locator("main form.form [name=kind]").select_option(index=1)
    page.locator("main form.form [name=title]").fill("执行裁定书")
    page.locator("main form.form button[type=submit]").first.click()
    page.wait_for_url("**/file**")
    expect(page.locator(".same").first).to_have_text("与上传前在您的设备上算出的一致")
    desk.forgive("422")
    session.rollback()
    assert session.scalars(select(Document.sha256)).all() == [sha256(raw).hexdigest()]


def test_what_is_typed_survives_a_reload_and_a_broken_line(
        session: Session, desk: Visitor) -> None:
    page = desk.page
    page.goto("/desk/cases/new")
    page.locator("[name=cause]").fill("船舶抵押合同纠纷")
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    page.reload()
    expect(page.locator(".draft-offer")).to_contain_text("填过这个表单，没有提交")
    assert page.locator("[name=cause]").input_value() == ""
    desk.problems += inaccessible(page) + overflow(page)
    page.get_by_role("link", name="恢复").click()
    expect(page.locator("[name=cause]")).to_have_value("船舶抵押合同纠纷")
    page.context.set_offline(True)
    page.locator("[name=number]").fill("（2026）临0102执77号")
    expect(page.locator("[data-saved].unsaved")).to_contain_text("没有存上")
    page.context.set_offline(False)
    page.locator("[name=number]").press("Enter")  # saved first, then sent, then refused: much is missing
    expect(page.locator(".errsum")).to_be_visible()
    desk.forgive("ERR_INTERNET_DISCONNECTED|422")
    session.rollback()
    kept = session.scalars(select(Draft)).one()
    assert (kept.values["cause"], kept.values["number"]) == ("船舶抵押合同纠纷", "（2026）临0102执77号")
    page.goto("/desk/cases/new")
    page.get_by_role("button", name="丢弃").click()
    expect(page.locator(".draft-offer")).to_have_count(0)
