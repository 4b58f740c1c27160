"""A person at a page without scripts: reads it, follows its links, fills in its forms as they stand there.

A form can only be sent with fields that are on it; what the page filled in goes along, as from a
browser. Every answer is a page of ours, and a form that is refused says why and keeps what was typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Value = str | Sequence[str] | bytes


@dataclass
class Form:
    """A form of a page: where it goes, what stands in its fields, its buttons."""

    action: str
    method: str
    multipart: bool = False
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str, str, bool]] = field(default_factory=list)
    """Label, name, value, whether it can be pressed."""


class Forms(HTMLParser):
    """Finds the forms, the links and the plain text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self.links: list[tuple[str, str]] = []
        self.text = ""
        self._form: Form | None = None
        self._button: dict[str, Any] | None = None
        self._link: list[str] | None = None
        self._choice: tuple[str, bool] | None = None
        self._area: str | None = None
        self._hidden = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "template"):
            self._hidden += 1
        elif tag == "a" and "href" in found:
            self._link = [found["href"], ""]
        elif tag == "form":
            self._form = Form(found.get("action", ""), found.get("method", "get").lower(),
                              found.get("enctype") == "multipart/form-data")
            self.forms.append(self._form)
            self._by_id[found.get("id", "")] = self._form
        elif tag == "button" and "form" in found:
            self._begin_button(found, self._by_id[found["form"]])
        elif self._form is not None:
            self._field(tag, found, self._form)

    def _field(self, tag: str, found: dict[str, str], form: Form) -> None:
        name = found.get("name", "")
        if tag == "button":
            self._begin_button(found, form)
        elif tag == "select" and name:
            form.names.add(name)
            self._choice = (name, False)
        elif tag == "option" and self._choice:
            chosen, _ = self._choice
            if "selected" in found or chosen not in form.values:
                form.values[chosen] = [found.get("value", "")]
        elif tag == "textarea" and name:
            form.names.add(name)
            form.values[name] = [""]
            self._area = name
        elif tag == "input" and name and "disabled" not in found:
            self._input(name, found, form)

    def _begin_button(self, found: dict[str, str], form: Form) -> None:
        self._button = {"label": "", "name": found.get("name", ""), "value": found.get("value", ""),
                        "on": "disabled" not in found, "form": form}

    @staticmethod
    def _input(name: str, found: dict[str, str], form: Form) -> None:
        form.names.add(name)
        kind = found.get("type", "text")
        if kind in ("checkbox", "radio"):
            if "checked" in found:
                form.values.setdefault(name, []).append(found.get("value", "on"))
        elif kind != "file":
            form.values.setdefault(name, []).append(found.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text += data
        if self._button is not None:
            self._button["label"] += data
        if self._link is not None:
            self._link[1] += data
        if self._area is not None and self._form is not None:
            self._form.values[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self._hidden -= 1
        elif tag == "a" and self._link is not None:
            self.links.append((self._link[0], " ".join(self._link[1].split())))
            self._link = None
        elif tag == "button" and self._button is not None:
            one = self._button
            one["form"].buttons.append((" ".join(one["label"].split()), one["name"], one["value"], one["on"]))
            self._button = None
        elif tag == "select":
            self._choice = None
        elif tag == "textarea":
            self._area = None
        elif tag == "form":
            self._form = None


@dataclass
class Reader:
    """Somebody at the pages; the last one stays open."""

    client: FlaskClient
    url: str = "/"
    page: Forms = field(default_factory=lambda: Forms(""))

    def go(self, url: str, status: int = 200) -> "Reader":
        """Open a page."""
        return self._take(self.client.get(urljoin(self.url, url), follow_redirects=True), status)

    def follow(self, label: str) -> "Reader":
        """Follow the one link with this text."""
        found = {url for url, text in self.page.links if label in text}
        assert len(found) == 1, f"{label}: {found or self.page.links}"
        return self.go(found.pop())

    def press(self, label: str, typed: Mapping[str, Value] | None = None, *, status: int = 200,
              within: str = "") -> "Reader":
        """Fill in the form that has this button and press it.

        Args:
            typed: field -> text, texts or the bytes of a file; what is left out stays as the page has it.
            within: part of the form's address, where several forms have such a button.
        """
        form, name, value = self._form_with(label, within)
        typed = typed or {}
        unknown = set(typed) - form.names
        assert not unknown, f"not on the form {form.action}: {unknown}; there are {sorted(form.names)}"
        sent: dict[str, Any] = {one: found for one, found in form.values.items() if found}
        for one, given in typed.items():
            sent[one] = (BytesIO(given), "paper.pdf") if isinstance(given, bytes) else given
        if name:
            sent[name] = value
        action = urljoin(self.url, form.action or self.url)
        if form.method == "get":
            return self._take(self.client.get(action, query_string=sent, follow_redirects=True), status)
        answer = self.client.post(
            action, data=sent, follow_redirects=True,
            content_type="multipart/form-data" if form.multipart else "application/x-www-form-urlencoded")
        return self._take(answer, status)

    def _form_with(self, label: str, within: str) -> tuple[Form, str, str]:
        found = [(form, name, value) for form in self.page.forms
                 for text, name, value, on in form.buttons
                 if label in text and on and within in urljoin(self.url, form.action or self.url)]
        there = [(form.action, form.buttons) for form in self.page.forms]
        assert len(found) == 1, f"{len(found)} buttons {label!r} at {self.url}: {there}"
        return found[0]

    def may_press(self, label: str) -> bool:
        return any(label in text and on for form in self.page.forms for text, _, _, on in form.buttons)

    def _take(self, answer: TestResponse, status: int) -> "Reader":
        self.url = answer.request.full_path.rstrip("?")
        self.page = Forms(answer.get_data(as_text=True))
        assert answer.status_code == status, f"{self.url}: {answer.status_code} {self.says[:2000]}"
        assert answer.mimetype == "text/html", self.url
        return self

    @property
    def says(self) -> str:
        """The text of the page, blanks put together."""
        return " ".join(self.page.text.split())
