"""The acts that the log knows: ``domain.act``, each said once, in the order of a case's life.

A kind that is no longer written stays listed with the word "retired": old leaves bear it.
Kinds that verifiers read (contracts.md, bundle/v1) keep the names fixed there.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What a leaf says was done."""

    # the log itself
    LOG_OPENED = "log.opened"

    # accounts: courts, people, approvals
    COURT_OPENED = "court.opened"
    COURT_READINGS_SET = "court.readings_set"
    PERSON_REGISTERED = "person.registered"
    ROLE_GRANTED = "role.granted"
    ROLE_REVOKED = "role.revoked"
    PASSWORD_CHANGED = "password.changed"
    TOKEN_ISSUED = "token.issued"
    TOKEN_REVOKED = "token.revoked"
    IDENTITY_READ = "identity.read"
    APPROVAL_REQUESTED = "approval.requested"
    APPROVAL_SUPERSEDED = "approval.superseded"
    APPROVAL_APPROVED = "approval.approved"
    APPROVAL_REFUSED = "approval.refused"

    # cases: parties, claims, property, documents and their service
    CASE_REGISTERED = "case.registered"
    CASE_AMENDED = "case.amended"
    CASE_ASSIGNED = "case.assigned"
    PARTY_ADDED = "party.added"
    PARTY_AMENDED = "party.amended"
    PARTY_LINKED = "party.linked"
    PARTY_IDENTITY_READ = "party.identity_read"
    CLAIM_FILED = "claim.filed"
    CLAIM_AMENDED = "claim.amended"
    CLAIM_CHECKED = "claim.checked"
    PROPERTY_SEIZED = "property.seized"
    PROPERTY_AMENDED = "property.amended"
    PROPERTY_FACT = "property.fact_recorded"
    PROPERTY_STATUS = "property.status_changed"
    DOCUMENT_KEPT = "document.kept"
    DOCUMENT_PUBLICITY = "document.publicity_changed"
    DOCUMENT_OPENED = "document.opened"
    DOCUMENT_SERVED = "document.served"
    SERVICE_PROVED = "document.service_proved"

    # auction: lots, bidders, bids, ends
    LOT_DRAFTED = "lot.drafted"
    LOT_TERMS_CHANGED = "lot.terms_changed"
    LOT_DISCLOSED = "lot.disclosed"
    LOT_NOTICES_WORDED = "lot.notices_worded"
    LOT_ANNOUNCEMENT_WORDED = "lot.announcement_worded"
    LOT_SENT_TO_PANEL = "lot.sent_to_panel"
    LOT_DECIDED = "lot.decided"
    LOT_PARTY_NOTIFIED = "lot.party_notified"
    LOT_NOTICES_DONE = "lot.notices_done"
    LOT_PUBLISHED = "lot.published"
    LOT_OPENED = "lot.opened"
    BIDDER_REGISTERED = "bidder.registered"
    BIDDER_ADMITTED = "bidder.admitted"
    BID = "bid"
    LOT_SUSPENDED = "lot.suspended"
    LOT_CAUSE_ENDED = "lot.cause_ended"
    LOT_RESUMED = "lot.resumed"
    LOT_WITHDRAWN = "lot.withdrawn"
    LOT_CLOSED = "lot.closed"
    DEPOSITS_ENDED = "lot.deposits_ended"
    SALE_CONFIRMED = "sale.confirmed"
    SALE_PAID = "sale.paid"
    RULING_ISSUED = "ruling.issued"
    RULING_SERVED = "ruling.served"
    HANDED_OVER = "property.handed_over"
    LOT_DISTRIBUTED = "lot.distributed"

    # portal: the demo clock
    CLOCK_WALKED = "clock.walked"

    # ledger: money expected, received, moved
    PAYMENT_EXPECTED = "payment.expected"
    PAYMENT_RECEIVED = "payment.received"
    PAYMENT_TURNED_BACK = "payment.turned_back"
    PAYMENT_LAPSED = "payment.lapsed"
    MONEY_BOOKED = "money.booked"

    # settlement: costs, plans, objections, payouts
    COST_RECORDED = "cost.recorded"
    COST_STRUCK = "cost.struck"
    PLAN_DRAFTED = "plan.drafted"
    PLAN_APPROVED = "plan.approved"
    PLAN_SENT_BACK = "plan.sent_back"
    PLAN_SERVED = "plan.served"
    PLAN_OBJECTED = "plan.objected"
    PLAN_FINAL = "plan.final"
    PAYOUT_PREPARED = "payout.prepared"
    PAYOUT_APPROVED = "payout.approved"
    PAYOUT_EXECUTED = "payout.executed"

    # valuation: methods, institutions, the draw, the appraisal, the price
    VALUATION_OPENED = "valuation.opened"
    METHOD_OUT = "valuation.method_out"
    PARTIES_ASKED = "valuation.parties_asked"
    INSTITUTIONS_AGREED = "valuation.institutions_agreed"
    INSTITUTION_LISTED = "institution.listed"
    INSTITUTION_LINKED = "institution.linked"
    INSTITUTION_ACTIVITY = "institution.activity_changed"
    SECRET_COMMITTED = "draw.secret_committed"
    DRAW_PROPOSED = "draw.proposed"
    DRAW_REFUSED = "draw.refused"
    DRAW_FROZEN = "draw.frozen"
    CONTRIBUTION_SEALED = "draw.contribution_sealed"
    CONTRIBUTION_OPENED = "draw.contribution_opened"
    CONTRIBUTIONS_CLOSED = "draw.contributions_closed"
    DRAW_DONE = "draw.done"
    COMMISSIONED = "commission.sent"
    COMMISSION_ACCEPTED = "commission.accepted"
    COMMISSION_FAILED = "commission.failed"
    REPORT_TAKEN = "report.taken"
    REPORT_REVIEWED = "report.reviewed"
    REPORT_SERVED = "report.served"
    VALUATION_OBJECTED = "valuation.objected"
    PRICE_IN_FORCE = "price.in_force"
    PRICE_USED = "price.used"
