"""The pages of a reference price: who may open which, what they offer, and that nothing is lost."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Person
from cases.models import Document
from kernel import clock
from kernel.access import Role
from kernel.clock import beijing_day
from kernel.database import Base
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court, a_person, sign_in
from tests.factories.cases import a_pdf
from tests.factories.valuation import (
    BEGIN,
    PHRASES,
    Scene,
    a_course,
    a_done_draw,
    a_price,
    a_scene,
    a_served_report,
    a_valuation,
    asked,
    commissioned,
    decided,
    methods_out,
    proposed,
    sealed,
)
from valuation import services
from valuation.models import AppraisalReport, Valuation
from valuation.rules.stages import Stage

Walk = Callable[[datetime], None]


def visitor(app: Flask, session: Session, person_id: str) -> FlaskClient:
    """A client signed in as this person."""
    person = session.get(Person, person_id)
    assert person is not None
    return sign_in(app.test_client(), person)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def stage_of(session: Session, valuation: Valuation) -> Stage:
    return services.get_valuation(session, valuation.id).stage


def test_the_page_to_begin_names_every_fact_that_is_missing(
        app: Flask, session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session, with_facts=False)
    page = visitor(app, session, scene.officer.id).get(
        f"/desk/valuations/new?property={scene.flat.id}")
    shown = text_of(page)
    assert page.status_code == 200
    assert "还差 5 项" in shown
    assert "财产情况还没有查明：权利负担" in shown


def test_an_officer_begins_a_course_on_its_page(app: Flask, session: Session, scene: Scene) -> None:
    client = visitor(app, session, scene.officer.id)
    answer = client.post("/desk/valuations/new", data={
        "property_id": scene.flat.id, "field": "房地产", "inspection_needed": "true"})
    assert answer.status_code == 302
    page = client.get(answer.location)
    assert "没有形成参考价的理由" in text_of(page)
    listed = text_of(client.get("/desk/valuations?stage=negotiation"))
    assert scene.flat.title in listed
    assert scene.flat.title not in text_of(client.get("/desk/valuations?stage=draw"))


def test_the_form_offers_only_grounds_that_can_be_true(app: Flask, session: Session,
                                                       scene: Scene) -> None:
    valuation = a_valuation(session, scene)
    client, here = visitor(app, session, scene.officer.id), f"/desk/valuations/{valuation.id}"
    offered = re.findall(r'name="ground" value="(\w+)"', text_of(client.get(here)))
    assert offered == ["refused", "party_missing", "unequal", "harms_others", "not_filed"]
    client.post(f"{here}/methods-out", data={
        "method": "negotiation", "ground": "refused", "on": "2026-03-02"})
    offered = re.findall(r'name="ground" value="(\w+)"', text_of(client.get(here)))
    assert offered == ["no_official_price"]
    assert "一方当事人拒绝议价" in text_of(client.get(here))


def test_a_refused_record_keeps_what_was_typed_and_says_the_rule(
        app: Flask, session: Session, scene: Scene) -> None:
    valuation = a_valuation(session, scene)
    client = visitor(app, session, scene.officer.id)
    answer = client.post(f"/desk/valuations/{valuation.id}/methods-out", data={
        "method": "negotiation", "ground": "not_filed", "on": "2026-03-02",
        "term_ended_on": "2026-03-09", "note": "卷三第 12 页"})
    shown = text_of(answer)
    assert answer.status_code == 409
    assert "指定的期限还没有届满" in shown
    assert "REF-4.1" in shown
    assert 'value="卷三第 12 页"' in shown
    assert 'value="2026-03-09"' in shown
    assert 'value="not_filed" checked' in shown
    assert stage_of(session, valuation) is Stage.NEGOTIATION


def test_a_day_that_is_none_is_refused_with_its_field(app: Flask, session: Session,
                                                      scene: Scene) -> None:
    valuation = a_valuation(session, scene)
    client = visitor(app, session, scene.officer.id)
    answer = client.post(f"/desk/valuations/{valuation.id}/methods-out", data={
        "method": "negotiation", "ground": "refused", "on": "三月二日"})
    assert answer.status_code == 422
    assert "请填写日期" in text_of(answer)


def test_the_parties_are_asked_and_their_agreement_is_recorded(
        app: Flask, session: Session, scene: Scene) -> None:
    valuation = a_valuation(session, scene)
    methods_out(session, scene, valuation)
    client, here = visitor(app, session, scene.officer.id), f"/desk/valuations/{valuation.id}"
    assert 'value="2026-03-07"' in text_of(client.get(here)), "five days are proposed"
    assert client.post(f"{here}/term", data={"agree_by_on": "2026-03-09"}).status_code == 302
    entries = [one.entry for one in scene.institutions]
    differ = client.post(f"{here}/agreement", data={
        "institutions": entries[:3], "party_ids": [scene.parties[0].id], "filed_on": "2026-03-02"})
    assert differ.status_code == 409
    assert f'value="{entries[1]}" selected' in text_of(differ)
    done = client.post(f"{here}/agreement", data={
        "institutions": entries[:3], "party_ids": [party.id for party in scene.parties],
        "filed_on": "2026-03-02"})
    assert done.status_code == 302
    assert stage_of(session, valuation) is Stage.COMMISSION
    assert "委托第一家" in text_of(client.get(here))


def test_the_page_of_a_pool_shows_all_that_stands_in_the_way(
        app: Flask, session: Session, scene: Scene) -> None:
    valuation = a_valuation(session, scene)
    client = visitor(app, session, scene.clerk.id)
    shown = text_of(client.get(f"/desk/valuations/{valuation.id}/draw"))
    for problem in ("还没有登记“当事人议价”的结果", "还没有登记“定向询价”的结果",
                    "还没有登记“网络询价”的结果", "还没有通知当事人协商确定三家机构"):
        assert problem in shown
    refused = client.post(f"/desk/valuations/{valuation.id}/draw", data={"ground-0": "removed",
                                                                        "note-0": "2 月 3 日通报"})
    assert refused.status_code == 409
    assert 'value="2 月 3 日通报"' in text_of(refused)
    assert 'value="removed" selected' in text_of(refused)


def test_a_clerk_proposes_a_pool_that_another_person_reads(
        app: Flask, session: Session, scene: Scene, at: Walk) -> None:
    valuation = a_course(session, scene, at)
    answer = visitor(app, session, scene.clerk.id).post(
        f"/desk/valuations/{valuation.id}/draw",
        data={"ground-4": "removed", "note-4": "停业整顿，2 月 3 日通报"})
    assert answer.status_code == 302
    shown = text_of(visitor(app, session, scene.supervisor.id).get(answer.location))
    assert "停业整顿，2 月 3 日通报" in shown
    assert "去核准" in shown
    assert text_of(app.test_client().get("/draws")).count("房地产，") == 0, "not public before the freeze"
    draw_id = answer.location.rsplit("/", 1)[1]
    assert app.test_client().get(f"/draws/{draw_id}").status_code == 404


def test_the_public_page_follows_a_draw_from_the_freeze_to_the_order(
        app: Flask, session: Session, scene: Scene, at: Walk) -> None:
    valuation = a_course(session, scene, at)
    draw = proposed(session, scene, valuation)
    decided(session, scene, draw)
    public = app.test_client()
    shown = text_of(public.get(f"/draws/{draw.id}"))
    public.set_cookie("language", "en")
    for page in ("/draws", f"/draws/{draw.id}"):
        words = re.sub(r"<a[^>]*>中文</a>", "", text_of(public.get(page)))
        assert "房地产" not in words.partition("<h1")[2].partition("</h1>")[0]
        assert "Real estate" in words
    public.delete_cookie("language")
    assert "等待封存" in shown
    assert "您的席位" not in shown
    assert public.get(f"/draws/{draw.id}/transcript.json").status_code == 404
    seats = {"applicant": scene.applicant.id, "respondent": scene.respondent.id,
             "observer": scene.supervisor.id}
    for role, person in seats.items():
        client = visitor(app, session, person)
        assert "您的席位" in text_of(client.get(f"/draws/{draw.id}"))
        assert client.post(f"/draws/{draw.id}/seal", data={"phrase": PHRASES[role]}).status_code == 302
    for role, person in seats.items():
        client = visitor(app, session, person)
        wrong = client.post(f"/draws/{draw.id}/open", data={"phrase": "记错了的一句话呀"})
        assert wrong.status_code == 422
        assert "这与您当时封存的不符" in text_of(wrong)
        assert client.post(f"/draws/{draw.id}/open", data={"phrase": PHRASES[role]}).status_code == 302
    with unit_of_work() as work:
        services.hold_draw(work.session, draw.id, now=clock.now())
    shown = text_of(public.get(f"/draws/{draw.id}"))
    for entry in services.order_of(services.get_valuation(session, valuation.id)):
        assert entry.split(" ", 1)[1] in shown
    assert f'data-redraw="/draws/{draw.id}/transcript.json"' in shown
    assert "flask valuation redraw" in shown
    for phrase in PHRASES.values():
        assert phrase not in shown
    assert public.get("/draws").get_data(as_text=True).count(f"/draws/{draw.id}") == 1


def test_a_phrase_that_is_too_short_is_refused_and_stays(app: Flask, session: Session, scene: Scene,
                                                        at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    client = visitor(app, session, scene.applicant.id)
    answer = client.post(f"/draws/{draw.id}/seal", data={"phrase": "太短了"})
    assert answer.status_code == 422
    assert 'value="太短了"' in text_of(answer)
    assert client.post(f"/draws/{draw.id}/seal", data={}).status_code == 422


def test_somebody_without_a_seat_does_not_seal(app: Flask, session: Session, scene: Scene,
                                               at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    for person in (scene.clerk.id, scene.officer.id, a_person(session, Role.PARTY).id):
        client = visitor(app, session, person)
        assert "您的席位" not in text_of(client.get(f"/draws/{draw.id}"))
        answer = client.post(f"/draws/{draw.id}/seal", data={"phrase": PHRASES["applicant"]})
        assert answer.status_code == 403


def test_an_institution_reads_its_letter_accepts_and_hands_in_its_report(
        app: Flask, session: Session, scene: Scene, at: Walk) -> None:
    valuation, _ = a_done_draw(session, scene, at)
    commissioned(session, scene, valuation, accepted=False)
    client = visitor(app, session, scene.account.id)
    listed = text_of(client.get("/my/commissions"))
    assert re.search(r'<time datetime="[\d-]+">[\d-]+</time> 前答复', listed), (
        "a day does not break at its hyphens")
    letter = re.findall(r"/my/commissions/com-\w+", listed)[0]
    assert "评估的财产" in text_of(client.get(letter))
    bare = client.post(f"{letter}/acceptance", data={})
    assert bare.status_code == 422
    assert "LOT-8" in text_of(bare)
    assert client.post(f"{letter}/acceptance", data={"declared": "true"}).status_code == 302
    assert client.get(f"{letter}/report").status_code == 200
    answer = client.post(f"{letter}/report", data=a_report(), content_type="multipart/form-data")
    assert answer.status_code == 302
    assert stage_of(session, valuation) is Stage.COURT_REVIEW
    assert "2,380,000" in text_of(client.get(letter))


def a_report(**changes: Any) -> dict[str, Any]:
    today = beijing_day(clock.now())
    return {"price_fen": "2,380,000", "dated_on": today.isoformat(),
            "valid_until_on": (today + timedelta(days=300)).isoformat(),
            "signed_by": "陈怀瑾\n苏文远",
            "parts": ["basics", "method", "standard", "result", "validity"],
            "file": (io.BytesIO(a_pdf("评估报告")), "report.pdf"), **changes}


@pytest.mark.parametrize(("changes", "said"), [
    ({"file": (io.BytesIO(b"MZ not a paper"), "report.exe")}, "只接受 PDF"),
    ({"file": (io.BytesIO(b""), "report.pdf")}, "文件是空的"),
    ({"file": (io.BytesIO(b""), "")}, "文件是空的"),
    ({"price_fen": "1.005"}, "最多两位小数"),
    ({"price_fen": ""}, "这一项必须填写"),
    ({"signed_by": "、"}, "请填写姓名"),
])
def test_a_bad_upload_is_refused_with_its_field_and_nothing_is_written(
        app: Flask, session: Session, scene: Scene, at: Walk, changes: dict[str, Any],
        said: str) -> None:
    valuation, _ = a_done_draw(session, scene, at)
    commissioned(session, scene, valuation)
    client = visitor(app, session, scene.account.id)
    letter = re.findall(r"/my/commissions/com-\w+", text_of(client.get("/my/commissions")))[0]
    answer = client.post(f"{letter}/report", data=a_report(**changes),
                         content_type="multipart/form-data")
    shown = text_of(answer)
    assert answer.status_code == 422
    assert said in shown
    assert 'value="result" checked' in shown
    assert session.scalar(select(func.count()).select_from(AppraisalReport)) == 0
    assert session.scalar(select(func.count()).select_from(Document)) == 0
    assert stage_of(session, valuation) is Stage.APPRAISING


@pytest.mark.parametrize(("changes", "rule"), [
    ({"signed_by": "陈怀瑾"}, "LOT-9"),
    ({"parts": ["basics"]}, "REF-17.2"),
    ({"valid_until_on": "2027-03-20"}, "REF-27.1"),
])
def test_a_report_that_lacks_something_is_refused_with_the_rule(
        app: Flask, session: Session, scene: Scene, at: Walk, changes: dict[str, Any],
        rule: str) -> None:
    valuation, _ = a_done_draw(session, scene, at)
    commissioned(session, scene, valuation)
    client = visitor(app, session, scene.officer.id)
    answer = client.post(f"/desk/valuations/{valuation.id}/report", data=a_report(**changes),
                         content_type="multipart/form-data")
    assert answer.status_code == 409
    assert rule in text_of(answer)
    assert session.scalar(select(func.count()).select_from(AppraisalReport)) == 0


def test_an_officer_serves_the_report_and_a_party_objects_in_time(
        app: Flask, session: Session, scene: Scene, at: Walk) -> None:
    valuation, _ = a_done_draw(session, scene, at)
    commissioned(session, scene, valuation)
    officer, here = visitor(app, session, scene.officer.id), f"/desk/valuations/{valuation.id}"
    officer.post(f"{here}/report", data=a_report(), content_type="multipart/form-data")
    assert officer.post(f"{here}/review").status_code == 302
    party = visitor(app, session, scene.respondent.id)
    mine = f"/my/cases/{scene.case.id}/valuations"
    assert "2,380,000" not in text_of(party.get(mine)), "not before it is served"
    for one in scene.parties:
        assert "送达评估报告" in text_of(officer.get(f"{here}/services/{one.id}"))
        answer = officer.post(f"{here}/services/{one.id}", data={
            "way": "electronic", "served_at": clock.beijing(clock.now()).strftime("%Y-%m-%dT%H:%M")})
        assert answer.status_code == 302
    shown = text_of(party.get(mine))
    assert "2,380,000" in shown
    assert "提出异议" in shown
    objection = f"/my/valuations/{valuation.id}/objection"
    bare = party.post(objection, data={"text": "面积写错了"})
    assert bare.status_code == 422
    assert "面积写错了" in text_of(bare)
    assert party.post(objection, data={"text": "面积写错了", "grounds": "basics_wrong"}
                      ).status_code == 302
    assert "您在 2026-03-08 提出了异议" in text_of(party.get(mine))
    assert "财产基本信息错误" in text_of(officer.get(here))
    assert stage_of(session, valuation) is Stage.ACT_OBJECTION


def test_a_party_of_another_case_finds_nothing(app: Flask, session: Session, scene: Scene,
                                               at: Walk) -> None:
    valuation = a_served_report(session, scene, at)
    stranger = visitor(app, session, a_person(session, Role.PARTY).id)
    assert stranger.get(f"/my/cases/{scene.case.id}/valuations").status_code == 404
    assert stranger.get(f"/my/valuations/{valuation.id}/objection").status_code == 403
    other = visitor(app, session, a_person(session, Role.INSTITUTION).id)
    assert "还没有委托" in text_of(other.get("/my/commissions"))


def test_staff_of_another_court_see_none_of_it(app: Flask, session: Session, scene: Scene,
                                               at: Walk) -> None:
    valuation = a_course(session, scene, at)
    draw = proposed(session, scene, valuation)
    elsewhere = a_court(session, "外地法院", "Elsewhere", "elsewhere.example")
    for role in (Role.OFFICER, Role.DRAW_CLERK):
        client = visitor(app, session, a_person(session, role, elsewhere).id)
        assert client.get(f"/desk/valuations/{valuation.id}").status_code == 403
        assert client.get(f"/desk/draws/{draw.id}").status_code == 403
        assert scene.flat.title not in text_of(client.get("/desk/valuations"))
        assert scene.flat.title not in text_of(client.get("/desk/draws"))


def test_the_price_in_force_stands_at_the_end_of_the_way(app: Flask, session: Session,
                                                         scene: Scene, at: Walk) -> None:
    valuation = a_price(session, scene, at)
    shown = text_of(visitor(app, session, scene.officer.id).get(f"/desk/valuations/{valuation.id}"))
    assert "贰佰叁拾捌万元整" in shown
    party = visitor(app, session, scene.applicant.id)
    assert "参考价自 2026-03-14 起生效" in text_of(
        party.get(f"/my/cases/{scene.case.id}/valuations"))


def test_steps_to_come_say_their_earliest_day(app: Flask, session: Session, scene: Scene) -> None:
    valuation = a_valuation(session, scene)
    methods_out(session, scene, valuation)
    asked(session, scene, valuation)
    shown = text_of(visitor(app, session, scene.officer.id).get(f"/desk/valuations/{valuation.id}"))
    assert "最早 2026-03-08" in shown
    assert shown.count("最早") == 1, "when a price can be in force nobody knows before its report"


def test_keepers_of_the_list_add_link_and_stop_institutions(app: Flask, session: Session,
                                                            scene: Scene) -> None:
    client = visitor(app, session, scene.clerk.id)
    added = client.post("/desk/institutions/new", data={
        "number": "INST-77", "name": "长堤恒准评估公司", "field": "房地产", "region": "临澜市"})
    assert added.status_code == 302
    again = client.post("/desk/institutions/new", data={
        "number": "INST-77", "name": "另一家", "field": "房地产", "region": "临澜市"})
    assert again.status_code == 422
    assert 'value="另一家"' in text_of(again)
    row = next(one for one in services.institutions_of(session, scene.court.id)
               if one.number == "INST-77")
    assert client.post(f"/desk/institutions/{row.id}/account", data={"login": "nobody-here"}
                       ).status_code == 422
    assert client.post(f"/desk/institutions/{row.id}/account", data={"login": scene.account.login}
                       ).status_code == 302
    assert client.post(f"/desk/institutions/{row.id}/activity", data={"is_active": "false"}
                       ).status_code == 302
    assert "停用" in text_of(client.get("/desk/institutions"))
    officer = visitor(app, session, scene.officer.id)
    assert officer.get("/desk/institutions/new").status_code == 403


def test_commitments_are_published_five_at_a_time(app: Flask, session: Session,
                                                  scene: Scene) -> None:
    client = visitor(app, session, scene.clerk.id)
    assert client.post("/desk/draws/secrets", data={"count": "5"}).status_code == 302
    numbers = services.secrets_of(session, scene.court.id)
    assert [one.number for one in numbers] == list(range(1, 9))
    desk, public = text_of(client.get("/desk/draws")), text_of(app.test_client().get("/draws"))
    for one in numbers:
        assert one.commitment in desk
        assert one.commitment in public


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_every_page_reads_in_both_languages(app: Flask, session: Session, scene: Scene, at: Walk,
                                            language: str) -> None:
    valuation, draw = a_done_draw(session, scene, at)
    commissioned(session, scene, valuation)
    pages = {scene.officer.id: ["/desk/valuations", f"/desk/valuations/{valuation.id}",
                                f"/desk/valuations/{valuation.id}/report", f"/draws/{draw.id}"],
             scene.clerk.id: ["/desk/draws", f"/desk/draws/{draw.id}", "/desk/institutions",
                              "/desk/institutions/new", f"/desk/valuations/{valuation.id}/draw"],
             scene.applicant.id: [f"/my/cases/{scene.case.id}/valuations", "/draws"]}
    for person, urls in pages.items():
        client = visitor(app, session, person)
        client.set_cookie("language", language)
        for url in urls:
            assert client.get(url).status_code == 200, url


def test_a_sealed_phrase_stands_in_no_table_and_no_leaf(session: Session, scene: Scene,
                                                        at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    sealed(session, scene, draw, PHRASES)
    for table in Base.metadata.tables.values():
        for row in session.execute(select(table)):
            for phrase in PHRASES.values():
                assert phrase not in repr(tuple(row)), table.name
                assert phrase.encode() not in b"".join(
                    value for value in row if isinstance(value, bytes)), table.name
