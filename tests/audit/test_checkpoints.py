"""Checkpoints: what the signer takes up, what it signs, and what it refuses to sign."""

from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from accounts.models import Court
from accounts.services import INSTALLATION
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf, Log, SignedCheckpoint, TreeHead, TreeTile
from audit.rules.leaves import leaf_hash
from audit.rules.notes import is_signed_by, read_checkpoint, read_note
from audit.rules.tree import Tree
from audit.services import checkpoints
from evidence.jobs import sign_checkpoints
from kernel import signing
from kernel.database import db
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court
from tests.factories.audit import grow

pytestmark = pytest.mark.both_databases


@pytest.fixture
def origin(session: Session) -> str:
    court: Court = a_court(session)
    return session.scalars(select(Log.origin).where(Log.court_id == court.id, ~Log.is_exercise)).one()


@pytest.fixture
def other(session: Session, origin: str) -> str:
    """A log beside the court's: that of the installation."""
    return session.scalars(select(Log.origin).where(Log.court_id == INSTALLATION)).one()


def newest(origin: str) -> SignedCheckpoint:
    found = audit.newest_checkpoint(db.session(), origin)
    assert found is not None
    return found


def root_of_leaves(origin: str, size: int) -> bytes:
    raws = db.session().scalars(select(Leaf.raw).where(Leaf.log == origin, Leaf.index < size)
                                .order_by(Leaf.index))
    return Tree([bytes.fromhex(leaf_hash(bytes(raw))) for raw in raws]).root


def test_a_checkpoint_says_origin_size_and_root_and_is_signed_by_the_log_s_key(origin: str) -> None:
    grow(origin, 3)
    sign_checkpoints()
    note = read_note(newest(origin).note)
    found = read_checkpoint(note.body)
    size = db.session().get_one(Log, origin).size
    assert (found.origin, found.size, found.root) == (origin, size, root_of_leaves(origin, size))
    assert is_signed_by(note, signing.signer(origin).vkey)
    assert not is_signed_by(note, signing.signer(f"{origin}/receipt").vkey)


def test_the_key_stands_in_the_log_before_its_first_signature(origin: str) -> None:
    sign_checkpoints()
    published = [audit.body_of(leaf) for leaf in audit.leaves_of_subject(
        db.session(), f"log:{origin}", kind=Kind.KEY_PUBLISHED)]
    assert {"key": signing.signer(origin).vkey, "signs": "checkpoints"} in published
    log = db.session().get_one(Log, origin)
    keys = audit.published_keys(db.session(), origin)
    assert [(key.signs, key.vkey) for key in keys] == [
        ("receipts", log.receipt_key), ("checkpoints", signing.signer(origin).vkey)]
    assert audit.receipt_keys(db.session(), log.court_id, is_exercise=False) == [log.receipt_key]
    assert newest(origin).size == db.session().get_one(Log, origin).size


def test_nothing_is_signed_twice_without_news(origin: str) -> None:
    sign_checkpoints()
    before = newest(origin).size
    sign_checkpoints()
    assert newest(origin).size == before
    signed = db.session().scalars(select(SignedCheckpoint.size).where(SignedCheckpoint.log == origin)).all()
    assert signed == [before]


def test_later_checkpoints_begin_with_earlier_ones(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "A_SLICE", 40)
    monkeypatch.setattr(checkpoints, "MOST", 300)
    for many in (1, 299, 5, 700):
        grow(origin, many)
        for _ in range(many // 300 + 1):
            sign_checkpoints()
    signed = db.session().scalars(select(SignedCheckpoint).where(SignedCheckpoint.log == origin)
                                  .order_by(SignedCheckpoint.size)).all()
    assert len(signed) > 5
    assert signed[-1].size == db.session().get_one(Log, origin).size
    for one in signed:
        assert read_checkpoint(read_note(one.note).body).root == root_of_leaves(origin, one.size)


def spoil(statement: str, **values: object) -> None:
    """Change evidence past its guards, as whoever owns the database could."""
    session = db.session()
    session.rollback()
    if session.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS leaves_no_{act}"))
    else:
        session.execute(text("ALTER TABLE leaves DISABLE TRIGGER ALL"))
    session.execute(text(statement), values)
    session.commit()


def test_bytes_that_do_not_fit_their_hash_are_never_signed(origin: str) -> None:
    sign_checkpoints()
    grow(origin, 3)
    before = newest(origin).size
    spoil('UPDATE leaves SET raw = :raw WHERE log = :log AND "index" = :index', raw=b"{}", log=origin,
          index=before + 1)
    with pytest.raises(audit.Refused, match=f"leaf {before + 1}"):
        audit.look_at_news(db.session(), origin)
    sign_checkpoints()
    assert newest(origin).size == before


def test_tiles_that_were_changed_are_noticed_before_the_next_signature(origin: str) -> None:
    grow(origin, 10)
    sign_checkpoints()
    grow(origin)
    with unit_of_work() as work:
        tile = work.session.get_one(TreeTile, (origin, 0, 0))
        tile.hashes = b"\x00" * 32 + bytes(tile.hashes)[32:]
    with pytest.raises(audit.Refused, match="tiles"):
        audit.look_at_news(db.session(), origin)


def test_a_tail_that_was_cut_off_is_noticed_and_the_other_logs_go_on(origin: str, other: str) -> None:
    sign_checkpoints()
    grow(origin, 2)
    grow(other)
    spoil('DELETE FROM leaves WHERE log = :log AND "index" >= :index', log=origin, index=newest(origin).size)
    with pytest.raises(audit.Refused, match="is missing"):
        audit.look_at_news(db.session(), origin)
    sign_checkpoints()
    assert newest(other).size == db.session().get_one(Log, other).size


def test_a_tile_that_lost_hashes_is_refused_and_the_other_logs_go_on(origin: str, other: str) -> None:
    grow(origin, 10)
    sign_checkpoints()
    grow(origin)
    grow(other)
    with unit_of_work() as work:
        tile = work.session.get_one(TreeTile, (origin, 0, 0))
        tile.hashes = bytes(tile.hashes)[:64]
    with pytest.raises(audit.Refused, match="too few hashes"):
        audit.look_at_news(db.session(), origin)
    sign_checkpoints()
    assert newest(other).size == db.session().get_one(Log, other).size


def test_whoever_comes_second_with_the_same_news_signs_nothing(origin: str) -> None:
    sign_checkpoints()
    grow(origin)
    growth = audit.look_at_news(db.session(), origin)
    assert growth is not None
    sign_checkpoints()
    with unit_of_work() as work:
        audit.sign_growth(work.session, growth)
    assert newest(origin).size == growth.found.size == db.session().get_one(TreeHead, origin).size
    assert audit.look_at_news(db.session(), origin) is None


def test_a_new_secret_gives_a_new_key_that_is_published_and_the_old_word_holds(origin: str) -> None:
    sign_checkpoints()
    old, old_key = newest(origin).note, signing.signer(origin).vkey
    signing.install(b"another secret of thirty-two by.")
    grow(origin)
    sign_checkpoints()
    assert is_signed_by(read_note(newest(origin).note), signing.signer(origin).vkey)
    keys = [audit.body_of(leaf)["key"] for leaf in audit.leaves_of_subject(
        db.session(), f"log:{origin}", kind=Kind.KEY_PUBLISHED)]
    assert {old_key, signing.signer(origin).vkey} <= set(keys)
    assert is_signed_by(read_note(old), old_key)


def test_checkpoints_cannot_be_changed_or_taken_back(origin: str) -> None:
    sign_checkpoints()
    for statement in ("UPDATE checkpoints SET note = ''", "DELETE FROM checkpoints"):
        with pytest.raises(DatabaseError):
            db.session.execute(text(statement))
        db.session.rollback()


def test_processes_that_look_at_once_sign_each_size_once(app: Flask, origin: str) -> None:
    """They wait for each other at the row of the tree's head, and whoever comes second finds it grown."""
    seen: list[BaseException] = []

    def look() -> None:
        with app.app_context():
            try:
                sign_checkpoints()
            except BaseException as error:
                seen.append(error)
            finally:
                db.session.remove()

    for many in (0, 1, 5, 300):
        if many:
            grow(origin, many)
        db.session.remove()
        looks = [Thread(target=look) for _ in range(4)]
        for one in looks:
            one.start()
        for one in looks:
            one.join()
    assert seen == []
    sign_checkpoints()
    assert newest(origin).size == db.session().get_one(Log, origin).size
