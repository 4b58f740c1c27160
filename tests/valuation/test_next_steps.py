"""The lists say what to do next: what may begin, what may be drawn; and the public list tells draws apart."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts import services as accounts
from cases.rules.properties import reference_price_due_at
from kernel.access import Actor, Role
from kernel.clock import end_of_day
from kernel.pages import day
from tests.factories.accounts import a_court, a_person, sign_in
from tests.factories.valuation import (
    BEGIN,
    Scene,
    a_course,
    a_done_draw,
    a_scene,
    a_valuation,
    asked,
    methods_out,
    proposed,
)

Walk = Callable[[datetime], None]


def seen_by(app: Flask, session: Session, actor: Actor, url: str) -> str:
    page = sign_in(app.test_client(), accounts.person(session, actor.id)).get(url)
    assert page.status_code == 200
    return page.text


def test_the_officer_in_charge_begins_a_course_from_the_list(
        app: Flask, session: Session, scene: Scene) -> None:
    begin = f"/desk/valuations/new?property={scene.flat.id}"
    page = seen_by(app, session, scene.officer, "/desk/valuations")
    assert scene.flat.title in page
    assert begin in page
    assert "还没有参考价程序" in page
    others = seen_by(app, session, scene.clerk, "/desk/valuations")
    assert scene.flat.title in others
    assert scene.officer.name in others
    assert begin not in others


def test_what_is_on_its_way_is_no_longer_offered_until_its_course_has_ended(
        app: Flask, session: Session, scene: Scene) -> None:
    a_valuation(session, scene)
    begin = f"/desk/valuations/new?property={scene.flat.id}"
    assert begin not in seen_by(app, session, scene.officer, "/desk/valuations")


def test_a_property_with_a_fact_missing_leads_to_the_facts(
        app: Flask, session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session, with_facts=False)
    page = seen_by(app, session, scene.officer, "/desk/valuations")
    assert "还差 5 项情况" in page
    assert f"/desk/cases/{scene.case.id}/properties/{scene.flat.id}/facts" in page
    assert "/desk/valuations/new" not in page


def test_a_term_that_is_over_is_said(app: Flask, session: Session, scene: Scene, at: Walk) -> None:
    due_at = reference_price_due_at(scene.flat.seized_on, accounts.court_law(
        session, scene.court.id, scene.case.rule_set))
    at(due_at)
    assert "逾期" not in seen_by(app, session, scene.officer, "/desk/valuations")
    at(due_at + timedelta(milliseconds=1))
    assert "逾期" in seen_by(app, session, scene.officer, "/desk/valuations")


def test_another_courts_property_is_not_there(app: Flask, session: Session, scene: Scene) -> None:
    other = a_court(session, name_zh="临澜市西麓区人民法院", name_en="Xilu", origin="west.example/log")
    client = sign_in(app.test_client(), a_person(session, Role.OFFICER, other))
    assert scene.flat.title not in client.get("/desk/valuations").text
    assert scene.flat.title not in client.get("/desk/draws").text


def test_the_clerk_finds_what_may_be_proposed_the_morning_after_the_parties_term(
        app: Flask, session: Session, scene: Scene, at: Walk) -> None:
    valuation = a_valuation(session, scene)
    methods_out(session, scene, valuation)
    propose = f"/desk/valuations/{valuation.id}/draw"
    assert scene.flat.title not in seen_by(app, session, scene.clerk, "/desk/draws")
    until_on = asked(session, scene, valuation)
    waiting = seen_by(app, session, scene.clerk, "/desk/draws")
    assert f"当事人协商至 {day(until_on, 'short', markup=False)}" in waiting
    assert propose not in waiting
    at(end_of_day(until_on) - timedelta(milliseconds=1))
    assert propose not in seen_by(app, session, scene.clerk, "/desk/draws")
    at(end_of_day(until_on))
    assert propose in seen_by(app, session, scene.clerk, "/desk/draws")
    officer = seen_by(app, session, scene.officer, "/desk/draws")
    assert propose not in officer
    assert "由司法辅助人员提出" in officer


def test_what_was_proposed_waits_for_approval_and_is_not_offered_again(
        app: Flask, session: Session, scene: Scene, at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    page = seen_by(app, session, scene.clerk, "/desk/draws")
    assert f"/desk/draws/{draw.id}" in page
    assert "等待核准" in page
    assert "等待提出名单" not in page


def test_a_page_of_the_public_list_that_cannot_be_is_said_above_the_first(
        client: FlaskClient, session: Session, scene: Scene, at: Walk) -> None:
    _, draw = a_done_draw(session, scene, at)
    for page in ("x", "0"):
        answer = client.get(f"/draws?page={page}")
        assert answer.status_code == 422
        assert "页码：" in answer.text.split('class="errsum"')[1].split("</ol>")[0]
        assert f"/draws/{draw.id}" in answer.text


def test_the_public_list_says_what_was_drawn_for_where_when_and_who(
        client: FlaskClient, session: Session, scene: Scene, at: Walk) -> None:
    _, draw = a_done_draw(session, scene, at)
    page = client.get("/draws").text
    assert draw.done_at is not None
    assert draw.transcript is not None
    for words in (scene.flat.title, scene.court.name_zh, scene.case.number,
                  day(draw.done_at, markup=False), *draw.transcript["result"]):
        assert words in page, words
    assert "Macro" not in page
