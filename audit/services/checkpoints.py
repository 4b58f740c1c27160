"""Signing where each log stands: leaves are hashed anew from their bytes, then the tree, then the note.

A job of every process looks for news (RFC 9162; C2SP tlog-checkpoint). What it signs rests on nothing that
was computed when the leaves were written: the bytes are read back, and a hash beside them that does not
fit ends the signing of this log until people have looked (design: "The log").
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit.kinds import Kind
from audit.models import Leaf, Log, SignedCheckpoint, TreeHead, TreeTile
from audit.rules.leaves import leaf_hash
from audit.rules.notes import Checkpoint, sign
from audit.rules.tiles import Broken, Place, TiledTree, extended
from audit.rules.tree import EMPTY_ROOT
from audit.services.recording import record
from kernel import clock, signing
from kernel.access import SYSTEM
from kernel.bulk import Bulk

A_SLICE: Final = 500
"""Leaves that are hashed in one go: the process has other work in between."""
MOST: Final = 50_000
"""Leaves that one checkpoint takes up. As many as have come share one: on SQLite each commit of another
connection makes that of the bids forget the pages that it knows."""
LATE: Final = timedelta(seconds=30)
"""A leaf that has waited for longer waits for a signer that is not there, or refuses (ten are promised)."""
_HASH: Final = 32
_PLACE: Final = ("log", "level", "index")


class Refused(Exception):
    """The signer does not sign: what is stored does not fit what it was computed from."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What a look at a log has found: the checkpoint that may be signed, and the tiles that it changes.

    Attributes:
        built: how many leaves the tree had when it was looked at; whoever finds another number signs nothing.
    """

    built: int
    found: Checkpoint
    tiles: Mapping[Place, Sequence[bytes]]


def grown_logs(session: Session) -> list[str]:
    """The logs that have leaves without a checkpoint."""
    return list(session.scalars(
        select(Log.origin).outerjoin(TreeHead, TreeHead.log == Log.origin)
        .where((TreeHead.size.is_(None)) | (TreeHead.size < Log.size)).order_by(Log.origin)))


def logs_left_unsigned(session: Session, now: datetime) -> list[tuple[str, datetime]]:
    """The logs of which a leaf has waited too long for a checkpoint, and when the first such was written."""
    unsigned = func.coalesce(TreeHead.size, 0)
    return [(origin, at) for origin, at in session.execute(
        select(Log.origin, Leaf.at).outerjoin(TreeHead, TreeHead.log == Log.origin)
        .join(Leaf, (Leaf.log == Log.origin) & (Leaf.index == unsigned))
        .where(Leaf.at < now - LATE).order_by(Log.origin))]


def lacks_key(session: Session, origin: str) -> bool:
    """Whether the log does not yet name the key that signs its checkpoints now."""
    head = session.get(TreeHead, origin)
    return head is None or head.key != signing.signer(origin).vkey


def publish_key(session: Session, origin: str) -> None:
    """Name the key in a leaf of the log before its first signature, and begin the tree with the first one."""
    vkey, of_log = signing.signer(origin).vkey, session.get_one(Log, origin)
    head = session.get(TreeHead, origin, with_for_update=True)
    if head is None:
        session.add(TreeHead(log=origin, size=0, root=EMPTY_ROOT, key=vkey))
    elif head.key == vkey:
        return
    else:
        head.key = vkey
    record(session, court_id=of_log.court_id, kind=Kind.KEY_PUBLISHED, subject=f"log:{origin}", actor=SYSTEM,
           body={"key": vkey, "signs": "checkpoints"}, is_exercise=of_log.is_exercise)


def look_at_news(session: Session, origin: str, rest: Callable[[], object] = lambda: None) -> Growth | None:
    """Hash the next leaves of a log anew and build the tree over them; None where there are none.

    Args:
        rest: called between two slices.

    Raises:
        Refused: stored bytes and hashes, or tiles and the root signed before, do not fit.
    """
    head = session.get_one(TreeHead, origin)
    built = here = head.size
    size = min(session.scalars(select(Log.size).where(Log.origin == origin)).one(), built + MOST)
    if size <= built:
        return None
    tiles: dict[Place, Sequence[bytes]] = {}
    try:
        if TiledTree(built, _Tiles(session, origin)).root() != bytes(head.root):
            raise Refused(f"the tiles do not give the root of the first {built} leaves")
        while here < size:
            hashes = _hashes_anew(session, origin, here, min(size, here + A_SLICE))
            tiles.update(extended(here, _Tiles(session, origin, tiles), hashes))
            here += len(hashes)
            rest()
        return Growth(built, Checkpoint(origin, size, TiledTree(size, _Tiles(session, origin, tiles)).root()),
                      tiles)
    except Broken as broken:
        raise Refused(str(broken)) from broken


def sign_growth(session: Session, growth: Growth) -> None:
    """Keep the tree and sign how far it goes, unless another process did in between."""
    found = growth.found
    head = session.get_one(TreeHead, found.origin, with_for_update=True)
    if head.size != growth.built:
        return
    head.size, head.root = found.size, found.root
    session.add(SignedCheckpoint(log=found.origin, size=found.size, signed_at=clock.now(),
                                 note=sign(found.body, signing.signer(found.origin)).text))
    bulk = Bulk(session)
    rows = [(b"".join(tile), found.origin, *place) for place, tile in growth.tiles.items()]
    known = set(bulk.find(TreeTile, keys=_PLACE, columns=_PLACE, wanted=[row[1:] for row in rows]))
    bulk.update(TreeTile, keys=_PLACE, columns=("hashes",), rows=[row for row in rows if row[1:] in known])
    bulk.insert(TreeTile, ("hashes", *_PLACE), [row for row in rows if row[1:] not in known])


def _hashes_anew(session: Session, origin: str, begin: int, end: int) -> list[bytes]:
    """The hashes of the leaves from ``begin`` to before ``end``, from their bytes."""
    hashes = []
    for place, (index, raw, stored) in enumerate(Bulk(session).span(
            Leaf, of={"log": origin}, along="index", begin=begin, end=end,
            columns=("index", "raw", "hash")), begin):
        if index != place:
            break
        anew = leaf_hash(bytes(raw))
        if anew != stored:
            raise Refused(f"leaf {index}: the stored hash is not the hash of the stored bytes")
        hashes.append(bytes.fromhex(anew))
    if begin + len(hashes) < end:
        raise Refused(f"leaf {begin + len(hashes)} is missing")
    return hashes


class _Tiles:
    """Tiles of a log: those that are about to be written first, then those that are stored."""

    def __init__(self, session: Session, origin: str, new: Mapping[Place, Sequence[bytes]] | None = None
                 ) -> None:
        self._bulk, self._origin, self._new = Bulk(session), origin, new or {}

    def __call__(self, level: int, index: int) -> Sequence[bytes]:
        new = self._new.get((level, index))
        if new is not None:
            return new
        found = self._bulk.find(TreeTile, keys=_PLACE, columns=("hashes",),
                                wanted=[(self._origin, level, index)])
        stored = bytes(found[0][0]) if found else b""
        return [stored[begin:begin + _HASH] for begin in range(0, len(stored), _HASH)]


def tree_of(session: Session, origin: str, size: int) -> TiledTree:
    """The tree over the first leaves of a log, as many as a checkpoint says."""
    return TiledTree(size, _Tiles(session, origin))


def root_of_first(session: Session, origin: str, size: int) -> bytes:
    """The root over the first leaves of a log, of those too that the signer has not yet taken up.

    Raises:
        Refused: leaves are missing or do not fit their hashes, or the tiles are not whole.
    """
    head = session.get(TreeHead, origin, populate_existing=True)
    built = 0 if head is None else head.size
    try:
        new = {} if size <= built else extended(
            built, _Tiles(session, origin), _hashes_anew(session, origin, built, size))
        return TiledTree(size, _Tiles(session, origin, new)).root()
    except Broken as broken:
        raise Refused(str(broken)) from broken


def newest_checkpoint(session: Session, origin: str) -> SignedCheckpoint | None:
    """The last signed word on where a log stood; None before the first."""
    return session.scalars(select(SignedCheckpoint).where(SignedCheckpoint.log == origin)
                           .order_by(SignedCheckpoint.size.desc()).limit(1)).first()
