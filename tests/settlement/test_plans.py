"""A plan from its draft to its force: what it lacks, who decides, who objects in time."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.errors import AlreadyRequested
from cases import services as cases
from cases.rules.words import ClaimClass, ServiceWay
from kernel.clock import beijing_day
from kernel.errors import InvalidInput, NotAllowed
from kernel.gates import GateClosed
from ledger import services as ledger
from settlement import services
from settlement.errors import (
    AlreadyObjected,
    AlreadyServed,
    NoSuchCost,
    NoSuchPlan,
    NotRecipient,
    NotServed,
    ObjectionLate,
    PlanFixed,
    PlanInForce,
)
from settlement.rules.costs_of_case import CostKind
from settlement.rules.service import PlanState
from tests.factories.accounts import acting, the_actor
from tests.factories.cases import a_claim, a_party, an_officer
from tests.factories.settlement import (
    DRAFTED_AT,
    PRICE_FEN,
    SERVED_AT,
    World,
    a_draft,
    a_plan_in_force,
    a_served_plan,
    a_sold_case,
    an_approved_plan,
    decided,
    serve,
    transfer,
    with_costs,
)

LAST_ON = beijing_day(SERVED_AT) + timedelta(days=15)
"""2026-07-10, a Friday: the fifteenth day after the service on 25 June."""


def codes(session: Session, world: World) -> list[str]:
    return [one.code for one in services.draft_obstacles(session, world.case_id)]


def object_to(session: Session, world: World, plan_id: str, days: int, *, party_id: str = "") -> None:
    on = beijing_day(SERVED_AT) + timedelta(days=days)
    with acting(session) as s:
        services.object_to(s, plan_id, party_id=party_id or world.supplier.id, raised_on=on,
                           text="第 5 行应按 900,000 元计算", actor=world.officer,
                           now=SERVED_AT + timedelta(days=max(days, 0)))


@pytest.mark.both_databases
def test_a_stored_plan_is_what_the_rules_give_for_its_claims(session: Session) -> None:
    plan = a_draft(session, with_costs(session, a_sold_case(session)))
    assert services.recomputed(plan)
    paid = sum(line["paid_fen"] + line["reserved_fen"] + line["reward_fen"]
               for line in plan.result["lines"])
    assert paid + plan.result["surplus_fen"] == plan.result["total_fen"] == PRICE_FEN
    assert [line["step"] for line in plan.result["lines"]] == [1, 1, 1, 6, 9, 9]


def test_a_changed_figure_no_longer_recomputes(session: Session) -> None:
    plan = a_draft(session, a_sold_case(session))
    lines = [dict(line) for line in plan.result["lines"]]
    lines[0]["paid_fen"] -= 1
    plan.result = {**plan.result, "lines": lines}
    assert not services.recomputed(plan)
    session.rollback()


def test_the_gate_names_everything_that_is_missing(session: Session) -> None:
    world = a_sold_case(session, settled=False, checked=False)
    assert codes(session, world) == ["title_not_passed", "claims_unchecked"]
    with pytest.raises(GateClosed) as refused, acting(session) as s:
        services.draft_plan(s, world.case_id, actor=world.officer, now=DRAFTED_AT)
    assert (refused.value.rule, len(refused.value.obstacles)) == ("AUC-22.2", 2)
    transfer(session, world)
    for claim in cases.claims_of(session, world.case_id):
        with acting(session) as s:
            cases.check_claim(s, claim.id, actor=world.officer, now=DRAFTED_AT)
    assert codes(session, world) == []


def test_a_new_draft_replaces_the_old_one_and_its_request(session: Session) -> None:
    world = a_sold_case(session)
    first_id = a_draft(session, world).id
    with pytest.raises(AlreadyRequested):
        a_draft(session, world)
    second = a_draft(session, with_costs(session, world))
    assert services.get_plan(session, first_id).state is PlanState.REPLACED
    assert second.version == 2
    approved = decided(session, world, second)
    assert approved.state is PlanState.APPROVED
    with acting(session) as s:
        assert not services.note_approval(s, first_id, now=DRAFTED_AT)
    assert [one.id for one in services.plans_of_court(session, world.court.id)] == [approved.id]


def test_a_plan_sent_back_can_be_drawn_up_again(session: Session) -> None:
    world = a_sold_case(session)
    plan = decided(session, world, a_draft(session, world), approve=False, reason="漏了评估费")
    assert plan.state is PlanState.SENT_BACK
    assert a_draft(session, with_costs(session, world)).version == 2


def test_only_the_officer_in_charge_draws_up_a_plan(session: Session) -> None:
    world = a_sold_case(session)
    other = an_officer(session, world.court, name="另一人")
    with pytest.raises(NotAllowed), acting(session) as s:
        services.draft_plan(s, world.case_id, actor=other, now=DRAFTED_AT)


def test_a_plan_is_served_once_on_each_recipient_and_on_nobody_else(session: Session) -> None:
    world = a_sold_case(session)
    plan_id = a_draft(session, world).id
    with pytest.raises(PlanFixed):
        serve(session, world, plan_id, world.bank)
    decided(session, world, services.get_plan(session, plan_id))
    with pytest.raises(InvalidInput):
        serve(session, world, plan_id, world.bank, at=DRAFTED_AT - timedelta(days=1))
    serve(session, world, plan_id, world.bank)
    assert services.get_plan(session, plan_id).state is PlanState.SERVING
    with pytest.raises(AlreadyServed):
        serve(session, world, plan_id, world.bank)
    case = cases.get_case(session, world.case_id)
    stranger = a_party(session, case, world.officer, name="无关公司")
    with pytest.raises(NotRecipient):
        serve(session, world, plan_id, stranger)
    with pytest.raises(GateClosed) as fixed, acting(session) as s:
        services.draft_plan(s, world.case_id, actor=world.officer, now=SERVED_AT)
    assert fixed.value.rule == "PLAN-08"


def test_a_party_renamed_after_the_draft_still_gets_the_plan(session: Session) -> None:
    world = a_sold_case(session)
    plan = an_approved_plan(session, world)
    cases.get_party(session, world.supplier.id).name = "宏达建材（集团）有限公司"
    session.flush()
    assert {party.id for party in services.recipients_of(session, plan)} == {
        party.id for party in world.recipients}
    session.rollback()


def test_names_shared_by_two_creditors_are_told_apart(session: Session) -> None:
    world = a_sold_case(session)
    case = cases.get_case(session, world.case_id)
    twin = a_party(session, case, world.officer, name="吴月华")
    a_claim(session, case, world.officer, twin, claim_class=ClaimClass.ORDINARY)
    plan = a_draft(session, world)
    assert {plan.names[world.worker.id], plan.names[twin.id]} == {"吴月华", "吴月华（2）"}


@pytest.mark.both_databases
@pytest.mark.parametrize(("days", "in_time"), [(0, True), (14, True), (15, True), (16, False)])
def test_an_objection_counts_until_the_end_of_the_fifteenth_day(
        session: Session, days: int, in_time: bool) -> None:
    world = a_sold_case(session)
    plan_id = a_served_plan(session, world).id
    if in_time:
        object_to(session, world, plan_id, days)
        assert services.get_plan(session, plan_id).state is PlanState.CONTESTED
        with acting(session) as s:
            assert not services.finish_term(s, plan_id, now=SERVED_AT + timedelta(days=90))
    else:
        with pytest.raises(ObjectionLate) as late:
            object_to(session, world, plan_id, days)
        assert (late.value.rule, late.value.details) == ("PLAN-02", {"ended_on": LAST_ON})


def test_each_person_has_a_term_of_their_own(session: Session) -> None:
    world = a_sold_case(session)
    plan_id = an_approved_plan(session, world).id
    for party in world.recipients[:-1]:
        serve(session, world, plan_id, party)
    with pytest.raises(NotServed):
        object_to(session, world, plan_id, 1, party_id=world.debtor.id)
    with acting(session) as s:
        assert not services.finish_term(s, plan_id, now=SERVED_AT + timedelta(days=60))
    serve(session, world, plan_id, world.debtor, at=SERVED_AT + timedelta(days=60))
    with pytest.raises(ObjectionLate):
        object_to(session, world, plan_id, 61)
    object_to(session, world, plan_id, 61, party_id=world.debtor.id)
    assert services.get_plan(session, plan_id).state is PlanState.CONTESTED


def test_a_public_notice_delays_the_term_by_its_days(session: Session) -> None:
    world = a_sold_case(session)
    plan_id = an_approved_plan(session, world).id
    serve(session, world, plan_id, world.debtor, way=ServiceWay.PUBLIC_NOTICE)
    plan = services.get_plan(session, plan_id)
    assert services.received_on(session, plan)[world.debtor.id] == beijing_day(SERVED_AT) + timedelta(30)


def test_a_party_objects_once_and_only_today_and_for_itself(session: Session) -> None:
    world = a_sold_case(session)
    plan_id = a_served_plan(session, world).id
    party = the_actor(session, accounts.person(session, world.supplier_person.id))
    today = beijing_day(SERVED_AT) + timedelta(days=3)
    now = SERVED_AT + timedelta(days=3)
    for party_id, on in ((world.bank.id, today), (world.supplier.id, today - timedelta(days=1))):
        with pytest.raises(NotAllowed), acting(session) as s:
            services.object_to(s, plan_id, party_id=party_id, raised_on=on, text="不同意",
                               actor=party, now=now)
    with acting(session) as s:
        services.object_to(s, plan_id, party_id=world.supplier.id, raised_on=today, text="不同意",
                           actor=party, now=now)
    with pytest.raises(AlreadyObjected):
        object_to(session, world, plan_id, 4)


def test_an_objection_of_tomorrow_is_refused(session: Session) -> None:
    world = a_sold_case(session)
    plan_id = a_served_plan(session, world).id
    with pytest.raises(InvalidInput), acting(session) as s:
        services.object_to(s, plan_id, party_id=world.bank.id, text="不同意", actor=world.officer,
                           raised_on=beijing_day(SERVED_AT) + timedelta(days=1), now=SERVED_AT)


@pytest.mark.both_databases
def test_a_plan_nobody_objected_to_owes_the_money_to_those_it_names(session: Session) -> None:
    world = with_costs(session, a_sold_case(session))
    plan_id = a_served_plan(session, world).id
    with acting(session) as s:
        assert not services.finish_term(s, plan_id, now=SERVED_AT + timedelta(days=15))
    with acting(session) as s:
        assert services.finish_term(s, plan_id, now=SERVED_AT + timedelta(days=16))
    with acting(session) as s:
        assert not services.finish_term(s, plan_id, now=SERVED_AT + timedelta(days=17))
    plan = services.get_plan(session, plan_id)
    assert sum(order.amount_fen for order in plan.payouts) == PRICE_FEN
    assert ledger.case_balance(session, world.case_id) == 0
    owed = {row.account: 0 for row in ledger.balances_of_case(session, world.case_id)}
    for row in ledger.balances_of_case(session, world.case_id):
        owed[row.account] += row.balance_fen
    assert owed[ledger.AccountKind.EXECUTION_FEE] == 22_500_00
    assert sum(owed.values()) == PRICE_FEN
    assert ledger.check_books(session, world.court.id) == []
    assert len(accounts.messages_of(session, world.supplier_person.id, page=1)) >= 2


def test_an_objection_recorded_after_the_plan_is_in_force_is_shown_its_way(session: Session) -> None:
    world = a_sold_case(session)
    plan_id = a_plan_in_force(session, world).id
    with pytest.raises(PlanInForce), acting(session) as s:
        services.object_to(s, plan_id, party_id=world.bank.id, raised_on=LAST_ON, text="邮寄在期限内",
                           actor=world.officer, now=SERVED_AT + timedelta(days=41))


def test_a_cost_can_be_taken_back_once_and_belongs_to_its_case(session: Session) -> None:
    world = with_costs(session, a_sold_case(session))
    cost_id = services.costs_of(session, world.case_id)[0].id
    with acting(session) as s:
        services.strike_cost(s, cost_id, actor=world.officer, now=DRAFTED_AT)
    assert len(services.costs_of(session, world.case_id)) == 2
    with pytest.raises(NoSuchCost), acting(session) as s:
        services.strike_cost(s, cost_id, actor=world.officer, now=DRAFTED_AT)
    for wrong in ({"property_id": "prop-of-another", "advanced_by": None},
                  {"property_id": None, "advanced_by": "party-of-another"}):
        with pytest.raises(InvalidInput), acting(session) as s:
            services.record_cost(s, case_id=world.case_id, kind=CostKind.OTHER, text="其他",
                                 amount_fen=1, actor=world.officer, now=DRAFTED_AT, **wrong)


def test_nobody_outside_learns_of_a_plan_before_it_is_served(session: Session) -> None:
    world = a_sold_case(session)
    plan_id = an_approved_plan(session, world).id
    with pytest.raises(NoSuchPlan):
        services.public_plan(session, plan_id)
    assert services.plan_of(session, world.case_id) is None
    serve(session, world, plan_id, world.bank)
    assert services.public_plan(session, plan_id).id == plan_id
