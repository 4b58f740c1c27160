"""From the panel's decision to the public announcement: notices, the gate, publication."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import PublicationRefused
from auction.models import Sale
from auction.rules.disclosure import AnnouncementPart, DisclosureItem, SpecialNotice
from auction.rules.lifecycle import LotState, Round, Step, next_state
from auction.rules.publication import publication_obstacles, refusals
from auction.rules.publication_facts import (
    Disclosed,
    Obstacle,
    PanelFacts,
    PersonNotified,
    PriceBasis,
    PriceFacts,
    PublicationFacts,
)
from auction.rules.replay import lot_members
from auction.rules.schedule import AssetClass
from auction.services.drafting import PANEL_ACT, terms_digest
from auction.services.reading import lock_sale, terms_of
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import PartyRole, PropertyCategory, PropertyKind, PropertyStatus, ServiceWay
from kernel.access import Actor
from kernel.clock import beijing_day
from kernel.formats import canonical
from kernel.law import RuleSet
from kernel.money import Fen
from valuation import services as valuation

TO_BE_NOTIFIED = frozenset({PartyRole.APPLICANT, PartyRole.RESPONDENT, PartyRole.CO_OWNER,
                            PartyRole.TENANT, PartyRole.PRIORITY_HOLDER})
"""Parties and known holders of a priority right (AUC-16.1)."""


def notify_party(session: Session, lot_id: str, *, party_id: str, way: ServiceWay,
                 served_at: datetime, proof_document_id: str | None, actor: Actor,
                 now: datetime) -> None:
    """Record that a party was told of the coming auction (AUC-16.1 to 16.3)."""
    sale = lock_sale(session, lot_id)
    case_id = sale.lot.case_id or ""
    cases.may_handle(actor, cases.get_case(session, case_id))
    cases.serve(session, case_id=case_id, party_id=party_id, subject=sale.subject,
                title=f"拍卖通知：{sale.lot.title}", way=way, served_at=served_at,
                proof_document_id=proof_document_id, actor=actor, now=now)


def obstacles_of(session: Session, sale: Sale, now: datetime) -> list[Obstacle]:
    """Everything between this sale and its announcement, were it published now."""
    return publication_obstacles(facts_of(session, sale, now), law_of(session, sale))


def law_of(session: Session, sale: Sale) -> RuleSet:
    """The rule set of the sale as its court reads it."""
    return accounts.court_law(session, sale.lot.court_id, sale.rule_set)


def publish(session: Session, lot_id: str, *, actor: Actor, now: datetime) -> Sale:
    """Announce the sale, if the law is met (AUC-10 to AUC-17, AUC-20, AUC-27).

    Raises:
        PublicationRefused: names every obstacle with its rule.
        StepNotAllowed: not decided by the panel yet, or announced already.
    """
    sale = lock_sale(session, lot_id)
    cases.may_handle(actor, cases.get_case(session, sale.lot.case_id or ""))
    standing_in_the_way = refusals(obstacles_of(session, sale, now))
    if standing_in_the_way:
        raise PublicationRefused(standing_in_the_way)
    state = LotState(sale.state)
    if state is LotState.NOTIFYING:
        state = next_state(state, Step.FINISH_NOTICES, of_round=sale.round)
        _record(session, sale, Kind.LOT_NOTICES_DONE, actor, {})
    sale.state = next_state(state, Step.PUBLISH, of_round=sale.round)
    sale.published_at = now
    price = valuation.price_in_force(session, sale.lot.property_id or "", now)
    if price is not None:
        sale.reference_price_id, sale.reference_price_fen = price.id, price.amount_fen
        valuation.mark_price_used(session, price.id, lot_id=lot_id, actor=actor, now=now)
    cases.set_property_status(session, sale.lot.property_id or "", PropertyStatus.ON_SALE,
                              actor=actor, now=now)
    _record(session, sale, Kind.LOT_PUBLISHED, actor, {
        "lot": lot_members(terms_of(sale)), "rule_set": sale.rule_set,
        "round": str(sale.round), "deposit_fen": sale.deposit_fen,
        "reference_price_fen": sale.reference_price_fen, "notices": sale.notices_version,
        "announcement_sha256": sha256(canonical(sale.announcement)).hexdigest(),
        "disclosures": {one.item: sha256(one.text.encode()).hexdigest()
                        for one in sale.disclosures}})
    return sale


def facts_of(session: Session, sale: Sale, now: datetime) -> PublicationFacts:
    """Gather what the law asks about."""
    lot = sale.lot
    found = cases.get_property(session, lot.property_id or "")
    return PublicationFacts(
        of_round=Round(sale.round), asset=_asset(found.kind, found.category), published_at=now,
        opens_at=sale.opens_at, closes_at=sale.planned_closes_at,
        start_price_fen=Fen(sale.start_price_fen), increment_fen=Fen(sale.increment_fen),
        deposit_fen=Fen(sale.deposit_fen), price=_price(session, lot.property_id or "", now),
        panel=_panel(session, sale), notified=notified(session, sale),
        announcement=frozenset(part for part in AnnouncementPart
                               if sale.announcement.get(part.value, "").strip()),
        disclosures={DisclosureItem(one.item): Disclosed(bool(one.text), one.not_applicable_reason)
                     for one in sale.disclosures},
        special_notices=frozenset(notice for notice in SpecialNotice
                                  if sale.special_notices.get(notice.value, "").strip()),
        disclaims_quality=sale.disclaims_quality, all_taxes_on_buyer=sale.all_taxes_on_buyer)


def notified(session: Session, sale: Sale) -> tuple[PersonNotified, ...]:
    """How each party and priority holder learnt of the sale."""
    served = {one.party_id: one for one in cases.services_of(session, sale.subject)}
    people = []
    for party in cases.parties_of(session, sale.lot.case_id or ""):
        if party.role not in TO_BE_NOTIFIED:
            continue
        found = served.get(party.id)
        if found is None:
            people.append(PersonNotified(party.name))
        elif found.way is ServiceWay.WAIVED:
            people.append(PersonNotified(party.name, waived_in_writing=True))
        elif found.way is ServiceWay.PUBLIC_NOTICE:
            people.append(PersonNotified(party.name, posted_on=beijing_day(found.served_at),
                                         unreachable_reason=found.title))
        else:
            people.append(PersonNotified(party.name, received_on=beijing_day(found.received_at)))
    return tuple(people)


def _price(session: Session, property_id: str, now: datetime) -> PriceFacts | None:
    price = valuation.price_in_force(session, property_id, now)
    if price is None:
        return None
    return PriceFacts(Fen(price.amount_fen), PriceBasis.REFERENCE, in_force=True,
                      valid_until_on=price.valid_until_on)


def _panel(session: Session, sale: Sale) -> PanelFacts | None:
    approval = accounts.approval_for(session, subject=sale.subject, act=PANEL_ACT)
    if approval is None or approval.state != "approved":
        return None
    same = approval.digest == terms_digest(sale)
    decided = approval.details
    return PanelFacts(
        signed_by=tuple(approval.approver_ids),
        start_price_fen=Fen(decided["start_price_fen"]), increment_fen=Fen(decided["increment_fen"]),
        deposit_fen=Fen(decided["deposit_fen"]),
        priority_decided=bool(sale.priority_decision.strip()) and (same or _same_prices(sale, decided)))


def _same_prices(sale: Sale, decided: dict[str, int]) -> bool:
    # Same prices and another digest: the words on the priority right were changed afterwards.
    return any(getattr(sale, name) != decided[name]
               for name in ("start_price_fen", "increment_fen", "deposit_fen"))


def _asset(kind: PropertyKind, category: PropertyCategory) -> AssetClass:
    if category is PropertyCategory.EQUITY:
        return AssetClass.EQUITY
    return {PropertyKind.MOVABLE: AssetClass.MOVABLE, PropertyKind.IMMOVABLE: AssetClass.IMMOVABLE,
            PropertyKind.RIGHT: AssetClass.RIGHT}[kind]


def _record(session: Session, sale: Sale, kind: Kind, actor: Actor, body: dict[str, object]) -> None:
    audit.record(session, court_id=sale.lot.court_id, kind=kind, subject=sale.subject, actor=actor,
                 body=body, case_id=sale.lot.case_id)
