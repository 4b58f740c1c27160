"""The court prepares a sale: terms, what is disclosed, the panel's decision.

Prices bind when three members of the panel, each with an account of their own, have approved
exactly these figures (AUC-27); the approval holds their digest.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import TermsFixed
from auction.models import Disclosure, Lot, Sale
from auction.rules.disclosure import DisclosureItem
from auction.rules.lifecycle import LotState, Round, Step, next_state
from auction.rules.wording import first_announcement, first_disclosures, first_notices
from auction.services.reading import BEFORE_PUBLICATION, lock_sale
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from kernel.access import Actor, Role
from kernel.errors import N_
from kernel.formats import canonical
from kernel.ids import new_id
from kernel.law import rule_set

RULE_SET: Final = "civil-online-2017.01"
PANEL_ACT: Final = "auction.panel"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the officer fills in for a sale."""

    title: str
    start_price_fen: int
    increment_fen: int
    deposit_fen: int
    opens_at: datetime
    closes_at: datetime
    balance_days: int
    priority_decision: str
    whole_steps: bool = False
    max_steps: int | None = None
    disclaims_quality: bool = True
    all_taxes_on_buyer: bool = False


def draft_lot(session: Session, *, property_id: str, terms: Terms, actor: Actor,
              now: datetime) -> Lot:
    """Begin a sale of a seized property; what the case already says is filled in.

    Raises:
        NotAllowed: the actor does not handle the case.
    """
    found = cases.get_property(session, property_id)
    case = cases.get_case(session, found.case_id)
    cases.may_handle(actor, case)
    court = accounts.get_court(session, case.court_id)
    lot = Lot(id=new_id("lot"), court_id=case.court_id, case_id=case.id, property_id=property_id,
              title=terms.title, is_exercise=False, created_by=actor.id, created_at=now)
    facts = {str(topic): fact.text for topic, fact in found.facts.items()}
    notices = first_notices(facts)
    sale = Sale(
        lot_id=lot.id, number=1, round=Round.FIRST, state=LotState.DRAFT, rule_set=RULE_SET,
        extension_window_seconds=int(
            rule_set(RULE_SET).span("bidding.extension_window").total_seconds()),
        special_notices=notices, notices_version=version_of(notices), announcement={}, accepted=0,
        attempts=0, extensions=0, suspensions_over=0)
    _take_terms(sale, terms)
    sale.announcement = first_announcement(terms.title, found.address, facts, court.name_zh)
    sale.disclosures = [
        Disclosure(item=item.value, text=text, not_applicable_reason="")
        for item, text in first_disclosures(case.basis, facts, court.name_zh).items() if text]
    lot.sales.append(sale)
    session.add(lot)
    session.flush()
    _record(session, sale, Kind.LOT_DRAFTED, actor, {"property": property_id, **_figures(sale)})
    return lot


def change_terms(session: Session, lot_id: str, terms: Terms, *, actor: Actor) -> Sale:
    """Change the terms of a sale not yet published.

    A change of a figure the panel decided needs a new decision: the publication compares digests.

    Raises:
        TermsFixed: published.
    """
    sale = _open_draft(session, lot_id, actor)
    _take_terms(sale, terms)
    sale.lot.title = terms.title
    _record(session, sale, Kind.LOT_TERMS_CHANGED, actor, _figures(sale))
    return sale


def disclose(session: Session, lot_id: str, *, item: DisclosureItem, text: str,
             not_applicable_reason: str, document_sha256: str | None, actor: Actor) -> Disclosure:
    """Say one of the eleven items of article 13, or why it does not apply (AUC-13).

    Raises:
        TermsFixed: published.
    """
    sale = _open_draft(session, lot_id, actor)
    found = next((one for one in sale.disclosures if one.item == item.value), None)
    if found is None:
        found = Disclosure(lot_id=sale.lot_id, number=sale.number, item=item.value)
        sale.disclosures.append(found)
    found.text, found.not_applicable_reason = text, not_applicable_reason
    found.document_sha256 = document_sha256
    _record(session, sale, Kind.LOT_DISCLOSED, actor, {
        "item": item.value, "text_sha256": sha256(text.encode()).hexdigest(),
        "document": document_sha256, "not_applicable": bool(not_applicable_reason)})
    return found


def send_to_panel(session: Session, lot_id: str, *, actor: Actor, now: datetime) -> Sale:
    """Put the figures before the panel; three members decide, each alone (AUC-27).

    Raises:
        TermsFixed: published.
        AlreadyRequested: these very figures lie before the panel.
    """
    sale = _open_draft(session, lot_id, actor)
    if sale.state == LotState.DRAFT:
        sale.state = next_state(LotState.DRAFT, Step.SEND_TO_PANEL, of_round=sale.round)
    accounts.request_approval(
        session, court_id=sale.lot.court_id, case_id=sale.lot.case_id, act=PANEL_ACT,
        subject=sale.subject, digest=terms_digest(sale), role=Role.JUDGE, rule="AUC-27",
        needed=rule_set(sale.rule_set).integer("panel_members_min"), url=f"/desk/lots/{lot_id}",
        summary=N_("“%(title)s”：起拍价 %(start_price_fen)s 元，增价幅度 %(increment_fen)s 元，"
                   "保证金 %(deposit_fen)s 元"),
        details={"title": sale.lot.title, "start_price_fen": sale.start_price_fen,
                 "increment_fen": sale.increment_fen, "deposit_fen": sale.deposit_fen},
        actor=actor, now=now)
    _record(session, sale, Kind.LOT_SENT_TO_PANEL, actor, {"digest": terms_digest(sale)})
    return sale


def before_panel(session: Session) -> list[str]:
    """Lots that lie before the panel."""
    return list(session.scalars(select(Sale.lot_id).where(Sale.state == LotState.PANEL)))


def note_panel(session: Session, lot_id: str) -> bool:
    """Take over the panel's decision: on to the notices, or back to the draft."""
    sale = lock_sale(session, lot_id)
    approval = accounts.approval_for(session, subject=sale.subject, act=PANEL_ACT)
    if sale.state != LotState.PANEL or approval is None or approval.state == "pending":
        return False
    decided = approval.state == "approved"
    sale.state = (next_state(LotState.PANEL, Step.DECIDE, of_round=sale.round) if decided
                  else LotState.DRAFT)
    _record(session, sale, Kind.LOT_DECIDED, "system", {
        "approved": decided, "digest": approval.digest, "signed_by": list(approval.approver_ids)})
    return True


def terms_digest(sale: Sale) -> str:
    """SHA-256 of exactly what the panel decides."""
    return sha256(canonical({
        "subject": sale.subject, "start_price_fen": sale.start_price_fen,
        "increment_fen": sale.increment_fen, "deposit_fen": sale.deposit_fen,
        "priority": sale.priority_decision})).hexdigest()


def version_of(notices: dict[str, str]) -> str:
    """The version of the special notices that a bidder accepts: the hash of their words."""
    return sha256(canonical(notices)).hexdigest()


def _open_draft(session: Session, lot_id: str, actor: Actor) -> Sale:
    sale = lock_sale(session, lot_id)
    cases.may_handle(actor, cases.get_case(session, sale.lot.case_id or ""))
    if sale.state not in BEFORE_PUBLICATION:
        raise TermsFixed
    return sale


def _take_terms(sale: Sale, terms: Terms) -> None:
    sale.start_price_fen, sale.increment_fen = terms.start_price_fen, terms.increment_fen
    sale.deposit_fen, sale.balance_days = terms.deposit_fen, terms.balance_days
    sale.opens_at = terms.opens_at
    sale.closes_at = sale.planned_closes_at = terms.closes_at
    sale.whole_steps, sale.max_steps = terms.whole_steps, terms.max_steps
    sale.priority_decision = terms.priority_decision
    sale.disclaims_quality = terms.disclaims_quality
    sale.all_taxes_on_buyer = terms.all_taxes_on_buyer


def _figures(sale: Sale) -> dict[str, object]:
    return {"start_price_fen": sale.start_price_fen, "increment_fen": sale.increment_fen,
            "deposit_fen": sale.deposit_fen, "digest": terms_digest(sale)}


def _record(session: Session, sale: Sale, kind: Kind, actor: Actor | str,
            body: dict[str, object]) -> None:
    audit.record(session, court_id=sale.lot.court_id, kind=kind, subject=sale.subject, actor=actor,
                 body=body, case_id=sale.lot.case_id)
