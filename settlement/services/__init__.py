"""The use cases of settlement."""

from settlement.services.payouts import (
    approve_payout,
    execute_payout,
    payouts_of_court,
    prepare_payout,
)
from settlement.services.plans import (
    costs_of,
    draft_plan,
    finish_term,
    get_plan,
    note_approval,
    object_to,
    plans_of,
    plans_of_court,
    record_cost,
    serve_plan,
    standing_of,
)

__all__ = [
    "approve_payout", "costs_of", "draft_plan", "execute_payout", "finish_term", "get_plan",
    "note_approval", "object_to", "payouts_of_court", "plans_of", "plans_of_court",
    "prepare_payout", "record_cost", "serve_plan", "standing_of",
]
