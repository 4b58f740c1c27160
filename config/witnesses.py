"""The witnesses of an installation, as its settings name them."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from kernel.signing import COSIGNS, public_of

DEMO: Final = "demo"


class Unfit(ValueError):
    """The setting cannot mean what it says; the text says why."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: the key by which it is known, and where it is asked."""

    key: str
    url: str


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Whom the platform asks, and how many of them have to sign.

    Attributes:
        beside: a demo starts three of its own, beside the server.
    """

    quorum: int = 0
    named: tuple[Witness, ...] = ()
    beside: bool = False


NO_WITNESSES: Final = Witnesses()


def read_witnesses(text: str, quorum: str) -> Witnesses:
    """``KEY URL, KEY URL, …`` (also a line each), ``demo``, or nothing.

    Args:
        quorum: how many have to sign; empty for the smallest majority.

    Raises:
        Unfit: says what is wrong.
    """
    if text.strip() == DEMO:
        return Witnesses(beside=True)
    parts = [part for part in text.replace("\n", ",").split(",") if part.strip()]
    named = tuple(sorted((_witness(part.split()) for part in parts), key=lambda one: one.key))
    names = [public_of(one.key)[0] for one in named]
    if len(set(names)) < len(names):
        raise Unfit("LUOCHUI_WITNESSES names a witness twice")
    if quorum and not (quorum.isdecimal() and 1 <= int(quorum) <= len(named)):
        raise Unfit(f"LUOCHUI_WITNESS_QUORUM is {quorum!r}; it is a number from 1 to that of the witnesses "
                    f"({len(named)})")
    return Witnesses(int(quorum) if quorum else majority(len(named)), named)


def majority(many: int) -> int:
    """The smallest; of none, none."""
    return many // 2 + 1 if many else 0


def _witness(words: list[str]) -> Witness:
    if len(words) != 2:
        raise Unfit(f"LUOCHUI_WITNESSES has {' '.join(words)[:80]!r}; each witness is its key, a blank, its "
                    "address")
    key, url = words
    try:
        kind = public_of(key)[2]
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError as error:
        raise Unfit(f"LUOCHUI_WITNESSES has {key[:80]!r} {url[:80]!r}: {error}") from error
    if kind != COSIGNS:
        raise Unfit(f"LUOCHUI_WITNESSES has {key[:80]!r}, which is no key of a witness (type 0x04)")
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_fits or parts.query:
        raise Unfit(f"LUOCHUI_WITNESSES has the address {url[:80]!r}; it is http:// or https:// and a host")
    return Witness(key, url)
