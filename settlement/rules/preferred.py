"""Steps 3 to 6: those who are preferred on one asset, each group in full before the next."""

from collections.abc import Sequence
from datetime import datetime

from settlement.rules.claims import Asset, Claim
from settlement.rules.ladder import ClaimClass, Step
from settlement.rules.till import Till

_RIGHTS = (ClaimClass.RETENTION, ClaimClass.PURCHASE_MONEY, ClaimClass.SECURITY)
"""Real rights in their order, whatever their dates (PRI-06a before PRI-06b before PRI-06c)."""


def pay_preferred(till: Till, asset: Asset) -> None:
    """Pay medical costs, housing consumers, builders and secured rights from one asset."""
    for kind in (ClaimClass.MEDICAL, ClaimClass.HOUSING_CONSUMER):
        till.share(asset.id, kind.step, _on(till, kind, asset), till.preferred_due,
                   basis=kind.basis)
    till.share(asset.id, Step.WORKS, _on(till, ClaimClass.CONSTRUCTION, asset), till.preferred_due,
               basis=ClaimClass.CONSTRUCTION.basis, money_fen=_works_part(till, asset))
    for group in _ranks(till, asset):
        till.share(asset.id, Step.SECURED, group, till.preferred_due, basis=group[0].kind.basis)


def _on(till: Till, kind: ClaimClass, asset: Asset) -> list[Claim]:
    """Claims of one class that may take from the asset: bound to it, or to none."""
    return [claim for claim in till.taking(kind.step)
            if claim.kind is kind and claim.asset in (None, asset.id)]


def _works_part(till: Till, asset: Asset) -> int:
    """The building's part of what the asset has left, rounded down (PRI-05)."""
    left_fen = till.left[asset.id]
    return left_fen if asset.works_percent is None else int(left_fen * asset.works_percent / 100)


def _ranks(till: Till, asset: Asset) -> list[list[Claim]]:
    """The groups of step 6 in the order in which they are paid.

    Tax arrears go directly before the first group that was set up after they arose (PRI-06t).
    A circle (arrears older than a retention, younger than a mortgage behind it) resolves by
    this rule alone: before the first right of the order that is later.
    """
    rights = [group for kind in _RIGHTS for group in _by_time(_on(till, kind, asset))]
    arrears = _by_time(_on(till, ClaimClass.TAX_ARREARS, asset))
    ranks: list[list[Claim]] = []
    for right in rights:
        while arrears and _is_later(right, arrears[0]):
            ranks.append(arrears.pop(0))
        ranks.append(right)
    return ranks + arrears


def _by_time(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Groups of the same instant, earlier first, undated last; inside, the order of the list."""
    groups: dict[datetime | None, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.registered_at, []).append(claim)
    dated = sorted(instant for instant in groups if instant is not None)
    order: list[datetime | None] = [*dated, *([None] if None in groups else [])]
    return [groups[instant] for instant in order]


def _is_later(right: Sequence[Claim], arrears: Sequence[Claim]) -> bool:
    """Whether a right was set up after the arrears arose; one without a date counts as later."""
    set_up_at, arose_at = right[0].registered_at, arrears[0].registered_at
    return set_up_at is None or (arose_at is not None and set_up_at > arose_at)
