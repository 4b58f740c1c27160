"""People at real browsers: they press what they read, and every page that they see is looked over.

Words are the Chinese texts of the source; ``Person.word`` puts them into the person's language. What
is wrong on a page is kept with its browser, and the test fails at its end (``tests.browser``).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from gettext import GNUTranslations, NullTranslations, translation
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from seeds.people import PASSWORD
from tests.browser import PHONE, Visitor, axe_violations
from tests.demo import ROOT
from tests.journeys.crawling import kind_of

DESK = (1440, 900)
PATIENCE_MS = 30_000
"""What a loaded machine may need; nothing waits so long on an idle one."""

LANGUAGES: dict[str, NullTranslations | GNUTranslations] = {
    "zh-CN": NullTranslations(),
    "en": translation("messages", ROOT / "translations", ["en"])}

WIDTHS = (320, 390, 768, 1440, 2560)
"""From the narrowest phone (and a window at four times its size, WCAG 1.4.10) to a wide screen."""

TOO_WIDE = "() => document.scrollingElement.scrollWidth - innerWidth"

CUT = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const style = getComputedStyle(one);
  return one.textContent.trim() && one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1
    && ["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis"
    && style.display !== "inline" && one.tagName.toLowerCase() !== "svg";
}).map((one) => `${one.tagName.toLowerCase()}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)"""
"""Text that ends at an edge where nobody can push it on; what ends in dots says so."""


def watch_closely(visitor: Visitor) -> None:
    """Warnings and requests that failed count as well; leaving a page cuts some off, which is no fault."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "warning":
            visitor.problems.append(f"warning: {message.text} ({message.location.get('url', '')})")

    def on_failure(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":
            visitor.problems.append(f"failed: {request.url} {request.failure}")

    visitor.page.on("console", on_console)
    visitor.page.on("requestfailed", on_failure)


def overflow(page: Page) -> list[str]:
    """A page that must be pushed sideways to be read."""
    wider = page.evaluate(TOO_WIDE)
    return [f"{page.url}: {wider} px wider than the window"] if wider > 0 else []


def cut_text(page: Page) -> list[str]:
    """Words that are cut off, with the page's address."""
    return [f"{page.url}: cut off: {found}" for found in page.evaluate(CUT)]


def inaccessible(page: Page) -> list[str]:
    """What axe finds, with the page's address."""
    return [f"{page.url}: {fault}" for fault in axe_violations(page)]


@dataclass
class Person:
    """Somebody with a browser of a size and a language.

    Attributes:
        looked_at: the kinds of pages that were looked over, by this person or by others.
    """

    visitor: Visitor
    locale: str
    size: tuple[int, int]
    looked_at: set[str] = field(default_factory=set)

    @property
    def page(self) -> Page:
        return self.visitor.page

    def word(self, text: str, **figures: object) -> str:
        """A text of the source as this person reads it."""
        found = LANGUAGES[self.locale].gettext(text)
        return found % figures if figures else found

    def go(self, url: str) -> None:
        self.page.goto(url)
        self.look_once()

    def follow(self, text: str, within: str = "body") -> None:
        """Follow the first link that says so."""
        self._leave(self.page.locator(within).get_by_role("link", name=self.word(text)).first)

    def press(self, text: str, within: str = "body") -> None:
        """Press the first button that says so, and wait for the page it leads to."""
        self._leave(self.page.locator(within).get_by_role("button", name=self.word(text)).first)

    def _leave(self, what: Locator) -> None:
        with self.page.expect_navigation():
            self.touch(what)
        self.look_once()

    def touch(self, what: Locator) -> None:
        """A tap of a finger or a click of a mouse."""
        if self.size == PHONE:
            what.tap()
        else:
            what.click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(self.word(label)).first.fill(text)

    def tick(self, label: str) -> None:
        self.page.get_by_label(self.word(label)).check()

    def look_once(self) -> None:
        """Look the page over, if no page of its kind was yet."""
        kind = kind_of(urlsplit(self.page.url).path)
        if kind not in self.looked_at:
            self.looked_at.add(kind)
            self.look()
        else:
            self.visitor.problems += overflow(self.page)

    def look(self) -> None:
        """Look over the page as it stands: it fits its window, and everybody can use it."""
        self.visitor.problems += overflow(self.page) + inaccessible(self.page)

    def sees(self, what: str, text: str | re.Pattern[str]) -> None:
        """Wait until this part of the page says so."""
        expect(self.page.locator(what).first).to_contain_text(text, timeout=PATIENCE_MS)

    def sees_band(self, text: str) -> None:
        """Wait until the band over the room has exactly this title."""
        expect(self.page.locator("#band-title")).to_have_text(self.word(text), timeout=PATIENCE_MS)

    def reload_until(self, found: Callable[[], Any]) -> None:
        """Reload a page that waits for a job of the server."""
        for _ in range(60):
            if found():
                return
            self.page.reload()
        raise AssertionError(f"{self.page.url} never said so: {self.page.inner_text('main')}")

    def sign_in(self, login: str) -> None:
        """By the form, with the password of the demo."""
        if urlsplit(self.page.url).path != "/login":
            self.go("/login")
        self.fill("账号", login)
        self.fill("密码", PASSWORD)
        with self.page.expect_navigation():
            self.touch(self.page.get_by_role("button", name=self.word("登录"), exact=True))
        assert urlsplit(self.page.url).path != "/login", self.page.inner_text("main")
        self.look_once()
