"""From the panel's decision to the public announcement: notices, the gate, publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import PublicationRefused, StepNotAllowed
from auction.models import Sale, SaleNotice
from auction.rules import schedule
from auction.rules.disclosure import AnnouncementPart, DisclosureItem, SpecialNotice
from auction.rules.lifecycle import (
    STATE_LABELS,
    STEP_LABELS,
    LotState,
    Round,
    Step,
    next_state,
)
from auction.rules.publication import publication_obstacles, refusals
from auction.rules.publication_facts import (
    Disclosed,
    PanelFacts,
    PersonNotified,
    PriceBasis,
    PriceFacts,
    PublicationFacts,
)
from auction.rules.replay import lot_members
from auction.rules.schedule import AssetClass
from auction.rules.wording import notices_words
from auction.services.drafting import PANEL_ACT, note_panel
from auction.services.handling import handled_sale, law_of, record
from auction.services.reading import terms_of
from auction.services.stops import objections_against, surplus_facts
from audit.kinds import Kind
from cases import services as cases
from cases.rules.service import SALE_NOTICE
from cases.rules.words import PartyRole, PropertyCategory, PropertyKind, PropertyStatus, ServiceWay
from kernel.access import Actor
from kernel.clock import beijing_day
from kernel.errors import N_, Filled, InvalidInput
from kernel.formats import canonical
from kernel.gates import Obstacle
from kernel.law import RuleSet
from kernel.money import Fen
from valuation import services as valuation

TO_BE_NOTIFIED: Final = frozenset({
    PartyRole.APPLICANT, PartyRole.RESPONDENT, PartyRole.CO_OWNER, PartyRole.TENANT,
    PartyRole.PRIORITY_HOLDER})
"""Parties and known holders of a priority right (AUC-16.1)."""


@dataclass(frozen=True, slots=True)
class Notified:
    """One who must be told, and how far that is.

    Attributes:
        earliest_on: the first day on which the announcement may appear, as far as this person is
            concerned; None while nothing was done, or nothing need be.
    """

    party_id: str
    name: str
    role: PartyRole
    way: ServiceWay | None
    fact: PersonNotified
    earliest_on: date | None

    @property
    def is_told(self) -> bool:
        """Whether something was done that makes the term run, or unnecessary."""
        return self.way is not None


def notify_party(session: Session, lot_id: str, *, party_id: str, way: ServiceWay,
                 served_at: datetime, proof_document_id: str | None, actor: Actor,
                 now: datetime, unreachable_reason: str = "") -> SaleNotice:
    """Record that a party was told of the coming auction (AUC-16.1 to 16.3).

    Raises:
        StepNotAllowed: the panel has not decided yet, or the sale is announced.
        InvalidInput: a public notice without the reason, nobody who has to be told, or see
            ``cases.services.serve``.
    """
    sale = handled_sale(session, lot_id, actor)
    note_panel(session, lot_id)
    if sale.state not in (LotState.NOTIFYING, LotState.READY):
        raise StepNotAllowed(rule="AUC-16.1", state=Filled(STATE_LABELS[LotState(sale.state)]),
                             step=Filled(STEP_LABELS[Step.FINISH_NOTICES]))
    if way is ServiceWay.PUBLIC_NOTICE and not unreachable_reason:
        raise InvalidInput({"unreachable_reason": N_("公示须说明无法通知的理由。")}, rule="AUC-16.3")
    case_id = sale.lot.case_id or ""
    wanted = {one.id for one in cases.parties_of(session, case_id) if one.role in TO_BE_NOTIFIED}
    if party_id not in wanted:
        raise InvalidInput({"party_id": N_("请从须通知的当事人和优先购买权人中选择。")})
    served = cases.serve(
        session, case_id=case_id, party_id=party_id, subject=sale.subject, way=way,
        title=f"拍卖通知：{sale.lot.title}", served_at=served_at, notice=SALE_NOTICE,
        proof_document_id=proof_document_id, actor=actor, now=now)
    notice = SaleNotice(
        service_id=served.id, lot_id=sale.lot_id, number=sale.number, party_id=party_id,
        unreachable_reason=unreachable_reason if way is ServiceWay.PUBLIC_NOTICE else "")
    session.add(notice)
    record(session, sale, Kind.LOT_PARTY_NOTIFIED, actor, {
        "party": party_id, "service": served.id, "way": str(way),
        "reason_sha256": sha256(notice.unreachable_reason.encode()).hexdigest()
        if notice.unreachable_reason else None})
    session.flush()
    return notice


def obstacles_of(session: Session, sale: Sale, now: datetime) -> list[Obstacle]:
    """Everything between this sale and its announcement, were it published now."""
    return publication_obstacles(facts_of(session, sale, now), law_of(session, sale))


def publish(session: Session, lot_id: str, *, actor: Actor, now: datetime) -> Sale:
    """Announce the sale, if the law is met (AUC-10 to AUC-17, AUC-20, AUC-27).

    Raises:
        PublicationRefused: names every obstacle with its rule.
        StepNotAllowed: not decided by the panel yet, or announced already.
    """
    sale = handled_sale(session, lot_id, actor)
    note_panel(session, lot_id)
    state = LotState(sale.state)
    if sale.published_at is None:
        standing_in_the_way = refusals(obstacles_of(session, sale, now))
        if standing_in_the_way:
            raise PublicationRefused(standing_in_the_way)
    if state is LotState.NOTIFYING:
        state = next_state(state, Step.FINISH_NOTICES, of_round=sale.round)
        record(session, sale, Kind.LOT_NOTICES_DONE, actor, {})
    sale.state = next_state(state, Step.PUBLISH, of_round=sale.round)
    sale.published_at = now
    price = valuation.price_in_force(session, sale.lot.property_id or "", now)
    if price is not None:
        sale.reference_price_id, sale.reference_price_fen = price.id, price.amount_fen
        valuation.mark_price_used(session, price.id, lot_id=lot_id, actor=actor, now=now)
    _open_papers(session, sale, actor, now)
    cases.set_property_status(session, sale.lot.property_id or "", PropertyStatus.ON_SALE,
                              actor=actor, now=now)
    record(session, sale, Kind.LOT_PUBLISHED, actor, {
        "lot": lot_members(terms_of(sale)), "rule_set": sale.rule_set,
        "round": str(sale.round), "deposit_fen": sale.deposit_fen,
        "reference_price_fen": sale.reference_price_fen, "notices": sale.notices_version,
        "announcement_sha256": sha256(canonical(sale.announcement)).hexdigest(),
        "disclosures": {one.item: sha256(one.text.encode()).hexdigest()
                        for one in sale.disclosures}})
    return sale


def _open_papers(session: Session, sale: Sale, actor: Actor, now: datetime) -> None:
    """Let everyone read the papers that the disclosures name."""
    named = {one.document_sha256 for one in sale.disclosures if one.document_sha256}
    for paper in cases.documents_of_case(session, sale.lot.case_id or ""):
        if paper.sha256 in named:
            cases.set_document_public(session, paper.id, is_public=True, actor=actor, now=now)


def facts_of(session: Session, sale: Sale, now: datetime) -> PublicationFacts:
    """Gather what the law asks about."""
    lot, people = sale.lot, notified(session, sale)
    return PublicationFacts(
        of_round=Round(sale.round), asset=class_of(session, lot.property_id or ""),
        published_at=now,
        opens_at=sale.opens_at, closes_at=sale.planned_closes_at,
        start_price_fen=Fen(sale.start_price_fen), increment_fen=Fen(sale.increment_fen),
        deposit_fen=Fen(sale.deposit_fen), price=price_facts(session, lot.property_id or "", now),
        panel=_panel(session, sale),
        notified=tuple(one.fact for one in people), equity_notified_on=_holders_told_on(people),
        announcement=frozenset(part for part in AnnouncementPart
                               if sale.announcement.get(part.value, "").strip()),
        disclosures={DisclosureItem(one.item): Disclosed(bool(one.text), one.not_applicable_reason)
                     for one in sale.disclosures},
        special_notices=frozenset(notice for notice in SpecialNotice
                                  if sale.special_notices.get(notice.value, "").strip()),
        disclaims_quality=sale.disclaims_quality, all_taxes_on_buyer=sale.all_taxes_on_buyer,
        surplus=surplus_facts(session, sale), objections=objections_against(session, sale, now))


def _holders_told_on(people: Sequence[Notified]) -> date | None:
    """The day on which the last holder of a priority right was told; None while one is not (AUC-16.5).

    Who waived the notice in writing keeps nobody waiting.
    """
    holders = [one.fact for one in people if one.role is PartyRole.PRIORITY_HOLDER]
    days = [one.received_on or one.posted_on or (date.min if one.waived_in_writing else None)
            for one in holders]
    known = [on for on in days if on is not None]
    return max(known) if known and len(known) == len(days) else None


def notified(session: Session, sale: Sale) -> list[Notified]:
    """Who must be told of the sale, and how each of them learnt of it.

    Of several notices to one person the one counts by which the announcement may appear first.
    """
    law = law_of(session, sale)
    reasons = {one.service_id: one.unreachable_reason for one in session.scalars(
        select(SaleNotice).where(SaleNotice.lot_id == sale.lot_id,
                                 SaleNotice.number == sale.number))}
    served = [one for one in cases.services_of(session, sale.subject) if one.id in reasons]
    people = []
    for party in cases.parties_of(session, sale.lot.case_id or ""):
        if party.role not in TO_BE_NOTIFIED:
            continue
        ways = [_told(party.id, party.name, party.role, one.way, beijing_day(one.served_at),
                      reasons[one.id], law) for one in served if one.party_id == party.id]
        people.append(min(ways, key=lambda one: one.earliest_on or date.min, default=Notified(
            party.id, party.name, party.role, None, PersonNotified(party.name), None)))
    return people


def _told(party_id: str, name: str, role: PartyRole, way: ServiceWay, on: date, reason: str,
          law: RuleSet) -> Notified:
    if way is ServiceWay.WAIVED:
        fact, earliest_on = PersonNotified(name, waived_in_writing=True), None
    elif way is ServiceWay.PUBLIC_NOTICE:
        fact = PersonNotified(name, posted_on=on, unreachable_reason=reason)
        earliest_on = schedule.deemed_notified_from(on, law)
    else:
        fact, earliest_on = PersonNotified(name, received_on=on), schedule.earliest_publication(on, law)
    return Notified(party_id, name, role, way, fact, earliest_on)


def notices_text(session: Session, sale: Sale) -> str:
    """What item 7 of article 13 may say of the notices; empty while somebody is to be told."""
    return notices_words([(one.role.word, one.fact) for one in notified(session, sale)])


@dataclass(frozen=True, slots=True)
class Dates:
    """When the announcement may appear and the bidding begin, as things stand.

    Attributes:
        last_notice_on: when the last notice was received or posted; None while one is missing.
        publish_from_on: the first day for the announcement, never before today; while somebody is
            not told yet, as if they were told today.
        open_from_on: the first day for the bidding if it is announced on that day.
    """

    last_notice_on: date | None
    publish_from_on: date
    open_from_on: date
    days: int
    rule: str


def earliest_dates(session: Session, sale: Sale, now: datetime) -> Dates:
    """Reckon the waits of AUC-16.1 and AUC-12.1 from the notices given so far."""
    law, people = law_of(session, sale), notified(session, sale)
    asset, of_round = class_of(session, sale.lot.property_id or ""), Round(sale.round)
    today = beijing_day(now)
    waits = [schedule.earliest_publication(today, law) if one.way is None else one.earliest_on
             for one in people]
    publish_on = max([today, *(on for on in waits if on is not None)])
    told = [one.fact.received_on or one.fact.posted_on for one in people]
    days = [on for on in told if on is not None]
    provision = law.provision(schedule.lead_name(of_round, asset))
    return Dates(max(days) if days and all(one.is_told for one in people) else None, publish_on,
                 schedule.earliest_opening(publish_on, of_round, asset, law),
                 law.days(provision.name), provision.rule)


def price_facts(session: Session, property_id: str, now: datetime) -> PriceFacts | None:
    """The reference price in force, as the rules take it."""
    price = valuation.price_in_force(session, property_id, now)
    if price is None:
        return None
    return PriceFacts(Fen(price.amount_fen), PriceBasis.REFERENCE, in_force=True,
                      valid_until_on=price.valid_until_on)


def _panel(session: Session, sale: Sale) -> PanelFacts | None:
    approval = accounts.approval_for(session, subject=sale.subject, act=PANEL_ACT)
    if approval is None or approval.state != "approved":
        return None
    decided = approval.details
    words = sale.priority_decision.strip()
    return PanelFacts(
        signed_by=tuple(approval.approver_ids),
        start_price_fen=Fen(decided["start_price_fen"]),
        increment_fen=Fen(decided["increment_fen"]), deposit_fen=Fen(decided["deposit_fen"]),
        priority_decided=bool(words) and decided["priority"] == sale.priority_decision)


def class_of(session: Session, property_id: str) -> AssetClass:
    """The class of a property, which sets the days before its auction (AUC-12.1)."""
    found = cases.get_property(session, property_id)
    if found.category is PropertyCategory.EQUITY:
        return AssetClass.EQUITY
    return {PropertyKind.MOVABLE: AssetClass.MOVABLE, PropertyKind.IMMOVABLE: AssetClass.IMMOVABLE,
            PropertyKind.RIGHT: AssetClass.RIGHT}[found.kind]
