"""Start price, deposit, increment: what the panel may decide (AUC-10, AUC-17, AUC-26, GEN-6).

Lower bounds round up to the fen, upper bounds down: a rounded bound is never under the law's.
"""

from dataclasses import dataclass

from kernel.law import RuleSet
from kernel.money import Fen, at_least, at_most


@dataclass(frozen=True, slots=True)
class Range:
    """Amounts from ``least_fen`` to ``most_fen``, both included."""

    least_fen: Fen
    most_fen: Fen

    def __contains__(self, amount_fen: int) -> bool:
        return self.least_fen <= amount_fen <= self.most_fen


def least_start_price(reference_price_fen: Fen, rules: RuleSet) -> Fen:
    """The least start price of a first auction: 70 % of reference or market price (AUC-10.3)."""
    return at_least(reference_price_fen, rules.fraction("start_min_ratio"))


def least_second_start_price(first_start_price_fen: Fen, rules: RuleSet) -> Fen:
    """The least start price of a second auction: a cut of a fifth of the first one's (AUC-26.4)."""
    return at_least(first_start_price_fen, rules.fraction("second_min_ratio"))


def lawful_deposit(start_price_fen: Fen, rules: RuleSet) -> Range:
    """The deposits a panel may fix: 5 % to 20 % of the start price (AUC-17.1)."""
    return Range(at_least(start_price_fen, rules.fraction("deposit_min_ratio")),
                 at_most(start_price_fen, rules.fraction("deposit_max_ratio")))


def usual_increment(start_price_fen: Fen, rules: RuleSet) -> Range:
    """Increments that need no second look; the law sets none (AUC-20.2)."""
    return Range(at_least(start_price_fen, rules.fraction("increment_usual_min_ratio")),
                 at_most(start_price_fen, rules.fraction("increment_usual_max_ratio")))


def deposit_due(deposit_fen: Fen, applicant_claim_fen: Fen | None = None) -> Fen:
    """What a bidder has to pay in; an applicant creditor only what its claim lacks (AUC-17.4)."""
    return Fen(max(0, deposit_fen - (applicant_claim_fen or 0)))


def least_price_with_surplus(prior_claims_fen: Fen, enforcement_costs_fen: Fen) -> Fen:
    """The least reserve that leaves anything after the claims that come first (GEN-6).

    A start price below it would be a sale without surplus (无益拍卖): see ``auction.rules.stops``.
    """
    return Fen(prior_claims_fen + enforcement_costs_fen + 1)
