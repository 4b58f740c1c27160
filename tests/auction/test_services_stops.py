"""Nothing left for the applicant, somebody else's property: through services, pages and programs."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from auction.errors import (
    AlreadyTold,
    ApplicantNotTold,
    ObjectionStands,
    PublicationRefused,
    StepNotAllowed,
    SurplusLeft,
)
from auction.models import SurplusNotice
from auction.rules.closing import GRACE
from auction.rules.lifecycle import LotState
from auction.rules.stops import reply_due_on
from auction.services import closing, drafting, publication, stops
from auction.services.reading import end_in_force
from auction.work import work as work_items
from audit import services as audit
from cases import services as cases
from cases.models import Document, ThirdPartyObjection
from cases.rules.third_parties import ObjectionFacts
from cases.rules.words import ClaimClass, ObjectionRight, ObjectionState, PartyRole, ServiceWay
from kernel import clock
from kernel.clock import beijing_day, start_of_day
from kernel.errors import Filled, InvalidInput, NotAllowed
from kernel.formats import instant_text
from kernel.law import CURRENT, rule_set
from kernel.transactions import unit_of_work
from tests.clients import json_of
from tests.factories.accounts import a_token, sign_in
from tests.factories.cases import a_claim, a_document, a_party, a_pdf, a_stored_file
from tests.factories.lots import (
    COSTS_FEN,
    START_FEN,
    Sitting,
    a_draft,
    a_priced_scene,
    a_published_lot,
    a_ready_lot,
    decided,
    opening,
    terms,
    the_person,
)

Walk = Callable[[datetime], None]
MS = timedelta(milliseconds=1)
DAY = timedelta(days=1)
LEFT_FEN = START_FEN - COSTS_FEN
"""What the start price leaves when only the costs come first."""


def a_mortgage(session: Session, sitting: Sitting, amount_fen: int) -> None:
    """Somebody else's mortgage in the flat."""
    scene = sitting.scene
    bank = a_party(session, scene.case, scene.officer, PartyRole.MORTGAGEE, "江东银行")
    a_claim(session, scene.case, scene.officer, bank, claim_class=ClaimClass.SECURITY,
            principal_fen=amount_fen, property_id=scene.flat.id, registered_at=clock.now() - 900 * DAY)


def publish(sitting: Sitting) -> None:
    with unit_of_work() as work:
        publication.publish(work.session, sitting.lot_id, actor=sitting.officer, now=clock.now())


def refused(sitting: Sitting) -> list[tuple[str, str]]:
    with pytest.raises(PublicationRefused) as refusal:
        publish(sitting)
    return [(one.code, one.rule) for one in refusal.value.obstacles]


def tell(sitting: Sitting, way: ServiceWay = ServiceWay.ELECTRONIC, party: int = 0) -> SurplusNotice:
    with unit_of_work() as work:
        return stops.tell_applicant(
            work.session, sitting.lot_id, party_id=sitting.scene.parties[party].id, way=way,
            served_at=clock.now(), proof_document_id=None, actor=sitting.officer, now=clock.now())


def insist(session: Session, sitting: Sitting, on: date, party: int = 0) -> SurplusNotice:
    paper = a_document(session, sitting.scene.case, sitting.officer, title="继续拍卖申请书")
    with unit_of_work() as work:
        return stops.note_insistence(
            work.session, sitting.lot_id, party_id=sitting.scene.parties[party].id, insisted_on=on,
            document_id=paper.id, actor=sitting.officer, now=clock.now())


def raise_price(session: Session, sitting: Sitting, start_fen: int) -> None:
    """The panel fixes the reserve anew."""
    with unit_of_work() as work:
        drafting.change_terms(work.session, sitting.lot_id, terms(
            start_price_fen=start_fen, opens_at=opening(60)), actor=sitting.officer)
    decided(session, sitting)


def object_to(session: Session, sitting: Sitting) -> ThirdPartyObjection:
    stored = a_stored_file("异议书")
    with unit_of_work() as work:
        found = cases.file_objection(
            work.session, property_id=sitting.scene.flat.id, stored=stored, actor=sitting.officer,
            facts=ObjectionFacts("彭晓岚", ObjectionRight.CO_OWNERSHIP, "婚后共同出资购买。",
                                 beijing_day(clock.now())), now=clock.now()).id
    return session.get_one(ThirdPartyObjection, found)


def decide(sitting: Sitting, found: ThirdPartyObjection, state: ObjectionState) -> None:
    stored = a_stored_file(f"裁定书 {state}")
    with unit_of_work() as work:
        cases.decide_objection(work.session, found.id, state=state, on=beijing_day(clock.now()),
                               stored=stored, actor=sitting.officer, now=clock.now())


@pytest.mark.both_databases
class TestSurplus:
    @pytest.mark.parametrize(("amount_fen", "expected"), [
        (LEFT_FEN - 1, None), (LEFT_FEN, [("no_surplus", "GEN-6")])])
    def test_a_mortgage_that_eats_the_price_to_the_fen_stops_the_publication(
            self, session: Session, at: Walk, amount_fen: int, expected: object) -> None:
        sitting = a_ready_lot(session, at)
        a_mortgage(session, sitting, amount_fen)
        if expected is None:
            publish(sitting)
            assert sitting.sale(session).state == LotState.PUBLISHED
        else:
            assert refused(sitting) == expected

    def test_what_no_claim_says_comes_from_the_officers_estimate(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at, unfiled_prior_fen=LEFT_FEN)
        assert refused(sitting) == [("no_surplus", "GEN-6")]
        found = stops.surplus_of(session, sitting.sale(session))
        assert (found.prior_fen, found.sum_fen, found.left_fen, found.least_fen) == (
            LEFT_FEN, START_FEN, 0, START_FEN + 1)

    def test_who_insists_in_time_has_it_sold_above_the_sum(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        a_mortgage(session, sitting, LEFT_FEN)
        told_on = beijing_day(clock.now())
        tell(sitting)
        assert refused(sitting) == [("no_surplus_waiting", "GEN-6")]
        insist(session, sitting, told_on)
        assert refused(sitting) == [("no_surplus_price", "GEN-6")]
        raise_price(session, sitting, START_FEN + 1)
        warned = [one.code for one in publication.obstacles_of(session, sitting.sale(session), clock.now())]
        assert warned == ["no_surplus_costs"]
        publish(sitting)
        kinds = [leaf.kind for leaf in audit.leaves_of_subject(session, sitting.subject)]
        assert {"lot.applicant_told", "lot.auction_insisted"} <= set(kinds)
        assert sitting.sale(session).state == LotState.PUBLISHED

    def test_silence_for_five_days_forbids_the_auction_at_any_price(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        a_mortgage(session, sitting, LEFT_FEN)
        due_on = reply_due_on(tell(sitting).told_on, rule_set(CURRENT))
        raise_price(session, sitting, START_FEN + 1)
        at(start_of_day(due_on + DAY) - MS)
        assert refused(sitting) == [("no_surplus_waiting", "GEN-6")]
        at(clock.now() + MS)
        assert refused(sitting) == [("no_surplus_unanswered", "GEN-6")]
        with pytest.raises(InvalidInput) as late:
            insist(session, sitting, due_on + DAY)
        assert (set(late.value.fields), late.value.rule) == ({"insisted_on"}, "GEN-6")
        insist(session, sitting, due_on)
        publish(sitting)

    def test_the_applicant_is_told_only_of_a_decided_price_that_leaves_nothing_and_once(
            self, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        with pytest.raises(StepNotAllowed):
            tell(sitting)
        decided(session, sitting)
        with pytest.raises(SurplusLeft):
            tell(sitting)
        with pytest.raises(ApplicantNotTold):
            insist(session, sitting, beijing_day(clock.now()))
        a_mortgage(session, sitting, LEFT_FEN)
        with pytest.raises(InvalidInput):
            tell(sitting, party=1)
        tell(sitting)
        with pytest.raises(AlreadyTold):
            tell(sitting)

    def test_a_public_notice_counts_from_the_day_it_is_received(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at, unfiled_prior_fen=START_FEN)
        told = tell(sitting, ServiceWay.PUBLIC_NOTICE)
        assert told.told_on > beijing_day(clock.now())
        with pytest.raises(InvalidInput):
            insist(session, sitting, beijing_day(clock.now()))

    def test_only_the_officer_in_charge_records_it(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at, unfiled_prior_fen=START_FEN)
        with pytest.raises(NotAllowed), unit_of_work() as work:
            stops.tell_applicant(
                work.session, sitting.lot_id, party_id=sitting.scene.parties[0].id, way=ServiceWay.POST,
                served_at=clock.now(), proof_document_id=None, actor=sitting.judges[0], now=clock.now())

    def test_the_desk_says_that_the_applicant_is_to_be_told(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at, unfiled_prior_fen=START_FEN)
        (item,) = [one for one in work_items(session, clock.now()) if one.url.endswith(sitting.lot_id)]
        step = item.details["step"]
        assert isinstance(step, Filled)
        assert (str(step), item.rule) == ("通知申请执行人没有剩余可能", "GEN-6")


@pytest.mark.both_databases
class TestThirdParties:
    def test_an_objection_stops_the_publication_until_fifteen_days_after_its_rejection(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        found = object_to(session, sitting)
        assert refused(sitting) == [("third_party_objection", "AUC-36.2")]
        decide(sitting, found, ObjectionState.REJECTED)
        assert refused(sitting) == [("third_party_term", "CPL-238")]
        (standing,) = cases.objections_to(session, sitting.scene.flat.id, clock.now())
        assert standing.until_on is not None
        with unit_of_work() as work:
            drafting.change_terms(work.session, sitting.lot_id, terms(opens_at=opening(70)),
                                  actor=sitting.officer)
        at(start_of_day(standing.until_on + DAY) - MS)
        assert refused(sitting) == [("third_party_term", "CPL-238")]
        at(clock.now() + MS)
        publish(sitting)

    @pytest.mark.parametrize("state", [ObjectionState.UPHELD, ObjectionState.PENDING])
    def test_a_stay_has_no_end_of_its_own(self, session: Session, at: Walk, state: ObjectionState) -> None:
        sitting = a_ready_lot(session, at)
        found = object_to(session, sitting)
        if state is not ObjectionState.PENDING:
            decide(sitting, found, state)
        at(clock.now() + 100 * DAY)
        assert ("third_party_objection", "AUC-36.2") in refused(sitting)

    def test_a_withdrawn_objection_lets_the_sale_go_on_at_once(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        decide(sitting, object_to(session, sitting), ObjectionState.WITHDRAWN)
        publish(sitting)

    def test_a_running_sale_is_suspended_by_the_platform_and_not_resumed_before_the_end_of_the_matter(
            self, session: Session, at: Walk) -> None:
        sitting = a_published_lot(session, at)
        assert closing.due_to_stop(session, clock.now()) == []
        found = object_to(session, sitting)
        assert closing.due_to_stop(session, clock.now()) == [sitting.lot_id]
        with unit_of_work() as work:
            assert closing.stop_objected(work.session, sitting.lot_id, now=clock.now())
        sale = sitting.sale(session)
        assert (sale.state, sale.suspensions[0].ground) == (LotState.SUSPENDED, "third_party_objection")
        assert audit.leaves_of_subject(session, sitting.subject)[-1].actor == "system"
        assert closing.due_to_stop(session, clock.now()) == []
        with pytest.raises(ObjectionStands) as refusal, unit_of_work() as work:
            closing.resume(work.session, sitting.lot_id, actor=sitting.officer, now=clock.now())
        assert refusal.value.rule == "AUC-36.2"
        decide(sitting, found, ObjectionState.WITHDRAWN)
        with unit_of_work() as work:
            closing.resume(work.session, sitting.lot_id, actor=sitting.officer, now=clock.now() + MS)
        assert sitting.sale(session).state == LotState.PUBLISHED

    def test_under_an_objection_nothing_opens_and_nothing_is_sold(self, session: Session, at: Walk) -> None:
        sitting = a_published_lot(session, at)
        found = object_to(session, sitting)
        at(sitting.sale(session).opens_at)
        with unit_of_work() as work:
            assert not closing.open_due(work.session, sitting.lot_id, now=clock.now())
        decide(sitting, found, ObjectionState.WITHDRAWN)
        with unit_of_work() as work:
            assert closing.open_due(work.session, sitting.lot_id, now=clock.now())
        object_to(session, sitting)
        ends_at = end_in_force(sitting.sale(session))
        at(ends_at + GRACE)
        with unit_of_work() as work:
            assert closing.close_due(work.session, sitting.lot_id, now=clock.now()) is None
        with unit_of_work() as work:
            assert closing.stop_objected(work.session, sitting.lot_id, now=clock.now())
        sale = sitting.sale(session)
        assert (sale.state, sale.result, sale.suspensions[0].from_at) == (LotState.SUSPENDED, None, ends_at)


class TestPages:
    def test_the_draft_says_what_is_left_and_leads_the_officer_on(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        desk = self._desk(app, session, sitting)
        base = f"/desk/lots/{sitting.lot_id}"
        assert "1,651,000" in desk.get(base).text
        a_mortgage(session, sitting, LEFT_FEN)
        party = sitting.scene.parties[0].id
        page = desk.get(base).text
        assert "优先债权：江东银行" in page
        assert "没有剩余" in page
        assert f'href="{base}#surplus"' in page
        assert f'href="{base}/surplus/{party}"' in page
        blank = desk.post(f"{base}/surplus/{party}", data={"served_at": ""})
        assert blank.status_code == 422
        told = desk.post(f"{base}/surplus/{party}", data={
            "way": "electronic", "served_at": f"{clock.beijing(clock.now()):%Y-%m-%dT%H:%M}"})
        assert told.location == f"{base}#surplus"
        on = beijing_day(clock.now()).isoformat()
        without = desk.post(f"{base}/surplus/{party}", data={"insisted_on": on})
        assert (without.status_code, "请上传申请执行人继续拍卖的申请书" in without.text) == (422, True)
        said = desk.post(f"{base}/surplus/{party}", data={"insisted_on": on, "paper": _paper()})
        assert said.location == f"{base}#surplus"
        assert "已申请继续拍卖" in desk.get(base).text
        assert "GEN-6" in desk.post(f"{base}/publish").text
        assert desk.get(f"{base}/surplus/{sitting.scene.parties[1].id}").status_code == 404

    def test_an_objection_is_entered_decided_and_shown_on_the_file(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        desk, flat = self._desk(app, session, sitting), sitting.scene.flat.id
        base = f"/desk/cases/{sitting.scene.case.id}"
        form = {"objector": "彭晓岚", "claimed_right": "co_ownership", "reason": "婚后共同出资购买。",
                "filed_on": beijing_day(clock.now()).isoformat()}
        kept = desk.post(f"{base}/properties/{flat}/objections/new", data=form)
        assert kept.status_code == 422
        assert "婚后共同出资购买。" in kept.text
        done = desk.post(f"{base}/properties/{flat}/objections/new", data={**form, "file": _paper()})
        assert done.location == f"{base}/file#properties"
        (standing,) = cases.objections_to(session, flat, clock.now())
        address = f"{base}/objections/{standing.objection.id}"
        page = desk.get(f"{base}/file").text
        assert "彭晓岚 · 共有 · 婚后共同出资购买。" in page
        assert f'href="{address}"' in page
        refusal = desk.post(f"/desk/lots/{sitting.lot_id}/publish")
        assert refusal.status_code == 409
        assert "案外人 彭晓岚 对标的提出异议（审查中）" in refusal.text
        assert f'href="{base}/file#{flat}"' in refusal.text
        on = beijing_day(clock.now()).isoformat()
        wrong = desk.post(address, data={"state": "dismissed", "on": on, "file": _paper()})
        assert wrong.status_code == 409
        assert desk.post(address, data={"state": "withdrawn", "on": on, "file": _paper()}).status_code == 302
        assert "这件异议已经处理完毕" in desk.get(address).text
        assert desk.post(f"/desk/lots/{sitting.lot_id}/publish").status_code == 302

    @staticmethod
    def _desk(app: Flask, session: Session, sitting: Sitting) -> FlaskClient:
        return sign_in(app.test_client(), the_person(session, sitting.officer))


def _paper() -> tuple[io.BytesIO, str]:
    return io.BytesIO(a_pdf("文书")), "文书.pdf"


class TestPrograms:
    def test_a_program_asks_the_applicant_and_hears_what_would_do(
            self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        a_mortgage(session, sitting, LEFT_FEN)
        call = self._caller(app, session, sitting)
        address, party = f"/lots/{sitting.lot_id}", sitting.scene.parties[0].id
        refusal = call("POST", f"{address}/publication", 409)
        assert [(one["code"], one["rule"]) for one in refusal["obstacles"]] == [("no_surplus", "GEN-6")]
        assert "1,666,000.01" in refusal["obstacles"][0]["message"]
        shown = call("POST", f"{address}/surplus-notices", 201, json={
            "party_id": party, "way": "electronic", "served_at": instant_text(clock.now())})
        surplus = shown["surplus"]
        assert (surplus["prior_fen"], surplus["left_fen"], surplus["is_useless"]) == (LEFT_FEN, 0, True)
        assert surplus["applicants"][0]["told_on"] == beijing_day(clock.now()).isoformat()
        paper = a_document(session, sitting.scene.case, sitting.officer, title="继续拍卖申请书")
        insisted = {"insisted_on": beijing_day(clock.now()).isoformat(), "document_id": paper.id}
        shown = call("PUT", f"{address}/surplus-notices/{party}", 200, json=insisted)
        assert shown["surplus"]["applicants"][0]["insisted_on"] == insisted["insisted_on"]
        assert [one["code"] for one in shown["obstacles"]] == ["no_surplus_price"]
        waived = call("POST", f"{address}/surplus-notices", 422, json={
            "party_id": party, "way": "waived", "served_at": instant_text(clock.now())})
        assert set(waived["fields"]) == {"way"}

    def test_a_program_files_and_ends_an_objection(self, app: Flask, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        call = self._caller(app, session, sitting)
        address = f"/cases/properties/{sitting.scene.flat.id}/objections"
        on = beijing_day(clock.now()).isoformat()
        form = {"objector": "彭晓岚", "claimed_right": "ownership", "reason": "已付清房款。", "filed_on": on}
        assert set(call("POST", address, 422, data={**form, "claimed_right": "x", "file": _paper()})[
            "fields"]) == {"claimed_right"}
        filed = call("POST", address, 201, data={**form, "file": _paper()})
        assert (filed["state"], filed["state_on"]) == ("pending", on)
        assert call("GET", address, 200) == [filed]
        assert session.get_one(Document, filed["document_id"]).is_public is False
        refusal = call("POST", f"/lots/{sitting.lot_id}/publication", 409)
        assert [one["rule"] for one in refusal["obstacles"]] == ["AUC-36.2"]
        decision = f"/cases/objections/{filed['id']}/decision"
        assert call("POST", decision, 200, data={"state": "withdrawn", "on": on, "file": _paper()})[
            "state"] == "withdrawn"
        call("POST", decision, 409, data={"state": "sued", "on": on, "file": _paper()})
        call("POST", f"/lots/{sitting.lot_id}/publication", 200)

    @staticmethod
    def _caller(app: Flask, session: Session, sitting: Sitting) -> Callable[..., Any]:
        client = app.test_client()
        token = a_token(session, the_person(session, sitting.officer))

        def call(method: str, address: str, status: int, **sent: Any) -> Any:
            answer = client.open(f"/api/v1{address}", method=method,
                                 headers={"Authorization": f"Bearer {token}"}, **sent)
            assert answer.status_code == status, answer.text
            return json_of(answer)

        return call
