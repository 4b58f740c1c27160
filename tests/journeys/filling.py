"""The forms of the demo's pages as data, and every bad thing that people and programs put into them."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

from seeds.paper import pdf
from tests.journeys.crawling import kind_of

LONG: Final = "长" * 100_000
KINDS: Final[Mapping[str, str]] = {
    "nothing": "", "blanks": "   ", "ideographic blank": "\u3000\u3000", "too long": LONG,
    "NUL": "a\x00b", "control characters": "a\x01\x02\x1b[31mb", "line breaks": "一\r\n二\r\n三",
    "emoji": "👩‍⚖️🏠", "rare character": "𠮷野家𡘙", "right to left": "\u202e四三二一\u202c",
    "invisible": "\u200b\u200d\ufeff", "combining": "Z\u0351\u036b\u0343a\u0300" * 40,
    "markup": "<script>alert(1)</script>\"'><b>x", "query": "'; DROP TABLE lots; -- % _ \\",
    "template": "{{7*7}}${7*7}%(name)s%s{0}", "path": "../../etc/passwd", "address": "javascript:alert(1)",
    "negative": "-1", "zero": "0", "huge": "9" * 40, "three decimals": "1000.001", "scientific": "1e6",
    "no number": "NaN", "infinite": "∞", "full width": "１２３４５", "superscript": "²", "numerals": "壹万元",
    "grouped wrongly": "1,00,0 000", "no such day": "2026-02-30", "day zero": "0000-00-00",
    "far day": "9999-12-31", "old day": "1900-01-01", "last instant": "9999-12-31T23:59",
    "first instant": "0001-01-01T00:00", "day with time": "2026-11-21T10:00:00+08:00",
    "unknown choice": "no-such-word",
}
"""What is typed: a name and the text."""
RAW: Final[Mapping[str, bytes]] = {"broken UTF-8": b"\xff\xfe\xc3\x28", "lone surrogate": b"\xed\xa0\x80"}
"""What is sent instead of text: bytes that are no UTF-8."""
FILES: Final[Mapping[str, tuple[str, bytes]]] = {
    "page called PDF": ("文书.pdf", b"<html><script>alert(1)</script></html>"),
    "empty file": ("文书.pdf", b""), "broken PDF": ("文书.pdf", b"%PDF-1.7\nnothing more"),
    "picture called PDF": ("文书.pdf", b"\x89PNG\r\n\x1a\nnothing more"),
    "path as a name": ("../../../etc/passwd\x00.pdf", pdf("文书", ["一"])),
    "program": ("a.exe", b"MZ\x90\x00"),
}
UNTYPED: Final = ("hidden", "password", "file", "submit", "checkbox", "radio", "select")


@dataclass
class Box:
    """One box of a form: its kind, what stands in it, and the words it offers."""

    name: str
    kind: str
    value: str = ""
    words: list[str] = field(default_factory=list)

    @property
    def is_typed(self) -> bool:
        return self.kind not in UNTYPED

    def plausible(self) -> str:
        """What somebody could have meant to put here."""
        if self.value or not self.is_typed:
            return self.value or (self.words[-1] if self.words else "")
        samples = {"date": "2026-11-21", "datetime-local": "2026-11-21T10:00", "number": "3",
                   "email": "a@court.example", "tel": "13800138000", "password": "luochui-demo-2026"}
        return samples.get(self.kind, "1000" if self.name.endswith("_fen") else "测试填写")


@dataclass
class Sheet:
    """A form as a page shows it."""

    page: str
    login: str
    method: str
    action: str
    boxes: dict[str, Box] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes two forms the same: where they go and what they ask."""
        return self.method, kind_of(self.action), tuple(sorted(self.boxes))

    def filled(self) -> dict[str, str]:
        """As the page shows it, empty boxes filled as one could."""
        return {box.name: box.plausible() for box in self.boxes.values() if box.kind != "file"}

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in or choose."""
        return any(box.kind not in ("hidden", "submit") for box in self.boxes.values())

    def typed(self) -> list[Box]:
        return [box for box in self.boxes.values() if box.is_typed]


class Sheets(HTMLParser):
    """All forms of a page, with what stands in them, and all ids and links within it."""

    def __init__(self, page: str, text: str, login: str = "") -> None:
        super().__init__()
        self.page, self.login = page, login
        self.found: list[Sheet] = []
        self.ids: set[str] = set()
        self.inner_links: list[str] = []
        self.has_summary = False
        self._area: Box | None = None
        self._select: Box | None = None
        self._open: Sheet | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        self.ids |= {got["id"]} if "id" in got else set()
        self.has_summary = self.has_summary or "errsum" in got.get("class", "").split()
        if tag == "a" and got.get("href", "").startswith("#"):
            self.inner_links.append(got["href"][1:])
        if tag == "form":
            target = urlsplit(urljoin(self.page, got.get("action", "")))
            method = got.get("method", "get").lower()
            query = "" if method == "get" else target.query  # a browser puts the boxes in its place
            self._open = Sheet(self.page, self.login, method,
                               f"{target.path}?{query}" if query else target.path)
            self.found.append(self._open)
        elif self._open is not None and "disabled" not in got:
            self._box(tag, got, self._open)

    def _box(self, tag: str, got: dict[str, str], sheet: Sheet) -> None:
        name = got.get("name", "")
        if tag == "option" and self._select is not None:
            self._select.words.append(got.get("value", ""))
            if "selected" in got:
                self._select.value = got.get("value", "")
        if not name or tag not in ("input", "select", "textarea", "button"):
            return
        kind = got.get("type", "text") if tag == "input" else "submit" if tag == "button" else tag
        box = sheet.boxes.setdefault(name, Box(name, kind))
        if kind in ("radio", "checkbox"):
            box.words.append(got.get("value", "on"))
            box.value = got.get("value", "on") if "checked" in got else box.value
        elif tag in ("input", "button"):
            box.value = got.get("value", "")
        elif tag == "select":
            self._select = box
        else:
            self._area = box

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area is not None:
            self._area.value = self._area.value.removeprefix("\r").removeprefix("\n")
            self._area = None


@dataclass(frozen=True)
class Try:
    """One way of filling a form wrongly. ``wrong`` names the boxes that hold something bad."""

    kind: str
    values: dict[str, object]
    wrong: frozenset[str] = frozenset()
    json: bool = False


def tries(sheet: Sheet) -> Iterator[Try]:
    """Every kind of bad input: in all boxes at once, and in one of an otherwise plausible form."""
    good, typed = sheet.filled(), [box.name for box in sheet.typed()]
    chosen = [box.name for box in sheet.boxes.values() if box.kind in ("select", "radio", "checkbox")]
    for place, (kind, text) in enumerate(KINDS.items()):
        names = chosen if kind == "unknown choice" else typed
        if names:
            yield Try(kind, {**good, **dict.fromkeys(names, text)}, frozenset(names))
            one = names[place % len(names)]
            yield Try(f"{kind} in {one}", {**good, one: text}, frozenset({one}))
    for kind, raw in RAW.items():
        for name in typed[:1]:
            yield Try(f"{kind} in {name}", {**good, name: raw}, frozenset({name}))
    yield from _shapes(sheet, good)
    for box in sheet.boxes.values():
        if box.kind == "file":
            for kind, (name, body) in FILES.items():
                yield Try(kind, {**good, box.name: (io.BytesIO(body), name)}, frozenset({box.name}))


def _shapes(sheet: Sheet, good: dict[str, str]) -> Iterator[Try]:
    own = [name for name in good if name != "csrf_token"]
    for name in own[:6]:
        yield Try(f"one missing: {name}", {other: value for other, value in good.items() if other != name},
                  frozenset({name}))
        yield Try(f"one twice: {name}", {**good, name: [good[name], "再来一次"]}, frozenset({name}))
    yield Try("one too many", {**good, "is_admin": "1", "id": "case-2222222222", "__class__": "x"})
    if sheet.method == "post":
        yield Try("another type", {}, json=True)
