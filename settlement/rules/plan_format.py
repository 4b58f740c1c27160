"""plan/v1 (docs/contracts.md): a plan as the public file that anyone may recompute."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from kernel.commitments import lp
from kernel.formats import canonical
from settlement.rules.claims import read_claims
from settlement.rules.plan import Line, Plan
from settlement.rules.waterfall import distribute

FORMAT = "plan/v1"


def compute(value: Any) -> dict[str, Any]:
    """From a parsed claims/v1 to a printable plan/v1.

    Raises:
        FormatError: the claims do not fit; it names the first member that does not.
    """
    return plan_value(distribute(read_claims(value)))


def plan_commitment(*, subject: str, salt: bytes, claims: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    """Hex of SHA-256(lp("jauc/v1/plan", subject, salt, canonical claims, canonical plan))."""
    return sha256(lp(b"jauc/v1/plan", subject.encode(), salt, canonical(claims), canonical(plan))).hexdigest()


def plan_value(plan: Plan) -> dict[str, Any]:
    """The plan as a JSON value with just the members of plan/v1."""
    return {
        "format": FORMAT,
        "lines": [_line_value(line) for line in plan.lines],
        "surplus_fen": plan.surplus_fen,
        "total_fen": plan.total_fen,
    }


def _line_value(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "creditor": line.creditor,
        "step": int(line.step),
        "asset": line.asset,
        "due_fen": line.due_fen,
        "paid_fen": line.paid_fen,
        "reserved_fen": line.reserved_fen,
        "reward_fen": line.reward_fen,
        "unpaid_fen": line.unpaid_fen,
        "exact": f"{line.exact.numerator}/{line.exact.denominator}",
        "basis": line.basis,
        "reason": None if line.reason is None else line.reason.value,
    }
