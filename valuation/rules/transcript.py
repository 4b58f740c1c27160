"""The transcript of one draw, and the six checks by which anyone recomputes it.

Contract: docs/contracts.md, jdraw/v1. Rules: REF-16.2, REF-34 (the process of the draw is kept).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from kernel.formats import Reader
from kernel.money import MAX_FEN
from valuation.rules import draw
from valuation.rules.draw import SECRET_BYTES, HashName, Pick

FORMAT: Final = "jdraw/v1"
LONGEST_TEXT: Final = 200
LAST_NUMBER: Final = 2**32 - 1
LARGEST_INTEGER: Final = MAX_FEN
"""2^53 - 1: what canonical JSON may hold."""


class Check(StrEnum):
    """The checks, in the order in which they are shown."""

    POOL_DISTINCT = "pool_distinct"
    POOL_LARGE_ENOUGH = "pool_large_enough"
    FREEZE_BINDS = "freeze_binds"
    COURT_COMMITMENT = "court_commitment"
    CONTRIBUTION_COMMITMENTS = "contribution_commitments"
    RESULT_MATCHES = "result_matches"


@dataclass(frozen=True, slots=True)
class CourtNumber:
    """Which of a court's numbered secrets."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Freeze:
    """What stood fixed before anyone contributed.

    Attributes:
        court: the numbered secret that will be used; None in a transcript that does not bind it.
        roles: who may contribute; None likewise.
        members: the whole object, further members too: its bytes enter the seed.
    """

    draw_id: str
    k: int
    pool: tuple[str, ...]
    court: CourtNumber | None
    roles: frozenset[str] | None
    members: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one role sealed and opened; ``commitment`` None: it never committed."""

    role: str
    commitment: bytes | None
    nonce: bytes | None

    @property
    def enters_as(self) -> bytes:
        """Its bytes in the seed: empty where nothing was opened, or nothing had been sealed."""
        return b"" if self.commitment is None or self.nonce is None else self.nonce


@dataclass(frozen=True, slots=True)
class Transcript:
    hash: HashName
    freeze: Freeze
    court: CourtNumber
    court_commitment: bytes
    court_secret: bytes
    contributions: tuple[Contribution, ...]
    beacon: bytes
    result: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redraw:
    """What a recomputation found. ``picks`` is None where the pool admits no order."""

    seed: bytes
    picks: tuple[Pick, ...] | None
    checks: Mapping[Check, bool]

    @property
    def order(self) -> list[str] | None:
        return None if self.picks is None else [pick.entry for pick in self.picks]

    @property
    def holds(self) -> bool:
        return all(self.checks.values())

    def as_json(self) -> dict[str, object]:
        return {"order": self.order, "seed": self.seed.hex(),
                "checks": {check.value: held for check, held in self.checks.items()}}


def redraw(transcript: Transcript) -> Redraw:
    """Compute seed and order again from what was frozen, sealed and opened."""
    freeze = transcript.freeze
    seed = draw.seed(
        transcript.hash,
        draw_id=freeze.draw_id,
        freeze_hash=draw.freeze_leaf_hash(transcript.hash, freeze.members),
        court_secret=transcript.court_secret,
        beacon=transcript.beacon,
        nonces={part.role: part.enters_as for part in transcript.contributions},
    )
    distinct = len(set(freeze.pool)) == len(freeze.pool)
    large_enough = len(freeze.pool) >= freeze.k
    picks = None
    if distinct and large_enough:
        picks = tuple(draw.picks(transcript.hash, seed, freeze.pool, freeze.k))
    return Redraw(seed, picks, {
        Check.POOL_DISTINCT: distinct,
        Check.POOL_LARGE_ENOUGH: large_enough,
        Check.FREEZE_BINDS: _freeze_binds(transcript),
        Check.COURT_COMMITMENT: _court_committed(transcript),
        Check.CONTRIBUTION_COMMITMENTS: all(
            _committed(transcript, part) for part in transcript.contributions),
        Check.RESULT_MATCHES: (picks is not None
                               and transcript.result == tuple(pick.entry for pick in picks)),
    })


def _freeze_binds(transcript: Transcript) -> bool:
    freeze = transcript.freeze
    roles = frozenset(part.role for part in transcript.contributions)
    return freeze.court in {None, transcript.court} and freeze.roles in {None, roles}


def _court_committed(transcript: Transcript) -> bool:
    court = transcript.court
    return transcript.court_commitment == draw.court_commitment(
        transcript.hash, court.name, court.number, transcript.court_secret)


def _committed(transcript: Transcript, part: Contribution) -> bool:
    return part.nonce is None or part.commitment == draw.contribution_commitment(
        transcript.hash, transcript.freeze.draw_id, part.role, part.nonce)


def read(value: Any) -> Transcript:
    """Read a ``jdraw/v1`` transcript.

    Raises:
        FormatError: names the member that does not fit.
    """
    root = Reader(value).members(
        ("format", "hash", "freeze", "court", "contributions", "beacon", "result"))
    root.at("format").choice(FORMAT)
    court = root.at("court").members(("name", "number", "commitment", "secret"))
    return Transcript(
        hash=HashName(root.at("hash").choice(*HashName)),
        freeze=_read_freeze(root.at("freeze")),
        court=_read_court(court),
        court_commitment=court.at("commitment").hexadecimal(size=SECRET_BYTES),
        court_secret=court.at("secret").hexadecimal(size=SECRET_BYTES),
        contributions=_read_contributions(root.at("contributions")),
        beacon=root.at("beacon").hexadecimal(),
        result=_read_texts(root.at("result")),
    )


def _read_freeze(freeze: Reader) -> Freeze:
    freeze.members(("algorithm", "attempt", "draw_id", "k", "pool"), open_ended=True)
    freeze.at("algorithm").choice(FORMAT)
    freeze.at("attempt").integer(1, LARGEST_INTEGER)
    _check_canonical(freeze)
    return Freeze(
        draw_id=_read_text(freeze.at("draw_id")),
        k=freeze.at("k").integer(1, LARGEST_INTEGER),
        pool=_read_texts(freeze.at("pool")),
        court=(_read_court(freeze.at("court").members(("name", "number")))
               if freeze.has("court") else None),
        roles=(frozenset(_read_roles(freeze.at("roles").items()))
               if freeze.has("roles") else None),
        members=freeze.value,
    )


def _read_court(court: Reader) -> CourtNumber:
    return CourtNumber(_read_text(court.at("name")), court.at("number").integer(1, LAST_NUMBER))


def _read_contributions(contributions: Reader) -> tuple[Contribution, ...]:
    items = [item.members(("role", "commitment", "nonce")) for item in contributions.items()]
    roles = _read_roles([item.at("role") for item in items])
    return tuple(Contribution(role, item.at("commitment").or_null(_read_secret),
                              item.at("nonce").or_null(_read_secret))
                 for role, item in zip(roles, items, strict=True))


def _read_roles(readers: list[Reader]) -> list[str]:
    """Roles in their order, none twice."""
    roles: dict[str, None] = {}
    for reader in readers:
        role = _read_text(reader)
        if role in roles:
            raise reader.refuse("must be another role than those before it")
        roles[role] = None
    return list(roles)


def _read_secret(reader: Reader) -> bytes:
    return reader.hexadecimal(size=SECRET_BYTES)


def _read_text(reader: Reader) -> str:
    return reader.text(longest=LONGEST_TEXT)


def _read_texts(reader: Reader) -> tuple[str, ...]:
    return tuple(_read_text(item) for item in reader.items())


def _check_canonical(reader: Reader) -> None:
    """Refuse, by its path, whatever canonical JSON cannot hold."""
    value = reader.value
    if isinstance(value, dict):
        for name in value:
            _check_canonical(reader.at(name))
    elif isinstance(value, list):
        for item in reader.items():
            _check_canonical(item)
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise reader.refuse("must be an integer within ±(2^53 - 1)")
    elif value is not None and type(value) is not str:
        raise reader.refuse("must not have a fraction or an exponent")
