"""What the tests of settlement share: claims/v1 files, written by hand and drawn at random."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from settlement.rules.claims import Claims, read_claims
from settlement.rules.ladder import ClaimClass, Regime, ReserveKind

VECTORS = Path(__file__).parents[1] / "vectors"

INSTANTS = ("2019-01-01T00:00:00+08:00", "2018-12-31T16:00:00Z", "2020-02-29T12:00:00.500+08:00",
            "2021-06-01T00:00:00+08:00")
"""The first two are the same instant, written differently."""

BOUND = ("construction", "retention", "purchase_money", "security", "tax_arrears")
DATED = ("purchase_money", "tax_arrears")


def vectors(name: str) -> list[Any]:
    read: list[Any] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return read


def a_file(**changed: Any) -> dict[str, Any]:
    """A claims/v1 with one house of 100.00 yuan and nobody who asks for it."""
    return {"format": "claims/v1", "regime": "pro_rata",
            "assets": [{"id": "house", "proceeds_fen": 10_000}], "claims": [], **changed}


def a_claim(ident: str = "A", kind: str = "ordinary", amount_fen: int = 5_000,
            **more: Any) -> dict[str, Any]:
    return {"id": ident, "creditor": ident, "class": kind, "amount_fen": amount_fen,
            "titled": True, **more}


def claims_of(**changed: Any) -> Claims:
    return read_claims(a_file(**changed))


AMOUNTS = st.one_of(st.integers(1, 40), st.integers(1, 10**6), st.integers(1, 10**15))
PERCENTS = st.sampled_from(["0", "5", "12.5", "33.333333", "99.999999", "100"])


@st.composite
def claims_files(draw: st.DrawFn, regimes: tuple[str, ...] = tuple(Regime)) -> dict[str, Any]:
    """Any claims/v1 that fits: small sums, so that rounding, ties and empty pots are common."""
    names = ["house", "car", "shares"][: draw(st.integers(1, 3))]
    assets = st.sampled_from(names)
    numbers = iter(range(1000))
    return {
        "format": "claims/v1",
        "regime": draw(st.sampled_from(regimes)),
        "assets": [{"id": name, "proceeds_fen": draw(AMOUNTS),
                    "works_percent": draw(st.none() | PERCENTS)} for name in names],
        "costs": [{"id": f"cost-{next(numbers)}",
                   "kind": draw(st.sampled_from(["execution_fee", "other"])),
                   "amount_fen": draw(AMOUNTS), "asset": draw(st.none() | assets),
                   "advanced_by": draw(st.sampled_from([None, "P1"]))}
                  for _ in range(draw(st.integers(0, 3)))],
        "reserves": [{"id": f"reserve-{next(numbers)}",
                      "kind": draw(st.sampled_from(list(ReserveKind))),
                      "asset": draw(assets), "amount_fen": draw(AMOUNTS)}
                     for _ in range(draw(st.integers(0, 2)))],
        "claims": [draw(_claim(f"claim-{next(numbers)}", names))
                   for _ in range(draw(st.integers(0, 8)))],
    }


@st.composite
def _claim(draw: st.DrawFn, ident: str, names: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(list(ClaimClass))).value
    assets, instants = st.sampled_from(names), st.sampled_from(INSTANTS)
    return {
        "id": ident,
        "creditor": draw(st.sampled_from(["P1", "P2", "P3"])),
        "class": kind,
        "amount_fen": draw(AMOUNTS),
        "titled": draw(st.booleans()),
        "asset": draw(assets if kind in BOUND else st.none() | assets),
        "registered_at": draw(instants if kind in DATED else st.none() | instants),
        "cap_fen": draw(st.none() | AMOUNTS),
        "seized_at": draw(st.none() | instants | st.dictionaries(assets, instants)),
        "seizure_lapsed": draw(st.booleans()),
        "unadjudged": draw(st.booleans()),
        "late": draw(st.sampled_from([False, False, False, True])),
        "doubled_interest_fen": draw(st.just(0) | AMOUNTS),
        "reward_percent": draw(st.none() | PERCENTS),
    }


JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**15, 10**15 + 1, 10**19, "", "x", "x" * 64, "x" * 65,
    "5", "100.0000001", "101", "1e1", "-1", "+1", ".5", "5.", " 5", "\N{FULLWIDTH DIGIT FIVE}",
    "2020-01-01T00:00:00", "2020-01-01T00:00:00.0001Z", "2020-02-30T00:00:00Z",
    "house", "security", "pro_rata", [], {}, [1], {"house": None},
    {"house": "2020-01-01T00:00:00Z"}, {"barn": "2020-01-01T00:00:00Z"},
)


@st.composite
def spoiled_files(draw: st.DrawFn) -> tuple[Any, str]:
    """A claims/v1 with one member replaced, removed or joined by another; and the member's path."""
    spoiled = draw(claims_files())
    holder, name, path = draw(st.sampled_from(list(_places(spoiled, ""))))
    deed = draw(st.sampled_from(["replace", "remove", "add"]))
    if deed == "replace":
        holder[name] = draw(st.sampled_from(JUNK))
    elif deed == "remove":
        del holder[name]
    elif isinstance(holder, dict):
        holder["surprise"] = draw(st.sampled_from(JUNK))
    return spoiled, path


def _places(value: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    if isinstance(value, dict):
        for name in value:
            here = f"{path}.{name}".lstrip(".")
            yield value, name, here
            yield from _places(value[name], here)
    elif isinstance(value, list):
        for i in range(len(value)):
            yield value, i, f"{path}[{i}]"
            yield from _places(value[i], f"{path}[{i}]")
