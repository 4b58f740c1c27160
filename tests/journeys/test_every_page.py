"""Every page of the demo, as every role finds it by following the links from its first page."""

import re
from collections.abc import Iterator
from functools import partial
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.models import Person
from kernel.database import db
from seeds.goods import BOXES_SOLD, CAR_SOLD, SHOP_SOLD
from seeds.homes import SOLD
from seeds.people import OUTSIDE
from tests.factories.accounts import sign_in
from tests.journeys.crawling import LOGINS, Page, first_page, walk

pytestmark = pytest.mark.timeout(300)  # the first test waits for the whole walk

BIDDERS = {one.login: one.name for one in OUTSIDE if one.login.startswith("bidder")}
BOUGHT = {"bidder-1": (SOLD,), "bidder-5": (CAR_SOLD, SHOP_SOLD, BOXES_SOLD)}


def read(client: FlaskClient, url: str) -> Page | None:
    """The page behind an address; nothing for a file."""
    with client.get(url, follow_redirects=True) as answer:
        is_html = answer.mimetype == "text/html"
        if answer.status_code == 200 and not is_html:
            return None
        return Page(url, answer.status_code, answer.get_data(as_text=True) if is_html else "")


@pytest.fixture(scope="module")
def walked(demo_app: Flask) -> dict[str, list[Page]]:
    """Everything that each account of the demo, and a visitor, can reach."""
    found = {}
    for login in LOGINS:
        client = demo_app.test_client()
        if login:
            sign_in(client, db.session.scalars(select(Person).where(Person.login == login)).one())
        found[login] = list(walk(partial(read, client), first_page(login)))
    return found


def everywhere(walked: dict[str, list[Page]]) -> Iterator[tuple[str, Page]]:
    for login, pages in walked.items():
        for page in pages:
            yield f"{login or 'visitor'} at {page.url} (from {page.found_on})", page


def none(wrong: list[str]) -> None:
    """Nothing is wrong; else everything that is, a line each."""
    assert not wrong, "\n".join([f"{len(wrong)} places:", *wrong])


def test_there_is_something_to_see_for_everybody(walked: dict[str, list[Page]]) -> None:
    for login, pages in walked.items():
        assert len(pages) > 10, (login, [page.url for page in pages])


def test_no_link_leads_nowhere_or_to_a_refusal(walked: dict[str, list[Page]]) -> None:
    none([f"{where}: {page.status}" for where, page in everywhere(walked) if page.status != 200])


def test_every_page_has_a_title_one_heading_and_a_language(walked: dict[str, list[Page]]) -> None:
    none([f"{where}: title {page.title!r}, headings {page.headings}, language {page.language!r}"
          for where, page in everywhere(walked)
          if not page.title or page.headings.count(1) != 1 or page.language != "zh-Hans"])


def test_ids_are_unique_and_what_points_to_one_finds_it(walked: dict[str, list[Page]]) -> None:
    wrong = []
    for where, page in everywhere(walked):
        twice = {one for one in page.ids if page.ids.count(one) > 1}
        lost = {one for target in page.targets for one in target.split()} - set(page.ids)
        within = {link[1:] for link in page.links if link.startswith("#") and len(link) > 1} - set(page.ids)
        wrong += [f"{where}: twice {twice}, lost {lost}, within {within}"] if twice or lost or within else []
    none(wrong)


def test_nothing_is_written_that_the_policy_forbids(walked: dict[str, list[Page]]) -> None:
    none(sorted({f"{where}: {fault}" for where, page in everywhere(walked) for fault in page.faults}))


def test_every_part_of_a_page_is_there(demo_app: Flask, walked: dict[str, list[Page]]) -> None:
    """Scripts, styles and pictures; a picture that is not public is for those who may see it."""
    missing = []
    parts = {urljoin(page.url, part) for _, page in everywhere(walked) for part in page.parts}
    public = {urljoin(page.url, part) for page in walked[""] for part in page.parts}
    for part in sorted(parts):
        with demo_app.test_client().get(part) as answer:
            if answer.status_code != 200 and (part in public or not part.startswith("/files/")):
                missing.append(f"{part}: {answer.status_code}")
    none(missing)


def test_nothing_of_the_makers_is_left_on_a_page(walked: dict[str, list[Page]]) -> None:
    """No value that nobody turned into words, no message that lost its figures."""
    shape = re.compile(r"%\(\w+\)|\bNone\b|\bTrue\b|\bFalse\b|<[A-Z]\w+ object|\{\{|\bdatetime\.|Undefined|"
                       r"\bTODO\b|lorem|\bnan\b", re.ASCII)
    wrong = []
    for where, page in everywhere(walked):
        text = re.sub(r"<(script|template|style|pre|code)\b.*?</\1>", "", page.text, flags=re.DOTALL)
        text = re.sub(r"<[^>]+>", " ", text)
        wrong += [f"{where}: {text[max(0, one.start() - 40):one.end() + 40]!r}"
                  for one in shape.finditer(text)]
    none(wrong)


def test_no_bidder_is_named_to_anybody_before_the_end_of_a_sale(walked: dict[str, list[Page]]) -> None:
    """AUC-18.2: of the running and the coming sale nobody learns who bids, staff no more than others.

    The buyer of a sold thing is named in its confirmation (AUC-22.1) and where that sale is handled.
    """
    told = []
    for login, pages in walked.items():
        for page in pages:
            for bidder, name in BIDDERS.items():
                if bidder == login or name not in page.text:
                    continue
                if any(thing.title.split()[0] in page.text for thing in BOUGHT.get(bidder, ())):
                    continue
                told.append(f"{login or 'visitor'} reads the name of {bidder} at {page.url}")
    none(told)


def test_no_number_of_a_person_is_shown_to_the_public(walked: dict[str, list[Page]]) -> None:
    number = re.compile(r"(?<!\w)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\w)")
    none([page.url for page in walked[""] if number.search(re.sub(r"<[^>]+>", " ", page.text))])
