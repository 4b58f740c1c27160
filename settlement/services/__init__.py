"""The use cases of settlement."""

from settlement.services.costs import cost_texts, cost_words, costs_of, record_cost, strike_cost
from settlement.services.drafting import (
    APPROVAL_ACT,
    commitment_of,
    draft_obstacles,
    draft_plan,
    note_approval,
    opening_of,
)
from settlement.services.payouts import (
    approve_payout,
    done_by,
    due_on,
    execute_payout,
    get_payout,
    hindrance,
    next_act,
    payouts_of_court,
    prepare_payout,
)
from settlement.services.plans import (
    get_plan,
    in_states,
    plan_for_staff,
    plan_of,
    plans_of,
    plans_of_court,
    public_plan,
    public_plans,
    recomputed,
)
from settlement.services.reading import (
    READERS,
    StepSum,
    Term,
    served_plan,
    steps_of,
    terms_of,
)
from settlement.services.serving import (
    finish_term,
    object_to,
    received_on,
    recipients_of,
    serve_plan,
    standing_of,
    title_of,
)

__all__ = [
    "APPROVAL_ACT", "READERS", "StepSum", "Term", "approve_payout", "commitment_of",
    "cost_texts", "cost_words", "costs_of", "done_by", "draft_obstacles", "draft_plan", "due_on",
    "execute_payout", "finish_term", "get_payout", "get_plan", "hindrance", "in_states",
    "next_act", "note_approval", "object_to", "opening_of", "payouts_of_court",
    "plan_for_staff", "plan_of", "plans_of", "plans_of_court", "prepare_payout", "public_plan",
    "public_plans",
    "received_on", "recipients_of", "recomputed", "record_cost", "serve_plan", "served_plan",
    "standing_of", "steps_of", "strike_cost", "terms_of", "title_of",
]
