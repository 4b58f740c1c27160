"""The log: a leaf of a bid, at the signer, at a verifier; a proof among ten million; how far checkpoints lag.

Costs are held against bare hashing of as many bytes.
"""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf, Log, SignedCheckpoint, TreeTile
from audit.rules.leaves import leaf_hash
from audit.rules.tiles import HEIGHT, WIDTH, Place, extended, pyramid_of
from audit.rules.tree import node_hash
from benchmarks.databases import KINDS
from benchmarks.figures import Figure
from benchmarks.large_bundle import large_bundle
from benchmarks.place import crowd, our_place, standing
from config.garbage import look_seldom
from config.settings import Settings
from kernel import clock
from kernel.bulk import Bulk
from kernel.database import db
from kernel.transactions import unit_of_work
from tests.services import DURABLE, own_postgres

ROUNDS = 5
LEAVES, A_TURN, LEAF_BYTES = 200_000, 1_000, 620
SIZE = 10_000_000
PROOFS = 1_000
COMMITS, OF_A_COMMIT = 50, 100
VERIFIED = 1_000_000
BIDDERS, LOAD_S, CAUGHT_UP_S = 200, 30.0, 20.0
PROMISED_S = 10.0
"""From a leaf to its checkpoint at most (docs/audit-log.md)."""


def measure() -> Iterator[Figure]:
    leaves = [os.urandom(LEAF_BYTES) for _ in range(LEAVES)]
    rounds = [(_signer(leaves), _bare(leaves)) for _ in range(ROUNDS)]
    yield Figure("log.signer.leaf", "us", [ours for ours, _ in rounds], [bare for _, bare in rounds])
    with _founded("sqlite"):
        origin = _a_large_tree()
        runs = [_proofs(origin) for _ in range(ROUNDS)]
        way = [_timed(lambda: _hashes(SIZE.bit_length()), 1_000) * 1_000 for _ in range(ROUNDS)]
        yield Figure("log.proof.p50", "ms", [statistics.median(run) for run in runs], way)
        yield Figure("log.proof.p99", "ms", [sorted(run)[len(run) * 99 // 100] for run in runs], way)
    yield from _appended()
    yield from _verified()
    yield from _lags()


@contextmanager
def _founded(kind: str) -> Iterator[None]:
    """A court on a database of its own, without a server."""
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as folder, \
            own_postgres(DURABLE) if kind == "postgres" else nullcontext() as server:
        url = None if server is None else server.render_as_string(hide_password=False)
        app = create_app(Settings.from_env(our_place(Path(folder), url, 1, 1).environment))
        with app.app_context():
            yield
            db.session.remove()
            db.engine.dispose()


def _appended() -> Iterator[Figure]:
    """Microseconds that a bid's leaf adds to its commit: hashed, chained, signed with the others, stored.

    ``own`` is what it adds to the work of the process that takes bids; the rest is PostgreSQL's, beside it.
    """
    look_seldom()
    for kind in KINDS:
        with _founded(kind):
            ours, own, bare = [], [], []
            for _ in range(ROUNDS):
                raws: list[bytes] = []
                spent = [_append(raws) for _ in range(COMMITS)]
                ours.append(sum(one for one, _ in spent) / len(raws) * 1e6)
                own.append(sum(one for _, one in spent) / len(raws) * 1e6)
                bare.append(_bare(raws))
            yield Figure(f"log.append.{kind}.leaf", "us", ours, bare)
            yield Figure(f"log.append.{kind}.own", "us", own, bare)


def _append(raws: list[bytes]) -> tuple[float, float]:
    """One commit of bids' leaves in a court's log; the seconds that it spends on them, and of processor."""
    with unit_of_work() as work:
        log = work.session.scalars(select(Log).where(~Log.is_exercise).order_by(Log.size.desc())).first()
        if log is None:
            raise RuntimeError("there is no log")
        audit.record_all(work.session, [
            audit.Act(log.court_id, False, Kind.BID, "lot:bench/1", f"code:K{number:04}",
                      b'{"bid":"' + b"x" * (LEAF_BYTES - 320) + b'"}', None)
            for number in range(OF_A_COMMIT)])
        begun, used = time.perf_counter(), time.process_time()
        written = audit.write_leaves(work.session)
        spent = time.perf_counter() - begun, time.process_time() - used
        raws += [one.raw for one in written]
    return spent


def _verified() -> Iterator[Figure]:
    """What a stranger needs to check a sale of a million leaves: seconds of one core, and memory."""
    with large_bundle(VERIFIED) as bundle:
        runs = [(bundle.check(), bundle.hash_only()) for _ in range(3)]
    yield Figure("log.verify.cpu", "s", [ours.cpu_s for ours, _ in runs], [bare.cpu_s for _, bare in runs])
    yield Figure("log.verify.memory", "MiB", [ours.most_mib for ours, _ in runs],
                 [bare.most_mib for _, bare in runs])


def _lags() -> Iterator[Figure]:
    """Seconds from the oldest leaf of a checkpoint to its signature, while two hundred bid in one room."""
    for kind in KINDS:
        with standing(kind, BIDDERS, 1) as (server, place):
            crowd(server.port, place.seats, BIDDERS, seconds=LOAD_S)
            time.sleep(CAUGHT_UP_S)   # what is behind at the end is behind, too
            app = create_app(Settings.from_env(place.environment))
            with app.app_context():
                lags = _lags_of_all(db.session())
                db.session.remove()
                db.engine.dispose()
        for name, found in (("p50", statistics.median(lags)), ("longest", max(lags))):
            yield Figure(f"log.lag.{kind}.{name}", "s", [found], [PROMISED_S])


def _lags_of_all(session: Session) -> list[float]:
    """Of every checkpoint, and of leaves that have none until now."""
    lags = []
    for log in session.scalars(select(Log)):
        begin = 0
        for signed in session.scalars(select(SignedCheckpoint).where(SignedCheckpoint.log == log.origin)
                                      .order_by(SignedCheckpoint.size)):
            lags.append((signed.signed_at - session.get_one(Leaf, (log.origin, begin)).at).total_seconds())
            begin = signed.size
        if begin < log.size:
            oldest = session.get_one(Leaf, (log.origin, begin))
            lags.append((clock.now() - oldest.at).total_seconds())
    return lags


def _signer(leaves: Sequence[bytes]) -> float:
    """Microseconds for one leaf: hashed anew, compared, and put into the tree, a turn at a time."""
    stored = [leaf_hash(leaf) for leaf in leaves]
    tiles: dict[Place, Sequence[bytes]] = {}

    def fetch(level: int, index: int) -> Sequence[bytes]:
        return tiles.get((level, index), [])

    begun = time.perf_counter()
    for begin in range(0, len(leaves), A_TURN):
        hashes = []
        for leaf, known in zip(leaves[begin:begin + A_TURN], stored[begin:begin + A_TURN], strict=True):
            anew = leaf_hash(leaf)
            if anew != known:
                raise RuntimeError("a hash that does not fit")
            hashes.append(bytes.fromhex(anew))
        tiles.update(extended(begin, fetch, hashes))
    return (time.perf_counter() - begun) / len(leaves) * 1e6


def _bare(leaves: Sequence[bytes]) -> float:
    begun = time.perf_counter()
    for leaf in leaves:
        sha256(leaf).digest()
    return (time.perf_counter() - begun) / len(leaves) * 1e6


def _a_large_tree() -> str:
    """Tiles of a log of ten million leaves that nobody wrote: hashes, and above them what they give."""
    session = db.session()
    origin = "bench.example/large"
    session.add(Log(origin=origin, court_id="nobody", is_exercise=False, size=SIZE, last_at=None))
    bulk = Bulk(session)
    chance = random.Random(1)  # noqa: S311 - no secret
    level, many = 0, SIZE
    row: Iterator[bytes] = (chance.randbytes(32) for _ in range(SIZE))
    while many:
        above = []
        for index in range(-(-many // WIDTH)):
            tile = [next(row) for _ in range(min(WIDTH, many - index * WIDTH))]
            bulk.insert_one(TreeTile, {"log": origin, "level": level, "index": index,
                                       "hashes": b"".join(tile)})
            if len(tile) == WIDTH:
                above.append(pyramid_of(tile)[HEIGHT][0])
        level, many, row = level + 1, len(above), iter(above)
    session.commit()
    return origin


def _proofs(origin: str) -> list[float]:
    """Milliseconds for each of many proofs of leaves by chance, each read from the database anew."""
    chance = random.Random(2)  # noqa: S311 - no secret

    def prove() -> None:
        audit.tree_of(db.session(), origin, SIZE).inclusion(chance.randrange(SIZE))

    return [_timed(prove, 1) * 1e3 for _ in range(PROOFS)]


def _hashes(many: int) -> None:
    here = bytes(32)
    for _ in range(many):
        here = node_hash(here, here)


def _timed(act: Callable[[], object], times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - begun) / times
