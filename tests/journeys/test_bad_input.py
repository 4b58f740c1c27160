"""Every form of the demo, filled with thirty kinds of bad input: refused in words, nothing lost or stored.

A form is tried in an app whose commits only flush: what a form would have done is undone with its
request, so that each is tried on the demo as it was founded. ``make badinput`` tries
everything, CI a fixed share of it by those who fill in most.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Person
from audit.models import Log
from kernel.database import db
from tests.factories.accounts import sign_in
from tests.journeys.crawling import Page, first_page, walk
from tests.journeys.filling import Sheet, Sheets, Try, tries
from tests.journeys.test_every_page import read

pytestmark = pytest.mark.timeout(1800)

EVERYTHING: Final = os.environ.get("BAD_INPUT") == "all"
LOGINS: Final = ("", "officer", "clerk", "finance-1", "institution", "bidder-4", *(
    ("judge-1", "auditor", "supervisor", "admin", "applicant", "bidder-1") if EVERYTHING else ()))
ANSWERS: Final = {200, 302, 303, 400, 401, 403, 404, 409, 413, 415, 422, 429}
SHARE: Final = 1 if EVERYTHING else 12
"""One try in so many is made."""
LEFT_OUT: Final = ("/logout", "/demo/clock", "/language", "/theme")
"""Forms without anything to fill in, or that change the machine and not the demo."""
REMEMBERS: Final = ("/login", "/my/drafts")
"""What counts attempts, or keeps what was typed, may write though it refuses."""
_ODD: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd\s\u200b\ufeff]")


@dataclass
class Undone:
    """Commits that only flush: the rest of the request sees what was done, and it ends with the request."""

    founded: int
    leaves: int = 0


def _leaves(session: Session) -> int:
    return session.scalar(select(func.sum(Log.size))) or 0


@pytest.fixture
def undone(demo_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Undone:
    found = Undone(_leaves(db.session()))
    db.session.rollback()

    def flush(session: Session) -> None:
        session.flush()
        found.leaves = _leaves(session)

    monkeypatch.setattr(Session, "commit", flush)
    return found


@pytest.fixture(scope="module")
def sheets(demo_app: Flask) -> dict[str, tuple[FlaskClient, list[Sheet]]]:
    """The forms that each account finds by following links; of forms alike one is enough."""
    found: dict[str, tuple[FlaskClient, list[Sheet]]] = {}
    seen: set[object] = set()
    for login in LOGINS:
        client = demo_app.test_client()
        if login:
            sign_in(client, db.session.scalars(select(Person).where(Person.login == login)).one())
        mine: list[Sheet] = []
        for page in walk(partial(read, client), first_page(login), most=1):
            for sheet in _of(page, login):
                if sheet.key not in seen:
                    seen.add(sheet.key)
                    mine.append(sheet)
        found[login] = client, mine
    return found


def _of(page: Page, login: str) -> Iterator[Sheet]:
    for sheet in Sheets(page.url, page.text, login).found:
        if sheet.boxes and not sheet.action.startswith(LEFT_OUT):
            yield sheet


def test_the_forms_of_every_desk_are_found(sheets: dict[str, tuple[FlaskClient, list[Sheet]]]) -> None:
    assert sum(len(mine) for _, mine in sheets.values()) > 40
    assert any(sheet.method == "get" for _, mine in sheets.values() for sheet in mine)


def test_no_form_breaks_loses_or_stores_what_does_not_fit(
        sheets: dict[str, tuple[FlaskClient, list[Sheet]]], undone: Undone) -> None:
    wrong: list[str] = []
    tried = 0
    for login, (client, mine) in sheets.items():
        for sheet in mine:
            for one in tries(sheet):
                if _chosen(sheet, one):
                    tried += 1
                    wrong += [f"{login or 'visitor'} {sheet.method} {sheet.action} [{one.kind}]: {fault}"
                              for fault in faults(client, sheet, one, undone)]
    assert not wrong, "\n".join([f"{len(wrong)} of {tried} tries:", *wrong])


def _chosen(sheet: Sheet, one: Try) -> bool:
    return sha256(repr((sheet.key, one.kind)).encode()).digest()[0] % SHARE == 0


def faults(client: FlaskClient, sheet: Sheet, one: Try, undone: Undone) -> Iterator[str]:
    """What is wrong with the answer to one try."""
    undone.leaves = undone.founded
    try:
        answer = (client.get(sheet.action, query_string=one.values) if sheet.method == "get"
                  else client.post(sheet.action, json={}) if one.json
                  else client.post(sheet.action, data=one.values))
    except Exception as error:
        yield f"raised {type(error).__name__}: {str(error)[:200]}"
        return
    with answer:
        status = answer.status_code
        text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    if status not in ANSWERS or "Traceback (most recent" in text:
        yield f"answers {status}"
    if status >= 400 and undone.leaves > undone.founded and not sheet.action.startswith(REMEMBERS):
        yield f"answers {status}, and stored something"
    if status == 422 and text and not one.json:
        yield from _page_faults(sheet, one, text)


def _page_faults(sheet: Sheet, one: Try, text: str) -> Iterator[str]:
    page = Sheets(sheet.page, text)
    if (sheet.method == "get" or not sheet.asks) and not page.has_summary:
        return  # an address or a button that somebody tampered with: a page of its own says so
    if not page.has_summary:
        yield "no summary of what is wrong"
    lost = [link for link in page.inner_links if link and link not in page.ids]
    if lost:
        yield f"links to no box: {lost}"
    names = set(sheet.boxes) - {"csrf_token"}
    again = max(page.found, default=None, key=lambda other: (
        len(names & set(other.boxes)), other.action.partition("?")[0] == sheet.action.partition("?")[0]))
    if again is None or not names & set(again.boxes):
        yield "the form is gone"
        return
    for box in sheet.typed():
        sent = one.values.get(box.name)
        if isinstance(sent, str) and (box.name not in again.boxes
                                      or _plain(again.boxes[box.name].value) != _plain(sent)):
            yield f"{box.name} lost what was typed"


def _plain(text: str) -> str:
    """Without what no page can show, and blanks."""
    return _ODD.sub("", text)
