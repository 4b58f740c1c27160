"""Every kind of page of the demo in a real browser: two languages, five widths, light and dark.

Languages, widths and themes take turns, and axe looks at each kind once; ``make faces`` looks at all of
them in all ways, and keeps pictures at every width for people to look at.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page as BrowserPage

from kernel.languages import BY_ADDRESS, COOKIE
from tests.browser import PHONE, NewVisitor, Visitor
from tests.demo import Server
from tests.journeys.crawling import LOGINS, Page, first_page, kind_of, walk
from tests.journeys.seeing import DESK, WIDTHS, Person, cut_text, inaccessible, overflow, watch_closely

FACES = os.environ.get("FACES")
"""A folder for pictures; with it, axe sees every kind in both languages, themes and windows."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3600 if FACES else 600)]

LANGUAGES = ("zh", "en")
SIZES = (PHONE, DESK)
ONE_OF_A_ROLE = tuple(login for login in LOGINS
                      if login not in ("respondent", "creditor", "bidder-3", "bidder-4", "bidder-5"))
"""No more: from one address ten may sign in within a minute."""
OF_THE_PUBLIC = ("", "bidder-1")
"""Who sees the pages that are open to everybody; the others keep to their own."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def is_file(url: str) -> bool:
    """What a browser would not show but save."""
    path = urlsplit(url).path
    return path.startswith(("/files/", "/api/")) or path.endswith(
        (".json", ".pdf", ".sha256", ".ics", ".atom", ".xml", ".txt", ".py", ".zip",
         ".tlog-proof"))


@dataclass
class Tour:
    """Everybody's way through the demo. Of each kind of page one is seen in Chinese and one in English.

    The kinds take turns in who sees them, in the window and the theme in which axe looks at them, and in
    which language; its two languages share the five widths. What was seen is then only read, for its links.
    """

    address: str
    visitors: dict[str, Visitor]
    seen: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def open_page(self, login: str, url: str) -> Page | None:
        is_own = urlsplit(url).path.startswith(("/desk", "/my"))
        if is_file(url) or not (is_own or login in OF_THE_PUBLIC):
            return None
        kind = kind_of(urlsplit(url).path)
        if len(self.seen.get(kind, ())) < len(LANGUAGES):
            return self.see(login, url, kind)
        answer = self.visitors[login].page.request.get(url)
        return Page(url, answer.status, answer.text())

    def see(self, login: str, url: str, kind: str) -> Page:
        """Look at one page of a kind, in the language whose turn it is."""
        visitor, turns = self.visitors[login], self.seen.setdefault(kind, [])
        place, turn = list(self.seen).index(kind), len(turns)
        turns.append((login, url))
        page = visitor.page
        language = LANGUAGES[turn]
        page.context.add_cookies([{"name": COOKIE, "value": BY_ADDRESS[language], "url": self.address}])
        page.emulate_media(color_scheme=THEMES[place // 2 % 2], reduced_motion="reduce")
        answer = page.goto(url)
        assert answer is not None, url
        found = Page(url, answer.status, answer.text())
        assert found.language.startswith(language), f"{url} is in {found.language}"
        who = f"{login or 'visitor'}, {language}"
        for width in WIDTHS if FACES else WIDTHS[(place + turn) % 2::2]:
            page.set_viewport_size({"width": width, "height": DESK[1]})
            visitor.problems += [f"{who}, {width} px: {fault}" for fault in overflow(page) + cut_text(page)]
        for theme, size in self.looks(place, turn):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": size[0], "height": size[1]})
            visitor.problems += [f"{who}, {theme}, {size[0]} px: {fault}" for fault in inaccessible(page)]
        if FACES:
            self.take_pictures(page, f"{kind}-{language}")
        return found

    @staticmethod
    def looks(place: int, turn: int) -> Iterator[tuple[Literal["light", "dark"], tuple[int, int]]]:
        """In which themes and windows axe looks at this page."""
        if FACES:
            yield from ((theme, size) for theme in THEMES for size in SIZES)
        elif turn == place // 4 % 2:
            yield THEMES[place // 2 % 2], SIZES[place % 2]

    @staticmethod
    def take_pictures(page: BrowserPage, name: str) -> None:
        """Pictures of the whole page, for people."""
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": DESK[1]})
                file = re.sub(r"[^\w#-]+", "_", f"{name}-{theme}-{width}").strip("_").replace("#", "x")
                page.screenshot(path=Path(FACES or "") / f"{file}.png", full_page=True)

    def left_over(self) -> Iterator[tuple[str, str, str]]:
        """Kinds that only one account reaches, and so far saw in one language only."""
        for kind, turns in self.seen.items():
            if len(turns) < len(LANGUAGES):
                yield *turns[0], kind


@pytest.fixture
def tour(own_platform: Server, new_visitor: NewVisitor) -> Tour:
    visitors, looked_at = {}, {"/login?", "/desk/?", "/my?"}
    for login in ONE_OF_A_ROLE:
        visitors[login] = new_visitor(own_platform.url, size=DESK)
        watch_closely(visitors[login])
        if login:
            Person(visitors[login], "zh-CN", DESK, looked_at).sign_in(login)
    return Tour(own_platform.url, visitors)


def test_every_kind_of_page_is_sound(tour: Tour) -> None:
    for login in ONE_OF_A_ROLE:
        for page in walk(partial(tour.open_page, login), first_page(login), most=1):
            assert page.status == 200, f"{login} at {page.url} (from {page.found_on}): {page.status}"
    for login, url, kind in list(tour.left_over()):
        tour.see(login, url, kind)
    rooms = {lot["state"]: lot["id"]
             for lot in tour.visitors[""].page.request.get("/api/v1/lots").json()["lots"]}
    for state, lot_id in rooms.items():
        for _ in LANGUAGES:
            tour.see("", f"/lots/{lot_id}/room", f"room, {state}")
    assert len(tour.seen) > 50
    assert all(len(turns) == len(LANGUAGES) for turns in tour.seen.values())
