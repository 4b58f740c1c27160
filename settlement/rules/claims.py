"""claims/v1 (docs/contracts.md): what is to be shared, and who asks for it; read strictly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from kernel.formats import FormatError, Reader
from settlement.rules.ladder import ClaimClass, Regime, ReserveKind, Step

FORMAT: Final = "claims/v1"
MOST_FEN: Final = 10**15

_PERCENT: Final = re.compile(r"[0-9]+(?:\.[0-9]{1,6})?")
_HUNDRED: Final = Fraction(100)
_BOUND_STEPS: Final = frozenset({Step.WORKS, Step.SECURED})
_DATED: Final = frozenset({ClaimClass.PURCHASE_MONEY, ClaimClass.TAX_ARREARS})


@dataclass(frozen=True, slots=True)
class Asset:
    """One thing sold. ``works_percent``: the building's part of its price; all of it where None."""

    id: str
    proceeds_fen: int
    works_percent: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost of enforcement; common to all assets where ``asset`` is None."""

    id: str
    kind: str
    amount_fen: int
    asset: str | None = None
    advanced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Reserve:
    """Money that a decision keeps back from the proceeds of one asset."""

    id: str
    kind: ReserveKind
    asset: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim. ``seized_at`` maps the assets it seized to the instant; empty: none."""

    id: str
    creditor: str
    kind: ClaimClass
    amount_fen: int
    titled: bool
    asset: str | None = None
    registered_at: datetime | None = None
    cap_fen: int | None = None
    seized_at: Mapping[str, datetime] | None = None
    seizure_lapsed: bool = False
    unadjudged: bool = False
    late: bool = False
    doubled_interest_fen: int = 0
    reward_percent: Fraction | None = None

    @property
    def preferred_fen(self) -> int:
        """What may be asked with priority: the claim, or a lower registered maximum (PRI-06e)."""
        return self.amount_fen if self.cap_fen is None else min(self.amount_fen, self.cap_fen)

    def seized(self, asset: str) -> datetime | None:
        """When a seizure that still holds took this asset; None gives no rank on it (PAR-08)."""
        if self.seizure_lapsed or self.seized_at is None:
            return None
        return self.seized_at.get(asset)


@dataclass(frozen=True, slots=True)
class Claims:
    """All that a plan is computed from."""

    regime: Regime
    assets: tuple[Asset, ...]
    costs: tuple[Cost, ...]
    reserves: tuple[Reserve, ...]
    claims: tuple[Claim, ...]


def read_claims(value: Any) -> Claims:  # any JSON value: it is checked here
    """Read claims/v1 from a parsed JSON value.

    Raises:
        FormatError: naming the first member that does not fit.
    """
    top = Reader(value).members(("format", "regime", "assets", "claims"), ("costs", "reserves"))
    top.at("format").choice(FORMAT)
    regime = Regime(top.at("regime").choice(*Regime))
    assets = tuple(_asset(item) for item in top.at("assets").items(least=1))
    _distinct([(asset.id, f"assets[{i}].id") for i, asset in enumerate(assets)])
    known = tuple(asset.id for asset in assets)
    costs = tuple(_cost(item, known) for item in _optional_items(top, "costs"))
    reserves = tuple(_reserve(item, known) for item in _optional_items(top, "reserves"))
    claims = tuple(_claim(item, known) for item in top.at("claims").items())
    _distinct([
        *((cost.id, f"costs[{i}].id") for i, cost in enumerate(costs)),
        *((reserve.id, f"reserves[{i}].id") for i, reserve in enumerate(reserves)),
        *((claim.id, f"claims[{i}].id") for i, claim in enumerate(claims)),
    ])
    return Claims(regime, assets, costs, reserves, claims)


def _optional_items(top: Reader, name: str) -> list[Reader]:
    return top.at(name).items() if top.has(name) else []


def _distinct(named: list[tuple[str, str]]) -> None:
    seen: set[str] = set()
    for ident, path in named:
        if ident in seen:
            raise FormatError(path, "stands a second time; every id stands once")
        seen.add(ident)


def _asset(item: Reader) -> Asset:
    item.members(("id", "proceeds_fen"), ("works_percent",))
    return Asset(item.at("id").text(), _fen(item.at("proceeds_fen")),
                 item.at("works_percent").or_null(_percent))


def _cost(item: Reader, known: tuple[str, ...]) -> Cost:
    item.members(("id", "kind", "amount_fen"), ("asset", "advanced_by"))
    return Cost(
        id=item.at("id").text(),
        kind=item.at("kind").text(),
        amount_fen=_fen(item.at("amount_fen")),
        asset=item.at("asset").or_null(lambda at: _known(at, known)),
        advanced_by=item.at("advanced_by").or_null(Reader.text),
    )


def _reserve(item: Reader, known: tuple[str, ...]) -> Reserve:
    item.members(("id", "kind", "asset", "amount_fen"))
    return Reserve(
        id=item.at("id").text(),
        kind=ReserveKind(item.at("kind").choice(*ReserveKind)),
        asset=_known(item.at("asset"), known),
        amount_fen=_fen(item.at("amount_fen")),
    )


def _claim(item: Reader, known: tuple[str, ...]) -> Claim:
    item.members(
        ("id", "creditor", "class", "amount_fen", "titled"),
        ("asset", "registered_at", "cap_fen", "seized_at", "seizure_lapsed", "unadjudged", "late",
         "doubled_interest_fen", "reward_percent"),
    )
    kind = ClaimClass(item.at("class").choice(*ClaimClass))
    asset = item.at("asset").or_null(lambda at: _known(at, known))
    if asset is None and kind.step in _BOUND_STEPS:
        raise item.at("asset").refuse("must name an asset for a claim of this class")
    registered_at = item.at("registered_at").or_null(Reader.instant)
    if registered_at is None and kind in _DATED:
        raise item.at("registered_at").refuse("must be given for a claim of this class")
    return Claim(
        id=item.at("id").text(),
        creditor=item.at("creditor").text(),
        kind=kind,
        amount_fen=_fen(item.at("amount_fen")),
        titled=item.at("titled").boolean(),
        asset=asset,
        registered_at=registered_at,
        cap_fen=item.at("cap_fen").or_null(_fen),
        seized_at=item.at("seized_at").or_null(
            lambda at: _seizures(at, known if asset is None else (asset,), known)
        ),
        seizure_lapsed=_flag(item, "seizure_lapsed"),
        unadjudged=_flag(item, "unadjudged"),
        late=_flag(item, "late"),
        doubled_interest_fen=(item.at("doubled_interest_fen").integer(0, MOST_FEN)
                              if item.has("doubled_interest_fen") else 0),
        reward_percent=item.at("reward_percent").or_null(_percent),
    )


def _seizures(
    at: Reader, own: tuple[str, ...], known: tuple[str, ...]
) -> dict[str, datetime]:
    """One instant for all of the claim's own assets, or one for each asset named."""
    if not isinstance(at.value, dict):
        instant = at.instant()
        return dict.fromkeys(own, instant)
    for name in at.value:
        if name not in known:
            raise at.at(name).refuse("is not the id of an asset")
    return {name: at.at(name).instant() for name in at.value}


def _known(at: Reader, known: tuple[str, ...]) -> str:
    name = at.text()
    if name not in known:
        raise at.refuse("is not the id of an asset")
    return name


def _fen(at: Reader) -> int:
    return at.integer(1, MOST_FEN)


def _flag(item: Reader, name: str) -> bool:
    return item.at(name).boolean() if item.has(name) else False


def _percent(at: Reader) -> Fraction:
    text = at.text()
    if not _PERCENT.fullmatch(text) or Fraction(text) > _HUNDRED:
        raise at.refuse('must be decimal text from "0" to "100" with at most six decimals')
    return Fraction(text)
