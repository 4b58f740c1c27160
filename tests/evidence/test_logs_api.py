"""The logs in public: checkpoints, proofs and consistency for whoever asks, in the formats of others."""

from base64 import b64decode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.models import Leaf, Log
from audit.rules.leaves import leaf_hash
from audit.rules.notes import is_signed_by, read_checkpoint, read_note
from audit.rules.tiles import is_consistent
from audit.rules.tree import root_from
from evidence.jobs import sign_checkpoints
from kernel import signing
from tests.factories.accounts import a_court
from tests.factories.audit import grow

pytestmark = pytest.mark.both_databases


@pytest.fixture
def origin(session: Session) -> str:
    court = a_court(session)
    found = session.scalars(select(Log.origin).where(Log.court_id == court.id, ~Log.is_exercise)).one()
    grow(found, 3, subject="lot:one/1")
    return found


def index_of(session: Session, subject: str) -> int:
    return session.scalars(select(Leaf.index).where(Leaf.subject == subject).order_by(Leaf.index)).all()[0]


def test_every_log_is_listed_with_its_keys_and_how_far_it_is_signed(client: FlaskClient, origin: str) -> None:
    sign_checkpoints()
    listed = {one["origin"]: one for one in client.get("/api/v1/logs").get_json()["logs"]}[origin]
    assert listed["signed"]["size"] == listed["size"]
    assert {"checkpoints": signing.signer(origin).vkey}.items() <= {
        key["signs"]: key["key"] for key in listed["keys"]}.items()


def test_a_place_that_no_database_counts_to_has_no_leaf(client: FlaskClient, origin: str) -> None:
    sign_checkpoints()
    assert client.get(f"/api/v1/logs/{origin}/leaves/{10**30}/proof").status_code == 404


def test_the_checkpoint_is_a_signed_note(client: FlaskClient, origin: str) -> None:
    sign_checkpoints()
    answer = client.get(f"/api/v1/logs/{origin}/checkpoint")
    assert answer.mimetype == "text/plain"
    note = read_note(answer.text)
    assert is_signed_by(note, signing.signer(origin).vkey)
    assert read_checkpoint(note.body).origin == origin


def test_anybody_can_prove_that_a_leaf_of_a_sale_stands_in_the_log(
        client: FlaskClient, session: Session, origin: str) -> None:
    sign_checkpoints()
    index = index_of(session, "lot:one/1")
    head, _, rest = client.get(f"/api/v1/logs/{origin}/leaves/{index}/proof").text.partition("\n\n")
    lines = head.split("\n")
    leaf = b64decode(lines[1].removeprefix("extra "))
    found = read_checkpoint(read_note(rest).body)
    path = [b64decode(line) for line in lines[3:]]
    assert root_from(bytes.fromhex(leaf_hash(leaf)), index, found.size, path) == found.root


def test_leaves_of_a_case_are_not_for_everybody(client: FlaskClient, session: Session, origin: str) -> None:
    grow(origin, 1, subject="case:1")
    sign_checkpoints()
    answer = client.get(f"/api/v1/logs/{origin}/leaves/{index_of(session, 'case:1')}/proof")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_leaf")


def test_a_leaf_that_is_not_signed_yet_says_so(client: FlaskClient, session: Session, origin: str) -> None:
    before = client.get(f"/api/v1/logs/{origin}/checkpoint")
    assert (before.status_code, before.get_json()["code"]) == (404, "no_checkpoint_yet")
    sign_checkpoints()
    grow(origin, 1, subject="lot:two/1")
    answer = client.get(f"/api/v1/logs/{origin}/leaves/{index_of(session, 'lot:two/1')}/proof")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_checkpoint_yet")


def test_a_later_log_is_shown_to_begin_with_an_earlier_one(client: FlaskClient, origin: str) -> None:
    sign_checkpoints()
    early = read_checkpoint(read_note(client.get(f"/api/v1/logs/{origin}/checkpoint").text).body)
    grow(origin, 600, subject="lot:one/1")
    sign_checkpoints()
    shown = client.get(f"/api/v1/logs/{origin}/consistency?from={early.size}").get_json()
    late = read_checkpoint(read_note(shown["checkpoint"]).body)
    assert (shown["from"], shown["to"]) == (early.size, late.size)
    assert is_consistent(early.size, early.root, late.size, late.root,
                         [bytes.fromhex(one) for one in shown["path"]])


@pytest.mark.parametrize("earlier", ["0", "-1", "1.5", "x", "", "99999999"])
def test_an_earlier_size_that_is_none_is_refused_with_its_field(
        client: FlaskClient, origin: str, earlier: str) -> None:
    sign_checkpoints()
    answer = client.get(f"/api/v1/logs/{origin}/consistency?from={earlier}")
    assert answer.status_code == 422
    assert "from" in answer.get_json()["fields"]


@pytest.mark.parametrize("rest", ["checkpoint", "leaves/0/proof", "consistency?from=1"])
def test_a_log_that_is_not_there_is_said_to_be_none(client: FlaskClient, rest: str) -> None:
    answer = client.get(f"/api/v1/logs/nowhere.example/court/{rest}")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_log")
