"""Putting a bundle/v1 together: all leaves of one sale, draw or plan, and what proves them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from auction.services import reading
from auction.services.delivery import opened_buyer
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf
from audit.rules.bundle import Beside, ProvedLeaf, write_bundle
from audit.rules.notes import BadNote, Checkpoint, is_signed_by, read_checkpoint, read_note
from audit.rules.proofs import LeafProof, read_proof
from audit.rules.tiles import TiledTree
from audit.rules.unbundling import NoLeaf, read_leaf
from evidence.errors import NoCheckpointYet, NoSuchSubject, NotAnEarlierCheckpoint, NotAReceipt, NotOver
from kernel.errors import N_
from kernel.law import CURRENT
from settlement import services as settlement

OVER: Final = {"lot": {Kind.LOT_CLOSED, Kind.LOT_WITHDRAWN}, "draw": {Kind.DRAW_DONE},
               "plan": {Kind.PLAN_SERVED}}
"""By kind of subject, the acts after one of which it can be exported: what follows a last leaf cannot be
seen to be missing."""

SLICE: Final = 100
"""Leaves between two rests."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What a bundle holds: the checkpoint of its log that proves it, and how many leaves."""

    checkpoint: audit.Published
    leaves: int


def export(session: Session, subject: str, out: IO[bytes], *, now: datetime, earlier: str | None = None,
           receipts: Sequence[bytes] = (), names: bool = False, rest: Callable[[], None] = lambda: None
           ) -> Exported:
    """Write the bundle/v1 of a sale (``lot:ID/N``), a draw (``draw:ID``) or a plan (``plan:ID``).

    The identity of a buyer is opened, since the law publishes it with the sale (AUC-22.1); nobody else's is.

    Args:
        earlier: a checkpoint of the same log that is known outside, as text.
        receipts: tlog-proofs of leaves of this subject, as bidders got them. One that the log of today does
            not bear goes in all the same: that is what the reader is to find.
        names: put in what opens the commitment of a plan, for those who may see names.
        rest: called between two slices of leaves.

    Raises:
        NoSuchSubject: the log knows no such thing, or a bundle is of another kind of it.
        NotOver: it has not ended.
        NoCheckpointYet: its last leaf is not signed yet.
        NotAnEarlierCheckpoint: what was given is none of this log's.
        NotAReceipt: one of those given is no tlog-proof of this subject that the log's key signed.
    """
    newest = end_of(session, subject, now)
    origin = newest.origin
    tree = audit.tree_of(session, origin, newest.size)
    many = write_bundle(
        out, subject=subject, rules=_rules(session, subject), checkpoint=newest.note, size=newest.size,
        leaves=lambda: _proved(session, (subject, f"log:{origin}"), tree, rest),
        beside=_beside(session, subject, newest, tree, earlier, receipts, names))
    return Exported(newest, many)


def end_of(session: Session, subject: str, now: datetime) -> audit.Published:
    """The checkpoint given out, under which an ended sale, draw or plan stands with all its leaves.

    Raises:
        NoSuchSubject, NotOver, NoCheckpointYet: as ``export``.
    """
    chain = session.execute(select(Leaf.log, Leaf.index, Leaf.kind).where(Leaf.subject == subject)
                            .order_by(Leaf.index)).all()
    over = OVER.get(subject.partition(":")[0])
    if not chain or over is None:
        raise NoSuchSubject(subject=subject)
    if not over & {Kind(kind) for _log, _index, kind in chain}:
        raise NotOver(subject=subject)
    origin, last, _kind = chain[-1]
    newest = audit.published_checkpoint(session, origin, now)
    if newest is None or newest.size <= last:
        raise NoCheckpointYet
    return newest


def _beside(session: Session, subject: str, newest: audit.Published, tree: TiledTree, earlier: str | None,
            receipts: Sequence[bytes], names: bool) -> Beside:
    held = [_receipt(session, newest.origin, subject, raw) for raw in receipts]
    sizes = {proof.checkpoint.size for proof in held}
    if earlier is not None:
        sizes.add(_earlier_size(earlier, newest))
    return Beside(
        earlier=earlier, openings=_openings(session, subject),
        receipts={f"leaf-{proof.index}-{proof.checkpoint.size}": raw
                  for proof, raw in zip(held, receipts, strict=True)},
        consistency={size: tree.consistency(size) for size in sizes if size < newest.size},
        plan=_opened_plan(session, subject) if names and subject.startswith("plan:") else None)


def _receipt(session: Session, origin: str, subject: str, raw: bytes) -> LeafProof:
    try:
        proof = read_proof(raw)
        leaf = read_leaf(proof.index, proof.leaf)
    except (BadNote, NoLeaf) as bad:
        raise NotAReceipt(reason=str(bad)) from bad
    if leaf.subject != subject or proof.checkpoint.origin != origin:
        raise NotAReceipt(reason=f"{leaf.subject}, {proof.checkpoint.origin}")
    if not any(is_signed_by(proof.note, key) for key in audit.log_keys(session, origin)):
        raise NotAReceipt(reason=N_("没有本日志密钥的签名"))
    return proof


def _openings(session: Session, subject: str) -> list[dict[str, Any]]:
    sale = _sale_of(subject)
    opened = None if sale is None else opened_buyer(session, *sale)
    if opened is None:
        return []
    (leaf,) = [one for one in audit.leaves_of_subject(session, subject, kind=Kind.BIDDER_ADMITTED)
               if audit.body_of(one)["code"] == opened.code]
    return [{"index": leaf.index, "salt": opened.salt.hex(), "identity": dict(opened.identity)}]


def _opened_plan(session: Session, subject: str) -> dict[str, Any]:
    return settlement.opening_of(settlement.get_plan(session, subject.removeprefix("plan:")))


def _proved(session: Session, subjects: tuple[str, ...], tree: TiledTree, rest: Callable[[], None]
            ) -> Iterator[ProvedLeaf]:
    """The leaves of these subjects, the log's own with its keys among them, as far as they are signed."""
    rows = session.execute(
        select(Leaf.index, Leaf.raw).where(Leaf.subject.in_(subjects), Leaf.index < tree.size)
        .order_by(Leaf.index).execution_options(yield_per=1000))
    for number, (index, raw) in enumerate(rows, 1):
        if number % SLICE == 0:
            rest()
        yield ProvedLeaf(index, bytes(raw), tree.inclusion(index))


def _earlier_size(text: str, newest: audit.Published) -> int:
    try:
        found: Checkpoint = read_checkpoint(read_note(text).body)
    except BadNote as bad:
        raise NotAnEarlierCheckpoint(reason=str(bad)) from bad
    if found.origin != newest.origin or not 0 < found.size <= newest.size:
        raise NotAnEarlierCheckpoint(reason=f"{found.origin}, {found.size}")
    return found.size


def _rules(session: Session, subject: str) -> str:
    """The rule set of a sale as its announcement has it; of anything else the one in force."""
    sale = _sale_of(subject)
    if sale is None:
        return CURRENT
    lot_id, number = sale
    return next(one.rule_set for one in reading.get_lot(session, lot_id).sales if one.number == number)


def _sale_of(subject: str) -> tuple[str, int] | None:
    """The lot of a sale, and which of its sales; None of a draw or a plan."""
    kind, _, rest = subject.partition(":")
    lot_id, _, number = rest.partition("/")
    return (lot_id, int(number)) if kind == "lot" else None
