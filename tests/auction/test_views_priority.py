"""The pages of a priority right: the officer asks, the panel decides, the bidder and everybody read."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.models import Lot, PriorityRight
from auction.services import priority, registration
from cases import services as cases
from cases.models import Party
from cases.rules.words import PartyRole
from kernel.access import Actor, Role
from tests.clients import json_of
from tests.factories.accounts import a_bidder, a_court, a_person, a_token, acting, sign_in
from tests.factories.auction import (
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    an_exercise,
    bid,
    closed,
    paid,
    registered,
)
from tests.factories.cases import a_document, a_pdf, an_officer
from tests.factories.rights import BASIS, a_holder, in_force, officer_of, proposed, voted

Walk = Callable[[datetime], None]
BEFORE = OPENS_AT - timedelta(days=3)


@pytest.fixture
def lot(session: Session, at: Walk) -> Lot:
    at(BEFORE)
    return a_lot_on_sale(session)


@pytest.fixture
def desk(app: Flask, session: Session, lot: Lot) -> FlaskClient:
    return signed(app, session, officer_of(session, lot))


def signed(app: Flask, session: Session, actor: Actor) -> FlaskClient:
    return sign_in(app.test_client(), accounts.person(session, actor.id))


def address(lot: Lot) -> str:
    return f"/desk/lots/{lot.id}/priority"


def typed(session: Session, lot: Lot, party: Party, **changes: str) -> dict[str, str]:
    paper = a_document(session, cases.get_case(session, lot.case_id or ""), officer_of(session, lot),
                       title="租赁合同")
    return {"party_id": party.id, "rank": "1", "basis": BASIS, "document_id": paper.id, **changes}


def rights(session: Session) -> list[PriorityRight]:
    session.rollback()
    return session.query(PriorityRight).all()


class TestTheDesk:
    @pytest.mark.both_databases
    def test_the_officer_proposes_on_a_paper_of_the_case_and_the_panel_reads_what_comes_into_force(
            self, app: Flask, session: Session, lot: Lot, desk: FlaskClient) -> None:
        party = a_holder(session, lot, a_bidder(session))
        assert f'href="{address(lot)}"' in desk.get(f"/desk/lots/{lot.id}").text
        page = desk.get(address(lot)).text
        assert "苏晚亭，承租人" in page
        assert "能猜出他是谁" in page
        answer = desk.post(address(lot), data=typed(session, lot, party))
        assert (answer.status_code, answer.location) == (302, address(lot))
        page = desk.get(address(lot)).text
        assert "已提请合议庭" in page
        assert "0 / 3 人同意" in page
        judge = sign_in(app.test_client(), a_person(
            session, Role.JUDGE, accounts.get_court(session, lot.court_id)))
        asked = judge.get("/desk/approvals").text
        assert "苏** 110" in asked
        assert "苏晚亭" not in asked
        assert BASIS in asked
        assert "去表决" in judge.get(address(lot)).text

    def test_a_paper_may_be_uploaded_and_is_kept_private(
            self, session: Session, lot: Lot, desk: FlaskClient) -> None:
        form = typed(session, lot, a_holder(session, lot, a_bidder(session)), document_id="")
        answer = desk.post(address(lot), data=form | {"paper": (io.BytesIO(a_pdf("共有证明")), "证明.pdf")})
        assert answer.status_code == 302
        (right,) = rights(session)
        assert not cases.get_document(session, right.document_id).is_public

    @pytest.mark.parametrize(("changes", "said"), [
        ({"rank": "0"}, "应在 1 到 9 之间"), ({"rank": "10"}, "应在 1 到 9 之间"),
        ({"rank": "一"}, "请填写整数"), ({"document_id": ""}, "请选择案卷里的证据，或者上传一份"),
        ({"party_id": ""}, "这一项必须填写"), ({"party_id": "party-x"}, "请从本案的共有人")])
    def test_a_refused_form_keeps_what_was_typed(
            self, session: Session, lot: Lot, desk: FlaskClient, changes: dict[str, str], said: str) -> None:
        party = a_holder(session, lot, a_bidder(session))
        form = typed(session, lot, party, basis="租约<早于>抵押", **changes)
        answer = desk.post(address(lot), data=form)
        assert answer.status_code == 422
        assert said in answer.text
        assert "租约&lt;早于&gt;抵押" in answer.text
        assert not rights(session)

    def test_without_a_holder_in_the_case_the_page_leads_to_entering_one(
            self, lot: Lot, desk: FlaskClient) -> None:
        assert f"/desk/cases/{lot.case_id}/parties/new?role=tenant" in desk.get(address(lot)).text

    def test_a_holder_without_a_number_is_pointed_out_with_the_way_to_mend_it(
            self, session: Session, lot: Lot, desk: FlaskClient) -> None:
        party = a_holder(session, lot, None)
        assert f"/desk/cases/{lot.case_id}/parties/{party.id}/edit" in desk.get(address(lot)).text

    def test_after_the_end_there_is_no_form_and_a_late_one_hears_the_rule(
            self, session: Session, lot: Lot, desk: FlaskClient, at: Walk) -> None:
        form = typed(session, lot, a_holder(session, lot, a_bidder(session)))
        at(CLOSES_AT)
        page = desk.get(address(lot)).text
        assert "提请合议庭确认" not in page
        answer = desk.post(address(lot), data=form)
        assert answer.status_code == 409
        assert "AUC-21.4" in answer.text
        assert not rights(session)

    def test_a_colleague_reads_and_another_court_does_not(
            self, app: Flask, session: Session, lot: Lot) -> None:
        form = typed(session, lot, a_holder(session, lot, a_bidder(session)))
        colleague = signed(app, session, an_officer(session, accounts.get_court(session, lot.court_id)))
        page = colleague.get(address(lot))
        assert page.status_code == 200
        assert "提请合议庭确认" not in page.text
        assert colleague.post(address(lot), data=form).status_code == 403
        stranger = signed(app, session, an_officer(session, a_court(
            session, "青屿海事法院", "Qingyu Maritime Court", "other.example/luochui")))
        assert stranger.get(address(lot)).status_code == 403
        assert stranger.post(address(lot), data=form).status_code == 403
        assert not rights(session)

    def test_the_page_is_the_same_whether_the_holder_has_registered_or_not(
            self, session: Session, lot: Lot, desk: FlaskClient) -> None:
        person = a_bidder(session)
        in_force(session, lot, person, now=BEFORE)
        before = rights_part(desk.get(address(lot)).text)
        found = registered(session, lot, person, now=BEFORE)
        paid(session, found, person, now=BEFORE)
        with acting(session) as s:
            registration.admit(s, found.id, now=BEFORE)
        assert rights_part(desk.get(address(lot)).text) == before

    def test_a_refusal_of_the_panel_is_shown_with_its_reason(
            self, session: Session, lot: Lot, desk: FlaskClient) -> None:
        right_id = proposed(session, lot, a_bidder(session), now=BEFORE)
        voted(session, lot, right_id, now=BEFORE, approve=False, judges=1)
        with acting(session) as s:
            priority.note_decided(s, lot.id, now=BEFORE)
        page = desk.get(address(lot)).text
        assert "没有确认" in page
        assert "租约在查封以后订立。" in page

    def test_an_exercise_has_no_such_page(self, session: Session, lot: Lot, desk: FlaskClient) -> None:
        drill, _ = an_exercise(session, officer_of(session, lot))
        assert desk.get(address(drill)).status_code == 404


def rights_part(page: str) -> str:
    return page[page.index('id="rights-t"'):page.index('id="propose-t"')]


class TestPrograms:
    def test_a_program_proposes_by_the_same_service(
            self, app: Flask, session: Session, lot: Lot) -> None:
        party, officer = a_holder(session, lot, a_bidder(session)), officer_of(session, lot)
        found = typed(session, lot, party)
        head = {"Authorization": f"Bearer {a_token(session, accounts.person(session, officer.id))}"}
        answer = app.test_client().post(f"/api/v1/lots/{lot.id}/priority-rights", headers=head, json={
            "party_id": party.id, "rank": 2, "basis": BASIS, "document_id": found["document_id"]})
        assert answer.status_code == 201
        (shown,) = json_of(answer)["priority_rights"]
        assert (shown["party_id"], shown["rank"], shown["state"]) == (party.id, 2, "pending")


class TestEverybody:
    def test_the_lot_page_and_the_interface_say_role_and_order_and_no_name(
            self, client: FlaskClient, session: Session, lot: Lot) -> None:
        in_force(session, lot, a_bidder(session), 2, now=BEFORE)
        in_force(session, lot, a_bidder(session), 1, now=BEFORE, role=PartyRole.CO_OWNER)
        proposed(session, lot, a_bidder(session), 3, now=BEFORE)
        page = client.get(f"/lots/{lot.id}").text
        assert "共有人，第 1 顺序；承租人，第 2 顺序" in page
        assert "AUC-19.2" in page
        assert "苏晚亭" not in page
        assert json_of(client.get(f"/api/v1/lots/{lot.id}"))["priority_rights"] == [
            {"role": "co_owner", "rank": 1}, {"role": "tenant", "rank": 2}]

    def test_the_public_history_tells_of_proposal_and_decision(
            self, client: FlaskClient, session: Session, lot: Lot) -> None:
        in_force(session, lot, a_bidder(session), now=BEFORE)
        page = client.get(f"/lots/{lot.id}/history").text
        assert "提请确认优先购买权" in page
        assert "承租人，第 1 顺序，已确认" in page
        assert "苏晚亭" not in page


class TestTheBidder:
    def test_before_the_code_the_page_says_what_the_right_will_be_worth(
            self, app: Flask, session: Session, lot: Lot) -> None:
        person = a_bidder(session)
        client = sign_in(app.test_client(), person)
        registered(session, lot, person, now=BEFORE)
        assert "优先购买权" not in own_part(client, lot)
        right_id = proposed(session, lot, person, 2, now=BEFORE)
        assert "请等确认以后再缴保证金" in own_part(client, lot)
        voted(session, lot, right_id, now=BEFORE)
        with acting(session) as s:
            priority.note_decided(s, lot.id, now=BEFORE)
        assert "您的优先购买权已确认，第 2 顺序" in own_part(client, lot)

    def test_a_code_says_which_kind_it_is_and_why(self, app: Flask, session: Session, lot: Lot) -> None:
        person, _ = a_code(session, lot, rank=1)
        part = own_part(sign_in(app.test_client(), person), lot)
        assert "优先购买权第 1 顺序" in part
        assert "可以出与当前最高价相同的价格" in part
        person, _ = a_code(session, lot)
        client = sign_in(app.test_client(), person)
        assert "没有经法院确认的优先购买权" in own_part(client, lot)
        right_id = proposed(session, lot, person, now=BEFORE)
        assert "以后确认的，也不改变这个代码" in own_part(client, lot)
        voted(session, lot, right_id, now=BEFORE)
        with acting(session) as s:
            priority.note_decided(s, lot.id, now=BEFORE)
        assert "在优先购买权确认以前取得" in own_part(client, lot)

    def test_the_match_button_of_the_room_bids_the_same_price_and_wins(
            self, app: Flask, session: Session, lot: Lot, at: Walk) -> None:
        _, ordinary = a_code(session, lot)
        person, mine = a_code(session, lot, rank=1)
        bid(session, ordinary, START_FEN + STEP_FEN, OPENS_AT)
        at(OPENS_AT + timedelta(hours=1))
        client = sign_in(app.test_client(), person)
        room = f"/lots/{lot.id}/room"
        assert "同价优先" in client.get(room).text
        answer = client.post(room, data={"amount_fen": str(START_FEN + STEP_FEN), "client_bid_id": "match"})
        assert answer.status_code == 302
        session.rollback()
        sale = closed(session, session.get_one(Lot, lot.id))
        assert sale.result is not None
        assert (sale.result.winner_code, sale.result.price_fen) == (mine.code, START_FEN + STEP_FEN)


def own_part(client: FlaskClient, lot: Lot) -> str:
    """What a bidder's own page says above the course of the registration."""
    page = client.get(f"/my/bids/{lot.id}").text
    return page[page.index("<main"):page.index("这次报名的经过")]
