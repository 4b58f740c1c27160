#!/usr/bin/env python3
"""Recompute what a court's auction platform decided, from a published file and with nothing else.

    python3 verify.py redraw  FILE    the draw of valuation institutions   jdraw/v1
    python3 verify.py replay  FILE    the bids of one lot                  replay/v1
    python3 verify.py compute FILE    the distribution of the proceeds     claims/v1
    python3 verify.py bundle  FILE.zip --key KEY    a lot, draw or plan    bundle/v1
    python3 verify.py receipt FILE     --key KEY    a bidder's receipt     receipt/v1
    python3 verify.py split   FILE …   --key KEY    two words of one log   split/v1

FILE is JSON, `-` is standard input. The result goes to standard output as JSON, messages go to
standard error. The exit status is 0; 1 if a check fails; 2 if the input does not fit.
A list of inputs gives the list of their results.

This program was written from the description of the formats and imports nothing of the platform: if
the two disagree, one of them is wrong, and anyone can find out which. It needs nothing but
Python 3.11 or later, and for the signatures of bundle, receipt and split the package cryptography.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import re
import stat
import struct
import sys
import zipfile
import zlib
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn, TypeAlias, TypeVar

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    CAN_VERIFY = True
except ImportError:  # redraw, replay and compute do without
    CAN_VERIFY = False

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Hash: TypeAlias = "Callable[[bytes], bytes]"
T = TypeVar("T")

BEIJING = timezone(timedelta(hours=8))


# -------------------------------------------------------------------------------------------------
# Reading: a file is taken only if every member of it fits
# -------------------------------------------------------------------------------------------------


class Unreadable(Exception):
    """The file is no JSON that two programs are sure to read alike."""


class Refused(Exception):
    """An input that does not fit its format; `field` is the path of what does not."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


DEEPEST = 64
GREATEST_INTEGER = 2**53 - 1  # beyond it, readers of JSON begin to round
LONGEST_INTEGER = 1000  # digits; what is longer is kept as a float, which fits nowhere


def read_json(raw: bytes) -> Json:
    """The one JSON value of a file; strict where readers of JSON are used to differ."""
    try:
        value: Json = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_constant=_no_constant,
        )
        _check_tree(value, 1)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    return value


def _object(members: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(members)
    if len(result) < len(members):
        raise ValueError("a member is named twice in one object")
    return result


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


def _no_constant(name: str) -> NoReturn:
    raise ValueError("no JSON number: " + name)


def _check_tree(value: Json, depth: int) -> None:
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate has no UTF-8
    elif isinstance(value, (list, dict)):
        if depth > DEEPEST:
            raise ValueError("nested deeper than 64")
        for name in value if isinstance(value, dict) else ():
            _check_tree(name, depth)
        for inner in value.values() if isinstance(value, dict) else value:
            _check_tree(inner, depth + 1)


HOUR = r"([01]\d|2[0-3])"
TIME = re.compile(rf"\d{{4}}-\d\d-\d\dT{HOUR}:\d\d:\d\d(\.\d{{1,3}})?(Z|[+-]{HOUR}:[0-5]\d)", re.ASCII)
DECIMAL = re.compile(r"\d+(\.\d{1,6})?", re.ASCII)
HEXADECIMAL = re.compile(r"([0-9a-f]{2})*")


@dataclass(slots=True)
class Field:
    """A value of the input together with its path, so that whatever does not fit can be named."""

    value: Json
    path: str = ""

    def refuse(self, message: str) -> NoReturn:
        raise Refused(self.path, message)

    def member(self, name: str, value: Json = None) -> Field:
        return Field(value, f"{self.path}.{name}" if self.path else name)

    def document(self, name: str, required: str, **optional: Json) -> dict[str, Field]:
        """The members of a whole input; first of all it must be of the format asked for."""
        if isinstance(self.value, dict) and "format" in self.value:
            self.member("format", self.value["format"]).one_of(name)
        return self.members("format " + required, **optional)

    def members(self, required: str, **optional: Json) -> dict[str, Field]:
        """The members of an object; an optional one that is absent takes the value given here."""
        members = self.open_members(required, **optional)
        known = _names(required)
        if len(members) > len(known) + len(optional):
            unknown = next(name for name in members if name not in known and name not in optional)
            members[unknown].refuse("is not known")
        return members

    def open_members(self, required: str, **optional: Json) -> dict[str, Field]:
        """The same where the object may have any further members."""
        if not isinstance(self.value, dict):
            self.refuse("must be an object")
        for name in _names(required):
            if name not in self.value:
                self.member(name).refuse("is missing")
        prefix = self.path and self.path + "."
        return {name: Field(v, prefix + name) for name, v in (optional | self.value).items()}

    def items(self) -> list[Field]:
        if not isinstance(self.value, list):
            self.refuse("must be a list")
        return [Field(item, f"{self.path}[{i}]") for i, item in enumerate(self.value)]

    def or_none(self, read: Callable[[Field], T]) -> T | None:
        return None if self.value is None else read(self)

    def text(self, longest: int = 64) -> str:
        if not isinstance(self.value, str) or not 1 <= len(self.value) <= longest:
            self.refuse(f"must be a text of 1 to {longest} characters")
        return self.value

    def one_of(self, *choices: str) -> str:
        if not isinstance(self.value, str) or self.value not in choices:
            self.refuse("must be one of " + ", ".join(choices))
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse("must be true or false")
        return self.value

    def integer(self, least: int, most: int = GREATEST_INTEGER) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse("must be an integer, without fraction and exponent")
        if not least <= self.value <= most:
            self.refuse(f"must be from {least} to {most}")
        return self.value

    def instant(self) -> datetime:
        text = self.value if isinstance(self.value, str) else ""
        try:
            return _in_beijing(text)
        except (ValueError, OverflowError):
            if TIME.fullmatch(text):
                self.refuse("is no time of the calendar")
            self.refuse("must be a time with an offset, like 2026-04-03T10:07:29.999+08:00")

    def percent(self) -> Fraction:
        text = self.text()
        if not DECIMAL.fullmatch(text) or Fraction(text) > 100:
            self.refuse('must be a text like "37.5", from 0 to 100, with at most 6 decimals')
        return Fraction(text)

    def hexadecimal(self, size: int | None = None) -> bytes:
        if not isinstance(self.value, str) or not HEXADECIMAL.fullmatch(self.value):
            self.refuse("must be lower-case hexadecimal")
        if size is not None and len(self.value) != 2 * size:
            self.refuse(f"must have {size} bytes")
        return bytes.fromhex(self.value)


@lru_cache
def _names(listed: str) -> tuple[str, ...]:
    return tuple(listed.split())


@lru_cache(maxsize=256)  # a bid's time of receipt is mostly its leaf's time too
def _in_beijing(text: str) -> datetime:
    if not TIME.fullmatch(text):
        raise ValueError("no time as the formats write it")
    return datetime.fromisoformat(text).astimezone(BEIJING)


def _or(value: T | None, default: T) -> T:
    return default if value is None else value


# -------------------------------------------------------------------------------------------------
# redraw: jdraw/v1, the lottery of valuation institutions
# -------------------------------------------------------------------------------------------------


def canonical_json(value: Json) -> bytes:
    """The only way to write a value: members by code point, no blanks, UTF-8, few escapes."""
    return _write_canonical(value).encode("utf-8")


_write_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def check_canonical(field: Field) -> None:
    """Refuse what canonical JSON cannot say: fractions, and integers that some readers round."""
    if isinstance(field.value, dict):
        for name, value in field.value.items():
            check_canonical(field.member(name, value))
    elif isinstance(field.value, list):
        for item in field.items():
            check_canonical(item)
    elif isinstance(field.value, (int, float)) and not isinstance(field.value, bool):
        field.integer(-GREATEST_INTEGER)


def lp(*parts: str | bytes) -> bytes:
    """Length-prefixed: each part after its length in 4 bytes, so that no two lists look alike."""
    encoded = [part.encode("utf-8") if isinstance(part, str) else part for part in parts]
    return b"".join(u32(len(part)) + part for part in encoded)


def u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sm3(data: bytes) -> bytes:
    """The hash of GB/T 32905-2016; written out, because not every Python brings it along."""
    mask = 0xFFFFFFFF

    def rotate(word: int, by: int) -> int:
        by %= 32
        return (word << by | word >> (32 - by)) & mask

    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600]
    state += [0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    for start in range(0, len(padded), 64):
        words = [int.from_bytes(padded[i : i + 4], "big") for i in range(start, start + 64, 4)]
        for j in range(16, 68):
            x = words[j - 16] ^ words[j - 9] ^ rotate(words[j - 3], 15)
            x ^= rotate(x, 15) ^ rotate(x, 23)
            words.append(x ^ rotate(words[j - 13], 7) ^ words[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            constant = 0x79CC4519 if j < 16 else 0x7A879D8A
            ss1 = rotate((rotate(a, 12) + e + rotate(constant, j)) & mask, 7)
            ss2 = ss1 ^ rotate(a, 12)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & g)
            tt1 = (ff + d + ss2 + (words[j] ^ words[j + 4])) & mask
            tt2 = (gg + h + ss1 + words[j]) & mask
            a, b, c, d = tt1, a, rotate(b, 9), c
            e, f, g, h = tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17), e, rotate(f, 19), g
        state = [old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True)]
    return b"".join(u32(word) for word in state)


HASHES: dict[str, Hash] = {"sha256": sha256, "sm3": sm3}


def index(hash_: Hash, seed: bytes, i: int, n: int) -> int:
    """The i-th random number from 0 to n - 1; what would favour small numbers is thrown away."""
    limit = 2**64 // n * n
    c = 0
    while True:
        x = int.from_bytes(hash_(lp("jdraw/v1/idx", seed, u32(i), u32(c)))[:8], "big")
        if x < limit:
            return x % n
        c += 1


def draw_order(hash_: Hash, seed: bytes, pool: Iterable[str], k: int) -> list[str]:
    """The first k of the pool in drawn order."""
    left = sorted(pool, key=lambda entry: entry.encode("utf-8"))
    return [left.pop(index(hash_, seed, i, len(left))) for i in range(k)]


@dataclass(frozen=True)
class Court:
    name: str
    number: int


@dataclass(frozen=True)
class Contribution:
    role: str
    commitment: bytes | None
    nonce: bytes | None


@dataclass(frozen=True)
class Transcript:
    hash_: Hash
    draw_id: str
    freeze_bytes: bytes
    pool: list[str]
    k: int
    frozen_court: Court | None
    frozen_roles: set[str] | None
    court: Court
    court_commitment: bytes
    court_secret: bytes
    contributions: list[Contribution]
    beacon: bytes
    result: list[str]


def read_transcript(field: Field) -> Transcript:
    top = field.document("jdraw/v1", "hash freeze court contributions beacon result")
    hash_ = HASHES[top["hash"].one_of(*HASHES)]
    freeze = top["freeze"].open_members("algorithm attempt draw_id k pool")
    freeze["algorithm"].one_of("jdraw/v1")
    freeze["attempt"].integer(1)
    frozen_court = frozen_roles = None
    if "court" in freeze:
        frozen_court = _read_court(freeze["court"].members("name number"))
    if "roles" in freeze:
        frozen_roles = set(_distinct(freeze["roles"].items(), longest=200))
    check_canonical(top["freeze"])
    court = top["court"].members("name number commitment secret")
    contributions = [c.members("role commitment nonce") for c in top["contributions"].items()]
    _distinct([c["role"] for c in contributions], longest=200)
    return Transcript(
        hash_=hash_,
        draw_id=freeze["draw_id"].text(200),
        freeze_bytes=canonical_json(top["freeze"].value),
        pool=[entry.text(200) for entry in freeze["pool"].items()],
        k=freeze["k"].integer(1),
        frozen_court=frozen_court,
        frozen_roles=frozen_roles,
        court=_read_court(court),
        court_commitment=court["commitment"].hexadecimal(32),
        court_secret=court["secret"].hexadecimal(32),
        contributions=[
            Contribution(
                role=c["role"].text(200),
                commitment=c["commitment"].or_none(lambda commitment: commitment.hexadecimal(32)),
                nonce=c["nonce"].or_none(lambda nonce: nonce.hexadecimal(32)),
            )
            for c in contributions
        ],
        beacon=top["beacon"].hexadecimal(),
        result=[entry.text(200) for entry in top["result"].items()],
    )


def _read_court(court: dict[str, Field]) -> Court:
    return Court(name=court["name"].text(200), number=court["number"].integer(1, 2**32 - 1))


def _distinct(fields: list[Field], longest: int = 64) -> list[str]:
    """The texts of the fields; the second of two equal ones does not fit."""
    seen: dict[str, Field] = {}
    for field in fields:
        text = field.text(longest)
        if text in seen:
            field.refuse(f"stands already at {seen[text].path}")
        seen[text] = field
    return list(seen)


def redraw(given: Json) -> dict[str, Json]:
    """The order that the published secrets give, and whether each promise was kept."""
    t = read_transcript(Field(given))
    court_commitment = t.hash_(lp("jdraw/v1/court", t.court.name, u32(t.court.number), t.court_secret))
    kept = [
        c.nonce is None or c.commitment == t.hash_(lp("jdraw/v1/commit", t.draw_id, c.role, c.nonce))
        for c in t.contributions
    ]
    parts: list[str | bytes] = []
    for c in sorted(t.contributions, key=lambda c: c.role.encode("utf-8")):
        revealed = c.nonce if c.commitment is not None else None  # never committed: no say
        parts += [c.role, revealed or b""]
    freeze_leaf_hash = t.hash_(b"\x00" + t.freeze_bytes)
    seed = t.hash_(lp("jdraw/v1/seed", t.draw_id, freeze_leaf_hash, t.court_secret, t.beacon, *parts))
    pool_distinct = len(set(t.pool)) == len(t.pool)
    pool_large_enough = len(t.pool) >= t.k
    order: list[Json] | None = None
    if pool_distinct and pool_large_enough:
        order = [*draw_order(t.hash_, seed, t.pool, t.k)]
    checks: dict[str, Json] = {
        "pool_distinct": pool_distinct,
        "pool_large_enough": pool_large_enough,
        "freeze_binds": t.frozen_court in (None, t.court)
        and t.frozen_roles in (None, {c.role for c in t.contributions}),
        "court_commitment": court_commitment == t.court_commitment,
        "contribution_commitments": all(kept),
        "result_matches": order == t.result,
    }
    return {"order": order, "seed": seed.hex(), "checks": checks}


# -------------------------------------------------------------------------------------------------
# replay: replay/v1, the bids of one lot
# -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suspension:
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Lot:
    start_price_fen: int
    increment_fen: int
    max_steps: int | None
    whole_steps: bool
    opens_at: datetime
    closes_at: datetime
    window: timedelta
    selloff: bool
    reorder: timedelta
    suspensions: list[Suspension]


class Bid(NamedTuple):
    code: str
    amount_fen: int
    received_at: datetime
    priority_rank: int | None
    id: str | None


def read_lot(field: Field) -> Lot:
    lot = field.members(
        "start_price_fen increment_fen max_steps whole_steps opens_at closes_at "
        "extension_window_seconds mode",
        reorder_ms=0,
        suspensions=[],
    )
    opens_at, closes_at = lot["opens_at"].instant(), lot["closes_at"].instant()
    if closes_at <= opens_at:
        lot["closes_at"].refuse("must be later than opens_at")
    suspensions: list[Suspension] = []
    for entry in lot["suspensions"].items():
        member = entry.members("from to")
        suspension = Suspension(member["from"].instant(), member["to"].instant())
        if suspension.ends_at <= suspension.begins_at:
            member["to"].refuse("must be later than from")
        if suspensions and suspension.begins_at < suspensions[-1].ends_at:
            member["from"].refuse("must not be before the end of the suspension before it")
        suspensions.append(suspension)
    return Lot(
        start_price_fen=lot["start_price_fen"].integer(1),
        increment_fen=lot["increment_fen"].integer(1),
        max_steps=lot["max_steps"].or_none(lambda steps: steps.integer(1)),
        whole_steps=lot["whole_steps"].flag(),
        opens_at=opens_at,
        closes_at=closes_at,
        window=timedelta(seconds=lot["extension_window_seconds"].integer(1, 86400)),
        selloff=lot["mode"].one_of("auction", "selloff") == "selloff",
        reorder=timedelta(milliseconds=lot["reorder_ms"].integer(0, 10000)),
        suspensions=suspensions,
    )


def read_bids(field: Field) -> list[Bid]:
    rank_of_code: dict[str, int | None] = {}
    return [read_bid(entry, rank_of_code) for entry in field.items()]


def read_bid(entry: Field, rank_of_code: dict[str, int | None]) -> Bid:
    """One bid; a code has one rank in all its bids."""
    members = entry.members("code amount_fen received_at", priority_rank=None, id=None)
    rank, name = members["priority_rank"], members["id"]
    bid = Bid(
        code=members["code"].text(),
        amount_fen=members["amount_fen"].integer(1),
        received_at=members["received_at"].instant(),
        priority_rank=None if rank.value is None else rank.integer(1),
        id=None if name.value is None else name.text(128),
    )
    if rank_of_code.setdefault(bid.code, bid.priority_rank) != bid.priority_rank:
        rank.refuse("differs from that of an earlier bid of the same code")
    return bid


NO_ANSWER: dict[str, Json] = {}


class Sale:
    """A lot while bids come in, one after the other in the order of the list."""

    def __init__(self, lot: Lot, *, keeps_answers: bool = True) -> None:
        self.lot = lot
        self.keeps_answers = keeps_answers  # in a bundle a repeat is wrong whatever the first answer was
        self.closes_at = lot.closes_at
        self.leader: Bid | None = None
        self.accepted = 0
        self.extensions = 0
        self.latest_received_at: datetime | None = None
        self.coming = list(lot.suspensions)
        self.past: list[Suspension] = []
        self.first_answers: dict[tuple[str, str], tuple[int, dict[str, Json]]] = {}

    @property
    def minimum_fen(self) -> int:
        """The least that an ordinary bidder must offer next."""
        if self.leader is None:
            return self.lot.start_price_fen
        return self.leader.amount_fen + self.lot.increment_fen

    def decide(self, bid: Bid) -> dict[str, Json]:
        latest = _or(self.latest_received_at, bid.received_at)
        self.latest_received_at = max(latest, bid.received_at)
        first = None if bid.id is None else self.first_answers.get((bid.code, bid.id))
        if first is not None and first[0] == bid.amount_fen:
            return first[1] | {"repeated": True}
        self._resume(bid.received_at)
        out_of_order = latest - bid.received_at > self.lot.reorder
        reasons = self._refusals(bid, out_of_order=out_of_order, id_conflict=first is not None)
        reason = next(reasons, None)
        if reason is None:
            self._accept(bid)
        decision: dict[str, Json] = {
            "accepted": reason is None,
            "reason": reason,
            "seq": self.accepted if reason is None else None,
            "closes_at": _print_time(self.closes_at),
            "minimum_fen": self.minimum_fen,
        }
        if bid.id is not None:
            answer = decision if self.keeps_answers else NO_ANSWER
            self.first_answers.setdefault((bid.code, bid.id), (bid.amount_fen, answer))
        return decision

    def _refusals(self, bid: Bid, *, out_of_order: bool, id_conflict: bool) -> Iterator[str]:
        """The reasons that apply; the first of them is told."""
        if bid.received_at < self.lot.opens_at:
            yield "not_open"
        if self._is_suspended(bid.received_at):
            yield "suspended"
        if bid.received_at >= self.closes_at:
            yield "closed"
        if out_of_order:
            yield "out_of_order"
        if id_conflict:
            yield "id_conflict"
        yield from self._refusals_of_price(bid)

    def _refusals_of_price(self, bid: Bid) -> Iterator[str]:
        lot, leader, amount_fen = self.lot, self.leader, bid.amount_fen
        base_fen = leader.amount_fen if leader else lot.start_price_fen
        if amount_fen < lot.start_price_fen:
            yield "below_start"
        if leader is not None and bid.priority_rank is not None and amount_fen == base_fen:
            if not self._can_match(bid):
                yield "cannot_match"
            return
        if amount_fen < self.minimum_fen:
            yield "below_minimum"
        if lot.whole_steps and (amount_fen - lot.start_price_fen) % lot.increment_fen != 0:
            yield "not_whole_step"
        if lot.max_steps is not None and amount_fen > base_fen + lot.max_steps * lot.increment_fen:
            yield "step_too_large"

    def _can_match(self, bid: Bid) -> bool:
        """At one price an earlier order goes before a leader of a later order, or of none."""
        rank, leader = bid.priority_rank, self.leader
        if rank is None or leader is None:
            return False
        return leader.priority_rank is None or rank < leader.priority_rank

    def _accept(self, bid: Bid) -> None:
        if self.leader is None and self.lot.selloff:
            self.closes_at = bid.received_at + timedelta(hours=24)
        elif bid.received_at + self.lot.window > self.closes_at:
            self.closes_at = bid.received_at + self.lot.window
            self.extensions += 1
        self.leader = bid
        self.accepted += 1

    def _is_suspended(self, at: datetime) -> bool:
        """Whether a suspension that takes effect covers this instant (all ended ones are past)."""
        begun = self.coming and self.coming[0].begins_at <= min(at, self.closes_at)
        return bool(begun) or any(s.begins_at <= at < s.ends_at for s in self.past)

    def _resume(self, at: datetime | None = None) -> None:
        """Give back the time that was left to every suspension that has ended by now."""
        while self.coming and (at is None or self.coming[0].ends_at <= at):
            suspension = self.coming[0]
            if suspension.begins_at <= self.closes_at:
                left = max(self.closes_at - suspension.begins_at, self.lot.window)
                self.closes_at = suspension.ends_at + left  # if there is no such time, nothing has moved
                self.past.append(suspension)
            self.coming.pop(0)

    def outcome(self) -> dict[str, Json]:
        self._resume()
        return {
            "state": "sold" if self.leader else "failed",
            "winner_code": self.leader.code if self.leader else None,
            "price_fen": self.leader.amount_fen if self.leader else None,
            "closed_at": _print_time(self.closes_at),
            "accepted": self.accepted,
            "extensions": self.extensions,
        }


@lru_cache(maxsize=16)  # the end of a sale stands in every answer, and every instant here is one in Beijing
def _print_time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def replay(given: Json) -> dict[str, Json]:
    """Every bid judged anew, and who won."""
    top = Field(given).document("replay/v1", "lot bids")
    sale = Sale(read_lot(top["lot"]))
    bids = read_bids(top["bids"])
    try:
        decisions: list[Json] = [sale.decide(bid) for bid in bids]
        outcome = sale.outcome()
    except OverflowError:
        top["lot"].member("closes_at").refuse("moves past the year 9999")
    return {"format": "replay-result/v1", "decisions": decisions, "outcome": outcome}


# -------------------------------------------------------------------------------------------------
# compute: claims/v1 -> plan/v1, who gets what of the proceeds
# -------------------------------------------------------------------------------------------------

GREATEST_AMOUNT = 10**15

# The step at which the claims of a class take, and the rule that says so.
CLASSES = {
    "medical": (3, "PRI-03"),
    "housing_consumer": (4, "PRI-04"),
    "construction": (5, "PRI-05"),
    "retention": (6, "PRI-06a"),
    "purchase_money": (6, "PRI-06b"),
    "security": (6, "PRI-06c"),
    "tax_arrears": (6, "PRI-06t"),
    "wages": (7, "PRI-07"),
    "tax": (8, "PRI-08"),
    "restitution": (9, "PRI-03"),
    "ordinary": (9, "PRI-09"),
    "fine": (11, "PRI-11"),
}
RESERVES = {"housing_reserve": "PRI-02", "transfer_tax": "PRI-01t"}
SECURED_STEPS = range(3, 7)
NEED_ASSET = {name for name, (step, _) in CLASSES.items() if step in (5, 6)}
NEED_TIME = {"purchase_money", "tax_arrears"}


@dataclass(frozen=True)
class Asset:
    id: str
    proceeds_fen: int
    works_percent: Fraction


@dataclass(frozen=True)
class Cost:
    id: str
    amount_fen: int
    asset: str | None
    advanced_by: str | None


@dataclass(frozen=True)
class Reserve:
    id: str
    basis: str
    amount_fen: int
    asset: str


@dataclass
class Claim:
    id: str
    creditor: str
    class_: str
    asset: str | None
    registered_at: datetime | None
    amount_fen: int
    cap_fen: int | None
    titled: bool
    seized_at: dict[str, datetime]  # by asset; empty if lapsed
    unadjudged: bool
    late: bool
    doubled_interest_fen: int
    reward_percent: Fraction
    owed_fen: int = 0  # what is still open of amount_fen

    def __post_init__(self) -> None:
        self.owed_fen = self.amount_fen

    @property
    def priority_due_fen(self) -> int:
        """What is still open of the part that takes in steps 3 to 6."""
        above_cap_fen = 0 if self.cap_fen is None else max(0, self.amount_fen - self.cap_fen)
        return max(0, self.owed_fen - above_cap_fen)

    @property
    def has_title(self) -> bool:
        return self.titled or self.unadjudged


@dataclass(frozen=True)
class Case:
    seizure_order: bool
    assets: list[Asset]
    costs: list[Cost]
    reserves: list[Reserve]
    claims: list[Claim]


def read_case(field: Field) -> Case:
    top = field.document("claims/v1", "regime assets claims", costs=[], reserves=[])
    regime = top["regime"].one_of("pro_rata", "seizure_order")
    assets = [a.members("id proceeds_fen", works_percent=None) for a in top["assets"].items()]
    if not assets:
        top["assets"].refuse("must not be empty")
    costs = [c.members("id kind amount_fen", asset=None, advanced_by=None) for c in top["costs"].items()]
    reserves = [r.members("id kind asset amount_fen") for r in top["reserves"].items()]
    claims = [
        c.members(
            "id creditor class amount_fen titled",
            asset=None,
            registered_at=None,
            cap_fen=None,
            seized_at=None,
            seizure_lapsed=False,
            unadjudged=False,
            late=False,
            doubled_interest_fen=0,
            reward_percent=None,
        )
        for c in top["claims"].items()
    ]
    asset_ids = _distinct([a["id"] for a in assets])
    _distinct([entry["id"] for entry in (*costs, *reserves, *claims)])
    return Case(
        seizure_order=regime == "seizure_order",
        assets=[
            Asset(
                id=a["id"].text(),
                proceeds_fen=_amount(a["proceeds_fen"]),
                works_percent=_or(a["works_percent"].or_none(Field.percent), Fraction(100)),
            )
            for a in assets
        ],
        costs=[_read_cost(c, asset_ids) for c in costs],
        reserves=[
            Reserve(
                id=r["id"].text(),
                basis=RESERVES[r["kind"].one_of(*RESERVES)],
                amount_fen=_amount(r["amount_fen"]),
                asset=r["asset"].one_of(*asset_ids),
            )
            for r in reserves
        ],
        claims=[_read_claim(c, asset_ids) for c in claims],
    )


def _amount(field: Field) -> int:
    return field.integer(1, GREATEST_AMOUNT)


def _read_cost(cost: dict[str, Field], asset_ids: list[str]) -> Cost:
    cost["kind"].text()  # said for the reader; all costs rank alike
    return Cost(
        id=cost["id"].text(),
        amount_fen=_amount(cost["amount_fen"]),
        asset=cost["asset"].or_none(lambda asset: asset.one_of(*asset_ids)),
        advanced_by=cost["advanced_by"].or_none(Field.text),
    )


def _read_claim(claim: dict[str, Field], asset_ids: list[str]) -> Claim:
    class_ = claim["class"].one_of(*CLASSES)
    asset = claim["asset"].or_none(lambda asset: asset.one_of(*asset_ids))
    registered_at = claim["registered_at"].or_none(Field.instant)
    if asset is None and class_ in NEED_ASSET:
        claim["asset"].refuse(f"is needed for {class_}")
    if registered_at is None and class_ in NEED_TIME:
        claim["registered_at"].refuse(f"is needed for {class_}")
    seized_at: dict[str, datetime] = {}
    if isinstance(claim["seized_at"].value, dict):
        for name, at in claim["seized_at"].value.items():
            field = claim["seized_at"].member(name, at)
            if name not in asset_ids:
                field.refuse("is no asset")
            seized_at[name] = field.instant()
    elif claim["seized_at"].value is not None:
        at_once = claim["seized_at"].instant()
        seized_at = dict.fromkeys(asset_ids if asset is None else [asset], at_once)
    return Claim(
        id=claim["id"].text(),
        creditor=claim["creditor"].text(),
        class_=class_,
        asset=asset,
        registered_at=registered_at,
        amount_fen=_amount(claim["amount_fen"]),
        cap_fen=claim["cap_fen"].or_none(_amount),
        titled=claim["titled"].flag(),
        seized_at={} if claim["seizure_lapsed"].flag() else seized_at,
        unadjudged=claim["unadjudged"].flag(),
        late=claim["late"].flag(),
        doubled_interest_fen=claim["doubled_interest_fen"].integer(0, GREATEST_AMOUNT),
        reward_percent=_or(claim["reward_percent"].or_none(Field.percent), Fraction(0)),
    )


def largest_remainder(money: int, weights: list[int]) -> list[int]:
    """Split money by weights; the fen left over go to the greatest remainders, then the first."""
    total = sum(weights)
    shares = [money * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(money * weights[i] % total))
    for i in by_remainder[: money - sum(shares)]:
        shares[i] += 1
    return shares


def by_instant(claims: Iterable[Claim], at: Callable[[Claim], datetime | None]) -> list[list[Claim]]:
    """The claims in groups of one instant, earlier first, those without any last."""
    groups: dict[datetime | None, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(at(claim), []).append(claim)
    instants = sorted(instant for instant in groups if instant is not None)
    return [groups[instant] for instant in (*instants, None) if instant in groups]


def ranks_of_step_6(claims: list[Claim]) -> list[list[Claim]]:
    """Rights over one asset in their order; tax arrears before the first right later than they."""
    ranks: list[list[Claim]] = []
    for class_ in ("retention", "purchase_money", "security"):
        of_class = (claim for claim in claims if claim.class_ == class_)
        ranks += by_instant(of_class, lambda claim: claim.registered_at)
    taxes = (claim for claim in claims if claim.class_ == "tax_arrears")
    for arrears in by_instant(taxes, lambda claim: claim.registered_at):
        place = next((i for i, rank in enumerate(ranks) if _is_later(rank[0], arrears[0])), None)
        ranks.insert(len(ranks) if place is None else place, arrears)
    return ranks


def _is_later(right: Claim, arrears: Claim) -> bool:
    """Whether this right was set up after the arrears arose; a right never registered was."""
    if right.class_ == "tax_arrears" or arrears.registered_at is None:
        return False
    return right.registered_at is None or right.registered_at > arrears.registered_at


@dataclass(frozen=True)
class Line:
    """One payment, or one refusal to pay."""

    id: str
    creditor: str | None
    step: int
    asset: str | None
    due_fen: int
    basis: str
    paid_fen: int = 0
    reserved_fen: int = 0
    reward_fen: int = 0
    exact: Fraction | None = None  # the share before rounding; none if nothing is shared
    reason: str | None = None

    def as_json(self) -> dict[str, Json]:
        got_fen = self.paid_fen + self.reserved_fen + self.reward_fen
        exact = _or(self.exact, Fraction(got_fen))
        return {
            "id": self.id,
            "creditor": self.creditor,
            "step": self.step,
            "asset": self.asset,
            "due_fen": self.due_fen,
            "paid_fen": self.paid_fen,
            "reserved_fen": self.reserved_fen,
            "reward_fen": self.reward_fen,
            "unpaid_fen": self.due_fen - got_fen,
            "exact": f"{exact.numerator}/{exact.denominator}",
            "basis": self.basis,
            "reason": self.reason,
        }


class Waterfall:
    """The proceeds on their way down the ladder of steps; every payment leaves a line."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.left = {asset.id: asset.proceeds_fen for asset in case.assets}
        self.claims = [claim for claim in case.claims if not claim.late]
        self.lines: list[Line] = []

    def plan(self) -> dict[str, Json]:
        self.pay_costs()
        for asset in self.case.assets:
            self.pay_secured(asset)
        if self.case.seizure_order:
            for asset_id, money in self.left.items():
                self.left[asset_id] = self.pay_unsecured(asset_id, money)
            pool = sum(self.left.values())
        else:
            pool = self.pay_unsecured(None, sum(self.left.values()))
        entitled = [claim for claim in self.claims if claim.has_title]
        pool = self.share(10, "PRI-10", None, entitled, pool)
        pool = self.share(11, "PRI-11", None, self.of_class("fine"), pool)
        self.list_what_takes_nothing()
        return {
            "format": "plan/v1",
            "lines": [line.as_json() for line in self.lines],
            "surplus_fen": pool,
            "total_fen": sum(asset.proceeds_fen for asset in self.case.assets),
        }

    def of_class(self, *classes: str) -> list[Claim]:
        return [claim for claim in self.claims if claim.class_ in classes]

    def pay_costs(self) -> None:
        """Step 1: each asset's own costs, then the common ones over what the assets have left."""
        for cost in self.case.costs:
            if cost.asset is not None:
                self.pay_cost(cost, cost.asset, cost.amount_fen)
        for cost in self.case.costs:
            if cost.asset is None and not any(self.left.values()):
                self.lines.append(Line(cost.id, cost.advanced_by, 1, None, cost.amount_fen, "PRI-01"))
            elif cost.asset is None:
                parts = largest_remainder(cost.amount_fen, list(self.left.values()))
                for asset_id, due_fen in zip(list(self.left), parts, strict=True):
                    self.pay_cost(cost, asset_id, due_fen)

    def pay_cost(self, cost: Cost, asset_id: str, due_fen: int) -> None:
        paid_fen = min(due_fen, self.left[asset_id])
        self.left[asset_id] -= paid_fen
        if due_fen:
            line = Line(cost.id, cost.advanced_by, 1, asset_id, due_fen, "PRI-01", paid_fen)
            self.lines.append(line)

    def pay_secured(self, asset: Asset) -> None:
        """Steps 2 to 6: what comes before all others out of this asset."""
        money = self.left[asset.id]
        for reserve in self.case.reserves:
            if reserve.asset == asset.id:
                got_fen, due_fen = min(reserve.amount_fen, money), reserve.amount_fen
                money -= got_fen
                line = Line(reserve.id, None, 2, asset.id, due_fen, reserve.basis, reserved_fen=got_fen)
                self.lines.append(line)
        here = [claim for claim in self.claims if claim.asset in (None, asset.id)]
        for class_ in ("medical", "housing_consumer", "construction"):
            step, basis = CLASSES[class_]
            group = [claim for claim in here if claim.class_ == class_]
            part = money
            if class_ == "construction":
                part = int(money * asset.works_percent / 100)  # of the works, not of the land
            money += self.share(step, basis, asset.id, group, part) - part
        for group in ranks_of_step_6(here):
            money = self.share(6, CLASSES[group[0].class_][1], asset.id, group, money)
        self.left[asset.id] = money

    def pay_unsecured(self, asset_id: str | None, money: int) -> int:
        """Steps 7 to 9 out of one asset, or out of the pool of all; returns what is left."""
        money = self.share(7, "PRI-07", asset_id, self.of_class("wages"), money)
        money = self.share(8, "PRI-08", asset_id, self.of_class("tax", "tax_arrears"), money)
        victims = [claim for claim in self.of_class("restitution") if claim.has_title]
        money = self.share(9, "PRI-03", asset_id, victims, money)
        ordinary = [claim for claim in self.claims if claim.has_title and _takes_at_9(claim)]
        ranks = [ordinary]
        if asset_id is not None:
            ranks = by_instant(ordinary, lambda claim: claim.seized_at.get(asset_id))
        for group in ranks:
            money = self.share(9, "PRI-09", asset_id, group, money)
        return money

    def share(self, step: int, basis: str, asset_id: str | None, group: list[Claim], money: int) -> int:
        """Pay a group of one rank, pro rata if the money does not suffice; returns what is left."""
        dues = [(claim, _due_fen(claim, step)) for claim in group if _due_fen(claim, step) > 0]
        total = sum(due for _, due in dues)
        enough = money >= total
        shares = [due for _, due in dues]
        if not enough:
            shares = largest_remainder(money, shares)
        for (claim, due), share in zip(dues, shares, strict=True):
            reward = 0 if claim.unadjudged else int(share * claim.reward_percent / 100)
            self.lines.append(
                Line(
                    *(claim.id, claim.creditor, step, asset_id, due, basis),
                    paid_fen=0 if claim.unadjudged else share - reward,
                    reserved_fen=share if claim.unadjudged else 0,
                    reward_fen=reward,
                    exact=Fraction(due) if enough else Fraction(money * due, total),
                )
            )
            if step != 10:
                claim.owed_fen -= share
        return money - sum(shares)

    def list_what_takes_nothing(self) -> None:
        for claim in self.case.claims:
            if claim.late:
                reason, (step, basis), due = "late", CLASSES[claim.class_], claim.amount_fen
            elif not claim.has_title:
                reason, due = "no_title", claim.owed_fen if _ends_at_9(claim) else 0
                step, basis = 9, "PRI-03" if claim.class_ == "restitution" else "PRI-09"
            else:
                continue
            doubled = claim.doubled_interest_fen
            for at, fen, rule in ((step, due, basis), (10, doubled, "PRI-10")):
                if fen:
                    line = Line(claim.id, claim.creditor, at, None, fen, rule, reason=reason)
                    self.lines.append(line)


def _takes_at_9(claim: Claim) -> bool:
    """An ordinary claim, or the rest of one that had its turn in steps 3 to 6."""
    has_rest = CLASSES[claim.class_][0] in SECURED_STEPS and claim.class_ != "tax_arrears"
    return claim.class_ == "ordinary" or has_rest


def _ends_at_9(claim: Claim) -> bool:
    return claim.class_ == "restitution" or _takes_at_9(claim)


def _due_fen(claim: Claim, step: int) -> int:
    """What a claim asks for when its turn comes at this step."""
    if step == 10:
        return claim.doubled_interest_fen
    return claim.priority_due_fen if step in SECURED_STEPS else claim.owed_fen


def compute(given: Json) -> dict[str, Json]:
    """The distribution plan that the rules give for these claims."""
    return Waterfall(read_case(Field(given))).plan()


# -------------------------------------------------------------------------------------------------
# Keys and signed notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof)
# -------------------------------------------------------------------------------------------------

ED25519 = 1  # the types of a vkey
COSIGNATURE = 4

VKEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+(.+)")
SIGNATURE_LINE = re.compile(r"\u2014 ([^\s+]+) (\S+)")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
SIZE = re.compile(r"[1-9]\d{0,15}", re.ASCII)
INDEX = re.compile(r"0|[1-9]\d{0,15}", re.ASCII)
LONGEST_TEXT = 200  # characters, of the texts of a leaf
LONGEST_NOTE = 65_536  # characters, of a checkpoint inside JSON


@dataclass(frozen=True)
class Key:
    """A public key as people pin it: `name+8 hex digits+base64` (a C2SP vkey)."""

    name: str
    id: bytes
    type: int
    public: bytes

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether this Ed25519 key has signed the message."""
        if not CAN_VERIFY:
            raise Unreadable("signatures need the Python package cryptography (pip install cryptography)")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def has_signed(self, note: Note) -> bool | None:
        """Whether it has signed a note; none if no line bears its name and id."""
        lines = {signature for name, id_, signature in note.signatures if (name, id_) == (self.name, self.id)}
        sound = self._holds_on if self.type == ED25519 else self._cosigned
        return all(sound(signature, note.text) for signature in lines) if lines else None

    def _holds_on(self, signature: bytes, text: bytes) -> bool:
        return self.holds(signature, text)

    def _cosigned(self, signature: bytes, text: bytes) -> bool:
        """A witness signs the time beside the note: `cosignature/v1` (C2SP tlog-cosignature)."""
        at = int.from_bytes(signature[:8], "big")
        message = b"cosignature/v1\ntime %d\n" % at + text
        return at < 2**63 and self.holds(signature[8:], message)


def read_key(text: str, type_: int) -> Key:
    """A vkey of the type asked for; its digits must fit name and key."""
    parts = VKEY.fullmatch(text)
    if parts is None:
        raise Unreadable(f"no key of the form name+8 hex digits+base64: {text[:80]!r}")
    name, digits, encoded = parts.groups()
    material = read_base64(encoded, "the key")
    if len(material) != 33 or material[0] != type_:
        raise Unreadable(f"the key {name} is none of type {type_:#04x} (Ed25519, 32 bytes)")
    id_ = sha256(name.encode("utf-8") + b"\n" + material)[:4]
    if id_.hex() != digits:
        raise Unreadable(f"the digits of the key {name} do not fit its name and key")
    return Key(name, id_, type_, material[1:])


def read_key_or_file(given: str, type_: int = ED25519) -> Key:
    """A key given as it is, or as the name of a file that holds it."""
    if VKEY.fullmatch(given):
        return read_key(given, type_)
    try:
        return read_key(Path(given).read_text("utf-8").removesuffix("\n"), type_)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{given[:80]!r} is neither a key nor a file that holds one: {error}") from error


def read_base64(text: str | bytes, what: str) -> bytes:
    """The standard alphabet with padding and no spare bits: one text for one value."""
    try:
        data = a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise Unreadable(f"{what} is not base64: {error}") from error
    if b2a_base64(data, newline=False) != (text.encode("ascii") if isinstance(text, str) else text):
        raise Unreadable(f"{what} is not base64 as everybody writes it (spare bits)")
    return data


@dataclass(frozen=True)
class Note:
    """A signed note: its text, and signatures as (name, id, signature)."""

    text: bytes
    signatures: list[tuple[str, bytes, bytes]]


def read_note(raw: bytes, where: str) -> Note:
    """C2SP signed-note: text, an empty line, signature lines; no control character but LF."""
    try:
        note = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{where}: not UTF-8 (byte {error.start})") from error
    text, empty_line, lines = note.rpartition("\n\n")
    if not empty_line or not lines.endswith("\n") or CONTROL.search(note):
        raise Unreadable(f"{where}: no signed note (text, an empty line, signature lines, each ended by LF)")
    signatures: list[tuple[str, bytes, bytes]] = []
    for line in lines[:-1].split("\n"):
        parts = SIGNATURE_LINE.fullmatch(line)
        if parts is None:
            raise Unreadable(f"{where}: no signature line: {line[:80]!r}")
        signature = read_base64(parts[2], f"{where}: a signature")
        if len(signature) <= 4:
            raise Unreadable(f"{where}: a signature is too short")
        signatures.append((parts[1], signature[:4], signature[4:]))
    return Note(text.encode("utf-8") + b"\n", signatures)


@dataclass(frozen=True)
class Checkpoint:
    """What a log had signed at one time: so many leaves, under this root."""

    where: str  # the entry it stands in
    origin: str
    size: int
    root: bytes
    note: Note


def read_checkpoint(raw: bytes, where: str) -> Checkpoint:
    """C2SP tlog-checkpoint, with exactly the three lines origin, size and root."""
    note = read_note(raw, where)
    lines = note.text.decode("utf-8").split("\n")
    if len(lines) != 4 or not lines[0]:
        raise Unreadable(f"{where}: a checkpoint has three lines: origin, size, root")
    origin, size, root, _ = lines
    if not SIZE.fullmatch(size) or int(size) > GREATEST_INTEGER:
        raise Unreadable(f"{where}: the size must be an integer from 1")
    return Checkpoint(where, origin, int(size), _read_hash(root, f"{where}: the root"), note)


def _read_hash(text: str, what: str) -> bytes:
    data = read_base64(text, what)
    if len(data) != 32:
        raise Unreadable(f"{what} must have 32 bytes")
    return data


@dataclass(frozen=True)
class LogProof:
    """A C2SP tlog-proof: one leaf, and its way into one checkpoint."""

    leaf: bytes
    index: int
    path: list[str]
    checkpoint: Checkpoint

    @property
    def origin(self) -> str:
        return self.checkpoint.origin


LOG_PROOF = b"c2sp.org/tlog-proof@v1\n"


def read_log_proof(raw: bytes, where: str) -> LogProof:
    head, empty_line, note = raw.partition(b"\n\n")
    try:
        first, extra, index, *hashes = head.decode("ascii").split("\n")
    except ValueError as error:
        raise Unreadable(f"{where}: no tlog-proof") from error
    fits = first == "c2sp.org/tlog-proof@v1" and extra.startswith("extra ") and index.startswith("index ")
    index = index.removeprefix("index ")
    if not fits or not empty_line or not INDEX.fullmatch(index):
        raise Unreadable(f"{where}: no tlog-proof (name, extra, index, hashes, an empty line, checkpoint)")
    return LogProof(
        leaf=read_base64(extra.removeprefix("extra "), f"{where}: extra"),
        index=int(index),
        path=[_read_hash(line, f"{where}: a hash").hex() for line in hashes],
        checkpoint=read_checkpoint(note, where),
    )


# -------------------------------------------------------------------------------------------------
# The tree of hashes (RFC 9162, section 2.1)
#
# A level has half the nodes of the level below, the last one carried up where it is alone. The
# node at `place` of a level has a neighbour to its left if `place` is odd, and one to its right if
# it is even and not the last. A path lists the neighbours, from the leaf up to below the root.
# -------------------------------------------------------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


class Inclusion:
    """Whether leaves stand under one root (RFC 9162, 2.1.3), leaf by leaf by rising index.

    The ways of two leaves to the root meet at some node and are one from there on. So of a path
    only the part below the node is hashed where the last good way is met; the node must be the
    same, and so must every hash of the path above it. This proves as much as hashing up to the
    root, with two hashes a leaf instead of twenty, and holds in memory a single way.
    """

    def __init__(self, size: int, root: bytes) -> None:
        self.size = size
        top = (size - 1).bit_length()
        self.index: int | None = None
        self.path: list[str] = []
        self.nodes = [b""] * top + [root]  # of the last good way, level by level
        self.ahead = [0] * (top + 1)  # how many hashes of its path come from this level on

    def holds(self, index: int, hash_: bytes, path: list[str]) -> bool:
        if not 0 <= index < self.size:
            return False
        meet = len(self.nodes) - 1 if self.index is None else (index ^ self.index).bit_length()
        below = len(path) - self.ahead[meet]
        if below < 0 or path[below:] != self.path[len(self.path) - self.ahead[meet] :]:
            return False
        nodes, ahead = [], []
        node, used, place, last = hash_, 0, index, self.size - 1
        for _ in range(meet):
            nodes.append(node)
            ahead.append(len(path) - used)
            if place & 1 or place < last:
                if used == below:
                    return False
                beside = bytes.fromhex(path[used])
                node = node_hash(beside, node) if place & 1 else node_hash(node, beside)
                used += 1
            place, last = place >> 1, last >> 1
        if used != below or node != self.nodes[meet]:
            return False
        self.index, self.path = index, path
        self.nodes[:meet], self.ahead[:meet] = nodes, ahead
        return True


def root_of_path(hash_: bytes, index: int, size: int, path: list[str]) -> bytes | None:
    """The root to which a path leads; none if it has not the length that index and size ask for."""
    if not 0 <= index < size:
        return None
    node, place, last, left = hash_, index, size - 1, list(reversed(path))
    while last:
        if place & 1 or place < last:
            if not left:
                return None
            beside = bytes.fromhex(left.pop())
            node = node_hash(beside, node) if place & 1 else node_hash(node, beside)
        place, last = place >> 1, last >> 1
    return None if left else node


def is_consistent(
    first: int, first_root: bytes, second: int, second_root: bytes, path: list[str]
) -> bool:
    """Whether the smaller tree is the beginning of the larger one (RFC 9162, 2.1.4)."""
    if first == second:
        return not path and first_root == second_root
    is_whole = first & (first - 1) == 0  # a whole subtree: its root is the first node, and the path omits it
    nodes = [first_root.hex(), *path] if is_whole else path
    return roots_of_path(first, second, nodes) == (first_root, second_root)


def roots_of_path(first: int, second: int, nodes: list[str]) -> tuple[bytes, bytes] | None:
    """The roots of the smaller and of the larger tree that these nodes of the larger one give.

    Nodes: SUBPROOF(first, leaves, false) of RFC 9162, 2.1.4.1. None if they are too few or too many.
    """
    if not 0 < first < second or not nodes:
        return None
    place, last, left = first - 1, second - 1, list(reversed(nodes))
    while place & 1:  # up to the top of the last whole subtree of the smaller tree
        place, last = place >> 1, last >> 1
    old = new = bytes.fromhex(left.pop())
    while last:
        if place & 1 or place < last:
            if not left:
                return None
            beside = bytes.fromhex(left.pop())
            if place & 1:
                old, new = node_hash(beside, old), node_hash(beside, new)
            else:
                new = node_hash(new, beside)
        place, last = place >> 1, last >> 1
    return None if left else (old, new)


# -------------------------------------------------------------------------------------------------
# What was found, in the words of people (English, Chinese)
# -------------------------------------------------------------------------------------------------

CHECKS = {
    "manifest": ("every entry is the one the manifest names", "文件清单：各文件与清单所列一致"),
    "checkpoint": ("the court's log has signed the checkpoint", "检查点：由法院日志签名"),
    "witnesses": ("the witnesses have cosigned it", "见证：见证方已对检查点副署"),
    "leaves": ("every record has the form of a record of this log", "记录：格式、所属日志、时间先后"),
    "chain": ("no record of the subject is missing, added or moved", "链条：标的的记录没有缺失、增加或调换"),
    "inclusion": ("every record stands in the signed log", "收录：每条记录都在已签名的日志之中"),
    "consistency": ("earlier checkpoints are beginnings of this one", "一致：先前的检查点都是现在日志的开头"),
    "receipts": ("what bidders were given stands in the log", "回执：竞买人手中的回执都在日志之中"),
    "openings": ("the names opened are those sealed before", "开封：公开的身份就是当时封存的身份"),
    "ended": ("the sale has ended, once, and no bid follows", "终结：拍卖已终结且仅一次，其后没有出价"),
    "replay": ("every bid was judged by the rules, and so was the end", "重放：每次出价和结果都符合规则"),
    "draw": ("the order drawn is the one the secrets give", "摇号：次序正是各方密值算出的次序"),
    "plan": (
        "the plan is the one served and the one the rules give",
        "分配：方案就是所送达的方案，也是规则算出的方案",
    ),
    "signature": (
        "the receipt key has signed it (of a tlog-proof: the log's key)",
        "签名：由回执密钥签名（收录证明由日志密钥签名）",
    ),
    "path": ("the record leads to the signed root", "路径：记录通向已签名的树根"),
    "in_bundle": ("the same record stands in the bundle", "对照：卷宗里有同一条记录"),
}

SAYINGS = {
    "not_named": ("the manifest does not name it", "清单没有列出它"),
    "not_there": ("the manifest names it, but it is not there", "清单列有它，但它不在"),
    "other_bytes": ("its bytes are not those that the manifest names", "内容与清单所列不符"),
    "other_origin": (
        "the origin is {origin}, the pinned key is of {name}",
        "来源是 {origin}，指定的密钥属于 {name}",
    ),
    "not_signed": ("no pinned key has signed it", "没有指定密钥的签名"),
    "bad_signature": ("a signature in the name of {name} does not hold", "以 {name} 名义的签名不成立"),
    "not_cosigned": ("the witness {name} has not cosigned it", "见证方 {name} 没有副署"),
    "leaf_form": ("is no leaf: {problem}", "不是合格的记录：{problem}"),
    "other_log": ("belongs to the log {log}", "属于另一日志 {log}"),
    "at_back": ("its time {at} is before that of the leaf before it", "时间 {at} 早于前一条记录"),
    "no_leaf": ("there is no leaf of the subject {subject}", "没有标的 {subject} 的任何记录"),
    "seq": ("its seq is {seq}, {expected} was next", "序号是 {seq}，应为 {expected}"),
    "prev": ("prev is not the hash of the subject's leaf before it", "prev 不是前一条记录的哈希值"),
    "no_proof": ("has no proof", "没有收录证明"),
    "proof_alone": ("a proof without a leaf", "有证明而没有记录"),
    "proof_size": (
        "the proof is for the size {size}, the checkpoint has {expected}",
        "证明针对 {size} 条，检查点是 {expected} 条",
    ),
    "not_included": ("its path does not lead to the signed root", "路径不通向已签名的树根"),
    "larger": ("its size {size} is larger than that of checkpoint", "大小 {size} 超过 checkpoint"),
    "split_view": (
        "two roots were signed for one size, {size}: two histories",
        "同一大小 {size} 签了两个树根：日志有两个版本",
    ),
    "no_consistency": (
        "there is no consistency proof from the size {size}",
        "缺少自大小 {size} 起的一致性证明",
    ),
    "spare_consistency": (
        "a proof from the size {size}, which no checkpoint has",
        "大小 {size} 没有对应的检查点，却有证明",
    ),
    "other_to": (
        "leads to the size {size}, not to that of checkpoint",
        "通向大小 {size}，不是 checkpoint 的大小",
    ),
    "inconsistent": (
        "the log of size {size} ({entry}) is no beginning of this one",
        "大小 {size} 的日志（{entry}）不是现在日志的开头",
    ),
    "receipt_path": ("the leaf is not in the receipt's own checkpoint", "记录不在回执自己的检查点之中"),
    "receipt_leaf": ("no such leaf stands at the index {index}", "位置 {index} 上没有这条记录"),
    "receipt_subject": ("its leaf is none of the subject", "其记录不属于本标的"),
    "no_opening_leaf": ("there is no leaf {index}", "没有第 {index} 条记录"),
    "no_commitment": ("the leaf {index} commits to no identity", "第 {index} 条记录没有身份承诺"),
    "opening": ("is not what the leaf {index} commits to", "与第 {index} 条记录封存的不符"),
    "not_ended": (
        "the sale has not ended: whatever follows cannot be seen to be missing",
        "拍卖未终结：其后是否缺失无从得知",
    ),
    "ended_twice": ("the sale ends a second time", "拍卖第二次终结"),
    "bid_after_end": ("a bid after the end", "终结之后的出价"),
    "no_lot": ("a bid or an end without lot.published before it", "出价或终结之前没有 lot.published"),
    "late_terms": ("terms published after the first bid", "首次出价之后发布的条件"),
    "body": ("{field}: {problem}", "{field}：{problem}"),
    "actor": ("the actor is {actor}, the code is {code}", "行为人是 {actor}，竞买代码是 {code}"),
    "repeat": ("a repeated bid is no leaf of its own", "重复的出价不应另成记录"),
    "decision": (
        "seq {seq}: the decision is {given}, the rules give {expected}",
        "序号 {seq}：所记决定为 {given}，规则得出 {expected}",
    ),
    "outcome": (
        "the outcome is {given}, the rules give {expected}",
        "所记结果为 {given}，规则得出 {expected}",
    ),
    "past_9999": ("the end moves past the year 9999", "终结时间超过 9999 年"),
    "draw_leaves": (
        "draw.frozen and draw.done must stand once each, in this order",
        "draw.frozen 与 draw.done 须依次各有一条",
    ),
    "draw_id": ("the draw is {given}", "摇号编号是 {given}"),
    "draw_open": ("the freeze does not fix court and roles", "冻结内容没有确定法院与参与方"),
    "draw_freeze": ("the transcript has another freeze", "摇号记录的冻结内容不同"),
    "draw_check": ("the check {name} fails", "{name} 一项不成立"),
    "no_plan_served": ("no plan was served", "没有送达过分配方案"),
    "plan_commitment": ("is not the plan served last", "不是最后送达的方案"),
    "plan_rules": ("the rules give another plan for these claims", "按这些债权，规则得出另一方案"),
    "more": ("and {count} more", "另有 {count} 处"),
    "receipt_key": ("the receipt bears another key than the one given", "回执上的密钥不是所给的密钥"),
    "receipt_key_name": ("the key is named {name}, not {expected}", "密钥名为 {name}，应为 {expected}"),
    "receipt_signature": ("the signature does not hold", "签名不成立"),
    "receipt_log": ("the leaf belongs to another log", "记录属于另一日志"),
    "receipt_at": ("it was signed for another time than the leaf's", "签名时间与记录时间不同"),
    "path_length": ("the path has not the length that index and size ask for", "路径长度与位置、大小不符"),
    "not_in_bundle": (
        "an acknowledged act was dropped or changed: the bundle has no such leaf",
        "已确认的行为被删去或更改：卷宗里没有这条记录",
    ),
    "in_bundle_unproved": (
        "the leaf stands in the bundle, but the log key's checkpoint does not bear it",
        "卷宗里有这条记录，但日志密钥的检查点不能证明它",
    ),
}
MOST_FAILURES = 100  # of one check; the rest is counted


@dataclass(frozen=True)
class Failure:
    check: str
    where: str
    saying: str
    details: dict[str, object]

    def said(self, language: int) -> str:
        return SAYINGS[self.saying][language].format(**self.details)

    def as_json(self) -> dict[str, Json]:
        return {"check": self.check, "where": self.where, "message": self.said(0)}


class Findings:
    """Every check by name: true, false, or none where there is nothing to check."""

    def __init__(self, *checks: str) -> None:
        self.checks: dict[str, bool | None] = dict.fromkeys(checks)
        self._failures: dict[str, list[Failure]] = {}
        self._uncounted: dict[str, int] = {}

    @property
    def ok(self) -> bool:
        return False not in self.checks.values()

    def begin(self, *checks: str) -> None:
        """There is something to check; it holds until something fails."""
        for check in checks:
            if self.checks[check] is None:
                self.checks[check] = True

    def fail(self, check: str, where: str, saying: str, **details: object) -> None:
        self.checks[check] = False
        failures = self._failures.setdefault(check, [])
        if len(failures) < MOST_FAILURES:
            failures.append(Failure(check, where, saying, details))
        else:
            self._uncounted[check] = self._uncounted.get(check, 0) + 1

    def take_over(self, other: Findings) -> None:
        """What another look at the same checks has found."""
        for check, failures in other._failures.items():
            for failure in failures:
                self.fail(check, failure.where, failure.saying, **failure.details)
            if uncounted := other._uncounted.get(check):
                self._uncounted[check] = self._uncounted.get(check, 0) + uncounted

    @property
    def failures(self) -> list[Failure]:
        result: list[Failure] = []
        for check in self.checks:
            result += self._failures.get(check, [])
            if check in self._uncounted:
                result.append(Failure(check, "", "more", {"count": self._uncounted[check]}))
        return result


HOLDS = ("holds", "通过")
LOG_HOLDS = ("The log holds; the amounts were not verified", "日志相符；金额未核验")


def for_people(title: str, findings: Findings, language: int, verdict: tuple[str, str] = HOLDS) -> str:
    """The report as people read it: the verdict if nothing differs, what was checked, what differs, where."""
    fails, nothing = (("FAILS", "nothing to check"), ("不通过", "无可核验"))[language]
    lines = [f"{title}: {verdict[language] if findings.ok else fails}"]
    for check, result in findings.checks.items():
        word = nothing if result is None else HOLDS[language] if result else fails
        lines.append(f"  [{word}] {check}: {CHECKS[check][language]}")
    if findings.failures:
        lines.append(("What differs:", "不一致之处：")[language])
    lines += [f"  {failure.check} {failure.where}: {failure.said(language)}" for failure in findings.failures]
    return "".join(printable(line) + "\n" for line in lines)


def printable(text: str) -> str:
    """Nothing that a file says may steer the terminal that shows it."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


# -------------------------------------------------------------------------------------------------
# The zip of a bundle: its limits, counted while unpacking (contracts.md, bundle/v1)
# -------------------------------------------------------------------------------------------------

MIB = 2**20
MOST_ENTRIES = 200_000
MOST_UNPACKED = 4096 * MIB
MOST_OF_ENTRY = {"leaves.ndjson": 2048 * MIB, "proofs.ndjson": 2048 * MIB}
MOST_OF_OTHERS = 64 * MIB
LONGEST_LINE = 4 * MIB  # the formats name no limit; a file of one endless line must not fill the memory
CHUNK = MIB // 4

ALWAYS = {
    "manifest.json",
    "leaves.ndjson",
    "proofs.ndjson",
    "checkpoint",
    "consistency.json",
    "openings.json",
}
SOMETIMES = {"checkpoint.prev", "plan.json"}
RECEIPT_NAME = re.compile(r"receipts/[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}\.tlog-proof")

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
              OverflowError, struct.error, OSError)  # fmt: skip


class Archive:
    """The entries of a zip, each read strictly and within its limit."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            check_entry_count(file)
            self._zip = zipfile.ZipFile(file)
        except BROKEN_ZIP as error:
            raise Unreadable(f"no zip: {error}") from error
        self._unpacked = 0
        self.hashes: dict[str, str] = {}  # SHA-256 of every entry read to its end
        self.entries: dict[str, zipfile.ZipInfo] = {}
        for entry in self._zip.infolist():
            self._check_entry(entry)
            self.entries[entry.filename] = entry
        if missing := ALWAYS - set(self.entries):
            raise Unreadable(f"{', '.join(sorted(missing))} is missing")

    def _check_entry(self, entry: zipfile.ZipInfo) -> None:
        name = entry.filename
        if name != entry.orig_filename or not (name in ALWAYS | SOMETIMES or RECEIPT_NAME.fullmatch(name)):
            raise Unreadable(f"an entry that no bundle has: {entry.orig_filename[:120]!r}")
        if name in self.entries:
            raise Unreadable(f"{name} stands twice")
        if entry.flag_bits & 0x2061 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable(f"{name} is encrypted, or packed otherwise than stored or deflated")
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG) or entry.external_attr & 0x10:
            raise Unreadable(f"{name} is a link or a folder")

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of an entry; what its declared size says is not believed."""
        size, most = 0, MOST_OF_ENTRY.get(name, MOST_OF_OTHERS)
        known, digest = name in self.hashes, hashlib.sha256()
        whole = copy(self.entries[name])
        whole.file_size = most + 1  # zipfile stops at the declared size and says nothing of what follows
        try:
            with self._zip.open(whole) as entry:
                while chunk := entry.read(CHUNK):
                    size += len(chunk)
                    self._unpacked += 0 if known else len(chunk)
                    if size > most or self._unpacked > MOST_UNPACKED:
                        raise Unreadable(f"{name} is larger than a bundle may be")
                    digest.update(chunk)
                    yield chunk
        except BROKEN_ZIP as error:
            raise Unreadable(f"{name} cannot be unpacked: {error}") from error
        if size != self.entries[name].file_size:
            raise Unreadable(f"{name} has not the size that the zip declares")
        self.hashes[name] = digest.hexdigest()

    def read(self, name: str) -> bytes:
        return b"".join(self.chunks(name))

    def read_json(self, name: str) -> Field:
        try:
            return Field(read_json(self.read(name)), name)
        except Unreadable as error:
            raise Unreadable(f"{name}: {error}") from error

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of an entry without their LF, never more of it in memory than a few."""
        rest = b""
        for chunk in self.chunks(name):
            *lines, rest = (rest + chunk).split(b"\n")
            if max(map(len, (*lines, rest))) > LONGEST_LINE:
                raise Unreadable(f"{name}: a line is longer than {LONGEST_LINE} bytes")
            yield from lines
        if rest:
            raise Unreadable(f"{name}: the last line does not end with LF")


def check_entry_count(file: BinaryIO) -> None:
    """Count the entries before a list of them is made: a small file may name millions."""
    size = file.seek(0, 2)
    start = max(0, size - 76 - 22 - 65535)
    file.seek(start)
    tail = file.read()
    plain = tail[-22:-18] == b"PK\5\6" and tail[-2:] == b"\0\0"
    end = len(tail) - 22 if plain else tail.rfind(b"PK\5\6")
    if end < 0 or len(tail) < end + 22:
        raise zipfile.BadZipFile("it has no end of a zip")
    directory_size = struct.unpack_from("<L", tail, end + 12)[0]
    directory_end = start + end
    is_zip64 = tail[end - 20 : end - 16] == b"PK\6\7" and tail[end - 76 : end - 72] == b"PK\6\6"
    if end >= 76 and is_zip64:
        directory_size = struct.unpack_from("<Q", tail, end - 76 + 40)[0]
        directory_end -= 76
    if not 0 <= directory_size <= min(directory_end, MOST_OF_OTHERS):
        raise zipfile.BadZipFile("its directory has no size that a bundle may have")
    file.seek(directory_end - directory_size)
    directory = file.read(directory_size)
    count = place = 0
    while place + 46 <= len(directory):
        count += 1
        place += 46 + sum(struct.unpack_from("<3H", directory, place + 28))
    if count > MOST_ENTRIES:
        raise zipfile.BadZipFile(f"it has more than {MOST_ENTRIES} entries")


# -------------------------------------------------------------------------------------------------
# bundle: bundle/v1, one lot, draw or plan out of the court's log
# -------------------------------------------------------------------------------------------------

GENESIS = "0" * 64
LEAF_MEMBERS = {"v", "alg", "log", "kind", "subject", "seq", "prev", "at", "actor", "body"}
HASH = re.compile(r"[0-9a-f]{64}")
SUBJECT = re.compile(r"lot:[^/]+/[1-9]\d*|(draw|plan):.+", re.ASCII)

# The usual way to write a line of leaves.ndjson; any other way is read as JSON in full.
LEAF_LINE = re.compile(rb'\{"index": ?(0|[1-9]\d{0,14}), ?"leaf": ?"([A-Za-z0-9+/=]*)"\}')

# The same for a line of proofs.ndjson: its beginning, hashes with the comma after each, and all of it.
PROOF_BEGIN = re.compile(rb'\{"index":(0|[1-9]\d{0,14}),"path":\[')
PROOF_HASHES = re.compile(rb'(?:"[0-9a-f]{64}",)+')
PROOF_LINE = re.compile(PROOF_BEGIN.pattern + rb'(?:"[0-9a-f]{64}",)+"[0-9a-f]{64}"\],"size":[1-9]\d{0,14}\}')
HASH_AND_COMMA = 67  # bytes: "…",

# The same for a leaf around its body. Nothing in it needs an escape, so one way to write it is left.
_PLAIN = r"([ !#-\[\]-~]{1,200})"
USUAL_LEAF = re.compile(
    rf'\{{"actor":"{_PLAIN}","alg":"std","at":"{_PLAIN}","body":(\{{.*\}}),"kind":"{_PLAIN}","log":"{_PLAIN}",'
    rf'"prev":"([0-9a-f]{{64}})","seq":([1-9]\d{{0,14}}),"subject":"{_PLAIN}","v":1\}}',
    re.ASCII,
)


def _exact_integer(digits: str) -> int:
    if len(digits) > 15 and abs(int(digits)) > GREATEST_INTEGER:
        raise ValueError("an integer that some readers round")
    return int(digits)


def _no_fraction(digits: str) -> NoReturn:
    raise ValueError("a number with a fraction or exponent: " + digits[:20])


_read_exactly = json.JSONDecoder(
    parse_int=_exact_integer, parse_float=_no_fraction, parse_constant=_no_constant
).raw_decode


def read_canonical(raw: bytes) -> Json:
    """A value in canonical JSON; a member named twice, say, is lost in it and so found out.

    Raises:
        ValueError: anything else.
    """
    if raw.count(b"{") + raw.count(b"[") > DEEPEST:  # else it cannot be nested too deep
        _check_tree(json.loads(raw), 1)
    value: Json = _read_exactly(raw.decode("utf-8"))[0]
    if canonical_json(value) != raw:
        raise ValueError("not in canonical form")
    return value


@dataclass(slots=True)
class Leaf:
    """One record of the log."""

    index: int
    raw: bytes
    hash: bytes
    log: str
    kind: str
    subject: str
    seq: int
    prev: str
    at: datetime
    actor: str
    body: dict[str, Json]

    @property
    def where(self) -> str:
        return f"leaf {self.index} ({self.subject} seq {self.seq})"


class Said(NamedTuple):
    """What a leaf says, as it stands in it."""

    actor: str
    at: Json
    body: dict[str, Json]
    kind: str
    log: str
    prev: str
    seq: int
    subject: str


def read_leaf(index: int, raw: bytes, hash_: bytes) -> Leaf:
    """A leaf of just the members that leaves have.

    Raises:
        ValueError: it is none.
    """
    said = read_usual_leaf(raw) or read_any_leaf(raw)
    try:
        at = Field(said.at, "at").instant()
    except Refused as refusal:
        raise ValueError(f"at {refusal.message}") from refusal
    return Leaf(
        index, raw, hash_, said.log, said.kind, said.subject, said.seq, said.prev, at, said.actor, said.body
    )


def read_usual_leaf(raw: bytes) -> Said | None:
    """Only the body of a leaf that is written as usual has to be read as JSON; none if it is not."""
    try:
        usual = USUAL_LEAF.fullmatch(raw.decode("utf-8"))
        if usual is None or raw.count(b"{") + raw.count(b"[") > DEEPEST:
            return None
        actor, at, written, kind, log, prev, seq, subject = usual.groups()
        body: dict[str, Json] = _read_exactly(written)[0]
    except ValueError:
        return None  # the reader of any leaf says what is wrong
    if _write_canonical(body) != written:
        return None
    return Said(actor, at, body, kind, log, prev, int(seq), subject)


def read_any_leaf(raw: bytes) -> Said:
    """Every way in which a leaf may be written.

    Raises:
        ValueError: it is none.
    """
    try:
        value = read_canonical(raw)
    except RecursionError as error:
        raise ValueError("nested deeper than 64") from error
    if not isinstance(value, dict) or value.keys() != LEAF_MEMBERS:
        raise ValueError("has not just the members of a leaf")
    log, kind, subject, actor = value["log"], value["kind"], value["subject"], value["actor"]
    seq, prev, body = value["seq"], value["prev"], value["body"]
    for text in (log, kind, subject, actor):
        if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_TEXT:
            raise ValueError(f"a text must have 1 to {LONGEST_TEXT} characters")
    if value["v"] != 1 or isinstance(value["v"], bool) or value["alg"] != "std":
        raise ValueError('v must be 1 and alg "std"')
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 1:
        raise ValueError("seq must be an integer from 1")
    if not isinstance(prev, str) or not HASH.fullmatch(prev) or not isinstance(body, dict):
        raise ValueError("prev must be a hash and body an object")
    return Said(str(actor), value["at"], body, str(kind), str(log), prev, seq, str(subject))


def read_leaf_line(line: bytes, number: int) -> tuple[int, bytes]:
    """Index and leaf bytes of a line of leaves.ndjson."""
    usual = LEAF_LINE.fullmatch(line)
    if usual is not None:
        return int(usual[1]), read_base64(usual[2], "leaves.ndjson")
    where = f"leaves.ndjson line {number}"
    members = _line(line, where).members("index leaf")
    return members["index"].integer(0), _base64_member(members["leaf"])


class Proofs:
    """The lines of proofs.ndjson, each given as index, size and path.

    Where the ways of two leaves to the root have met, the same hashes follow. So of a line only the
    hashes below are read, where it goes on byte for byte as the last one did behind as many.
    """

    def __init__(self) -> None:
        self.line, self.begin = b"", 0  # the last one written as usual, and where its path begins
        self.index, self.size = 0, 0
        self.path: list[str] = []

    def read(self, line: bytes, number: int) -> tuple[int, int, list[str]]:
        usual = PROOF_BEGIN.match(line)
        if usual is None:
            return read_proof_line(line, number)
        index, begin = int(usual[1]), usual.end()
        path = self._continued(line, index, begin)
        if path is None:
            index, size, path = read_proof_line(line, number)
            if not PROOF_LINE.fullmatch(line):
                return index, size, path
            self.size = size
        self.line, self.begin, self.index, self.path = line, begin, index, path
        return index, self.size, path

    def _continued(self, line: bytes, index: int, begin: int) -> list[str] | None:
        """The path of a line that goes on as the last one did; none if it does not."""
        below = (index ^ self.index).bit_length()
        rest, known = begin + below * HASH_AND_COMMA, self.begin + below * HASH_AND_COMMA
        if below >= len(self.path) or line[rest:] != self.line[known:]:
            return None
        if not PROOF_HASHES.fullmatch(line, begin, rest):
            return None
        return line[begin:rest].decode("ascii").split('"')[1::2] + self.path[below:]


def read_proof_line(line: bytes, number: int) -> tuple[int, int, list[str]]:
    """Index, size and path of a line of proofs.ndjson."""
    try:
        value = json.loads(line.decode("utf-8"))
        if line.count(b":") == 3 == len(value):  # as many members as colons: none is named twice
            index, size, path = value["index"], value["size"], value["path"]
            whole = type(index) is int and type(size) is int
            if whole and 0 <= index < GREATEST_INTEGER and 0 < size <= GREATEST_INTEGER:
                return index, size, check_path(path)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass  # the strict reader says what is wrong
    where = f"proofs.ndjson line {number}"
    members = _line(line, where).members("index size path")
    return members["index"].integer(0), members["size"].integer(1), read_path(members["path"])


def _line(line: bytes, where: str) -> Field:
    try:
        return Field(read_json(line), where)
    except Unreadable as error:
        raise Unreadable(f"{where}: {error}") from error


def read_path(field: Field) -> list[str]:
    """The hashes of a path, each 64 lower-case hexadecimal digits."""
    try:
        return check_path([item.value for item in field.items()])
    except (TypeError, ValueError):
        field.refuse("must list hashes of 64 lower-case hexadecimal digits")


def check_path(path: list[Any]) -> list[str]:
    """The same path, if it is one; a million of them are read for a large lot.

    Raises:
        TypeError, ValueError: it is none.
    """
    digits = "".join(path)
    if not {64}.issuperset(map(len, path)) or bytes.fromhex(digits).hex() != digits:
        raise ValueError("not hexadecimal as everybody writes it")
    return path


def _base64_member(field: Field) -> bytes:
    if not isinstance(field.value, str) or not field.value.isascii():
        field.refuse("must be base64")
    return read_base64(field.value, field.path)


class Story:
    """What the leaves of the subject tell together; this one only hashes and chains them."""

    def __init__(self, subject: str, findings: Findings) -> None:
        self.subject = subject
        self.findings = findings
        self.outcome: dict[str, Json] | None = None

    def take(self, leaf: Leaf) -> None:
        """The next leaf of the subject."""

    def end(self, leaves: Callable[[], Iterator[Leaf]]) -> None:
        """No leaf follows; `leaves` reads the bids of the subject once more."""

    def misfit(self, check: str, leaf: Leaf, refusal: Refused) -> None:
        details = {"field": refusal.field, "problem": refusal.message}
        self.findings.fail(check, leaf.where, "body", **details)


class LotStory(Story):
    """The checks `ended` and `replay`: every bid and the end, judged again by replay/v1.

    A suspension stands in the log behind the bids that it refused. So the bids are judged as they
    come, and once more from the beginning if it turns out that there was one.
    """

    def __init__(self, subject: str, findings: Findings) -> None:
        super().__init__(subject, findings)
        self.terms: Leaf | None = None
        self.first_bid: Leaf | None = None
        self.last: Leaf | None = None
        self.resumed: list[Leaf] = []
        self.judge: Judge | None = None

    def take(self, leaf: Leaf) -> None:
        if leaf.kind == "lot.published":
            if self.first_bid is not None:
                self.findings.fail("replay", leaf.where, "late_terms")
            else:
                self.terms = leaf
        elif leaf.kind == "bid":
            self._take_bid(leaf)
        elif leaf.kind == "lot.resumed":
            self.resumed.append(leaf)
        elif leaf.kind in ("lot.closed", "lot.withdrawn"):
            if self.last is not None:
                self.findings.fail("ended", leaf.where, "ended_twice")
            self.last = self.last or leaf
            if leaf.kind == "lot.withdrawn" and "suspension" in leaf.body:
                self.resumed.append(leaf)

    def _take_bid(self, leaf: Leaf) -> None:
        if self.last is not None:
            self.findings.fail("ended", leaf.where, "bid_after_end")
        if self.first_bid is None:
            self.first_bid = leaf
            self.judge = self._new_judge(Findings("replay"), suspensions=False)
        if self.judge is not None:
            self.judge.take(leaf)

    def _new_judge(self, findings: Findings, *, suspensions: bool) -> Judge | None:
        if self.terms is None:
            at = self.first_bid or self.last
            self.findings.fail("replay", at.where if at else self.subject, "no_lot")
            return None
        leaf = self.terms
        try:
            lot = Field(leaf.body, "body").open_members("lot")["lot"]
            if suspensions:
                lot = Field(self._with_suspensions(lot), "body.lot")
            return Judge(Sale(read_lot(lot), keeps_answers=False), findings)
        except Refused as refusal:
            self.misfit("replay", leaf, refusal)
            return None

    def _with_suspensions(self, lot: Field) -> dict[str, Json]:
        """The terms with the suspensions of the whole course, each once."""
        members = lot.open_members("", suspensions=[])
        suspensions: list[Json] = [entry.value for entry in members["suspensions"].items()]
        for leaf in self.resumed:
            suspension = Field(leaf.body, "body").open_members("suspension")["suspension"].value
            if suspension not in suspensions:
                suspensions.append(suspension)
        return {name: field.value for name, field in members.items()} | {"suspensions": suspensions}

    def end(self, leaves: Callable[[], Iterator[Leaf]]) -> None:
        self.findings.begin("ended")
        if self.last is None:
            self.findings.fail("ended", self.subject, "not_ended")
        closed = self.last is not None and self.last.kind == "lot.closed"
        if self.first_bid is None and not closed and self.terms is None:
            return
        self.findings.begin("replay")
        if self.first_bid is None or (self.judge is not None and self.resumed):
            self.judge = judge = self._new_judge(Findings("replay"), suspensions=True)
            if judge is not None and self.first_bid is not None:
                for leaf in leaves():
                    judge.take(leaf)
        if self.judge is not None:
            self.findings.take_over(self.judge.findings)
            if closed and self.last is not None:
                self._compare_outcome(self.judge, self.last)

    def _compare_outcome(self, judge: Judge, closed: Leaf) -> None:
        try:
            outcome = judge.sale.outcome()
        except OverflowError:
            self.findings.fail("replay", closed.where, "past_9999")
            return
        if not judge.lost:
            self.outcome = outcome
        given = closed.body.get("outcome")
        if not same_json(given, outcome):
            self.findings.fail("replay", closed.where, "outcome", given=shown(given), expected=shown(outcome))


class Judge:
    """Judges the bids of a sale again, leaf by leaf."""

    def __init__(self, sale: Sale, findings: Findings) -> None:
        self.sale = sale
        self.findings = findings
        self.ranks: dict[str, int | None] = {}
        self.lost = False  # a bid that cannot be read leaves all that follows in the dark

    def take(self, leaf: Leaf) -> None:
        if self.lost:
            return
        try:
            members = Field(leaf.body, "body").open_members("bid decision")
            bid = read_bid(members["bid"], self.ranks)
            decision = self.sale.decide(bid)
        except Refused as refusal:
            self.lost = True
            self.findings.fail("replay", leaf.where, "body", field=refusal.field, problem=refusal.message)
            return
        except OverflowError:
            self.lost = True
            self.findings.fail("replay", leaf.where, "past_9999")
            return
        if leaf.actor != f"code:{bid.code}":
            self.findings.fail("replay", leaf.where, "actor", actor=leaf.actor, code=bid.code)
        if "repeated" in decision:
            self.findings.fail("replay", leaf.where, "repeat")
        elif not same_json(members["decision"].value, decision):
            given, expected = shown(members["decision"].value), shown(decision)
            self.findings.fail("replay", leaf.where, "decision", seq=leaf.seq, given=given, expected=expected)


def same_json(given: Json, expected: dict[str, Json]) -> bool:
    """Whether an object has the same members; in Python alone, true is 1."""
    return given == expected and all(type(given[name]) is type(v) for name, v in expected.items())


def shown(value: Json) -> str:
    text = canonical_json(value).decode("utf-8")
    return text if len(text) <= LONGEST_TEXT * 2 else text[: LONGEST_TEXT * 2] + "…"


class DrawStory(Story):
    """The check `draw`: one freeze, one transcript of it, whose six checks hold."""

    def __init__(self, subject: str, findings: Findings) -> None:
        super().__init__(subject, findings)
        self.steps: list[Leaf] = []

    def take(self, leaf: Leaf) -> None:
        if leaf.kind in ("draw.frozen", "draw.done"):
            self.steps.append(leaf)

    def end(self, leaves: Callable[[], Iterator[Leaf]]) -> None:
        self.findings.begin("draw")
        if [leaf.kind for leaf in self.steps] != ["draw.frozen", "draw.done"]:
            self.findings.fail("draw", self.subject, "draw_leaves")
            return
        frozen, done = self.steps
        try:
            freeze = Field(frozen.body, "body").open_members("freeze")["freeze"]
            transcript = Field(done.body, "body").open_members("transcript")["transcript"]
            self._check(frozen, freeze, done, transcript)
        except Refused as refusal:
            self.misfit("draw", done, refusal)

    def _check(self, frozen: Leaf, freeze: Field, done: Leaf, transcript: Field) -> None:
        members = freeze.open_members("draw_id", court=None, roles=None)
        if members["court"].value is None or members["roles"].value is None:
            self.findings.fail("draw", frozen.where, "draw_open")
        if members["draw_id"].value != self.subject.removeprefix("draw:"):
            self.findings.fail("draw", frozen.where, "draw_id", given=shown(members["draw_id"].value))
        if canonical_json(transcript.open_members("freeze")["freeze"].value) != canonical_json(freeze.value):
            self.findings.fail("draw", done.where, "draw_freeze")
        checks = redraw(transcript.value)["checks"]
        for name, holds in checks.items() if isinstance(checks, dict) else ():
            if not holds:
                self.findings.fail("draw", done.where, "draw_check", name=name)


class PlanStory(Story):
    """The check `plan`: the plan opened is the one served last, and the one the rules give."""

    def __init__(self, subject: str, findings: Findings, opening: dict[str, Field] | None) -> None:
        super().__init__(subject, findings)
        self.opening = opening
        self.served: Leaf | None = None

    def take(self, leaf: Leaf) -> None:
        if leaf.kind == "plan.served":
            self.served = leaf

    def end(self, leaves: Callable[[], Iterator[Leaf]]) -> None:
        if self.opening is None:
            return
        self.findings.begin("plan")
        salt = self.opening["salt"].hexadecimal(32)
        claims, plan = (canonical_json(self.opening[name].value) for name in ("claims", "plan"))
        if self.served is None:
            self.findings.fail("plan", self.subject, "no_plan_served")
        else:
            commitment = sha256(lp("jauc/v1/plan", self.subject, salt, claims, plan)).hex()
            if self.served.body.get("plan_commitment") != commitment:
                self.findings.fail("plan", "plan.json", "plan_commitment")
        if canonical_json(Waterfall(read_case(self.opening["claims"])).plan()) != plan:
            self.findings.fail("plan", "plan.json", "plan_rules")


@dataclass(frozen=True)
class Opening:
    where: str
    index: int
    salt: bytes
    identity: bytes  # in canonical JSON


@dataclass(frozen=True)
class Held:
    """A receipt as its holder brought it: which leaf must stand where."""

    where: str
    leaf: bytes


BUNDLE_CHECKS = ("manifest", "checkpoint", "witnesses", "leaves", "chain", "inclusion", "consistency",
                 "receipts", "openings", "ended", "replay", "draw", "plan")  # fmt: skip


class Bundle:
    """One bundle/v1, read once from its zip, every check by name."""

    def __init__(self, archive: Archive, keys: list[Key], witnesses: list[Key]) -> None:
        self.archive = archive
        self.keys = keys
        self.witnesses = witnesses
        self.findings = Findings(*BUNDLE_CHECKS)
        self.manifest = read_manifest(archive.read_json("manifest.json"))
        self.subject = self.manifest["subject"].text(LONGEST_TEXT)
        self.checkpoint = read_checkpoint(archive.read("checkpoint"), "checkpoint")
        self.earlier: dict[tuple[int, bytes], str] = {}  # other checkpoints, by size and root
        self.openings = read_openings(archive.read_json("openings.json"))
        self.held: dict[int, list[Held]] = {}
        self.story = self._story()
        self.leaves = 0
        self.chains: dict[str, tuple[int, str]] = {}  # of each subject: seq and hash of its last leaf
        self.last_at: datetime | None = None
        self.misfits: set[int] = set()
        self.sought: bytes | None = None  # a leaf that somebody asks for
        self.found = False

    def _story(self) -> Story:
        plan = read_plan_opening(self.archive) if "plan.json" in self.archive.entries else None
        if self.subject.startswith("lot:"):
            story: Story = LotStory(self.subject, self.findings)
        elif self.subject.startswith("draw:"):
            story = DrawStory(self.subject, self.findings)
        else:
            story = PlanStory(self.subject, self.findings, plan)
        if plan is not None and not isinstance(story, PlanStory):
            raise Unreadable("plan.json stands only in the bundle of a plan")
        return story

    @property
    def is_sealed_plan(self) -> bool:
        """A plan that nobody has opened: the log holds its commitment alone, and no amount."""
        return self.subject.startswith("plan:") and self.findings.checks["plan"] is None

    def check(self) -> None:
        """Every check of the bundle; what is broken in its form stops it."""
        self.findings.begin("manifest", "checkpoint", "leaves", "chain", "inclusion")
        self._check_signatures(self.checkpoint, "checkpoint")
        if "checkpoint.prev" in self.archive.entries:
            earlier = read_checkpoint(self.archive.read("checkpoint.prev"), "checkpoint.prev")
            self._check_signatures(earlier, "checkpoint")
            self.earlier[earlier.size, earlier.root] = earlier.where
        self._check_witnesses()
        self._check_receipts()
        self._check_consistency()
        for leaf, raw, index in self.read_leaves():
            self._check_held(index, raw, leaf)
            self.found = self.found or raw == self.sought
            if leaf is not None:
                self._check_chain(leaf)
                self._check_openings(leaf)
                if leaf.subject == self.subject:
                    self.story.take(leaf)
        self._check_all_found()
        self.story.end(self._bids_again)
        self._check_manifest()

    # --- signatures ------------------------------------------------------------------------------

    def _check_signatures(self, checkpoint: Checkpoint, check: str) -> None:
        """The origin is the name of the pinned key, and one of the pinned keys has signed."""
        where = checkpoint.where
        if checkpoint.origin != self.keys[0].name:
            details = {"origin": checkpoint.origin, "name": self.keys[0].name}
            self.findings.fail(check, where, "other_origin", **details)
        verdicts = [key.has_signed(checkpoint.note) for key in self.keys]
        if False in verdicts:
            self.findings.fail(check, where, "bad_signature", name=self.keys[0].name)
        elif True not in verdicts:
            self.findings.fail(check, where, "not_signed")
        for witness in self.witnesses:
            if witness.has_signed(checkpoint.note) is False:
                self.findings.fail("witnesses", where, "bad_signature", name=witness.name)

    def _check_witnesses(self) -> None:
        for witness in self.witnesses:
            self.findings.begin("witnesses")
            if witness.has_signed(self.checkpoint.note) is None:
                self.findings.fail("witnesses", "checkpoint", "not_cosigned", name=witness.name)

    # --- receipts and earlier checkpoints --------------------------------------------------------

    def _check_receipts(self) -> None:
        checked: set[bytes] = set()  # many receipts share a checkpoint
        for name in self.archive.entries:
            if not name.startswith("receipts/"):
                continue
            self.findings.begin("receipts")
            proof = read_log_proof(self.archive.read(name), name)
            note = sha256(repr(proof.checkpoint.note).encode("utf-8"))
            if note not in checked:
                self._check_signatures(proof.checkpoint, "receipts")
                checked.add(note)
            at = proof.checkpoint
            if root_of_path(leaf_hash(proof.leaf), proof.index, at.size, proof.path) != at.root:
                self.findings.fail("receipts", name, "receipt_path")
            self.earlier.setdefault((at.size, at.root), name)
            self.held.setdefault(proof.index, []).append(Held(name, sha256(proof.leaf)))

    def _check_held(self, index: int, raw: bytes, leaf: Leaf | None) -> None:
        for held in self.held.pop(index, ()) if self.held else ():
            if held.leaf != sha256(raw):
                self.findings.fail("receipts", held.where, "receipt_leaf", index=index)
            elif leaf is None or leaf.subject != self.subject:
                self.findings.fail("receipts", held.where, "receipt_subject")

    def _check_consistency(self) -> None:
        """Every other checkpoint of the bundle is a beginning of `checkpoint`."""
        proofs = read_consistency(self.archive.read_json("consistency.json"))
        now = self.checkpoint
        if proofs or self.earlier:
            self.findings.begin("consistency")
        sizes = {size for size, _ in self.earlier if size < now.size}
        for size, (to, _) in proofs.items():
            if size not in sizes:
                self.findings.fail("consistency", "consistency.json", "spare_consistency", size=size)
            if to != now.size:
                self.findings.fail("consistency", "consistency.json", "other_to", size=to)
        roots: dict[int, bytes] = {now.size: now.root}
        for (size, root), where in self.earlier.items():
            if roots.setdefault(size, root) != root:
                self.findings.fail("consistency", where, "split_view", size=size)
            if size > now.size:
                self.findings.fail("consistency", where, "larger", size=size)
            elif size < now.size and size not in proofs:
                self.findings.fail("consistency", where, "no_consistency", size=size)
            elif size < now.size and not is_consistent(size, root, now.size, now.root, proofs[size][1]):
                self.findings.fail("consistency", "consistency.json", "inconsistent", size=size, entry=where)

    # --- leaves ----------------------------------------------------------------------------------

    def read_leaves(self) -> Iterator[tuple[Leaf | None, bytes, int]]:
        """Every leaf with its bytes and index, its form and its proof checked; none if it is no leaf."""
        inclusion = Inclusion(self.checkpoint.size, self.checkpoint.root)
        lines, last = enumerate(self.archive.lines("leaves.ndjson"), 1), -1
        proofs, read_proof = self.archive.lines("proofs.ndjson"), Proofs().read
        for number, line in lines:
            index, raw = read_leaf_line(line, number)
            if index <= last:
                raise Unreadable(f"leaves.ndjson line {number}: the index does not rise")
            last, hash_ = index, leaf_hash(raw)
            self.leaves += 1
            line_of_proof = next(proofs, None)
            proof = None if line_of_proof is None else read_proof(line_of_proof, number)
            self._check_inclusion(inclusion, index, hash_, proof)
            yield self._checked_leaf(index, raw, hash_), raw, index
        for number, line in enumerate(proofs, self.leaves + 1):
            index, _, _ = read_proof(line, number)
            self.findings.fail("inclusion", f"leaf {index}", "proof_alone")

    def _check_inclusion(
        self, inclusion: Inclusion, index: int, hash_: bytes, proof: tuple[int, int, list[str]] | None
    ) -> None:
        proved, size, path = proof or (None, 0, [])
        if proved != index:
            self.findings.fail("inclusion", f"leaf {index}", "no_proof")
        elif size != inclusion.size:
            details = {"size": size, "expected": inclusion.size}
            self.findings.fail("inclusion", f"leaf {index}", "proof_size", **details)
        elif not inclusion.holds(index, hash_, path):
            self.findings.fail("inclusion", f"leaf {index}", "not_included")

    def _checked_leaf(self, index: int, raw: bytes, hash_: bytes) -> Leaf | None:
        try:
            leaf = read_leaf(index, raw, hash_)
        except ValueError as error:
            self.findings.fail("leaves", f"leaf {index}", "leaf_form", problem=error)
            self.misfits.add(index)
            return None
        if leaf.log != self.keys[0].name:
            self.findings.fail("leaves", leaf.where, "other_log", log=leaf.log)
        if self.last_at is not None and leaf.at < self.last_at:
            self.findings.fail("leaves", leaf.where, "at_back", at=_print_time(leaf.at))
        self.last_at = leaf.at
        return leaf

    def _check_chain(self, leaf: Leaf) -> None:
        """Of the subject every leaf from 1; of others those that follow each other (the immudb lesson)."""
        known = self.chains.get(leaf.subject)
        seq, prev = known or (0, GENESIS)
        gap = leaf.seq > seq + 1 and leaf.subject != self.subject
        if leaf.seq != seq + 1 and not gap:
            self.findings.fail("chain", leaf.where, "seq", seq=leaf.seq, expected=seq + 1)
        elif not gap and leaf.prev != prev:
            self.findings.fail("chain", leaf.where, "prev")
        self.chains[leaf.subject] = (leaf.seq, leaf.hash.hex())

    def _check_openings(self, leaf: Leaf) -> None:
        for opening in self.openings.pop(leaf.index, ()) if self.openings else ():
            self.findings.begin("openings")
            code, committed = leaf.body.get("code"), leaf.body.get("identity_commitment")
            if not isinstance(code, str) or not isinstance(committed, str):
                self.findings.fail("openings", opening.where, "no_commitment", index=leaf.index)
            elif committed != sha256(
                lp("jauc/v1/id", leaf.subject, code, opening.salt, opening.identity)
            ).hex():
                self.findings.fail("openings", opening.where, "opening", index=leaf.index)

    def _check_all_found(self) -> None:
        if self.subject not in self.chains:
            self.findings.fail("chain", "leaves.ndjson", "no_leaf", subject=self.subject)
        for index, held in self.held.items():
            for one in held:
                self.findings.fail("receipts", one.where, "receipt_leaf", index=index)
        for index, openings in self.openings.items():
            for opening in openings:
                self.findings.fail("openings", opening.where, "no_opening_leaf", index=index)

    def _bids_again(self) -> Iterator[Leaf]:
        for number, line in enumerate(self.archive.lines("leaves.ndjson"), 1):
            index, raw = read_leaf_line(line, number)
            if b'"kind":"bid"' in raw and index not in self.misfits:
                leaf = read_leaf(index, raw, b"")
                if leaf.subject == self.subject and leaf.kind == "bid":
                    yield leaf

    def _check_manifest(self) -> None:
        named = {name: field.value for name, field in self.manifest["files"].open_members("").items()}
        there = {name: self.archive.hashes[name] for name in self.archive.entries if name != "manifest.json"}
        for name in sorted(named.keys() | there.keys()):
            if name not in named:
                self.findings.fail("manifest", name, "not_named")
            elif name not in there:
                self.findings.fail("manifest", name, "not_there")
            elif named[name] != there[name]:
                self.findings.fail("manifest", name, "other_bytes")

    def report(self) -> dict[str, Json]:
        return {
            "format": "bundle-report/v1",
            "ok": self.findings.ok,
            "subject": self.subject,
            "origin": self.checkpoint.origin,
            "size": self.checkpoint.size,
            "leaves": self.leaves,
            "outcome": self.story.outcome,
            "checks": {**self.findings.checks},
            "failures": [failure.as_json() for failure in self.findings.failures],
        }


def read_manifest(field: Field) -> dict[str, Field]:
    top = Field(field.value).document("bundle/v1", "subject rules files")
    if not SUBJECT.fullmatch(top["subject"].text(LONGEST_TEXT)):
        top["subject"].refuse("must be lot:ID/N, draw:DRAW_ID or plan:ID")
    top["rules"].text()
    for file in top["files"].open_members("").values():
        file.hexadecimal(32)
    return top


def read_consistency(field: Field) -> dict[int, tuple[int, list[str]]]:
    """By the smaller size: the larger size and the path."""
    proofs: dict[int, tuple[int, list[str]]] = {}
    last = 0
    for entry in field.items():
        members = entry.members("from to path")
        size = members["from"].integer(1)
        if size <= last:
            members["from"].refuse("must rise")
        proofs[size] = (members["to"].integer(1), read_path(members["path"]))
        last = size
    return proofs


def read_openings(field: Field) -> dict[int, list[Opening]]:
    """By the index of the leaf that they open."""
    openings: dict[int, list[Opening]] = {}
    for entry in field.items():
        members = entry.members("index salt identity")
        identity = members["identity"].open_members("name")
        for text in identity.values():
            text.text(LONGEST_TEXT)
        opening = Opening(
            where=entry.path,
            index=members["index"].integer(0),
            salt=members["salt"].hexadecimal(32),
            identity=canonical_json(members["identity"].value),
        )
        openings.setdefault(opening.index, []).append(opening)
    return openings


def read_plan_opening(archive: Archive) -> dict[str, Field]:
    members = archive.read_json("plan.json").members("salt claims plan")
    members["salt"].hexadecimal(32)
    read_case(members["claims"])
    members["plan"].open_members("format")["format"].one_of("plan/v1")
    for name in ("claims", "plan"):
        check_canonical(members[name])
    return members


# -------------------------------------------------------------------------------------------------
# receipt: receipt/v1, what a bidder holds the moment a bid is acknowledged
# -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Receipt:
    origin: str
    leaf: bytes
    index: int
    size: int
    path: list[str]
    signed_at: str
    key: str
    signature: bytes


def read_receipt(field: Field) -> Receipt:
    top = field.document("receipt/v1", "origin leaf index size path signed_at key signature")
    top["signed_at"].instant()
    read_key(top["key"].text(2 * LONGEST_TEXT), ED25519)
    return Receipt(
        origin=top["origin"].text(LONGEST_TEXT),
        leaf=_base64_member(top["leaf"]),
        index=top["index"].integer(0, 2**32 - 1),
        size=top["size"].integer(1, 2**32 - 1),
        path=read_path(top["path"]),
        signed_at=str(top["signed_at"].value),
        key=str(top["key"].value),
        signature=_base64_member(top["signature"]),
    )


def check_receipt(receipt: Receipt, key: Key, findings: Findings) -> Leaf | None:
    """Its leaf leads to a root, which the receipt key has signed together with the time."""
    findings.begin("path", "signature")
    leaf: Leaf | None = None
    try:
        leaf = read_leaf(receipt.index, receipt.leaf, leaf_hash(receipt.leaf))
    except ValueError as error:
        findings.fail("path", "leaf", "leaf_form", problem=error)
    if leaf is not None and leaf.log != receipt.origin:
        findings.fail("path", "leaf", "receipt_log")
    if leaf is not None and leaf.at != Field(receipt.signed_at).instant():
        findings.fail("path", "signed_at", "receipt_at")
    root = root_of_path(leaf_hash(receipt.leaf), receipt.index, receipt.size, receipt.path)
    if root is None:
        findings.fail("path", "path", "path_length")
    expected = receipt.origin + "/receipt"
    if key.name != expected:
        findings.fail("signature", "key", "receipt_key_name", name=key.name, expected=expected)
    if read_key(receipt.key, ED25519) != key:
        findings.fail("signature", "key", "receipt_key")
    message = lp("jauc/v1/receipt", receipt.origin, root or b"", u32(receipt.size), receipt.signed_at)
    if root is None or not key.holds(receipt.signature, message):
        findings.fail("signature", "signature", "receipt_signature")
    return leaf


def check_log_proof(proof: LogProof, key: Key, findings: Findings) -> Leaf | None:
    """Its leaf leads to the root of a checkpoint, which the log's key has signed."""
    findings.begin("path", "signature")
    at, leaf = proof.checkpoint, None
    try:
        leaf = read_leaf(proof.index, proof.leaf, leaf_hash(proof.leaf))
    except ValueError as error:
        findings.fail("path", "extra", "leaf_form", problem=error)
    if leaf is not None and leaf.log != at.origin:
        findings.fail("path", "extra", "receipt_log")
    if root_of_path(leaf_hash(proof.leaf), proof.index, at.size, proof.path) != at.root:
        findings.fail("path", "path", "receipt_path")
    if key.name != at.origin:
        findings.fail("signature", at.where, "other_origin", origin=at.origin, name=key.name)
    signed = key.has_signed(at.note)
    if not signed:
        details = {} if signed is None else {"name": key.name}
        findings.fail("signature", at.where, "not_signed" if signed is None else "bad_signature", **details)
    return leaf


def check_in_bundle(
    receipt: Receipt | LogProof, leaf: Leaf | None, bundle: Bundle, findings: Findings
) -> None:
    """The same leaf stands in the bundle, under the checkpoint that the log key has signed."""
    bundle.sought = receipt.leaf
    bundle.check()
    other_origin = bundle.checkpoint.origin != receipt.origin
    findings.begin("in_bundle")
    if not bundle.found:
        if other_origin or (leaf is not None and leaf.subject != bundle.subject):
            raise Unreadable(f"it says nothing of this receipt: {bundle.subject}, {bundle.checkpoint.origin}")
        findings.fail("in_bundle", "leaves.ndjson", "not_in_bundle")
    elif other_origin or not (bundle.findings.checks["checkpoint"] and bundle.findings.checks["inclusion"]):
        findings.fail("in_bundle", "checkpoint", "in_bundle_unproved")


# -------------------------------------------------------------------------------------------------
# Two words of one log (split/v1)
#
# Two roots signed for one size are proof by themselves. Of two sizes it takes nodes of the larger
# tree that give its signed root, and for its first leaves another root than the one signed: then
# the log has replaced what it had signed. Nodes that do not give the larger root prove nothing.
# -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """Two checkpoints, the smaller first, and nodes of the larger tree (none: an empty list)."""

    first: Checkpoint
    second: Checkpoint
    nodes: list[str]


TWO_HISTORIES = (
    "PROOF: the log has signed two histories that cannot both be true",
    "构成证据：日志签了两个不能并存的历史",
)
NO_PROOF = ("no proof", "不构成证据")
NO_CONTRADICTION = ("no contradiction", "没有矛盾")

FOUND = {  # what two checkpoints say of each other: what that comes to, and why
    "two_roots": (TWO_HISTORIES, ("One size was signed with two roots.", "同一大小签了两个树根。")),
    "other_beginning": (TWO_HISTORIES, (
        "The first {size} records of the larger log have another root than the one that was signed"
        " for {size}.",
        "较长日志的前 {size} 条，树根不是当初为这 {size} 条所签的那个。",
    )),
    "same": (NO_CONTRADICTION, ("Both say the same.", "两份说的一样。")),
    "consistent": (NO_CONTRADICTION, (
        "The larger log begins with the smaller one.",
        "较长的日志以较短的为开头。",
    )),
    "undecided": (NO_PROOF, (
        "The sizes differ, and no path leads from the larger root to what the smaller log was. That shows"
        " nothing, for anybody can spoil a path. Compare with what the platform answers on"
        " …/consistency?from={size}",
        "大小不同，又没有路径从较大的树根通向较短的日志。这不能说明什么，路径谁都可以弄坏。"
        "请取平台对 …/consistency?from={size} 的回答再比一次。",
    )),
    "not_signed": (NO_PROOF, (
        "Without the log's signature anybody can have made it.",
        "没有日志的签名，谁都可以造出来。",
    )),
    "other_log": (NO_PROOF, (
        "The key is of the log {name}; not both checkpoints are.",
        "所给密钥属于日志 {name}，两份检查点却不都是它的。",
    )),
}  # fmt: skip
PROOFS = ("two_roots", "other_beginning")


def read_words(files: list[str]) -> Words:
    """A split/v1; or two files, each a checkpoint or what the platform answers on `…/consistency`."""
    read = [_read_word(read_input(file), file) for file in files]
    checkpoints = [checkpoint for found, _ in read for checkpoint in found]
    if len(checkpoints) != 2:
        raise Unreadable("two checkpoints are compared: one split/v1, or two files of one checkpoint each")
    nodes = [proof for _, proof in read if proof is not None]
    first, second = sorted(checkpoints, key=lambda checkpoint: checkpoint.size)
    return Words(first, second, nodes[0](first) if nodes else [])


def _read_word(raw: bytes, file: str) -> tuple[list[Checkpoint], Callable[[Checkpoint], list[str]] | None]:
    if not raw.lstrip().startswith(b"{"):
        return [read_checkpoint(raw, file)], None
    given = Field(read_json(raw))
    if "format" in given.open_members(""):
        split = given.document("split/v1", "checkpoints path")
        notes = [note.text(LONGEST_NOTE) for note in split["checkpoints"].items()]
        path = read_path(split["path"])
        read = [read_checkpoint(note.encode("utf-8"), f"{file} [{i}]") for i, note in enumerate(notes)]
        return read, lambda _: path
    answer = given.members("from to path from_root root checkpoint")
    start, path = answer["from"].integer(1), read_path(answer["path"])
    root = _read_hash(answer["from_root"].text(), "from_root").hex()
    checkpoint = read_checkpoint(answer["checkpoint"].text(LONGEST_NOTE).encode("utf-8"), file)

    def nodes(first: Checkpoint) -> list[str]:
        return [] if start != first.size else path if start & (start - 1) else [root, *path]

    return [checkpoint], nodes


def compare(words: Words, keys: list[Key]) -> str:
    """What two checkpoints say of each other; two of the answers are PROOFS against the log."""
    first, second = words.first, words.second
    if {first.origin, second.origin} != {keys[0].name}:
        return "other_log"
    if not all(is_signed(checkpoint, keys) for checkpoint in (first, second)):
        return "not_signed"
    if first.size == second.size:
        return "same" if first.root == second.root else "two_roots"
    roots = roots_of_path(first.size, second.size, words.nodes)
    if roots is None or roots[1] != second.root:
        return "undecided"
    return "consistent" if roots[0] == first.root else "other_beginning"


def is_signed(checkpoint: Checkpoint, keys: list[Key]) -> bool:
    return any(key.has_signed(checkpoint.note) for key in keys)


def split_for_people(title: str, words: Words, keys: list[Key], finding: str, language: int) -> str:
    """The report as people read it: what it comes to, which two checkpoints, and why."""
    signed, unsigned = (("signed", "NOT SIGNED with the key"), ("签名成立", "没有所给密钥的签名"))[language]
    verdict, why = (said[language] for said in FOUND[finding])
    lines = [f"{title}: {verdict}"]
    for each in (words.first, words.second):
        details = (each.origin, each.size, each.root.hex())
        said = ("{}, {} records, root {}", "{}，{} 条，树根 {}")[language].format(*details)
        lines.append(f"  [{signed if is_signed(each, keys) else unsigned}] {said}")
    lines.append(f"  {why.format(size=words.first.size, name=keys[0].name)}")
    return "".join(printable(line) + "\n" for line in lines)


# -------------------------------------------------------------------------------------------------
# The command line
# -------------------------------------------------------------------------------------------------

COMMANDS: dict[str, Callable[[Json], dict[str, Json]]] = {
    "redraw": redraw,
    "replay": replay,
    "compute": compute,
}
LANGUAGES = ("en", "zh")


def run(command: Callable[[Json], dict[str, Json]], given: Json, name: str) -> tuple[Json, int]:
    """Result and exit status of one input; what does not fit is told on standard error."""
    try:
        result = command(given)
    except Refused as refusal:
        where = refusal.field or "the input itself"
        tell(printable(f"{name}: {where}: {refusal.message}") + "\n")
        return {"error": {"field": refusal.field, "message": refusal.message}}, 2
    checks = result.get("checks")
    return result, 1 if isinstance(checks, dict) and not all(checks.values()) else 0


def print_json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)


def write_result(value: Json) -> None:
    sys.stdout.buffer.write(print_json(value).encode("utf-8") + b"\n")


def tell(text: str) -> None:
    """To people, in UTF-8 whatever the terminal."""
    sys.stderr.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stderr.flush()


def read_input(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def run_on_json(arguments: argparse.Namespace) -> int:
    """redraw, replay, compute: one input or a list of them."""
    file, command = arguments.file, COMMANDS[arguments.command]
    try:
        given = read_json(read_input(file))
    except (OSError, ValueError, Unreadable) as error:
        tell(printable(f"{file}: cannot be read: {error}") + "\n")
        return 2
    output: Json
    if isinstance(given, list):
        results = [run(command, item, f"{file}[{i}]") for i, item in enumerate(given)]
        output, status = [result for result, _ in results], max((s for _, s in results), default=0)
    else:
        output, status = run(command, given, file)
        if status == 2:
            return status
    write_result(output)
    return status


def run_bundle(arguments: argparse.Namespace) -> int:
    """One lot, draw or plan out of the court's log: every check by name."""
    keys = [read_key_or_file(key) for key in arguments.key]
    if len({key.name for key in keys}) > 1:
        raise Unreadable("all --key must be of one name: the keys of one log before and after a rotation")
    witnesses = [read_key_or_file(key, COSIGNATURE) for key in arguments.witness]
    with Path(arguments.file).open("rb") as file:
        bundle = Bundle(Archive(file), keys, witnesses)
        bundle.check()
    language = LANGUAGES.index(arguments.lang)
    details = (bundle.subject, bundle.checkpoint.origin, bundle.leaves, bundle.checkpoint.size)
    title = (
        "{} of {}, {} leaves of a log of {}", "{}，日志 {}，{} 条记录，日志共 {} 条"
    )[language].format(*details)  # fmt: skip
    verdict = LOG_HOLDS if bundle.is_sealed_plan else HOLDS
    tell(for_people(f"{arguments.file}: {title}", bundle.findings, language, verdict))
    write_result(bundle.report())
    return 0 if bundle.findings.ok else 1


def run_receipt(arguments: argparse.Namespace) -> int:
    """A bidder's receipt, or the tlog-proof of its leaf: who signed it, and whether the log kept the leaf."""
    if (arguments.bundle is None) != (arguments.log_key is None):
        raise Unreadable("--bundle and --log-key go together")
    findings = Findings("signature", "path", "in_bundle")
    key = read_key_or_file(arguments.key)
    raw = read_input(arguments.file)
    held: Receipt | LogProof
    if raw.startswith(LOG_PROOF):
        held = read_log_proof(raw, "tlog-proof")
        leaf = check_log_proof(held, key, findings)
    else:
        held = read_receipt(Field(read_json(raw)))
        leaf = check_receipt(held, key, findings)
    if arguments.bundle is not None:
        with Path(arguments.bundle).open("rb") as file:
            bundle = Bundle(Archive(file), [read_key_or_file(arguments.log_key)], [])
            check_in_bundle(held, leaf, bundle, findings)
    tell(for_people(arguments.file, findings, LANGUAGES.index(arguments.lang)))
    checks: dict[str, Json] = {**findings.checks}
    write_result({"format": "receipt-report/v1", "ok": findings.ok, "checks": checks})
    return 0 if findings.ok else 1


def run_split(arguments: argparse.Namespace) -> int:
    """Two checkpoints of one log: is this proof that it signed two histories? 0: it is, 1: it is not."""
    keys = [read_key_or_file(key) for key in arguments.key]
    if len({key.name for key in keys}) > 1:
        raise Unreadable("all --key must be of one name: the keys of one log before and after a rotation")
    words = read_words(arguments.files)
    finding = compare(words, keys)
    is_proof, title = finding in PROOFS, " ".join(arguments.files)
    tell(split_for_people(title, words, keys, finding, LANGUAGES.index(arguments.lang)))
    checkpoints: list[Json] = [
        {"size": each.size, "root": each.root.hex()} for each in (words.first, words.second)
    ]
    write_result({"format": "split-report/v1", "proof": is_proof, "finding": finding,
                  "origin": words.second.origin, "checkpoints": checkpoints})  # fmt: skip
    return 0 if is_proof else 1


def read_arguments() -> argparse.Namespace:
    summary, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        one.add_argument("file", metavar="FILE", help="a JSON file, - for standard input")
        one.set_defaults(run=run_on_json)
    one = commands.add_parser("bundle", help=run_bundle.__doc__, description=run_bundle.__doc__)
    one.add_argument("file", metavar="FILE.zip", help="a bundle/v1")
    again = "; may be repeated"
    of_log = "the key of the log, known from elsewhere, or a file that holds it"
    one.add_argument("--key", metavar="KEY", required=True, action="append", help=of_log + again)
    must = "a witness that must have cosigned"
    one.add_argument("--witness", metavar="VKEY", default=[], action="append", help=must + again)
    one.set_defaults(run=run_bundle)
    two = commands.add_parser("receipt", help=run_receipt.__doc__, description=run_receipt.__doc__)
    two.add_argument("file", metavar="FILE", help="a receipt/v1, or a tlog-proof; - for standard input")
    of_receipt = "the receipt key of the log; of a tlog-proof the key of the log itself"
    two.add_argument("--key", metavar="VKEY", required=True, help=of_receipt)
    two.add_argument("--bundle", metavar="FILE.zip", help="a bundle in which the same leaf must stand")
    two.add_argument("--log-key", metavar="VKEY", help="the key of the log, for the bundle")
    two.set_defaults(run=run_receipt)
    three = commands.add_parser("split", help=run_split.__doc__, description=run_split.__doc__)
    three.add_argument(
        "files", metavar="FILE", nargs="+",
        help="a split/v1; or two: checkpoints, or the answer of the platform's address for consistency",
    )  # fmt: skip
    three.add_argument("--key", metavar="KEY", required=True, action="append", help=of_log + again)
    three.set_defaults(run=run_split)
    for each in (one, two, three):
        each.add_argument("--lang", choices=LANGUAGES, default="zh", help="language of the report for people")
    return parser.parse_args()


NOT_CHECKED = (
    "{}: nothing was checked, for a file or a key cannot be read: {}\n",
    "{}：没有核验，因为文件或密钥读不出来。程序给出的原因（英文）：{}\n",
)


def not_checked(arguments: argparse.Namespace, reason: str) -> int:
    words = NOT_CHECKED[LANGUAGES.index(getattr(arguments, "lang", "en"))]
    tell(words.format(printable(arguments.file), printable(reason)))
    return 2


def main() -> int:
    arguments = read_arguments()
    if arguments.command == "split":
        arguments.file = " ".join(arguments.files)
    gc.disable()  # nothing here refers to itself; looking for it among a million bids takes seconds
    try:
        status: int = arguments.run(arguments)
    except Refused as refusal:
        return not_checked(arguments, f"{refusal.field or 'the input itself'}: {refusal.message}")
    except (Unreadable, OSError, ValueError, MemoryError) as error:
        return not_checked(arguments, str(error))
    return status


if __name__ == "__main__":
    sys.exit(main())
