"""Plans and payouts on their pages and over the API: who sees what, and what refusals say."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts import services as accounts
from kernel.access import Role
from kernel.clock import beijing_day, end_of_day
from settlement import jobs, services
from settlement.models import DistributionPlan
from settlement.rules.service import PlanState
from settlement.views.shown import totals_of
from settlement.work import work
from tests.factories.accounts import a_court, a_person, a_token, acting, sign_in
from tests.factories.ledger import a_finance_person
from tests.factories.settlement import (
    DRAFTED_AT,
    SERVED_AT,
    World,
    a_draft,
    a_plan_in_force,
    a_served_plan,
    a_sold_case,
    an_approved_plan,
    decided,
    serve,
    with_costs,
)
from tests.settlement.claims_files import a_claim, a_file

NAMES = ("临澜农商银行东麓支行", "宏达建材有限公司", "吴月华", "冯立群")


@pytest.fixture
def world(session: Session) -> World:
    return a_sold_case(session)


def officer_of(app: Flask, session: Session, world: World) -> FlaskClient:
    return sign_in(app.test_client(), accounts.person(session, world.officer.id))


def creditor_of(app: Flask, session: Session, world: World) -> FlaskClient:
    return sign_in(app.test_client(), accounts.person(session, world.supplier_person.id))


def test_an_officer_records_costs_and_draws_up_a_plan(
        app: Flask, session: Session, world: World, at: Any) -> None:
    at(DRAFTED_AT)
    client = officer_of(app, session, world)
    url = f"/desk/plans/cases/{world.case_id}"
    assert "2,010,000" in client.get("/desk/plans").text
    bad = client.post(f"{url}/costs/new", data={"kind": "appraisal", "text": "评估费 0331",
                                                "amount_fen": "六千"})
    assert (bad.status_code, "评估费 0331" in bad.text, "六千" in bad.text) == (422, True, True)
    done = client.post(f"{url}/costs/new", data={"kind": "appraisal", "text": "评估费 0331",
                                                 "amount_fen": "6,000", "advanced_by": world.bank.id})
    assert done.status_code == 302
    assert "可以拟定方案" in client.get(url).text
    drafted = client.post(f"{url}/draft")
    page = client.get(drafted.location).text
    for said in (*NAMES, "PRI-06c", "PRI-09", "RND-02", "重算一致", "等审批"):
        assert said in page
    assert client.post(f"{url}/draft").status_code == 409


def test_the_gate_says_what_is_missing_and_the_button_is_off(
        app: Flask, session: Session, at: Any) -> None:
    at(DRAFTED_AT)
    world = a_sold_case(session, settled=False)
    client = officer_of(app, session, world)
    page = client.get(f"/desk/plans/cases/{world.case_id}").text
    assert "成交裁定还没有送达" in page
    assert "AUC-22.2" in page
    refused = client.post(f"/desk/plans/cases/{world.case_id}/draft")
    assert (refused.status_code, "成交裁定还没有送达" in refused.text) == (409, True)
    sent = client.post(f"/api/v1/plans/cases/{world.case_id}")
    answer = sent.get_json()
    assert (sent.status_code, answer["code"], answer["rule"]) == (409, "title_not_passed", "AUC-22.2")


def test_jobs_take_over_the_decision_and_end_the_terms(
        session: Session, world: World, at: Any) -> None:
    plan_id = a_draft(session, world).id
    jobs.note_approvals()
    assert services.get_plan(session, plan_id).state is PlanState.DRAFT
    decided(session, world, services.get_plan(session, plan_id))
    for party in world.recipients:
        serve(session, world, plan_id, party)
    last = end_of_day(beijing_day(SERVED_AT) + timedelta(days=15))
    at(last - timedelta(milliseconds=1))
    jobs.finish_terms()
    assert services.get_plan(session, plan_id).state is PlanState.SERVING
    session.rollback()
    at(last)
    jobs.finish_terms()
    assert services.get_plan(session, plan_id).state is PlanState.FINAL


def test_what_waits_follows_the_plan_on_its_way(session: Session, world: World) -> None:
    def waiting() -> list[tuple[str, frozenset[Role]]]:
        return [(item.rule, item.roles) for item in work(session, SERVED_AT)]

    officer, finance = frozenset({Role.OFFICER}), frozenset({Role.FINANCE})
    assert waiting() == [("PLAN-01", officer)]
    plan_id = a_draft(session, world).id
    assert waiting() == []  # the judge's approval stands with the approvals
    decided(session, world, services.get_plan(session, plan_id))
    assert waiting() == [("PLAN-01", officer)]
    for party in world.recipients:
        serve(session, world, plan_id, party)
    (term,) = work(session, SERVED_AT)
    assert (term.roles, term.due_at) == (
        frozenset(), end_of_day(beijing_day(SERVED_AT) + timedelta(days=15)))
    with acting(session) as s:
        services.finish_term(s, plan_id, now=SERVED_AT + timedelta(days=40))
    assert waiting() == [("FUND-08", finance)]


def test_a_creditor_sees_their_own_line_first_and_objects(
        app: Flask, session: Session, world: World, at: Any) -> None:
    plan_id = a_served_plan(session, world).id
    at(SERVED_AT + timedelta(days=3))
    client = creditor_of(app, session, world)
    url = f"/my/cases/{world.case_id}/plan"
    assert f'href="{url}"' in client.get(f"/my/cases/{world.case_id}").text
    page = client.get(url).text
    assert "您分得" in page
    assert "2026 年 7 月 10 日" in page
    empty = client.post(url, data={"text": "  "})
    assert (empty.status_code, "这一项必须填写" in empty.text) == (422, True)
    assert client.post(url, data={"text": "第 2 行应为 900,000 元"}).status_code == 302
    assert services.get_plan(session, plan_id).state is PlanState.CONTESTED
    assert "您已提出异议" in client.get(url).text
    again = client.post(url, data={"text": "再说一次，仍不同意"})
    assert (again.status_code, "已经提出异议" in again.text) == (409, True)


def test_an_objection_one_day_late_is_refused_with_its_rule_and_the_text_is_kept(
        app: Flask, session: Session, world: World, at: Any) -> None:
    plan_id = a_served_plan(session, world).id
    at(SERVED_AT + timedelta(days=16))
    answer = officer_of(app, session, world).post(f"/desk/plans/{plan_id}/objections/new", data={
        "party_id": world.bank.id, "raised_on": "2026-07-11", "text": "利息少算"})
    assert answer.status_code == 409
    for said in ("2026-07-10 届满", "PLAN-02", "利息少算", "2026-07-11"):
        assert said in answer.text
    mine = creditor_of(app, session, world).post(f"/my/cases/{world.case_id}/plan", data={"text": "晚了"})
    assert (mine.status_code, "异议期已于 2026-07-10 届满" in mine.text) == (409, True)
    assert "您写的是：晚了" in mine.text


def test_strangers_and_those_not_served_see_no_plan(
        app: Flask, session: Session, world: World, at: Any) -> None:
    at(SERVED_AT)
    plan_id = an_approved_plan(session, world).id
    url = f"/my/cases/{world.case_id}/plan"
    client = creditor_of(app, session, world)
    assert client.get(url).status_code == 404
    serve(session, world, plan_id, world.bank)
    assert client.get(url).status_code == 409
    stranger = sign_in(app.test_client(), a_person(session, Role.PARTY))
    assert stranger.get(url).status_code == 404
    assert stranger.get(f"{url}/claims.json").status_code == 404
    assert stranger.get(f"/desk/plans/{plan_id}").status_code == 403
    other = a_court(session, "另一法院", "Another Court", "other.example/x")
    judge = sign_in(app.test_client(), a_person(session, Role.JUDGE, other))
    assert judge.get(f"/desk/plans/{plan_id}").status_code == 403
    assert judge.get(f"/desk/plans/{plan_id}/claims.json").status_code == 403


def test_the_public_page_has_sums_and_no_names(
        app: Flask, session: Session, world: World) -> None:
    plan = a_served_plan(session, with_costs(session, world))
    plan_id, commitment = plan.id, services.commitment_of(plan)
    for client, url in ((app.test_client(), f"/plans/{plan_id}"),
                        (app.test_client(), f"/api/v1/plans/{plan_id}/public")):
        answer = client.get(url)
        assert answer.status_code == 200
        assert commitment[:8] in answer.text
        for name in NAMES:
            assert name not in answer.text


def test_the_files_recompute_with_the_command(
        app: Flask, session: Session, world: World, tmp_path: Path, at: Any) -> None:
    plan_id = a_served_plan(session, with_costs(session, world)).id
    at(SERVED_AT)
    client = creditor_of(app, session, world)
    url = f"/my/cases/{world.case_id}/plan"
    claims = client.get(f"{url}/claims.json")
    assert f"{plan_id}-claims-v1.json" in claims.headers["Content-Disposition"]
    file = tmp_path / "claims.json"
    file.write_bytes(claims.data)
    computed = app.test_cli_runner().invoke(args=["settlement", "compute", str(file)])
    assert computed.exit_code == 0
    assert json.loads(computed.output) == client.get(f"{url}/plan.json").get_json()
    assert set(client.get(f"{url}/opening.json").get_json()) == {"salt", "claims", "plan"}
    assert client.get(f"{url}/other.json").status_code == 404


def test_the_statement_of_a_case_says_what_each_account_is_for(
        app: Flask, session: Session, world: World, at: Any) -> None:
    a_plan_in_force(session, with_costs(session, world))
    at(SERVED_AT + timedelta(days=41))
    finance = sign_in(app.test_client(), a_finance_person(session, world.court, "沈知遥"))
    page = finance.get(f"/desk/money/cases/{world.case_id}").text
    assert "评估费，发票 0331" in page
    for creditor in (world.bank, world.supplier, world.worker):
        assert creditor.name in page
    for name in ("cost-", "claim-", "debtor"):
        assert name not in page


def test_the_payout_page_says_whose_turn_it_is_and_why_a_button_is_off(
        app: Flask, session: Session, world: World, at: Any) -> None:
    a_plan_in_force(session, world)
    at(SERVED_AT + timedelta(days=41))
    first, second, third = (sign_in(app.test_client(), a_finance_person(session, world.court, name))
                            for name in ("沈知遥", "罗启明", "何若岚"))
    order_id = services.payouts_of_court(session, world.court.id)[0].id
    url = f"/desk/payouts/{order_id}"
    assert first.post(url, data={"act": "prepare"}).status_code == 302
    page = first.get(url).text
    assert "您已办理过其中一步" in page
    assert "FUND-01" in page
    assert first.post(url, data={"act": "approve"}).status_code == 403
    assert second.post(url, data={"act": "prepare"}).status_code == 409
    assert second.post(url, data={"act": "approve"}).status_code == 302
    missing = third.post(url, data={"act": "execute", "bank_line": ""})
    assert (missing.status_code, "这一项必须填写" in missing.text) == (422, True)
    assert third.post(url, data={"act": "execute", "bank_line": "FK1"}).status_code == 302
    assert third.post(url, data={"act": "execute", "bank_line": "FK2"}).status_code == 409
    assert third.post(url, data={"act": "burn"}).status_code == 422
    for name in ("沈知遥", "罗启明", "何若岚"):
        assert name in first.get("/desk/payouts").text
    statement = first.get(f"/desk/money/cases/{world.case_id}").text
    assert "付款" in statement
    assert "逐笔重算，账账相符" in statement


def test_programs_walk_the_same_way(app: Flask, session: Session, world: World, at: Any) -> None:
    at(DRAFTED_AT)
    officer = {"Authorization": f"Bearer {a_token(session, accounts.person(session, world.officer.id))}"}
    client = app.test_client()
    base = f"/api/v1/plans/cases/{world.case_id}"
    cost = client.post(f"{base}/costs", headers=officer,
                       json={"kind": "other", "text": "开锁费", "amount_fen": 300_00})
    assert cost.status_code == 201
    floats = client.post(f"{base}/costs", headers=officer,
                         json={"kind": "other", "text": "开锁费", "amount_fen": 300.0})
    assert (floats.status_code, list(floats.get_json()["fields"])) == (422, ["amount_fen"])
    unknown = client.post(f"{base}/costs", headers=officer,
                          json={"kind": "other", "text": "开锁费", "amount_fen": 1, "currency": "CNY"})
    assert (unknown.status_code, list(unknown.get_json()["fields"])) == (422, ["currency"])
    assert client.delete(f"/api/v1/plans/costs/{cost.get_json()['id']}", headers=officer).status_code == 204
    assert client.get(base, headers=officer).get_json()["obstacles"] == []
    plan = client.post(base, headers=officer).get_json()
    assert plan["plan"]["format"] == "plan/v1"
    decided(session, world, services.get_plan(session, plan["id"]))
    for party in world.recipients:
        done = client.post(f"/api/v1/plans/{plan['id']}/services", headers=officer,
                           json={"party_id": party.id, "way": "in_person",
                                 "served_at": "2026-06-23T11:00:00+08:00"})
        assert done.status_code == 201, done.get_json()
    assert {term["ends_on"] for term in done.get_json()["terms"]} == {"2026-07-08"}
    creditor = {"Authorization":
                f"Bearer {a_token(session, accounts.person(session, world.supplier_person.id))}"}
    assert client.get(f"/api/v1/plans/mine/{world.case_id}", headers=creditor).status_code == 200
    objection = client.post(f"/api/v1/plans/mine/{world.case_id}/objections", headers=creditor,
                            json={"text": "不同意第 2 行"})
    assert (objection.status_code, objection.get_json()["raised_on"]) == (201, "2026-06-23")


def test_the_sum_counts_what_a_claim_lacks_once(session: Session) -> None:
    """A secured claim that falls short comes again among the ordinary ones; it is one debt."""
    claims = [a_claim("bank", "security", 12_000, asset="house", doubled_interest_fen=500,
                      registered_at="2020-01-01T00:00:00+08:00"), a_claim("Zhou", amount_fen=3_000)]
    plan = DistributionPlan(claims=a_file(claims=claims, costs=[
        {"id": "cost", "kind": "appraisal", "amount_fen": 1_000}]))
    assert totals_of(plan) == {"due_fen": 16_500, "paid_fen": 10_000, "reserved_fen": 0,
                               "reward_fen": 0, "unpaid_fen": 6_500}
