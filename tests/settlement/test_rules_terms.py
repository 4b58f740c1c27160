"""Terms of a served plan, and who may pay it out, to whom and by when."""

from datetime import date

import pytest

from kernel.law import rule_set
from settlement.errors import (
    NotServed,
    ObjectionLate,
    PayeeNotCreditor,
    PayoutOutOfOrder,
    PlanContested,
    PlanNotFinal,
    SamePerson,
)
from settlement.rules.claims import read_claims
from settlement.rules.payouts import (
    Act,
    DelayReason,
    Destination,
    check_act,
    check_payee,
    pay_by,
    pay_by_after_delay,
    payouts_of,
)
from settlement.rules.service import (
    PlanState,
    Standing,
    check_objection,
    check_payable,
    counter_objection_ends_on,
    objection_ends_on,
    recipients,
    standing,
    suit_ends_on,
)
from settlement.rules.waterfall import distribute
from tests.settlement.claims_files import a_claim, claims_of, vectors

LAW = rule_set("civil-online-2017.01")
CASES = {case["id"]: case["input"] for case in vectors("plan.json")}

PARTIES = ("澜江商贸", "宏达建材", "吴月华")
RECEIVED = {"澜江商贸": date(2026, 3, 9), "宏达建材": date(2026, 3, 10), "吴月华": date(2026, 3, 12)}


def standing_on(today: date, objectors: tuple[str, ...] = ()) -> Standing:
    return standing(PARTIES, RECEIVED, objectors, today, LAW)


@pytest.mark.parametrize(("received_on", "ends_on"), [
    (date(2026, 3, 9), date(2026, 3, 24)),
    (date(2026, 3, 12), date(2026, 3, 27)),
    (date(2026, 3, 13), date(2026, 3, 30)),     # the 15th day is a Saturday
    (date(2025, 9, 16), date(2025, 10, 9)),     # the 15th day is in the National Day holidays
])
def test_the_day_of_receipt_is_not_counted_and_a_term_ends_on_a_working_day(
    received_on: date, ends_on: date,
) -> None:
    assert objection_ends_on(received_on, LAW) == ends_on
    assert counter_objection_ends_on(received_on, LAW) == ends_on
    assert suit_ends_on(received_on, LAW) == ends_on


def test_an_objection_on_the_last_day_is_in_time_and_a_day_later_it_is_not() -> None:
    check_objection(date(2026, 3, 9), date(2026, 3, 24), LAW)
    with pytest.raises(ObjectionLate) as late:
        check_objection(date(2026, 3, 9), date(2026, 3, 25), LAW)
    assert late.value.details == {"ended_on": date(2026, 3, 24)}


def test_nobody_objects_before_the_plan_has_reached_them() -> None:
    with pytest.raises(NotServed):
        check_objection(None, date(2026, 3, 9), LAW)


def test_the_plan_goes_to_each_creditor_once_and_to_the_debtor() -> None:
    claims = claims_of(claims=[a_claim("m", creditor="银行"), a_claim("o", creditor="银行"),
                               a_claim("late", creditor="李某", late=True)])
    assert recipients(claims, "许志远") == ("银行", "李某", "许志远")


@pytest.mark.parametrize(("today", "state"), [
    (date(2026, 3, 12), PlanState.SERVING),
    (date(2026, 3, 27), PlanState.SERVING),
    (date(2026, 3, 28), PlanState.FINAL),
])
def test_a_plan_is_final_the_day_after_the_last_clock_ran_out(today: date, state: PlanState) -> None:
    found = standing_on(today)
    assert found.state is state
    assert (found.last_on, found.payable_from) == (date(2026, 3, 27), date(2026, 3, 30))
    assert found.ends_on["宏达建材"] == date(2026, 3, 25)


def test_a_plan_that_one_party_has_not_received_is_never_final() -> None:
    found = standing([*PARTIES, "许志远"], RECEIVED, (), date(2027, 3, 1), LAW)
    assert found.state is PlanState.SERVING
    assert found.unserved == {"许志远"}
    assert (found.last_on, found.payable_from) == (None, None)


def test_an_objection_stops_the_plan_also_after_all_clocks_ran_out() -> None:
    found = standing_on(date(2026, 4, 30), ("吴月华",))
    assert found.state is PlanState.CONTESTED
    assert found.contested_by == {"吴月华"}


def test_only_a_final_plan_is_paid() -> None:
    check_payable(PlanState.FINAL)
    with pytest.raises(PlanContested):
        check_payable(PlanState.CONTESTED)
    for state in (PlanState.DRAFT, PlanState.APPROVED, PlanState.SERVING):
        with pytest.raises(PlanNotFinal):
            check_payable(state)


@pytest.mark.parametrize("case", CASES)
def test_payouts_add_up_to_the_proceeds(case: str) -> None:
    claims = read_claims(CASES[case])
    payouts = payouts_of(claims, distribute(claims), "debtor")
    assert sum(payout.amount_fen for payout in payouts) == sum(
        asset.proceeds_fen for asset in claims.assets)
    assert all(payout.amount_fen > 0 for payout in payouts)
    assert len({(p.destination, p.id) for p in payouts}) == len(payouts)


def test_each_sum_goes_where_the_law_sends_it() -> None:
    claims = claims_of(
        costs=[{"id": "fee", "kind": "execution_fee", "amount_fen": 50},
               {"id": "valuation", "kind": "valuation", "amount_fen": 40, "advanced_by": "甲"},
               {"id": "storage", "kind": "storage", "amount_fen": 30}],
        reserves=[{"id": "rent", "kind": "housing_reserve", "asset": "house", "amount_fen": 20}],
        claims=[a_claim("m", "security", 1_000, creditor="银行", asset="house", cap_fen=600,
                        reward_percent="10"),
                a_claim("pending", amount_fen=300, creditor="乙", unadjudged=True)])
    payouts = payouts_of(claims, distribute(claims), "许志远")
    assert [(p.destination, p.id, p.payee, p.amount_fen) for p in payouts] == [
        (Destination.TREASURY, "fee", None, 50),
        (Destination.ADVANCER, "valuation", "甲", 40),
        (Destination.COST, "storage", None, 30),
        (Destination.HELD, "rent", None, 20),
        (Destination.CREDITOR, "m", "银行", 900),
        (Destination.FINDER, "m", None, 100),
        (Destination.HELD, "pending", "乙", 300),
        (Destination.DEBTOR, "", "许志远", 8_560),
    ]


def test_a_payout_takes_three_people_in_three_steps() -> None:
    done: dict[Act, str] = {}
    for act, person in ((Act.PREPARE, "沈知遥"), (Act.APPROVE, "罗启明"), (Act.EXECUTE, "何若岚")):
        check_act(act, person, done, LAW)
        done[act] = person


@pytest.mark.parametrize(("act", "person", "done"), [
    (Act.APPROVE, "沈知遥", {Act.PREPARE: "沈知遥"}),
    (Act.EXECUTE, "沈知遥", {Act.PREPARE: "沈知遥", Act.APPROVE: "罗启明"}),
    (Act.EXECUTE, "罗启明", {Act.APPROVE: "罗启明", Act.PREPARE: "沈知遥"}),
])
def test_nobody_does_two_steps_of_one_payout(act: Act, person: str, done: dict[Act, str]) -> None:
    with pytest.raises(SamePerson) as refused:
        check_act(act, person, done, LAW)
    assert refused.value.details == {"people": 3}


@pytest.mark.parametrize(("act", "done"), [
    (Act.APPROVE, {}),
    (Act.EXECUTE, {}),
    (Act.EXECUTE, {Act.PREPARE: "沈知遥"}),
    (Act.PREPARE, {Act.PREPARE: "沈知遥"}),
    (Act.APPROVE, {Act.PREPARE: "沈知遥", Act.APPROVE: "罗启明"}),
])
def test_no_step_is_skipped_or_done_twice(act: Act, done: dict[Act, str]) -> None:
    with pytest.raises(PayoutOutOfOrder):
        check_act(act, "何若岚", done, LAW)


def test_money_goes_to_the_creditor_unless_a_panel_decided_otherwise() -> None:
    check_payee("银行", "银行", None)
    check_payee("银行", "律所", "（2026）东执 862 号合议笔录")
    for decision in (None, ""):
        with pytest.raises(PayeeNotCreditor):
            check_payee("银行", "律所", decision)


def test_money_is_paid_within_thirty_days_of_the_notice_and_ten_after_a_delay() -> None:
    assert pay_by(date(2026, 3, 2), LAW) == date(2026, 4, 1)
    assert pay_by_after_delay(date(2026, 3, 2), LAW) == date(2026, 3, 12)


@pytest.mark.parametrize("kind", [PlanState, Destination, Act, DelayReason])
def test_every_state_and_step_has_its_own_word(kind: type[PlanState]) -> None:
    words = [member.word for member in kind]
    assert len(set(words)) == len(words)
