"""What happens to a thing on sale in the demo: bidders, bids, delivery, distribution."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts import services as accounts
from auction.services import bidding, delivery, reading, registration
from cases.rules.words import DocumentKind
from kernel import clock
from kernel.access import Role
from kernel.database import db
from ledger import services as ledger
from seeds.court import File, keep_paper, officer
from seeds.people import DONGLU, Place
from seeds.things import Thing
from seeds.world import Story, World
from settlement import services as settlement
from settlement.rules.costs_of_case import CostKind
from settlement.rules.service import PlanState


def enter(world: World, thing: Thing, file: File, logins: Sequence[str]) -> None:
    """Bidders register and pay; finance books what the bank shows; the job admits them."""
    finance = world.actor(thing.place.finance, Role.FINANCE)
    for login in logins:
        version = reading.get_lot(db.session(), file.lot_id).sale.notices_version
        mine = world.do(registration.register_bidder, lot_id=file.lot_id, notices_version=version,
                        is_barred=False, actor=world.actor(login, Role.BIDDER), now=clock.now())
        name = accounts.identity_for_machine(db.session(), world.ids[login]).name
        world.do(ledger.book_credit, court_id=thing.place.id, book=ledger.Book.DEPOSITS,
                 bank_line=f"BJ{thing.serial}{login[-1].upper()}", remark=f"保证金 {mine.reference}",
                 amount_fen=thing.deposit_fen, payer_name=name, received_at=clock.now(),
                 actor=finance, now=clock.now())
    world.settle()


def bid(world: World, file: File, login: str, amount_fen: int, place: int) -> None:
    """One bid, judged like any other."""
    with_sale = reading.get_lot(db.session(), file.lot_id).sale
    found = registration.admitted(db.session(), with_sale,
                                  actor=world.actor(login, Role.BIDDER), key=None)
    world.do(bidding.place_bid, registration=found, amount_fen=amount_fen,
             client_bid_id=f"story-{place}", received_at=clock.now(), now=clock.now())


def course(world: World, thing: Thing, file: File, bids: Sequence[tuple[timedelta, str, int]],
           opens: datetime) -> Story:
    """Bids at their times after the opening, each so many steps above the start price."""
    for place, (after, login, steps) in enumerate(bids):
        yield opens + after
        bid(world, file, login, thing.start_fen + steps * thing.step_fen, place)


def refund(world: World, place: Place = DONGLU) -> None:
    """Finance sends every refund that waits, within the 24 hours of AUC-23.2."""
    for owner in [row.owner for row in ledger.refunds_open(db.session(), place.id)]:
        world.do(ledger.note_refund, court_id=place.id, owner=owner, bank_line=f"TK{owner}",
                 actor=world.actor(place.finance, Role.FINANCE), now=clock.now())


def deliver(world: World, thing: Thing, file: File) -> Story:
    """The balance, the ruling, its service, the hand-over."""
    me = officer(world, thing)
    found = reading.get_lot(db.session(), file.lot_id).sale.delivery
    assert found is not None  # noqa: S101 - it was sold
    world.do(ledger.book_credit, court_id=thing.place.id, book=ledger.Book.CASE_MONEY,
             bank_line=f"YK{thing.serial}", remark=f"余款 {found.balance_reference}",
             amount_fen=found.balance_fen, payer_name=found.buyer_name, received_at=clock.now(),
             actor=world.actor(thing.place.finance, Role.FINANCE), now=clock.now())
    world.settle()
    yield clock.now() + timedelta(days=2)
    ruling_id, _ = keep_paper(
        world, file, thing, subject=f"lot:{file.lot_id}/1", kind=DocumentKind.SALE_RULING,
        title="拍卖成交裁定书", is_public=False,
        lines=[f"{thing.title}归买受人所有。", "所有权自本裁定送达买受人时起转移。"])
    world.do(delivery.issue_ruling, file.lot_id, document_id=ruling_id, actor=me, now=clock.now())
    world.do(delivery.serve_ruling, file.lot_id, served_at=clock.now(), actor=me, now=clock.now())
    yield clock.now() + timedelta(days=3)
    world.do(delivery.hand_over, file.lot_id, note="买受人到场签收，现状交付。", actor=me,
             now=clock.now())


def distribute(world: World, thing: Thing, file: File) -> Story:
    """Costs, the plan, its service, fifteen days, the payouts by three people."""
    me = officer(world, thing)
    for kind, text, amount in ((CostKind.EXECUTION_FEE, "申请执行费", thing.costs_fen[0]),
                               (CostKind.APPRAISAL, f"{thing.field}评估费", thing.costs_fen[1])):
        world.do(settlement.record_cost, case_id=file.case_id, kind=kind, text=text,
                 amount_fen=amount, property_id=file.property_id, advanced_by=None, actor=me,
                 now=clock.now())
    plan_id = world.do(settlement.draft_plan, file.case_id, actor=me, now=clock.now()).id
    approval = accounts.approval_for(db.session(), subject=f"case:{file.case_id}",
                                     act=settlement.APPROVAL_ACT)
    assert approval is not None  # noqa: S101 - drafted just now
    world.do(accounts.decide_approval, approval.id, approve=True, reason="",
             actor=world.actor("judge-1", Role.JUDGE), now=clock.now())
    world.settle()
    plan = settlement.get_plan(db.session(), plan_id)
    for party_id in [one.id for one in settlement.recipients_of(db.session(), plan)]:
        world.do(settlement.serve_plan, plan_id, party_id=party_id, way=file.way_to(party_id),
                 served_at=clock.now(), actor=me, now=clock.now())
    yield clock.now() + timedelta(days=16)
    while (plan := settlement.get_plan(db.session(), plan_id)).state is not PlanState.FINAL:
        yield clock.now() + timedelta(days=1)
    for order_id in [order.id for order in plan.payouts if order.destination != "held"]:
        world.do(settlement.prepare_payout, order_id, actor=world.actor("finance-1", Role.FINANCE),
                 now=clock.now())
        world.do(settlement.approve_payout, order_id, actor=world.actor("finance-2", Role.FINANCE),
                 now=clock.now())
        world.do(settlement.execute_payout, order_id, bank_line=f"FK{order_id[-6:]}",
                 actor=world.actor("finance-3", Role.FINANCE), now=clock.now())
