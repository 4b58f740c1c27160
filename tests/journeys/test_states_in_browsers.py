"""Pages of the court's work in states that the demo does not stand in, in both languages and windows."""

from collections.abc import Callable
from datetime import datetime
from itertools import product

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from accounts import services as accounts
from kernel.access import Actor
from kernel.clock import end_of_day
from tests.browser import PHONE, NewVisitor
from tests.factories.accounts import sign_in
from tests.factories.lots import a_draft, a_priced_scene
from tests.factories.valuation import BEGIN, a_course, a_scene, a_valuation, asked, methods_out, proposed
from tests.journeys.seeing import DESK, inaccessible, overflow, watch_closely

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Walk = Callable[[datetime], None]
Look = Callable[[Actor, str, tuple[str, str]], None]


@pytest.fixture
def look(app: Flask, session: Session, address: str, new_visitor: NewVisitor) -> Look:
    """Look at a page as this actor, in every language and window; it must say the words."""

    def look_everywhere(actor: Actor, path: str, said: tuple[str, str]) -> None:
        cookie = sign_in(app.test_client(), accounts.person(session, actor.id)).get_cookie("session")
        assert cookie is not None
        session.rollback()
        for (locale, words), size in product(zip(("zh-CN", "en"), said, strict=True), (PHONE, DESK)):
            visitor = new_visitor(address, locale=locale, size=size)
            watch_closely(visitor)
            visitor.page.context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
            answer = visitor.page.goto(path)
            assert answer is not None
            assert answer.status == 200
            assert words in visitor.page.inner_text("main")
            visitor.problems += overflow(visitor.page) + inaccessible(visitor.page)

    return look_everywhere


def test_a_draft_that_lacks_most_of_what_the_law_asks(session: Session, at: Walk, look: Look) -> None:
    sitting = a_draft(session, a_priced_scene(session, at))
    look(sitting.scene.officer, f"/desk/lots/{sitting.lot_id}", ("今天通知的话", "If notified today"))


def test_the_desk_of_draws_before_and_after_a_pool_is_proposed(session: Session, at: Walk,
                                                               look: Look) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation = a_valuation(session, scene)
    methods_out(session, scene, valuation)
    at(end_of_day(asked(session, scene, valuation)))
    look(scene.clerk, "/desk/draws", ("等待提出名单", scene.flat.title))
    look(scene.officer, f"/desk/valuations/{valuation.id}", ("法定的步骤", scene.case.number))


def test_a_pool_that_waits_for_approval(session: Session, at: Walk, look: Look) -> None:
    at(BEGIN)
    scene = a_scene(session)
    proposed(session, scene, a_course(session, scene, at))
    look(scene.clerk, "/desk/draws", ("等待核准", scene.flat.title))
