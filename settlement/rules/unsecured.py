"""Steps 7 to 11: wages, taxes, ordinary claims with the rests of others, interest, fines."""

from collections.abc import Sequence
from datetime import datetime

from settlement.rules.claims import Claim
from settlement.rules.ladder import ClaimClass, Step
from settlement.rules.till import POOL, Till


def pay_unsecured(till: Till, source: str | None) -> None:
    """Steps 7 to 9, from the pool or from one asset."""
    def owed(claim: Claim) -> int:
        return till.owed[claim.id]

    till.share(source, Step.WAGES, _asking(till, Step.WAGES), owed, basis="PRI-07")
    till.share(source, Step.TAXES, _asking(till, Step.TAXES), owed, basis="PRI-08")
    asking = _asking(till, Step.ORDINARY)
    victims = [claim for claim in asking if claim.kind is ClaimClass.RESTITUTION]
    others = [claim for claim in asking if claim.kind is not ClaimClass.RESTITUTION]
    till.share(source, Step.ORDINARY, victims, owed, basis="PRI-03")
    ranks = [others] if source is POOL else _by_seizure(others, source)
    for group in ranks:
        till.share(source, Step.ORDINARY, group, owed, basis="PRI-09")


def pay_last(till: Till) -> None:
    """Steps 10 and 11, from the pool of all that is left: doubled interest (PRI-10), then fines."""
    till.share(POOL, Step.DOUBLED, till.taking(Step.DOUBLED),
               lambda claim: claim.doubled_interest_fen, basis="PRI-10")
    till.share(POOL, Step.FINES, _asking(till, Step.FINES), lambda claim: claim.amount_fen,
               basis="PRI-11")


def _asking(till: Till, step: Step) -> list[Claim]:
    """Claims whose class stands at this step, and those whose rest falls down to it."""
    return [claim for claim in till.taking(step) if step in (claim.kind.step, claim.kind.rest_step)]


def _by_seizure(claims: Sequence[Claim], asset: str) -> list[list[Claim]]:
    """Groups by the instant of seizing this asset; all that did not, last (REG-03, PAR-08)."""
    groups: dict[datetime, list[Claim]] = {}
    unranked: list[Claim] = []
    for claim in claims:
        seized_at = claim.seized(asset)
        (unranked if seized_at is None else groups.setdefault(seized_at, [])).append(claim)
    return [*(groups[instant] for instant in sorted(groups)), unranked]
