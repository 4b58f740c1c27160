"""The home page shows what is on now, whatever state it is in."""

from collections.abc import Callable
from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.auction import a_lot_on_sale
from tests.factories.valuation import a_course, a_done_draw, a_scene, decided, proposed


def test_an_empty_court_says_what_one_can_do(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "还没有公告的标的" in page.text


def test_an_announced_lot_stands_there_with_its_start_price(client: FlaskClient, session: Session) -> None:
    lot_id = a_lot_on_sale(session).id
    page = client.get("/").text
    assert f"/lots/{lot_id}" in page
    assert "起拍价" in page


def test_a_draw_that_is_still_open_does_not_break_the_page(
        client: FlaskClient, session: Session, at: Callable[[datetime], None]) -> None:
    scene = a_scene(session)
    draw = proposed(session, scene, a_course(session, scene, at))
    draw_id = draw.id
    decided(session, scene, draw)
    page = client.get("/")
    assert page.status_code == 200
    assert f"/draws/{draw_id}" in page.text


def test_a_draw_that_was_held_stands_there_too(
        client: FlaskClient, session: Session, at: Callable[[datetime], None]) -> None:
    draw_id = a_done_draw(session, a_scene(session), at)[1].id
    assert f"/draws/{draw_id}" in client.get("/").text
