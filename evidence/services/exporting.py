"""Putting a bundle/v1 together: all leaves of one sale, draw or plan, and what proves them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from auction.services import reading
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf
from audit.rules.bundle import Beginning, ProvedLeaf, write_bundle
from audit.rules.notes import BadNote, Checkpoint, read_checkpoint, read_note
from audit.rules.tiles import TiledTree
from evidence.errors import NoCheckpointYet, NoSuchSubject, NotAnEarlierCheckpoint, NotOver
from kernel.law import CURRENT

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


def export(session: Session, subject: str, out: IO[bytes], *, now: datetime,
           earlier: str | None = None, rest: Callable[[], None] = lambda: None) -> Exported:
    """Write the bundle/v1 of a sale (``lot:ID/N``), a draw (``draw:ID``) or a plan (``plan:ID``).

    Args:
        earlier: a checkpoint of the same log that is known outside, as text.
        rest: called between two slices of leaves.

    Raises:
        NoSuchSubject: the log knows no such thing, or a bundle is of another kind of it.
        NotOver: it has not ended.
        NoCheckpointYet: its last leaf is not signed yet.
        NotAnEarlierCheckpoint: what was given is none of this log's.
    """
    newest = end_of(session, subject, now)
    origin = newest.origin
    tree = audit.tree_of(session, origin, newest.size)
    many = write_bundle(
        out, subject=subject, rules=_rules(session, subject), checkpoint=newest.note, size=newest.size,
        leaves=lambda: _proved(session, (subject, f"log:{origin}"), tree, rest),
        earlier=None if earlier is None else _beginning(earlier, newest, tree))
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


def _beginning(text: str, newest: audit.Published, tree: TiledTree) -> Beginning:
    try:
        found: Checkpoint = read_checkpoint(read_note(text).body)
    except BadNote as bad:
        raise NotAnEarlierCheckpoint(reason=str(bad)) from bad
    if found.origin != newest.origin or not 0 < found.size <= newest.size:
        raise NotAnEarlierCheckpoint(reason=f"{found.origin}, {found.size}")
    return Beginning(text, found.size, tree.consistency(found.size))


def _rules(session: Session, subject: str) -> str:
    """The rule set of a sale as its announcement has it; of anything else the one in force."""
    kind, _, rest = subject.partition(":")
    if kind != "lot":
        return CURRENT
    lot_id, _, number = rest.partition("/")
    lot = reading.get_lot(session, lot_id)
    return next(sale.rule_set for sale in lot.sales if sale.number == int(number))
