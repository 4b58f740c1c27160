"""What stops a sale: nothing left for the applicant (GEN-6), a third party's objection (AUC-36.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from auction.errors import AlreadyTold, ApplicantNotTold, StepNotAllowed, SurplusLeft
from auction.models import Lot, Sale, SurplusNotice
from auction.rules.lifecycle import STATE_LABELS, STEP_LABELS, LotState, Step
from auction.rules.publication_facts import ApplicantTold, StandingObjection, SurplusFacts
from auction.rules.stops import is_useless, least_price, reply_due_on
from auction.services.drafting import note_panel
from auction.services.handling import handled_sale, law_of, record
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import ObjectionState, PartyRole, ServiceWay
from kernel.access import Actor
from kernel.clock import beijing_day
from kernel.errors import N_, Filled, InvalidInput
from kernel.money import Fen

DECIDED = (LotState.NOTIFYING, LotState.READY)
"""The reserve is fixed, and the auction not yet announced."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """An applicant for enforcement, and how far it was told (GEN-6)."""

    party_id: str
    name: str
    notice: SurplusNotice | None
    reply_due_on: date | None


@dataclass(frozen=True, slots=True)
class Surplus:
    """What comes before the applicant, and what is left at the present start price.

    Attributes:
        prior: the filed claims with priority, and how much of each.
        is_useless: whether nothing is left (无益拍卖).
        matters: whether the applicants have to be told, or were.
    """

    prior: Sequence[cases.PriorClaim]
    prior_fen: int
    sum_fen: int
    least_fen: int
    left_fen: int
    is_useless: bool
    matters: bool
    applicants: Sequence[Applicant]


def surplus_of(session: Session, sale: Sale) -> Surplus:
    """Reckon what a sale leaves for the applicant at its start price (GEN-6)."""
    law = law_of(session, sale)
    prior = cases.prior_claims_on(session, sale.lot.case_id or "", sale.lot.property_id or "")
    people = [Applicant(party.id, party.name, told,
                        None if told is None else reply_due_on(told.told_on, law))
              for party, told in _applicants(session, sale)]
    facts = _facts(sale, prior, people)
    useless = is_useless(Fen(sale.start_price_fen), facts)
    sum_fen = facts.prior_claims_fen + facts.enforcement_costs_fen
    return Surplus(
        prior, facts.prior_claims_fen, sum_fen, least_price(facts), sale.start_price_fen - sum_fen,
        useless, useless or any(one.notice for one in people), people)


def surplus_facts(session: Session, sale: Sale) -> SurplusFacts:
    """The same, as the gate of the publication takes it."""
    prior = cases.prior_claims_on(session, sale.lot.case_id or "", sale.lot.property_id or "")
    return _facts(sale, prior, [Applicant(party.id, party.name, told, None)
                                for party, told in _applicants(session, sale)])


def _facts(sale: Sale, prior: Sequence[cases.PriorClaim], people: Sequence[Applicant]) -> SurplusFacts:
    return SurplusFacts(
        prior_claims_fen=Fen(sum(one.amount_fen for one in prior) + sale.unfiled_prior_fen),
        enforcement_costs_fen=Fen(sale.enforcement_costs_fen),
        applicants=tuple(ApplicantTold(one.name) if one.notice is None else ApplicantTold(
            one.name, one.notice.told_on, Fen(one.notice.start_price_fen), one.notice.insisted_on)
            for one in people))


def _applicants(session: Session, sale: Sale) -> list[tuple[cases.Party, SurplusNotice | None]]:
    told = {one.party_id: one for one in session.scalars(select(SurplusNotice).where(
        SurplusNotice.lot_id == sale.lot_id, SurplusNotice.number == sale.number))}
    return [(party, told.get(party.id)) for party in cases.parties_of(session, sale.lot.case_id or "")
            if party.role is PartyRole.APPLICANT]


def tell_applicant(session: Session, lot_id: str, *, party_id: str, way: ServiceWay,
                   served_at: datetime, proof_document_id: str | None, actor: Actor,
                   now: datetime) -> SurplusNotice:
    """Record that an applicant was told that nothing would be left (GEN-6).

    Raises:
        StepNotAllowed: the panel has not fixed the reserve yet, or the sale is announced.
        SurplusLeft: something would be left.
        AlreadyTold: it was.
        InvalidInput: no applicant of the case, or see ``cases.services.serve``.
    """
    sale = handled_sale(session, lot_id, actor)
    note_panel(session, lot_id)
    if sale.state not in DECIDED:
        raise StepNotAllowed(rule="GEN-6", state=Filled(STATE_LABELS[LotState(sale.state)]),
                             step=Filled(STEP_LABELS[Step.FINISH_NOTICES]))
    found = surplus_of(session, sale)
    one = next((one for one in found.applicants if one.party_id == party_id), None)
    if one is None:
        raise InvalidInput({"party_id": N_("请从本案的申请执行人中选择。")})
    if one.notice is not None:
        raise AlreadyTold
    if not found.is_useless:
        raise SurplusLeft
    served = cases.serve(
        session, case_id=sale.lot.case_id or "", party_id=party_id, subject=sale.subject, way=way,
        title=f"无剩余可能通知：{sale.lot.title}", served_at=served_at,
        proof_document_id=proof_document_id, actor=actor, now=now)
    notice = SurplusNotice(
        service_id=served.id, lot_id=sale.lot_id, number=sale.number, party_id=party_id,
        told_on=beijing_day(served.received_at), start_price_fen=sale.start_price_fen,
        prior_claims_fen=found.prior_fen, enforcement_costs_fen=sale.enforcement_costs_fen)
    session.add(notice)
    record(session, sale, Kind.LOT_APPLICANT_TOLD, actor, {
        "party": party_id, "service": served.id, "on": notice.told_on.isoformat(),
        "start_price_fen": notice.start_price_fen, "prior_claims_fen": notice.prior_claims_fen,
        "enforcement_costs_fen": notice.enforcement_costs_fen})
    session.flush()
    return notice


def note_insistence(session: Session, lot_id: str, *, party_id: str, insisted_on: date,
                    document_id: str, actor: Actor, now: datetime) -> SurplusNotice:
    """Record that an applicant applied in time for the auction to go on (GEN-6).

    Raises:
        ApplicantNotTold: it was not told, or is no applicant.
        StepNotAllowed: the sale is announced or ended.
        InvalidInput: not within the days from its notice, to come, or no paper of the case.
    """
    sale = handled_sale(session, lot_id, actor)
    if sale.published_at is not None or sale.state == LotState.WITHDRAWN:
        raise StepNotAllowed(rule="GEN-6", state=Filled(STATE_LABELS[LotState(sale.state)]),
                             step=Filled(N_("继续拍卖")))
    told = next((told for party, told in _applicants(session, sale) if party.id == party_id), None)
    if told is None:
        raise ApplicantNotTold
    due_on = reply_due_on(told.told_on, law_of(session, sale))
    if not told.told_on <= insisted_on <= min(due_on, beijing_day(now)):
        raise InvalidInput({"insisted_on": N_("申请应在收到通知的 %(told_on)s 至 %(due_on)s 之间提出。")},
                           rule="GEN-6", told_on=told.told_on, due_on=due_on)
    if cases.get_document(session, document_id).case_id != sale.lot.case_id:
        raise InvalidInput({"document_id": N_("请从本案的文书中选择。")})
    told.insisted_on, told.application_id = insisted_on, document_id
    record(session, sale, Kind.LOT_AUCTION_INSISTED, actor, {
        "party": party_id, "on": insisted_on.isoformat(), "document": document_id})
    return told


def objections_against(session: Session, sale: Sale, now: datetime) -> tuple[StandingObjection, ...]:
    """The objections of third parties that keep the property from being disposed of today."""
    found = cases.objections_to(session, sale.lot.property_id or "", now)
    return tuple(StandingObjection(
        one.objection.objector, one.objection.state.word,
        one.until_on if one.objection.state is ObjectionState.REJECTED else None)
        for one in found if one.stops)


def is_stopped(session: Session, sale: Sale, now: datetime) -> bool:
    """Whether an objection forbids to sell (AUC-36.2); an exercise sells nothing."""
    return sale.lot.property_id is not None and bool(objections_against(session, sale, now))


def running_but_stopped(session: Session, now: datetime, states: Sequence[LotState]) -> list[str]:
    """Lots in these states whose property an objection keeps from being sold."""
    stopped = cases.stopped_properties(session, now)
    if not stopped:
        return []
    return list(session.scalars(select(Sale.lot_id).join(Lot).where(
        Sale.state.in_(states), Lot.property_id.in_(stopped)).order_by(Sale.lot_id)))
