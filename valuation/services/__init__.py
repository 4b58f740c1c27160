"""The use cases of valuation; floors above call these names."""

from valuation.services.commissions import (
    accept_commission,
    commissions_of_person,
    decline_commission,
    note_commission_failed,
    own_commission,
    possible_failures,
    send_commission,
)
from valuation.services.course import (
    ask_parties,
    facts_missing,
    open_valuation,
    record_agreement,
    record_method_out,
    sides_of,
)
from valuation.services.draws import (
    LeftOut,
    draw_obstacles,
    drawable,
    draws_of_court,
    freezes_due,
    get_draw,
    hold_draw,
    hold_due,
    note_freeze,
    propose_draw,
    public_draw,
    public_draws,
    running_draw,
    to_draw,
    transcript_of,
)
from valuation.services.institutions import (
    get_institution,
    institutions_of,
    institutions_of_person,
    link_institution,
    list_institution,
    listed,
    may_keep,
    set_institution_active,
)
from valuation.services.prices import mark_price_used, price_in_force, price_of, prices_of_case
from valuation.services.reading import (
    case_of,
    current_commission,
    get_valuation,
    institution_of,
    is_over_to_draw,
    law_of,
    may_see,
    openable,
    order_of,
    situation_of,
    valuation_of_property,
    valuations_of_case,
    valuations_of_court,
)
from valuation.services.reports import (
    Hearing,
    accept_report,
    file_objection,
    hearings_of,
    may_take_report,
    objection_terms_over,
    put_in_force,
    serve_report,
    standing_of,
    take_report,
)
from valuation.services.seats import open_contribution, seal_contribution, seat_of
from valuation.services.secret_numbers import commit_secrets, secrets_by_court, secrets_of

__all__ = [
    "Hearing", "LeftOut", "accept_commission", "accept_report", "ask_parties", "case_of",
    "commissions_of_person", "commit_secrets", "current_commission", "decline_commission",
    "draw_obstacles", "drawable", "draws_of_court", "facts_missing", "file_objection",
    "freezes_due", "get_draw", "get_institution", "get_valuation", "hearings_of", "hold_draw",
    "hold_due", "institution_of", "institutions_of", "institutions_of_person", "is_over_to_draw", "law_of",
    "link_institution", "list_institution", "listed", "mark_price_used", "may_keep", "may_see",
    "may_take_report", "note_commission_failed", "note_freeze", "objection_terms_over",
    "open_contribution", "open_valuation", "openable", "order_of", "own_commission", "possible_failures",
    "price_in_force", "price_of", "prices_of_case", "propose_draw", "public_draw", "public_draws",
    "put_in_force", "record_agreement", "record_method_out", "running_draw", "seal_contribution",
    "seat_of", "secrets_by_court", "secrets_of", "send_commission", "serve_report", "set_institution_active",
    "sides_of", "situation_of", "standing_of", "take_report", "to_draw", "transcript_of",
    "valuation_of_property", "valuations_of_case", "valuations_of_court",
]
