"""T3: a row changed and not its leaf, or a leaf and not its row: ``flask audit check`` names it.

One database; each place is changed inside a transaction, looked at, and rolled back. Whoever does this has
the database in hand: the triggers that refuse it are dropped first.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from auction.models import Attempt, Lot, Result, Sale
from audit.models import Leaf, SubjectHead
from audit.rules.leaves import leaf_hash
from audit.services import check_logs
from evidence.jobs import sign_checkpoints
from evidence.services import rows_beside_leaves
from kernel.formats import canonical, parse_json
from tests.factories.auction import OPENS_AT, START_FEN, STEP_FEN, a_code, a_lot_on_sale, bid, closed
from tests.tampering import TIMES, Chance

ATTEMPT = ("position", "code", "priority_rank", "client_bid_id", "amount_fen", "received_at", "accepted",
           "reason", "seq", "closes_at", "minimum_fen", "extended", "leaf_index")
SALE = ("start_price_fen", "increment_fen", "opens_at", "planned_closes_at", "price_fen", "leader_code",
        "accepted", "attempts", "extensions")
RESULT = ("outcome", "winner_code", "price_fen", "closed_at", "accepted", "extensions")


@pytest.fixture
def lot(session: Session) -> Lot:
    """Two sales: one has ended with bids up to its last window, of which two in five were refused."""
    found = a_lot_on_sale(session)
    seats = [a_code(session, found)[1] for _ in range(3)]
    for turn in range(12):
        at = OPENS_AT + timedelta(hours=23, minutes=57, seconds=10 * turn)
        price = START_FEN + turn * STEP_FEN - (1 if turn % 5 in (2, 3) else 0)
        bid(session, seats[turn % 3], price, at, bid_id=f"bid-{turn}")
    closed(session, found)
    sign_checkpoints()
    for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(text(f"DROP TRIGGER {name}"))
    session.commit()
    return session.get_one(Lot, found.id)


def problems(session: Session) -> list[str]:
    """What ``flask audit check`` finds in the database as this transaction sees it."""
    session.expire_all()
    return [*rows_beside_leaves(session), *(one.problem for one in check_logs(session).values() if one)]


def other(value: Any, rng: random.Random) -> Any:
    """Another value of the same kind, close to the old one."""
    match value:
        case bool():
            return not value
        case int():
            return value + rng.choice([-1, 1])
        case datetime():
            return value + timedelta(milliseconds=rng.choice([-1, 1, 60_000]))
        case None:
            return rng.choice([1, 2])
        case _:
            return value[:-1] + rng.choice([letter for letter in "ABC19" if letter != value[-1:]])


def each_place(session: Session, name: str, change: Callable[[Chance], object]) -> None:
    """Do it at as many places as are asked for; every one must be found."""
    number = done = 0
    while done < TIMES:
        number += 1
        try:
            change(Chance(name, number))
            session.flush()
        except IntegrityError:   # the database itself refuses this one: another place
            session.rollback()
            continue
        assert problems(session), f"{name}, place {number}: nobody sees it"
        session.rollback()
        done += 1


def test_what_nobody_touched_is_no_problem(lot: Lot, session: Session, app: Flask) -> None:
    assert problems(session) == []
    assert app.test_cli_runner().invoke(args=["audit", "check"]).exit_code == 0


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("model", "columns"), [(Attempt, ATTEMPT), (Sale, SALE), (Result, RESULT)],
                         ids=["attempts", "sales", "results"])
def test_a_changed_value_of_a_row_is_found(lot: Lot, session: Session, model: Any, columns: tuple[str, ...],
                                           record_property: Callable[[str, object], None]) -> None:
    def change(rng: Chance) -> None:
        row = rng.choice(session.scalars(select(model)).all())
        column = rng.choice(columns)
        was = getattr(row, column)
        now = "below_minimum" if was is None and column == "reason" else other(was, rng)
        key = [getattr(row, one.name) for one in model.__table__.primary_key]
        where = " AND ".join(f"{one.name} = :key{n}" for n, one in enumerate(model.__table__.primary_key))
        session.execute(
            text(f"UPDATE {model.__tablename__} SET {column} = :now WHERE {where}"),  # noqa: S608
            {"now": now, **{f"key{n}": value for n, value in enumerate(key)}})

    each_place(session, f"T3 {model.__tablename__}", change)
    record_property("tamper", f"T3 {TIMES}")


@pytest.mark.timeout(3600)
def test_a_row_taken_away_or_put_in_is_found(lot: Lot, session: Session,
                                             record_property: Callable[[str, object], None]) -> None:
    def change(rng: Chance) -> None:
        row = rng.choice(session.scalars(select(Attempt)).all())
        if rng.random() < 0.5:
            session.execute(text("DELETE FROM attempts WHERE id = :id"), {"id": row.id})
            return
        columns = ", ".join(one.name for one in Attempt.__table__.columns
                            if one.name not in ("id", "position"))
        session.execute(text(
            f"INSERT INTO attempts (position, {columns}) "  # noqa: S608
            f"SELECT position + 100, {columns} FROM attempts WHERE id = :id"), {"id": row.id})

    each_place(session, "T3 rows", change)
    record_property("tamper", f"T3 {TIMES}")


def with_other_body(leaf: Leaf, rng: Chance) -> bytes:
    """A bid's leaf that says another amount or another instant."""
    shown = parse_json(bytes(leaf.raw))
    told = shown["body"]["bid"]
    if rng.random() < 0.5:
        told["amount_fen"] += rng.choice([-STEP_FEN, STEP_FEN])
    else:
        told["id"] = told["id"] + "x"
    return canonical(shown)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("care", ["bytes", "hash", "chain"])
def test_a_changed_leaf_is_found_however_careful_the_forger_was(
        lot: Lot, session: Session, care: str, record_property: Callable[[str, object], None]) -> None:
    """With its hash made to fit, or with every later leaf of the chain and its head written anew."""

    def change(rng: Chance) -> None:
        leaves = session.scalars(select(Leaf).where(Leaf.subject == lot.sale.subject)
                                 .order_by(Leaf.seq)).all()
        start = rng.choice([place for place, leaf in enumerate(leaves) if leaf.kind == "bid"])
        raw = with_other_body(leaves[start], rng)
        hash_ = leaves[start].hash if care == "bytes" else leaf_hash(raw)
        write(leaves[start], raw, hash_)
        if care == "chain":
            for leaf in leaves[start + 1:]:
                raw = canonical(parse_json(bytes(leaf.raw)) | {"prev": hash_})
                hash_ = leaf_hash(raw)
                write(leaf, raw, hash_)
            session.execute(text("UPDATE subject_heads SET hash = :hash WHERE subject = :subject"),
                            {"hash": hash_, "subject": lot.sale.subject})

    def write(leaf: Leaf, raw: bytes, hash_: str) -> None:
        session.execute(text('UPDATE leaves SET raw = :raw, hash = :hash WHERE log = :log AND "index" = :at'),
                        {"raw": raw, "hash": hash_, "log": leaf.log, "at": leaf.index})

    each_place(session, f"T3 {care}", change)
    record_property("tamper", f"T3 {TIMES}")


def test_leaf_chain_and_row_rewritten_alike_are_found_by_the_signed_root_alone(
        lot: Lot, session: Session) -> None:
    """The most careful forger without the key: rows agree with leaves, the chain holds, the tree does not."""
    leaf = session.scalars(select(Leaf).where(Leaf.subject == lot.sale.subject, Leaf.kind == "bid")
                           .order_by(Leaf.seq)).first()
    assert leaf is not None
    head = session.get_one(SubjectHead, (leaf.log, leaf.subject))
    assert head.seq > leaf.seq
    rest = session.scalars(select(Leaf).where(Leaf.subject == leaf.subject, Leaf.seq > leaf.seq)
                           .order_by(Leaf.seq)).all()
    shown = parse_json(bytes(leaf.raw))
    shown["body"]["bid"]["id"] = "another"
    raw, prev = canonical(shown), ""
    for one, changed in ((leaf, raw), *((one, None) for one in rest)):
        raw = changed if changed is not None else canonical(parse_json(bytes(one.raw)) | {"prev": prev})
        prev = leaf_hash(raw)
        session.execute(text('UPDATE leaves SET raw = :raw, hash = :hash WHERE log = :log AND "index" = :at'),
                        {"raw": raw, "hash": prev, "log": one.log, "at": one.index})
    session.execute(text("UPDATE subject_heads SET hash = :hash WHERE subject = :subject"),
                    {"hash": prev, "subject": leaf.subject})
    session.execute(text("UPDATE attempts SET client_bid_id = 'another' WHERE leaf_index = :at"),
                    {"at": leaf.index})
    found = problems(session)
    session.rollback()
    assert len(found) == 1
    assert "not those that were signed" in found[0]
