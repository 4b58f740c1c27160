#!/usr/bin/env python3
"""Recompute what a court's auction platform decided, from a published file and with nothing else.

    python3 verify.py redraw  FILE    the draw of valuation institutions   jdraw/v1
    python3 verify.py replay  FILE    the bids of one lot                  replay/v1
    python3 verify.py compute FILE    the distribution of the proceeds     claims/v1

FILE is JSON, `-` is standard input. The result goes to standard output as JSON, messages go to
standard error. The exit status is 0; 1 if a check of a draw fails; 2 if the input does not fit.
A list of inputs gives the list of their results.

This program was written from the description of the formats and shares no line with the platform:
if the two disagree, one of them is wrong, and anyone can find out which. It needs nothing but
Python 3.11 or later.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import NoReturn, TypeAlias, TypeVar

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


@dataclass(frozen=True)
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
        for name in members:
            if name not in required.split() and name not in optional:
                members[name].refuse("is not known")
        return members

    def open_members(self, required: str, **optional: Json) -> dict[str, Field]:
        """The same where the object may have any further members."""
        if not isinstance(self.value, dict):
            self.refuse("must be an object")
        for name in required.split():
            if name not in self.value:
                self.member(name).refuse("is missing")
        return {name: self.member(name, v) for name, v in (optional | self.value).items()}

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
        if not isinstance(self.value, str) or not TIME.fullmatch(self.value):
            self.refuse("must be a time with an offset, like 2026-04-03T10:07:29.999+08:00")
        try:
            return datetime.fromisoformat(self.value).astimezone(BEIJING)
        except (ValueError, OverflowError):
            self.refuse("is no time of the calendar")

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


def _or(value: T | None, default: T) -> T:
    return default if value is None else value


# -------------------------------------------------------------------------------------------------
# redraw: jdraw/v1, the lottery of valuation institutions
# -------------------------------------------------------------------------------------------------


def canonical_json(value: Json) -> bytes:
    """The only way to write a value: members by code point, no blanks, UTF-8, few escapes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


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


@dataclass(frozen=True)
class Bid:
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
    bids: list[Bid] = []
    rank_of_code: dict[str, int | None] = {}
    for entry in field.items():
        bid = entry.members("code amount_fen received_at", priority_rank=None, id=None)
        bids.append(
            Bid(
                code=bid["code"].text(),
                amount_fen=bid["amount_fen"].integer(1),
                received_at=bid["received_at"].instant(),
                priority_rank=bid["priority_rank"].or_none(lambda rank: rank.integer(1)),
                id=bid["id"].or_none(lambda name: name.text(128)),
            )
        )
        rank = bids[-1].priority_rank
        if rank_of_code.setdefault(bids[-1].code, rank) != rank:
            bid["priority_rank"].refuse("differs from that of an earlier bid of the same code")
    return bids


class Sale:
    """A lot while bids come in, one after the other in the order of the list."""

    def __init__(self, lot: Lot) -> None:
        self.lot = lot
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
        reason = self._refusal(
            bid,
            out_of_order=latest - bid.received_at > self.lot.reorder,
            id_conflict=first is not None,
        )
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
            self.first_answers.setdefault((bid.code, bid.id), (bid.amount_fen, decision))
        return decision

    def _refusal(self, bid: Bid, *, out_of_order: bool, id_conflict: bool) -> str | None:
        """The first reason that applies, or none."""
        lot, leader, amount_fen = self.lot, self.leader, bid.amount_fen
        base_fen = leader.amount_fen if leader else lot.start_price_fen
        equal = leader is not None and bid.priority_rank is not None and amount_fen == base_fen
        reasons = {
            "not_open": bid.received_at < lot.opens_at,
            "suspended": self._is_suspended(bid.received_at),
            "closed": bid.received_at >= self.closes_at,
            "out_of_order": out_of_order,
            "id_conflict": id_conflict,
            "below_start": amount_fen < lot.start_price_fen,
            "cannot_match": equal and not self._can_match(bid),
            "below_minimum": not equal and amount_fen < self.minimum_fen,
            "not_whole_step": not equal
            and lot.whole_steps
            and (amount_fen - lot.start_price_fen) % lot.increment_fen != 0,
            "step_too_large": not equal
            and lot.max_steps is not None
            and amount_fen > base_fen + lot.max_steps * lot.increment_fen,
        }
        return next((reason for reason, applies in reasons.items() if applies), None)

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
            suspension = self.coming.pop(0)
            if suspension.begins_at <= self.closes_at:
                left = max(self.closes_at - suspension.begins_at, self.lot.window)
                self.closes_at = suspension.ends_at + left
                self.past.append(suspension)

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
# The command line
# -------------------------------------------------------------------------------------------------

COMMANDS: dict[str, Callable[[Json], dict[str, Json]]] = {
    "redraw": redraw,
    "replay": replay,
    "compute": compute,
}


def run(command: Callable[[Json], dict[str, Json]], given: Json, name: str) -> tuple[Json, int]:
    """Result and exit status of one input; what does not fit is told on standard error."""
    try:
        result = command(given)
    except Refused as refusal:
        where = refusal.field or "the input itself"
        print(f"{name}: {where}: {refusal.message}", file=sys.stderr)
        return {"error": {"field": refusal.field, "message": refusal.message}}, 2
    checks = result.get("checks")
    return result, 1 if isinstance(checks, dict) and not all(checks.values()) else 0


def print_json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)


def main() -> int:
    summary, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        subparser = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        subparser.add_argument("file", metavar="FILE", help="a JSON file, - for standard input")
    arguments = parser.parse_args()
    file, command = arguments.file, COMMANDS[arguments.command]
    try:
        given = read_json(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    except (OSError, ValueError, Unreadable) as error:
        print(f"{file}: cannot be read: {error}", file=sys.stderr)
        return 2
    output: Json
    if isinstance(given, list):
        results = [run(command, item, f"{file}[{i}]") for i, item in enumerate(given)]
        output, status = [result for result, _ in results], max((s for _, s in results), default=0)
    else:
        output, status = run(command, given, file)
        if status == 2:
            return status
    sys.stdout.buffer.write(print_json(output).encode("utf-8") + b"\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
