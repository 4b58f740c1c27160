"""The log: what a leaf costs the signer, and a proof in a log of ten million, against bare hashing."""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from app import create_app
from audit import services as audit
from audit.models import Log, TreeTile
from audit.rules.leaves import leaf_hash
from audit.rules.tiles import HEIGHT, WIDTH, Place, extended, pyramid_of
from audit.rules.tree import node_hash
from benchmarks.figures import Figure
from benchmarks.place import our_place
from config.settings import Settings
from kernel.bulk import Bulk
from kernel.database import db

ROUNDS = 5
LEAVES, A_TURN, LEAF_BYTES = 200_000, 1_000, 620
SIZE = 10_000_000
PROOFS = 1_000


def measure() -> Iterator[Figure]:
    leaves = [os.urandom(LEAF_BYTES) for _ in range(LEAVES)]
    rounds = [(_signer(leaves), _bare(leaves)) for _ in range(ROUNDS)]
    yield Figure("log.signer.leaf", "us", [ours for ours, _ in rounds], [bare for _, bare in rounds])
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as folder:
        app = create_app(Settings.from_env(our_place(Path(folder), None, 1, 1).environment))
        with app.app_context():
            origin = _a_large_tree()
            runs = [_proofs(origin) for _ in range(ROUNDS)]
            way = [_timed(lambda: _hashes(SIZE.bit_length()), 1_000) * 1_000 for _ in range(ROUNDS)]
            yield Figure("log.proof.p50", "ms", [statistics.median(run) for run in runs], way)
            yield Figure("log.proof.p99", "ms", [sorted(run)[len(run) * 99 // 100] for run in runs], way)


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
