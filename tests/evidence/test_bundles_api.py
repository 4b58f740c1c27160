"""Bundles in public: what has ended, as the same bytes for everybody, and an honest word for what has not."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from evidence.jobs import sign_checkpoints
from evidence.services import export, packing
from evidence.services.exporting import end_of
from kernel import clock, signing
from tests.factories.auction import OPENS_AT, START_FEN, a_code, a_lot_on_sale, bid, closed
from tests.factories.audit import grow
from tests.factories.settlement import a_served_plan, a_sold_case, an_approved_plan
from tests.factories.valuation import Walk, a_done_draw, a_scene
from tests.verifier import browser

pytestmark = pytest.mark.both_databases


@pytest.fixture
def sold(session: Session) -> str:
    lot = a_lot_on_sale(session)
    bid(session, a_code(session, lot)[1], START_FEN, OPENS_AT)
    closed(session, lot)
    return f"lot:{lot.id}/1"


def url_of(subject: str) -> str:
    kind, _, name = subject.partition(":")
    return f"/api/v1/bundles/{kind}/{name}.zip"


def exported(session: Session, subject: str) -> bytes:
    out = io.BytesIO()
    export(session, subject, out, now=clock.now())
    return out.getvalue()


def test_anybody_downloads_a_sale_that_has_ended_as_flask_audit_export_writes_it(
        client: FlaskClient, session: Session, sold: str) -> None:
    sign_checkpoints()
    answer = client.get(url_of(sold))
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert answer.data == exported(session, sold)
    assert "attachment" in answer.headers["Content-Disposition"]
    key = signing.signer(end_of(session, sold, clock.now()).origin).vkey
    found = browser.ask_of_bundle(answer.data, [key])
    assert (found["status"], found["value"]["outcome"]["state"]) == (0, "sold")


def assert_downloaded_whole(client: FlaskClient, session: Session, subject: str) -> None:
    sign_checkpoints()
    answer = client.get(url_of(subject))
    assert answer.data == exported(session, subject)
    key = signing.signer(end_of(session, subject, clock.now()).origin).vkey
    assert browser.ask_of_bundle(answer.data, [key])["status"] == 0


def test_so_is_a_draw_that_was_held(client: FlaskClient, session: Session, at: Walk) -> None:
    assert_downloaded_whole(client, session, a_done_draw(session, a_scene(session), at)[1].subject)


def test_so_is_a_plan_that_was_served(client: FlaskClient, session: Session) -> None:
    assert_downloaded_whole(client, session, a_served_plan(session, a_sold_case(session)).subject)


def test_under_one_checkpoint_a_bundle_is_sent_once_and_under_the_next_anew(
        client: FlaskClient, session: Session, sold: str) -> None:
    sign_checkpoints()
    first = client.get(url_of(sold))
    mark = {"If-None-Match": first.headers["ETag"]}
    assert "max-age=60" in first.headers["Cache-Control"]
    again = client.get(url_of(sold), headers=mark)
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(url_of(sold)).data == first.data
    grow(end_of(session, sold, clock.now()).origin, 3)
    sign_checkpoints()
    newer = client.get(url_of(sold), headers=mark)
    assert newer.status_code == 200
    assert newer.data != first.data
    assert newer.data == exported(session, sold)


def test_a_large_bundle_is_sent_in_pieces_and_not_kept(
        client: FlaskClient, session: Session, sold: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_checkpoints()
    monkeypatch.setattr(packing, "SMALL", 1000)
    monkeypatch.setattr(packing, "PIECE", 512)
    for _ in range(2):
        answer = client.get(url_of(sold))
        assert int(answer.headers["Content-Length"]) > 1000
        assert answer.data == exported(session, sold)


def test_what_goes_on_and_what_is_not_signed_yet_is_refused_with_the_reason(
        client: FlaskClient, session: Session) -> None:
    lot = a_lot_on_sale(session)
    sign_checkpoints()
    running = client.get(url_of(f"lot:{lot.id}/1"))
    assert (running.status_code, running.get_json()["code"]) == (409, "not_over")
    closed(session, lot)
    early = client.get(url_of(f"lot:{lot.id}/1"))
    assert (early.status_code, early.get_json()["code"]) == (404, "no_checkpoint_yet")


@pytest.mark.parametrize("path", ["lot/none/1", "draw/none", "plan/none"])
def test_what_nobody_knows_is_not_found(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/api/v1/bundles/{path}.zip")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_subject")


def test_a_plan_that_was_not_served_yet_is_not_given_out(client: FlaskClient, session: Session) -> None:
    plan = an_approved_plan(session, a_sold_case(session))
    sign_checkpoints()
    answer = client.get(url_of(plan.subject))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_over")
    assert client.get(f"/verify/plan/{plan.id}").status_code == 404
