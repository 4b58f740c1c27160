"""The papers of a sale as PDF: who gets them, from when on, and what they say."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.models import Lot
from auction.services import drafting
from audit import services as audit
from audit.kinds import Kind
from kernel.access import Role
from tests.factories.accounts import a_bidder, a_court, a_person, acting, sign_in
from tests.factories.auction import (
    CLOSES_AT,
    OPENS_AT,
    PUBLISHED_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    an_exercise,
    bid,
    closed,
    terms,
)
from tests.factories.cases import a_case, a_property, an_officer

At = Callable[[datetime], None]


@pytest.fixture
def lot(session: Session, at: At) -> Lot:
    at(OPENS_AT)
    return a_lot_on_sale(session)


def text_of(made: bytes) -> str:
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages))


@pytest.mark.both_databases
def test_an_announcement_holds_its_parts_the_notices_and_all_eleven_items(
        client: FlaskClient, session: Session, lot: Lot) -> None:
    answer = client.get(f"/lots/{lot.id}/notice.pdf")
    (leaf,) = audit.leaves_of_subject(session, lot.sale.subject, kind=Kind.LOT_PUBLISHED)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    said = text_of(answer.data)
    for words in (lot.title, "2,010,000.00元（人民币贰佰零壹万元整）", "2026年6月10日10:00:00",
                  "最后5分钟内有人出价的",
                  "（七）悔拍不退保证金", "（十一）其他应当公示的信息", "北侧卧室窗台有渗水痕迹", leaf.hash,
                  "监督电话：026-5550-0112",
                  f"https://test.court.example/lots/{lot.id}"):
        assert words in said, words
    assert "本页" not in said, "a paper has no page of the platform to point at"
    assert answer.data == client.get(f"/lots/{lot.id}/notice.pdf").data


@pytest.mark.both_databases
def test_a_confirmation_names_the_buyer_once_the_sale_has_ended(
        client: FlaskClient, session: Session, lot: Lot) -> None:
    _, winner = a_code(session, lot, a_bidder(session, name="林知远"))
    bid(session, winner, START_FEN + STEP_FEN, CLOSES_AT - timedelta(hours=2))
    address = f"/lots/{lot.id}/confirmation.pdf"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}.sha256").status_code == 404
    closed(session, lot)
    answer = client.get(address)
    (leaf,) = audit.leaves_of_subject(session, lot.sale.subject, kind=Kind.SALE_CONFIRMED)
    said = text_of(answer.data)
    for words in ("林知远", winner.code or "", "人民币贰佰零贰万元整", "余款应于", "裁定送达买受人时起转移",
                  leaf.hash):
        assert words in said, words
    told = client.get(f"{address}.sha256").text
    assert told == f"{sha256(answer.data).hexdigest()}  网络拍卖成交确认书-{lot.title}.pdf\n"
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_everybody_gets_the_same_bytes(client: FlaskClient, session: Session, lot: Lot) -> None:
    officer = a_person(session, Role.OFFICER, accounts.get_court(session, lot.court_id))
    address = f"/lots/{lot.id}/notice.pdf"
    mine = client.get(address, headers={"Accept-Language": "en", "Host": "evil.example"}).data
    assert sign_in(client, officer).get(address).data == mine


def test_before_the_announcement_and_for_exercises_there_is_no_paper(
        client: FlaskClient, session: Session, at: At) -> None:
    at(PUBLISHED_AT)
    court = a_court(session)
    officer = an_officer(session, court)
    case = a_case(session, officer)
    found = a_property(session, case, officer, with_facts=True)
    with acting(session) as s:
        draft = drafting.draft_lot(s, property_id=found.id, terms=terms(), actor=officer, now=PUBLISHED_AT)
        draft_id = draft.id
    exercise, _ = an_exercise(session, officer)
    for lot_id in (draft_id, exercise.id, "lot-none"):
        for name in ("notice.pdf", "notice.pdf.sha256", "confirmation.pdf", "confirmation.pdf.sha256"):
            assert client.get(f"/lots/{lot_id}/{name}").status_code == 404, name


def test_a_sale_that_failed_has_an_announcement_and_no_confirmation(
        client: FlaskClient, session: Session, lot: Lot) -> None:
    closed(session, lot)
    assert client.get(f"/lots/{lot.id}/notice.pdf").status_code == 200
    assert client.get(f"/lots/{lot.id}/confirmation.pdf").status_code == 404
