"""One seized flat, from the case to the creditors' money, by programs alone: ``/api/v1``.

Everybody acts with a token of their own. Time passes by the test's clock; what nobody has to do is
done by the jobs. At every gate the law is broken once, and the answer names it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from auction.rules.disclosure import DisclosureItem
from cases.rules.words import FactTopic
from kernel.access import Role
from tests.factories.accounts import PASSWORD, a_court, a_person, an_id_number
from tests.factories.cases import FACTS, a_pdf, a_picture
from tests.journeys.walking import Program, Time

FIELD = "房地产"
BANK, DEBTOR, SUPPLIER, WORKER = "临澜农商银行东麓支行", "冯立群", "宏达建材有限公司", "吴月华"
PRICE_FEN, START_FEN, STEP_FEN, DEPOSIT_FEN = 2_680_000_00, 1_880_000_00, 10_000_00, 200_000_00
BIDDERS = {"wang": "王向晚", "lizhi": "李知行", "zhao": "赵听雨"}

STAFF = (
    ("officer", Role.OFFICER), ("colleague", Role.OFFICER), ("judge-1", Role.JUDGE),
    ("judge-2", Role.JUDGE), ("judge-3", Role.JUDGE), ("clerk", Role.DRAW_CLERK),
    ("finance-1", Role.FINANCE), ("finance-2", Role.FINANCE), ("finance-3", Role.FINANCE),
    ("auditor", Role.AUDITOR), ("supervisor", Role.SUPERVISOR))
OUTSIDE = (("bank", Role.PARTY, BANK), ("debtor", Role.PARTY, DEBTOR),
           ("institution", Role.INSTITUTION, "江东正衡房地产评估有限公司"))
INSTITUTIONS = ("江东正衡房地产评估有限公司", "临澜中信达房地产估价所", "江东恒信土地房地产评估公司",
                "临澜华审资产评估事务所", "江东天平房地产评估咨询公司")


@dataclass
class World:
    """Everybody's program, the clock, and the ids of what was made on the way."""

    app: Flask
    time: Time
    people: dict[str, Program]
    case: str = ""
    flat: str = ""
    valuation: str = ""
    draw: str = ""
    lot: str = ""
    plan: str = ""
    parties: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, login: str) -> Program:
        return self.people[login]

    def approve(self, *logins: str) -> None:
        """Each of them approves the one thing that waits for them."""
        for login in logins:
            (waiting,) = [one for one in self[login].get("/approvals")
                          if one["state"] == "pending" and one["why_not"] is None]
            self[login].post(f"/approvals/{waiting['id']}/decision", {"approve": True}, status=200)
        self.time.settle()


@pytest.fixture
def world(app: Flask, session: Session, client: FlaskClient, at: Callable[[datetime], None]) -> World:
    """A court with its people, each with a token from the API itself."""
    time = Time(app, at)
    time.at("2026-03-02 09:00")
    court = a_court(session)
    for login, role in STAFF:
        a_person(session, role, court, login=login)
    for login, role, name in OUTSIDE:
        a_person(session, role, login=login, name=name)
    people = {"": Program(client)}
    for login in [one[0] for one in (*STAFF, *OUTSIDE)]:
        people[login] = sign_in(people[""], login)
    return World(app, time, people)


def sign_in(visitor: Program, login: str) -> Program:
    token = visitor.post("/tokens", {"login": login, "password": PASSWORD})["token"]
    return Program(visitor.client, token)


@pytest.mark.both_databases
def test_one_flat_goes_all_the_way(world: World) -> None:
    the_case_is_registered(world)
    the_other_ways_to_a_price_are_out(world)
    the_institutions_are_drawn(world)
    the_flat_is_appraised(world)
    the_sale_is_announced_when_the_law_is_met(world)
    bidders_register_and_finance_learns_nothing_of_them(world)
    the_bidding_runs_and_closes_by_itself(world)
    the_flat_changes_hands(world)
    the_money_is_shared(world)
    everything_can_be_looked_up_and_recomputed(world)


def the_case_is_registered(world: World) -> None:
    officer = world["officer"]
    made = officer.post("/cases", {
        "number": "（2026）临0102执1187号", "cause": "金融借款合同纠纷",
        "basis": "（2025）临0102民初4187号民事判决书", "filed_on": "2026-03-02",
        "debtor_kind": "natural_person"})
    world.case = made["id"]
    for login, role, kind, name in (
            ("bank", "applicant", "organisation", BANK), ("debtor", "respondent", "natural_person", DEBTOR),
            ("", "creditor", "organisation", SUPPLIER), ("", "creditor", "natural_person", WORKER)):
        number = an_id_number() if kind == "natural_person" else ""
        party = officer.post(f"/cases/{world.case}/parties", {
            "role": role, "kind": kind, "name": name, "id_number": number,
            "id_kind": "resident_id" if number else None})
        world.parties[name] = party["id"]
        assert not number or number not in json.dumps(party)
        if login:
            officer.put(f"/cases/parties/{party['id']}/account", {"login": login})
    flat = officer.post(f"/cases/{world.case}/properties", {
        "kind": "immovable", "category": "residential", "title": "海棠里 6 幢 1 单元 1602 室",
        "seized_on": "2026-03-02", "seizing_document": "（2026）临0102执1187号执行裁定书",
        "address": "临澜市东麓区映波路 218 号", "region": "江东省/临澜市/东麓区", "rooms": "3室2厅2卫",
        "floors": 18, "floor": 16, "area_hundredths": 12_864})
    world.flat = flat["id"]
    claims_are_filed(world)
    too_early = officer.post("/valuations", {"property_id": world.flat, "field": FIELD}, status=409)
    assert too_early["rule"] == "REF-3.1"
    for topic in FactTopic:
        text, source = FACTS[topic]
        flat = officer.put(f"/cases/properties/{world.flat}/facts/{topic}",
                           {"text": text, "source": source, "checked_on": "2026-03-02"})
    assert flat["facts_missing"] == []
    officer.post(f"/cases/properties/{world.flat}/photographs", {"is_public": "true"}, files=a_picture())
    world["colleague"].post(f"/cases/{world.case}/parties", {
        "role": "creditor", "kind": "natural_person", "name": "无关人"}, status=403)
    assert [one["id"] for one in officer.get("/cases?mine=true")["cases"]] == [world.case]
    assert world["colleague"].get("/cases?mine=true")["total"] == 0
    assert [one["id"] for one in world["bank"].get("/my/cases")["cases"]] == [world.case]


def claims_are_filed(world: World) -> None:
    officer = world["officer"]
    for name, claim in (
            (BANK, {"class": "security", "principal_fen": 900_000_00, "interest_fen": 31_250_00,
                    "property_id": world.flat, "titled": True,
                    "title_document": "（2025）临0102民初4187号民事判决书",
                    "registered_at": "2021-04-19T09:00:00+08:00"}),
            (SUPPLIER, {"class": "ordinary", "principal_fen": 800_000_01, "titled": True,
                        "title_document": "（2025）临0102民初88号民事判决书"}),
            (WORKER, {"class": "ordinary", "principal_fen": 700_000_00, "titled": True,
                      "title_document": "（2025）临0102民初91号民事判决书"})):
        made = officer.post(f"/cases/{world.case}/claims", {**claim, "party_id": world.parties[name]})
        assert officer.post(f"/cases/claims/{made['id']}/check", status=200)["checked_at"]


def the_other_ways_to_a_price_are_out(world: World) -> None:
    officer = world["officer"]
    world["officer"].get(f"/valuations/prices/{world.flat}", status=404)
    made = officer.post("/valuations", {"property_id": world.flat, "field": FIELD,
                                        "online_possible": True, "inspection_needed": True})
    world.valuation = made["id"]
    wrong_turn = {"method": "online_inquiry", "ground": "inspection_needed", "on": "2026-03-02"}
    officer.post(f"/valuations/{world.valuation}/methods-out", wrong_turn, status=409)
    for method, ground in (("negotiation", "refused"), ("directed_inquiry", "no_official_price"),
                           ("online_inquiry", "inspection_needed")):
        found = officer.post(f"/valuations/{world.valuation}/methods-out",
                             {"method": method, "ground": ground, "on": "2026-03-02"}, status=200)
        world.time.later(minutes=1)
    assert [one["method"] for one in found["ways_out"]] == [
        "negotiation", "directed_inquiry", "online_inquiry"]
    officer.post(f"/valuations/{world.valuation}/term", {"agree_by_on": "2026-03-06"}, status=200)


def the_institutions_are_drawn(world: World) -> None:
    clerk, supervisor = world["clerk"], world["supervisor"]
    for number, name in enumerate(INSTITUTIONS, 1):
        made = clerk.post("/institutions", {"number": f"PG-{number:02d}", "name": name, "field": FIELD,
                                            "region": "临澜市"})
        clerk.put(f"/institutions/{made['id']}/account", {"login": "institution"})
    clerk.post("/draws/secrets", {"count": 3})
    early = clerk.post(f"/valuations/{world.valuation}/draw", {}, status=409)
    assert early["rule"].startswith("REF-16")
    world.time.at("2026-03-07 09:00")
    world.draw = clerk.post(f"/valuations/{world.valuation}/draw", {})["id"]
    world[""].get(f"/draws/{world.draw}", status=404)
    world.approve("supervisor")
    assert world[""].get(f"/draws/{world.draw}")["state"] == "sealing"
    phrases = {"bank": "春江潮水连海平", "debtor": "海上明月共潮生", "supervisor": "滟滟随波千万里"}
    for login, phrase in phrases.items():
        world[login].post(f"/draws/{world.draw}/seal", {"phrase": f"{phrase}。"}, status=200)
    assert "春江潮水" not in json.dumps(world[""].get(f"/draws/{world.draw}"), ensure_ascii=False)
    world.time.later(minutes=5)
    for login, phrase in phrases.items():
        world[login].post(f"/draws/{world.draw}/open", {"phrase": f"{phrase}。"}, status=200)
    world.time.settle()
    told = run(world, "valuation", "redraw", world[""].get(f"/draws/{world.draw}/transcript"))
    order = supervisor.get(f"/valuations/{world.valuation}")["order"]
    assert order == told["order"]
    assert set(told["checks"].values()) == {True}
    assert len(order) == 3
    assert set(order) <= {f"PG-{number:02d} {name}" for number, name in enumerate(INSTITUTIONS, 1)}


def run(world: World, group: str, command: str, value: Any) -> Any:
    """What a stranger's terminal says about a file that the platform gave out."""
    answer = world.app.test_cli_runner().invoke(args=[group, command, "-"], input=json.dumps(value))
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def the_flat_is_appraised(world: World) -> None:
    officer, institution = world["officer"], world["institution"]
    sent = officer.post(f"/valuations/{world.valuation}/commissions")
    assert sent["position"] == 1
    assert [one["id"] for one in institution.get("/commissions")] == [sent["id"]]
    institution.post(f"/valuations/{world.valuation}/acceptance", {"declared": False}, status=422)
    institution.post(f"/valuations/{world.valuation}/acceptance", {"declared": True}, status=200)
    world.time.at("2026-03-20 10:00")
    report = {"price_fen": str(PRICE_FEN), "dated_on": "2026-03-20", "valid_until_on": "2027-03-19",
              "signed_by": ["苏衡", "梁正则"],
              "parts": ["basics", "method", "standard", "result", "validity"]}
    institution.post(f"/valuations/{world.valuation}/report", report, file=a_pdf("评估报告"))
    officer.post(f"/valuations/{world.valuation}/review", status=200)
    for name in (BANK, DEBTOR):
        officer.post(f"/valuations/{world.valuation}/services", {
            "party_id": world.parties[name], "way": "electronic", "served_at": "2026-03-20T10:00:00+08:00"},
            proof=a_pdf(f"送达回证 {name}"))
    world.time.at("2026-03-25 23:59")
    officer.get(f"/valuations/prices/{world.flat}", status=404)
    world.time.at("2026-03-26 00:01")
    price = officer.get(f"/valuations/prices/{world.flat}")
    assert (price["amount_fen"], price["method"]) == (PRICE_FEN, "commissioned_appraisal")


def the_sale_is_announced_when_the_law_is_met(world: World) -> None:
    officer = world["officer"]
    world.time.at("2026-03-26 09:00")
    terms = {"title": "海棠里 6 幢 1 单元 1602 室", "start_price_fen": START_FEN, "increment_fen": STEP_FEN,
             "deposit_fen": DEPOSIT_FEN, "opens_at": "2026-05-06T10:00:00+08:00",
             "closes_at": "2026-05-07T10:00:00+08:00", "balance_days": 10,
             "priority_decision": "经查询，本标的无优先购买权人。", "enforcement_costs_fen": 12_800_00}
    unlawful = {**terms, "property_id": world.flat, "start_price_fen": 1_875_999_99,
                "deposit_fen": 90_000_00, "opens_at": "2026-04-25T10:00:00+08:00",
                "closes_at": "2026-04-26T09:59:59+08:00"}
    world.lot = officer.post("/lots", unlawful)["id"]
    refused = officer.post(f"/lots/{world.lot}/publication", status=409)
    rules = {one["rule"] for one in refused["obstacles"]}
    assert {"AUC-10.3", "AUC-17.1", "AUC-12.1", "AUC-20.3", "AUC-27", "AUC-16.1", "AUC-13"} <= rules
    world[""].get(f"/lots/{world.lot}", status=404)
    officer.put(f"/lots/{world.lot}/terms", terms)
    for item in DisclosureItem:
        said = officer.get(f"/lots/{world.lot}/file")["disclosures"].get(item)
        if said is None or not (said["text"] or said["not_applicable_reason"]):
            officer.put(f"/lots/{world.lot}/disclosures/{item}", {"text": "见本页文件和现场查看记录。"})
    officer.post(f"/lots/{world.lot}/panel", status=200)
    world.approve("judge-1", "judge-2", "judge-3")
    for name in (BANK, DEBTOR):
        officer.post(f"/lots/{world.lot}/notices", {
            "party_id": world.parties[name], "way": "electronic", "served_at": "2026-03-26T09:00:00+08:00"})
    early = officer.post(f"/lots/{world.lot}/publication", status=409)
    assert {one["rule"] for one in early["obstacles"]} == {"AUC-16.1"}
    world.time.at("2026-04-01 09:00")
    assert officer.get(f"/lots/{world.lot}/file")["obstacles"] == []
    assert officer.post(f"/lots/{world.lot}/publication", status=200)["state"] == "published"
    assert world[""].get(f"/lots/{world.lot}")["start_price_fen"] == START_FEN


def bidders_register_and_finance_learns_nothing_of_them(world: World) -> None:
    world.time.at("2026-05-05 15:00")
    visitor, finance = world[""], world["finance-1"]
    notices = visitor.get(f"/lots/{world.lot}")["notices_version"]
    wish = {"notices_version": notices, "accepts_notices": True, "declares_free": True}
    for place, (login, name) in enumerate(BIDDERS.items()):
        visitor.post("/people", {"name": name, "id_number": an_id_number(), "phone": "13800138000",
                                 "login": login, "password": PASSWORD, "accepts_terms": True})
        world.people[login] = sign_in(visitor, login)
        world[login].post(f"/lots/{world.lot}/registrations", {**wish, "accepts_notices": False}, status=422)
        mine = world[login].post(f"/lots/{world.lot}/registrations", wish)
        assert mine["deposit_fen"] == DEPOSIT_FEN
        credit = {"book": "deposits", "remark": f"保证金 {mine['reference']}", "amount_fen": DEPOSIT_FEN,
                  "received_at": "2026-05-05T14:30:00+08:00"}
        stranger = finance.post("/payments/credits", {
            **credit, "payer_name": "无关人", "bank_line": f"BJ-{place}-0"})
        assert (stranger["payer_matches"], stranger["payment"]["state"]) == (False, "expected")
        booked = finance.post("/payments/credits", {**credit, "payer_name": name, "bank_line": f"BJ-{place}"})
        assert (booked["payer_matches"], booked["payment"]["state"]) == (True, "received")
    seen = json.dumps([finance.get("/payments"), finance.get("/payments/credits")], ensure_ascii=False)
    assert not [name for name in BIDDERS.values() if name in seen]
    world.time.settle()
    for login in BIDDERS:
        (mine,) = world[login].get("/my/bids")["registrations"]
        assert mine["deposit_state"] == "received"
        world.codes[login] = mine["code"]
    assert len(set(world.codes.values())) == 3
    world["wang"].post(f"/lots/{world.lot}/bids", {"amount_fen": START_FEN, "client_bid_id": "too-early"},
                       status=200)


def the_bidding_runs_and_closes_by_itself(world: World) -> None:
    stranger = world["bank"].post(f"/lots/{world.lot}/bids",
                                  {"amount_fen": START_FEN, "client_bid_id": "stranger"}, status=403)
    assert stranger["code"] == "not_qualified"
    bids = (
        ("2026-05-06 10:00:00", "wang", START_FEN, None),
        ("2026-05-06 10:30:00", "lizhi", START_FEN + STEP_FEN // 2, "AUC-20.2"),
        ("2026-05-06 10:31:00", "lizhi", START_FEN + STEP_FEN, None),
        ("2026-05-06 18:00:00", "zhao", START_FEN + 4 * STEP_FEN, None),
        ("2026-05-07 09:54:59", "wang", START_FEN + 5 * STEP_FEN, None),
        ("2026-05-07 09:57:00", "zhao", START_FEN + 6 * STEP_FEN, None),
        ("2026-05-07 10:01:30", "lizhi", START_FEN + 9 * STEP_FEN, None))
    for place, (when, login, amount_fen, rule) in enumerate(bids):
        world.time.at(when)
        bid = {"amount_fen": amount_fen, "client_bid_id": f"bid-{place}"}
        told = world[login].post(f"/lots/{world.lot}/bids", bid, status=200)
        assert told["decision"]["accepted"] is (rule is None)
        assert (told["refusal"] or {"rule": None})["rule"] == rule
        again = world[login].post(f"/lots/{world.lot}/bids", bid, status=200)
        assert again["decision"] == {**told["decision"], "repeated": True}
    standing = world[""].get(f"/lots/{world.lot}")["standing"]
    assert (standing["leader"], standing["extensions"]) == (world.codes["lizhi"], 2)
    assert standing["closes_at"] == "2026-05-07T10:06:30.000+08:00"
    public = json.dumps([world[""].get(f"/lots/{world.lot}"), world[""].get(f"/lots/{world.lot}/events"),
                         world[""].get(f"/lots/{world.lot}/history")], ensure_ascii=False)
    assert not [name for name in BIDDERS.values() if name in public]
    world.time.at("2026-05-07 10:06:30")
    assert world[""].get(f"/lots/{world.lot}")["standing"]["result"] is None
    world.time.later(seconds=1)
    found = world[""].get(f"/lots/{world.lot}")
    assert found["confirmation"]["name"] == BIDDERS["lizhi"]
    ended = found["standing"]["result"]
    assert ended["receipt"]["format"] == "receipt/v1", "the platform's signed word on the end"
    assert {name: ended[name] for name in ended if name != "receipt"} | {"reason": None} == {
        "outcome": "sold", "winner": world.codes["lizhi"], "price_fen": START_FEN + 9 * STEP_FEN,
        "closed_at": "2026-05-07T10:06:30.000+08:00", "accepted": 6, "extensions": 2, "reason": None}
    late = world["zhao"].post(f"/lots/{world.lot}/bids",
                              {"amount_fen": START_FEN + 20 * STEP_FEN, "client_bid_id": "late"}, status=409)
    assert late["rule"] == "AUC-20.5"


def the_flat_changes_hands(world: World) -> None:
    officer, finance = world["officer"], world["finance-1"]
    refunds = finance.get("/payments/refunds")
    assert sum(one["amount_fen"] for one in refunds) == (2 + len(BIDDERS)) * DEPOSIT_FEN
    for place, refund in enumerate(refunds):
        finance.post("/payments/refunds", {"owner": refund["owner"], "bank_line": f"TK-{place}"}, status=200)
    assert [world[login].get("/my/bids")["registrations"][0]["deposit_state"] for login in BIDDERS] == [
        "released", "moved_to_price", "released"]
    purchase = world["lizhi"].get(f"/my/bids/{world.lot}")["purchase"]
    price_fen = START_FEN + 9 * STEP_FEN
    assert purchase["balance_fen"] == price_fen - DEPOSIT_FEN
    early = officer.post(f"/lots/{world.lot}/ruling", {"document_id": "doc-none"}, status=409)
    assert early["rule"] == "AUC-25.3"
    world.time.at("2026-05-11 14:00")
    finance.post("/payments/credits", {
        "book": "case_money", "bank_line": "YK-1", "remark": f"余款 {purchase['reference']}",
        "amount_fen": purchase["balance_fen"], "payer_name": BIDDERS["lizhi"],
        "received_at": "2026-05-11T13:00:00+08:00"})
    world.time.settle()
    assert officer.get(f"/lots/{world.lot}/file")["delivery"]["paid_at"]
    ruling = officer.post(f"/cases/{world.case}/documents", {
        "kind": "sale_ruling", "title": "拍卖成交裁定书"},
        file=a_pdf("拍卖成交裁定书"))
    officer.post(f"/lots/{world.lot}/ruling", {"document_id": ruling["id"]})
    world.time.at("2026-05-12 10:00")
    officer.post(f"/lots/{world.lot}/ruling/service", {
        "way": "electronic", "served_at": "2026-05-12T09:30:00+08:00"})
    world.time.at("2026-05-14 10:00")
    done = officer.post(f"/lots/{world.lot}/hand-over", {"note": "买受人签收钥匙，现状交付。"})
    assert done["delivery"]["handed_over_at"] == "2026-05-14T10:00:00.000+08:00"


def the_money_is_shared(world: World) -> None:
    officer = world["officer"]
    for kind, text, amount_fen in (("execution_fee", "申请执行费", 21_400_00),
                                   ("appraisal", "评估费", 9_800_00)):
        officer.post(f"/plans/cases/{world.case}/costs",
                     {"kind": kind, "text": text, "amount_fen": amount_fen})
    assert officer.get(f"/plans/cases/{world.case}") == {
        "case_money_fen": START_FEN + 9 * STEP_FEN, "obstacles": []}
    plan = officer.post(f"/plans/cases/{world.case}")
    world.plan = plan["id"]
    assert plan["plan"] == run(world, "settlement", "compute", plan["claims"])
    world["bank"].get(f"/plans/mine/{world.case}", status=404)
    world.approve("judge-1")
    for party in plan["terms"]:
        officer.post(f"/plans/{world.plan}/services", {
            "party_id": party["party_id"], "way": "in_person", "served_at": "2026-05-14T10:00:00+08:00"})
    assert world["bank"].get(f"/plans/mine/{world.case}")["id"] == world.plan
    public = json.dumps(world[""].get(f"/plans/{world.plan}/public"), ensure_ascii=False)
    assert not [name for name in (BANK, SUPPLIER, WORKER, DEBTOR) if name in public]
    assert world["finance-1"].get("/payouts") == []
    world.time.at("2026-05-29 23:59")
    assert officer.get(f"/plans/{world.plan}")["state"] == "serving"
    world.time.at("2026-05-30 00:01")
    assert officer.get(f"/plans/{world.plan}")["state"] == "final"
    orders = world["finance-1"].get("/payouts")
    assert orders
    for place, order in enumerate(orders):
        path = f"/payouts/{order['id']}"
        world["finance-1"].post(f"{path}/prepare", status=200)
        world["finance-1"].post(f"{path}/approve", status=403)
        world["finance-2"].post(f"{path}/approve", status=200)
        world["finance-2"].post(f"{path}/execute", {"bank_line": f"FK-{place}"}, status=403)
        world["finance-3"].post(f"{path}/execute", {"bank_line": f"FK-{place}"}, status=200)
    statement = world["auditor"].get(f"/payments/cases/{world.case}")
    assert statement["case_money_fen"] == 0
    assert sum(order["amount_fen"] for order in orders) == START_FEN + 9 * STEP_FEN
    assert world["auditor"].get("/payments/books")["faults"] == []


def everything_can_be_looked_up_and_recomputed(world: World) -> None:
    auditor = world["auditor"]
    attempts = auditor.get(f"/audit/lots/{world.lot}/1/attempts")["attempts"]
    assert len(attempts) == 8
    assert all(one["agrees"] for one in attempts)
    assert [one["decision"]["reason"] for one in attempts if not one["decision"]["accepted"]] == [
        "not_open", "below_minimum"]
    told = run(world, "auction", "replay", world[""].get(f"/lots/{world.lot}/replay"))
    outcome = told["outcome"]
    assert (outcome["winner_code"], outcome["price_fen"]) == (world.codes["lizhi"], START_FEN + 9 * STEP_FEN)
    assert set(auditor.get("/audit/chains")["chains"].values()) == {None}
    check = world.app.test_cli_runner().invoke(args=["audit", "check"])
    assert check.exit_code == 0, check.output
    leaves = auditor.get(f"/audit/leaves?case_id={world.case}")
    everybody = (*BIDDERS.values(), BANK, DEBTOR, SUPPLIER, WORKER)
    assert not [name for name in everybody if name in json.dumps(leaves, ensure_ascii=False)]
