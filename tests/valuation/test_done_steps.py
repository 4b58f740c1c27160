"""Steps that are done say when; what an institution is told names the court in its language."""

import html
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy.orm import Session

from accounts import services as accounts
from kernel import clock
from kernel.clock import beijing_day
from tests.factories.accounts import sign_in
from tests.factories.valuation import (
    BEGIN,
    Scene,
    a_done_draw,
    a_price,
    a_served_report,
    commissioned,
)
from valuation import services
from valuation.models import Valuation
from valuation.views.way import Way

Walk = Callable[[datetime], None]


def steps(session: Session, scene: Scene, valuation: Valuation) -> dict[str, object]:
    session.expire_all()
    way = Way(session, services.get_valuation(session, valuation.id), scene.officer, beijing_day(clock.now()))
    return {step.key: step.on for step in way.steps() if step.state == "done"}


def test_review_and_service_say_their_days(session: Session, scene: Scene, at: Walk) -> None:
    valuation = a_served_report(session, scene, at)
    done = steps(session, scene, valuation)
    hearings = services.hearings_of(session, valuation)
    assert done["delivery"] == max(one.received_on for one in hearings if one.received_on)
    assert done["court_review"] == beijing_day(clock.now())
    assert None not in done.values()
    assert "objection_term" not in done


def test_a_term_that_ran_out_says_its_last_day(session: Session, scene: Scene, at: Walk) -> None:
    valuation = a_price(session, scene, at)
    done = steps(session, scene, valuation)
    last_on = max(one.ends_on for one in services.hearings_of(session, valuation) if one.ends_on)
    assert done["objection_term"] == last_on
    assert done["in_force"] == last_on + timedelta(days=1)
    assert None not in done.values()


def test_no_step_is_done_on_a_day_to_come(session: Session, scene: Scene, at: Walk) -> None:
    valuation, _draw = a_done_draw(session, scene, at)
    done = steps(session, scene, valuation)
    assert list(done)[-2:] == ["appointment", "draw"]
    assert all(isinstance(on, type(beijing_day(BEGIN))) and on <= beijing_day(clock.now())
               for on in done.values())


def test_the_institution_reads_the_courts_name_in_its_language(
        app: Flask, session: Session, scene: Scene, at: Walk) -> None:
    valuation, _draw = a_done_draw(session, scene, at)
    commissioned(session, scene, valuation)
    client = sign_in(app.test_client(), accounts.person(session, scene.account.id))
    said = {language: html.unescape(client.get(
        "/my/messages", headers={"Accept-Language": language}).text)
        for language in ("zh-CN", "en")}
    assert f"{scene.court.name_zh}委托您评估" in said["zh-CN"]
    assert scene.court.name_en in said["en"]
    assert scene.court.name_zh not in said["en"]
