"""Until the sale has ended nobody, staff included, learns who is behind a code (AUC-18.3)."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts import services as accounts
from accounts.models import Message, Person
from auction.models import Lot, Registration
from audit.models import Leaf
from kernel.access import STAFF, Role
from tests.factories.accounts import a_bidder, a_person, sign_in
from tests.factories.auction import (
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    bid,
    closed,
    registered,
)

NAME = "欧阳慕白"


@pytest.fixture
def lot(session: Session, at: Callable[[datetime], None]) -> Lot:
    at(OPENS_AT)
    return a_lot_on_sale(session)


@pytest.fixture
def bidder(session: Session, lot: Lot) -> tuple[Person, Registration]:
    """The leader of a running sale, beside one who bid less and one who has not paid."""
    person, found = a_code(session, lot, a_bidder(session, name=NAME, login="murong-secret"))
    _, other = a_code(session, lot)
    registered(session, lot)
    bid(session, other, START_FEN, OPENS_AT)
    bid(session, found, START_FEN + STEP_FEN, OPENS_AT)
    return person, found


def telling(session: Session, person: Person) -> list[str]:
    """What would tell who it is."""
    identity = accounts.identity_for_machine(session, person.id)
    return [NAME, identity.id_number, identity.masked_number, person.id, person.login]


def addresses(app: Flask, lot: Lot, officer_pages: bool) -> Iterable[str]:
    """Every page and API address that takes nothing, or a lot."""
    for rule in app.url_map.iter_rules():
        wanted = rule.arguments - {"lot_id"}
        if "GET" not in (rule.methods or ()) or wanted or rule.endpoint == "static":
            continue
        if officer_pages or not rule.rule.startswith("/desk"):
            yield rule.rule.replace("<lot_id>", lot.id)


def words_of(answer: TestResponse) -> str:
    """What an answer says, whether page, program or paper."""
    if answer.mimetype != "application/pdf":
        return answer.text
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)


def assert_silent(client: FlaskClient, app: Flask, lot: Lot, secrets: list[str]) -> None:
    seen = 0
    for address in addresses(app, lot, officer_pages=True):
        answer = client.get(address)
        assert answer.status_code != 500, address
        seen += answer.status_code == 200
        told = words_of(answer)
        for secret in secrets:
            assert secret not in told, f"{address} tells {secret}"
    assert seen > 10


@pytest.mark.parametrize("role", [None, *sorted(STAFF), Role.PARTY, Role.INSTITUTION, Role.BIDDER])
def test_no_page_and_no_program_tells_who_bids(app: Flask, session: Session, lot: Lot, role: Role | None,
                                               bidder: tuple[Person, Registration]) -> None:
    client = app.test_client()
    if role is not None:
        court = accounts.get_court(session, lot.court_id) if role in STAFF else None
        sign_in(client, a_person(session, role, court))
    assert_silent(client, app, lot, telling(session, bidder[0]))


def test_no_leaf_ties_a_person_to_the_lot(session: Session, lot: Lot,
                                          bidder: tuple[Person, Registration]) -> None:
    person, found = bidder
    secrets = telling(session, person)
    for leaf in session.scalars(select(Leaf).where(~Leaf.subject.like("person:%"))):
        raw = leaf.raw.decode()
        assert not [secret for secret in secrets if secret in raw], leaf.kind
    for leaf in session.scalars(select(Leaf).where(Leaf.subject.like("person:%"))):
        assert lot.id not in leaf.raw.decode()
        assert (found.code or "-") not in json.loads(leaf.raw)["body"].values()


def test_no_message_ties_a_person_to_a_code(session: Session,
                                            bidder: tuple[Person, Registration]) -> None:
    for message in session.scalars(select(Message).where(Message.person_id == bidder[0].id)):
        assert (bidder[1].code or "-") not in json.dumps(message.details)


def test_the_registration_itself_names_nobody(session: Session, bidder: tuple[Person, Registration]) -> None:
    person, found = bidder
    stored = [str(getattr(found, column.name)) for column in Registration.__table__.columns]
    assert not [one for one in stored for secret in telling(session, person) if secret in one]


def test_after_the_sale_the_buyer_is_published_and_the_others_stay_unknown(
        app: Flask, session: Session, lot: Lot, bidder: tuple[Person, Registration]) -> None:
    other = a_bidder(session, name="诸葛未得")
    a_code(session, lot, other)
    sale = closed(session, lot)
    assert sale.delivery is not None
    client = app.test_client()
    page = client.get(f"/lots/{lot.id}/result").text
    assert NAME in page
    assert sale.delivery.buyer_masked_number in page
    assert accounts.identity_for_machine(session, bidder[0].id).id_number not in page
    secrets = ["诸葛未得", other.id, other.login]
    assert_silent(client, app, lot, secrets)
