"""Paying out: three different people, each step once, never twice."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.models import Lot
from auction.rules.lifecycle import LotState
from auction.services import delivery
from kernel.access import Actor
from kernel.errors import NotAllowed
from ledger import services as ledger
from settlement import services
from settlement.errors import (
    BankLinePaid,
    NoSuchPayout,
    PayoutOutOfOrder,
    PlanContested,
    SamePerson,
)
from settlement.models import PayoutOrder
from settlement.rules.payouts import Act
from settlement.rules.service import PlanState
from tests.factories.accounts import a_court, acting
from tests.factories.ledger import finance
from tests.factories.settlement import (
    SERVED_AT,
    World,
    a_plan_in_force,
    a_sold_case,
    with_costs,
)

NOW = SERVED_AT + timedelta(days=41)
pytestmark = pytest.mark.both_databases


@pytest.fixture
def world(session: Session) -> World:
    made = with_costs(session, a_sold_case(session))
    a_plan_in_force(session, made)
    return made


@pytest.fixture
def three(session: Session, world: World) -> list[Actor]:
    return [finance(session, world.court, name) for name in ("沈知遥", "罗启明", "何若岚")]


def order_ids(session: Session, world: World) -> list[str]:
    return [order.id for order in services.payouts_of_court(session, world.court.id)]


def act(session: Session, step: Act, order_id: str, actor: Actor, bank_line: str = "FK1") -> None:
    with acting(session) as s:
        if step is Act.PREPARE:
            services.prepare_payout(s, order_id, actor=actor, now=NOW)
        elif step is Act.APPROVE:
            services.approve_payout(s, order_id, actor=actor, now=NOW)
        else:
            services.execute_payout(s, order_id, bank_line=bank_line, actor=actor, now=NOW)


def test_the_last_payout_ends_the_way_of_the_lot(
        session: Session, world: World, three: list[Actor]) -> None:
    with acting(session) as s:
        delivery.hand_over(s, world.lot_id, note="钥匙已交", actor=world.officer, now=NOW)
    *others, last = order_ids(session, world)
    for number, order_id in enumerate(others):
        for step, actor in zip(Act, three, strict=True):
            act(session, step, order_id, actor, f"FK{number}")
    assert session.get_one(Lot, world.lot_id).sale.state == LotState.HANDED_OVER
    for step, actor in zip(Act, three, strict=True):
        act(session, step, last, actor, "FK-last")
    assert session.get_one(Lot, world.lot_id).sale.state == LotState.DISTRIBUTED


def test_three_people_pay_everyone_and_the_case_is_empty(
        session: Session, world: World, three: list[Actor]) -> None:
    for number, order_id in enumerate(order_ids(session, world)):
        for step, actor in zip(Act, three, strict=True):
            act(session, step, order_id, actor, f"FK{number}")
    assert sum(row.balance_fen for row in ledger.balances_of_case(session, world.case_id)) == 0
    assert ledger.bank_balances(session, world.court.id)[ledger.Book.CASE_MONEY] == 0
    assert ledger.check_books(session, world.court.id) == []
    told = accounts.messages_of(session, world.supplier_person.id, page=1)
    assert any("已付给您" in one.text for one in told)


@pytest.mark.parametrize(("approver", "executor", "refused"), [(0, 2, Act.APPROVE), (1, 0, Act.EXECUTE),
                                                               (1, 1, Act.EXECUTE)])
def test_nobody_does_two_steps_of_one_payout(
        session: Session, world: World, three: list[Actor], approver: int, executor: int,
        refused: Act) -> None:
    order_id = order_ids(session, world)[0]
    act(session, Act.PREPARE, order_id, three[0])
    if refused is Act.EXECUTE:
        act(session, Act.APPROVE, order_id, three[approver])
    with pytest.raises(SamePerson) as same:
        act(session, refused, order_id, three[approver if refused is Act.APPROVE else executor])
    assert (same.value.rule, same.value.details) == ("FUND-01", {"people": 3})


def test_a_payout_is_executed_once(session: Session, world: World, three: list[Actor]) -> None:
    order_id = order_ids(session, world)[0]
    for step, actor in zip(Act, three, strict=True):
        act(session, step, order_id, actor)
    before = ledger.bank_balances(session, world.court.id)
    for actor in (*three, finance(session, world.court, "第四人")):
        with pytest.raises(PayoutOutOfOrder):
            act(session, Act.EXECUTE, order_id, actor, "FK2")
    assert ledger.bank_balances(session, world.court.id) == before


@pytest.mark.parametrize("step", [Act.APPROVE, Act.EXECUTE])
def test_no_step_comes_before_its_turn(
        session: Session, world: World, three: list[Actor], step: Act) -> None:
    with pytest.raises(PayoutOutOfOrder):
        act(session, step, order_ids(session, world)[0], three[0])


def test_a_line_of_the_bank_pays_one_payout(
        session: Session, world: World, three: list[Actor]) -> None:
    first, second = order_ids(session, world)[:2]
    for order_id in (first, second):
        act(session, Act.PREPARE, order_id, three[0])
        act(session, Act.APPROVE, order_id, three[1])
    act(session, Act.EXECUTE, first, three[2], "FK1")
    with pytest.raises(BankLinePaid):
        act(session, Act.EXECUTE, second, three[2], "FK1")


def test_the_database_itself_refuses_one_person_for_two_steps(
        session: Session, world: World) -> None:
    order = session.get_one(PayoutOrder, order_ids(session, world)[0])
    order.prepared_by = order.approved_by = "person-1"
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_another_court_cannot_touch_a_payout(session: Session, world: World) -> None:
    other = finance(session, a_court(session, "另一法院", "Another Court", "other.example/x"))
    order_id = order_ids(session, world)[0]
    with pytest.raises(NotAllowed):
        act(session, Act.PREPARE, order_id, other)
    with pytest.raises(NoSuchPayout):
        act(session, Act.PREPARE, "payout-none", other)


def test_a_contested_plan_is_not_paid(session: Session, world: World, three: list[Actor]) -> None:
    order_id = order_ids(session, world)[0]
    order = session.get_one(PayoutOrder, order_id)
    order.plan.state = PlanState.CONTESTED
    session.flush()
    refused = services.hindrance(session, order, three[0])
    assert isinstance(refused, PlanContested)
    session.rollback()


def test_the_last_day_to_pay_is_thirty_days_after_the_plan_came_into_force(
        session: Session, world: World) -> None:
    plan = services.plan_of(session, world.case_id)
    assert plan is not None
    assert str(services.due_on(session, plan)) == "2026-09-03"
