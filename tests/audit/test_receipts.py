"""Receipts: one signature a commit, one way from each leaf to it, the same bytes for ever."""

from base64 import b64decode
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from accounts.models import Court
from audit import services as audit
from audit.kinds import Kind
from audit.models import Log, SignedCommit
from audit.rules.leaves import leaf_hash
from audit.rules.receipts import signed_message
from audit.rules.tree import root_from
from kernel import signing
from kernel.access import SYSTEM
from kernel.formats import canonical, parse_json
from kernel.signing import Keyring, verifies, vkey
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court

pytestmark = pytest.mark.both_databases


@pytest.fixture
def court(session: Session) -> Court:
    found: Court = a_court(session)
    return found


def acts(court: Court, count: int, subject: str = "case:1") -> list[audit.WrittenLeaf]:
    with unit_of_work() as work:
        for step in range(count):
            audit.record(work.session, court_id=court.id, kind=Kind.CASE_AMENDED, subject=subject,
                         actor=SYSTEM, body={"step": step})
    leaves: list[audit.WrittenLeaf] = work.leaves
    return leaves


def read(receipt: bytes | None) -> dict[str, Any]:
    """A receipt as its holder reads it."""
    shown: dict[str, Any] = parse_json(receipt or b"")
    return shown


def holds(given: bytes | None) -> bool:
    """What a stranger checks: the leaf leads to a root that the key has signed."""
    receipt = read(given)
    root = root_from(bytes.fromhex(leaf_hash(b64decode(receipt["leaf"]))), receipt["index"], receipt["size"],
                     [bytes.fromhex(one) for one in receipt["path"]])
    if root is None:
        return False
    signed_at = datetime.fromisoformat(receipt["signed_at"])
    message = signed_message(receipt["origin"], root, receipt["size"], signed_at)
    return verifies(receipt["key"], message, b64decode(receipt["signature"]))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 64])
def test_every_leaf_of_a_commit_has_a_receipt_that_holds_by_itself(session: Session, court: Court,
                                                                   count: int) -> None:
    leaves = acts(court, count)
    for leaf in leaves:
        assert holds(leaf.receipt)
        receipt = read(leaf.receipt)
        assert b64decode(receipt["leaf"]) == leaf.raw
        assert receipt["signed_at"] == parse_json(leaf.raw)["at"]
        assert canonical(receipt) == leaf.receipt == audit.receipt_of(session, leaf.log, leaf.index)
    assert len({read(leaf.receipt)["signature"] for leaf in leaves}) == 1


@pytest.mark.parametrize("member", ["origin", "leaf", "index", "size", "path", "signed_at", "signature"])
def test_a_receipt_of_which_anything_was_changed_does_not_hold(court: Court, member: str) -> None:
    receipt, other = read(acts(court, 4)[2].receipt), read(acts(court, 4, "case:2")[1].receipt)
    assert holds(canonical(receipt))
    instead = {"origin": "elsewhere.example", "size": 5, "signed_at": "2026-06-10T10:00:00.001+08:00"}
    assert not holds(canonical(receipt | {member: instead.get(member, other[member])}))


def test_the_key_stands_in_the_log_before_it_signs_anything_else(session: Session, court: Court) -> None:
    log = session.get_one(Log, court.origin)
    (opened, published) = audit.leaves_of_subject(session, f"log:{court.origin}")
    assert (opened.kind, published.kind) == (Kind.LOG_OPENED, Kind.KEY_PUBLISHED)
    assert audit.body_of(published)["key"] == log.receipt_key == read(acts(court, 1)[0].receipt)["key"]
    assert log.receipt_key is not None
    assert log.receipt_key.startswith(f"{court.origin}/receipt+")


def test_another_secret_gives_another_key_which_the_log_names_once_and_old_receipts_still_hold(
        session: Session, court: Court) -> None:
    old = acts(court, 1)[0]
    signing.install(b"another secret of thirty-two by.")
    published, first = acts(court, 1)
    second = acts(court, 1)
    session.rollback()
    assert published.kind == Kind.KEY_PUBLISHED
    assert [leaf.kind for leaf in second] == [Kind.CASE_AMENDED]
    assert read(first.receipt)["key"] == parse_json(published.raw)["body"]["key"] != read(old.receipt)["key"]
    assert holds(audit.receipt_of(session, old.log, old.index))
    assert holds(first.receipt)
    assert set(audit.check_logs(session).values()) == {None}


def test_a_leaf_from_before_there_were_receipts_has_none(session: Session, court: Court) -> None:
    leaf = acts(court, 1)[0]
    assert audit.receipt_of(session, leaf.log, leaf.index + 1) is None
    assert audit.receipt_of(session, "elsewhere.example", 0) is None


@pytest.mark.parametrize("change", ["UPDATE signed_commits SET size = 1", "DELETE FROM signed_commits"])
def test_a_signature_that_was_given_cannot_be_taken_back(session: Session, court: Court, change: str) -> None:
    acts(court, 1)
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(text(change))
    session.rollback()
    assert session.query(SignedCommit).count() > 0


def test_keys_of_one_secret_are_the_same_everywhere_and_of_different_names_different() -> None:
    one, other = Keyring(b"s" * 32), Keyring(b"s" * 32)
    assert one.signer("a").vkey == other.signer("a").vkey
    assert one.signer("a").sign(b"text") == other.signer("a").sign(b"text")
    assert len({one.signer("a").vkey, one.signer("b").vkey, Keyring(b"t" * 32).signer("a").vkey}) == 3
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(b"short")


def test_a_vkey_is_written_as_c2sp_writes_it_and_a_false_one_is_refused() -> None:
    # The example of golang.org/x/mod/sumdb/note, whose format this is.
    shown = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    name, _digits, key = shown.split("+", 2)
    assert vkey(name, b64decode(key)[1:]) == shown
    for false in (shown.replace("c74f", "c74e"), shown.replace("Peter", "Petra"), "no key"):
        with pytest.raises(ValueError, match=r"."):
            verifies(false, b"", b"")


def test_without_a_secret_nothing_is_signed_and_the_words_say_which() -> None:
    signing.install(None)
    with pytest.raises(RuntimeError, match="LUOCHUI_SIGNING_KEY"):
        signing.signer("court.example/receipt")
