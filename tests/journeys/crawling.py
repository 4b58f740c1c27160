"""Finding the pages of the demo by following links, and what each is made of."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from seeds.people import OUTSIDE, PEOPLE

DEEPEST = 5
MOST_OF_A_KIND = 2
"""Pages behind links that differ only in ids: so many of them are looked at."""
LOGINS = ("", *(one.login for one in PEOPLE
                if one.login not in ("judge-2", "judge-3", "finance-2", "finance-3", "bidder-2", "tenant")))
"""One of each who differ in what they see; the empty one is a visitor."""

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def first_page(login: str) -> str:
    """Where this account's way through the platform begins."""
    if not login:
        return "/"
    return "/my" if login in [one.login for one in OUTSIDE] else "/desk/"


@dataclass
class Page(HTMLParser):
    """What one page is made of."""

    url: str = ""
    status: int = 0
    text: str = ""
    found_on: str = ""
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    language: str = ""
    title: str = ""
    _in_title: bool = False

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.append(found["id"])
        self.targets += [found[name] for name in ("for", "aria-labelledby", "aria-describedby")
                         if name in found]
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in ("img", "script") and "src" in found:
            self.parts.append(found["src"])
        if tag == "link" and "href" in found and "itemprop" not in found:
            self.parts.append(found["href"])
        if tag in HEADINGS:
            self.headings.append(int(tag[1]))
        if tag == "html":
            self.language = found.get("lang", "")
        self._in_title = tag == "title"
        self._look_for_faults(tag, found)

    def _look_for_faults(self, tag: str, found: dict[str, str]) -> None:
        if "style" in found or any(name.startswith("on") for name in found):
            self.faults.append(f"<{tag}> has a style or a handler of its own: the policy forbids it")
        if tag == "img" and "alt" not in found:
            self.faults.append(f"<img src={found.get('src')}> says nothing to who cannot see it")
        if tag == "form" and found.get("method", "get").lower() not in ("get", "post"):
            self.faults.append("a form with a method that browsers do not know")

    def handle_data(self, data: str) -> None:
        if self._in_title and data.strip():
            self.title += data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False


def kind_of(url: str) -> str:
    """An address without what differs between two objects of a kind."""
    parts = urlsplit(url)
    path = re.sub(r"/[a-z]+-[2-9a-hj-z]{10}\b", "/#", parts.path)
    path = re.sub(r"/\d{4}-\d\d\b", "/month", re.sub(r"/\d{4}-\d\d-\d\d\b", "/day", path))
    path = re.sub(r"/[0-9A-Z]{4}-[0-9A-Z]{4}\b", "/#", path)
    path = re.sub(r"/[0-9a-f]{64}\b", "/#", re.sub(r"/\d+\b", "/#", path))
    return path + "?" + ",".join(sorted({name for name, _ in parse_qsl(parts.query)}))


def walk(open_page: Callable[[str], Page | None], start: str, most: int = MOST_OF_A_KIND) -> Iterator[Page]:
    """Follow the links from a page, breadth first; a few of each kind are enough.

    ``open_page`` gives nothing for what is no page, such as a file.
    """
    seen, kinds, ahead = {start}, {kind_of(start): 1}, [(start, 0, "")]
    while ahead:
        url, depth, found_on = ahead.pop(0)
        page = open_page(url)
        if page is None:
            continue
        page.found_on = found_on
        yield page
        for link in page.links if depth < DEEPEST else ():
            target = urldefrag(urljoin(url, link))[0]
            kind = kind_of(target)
            if is_ours(target) and target not in seen and kinds.get(kind, 0) < most:
                seen.add(target)
                kinds[kind] = kinds.get(kind, 0) + 1
                ahead.append((target, depth + 1, url))


def is_ours(target: str) -> bool:
    """A page of the platform that may be read without changing anything."""
    return target.startswith("/") and not target.startswith(("//", "/language/", "/theme/"))
