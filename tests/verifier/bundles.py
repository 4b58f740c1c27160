"""Builds bundles and receipts for the tests: a small log, deliberately simple, with its own tree.

The tree is the recursive definition of RFC 9162 word by word; keys are made from their names, so
that every run builds the same bytes. A forger has the same tools: that is what the tests are for.
"""

import io
import json
import random
import zipfile
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auction.rules import replay
from tests.verifier.conftest import read_vectors
from valuation.rules import transcript

Json = Any
Files = dict[str, bytes]

ORIGIN = "court.example/luochui"
OPENS = datetime(2026, 4, 2, 2, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))


def hashed(data: bytes) -> bytes:
    return sha256(data).digest()


def canonical(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def lp(*parts: bytes | str) -> bytes:
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in raw)


def printed(at: datetime) -> str:
    return at.astimezone(BEIJING).isoformat(timespec="milliseconds")


def b64(data: bytes) -> str:
    return b64encode(data).decode()


# --- the tree: RFC 9162, 2.1.1, 2.1.3.1 and 2.1.4.1 ----------------------------------------------


class Tree:
    def __init__(self, leaves: Iterable[bytes]) -> None:
        self.hashes = [hashed(b"\x00" + leaf) for leaf in leaves]
        self._known: dict[tuple[int, int], bytes] = {}

    @property
    def size(self) -> int:
        return len(self.hashes)

    def root(self, start: int = 0, end: int | None = None) -> bytes:
        end = self.size if end is None else end
        if end - start == 0:
            return hashed(b"")
        if end - start == 1:
            return self.hashes[start]
        if (start, end) not in self._known:
            middle = start + split(end - start)
            self._known[start, end] = hashed(b"\x01" + self.root(start, middle) + self.root(middle, end))
        return self._known[start, end]

    def path(self, index: int, start: int = 0, end: int | None = None) -> list[bytes]:
        end = self.size if end is None else end
        if end - start == 1:
            return []
        middle = start + split(end - start)
        if index < middle:
            return [*self.path(index, start, middle), self.root(middle, end)]
        return [*self.path(index, middle, end), self.root(start, middle)]

    def consistency(
        self, size: int, start: int = 0, end: int | None = None, *, whole: bool = True
    ) -> list[bytes]:
        end = self.size if end is None else end
        if size == end - start:
            return [] if whole else [self.root(start, end)]
        middle = start + split(end - start)
        if size <= middle - start:
            return [*self.consistency(size, start, middle, whole=whole), self.root(middle, end)]
        left = size - (middle - start)
        return [*self.consistency(left, middle, end, whole=False), self.root(start, middle)]


def split(size: int) -> int:
    """The greatest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


# --- keys ----------------------------------------------------------------------------------------


class Key:
    """A key of a log (1) or of a witness (4), made from a word."""

    def __init__(self, name: str, type_: int = 1, word: str = "") -> None:
        self.name, self.type = name, type_
        self._key = Ed25519PrivateKey.from_private_bytes(hashed(f"{name}/{type_}/{word}".encode()))
        material = bytes([type_]) + self._key.public_key().public_bytes_raw()
        self.id = hashed(name.encode() + b"\n" + material)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{b64(material)}"

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def line(self, text: bytes) -> bytes:
        """Its signature line under a note."""
        signature = self.sign(text)
        if self.type == 4:
            at = 1775095200
            signature = at.to_bytes(8, "big") + self.sign(b"cosignature/v1\ntime %d\n" % at + text)
        return f"\u2014 {self.name} {b64(self.id + signature)}\n".encode()


# --- the log -------------------------------------------------------------------------------------


@dataclass
class Log:
    """The log of one court: leaves chained by subject, checkpoints, receipts."""

    origin: str = ORIGIN
    word: str = ""  # another one makes other keys of the same names
    leaves: list[bytes] = field(default_factory=list)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    now: datetime = OPENS - timedelta(days=30)

    def __post_init__(self) -> None:
        self.key = Key(self.origin, 1, self.word)
        self.receipt_key = Key(f"{self.origin}/receipt", 1, self.word)

    def add(
        self, kind: str, subject: str, body: Json, *, actor: str = "system", at: datetime | None = None
    ) -> int:
        self.now = max(self.now, at or self.now)
        seq, prev = self.heads.get(subject, (0, "0" * 64))
        leaf = canonical({"v": 1, "alg": "std", "log": self.origin, "kind": kind, "subject": subject,
                          "seq": seq + 1, "prev": prev, "at": printed(self.now), "actor": actor,
                          "body": body})
        self.heads[subject] = (seq + 1, hashed(b"\x00" + leaf).hex())
        self.leaves.append(leaf)
        return len(self.leaves) - 1

    def tree(self, size: int | None = None) -> Tree:
        return Tree(self.leaves[:size])

    def checkpoint(self, size: int | None = None, signers: Iterable[Key] = ()) -> bytes:
        tree = self.tree(size)
        text = f"{self.origin}\n{tree.size}\n{b64(tree.root())}\n".encode()
        return text + b"\n" + b"".join(key.line(text) for key in (self.key, *signers))

    def proof(self, index: int, size: int | None = None) -> bytes:
        """The tlog-proof of a leaf, as its bidder gets it."""
        lines = ["c2sp.org/tlog-proof@v1", f"extra {b64(self.leaves[index])}", f"index {index}",
                 *map(b64, self.tree(size).path(index))]
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint(size)

    def receipt(self, index: int, start: int, end: int) -> Json:
        """receipt/v1 of a leaf, of a commit that wrote the leaves from start to end."""
        tree = Tree(self.leaves[start:end])
        signed_at = json.loads(self.leaves[index])["at"]
        message = lp("jauc/v1/receipt", self.origin, tree.root(), tree.size.to_bytes(4, "big"), signed_at)
        return {"format": "receipt/v1", "origin": self.origin, "leaf": b64(self.leaves[index]),
                "index": index - start, "size": tree.size,
                "path": [hash_.hex() for hash_ in tree.path(index - start)], "signed_at": signed_at,
                "key": self.receipt_key.vkey, "signature": b64(self.receipt_key.sign(message))}


# --- the zip -------------------------------------------------------------------------------------


def lines(values: Iterable[Json]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def bundle(
    log: Log, subject: str, *, witnesses: Iterable[Key] = (), earlier: bytes | None = None,
    receipts: dict[str, bytes] | None = None, sizes: Iterable[int] = (), openings: Json = (),
    plan: Json = None, others: bool = False,
) -> Files:
    """The files of a bundle; `sizes` are those of the earlier checkpoints in it."""
    tree = log.tree()
    told = [i for i, leaf in enumerate(log.leaves) if others or json.loads(leaf)["subject"] == subject]
    files = {
        "leaves.ndjson": lines({"index": i, "leaf": b64(log.leaves[i])} for i in told),
        "proofs.ndjson": lines({"index": i, "size": tree.size, "path": [h.hex() for h in tree.path(i)]}
                               for i in told),
        "checkpoint": log.checkpoint(signers=witnesses),
        "consistency.json": canonical([
            {"from": size, "to": tree.size, "path": [hash_.hex() for hash_ in tree.consistency(size)]}
            for size in sorted({*sizes}) if size < tree.size]),
        "openings.json": canonical(list(openings)),
        **{f"receipts/{name}.tlog-proof": raw for name, raw in (receipts or {}).items()},
    }
    if earlier is not None:
        files["checkpoint.prev"] = earlier
    if plan is not None:
        files["plan.json"] = canonical(plan)
    return with_manifest(files, subject)


def with_manifest(files: Files, subject: str = "") -> Files:
    """The same files under a manifest that fits them, as a careful forger writes it."""
    rest = {name: raw for name, raw in files.items() if name != "manifest.json"}
    subject = subject or json.loads(files["manifest.json"])["subject"]
    manifest = {"format": "bundle/v1", "subject": subject, "rules": "civil-online-2017.01",
                "files": {name: hashed(raw).hex() for name, raw in rest.items()}}
    return {**rest, "manifest.json": canonical(manifest)}


def pack(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return out.getvalue()


# --- stories -------------------------------------------------------------------------------------

LOT: dict[str, Json] = {
    "start_price_fen": 1_000_000, "increment_fen": 10_000, "max_steps": None, "whole_steps": False,
    "opens_at": printed(OPENS), "closes_at": printed(OPENS + timedelta(days=1)),
    "extension_window_seconds": 300, "mode": "auction", "reorder_ms": 10000,
}


@dataclass
class Sale:
    """A lot from its notice to its end, and a court that did other things in between."""

    rng: random.Random
    log: Log = field(default_factory=Log)
    bids: int = 12
    suspended: bool = False
    withdrawn: bool = False
    subject: str = "lot:L-7/1"
    openings: list[Json] = field(default_factory=list)
    taken: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.other()
        self.log.add("lot.published", self.subject, {"lot": LOT, "round": "first"})
        self.codes = [f"B{self.rng.randrange(10**4):04}" for _ in range(4)]
        self.ranks = dict(zip(self.codes, (1, 2, None, None), strict=True))
        for code in dict.fromkeys(self.codes):
            self.admit(code)
        self.take_bids()
        self.end()
        self.other()

    def other(self) -> None:
        for _ in range(self.rng.randrange(1, 4)):
            self.log.add("case.amended", f"case:{self.rng.randrange(3)}", {"step": self.rng.randrange(9)})

    def admit(self, code: str) -> None:
        salt, identity = self.rng.randbytes(32), {"name": "王小明", "masked_number": "1101**********0011"}
        commitment = hashed(lp("jauc/v1/id", self.subject, code, salt, canonical(identity))).hex()
        sealed = self.rng.randbytes(32).hex()
        index = self.log.add("bidder.admitted", self.subject, {
            "code": code, "identity_commitment": commitment, "sealed_commitment": sealed})
        self.openings.append({"index": index, "salt": salt.hex(), "identity": identity})

    def take_bids(self) -> None:
        at, price = OPENS, LOT["start_price_fen"]
        for number in range(self.bids):
            at += timedelta(milliseconds=self.rng.randrange(1, 7_200_000))
            code = self.rng.choice(self.codes)
            price += self.rng.choice([-1, 0, 1, 1, 3, 7]) * LOT["increment_fen"]
            self.taken.append({"code": code, "amount_fen": max(price, 1), "received_at": printed(at),
                               "priority_rank": self.ranks[code], "id": f"id-{number}"})
        stop = {"from": printed(at - timedelta(hours=2)), "to": printed(at + timedelta(hours=1))}
        self.lot = {**LOT, "suspensions": [stop]} if self.suspended and self.bids else LOT
        self.result = replay.recompute({"format": "replay/v1", "lot": self.lot, "bids": self.taken})
        for bid, decision in zip(self.taken, self.result["decisions"], strict=True):
            self.log.add("bid", self.subject, {"bid": bid, "decision": decision}, actor=f"code:{bid['code']}",
                         at=datetime.fromisoformat(bid["received_at"]))
            self.other()
        if self.lot is not LOT:
            self.log.add("lot.suspended", self.subject, {"ground": "system_fault"})
            self.log.add("lot.resumed", self.subject, {"suspension": stop})

    def end(self) -> None:
        if self.withdrawn:
            self.log.add("lot.withdrawn", self.subject, {"reason": "撤回"})
        else:
            closed_at = datetime.fromisoformat(self.result["outcome"]["closed_at"])
            self.log.add("lot.closed", self.subject, {"outcome": self.result["outcome"]}, at=closed_at)

    def places(self, kind: str) -> list[int]:
        return [i for i, leaf in enumerate(self.log.leaves) if json.loads(leaf)["kind"] == kind]


def a_draw(log: Log, draw_id: str = "D-9") -> tuple[str, Json]:
    """The subject of a draw, and its transcript; its leaves stand in the log."""
    subject = f"draw:{draw_id}"
    court: Json = {"name": "示例法院", "number": 5}
    secret, roles = hashed(b"secret"), ["applicant", "observer"]
    freeze = {"algorithm": "jdraw/v1", "attempt": 1, "draw_id": draw_id, "k": 3, "court": court,
              "roles": roles, "pool": [f"INST-{n:02}" for n in range(8)]}
    value: Json = {
        "format": "jdraw/v1", "hash": "sha256", "freeze": freeze, "beacon": "", "result": ["-"],
        "court": {**court, "secret": secret.hex(), "commitment": hashed(
            lp("jdraw/v1/court", court["name"], (5).to_bytes(4, "big"), secret)).hex()},
        "contributions": [
            {"role": role, "nonce": hashed(role.encode()).hex(),
             "commitment": hashed(lp("jdraw/v1/commit", draw_id, role, hashed(role.encode()))).hex()}
            for role in roles]}
    value["result"] = transcript.redraw(transcript.read(value)).order
    log.add("draw.frozen", subject, {"freeze": freeze, "approved_by": ["person:7"]})
    log.add("draw.contribution_sealed", subject, {"role": "applicant"})
    log.add("draw.done", subject, {"transcript": value})
    return subject, value


def a_plan(log: Log, name: str = "TV-20") -> tuple[str, Json]:
    """The subject of a plan, and what opens it."""
    case, subject, salt = read_vectors("plan")[name], "plan:P-3", hashed(b"salt")
    claims, plan = canonical(case["input"]), canonical(case["expect"])
    commitment = hashed(lp("jauc/v1/plan", subject, salt, claims, plan))
    log.add("plan.drafted", subject, {"version": 1})
    log.add("plan.served", subject, {"plan_commitment": hashed(b"an earlier version").hex()})
    log.add("plan.served", subject, {"plan_commitment": commitment.hex()})
    return subject, {"salt": salt.hex(), "claims": case["input"], "plan": case["expect"]}
