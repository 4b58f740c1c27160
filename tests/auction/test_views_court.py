"""The desk of the court's lots, through a browser's requests and a program's."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Court
from auction.jobs import note_payments
from auction.models import Lot, Registration, SaleNotice
from auction.rules.closing import GRACE
from auction.rules.disclosure import AnnouncementPart, DisclosureItem, SpecialNotice
from auction.rules.lifecycle import LotState
from auction.rules.wording import contact_words
from auction.services import closing, drafting, registration
from cases import services as cases
from cases.models import Property
from cases.rules.words import DocumentKind, PropertyStatus
from kernel import clock
from kernel.access import Actor, Role
from kernel.clock import beijing, beijing_day, start_of_day
from kernel.formats import instant_text
from kernel.transactions import unit_of_work
from ledger import services as ledger
from tests.clients import json_of
from tests.factories import auction as bidders
from tests.factories.accounts import CONTACT, a_bidder, a_court, a_person, a_token, sign_in
from tests.factories.cases import a_pdf
from tests.factories.lots import (
    DEPOSIT_FEN,
    PRIORITY,
    START_FEN,
    STEP_FEN,
    Scene,
    Sitting,
    a_draft,
    a_priced_scene,
    a_published_lot,
    a_ready_lot,
    decided,
    opening,
    terms,
    the_person,
    vote,
)

Walk = Callable[[datetime], None]


def a_desk(app: Flask, session: Session, actor: Actor) -> FlaskClient:
    return sign_in(app.test_client(), the_person(session, actor))


def typed(**changes: Any) -> dict[str, str]:
    """The form of a sale's terms as an officer types it."""
    found = terms()
    opens_at = changes.pop("opens_at", found.opens_at)
    form = {
        "title": "海棠里6幢1602室", "start_price_fen": "1,666,000.00", "increment_fen": "10,000",
        "deposit_fen": "200000", "opens_at": f"{beijing(opens_at):%Y-%m-%dT%H:%M}",
        "closes_at": f"{beijing(opens_at + timedelta(hours=24)):%Y-%m-%dT%H:%M}",
        "balance_days": "10", "priority_decision": PRIORITY, "disclaims_quality": "true",
        "enforcement_costs_fen": "15,000.00"}
    return form | {name: str(value) for name, value in changes.items()}


def only_lot(session: Session) -> Lot:
    session.rollback()
    (lot,) = session.query(Lot).all()
    return lot


def paper(name: str = "文书.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(a_pdf(name)), name


class TestDrafting:
    @pytest.mark.both_databases
    def test_an_officer_begins_a_sale_from_the_list_with_lawful_proposals(
            self, app: Flask, session: Session, at: Walk) -> None:
        scene = a_priced_scene(session, at)
        desk = a_desk(app, session, scene.officer)
        address = f"/desk/lots/new?property={scene.flat.id}"
        assert address in desk.get("/desk/lots").text
        page = desk.get(address).text
        assert 'value="1,670,000.00"' in page
        assert "经查询，本标的无承租人、共有人等优先购买权人。" in page
        answer = desk.post("/desk/lots/new", data=typed(property_id=scene.flat.id))
        lot = only_lot(session)
        assert (answer.status_code, answer.location) == (302, f"/desk/lots/{lot.id}")
        assert (lot.sale.start_price_fen, lot.sale.deposit_fen) == (START_FEN, DEPOSIT_FEN)
        page = desk.get(f"/desk/lots/{lot.id}").text
        assert "拍卖草稿已建立" in page
        assert "AUC-27" in page
        assert f"/desk/lots/new?property={scene.flat.id}" not in desk.get("/desk/lots").text

    def test_a_property_without_a_price_cannot_be_picked(
            self, app: Flask, session: Session, at: Walk) -> None:
        scene = a_priced_scene(session, at)
        desk = a_desk(app, session, scene.officer)
        assert "先选参考价已经生效的财产" in desk.get("/desk/lots/new?property=prop-unknown").text
        a_draft(session, scene)
        assert "没有可以启动拍卖的财产" in desk.get("/desk/lots/new").text

    @pytest.mark.both_databases
    def test_what_can_be_no_property_is_said_at_its_box(self, app: Flask, session: Session, at: Walk) -> None:
        desk = a_desk(app, session, a_priced_scene(session, at).officer)
        assert desk.get(f"/desk/lots/new?property={'x' * 41}").status_code == 200
        refused = desk.post("/desk/lots/new", data=typed(property_id="a\x00b"))
        assert refused.status_code == 422
        assert "这里有无法保存的字符" in refused.text

    def test_a_group_that_there_is_not_leaves_the_whole_list(
            self, app: Flask, session: Session, at: Walk) -> None:
        scene = a_priced_scene(session, at)
        listed = a_desk(app, session, scene.officer).get("/desk/lots?group=no_such_group")
        assert listed.status_code == 200
        assert f"/desk/lots/new?property={scene.flat.id}" in listed.text

    @pytest.mark.both_databases
    def test_a_property_that_cannot_be_put_on_sale_says_why_before_a_form_is_filled(
            self, app: Flask, session: Session, at: Walk) -> None:
        scene = a_priced_scene(session, at)
        address, desk = f"/desk/lots/new?property={scene.flat.id}", a_desk(app, session, scene.officer)
        colleague = a_person(session, Role.OFFICER, session.get(Court, scene.officer.court_id))
        assert "只有本案承办人可以办理" in sign_in(app.test_client(), colleague).get(address).text
        session.execute(update(Property).where(Property.id == scene.flat.id)
                        .values(status=PropertyStatus.VALUING))
        session.commit()
        page = desk.get(address).text
        assert "财产处置参考价还没有确定" in page
        assert "AUC-10.2" in page
        assert 'name="start_price_fen"' not in page
        refused = desk.post("/desk/lots/new", data=typed(property_id=scene.flat.id))
        assert (refused.status_code, session.query(Lot).count()) == (409, 0)
        session.execute(update(Property).where(Property.id == scene.flat.id)
                        .values(status=PropertyStatus.PRICED))
        session.commit()
        a_draft(session, scene)
        lot_id = only_lot(session).id
        page = desk.get(address).text
        assert "不能重复拍卖" in page
        assert f'href="/desk/lots/{lot_id}"' in page.split('class="note out"')[1]

    def test_a_draft_has_the_court_s_telephones_and_without_them_the_gate_names_the_item(
            self, app: Flask, session: Session, at: Walk) -> None:
        scene = a_priced_scene(session, at)
        desk = a_desk(app, session, scene.officer)
        session.execute(update(Court).values(supervision_telephone=""))
        session.commit()
        a_draft(session, scene)
        lot = only_lot(session)
        form = f"/desk/lots/{lot.id}/disclosures/court_contact"
        assert "没有公示执行法院名称，联系、监督方式" in desk.get(f"/desk/lots/{lot.id}").text
        assert "本院还没有登记联系电话和监督电话" in desk.get(form).text
        session.execute(update(Court).values(supervision_telephone=CONTACT.supervision_telephone))
        session.commit()
        said = contact_words("临澜市东麓区人民法院", CONTACT)
        assert said == ("临澜市东麓区人民法院执行局；地址：临澜市东麓区文汇路 66 号；"
                        "联系电话：026-5550-0102；监督电话：026-5550-0112。")
        assert said in desk.get(form).text

    def test_a_refused_form_keeps_what_was_typed(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        desk = a_desk(app, session, sitting.officer)
        answer = desk.post(f"/desk/lots/{sitting.lot_id}/terms", data=typed(
            start_price_fen="一百六十万", balance_days="90", priority_decision="承租人<赵某>"))
        assert answer.status_code == 422
        assert 'value="一百六十万"' in answer.text
        assert "承租人&lt;赵某&gt;" in answer.text
        assert "请填写以元为单位的金额" in answer.text
        answer = desk.post(f"/desk/lots/{sitting.lot_id}/terms", data=typed(balance_days="90"))
        assert "付清余款的期限应在 1 日到 60 日之间" in answer.text
        for value in ("0", "-1"):
            answer = desk.post(f"/desk/lots/{sitting.lot_id}/terms", data=typed(balance_days=value))
            assert "付清余款的期限应在 1 日到 60 日之间" in answer.text
        assert sitting.sale(session).balance_days == 10

    def test_a_reader_of_english_finds_the_item_of_each_article_in_english(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        sale = sitting.sale(session)
        for one in sale.disclosures:
            session.delete(one)
        session.commit()
        page = a_desk(app, session, sitting.officer).get(f"/desk/lots/{sitting.lot_id}?lang=en").text
        checks = page[page.index('id="disclosures"'):page.index('id="special-notices"')]
        assert "art. 13, item 7" in checks
        assert "第十三条" not in checks

    def test_unlawful_values_are_saved_shown_with_their_rule_and_moved_on_demand(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        desk = a_desk(app, session, sitting.officer)
        wrong = typed(start_price_fen="1,665,999.99", deposit_fen="900000", opens_at=opening(20))
        desk.post(f"/desk/lots/{sitting.lot_id}/terms", data=wrong)
        assert sitting.sale(session).start_price_fen == START_FEN - 1
        page = desk.get(f"/desk/lots/{sitting.lot_id}").text
        assert "起拍价比下限少 0.01 元" in page
        assert f'href="/desk/lots/{sitting.lot_id}#f-start-price-fen"' in page
        assert all(rule in page for rule in ("AUC-10.3", "AUC-17.1", "AUC-12.1"))
        filled = desk.post(f"/desk/lots/{sitting.lot_id}/terms", data=wrong | {"fill": "lawful"})
        assert 'value="1,666,000.00"' in filled.text
        assert 'value="333,200.00"' in filled.text
        assert sitting.sale(session).start_price_fen == START_FEN - 1, "not saved yet"

    def test_the_parts_have_forms_of_their_own(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        desk, base = a_desk(app, session, sitting.officer), f"/desk/lots/{sitting.lot_id}"
        answer = desk.post(f"{base}/disclosures/condition", data={
            "text": "现状见附件。", "paper": paper("现状.pdf")})
        assert answer.location == f"{base}#disclosures-condition"
        said = {one.item: one for one in sitting.sale(session).disclosures}
        assert said["condition"].document_sha256
        assert "现状见附件。" in desk.get(f"{base}/disclosures/condition").text
        refused = desk.post(f"{base}/disclosures/payment", data={"not_applicable_reason": "没有"})
        assert refused.status_code == 422
        assert "每次拍卖都有这一项" in refused.text
        assert desk.get(f"{base}/disclosures/unknown").status_code == 404
        words = {notice.value: f"提示 {notice}" for notice in SpecialNotice}
        before = sitting.sale(session).notices_version
        desk.post(f"{base}/special-notices", data=words)
        assert sitting.sale(session).special_notices == words
        assert sitting.sale(session).notices_version != before
        desk.post(f"{base}/announcement", data={part.value: "" for part in AnnouncementPart})
        assert set(sitting.sale(session).announcement.values()) == {""}
        assert "公告没有写明拍卖财产" in desk.get(base).text
        for page in ("special-notices", "announcement", "disclosures/other"):
            assert desk.get(f"{base}/{page}").status_code == 200


class TestPanelAndNotices:
    def test_a_judge_sees_exactly_what_is_decided_and_changes_nothing(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        officer = a_desk(app, session, sitting.officer)
        base = f"/desk/lots/{sitting.lot_id}"
        officer.post(f"{base}/panel")
        approval = accounts.approval_for(session, subject=sitting.subject, act=drafting.PANEL_ACT)
        assert approval is not None
        judge = a_desk(app, session, sitting.judges[0])
        assert f"{base}/decision" in judge.get("/desk/approvals").text
        page = judge.get(f"{base}/decision").text
        assert approval.digest in page
        assert "壹佰陆拾陆万陆仟元整" in page
        assert f"/desk/approvals#{approval.id}" in page
        assert f'action="{base}' not in judge.get(base).text
        assert judge.post(f"{base}/terms", data=typed()).status_code == 403
        assert judge.post(f"{base}/publish").status_code == 403
        vote(session, approval.id, sitting.judges[0])
        shown = officer.get(base).text
        assert "周砚秋" in shown
        assert shown.count("等待表决") == 2

    @pytest.mark.parametrize(("figure", "low"), [("start_price_fen", START_FEN // 2), ("deposit_fen", 1_00)])
    def test_figures_that_nobody_may_decide_never_reach_the_panel(
            self, app: Flask, session: Session, at: Walk, figure: str, low: int) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        officer = a_desk(app, session, sitting.officer)
        base = f"/desk/lots/{sitting.lot_id}"
        with unit_of_work() as work:
            setattr(sitting.sale(work.session), figure, low)
            drafting.word_notices(work.session, sitting.lot_id, {}, actor=sitting.officer)
        refused = officer.post(f"{base}/panel")
        assert refused.status_code == 409
        assert "先改好再提请评议" in officer.get(base).text
        assert accounts.approval_for(session, subject=sitting.subject, act=drafting.PANEL_ACT) is None

    def test_a_notice_is_recorded_with_its_way_and_proof(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        decided(session, sitting)
        desk, base = a_desk(app, session, sitting.officer), f"/desk/lots/{sitting.lot_id}"
        first, second = sitting.scene.parties
        served_at = f"{beijing(clock.now()):%Y-%m-%dT%H:%M}"
        desk.post(f"{base}/notices/{first.id}", data={
            "way": "post", "served_at": served_at, "proof": paper("回执.pdf")})
        refused = desk.post(f"{base}/notices/{second.id}", data={
            "way": "public_notice", "served_at": served_at})
        assert refused.status_code == 422
        assert "公示须说明无法通知的理由" in refused.text
        session.rollback()
        (notice,) = session.query(SaleNotice).all()
        assert cases.get_service(session, notice.service_id).proof is not None
        page = desk.get(base).text
        assert "通知 1 / 2" in page
        assert desk.get(f"{base}/notices/party-unknown").status_code == 404


class TestPublishing:
    @pytest.mark.both_databases
    def test_the_button_announces_once_nothing_is_missing(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        desk, base = a_desk(app, session, sitting.officer), f"/desk/lots/{sitting.lot_id}"
        assert "可以发布公告" in desk.get(base).text
        answer = desk.post(f"{base}/publish")
        assert (answer.status_code, answer.location) == (302, base)
        assert sitting.sale(session).state == LotState.PUBLISHED
        page = desk.get(base).text
        assert "依法办理的路" in page
        assert f"/lots/{sitting.lot_id}" in page

    def test_a_refusal_names_every_obstacle_with_its_rule_and_its_place(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at), start_price_fen=START_FEN - 1)
        desk, base = a_desk(app, session, sitting.officer), f"/desk/lots/{sitting.lot_id}"
        answer = desk.post(f"{base}/publish")
        assert answer.status_code == 409
        summary = answer.text[answer.text.index('class="errsum"'):]
        assert f'href="{base}#f-start-price-fen"' in summary
        assert f'href="{base}#notices"' in summary
        assert "网络司法拍卖规定第十条第二款" in summary
        assert sitting.sale(session).published_at is None

    def test_staff_of_another_court_see_nothing(self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        other = a_court(session, "临澜市西麓区人民法院", "Xilu District Court", "other.example/luochui")
        stranger = sign_in(app.test_client(), a_person(session, Role.OFFICER, other))
        assert stranger.get(f"/desk/lots/{sitting.lot_id}").status_code == 403
        assert "海棠里6幢1602室" not in stranger.get("/desk/lots").text
        bidder = sign_in(app.test_client(), a_bidder(session))
        assert bidder.get(f"/desk/lots/{sitting.lot_id}").status_code == 403


class TestSale:
    def test_while_the_sale_runs_no_page_of_the_court_names_anybody(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting, bidder, found = _running(session, at)
        bidders.bid(session, found, START_FEN, clock.now())
        desk = a_desk(app, session, sitting.officer)
        name = accounts.identity_for_machine(session, bidder.id).name
        session.rollback()
        code = session.get_one(Registration, found.id)
        for address in (f"/desk/lots/{sitting.lot_id}", "/desk/lots",
                        f"/api/v1/lots/{sitting.lot_id}/file"):
            page = desk.get(address).text
            assert name not in page
            assert (code.reference or "-") not in page
            assert bidder.login not in page
        assert "竞价结束时开启" in desk.get(f"/desk/lots/{sitting.lot_id}").text

    def test_the_officer_stops_resumes_and_the_public_reads_why(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting, _bidder, _found = _running(session, at)
        desk, base = a_desk(app, session, sitting.officer), f"/desk/lots/{sitting.lot_id}"
        assert desk.get(f"{base}/suspend").status_code == 200
        refused = desk.post(f"{base}/suspend", data={"ground": "stayed"})
        assert refused.status_code == 422
        desk.post(f"{base}/suspend", data={"ground": "stayed", "reason": "案外人已起诉。",
                                           "paper": paper("裁定.pdf")})
        page = desk.get(base).text
        assert "拍卖暂停中：中止执行" in page
        assert "案外人已起诉。" in page
        stop = sitting.sale(session).suspensions[0]
        assert stop.document_sha256
        desk.post(f"{base}/cause-ended", data={"ended_on": beijing_day(clock.now()).isoformat()})
        assert "AUC-28.4" in desk.get(base).text
        desk.post(f"{base}/resume")
        assert sitting.sale(session).state == LotState.BIDDING
        assert desk.post(f"{base}/resume").status_code == 409

    def test_after_the_sale_the_buyer_is_named_and_the_papers_follow(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting, bidder, found = _running(session, at)
        bidders.bid(session, found, START_FEN, clock.now())
        at(sitting.sale(session).closes_at + GRACE)
        with unit_of_work() as work:
            closing.close_due(work.session, sitting.lot_id, now=clock.now())
        desk, base = a_desk(app, session, sitting.officer), f"/desk/lots/{sitting.lot_id}"
        name = accounts.identity_for_machine(session, bidder.id).name
        assert name in desk.get(base).text
        refused = desk.post(f"{base}/ruling", data={"paper": paper()})
        assert refused.status_code == 409
        assert "AUC-25.3" in refused.text
        delivery = sitting.sale(session).delivery
        assert delivery is not None
        bidders.pay(session, sitting.scene.court.id, delivery.balance_reference or "",
                    delivery.balance_fen, bidder, now=clock.now(), book=ledger.Book.CASE_MONEY)
        note_payments()
        assert desk.post(f"{base}/ruling", data={}).status_code == 422
        desk.post(f"{base}/ruling", data={"paper": paper("裁定.pdf")})
        assert sitting.sale(session).state == LotState.RULING_ISSUED
        kinds = [one.kind for one in cases.documents_of(session, sitting.subject)]
        assert DocumentKind.SALE_RULING in kinds
        at(clock.now() + timedelta(minutes=5))
        desk.post(f"{base}/ruling-service", data={
            "way": "in_person", "served_at": f"{beijing(clock.now()):%Y-%m-%dT%H:%M}",
            "proof": paper("回证.pdf")})
        assert sitting.sale(session).state == LotState.TRANSFERRED
        desk.post(f"{base}/hand-over", data={"note": "买受人到场签收钥匙。"})
        assert sitting.sale(session).state == LotState.HANDED_OVER
        assert "买受人到场签收钥匙。" in desk.get(base).text
        assert "海棠里6幢1602室" in desk.get("/desk/lots?group=delivering").text

    def test_a_lot_is_taken_back_with_its_ground(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_published_lot(session, at)
        desk, base = a_desk(app, session, sitting.officer), f"/desk/lots/{sitting.lot_id}"
        assert "撤回拍卖" in desk.get(f"{base}/withdraw").text
        desk.post(f"{base}/withdraw", data={"ground": "settlement", "reason": "双方已经和解。"})
        assert sitting.sale(session).state == LotState.WITHDRAWN
        page = desk.get(base).text
        assert "双方已经和解。" in page
        assert f"{base}/suspend" not in page
        assert "已撤回" in desk.get("/desk/lots?group=ended").text


def _running(session: Session, at: Walk) -> tuple[Sitting, Any, Registration]:
    sitting = a_published_lot(session, at)
    bidder = a_bidder(session, name="欧阳慕青")
    found = bidders.registered(session, sitting.sale(session).lot, bidder, now=clock.now())
    bidders.paid(session, found, bidder, now=clock.now())
    with unit_of_work() as work:
        registration.admit(work.session, found.id, now=clock.now())
    at(sitting.sale(session).opens_at + timedelta(hours=1))
    with unit_of_work() as work:
        closing.open_due(work.session, sitting.lot_id, now=clock.now())
    return sitting, bidder, session.get_one(Registration, found.id)


class TestProgram:
    @pytest.mark.both_databases
    def test_a_program_walks_a_lot_from_draft_to_announcement(
            self, app: Flask, session: Session, at: Walk) -> None:
        scene = a_priced_scene(session, at)
        call = _caller(app, session, scene)
        opens_at = opening()
        body = {"property_id": scene.flat.id, "title": "海棠里6幢1602室", "start_price_fen": START_FEN,
                "increment_fen": STEP_FEN, "deposit_fen": DEPOSIT_FEN, "balance_days": 10,
                "opens_at": instant_text(opens_at), "priority_decision": PRIORITY, "enforcement_costs_fen": 0,
                "closes_at": instant_text(opens_at + timedelta(hours=24)), "disclaims_quality": True}
        lot = call("post", "", body, 201)
        address = f"/{lot['id']}"
        for item in (DisclosureItem.NOTICES, DisclosureItem.OTHER):
            call("put", f"{address}/disclosures/{item}", {"text": "见本页。"})
        assert {one["code"] for one in call("post", f"{address}/publication", None, 409)[
            "obstacles"]} == {"panel_missing", "notice_missing"}
        shown = call("post", f"{address}/panel", None)
        assert shown["panel"]["state"] == "pending"
        sitting = Sitting(scene, lot["id"])
        for judge in scene.judges:
            vote(session, shown["panel"]["approval_id"], judge)
        for party in scene.parties:
            call("post", f"{address}/notices", {"party_id": party.id, "way": "electronic",
                                                "served_at": instant_text(clock.now())}, 201)
        shown = call("get", f"{address}/file", None)
        assert [(one["code"], one["field"], one["rule"]) for one in shown["obstacles"]] == [
            ("notice_too_late", "published_at", "AUC-16.1")] * 2
        at(start_of_day(beijing_day(clock.now()) + timedelta(days=4)))
        assert call("post", f"{address}/publication", None)["state"] == "published"
        problem = call("put", f"{address}/terms", {
            name: value for name, value in body.items() if name != "property_id"}, 409)
        assert (problem["code"], problem["rule"]) == ("terms_fixed", "AUC-12.4")
        assert sitting.sale(session).published_at == clock.now()
        assert call("get", "/of-court", None)["lots"][0]["id"] == lot["id"]

    def test_wrong_input_is_refused_at_its_field(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        call = _caller(app, session, sitting.scene)
        problem = call("put", f"/{sitting.lot_id}/terms", {
            "title": "", "start_price_fen": 1.5, "opens_at": "2026-05-01T10:00:00", "extra": 1}, 422)
        assert {"title", "start_price_fen", "opens_at", "extra"} <= set(problem["fields"])
        assert call("put", f"/{sitting.lot_id}/disclosures/nothing", {"text": "x"}, 404)
        assert "whatever" in call("put", f"/{sitting.lot_id}/special-notices",
                                  {"whatever": "x"}, 422)["fields"]

    def test_a_program_stops_and_resumes_a_sale(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting, _bidder, _found = _running(session, at)
        call = _caller(app, session, sitting.scene)
        address = f"/{sitting.lot_id}"
        call("post", f"{address}/suspension", {"ground": "postponed", "reason": "和解。"}, 201)
        assert call("get", f"{address}/file", None)["state"] == "suspended"
        call("post", f"{address}/suspension/cause-ended",
             {"ended_on": beijing_day(clock.now()).isoformat()})
        assert call("delete", f"{address}/suspension", None)["state"] == "bidding"
        assert call("post", f"{address}/withdrawal", {"ground": "other", "reason": "x"},
                    409)["code"] == "step_not_allowed"
        assert call("post", f"{address}/ruling", {"document_id": "doc-1"}, 409)["code"] == "not_sold"


def _caller(app: Flask, session: Session, scene: Scene) -> Callable[..., Any]:
    """Calls of the officer's program: method, address under /api/v1/lots, body, expected status."""
    client = app.test_client()
    token = a_token(session, the_person(session, scene.officer))

    def call(method: str, address: str, body: Any, status: int = 200) -> Any:
        answer = client.open(f"/api/v1/lots{address}", method=method.upper(), json=body,
                             headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.text
        return json_of(answer)

    return call
