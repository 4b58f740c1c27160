"""A sold flat with its money in the case, plans at every point of their way, payouts.

Each function opens its own units of work; the clock is whatever the test has set, or the moment
that ``world`` names.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Court, Person
from auction.models import Lot
from auction.services import delivery
from cases.models import Case, Party
from cases.rules.words import ClaimClass, PartyRole, ServiceWay
from kernel.access import Actor, Role
from ledger import services as ledger
from settlement import services
from settlement.models import DistributionPlan
from settlement.rules.costs_of_case import CostKind
from settlement.services.drafting import APPROVAL_ACT
from tests.factories.accounts import a_court, a_person, acting, the_actor
from tests.factories.auction import (
    CLOSES_AT,
    DEPOSIT_FEN,
    OPENS_AT,
    START_FEN,
    a_code,
    a_lot_on_sale,
    bid,
    closed,
    pay,
)
from tests.factories.cases import a_claim, a_document, a_party, a_respondent, an_officer

PRICE_FEN = START_FEN
SOLD_AT = CLOSES_AT + timedelta(hours=1)
DRAFTED_AT = SOLD_AT + timedelta(days=12)
SERVED_AT = DRAFTED_AT + timedelta(days=2)


@dataclass
class World:
    """One case whose flat is sold, paid and transferred; ids, so that nothing goes stale."""

    court: Court
    officer: Actor
    judge: Actor
    case_id: str
    lot_id: str
    bank: Party
    supplier: Party
    worker: Party
    debtor: Party
    supplier_person: Person
    buyer: Person

    @property
    def recipients(self) -> tuple[Party, ...]:
        return self.bank, self.supplier, self.worker, self.debtor


def a_sold_case(session: Session, *, settled: bool = True, checked: bool = True) -> World:
    """A secured bank, two ordinary creditors that do not get everything, one debtor.

    Args:
        settled: whether the ruling is served, so that the price is case money.
        checked: whether the claims are checked.
    """
    court = a_court(session)
    officer = an_officer(session, court)
    judge = the_actor(session, a_person(session, Role.JUDGE, court, name="周明轩"))
    lot = a_lot_on_sale(session, court, officer=officer)
    lot_id, case = lot.id, session.get_one(Case, lot.case_id)
    supplier_person = a_person(session, Role.PARTY, name="宏达建材有限公司")
    bank = a_party(session, case, officer, PartyRole.APPLICANT, "临澜农商银行东麓支行")
    supplier = a_party(session, case, officer, PartyRole.CREDITOR, "宏达建材有限公司",
                       person=supplier_person)
    worker = a_party(session, case, officer, PartyRole.CREDITOR, "吴月华")
    debtor = a_respondent(session, case, officer)
    a_claim(session, case, officer, bank, claim_class=ClaimClass.SECURITY, checked=checked,
            principal_fen=900_000_00, property_id=lot.property_id,
            registered_at=OPENS_AT - timedelta(days=1500))
    a_claim(session, case, officer, supplier, principal_fen=800_000_01, checked=checked)
    a_claim(session, case, officer, worker, principal_fen=700_000_00, checked=checked)
    buyer = sell(session, lot)
    world = World(court, officer, judge, case.id, lot_id, bank, supplier, worker, debtor,
                  supplier_person, buyer)
    pay_balance(session, world)
    if settled:
        transfer(session, world)
    return world


def sell(session: Session, lot: Lot) -> Person:
    """One bidder bids the start price and wins."""
    lot_id = lot.id
    buyer, registration = a_code(session, lot)
    bid(session, registration, START_FEN, OPENS_AT + timedelta(minutes=5))
    closed(session, session.get_one(Lot, lot_id))
    return buyer


def pay_balance(session: Session, world: World) -> None:
    """The buyer's balance has come."""
    sold = session.get_one(Lot, world.lot_id).sale.delivery
    assert sold is not None
    reference = sold.balance_reference or ""
    pay(session, world.court.id, reference, PRICE_FEN - DEPOSIT_FEN, world.buyer, now=SOLD_AT,
        book=ledger.Book.CASE_MONEY)
    with acting(session) as s:
        delivery.note_paid(s, world.lot_id, now=SOLD_AT)


def transfer(session: Session, world: World) -> None:
    """The ruling is made and served: title has passed, the price is case money."""
    case = session.get_one(Case, world.case_id)
    document_id = a_document(session, case, world.officer, title="拍卖成交裁定书").id
    with acting(session) as s:
        delivery.issue_ruling(s, world.lot_id, document_id=document_id, actor=world.officer,
                              now=SOLD_AT)
        delivery.serve_ruling(s, world.lot_id, served_at=SOLD_AT, actor=world.officer, now=SOLD_AT)


def with_costs(session: Session, world: World) -> World:
    """An execution fee in two parts, and an appraisal the bank advanced."""
    for kind, text, fen, advanced in (
            (CostKind.EXECUTION_FEE, "申请执行费", 22_400_00, None),
            (CostKind.EXECUTION_FEE, "申请执行费（补收）", 100_00, None),
            (CostKind.APPRAISAL, "评估费，发票 0331", 6_000_00, world.bank.id)):
        with acting(session) as s:
            services.record_cost(s, case_id=world.case_id, kind=kind, text=text, amount_fen=fen,
                                 property_id=None, advanced_by=advanced, actor=world.officer,
                                 now=DRAFTED_AT)
    return world


def a_draft(session: Session, world: World) -> DistributionPlan:
    """A plan that waits for a judge."""
    with acting(session) as s:
        plan_id = services.draft_plan(s, world.case_id, actor=world.officer, now=DRAFTED_AT).id
    return services.get_plan(session, plan_id)


def decided(session: Session, world: World, plan: DistributionPlan, *, approve: bool = True,
            reason: str = "") -> DistributionPlan:
    """The judge has decided, and the platform took note."""
    plan_id = plan.id
    with acting(session) as s:
        approval = accounts.approval_for(s, subject=f"case:{world.case_id}", act=APPROVAL_ACT)
        assert approval is not None
        accounts.decide_approval(s, approval.id, approve=approve, reason=reason, actor=world.judge,
                                 now=DRAFTED_AT)
        services.note_approval(s, plan_id, now=DRAFTED_AT)
    return services.get_plan(session, plan_id)


def an_approved_plan(session: Session, world: World) -> DistributionPlan:
    return decided(session, world, a_draft(session, world))


def serve(session: Session, world: World, plan_id: str, party: Party, *, at: datetime = SERVED_AT,
          way: ServiceWay = ServiceWay.IN_PERSON) -> None:
    """The plan is served on one party."""
    with acting(session) as s:
        services.serve_plan(s, plan_id, party_id=party.id, way=way, served_at=at,
                            actor=world.officer, now=at)


def a_served_plan(session: Session, world: World) -> DistributionPlan:
    """A plan in everybody's hands since ``SERVED_AT``."""
    plan_id = an_approved_plan(session, world).id
    for party in world.recipients:
        serve(session, world, plan_id, party)
    return services.get_plan(session, plan_id)


def a_plan_in_force(session: Session, world: World) -> DistributionPlan:
    """A plan whose terms are over without an objection."""
    plan_id = a_served_plan(session, world).id
    with acting(session) as s:
        assert services.finish_term(s, plan_id, now=SERVED_AT + timedelta(days=40))
    return services.get_plan(session, plan_id)
