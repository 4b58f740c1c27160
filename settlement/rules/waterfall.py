"""claims/v1 -> plan/v1: the whole ladder, for both regimes (docs/contracts.md).

The money is bound to the asset it came from: costs and preferred claims take from their asset,
and only what all of them leave is shared (rules-funds-distribution, section 4).
"""

from fractions import Fraction

from settlement.rules.claims import Claim, Claims
from settlement.rules.costs import keep_reserves, pay_costs
from settlement.rules.ladder import ClaimClass, Regime, Step
from settlement.rules.plan import Line, Plan
from settlement.rules.preferred import pay_preferred
from settlement.rules.till import POOL, Till, bar
from settlement.rules.unsecured import pay_last, pay_unsecured


def distribute(claims: Claims) -> Plan:
    """Pay the proceeds down the ladder; every line, and the surplus for the debtor.

    Paid, reserved, reward and surplus add up to the proceeds, to the fen, for any claims.
    """
    till = Till(claims)
    pay_costs(till)
    for asset in claims.assets:
        keep_reserves(till, asset)
        pay_preferred(till, asset)
    if claims.regime is Regime.PRO_RATA:
        till.pool_all()
        pay_unsecured(till, POOL)
    else:
        for asset in claims.assets:
            pay_unsecured(till, asset.id)
        till.pool_all()
    pay_last(till)
    lines = (*till.lines, *_barred_lines(till))
    total_fen = sum(asset.proceeds_fen for asset in claims.assets)
    return Plan(claims.regime, lines, till.left[POOL], total_fen)


def _barred_lines(till: Till) -> list[Line]:
    """The parts that take nothing, claim by claim: served like all others, with the reason."""
    lines: list[Line] = []
    for claim in till.claims.claims:
        if claim.late:
            lines.append(_barred(claim, claim.kind.step, claim.amount_fen, claim.kind.basis))
        elif _asks_at_nine(claim) and bar(claim, Step.ORDINARY) and till.owed[claim.id] > 0:
            basis = "PRI-03" if claim.kind is ClaimClass.RESTITUTION else "PRI-09"
            lines.append(_barred(claim, Step.ORDINARY, till.owed[claim.id], basis))
        if claim.doubled_interest_fen > 0 and bar(claim, Step.DOUBLED):
            lines.append(_barred(claim, Step.DOUBLED, claim.doubled_interest_fen, "PRI-10"))
    return lines


def _asks_at_nine(claim: Claim) -> bool:
    return Step.ORDINARY in (claim.kind.step, claim.kind.rest_step)


def _barred(claim: Claim, step: Step, due_fen: int, basis: str) -> Line:
    return Line(
        id=claim.id, creditor=claim.creditor, step=step, asset=POOL, due_fen=due_fen, paid_fen=0,
        reserved_fen=0, reward_fen=0, exact=Fraction(0), basis=basis, reason=bar(claim, step),
        kind=claim.kind,
    )
