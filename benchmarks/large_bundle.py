"""A sale of a million leaves as a bundle/v1, and what it costs a stranger to check it.

The leaves are what the platform writes: every bid judged by its rules, chained, put into the tree, signed.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from auction.rules.bidding import BidIn, LotTerms, opening, outcome
from auction.rules.replay import bid_body, decision_json, lot_members, outcome_members
from auction.rules.taking import Course
from audit.rules.bundle import Beside, ProvedLeaf, write_bundle
from audit.rules.leaves import GENESIS, LeafWriter, text
from audit.rules.notes import Checkpoint, sign
from audit.rules.tiles import Place, TiledTree, extended
from kernel.formats import canonical
from kernel.signing import Keyring

ROOT: Final = Path(__file__).resolve().parent.parent
ORIGIN: Final = "bench.example/luochui"
SUBJECT: Final = "lot:L-1/1"
BEGIN: Final = datetime(2026, 4, 2, 2, tzinfo=UTC)
APART: Final = timedelta(milliseconds=80)
CODES: Final = 200
A_SLICE: Final = 10_000

MEASURING: Final = """
import os, resource, subprocess, sys
os.sched_setaffinity(0, {1})
done = subprocess.run([sys.executable, "-I", *sys.argv[1:]], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(done.returncode)
"""
"""A small program between: what a child held most would else count the memory of who started it."""
HASHING: Final = """
import hashlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as bundle:
    for name in bundle.namelist():
        with bundle.open(name) as entry:
            for line in entry:
                hashlib.sha256(line).digest()
"""
"""The least that anybody has to do: unpack every entry, and hash each of its lines."""


class Cost(NamedTuple):
    """What a program needed: seconds of one core, and the most memory that it held."""

    cpu_s: float
    most_mib: float


@dataclass(frozen=True)
class Bundle:
    """A file, and the key with which it is to be checked."""

    file: Path
    vkey: str

    def check(self) -> Cost:
        """Let the verifier check it, as a stranger runs it.

        Raises:
            RuntimeError: it does not hold.
        """
        return _run([str(ROOT / "verifier" / "verify.py"), "bundle", str(self.file), "--key", self.vkey])

    def hash_only(self) -> Cost:
        """Unpack it and hash its lines, nothing else."""
        return _run(["-c", HASHING, str(self.file)])


@contextmanager
def large_bundle(leaves: int) -> Iterator[Bundle]:
    """A sale of so many leaves, nine of ten of them accepted bids, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as folder:
        file = Path(folder) / "sale.zip"
        signer = Keyring(bytes(32)).signer(ORIGIN)
        raws, tree = _sale(leaves)
        note = sign(Checkpoint(ORIGIN, tree.size, tree.root()).body, signer)

        def proved() -> Iterator[ProvedLeaf]:
            return (ProvedLeaf(place, raw, tree.inclusion(place)) for place, raw in enumerate(raws))

        with file.open("wb") as out:
            write_bundle(out, subject=SUBJECT, rules="civil-online-2017.01", leaves=proved,
                         checkpoint=note.text, size=tree.size, beside=Beside())
        yield Bundle(file, signer.vkey)


def _sale(many: int) -> tuple[Sequence[bytes], TiledTree]:
    """The leaves of the sale, and their tree."""
    bids = many - 2
    terms = LotTerms(1_000_000, 100, BEGIN, BEGIN + bids * APART, timedelta(minutes=5), timedelta(hours=24),
                     reorder=timedelta(seconds=10))
    course: Course[None] = Course(terms, opening(terms))
    raws: list[bytes] = []
    hashes: list[bytes] = []

    def write(kind: bytes, actor: str, at: datetime, body: bytes) -> None:
        prev = hashes[-1].hex() if hashes else GENESIS
        raw, hash_ = LeafWriter(ORIGIN, at).leaf(b'"%b"' % kind, text(SUBJECT), len(raws) + 1, prev,
                                                 text(actor), body)
        raws.append(raw)
        hashes.append(hash_)

    write(b"lot.published", "system", BEGIN, canonical({"lot": lot_members(terms), "round": "first"}))
    for number in range(bids):
        standing, at = course.standing, BEGIN + number * APART
        price = standing.price_fen or 0
        bid = BidIn(f"K{number % CODES:04}", price if number % 10 == 9 else max(1_000_000, price + 100),
                    None, f"{number:08x}-0000-7000-8000-{number:012x}")
        judged = course.take(bid, at)
        write(b"bid", f"code:{bid.code}", at, bid_body(bid, at, decision_json(judged.decision)))
    end = outcome(terms, course.standing)
    write(b"lot.closed", "system", end.closed_at, canonical({"outcome": outcome_members(end)}))
    stored: dict[Place, Sequence[bytes]] = {}
    for begin in range(0, many, A_SLICE):
        stored.update(extended(begin, lambda level, index: stored.get((level, index), []),
                               hashes[begin:begin + A_SLICE]))
    return raws, TiledTree(many, lambda level, index: stored[level, index])


def _run(words: Sequence[str]) -> Cost:
    """Run Python on one core, seeing packages but not the platform."""
    done = subprocess.run([sys.executable, "-I", "-c", MEASURING, *words], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    cpu_s, most_mib = map(float, done.stdout.split())
    return Cost(cpu_s, most_mib)
