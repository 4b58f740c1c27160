"""After the sale: the balance paid, the ruling made and served, the property handed over.

Title passes with the service of the ruling, not with the close, payment or registration
(AUC-22.2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import BalanceMissing, NotSold
from auction.models import Delivery, Lot, Registration, Sale
from auction.rules import schedule
from auction.rules.lifecycle import LotState, Step, next_state
from auction.services.handling import handled_sale, record
from auction.services.reading import lock_sale
from auction.services.registration import opening_salt
from audit.kinds import Kind
from cases import services as cases
from cases.rules.words import PropertyStatus, ServiceWay
from kernel.access import SYSTEM, Actor
from kernel.clock import beijing_day
from kernel.errors import N_, InvalidInput
from kernel.formats import instant_text
from kernel.law import rule_set
from ledger import services as ledger

RULING_WAYS: Final = frozenset({ServiceWay.IN_PERSON, ServiceWay.ELECTRONIC, ServiceWay.POST})
"""How a ruling reaches a buyer, who is always at hand: no public notice, no waiver."""


@dataclass(frozen=True, slots=True)
class OpenedBuyer:
    """What opens the published commitment to a buyer's identity, in the leaf that admitted the code."""

    code: str
    salt: bytes
    identity: Mapping[str, str]


def opened_buyer(session: Session, lot_id: str, number: int) -> OpenedBuyer | None:
    """The buyer as the law has it published (AUC-22.1), bound to the code; None where nothing was sold.

    The identity is the one of the confirmation, which is public; from the vault comes only the salt.
    """
    sale = session.get(Sale, (lot_id, number))
    if sale is None or sale.delivery is None or sale.result is None or sale.lot.is_exercise:
        return None
    mine = session.scalars(select(Registration).where(
        Registration.lot_id == lot_id, Registration.number == number,
        Registration.code == sale.result.winner_code)).one()
    identity = {"name": sale.delivery.buyer_name, "masked_number": sale.delivery.buyer_masked_number}
    return OpenedBuyer(mine.code or "", opening_salt(mine), identity)


def paid_balances(session: Session) -> Sequence[str]:
    """Lots sold whose balance the ledger has received (or that owed none)."""
    waiting = session.scalars(select(Delivery).join(
        Sale, (Sale.lot_id == Delivery.lot_id) & (Sale.number == Delivery.number))
        .where(Sale.state == LotState.SOLD)).all()
    return [one.lot_id for one in waiting
            if one.balance_reference is None or ledger.is_received(session, one.balance_reference)]


def note_paid(session: Session, lot_id: str, *, now: datetime) -> bool:
    """Take note that the whole price is there; False if it was noted before (AUC-25.1)."""
    sale = lock_sale(session, lot_id)
    if sale.state != LotState.SOLD or sale.delivery is None:
        return False
    sale.state = next_state(LotState(sale.state), Step.PAY, of_round=sale.round)
    sale.delivery.paid_at = now
    record(session, sale, Kind.SALE_PAID, "system", {"price_fen": sale.delivery.price_fen})
    if sale.lot.property_id:
        cases.set_property_status(session, sale.lot.property_id, PropertyStatus.SOLD, actor=SYSTEM, now=now)
    return True


def issue_ruling(session: Session, lot_id: str, *, document_id: str, actor: Actor,
                 now: datetime) -> Delivery:
    """Make the ruling of the sale (成交裁定) once the whole price is paid (AUC-25.3).

    Raises:
        BalanceMissing: it is not.
        StepNotAllowed: there is nothing to rule on.
        InvalidInput: the paper is none of the case.
    """
    sale, delivery = _sold(session, lot_id, actor)
    if sale.state == LotState.SOLD:
        raise BalanceMissing(balance_fen=delivery.balance_fen)
    if cases.get_document(session, document_id).case_id != sale.lot.case_id:
        raise InvalidInput({"document_id": N_("请从本案的文书中选择。")})
    sale.state = next_state(LotState(sale.state), Step.ISSUE_RULING, of_round=sale.round)
    delivery.ruling_document_id, delivery.ruling_issued_at = document_id, now
    record(session, sale, Kind.RULING_ISSUED, actor, {"document": document_id})
    return delivery


def serve_ruling(session: Session, lot_id: str, *, served_at: datetime, actor: Actor,
                 now: datetime, way: ServiceWay = ServiceWay.IN_PERSON,
                 proof_document_id: str | None = None) -> Delivery:
    """Record that the ruling reached the buyer: at this instant title passes (AUC-22.2).

    The buyer may read the ruling from then on.

    Raises:
        StepNotAllowed: no ruling was made.
        InvalidInput: before the ruling, or ahead of time; a way by which no ruling passes title.
    """
    sale, delivery = _sold(session, lot_id, actor)
    sale.state = next_state(LotState(sale.state), Step.SERVE_RULING, of_round=sale.round)
    if way not in RULING_WAYS:
        raise InvalidInput({"way": N_("成交裁定须直接、电子或者邮寄送达买受人。")}, rule="AUC-22.2")
    issued_at = delivery.ruling_issued_at or now
    if served_at == issued_at.replace(second=0, microsecond=0):
        served_at = issued_at  # a form knows minutes only
    if not issued_at <= served_at <= now:
        raise InvalidInput({"served_at": N_("送达时间应在作出裁定之后、现在之前。")})
    if proof_document_id is not None and (
            cases.get_document(session, proof_document_id).case_id != sale.lot.case_id):
        raise InvalidInput({"proof": N_("请从本案的文书中选择。")})
    delivery.ruling_served_at, delivery.ruling_way = served_at, way
    delivery.ruling_proof_id = proof_document_id
    ledger.settle_price(session, court_id=sale.lot.court_id, case_id=sale.lot.case_id or "",
                        subject=sale.subject, actor=actor, now=now)
    if delivery.ruling_document_id is not None:
        cases.let_read(session, delivery.ruling_document_id, delivery.buyer_person_id, actor=actor,
                       now=now)
    record(session, sale, Kind.RULING_SERVED, actor, {
        "document": delivery.ruling_document_id, "way": str(way),
        "served_at": instant_text(served_at), "proof": proof_document_id})
    accounts.send_message(
        session, person_id=delivery.buyer_person_id, now=now, url=f"/my/bids/{sale.lot_id}",
        text=N_("“%(title)s”的拍卖成交裁定已向您送达，所有权自 %(served_at)s 起转移。"),
        details={"title": sale.lot.title, "served_at": served_at})
    return delivery


def hand_over(session: Session, lot_id: str, *, note: str, actor: Actor, now: datetime) -> Delivery:
    """Record that the buyer has the property (AUC-25.3).

    Raises:
        StepNotAllowed: the ruling was not served.
    """
    sale, delivery = _sold(session, lot_id, actor)
    sale.state = next_state(LotState(sale.state), Step.HAND_OVER, of_round=sale.round)
    delivery.handed_over_at, delivery.handover_note = now, note
    record(session, sale, Kind.HANDED_OVER, actor, {
        "note_sha256": sha256(note.encode()).hexdigest()})
    return delivery


def note_distributed(session: Session, case_id: str) -> None:
    """Take note that the money of a case has all been paid out: its delivered lots are done.

    Settlement says so with the last payout (CPI-508).
    """
    for lot_id in session.scalars(select(Sale.lot_id).join(Lot).where(
            Lot.case_id == case_id, Sale.state == LotState.HANDED_OVER)).all():
        sale = lock_sale(session, lot_id)
        sale.state = next_state(LotState(sale.state), Step.DISTRIBUTE, of_round=sale.round)
        record(session, sale, Kind.LOT_DISTRIBUTED, "system", {"case": case_id})


def ruling_due_on(sale: Sale) -> date | None:
    """Until when the ruling is to be made; None before the price is paid."""
    if sale.delivery is None or sale.delivery.paid_at is None:
        return None
    return schedule.ruling_due_on(beijing_day(sale.delivery.paid_at), rule_set(sale.rule_set))


def handover_due_on(sale: Sale) -> date | None:
    """Until when the property is to be handed over; None before the ruling is served."""
    if sale.delivery is None or sale.delivery.ruling_served_at is None:
        return None
    return schedule.handover_due_on(beijing_day(sale.delivery.ruling_served_at),
                                    rule_set(sale.rule_set))


def _sold(session: Session, lot_id: str, actor: Actor) -> tuple[Sale, Delivery]:
    sale = handled_sale(session, lot_id, actor)
    if sale.delivery is None:
        raise NotSold
    return sale, sale.delivery
