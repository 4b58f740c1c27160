"""The court prepares a sale: terms, what is disclosed, the panel's decision.

Prices bind when three members of the panel, each with an account of their own, have approved
exactly these figures (AUC-27); the approval holds their digest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import AlreadyOnSale, TermsFixed
from auction.models import Disclosure, Lot, Sale
from auction.rules.disclosure import NEVER_ABSENT, AnnouncementPart, DisclosureItem, SpecialNotice
from auction.rules.lifecycle import LotState, Round, Step, next_state
from auction.rules.wording import (
    contact_words,
    first_announcement,
    first_disclosures,
    first_notices,
    price_words,
)
from auction.services.handling import handled_sale, law_of, record
from auction.services.reading import BEFORE_PUBLICATION, lock_sale
from audit.kinds import Kind
from cases import services as cases
from kernel.access import Actor
from kernel.errors import N_, InvalidInput
from kernel.formats import canonical
from kernel.ids import new_id
from kernel.law import CURRENT, RuleSet
from kernel.money import Fen
from valuation import services as valuation
from valuation.rules.ladder import METHOD_NAMES

PANEL_ACT: Final = "auction.panel"
FREE_AGAIN: Final = frozenset({LotState.WITHDRAWN, LotState.CLOSED_NO_SALE, LotState.REVOKED})
"""States after which a property may be put on sale anew, as another lot."""


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
    enforcement_costs_fen: int
    unfiled_prior_fen: int = 0
    whole_steps: bool = False
    max_steps: int | None = None
    disclaims_quality: bool = True
    all_taxes_on_buyer: bool = False


def draft_lot(session: Session, *, property_id: str, terms: Terms, actor: Actor,
              now: datetime) -> Lot:
    """Begin a sale of a seized property; what the case already says is filled in.

    Raises:
        NotAllowed: the actor does not handle the case.
        AlreadyOnSale: it has a lot whose sale is under way, done, or to be repeated.
        InvalidInput: see ``_check``.
    """
    found = cases.get_property(session, property_id)
    case = cases.get_case(session, found.case_id)
    cases.may_handle(actor, case)
    law = accounts.court_law(session, case.court_id, CURRENT)
    _check(terms, law)
    price = valuation.price_in_force(session, property_id, now)
    if lot_under_way(session, property_id) is not None:
        raise AlreadyOnSale
    court = accounts.get_court(session, case.court_id)
    facts = {str(topic): fact.text for topic, fact in found.facts.items()}
    notices = first_notices(facts)
    window = law.span("bidding.extension_window")
    sale = Sale(
        number=1, round=Round.FIRST, state=LotState.DRAFT, rule_set=CURRENT,
        extension_window_seconds=int(window.total_seconds()), special_notices=notices,
        notices_version=version_of(notices), accepted=0, attempts=0, extensions=0,
        suspensions_over=0, announcement=first_announcement(
            title=terms.title, address=found.address, facts=facts, court=court.name_zh,
            window=window))
    _take(sale, terms)
    first = first_disclosures(
        basis=case.basis, facts=facts, priority_rights=terms.priority_decision,
        contact=contact_words(court.name_zh, court.contact),
        price_basis="" if price is None else price_words(
            Fen(price.amount_fen), price.valid_until_on, METHOD_NAMES[price.method]))
    sale.disclosures = [Disclosure(item=item.value, text=text, not_applicable_reason="")
                        for item, text in first.items() if text]
    for one in sale.disclosures:
        if one.item == DisclosureItem.PRICE_BASIS and price is not None:
            one.document_sha256 = price.report_sha256
    lot = Lot(id=new_id("lot"), court_id=case.court_id, case_id=case.id, property_id=property_id,
              title=terms.title, is_exercise=False, created_by=actor.id, created_at=now,
              sales=[sale])
    session.add(lot)
    session.flush()
    record(session, sale, Kind.LOT_DRAFTED, actor, {"property": property_id, **_figures(sale)})
    return lot


def lot_under_way(session: Session, property_id: str) -> Lot | None:
    """The lot that bars a new one of the same property; None while there is none."""
    lots = session.scalars(select(Lot).where(Lot.property_id == property_id)).all()
    return next((lot for lot in lots if lot.sale.state not in FREE_AGAIN), None)


def change_terms(session: Session, lot_id: str, terms: Terms, *, actor: Actor) -> Sale:
    """Change the terms of a sale not yet published.

    A changed figure that the panel has decided wants a new decision: until then the publication
    finds that the figures differ.

    Raises:
        TermsFixed: published.
        InvalidInput: see ``_check``.
    """
    sale = _open_draft(session, lot_id, actor)
    _check(terms, law_of(session, sale))
    _take(sale, terms)
    sale.lot.title = terms.title
    record(session, sale, Kind.LOT_TERMS_CHANGED, actor, _figures(sale))
    return sale


def disclose(session: Session, lot_id: str, *, item: DisclosureItem, text: str,
             not_applicable_reason: str, document_sha256: str | None, actor: Actor) -> Disclosure:
    """Say one of the eleven items of article 13, or why it does not apply (AUC-13).

    Raises:
        TermsFixed: published.
        InvalidInput: neither said nor excused, excused though every sale has this item, or the
            paper is none of the case.
    """
    sale = _open_draft(session, lot_id, actor)
    if not text and not not_applicable_reason:
        raise InvalidInput({"text": N_("请填写公示的内容；不适用的，请写明理由。")}, rule="AUC-13")
    if not text and item in NEVER_ABSENT:
        raise InvalidInput({"not_applicable_reason": N_("每次拍卖都有这一项，不能不公示。")},
                           rule="AUC-13")
    papers = cases.documents_of_case(session, sale.lot.case_id or "")
    if document_sha256 is not None and document_sha256 not in {one.sha256 for one in papers}:
        raise InvalidInput({"document_id": N_("请从本案的文书中选择。")})
    found = next((one for one in sale.disclosures if one.item == item.value), None)
    if found is None:
        found = Disclosure(lot_id=sale.lot_id, number=sale.number, item=item.value)
        sale.disclosures.append(found)
    found.text, found.not_applicable_reason = text, "" if text else not_applicable_reason
    found.document_sha256 = document_sha256 if text else None
    record(session, sale, Kind.LOT_DISCLOSED, actor, {
        "item": item.value, "text_sha256": sha256(text.encode()).hexdigest(),
        "document": found.document_sha256, "not_applicable": bool(found.not_applicable_reason)})
    return found


def word_notices(session: Session, lot_id: str, notices: Mapping[SpecialNotice, str], *,
                 actor: Actor) -> Sale:
    """Set the words of the seven special notices; bidders accept exactly this version (AUC-14).

    Raises:
        TermsFixed: published.
    """
    sale = _open_draft(session, lot_id, actor)
    sale.special_notices = {notice.value: notices.get(notice, "") for notice in SpecialNotice}
    sale.notices_version = version_of(sale.special_notices)
    record(session, sale, Kind.LOT_NOTICES_WORDED, actor, {"notices": sale.notices_version})
    return sale


def word_announcement(session: Session, lot_id: str, parts: Mapping[AnnouncementPart, str], *,
                      actor: Actor) -> Sale:
    """Set the words of the announcement, part by part (AUC-12.3).

    Raises:
        TermsFixed: published.
    """
    sale = _open_draft(session, lot_id, actor)
    sale.announcement = {part.value: parts.get(part, "") for part in AnnouncementPart}
    record(session, sale, Kind.LOT_ANNOUNCEMENT_WORDED, actor, {
        "announcement_sha256": sha256(canonical(sale.announcement)).hexdigest()})
    return sale


def before_panel(session: Session) -> list[str]:
    """Lots that lie before the panel."""
    return list(session.scalars(select(Sale.lot_id).where(Sale.state == LotState.PANEL)))


def note_panel(session: Session, lot_id: str) -> bool:
    """Take over the panel's decision: on to the notices, or back to the draft.

    False where there is none to take over.
    """
    sale = lock_sale(session, lot_id)
    approval = accounts.approval_for(session, subject=sale.subject, act=PANEL_ACT)
    if sale.state != LotState.PANEL or approval is None or approval.state == "pending":
        return False
    decided = approval.state == "approved"
    step = Step.DECIDE if decided else Step.SEND_BACK
    sale.state = next_state(LotState.PANEL, step, of_round=sale.round)
    record(session, sale, Kind.LOT_DECIDED, "system", {
        "approved": decided, "digest": approval.digest, "signed_by": list(approval.approver_ids)})
    return True


def terms_digest(sale: Sale) -> str:
    """SHA-256 of exactly what the panel decides."""
    return sha256(canonical(panel_members(sale))).hexdigest()


def panel_members(sale: Sale) -> dict[str, object]:
    """What the panel decides, as it is hashed (AUC-27)."""
    return {"subject": sale.subject, "start_price_fen": sale.start_price_fen,
            "increment_fen": sale.increment_fen, "deposit_fen": sale.deposit_fen,
            "priority": sale.priority_decision}


def version_of(notices: Mapping[str, str]) -> str:
    """The version of the special notices that a bidder accepts: the hash of their words."""
    return sha256(canonical(notices)).hexdigest()


def _open_draft(session: Session, lot_id: str, actor: Actor) -> Sale:
    sale = handled_sale(session, lot_id, actor)
    if sale.state not in BEFORE_PUBLICATION:
        raise TermsFixed
    return sale


def _check(terms: Terms, law: RuleSet) -> None:
    """Refuse terms that no sale could have; what the law wants beyond that, the publication says.

    Raises:
        InvalidInput: an end before the beginning, or a term for the balance that is none.
    """
    fields: dict[str, str] = {}
    if terms.closes_at <= terms.opens_at:
        fields["closes_at"] = N_("竞价结束时间须晚于开始时间。")
    days = law.provision("after.balance_days")
    if not (days.least or 0) <= terms.balance_days <= (days.most or terms.balance_days):
        fields["balance_days"] = N_("付清余款的期限应在 %(least)s 日到 %(most)s 日之间。")
    if fields:
        raise InvalidInput(fields, least=days.least, most=days.most)


def _take(sale: Sale, terms: Terms) -> None:
    sale.start_price_fen, sale.increment_fen = terms.start_price_fen, terms.increment_fen
    sale.deposit_fen, sale.balance_days = terms.deposit_fen, terms.balance_days
    sale.opens_at = terms.opens_at
    sale.closes_at = sale.planned_closes_at = terms.closes_at
    sale.whole_steps, sale.max_steps = terms.whole_steps, terms.max_steps
    sale.priority_decision = terms.priority_decision
    sale.enforcement_costs_fen = terms.enforcement_costs_fen
    sale.unfiled_prior_fen = terms.unfiled_prior_fen
    sale.disclaims_quality = terms.disclaims_quality
    sale.all_taxes_on_buyer = terms.all_taxes_on_buyer


def _figures(sale: Sale) -> dict[str, object]:
    return {"start_price_fen": sale.start_price_fen, "increment_fen": sale.increment_fen,
            "deposit_fen": sale.deposit_fen, "enforcement_costs_fen": sale.enforcement_costs_fen,
            "unfiled_prior_fen": sale.unfiled_prior_fen, "digest": terms_digest(sale)}
