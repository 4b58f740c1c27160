"""The use cases of valuation; floors above call these names."""

from valuation.services.appraisal import (
    accept_commission,
    accept_report,
    file_objection,
    note_commission_failed,
    price_in_force,
    prices_of_case,
    put_in_force,
    send_commission,
    serve_report,
    standing_of,
    take_report,
)
from valuation.services.course import (
    ask_parties,
    get_valuation,
    list_institution,
    listed,
    mark_price_used,
    open_valuation,
    order_of,
    record_agreement,
    record_method_out,
    situation_of,
    valuations_of_case,
    valuations_of_court,
)
from valuation.services.draws import (
    commit_secrets,
    draw_obstacles,
    draws_of_court,
    get_draw,
    hold_draw,
    hold_due,
    note_freeze,
    open_contribution,
    propose_draw,
    public_draws,
    seal_contribution,
    secrets_of,
    transcript_of,
)

__all__ = [
    "accept_commission", "accept_report", "ask_parties", "commit_secrets", "draw_obstacles",
    "draws_of_court", "file_objection", "get_draw", "get_valuation", "hold_draw", "hold_due",
    "list_institution", "listed", "mark_price_used", "note_commission_failed", "note_freeze",
    "open_contribution", "open_valuation", "order_of", "price_in_force", "prices_of_case",
    "propose_draw", "public_draws", "put_in_force", "record_agreement", "record_method_out",
    "seal_contribution", "secrets_of", "send_commission", "serve_report", "situation_of",
    "standing_of", "take_report", "transcript_of", "valuations_of_case", "valuations_of_court",
]
