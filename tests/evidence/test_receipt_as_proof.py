"""A platform drops an acknowledged bid and rebuilds its whole log: only what the bidder holds shows it."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from accounts.models import Court
from audit import services as audit
from audit.models import Leaf, Log, SignedCheckpoint, SubjectHead, TreeHead, TreeTile
from audit.rules.leaves import GENESIS, leaf_hash
from audit.rules.tree import EMPTY_ROOT
from evidence.errors import NotAReceipt
from evidence.jobs import sign_checkpoints
from evidence.services import export
from kernel import clock, signing
from kernel.formats import canonical
from tests.evidence.test_export import entries_of, exported, verified
from tests.factories.auction import OPENS_AT, START_FEN, a_code, a_lot_on_sale, bid, closed
from tests.factories.audit import grow

pytestmark = pytest.mark.both_databases
VERIFIER = Path(__file__).parents[2] / "verifier" / "verify.py"


@dataclass
class Held:
    """What one bidder holds of a refused bid in a sale that was closed."""

    subject: str
    origin: str
    index: int
    receipt: bytes
    proof: bytes


@pytest.fixture
def held(session: Session) -> Held:
    lot = a_lot_on_sale(session)
    bidders = [a_code(session, lot)[1] for _ in range(2)]
    for turn in range(4):
        bid(session, bidders[turn % 2], START_FEN + turn * lot.sale.increment_fen,
            OPENS_AT + timedelta(minutes=turn))
    answer = bid(session, bidders[0], START_FEN, OPENS_AT + timedelta(minutes=9))
    assert answer.decision.reason == "below_minimum"
    assert answer.receipt is not None
    subject, index = f"lot:{lot.id}/1", answer.leaf.index
    origin = session.scalars(select(Leaf.log).where(Leaf.subject == subject).limit(1)).one()
    sign_checkpoints()
    newest = audit.published_checkpoint(session, origin, clock.now())
    assert newest is not None
    proof = audit.proof_of(session, newest, session.get_one(Leaf, (origin, index))).encode()
    closed(session, lot)
    grow(origin, 3)
    sign_checkpoints()
    return Held(subject, origin, index, answer.receipt, proof)


def compare(held: Held, bundle: bytes, folder: Path) -> tuple[int, dict[str, Any], str]:
    """``verify.py receipt`` of what the bidder holds, beside a bundle."""
    (folder / "sale.zip").write_bytes(bundle)
    (folder / "receipt.json").write_bytes(held.receipt)
    done = subprocess.run(
        [sys.executable, str(VERIFIER), "receipt", str(folder / "receipt.json"), "--lang", "en",
         "--key", signing.signer(f"{held.origin}/receipt").vkey, "--bundle", str(folder / "sale.zip"),
         "--log-key", signing.signer(held.origin).vkey], capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout or "{}").get("checks", {}), done.stderr


def told_again_without(session: Session, held: Held) -> None:
    """Rebuild the log as if the leaf had never been, with every key that the platform has."""
    rows = session.scalars(select(Leaf).where(Leaf.log == held.origin).order_by(Leaf.index)).all()
    kept = list(_renumbered([row for row in rows if row.index != held.index], held.subject))
    past_the_guards(session, "leaves")
    past_the_guards(session, "checkpoints")
    for table in (Leaf, TreeTile, SignedCheckpoint):
        session.execute(delete(table).where(table.log == held.origin))
    session.expunge_all()
    session.add_all(kept)
    last = [leaf for leaf in kept if leaf.subject == held.subject][-1]
    head = session.get_one(SubjectHead, (held.origin, held.subject))
    head.seq, head.hash = last.seq, last.hash
    session.get_one(Log, held.origin).size = len(kept)
    tree = session.get_one(TreeHead, held.origin)
    tree.size, tree.root = 0, EMPTY_ROOT
    session.commit()
    sign_checkpoints()


def _renumbered(rows: list[Leaf], subject: str) -> Iterator[Leaf]:
    seq, prev = 0, GENESIS
    for index, row in enumerate(rows):
        value = json.loads(row.raw)
        if row.subject == subject:
            seq += 1
            value |= {"seq": seq, "prev": prev}
        raw = canonical(value)
        prev = leaf_hash(raw) if row.subject == subject else prev
        yield Leaf(log=row.log, index=index, subject=row.subject, seq=value["seq"], kind=row.kind, at=row.at,
                   actor=row.actor, case_id=row.case_id, raw=raw, hash=leaf_hash(raw))


def past_the_guards(session: Session, table: str) -> None:
    """As whoever owns the database could."""
    if session.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER {table}_no_{act}"))
    else:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


def test_a_receipt_holds_against_a_later_bundle_and_its_proof_may_stand_in_it(
        session: Session, held: Held, tmp_path: Path) -> None:
    plain = exported(session, held.subject)
    assert compare(held, plain, tmp_path)[:2] == (0, {"signature": True, "path": True, "in_bundle": True})
    raw = exported(session, held.subject, receipts=[held.proof])
    found = verified(raw, tmp_path, held.origin)
    assert found.status == 0, found.said
    assert (found.report["checks"]["receipts"], found.report["checks"]["consistency"]) == (True, True)
    (name,) = [name for name in entries_of(raw) if name.startswith("receipts/")]
    assert entries_of(raw)[name] == held.proof


def test_a_dropped_bid_is_proved_by_the_receipt_and_by_nothing_else(
        session: Session, held: Held, tmp_path: Path) -> None:
    told_again_without(session, held)
    alone = verified(exported(session, held.subject), tmp_path, held.origin)
    assert alone.status == 0, alone.said   # the forgery is consistent in itself

    status, checks, said = compare(held, exported(session, held.subject), tmp_path)
    assert (status, checks) == (1, {"signature": True, "path": True, "in_bundle": False})
    assert "an acknowledged act was dropped or changed" in said

    found = verified(exported(session, held.subject, receipts=[held.proof]), tmp_path, held.origin)
    assert found.status == 1
    failed = {one["check"]: one["where"] for one in found.report["failures"]}
    assert failed.keys() == {"receipts", "consistency"}
    assert failed["receipts"].startswith(f"receipts/leaf-{held.index}-")


def test_what_is_no_proof_of_this_sale_by_this_log_is_not_taken_up(session: Session, held: Held) -> None:
    other = a_lot_on_sale(session, session.scalars(select(Court)).one())
    closed(session, other)
    sign_checkpoints()
    foreign = held.proof.replace(held.origin.encode() + b"\n", b"elsewhere.example\n")
    signature = held.proof.rindex(b" ") + 20
    unsigned = held.proof[:signature] + bytes([held.proof[signature] ^ 1]) + held.proof[signature + 1:]
    for raw in (b"", b"rubbish", foreign, unsigned, held.proof[:90]):
        with pytest.raises(NotAReceipt):
            export(session, held.subject, io.BytesIO(), now=clock.now(), receipts=[raw])
    with pytest.raises(NotAReceipt):
        export(session, f"lot:{other.id}/1", io.BytesIO(), now=clock.now(), receipts=[held.proof])
