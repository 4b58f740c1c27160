"""Practising begins with one press: on a phone the button stands on the first screen."""

from collections.abc import Iterator
from contextvars import Context
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from tests.browser import PHONE, NewVisitor
from tests.factories.accounts import a_court

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app: Flask, session: Session) -> Iterator[str]:
    a_court(session)
    session.rollback()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=Context().run, args=(server.serve_forever,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_button_is_on_the_first_screen_of_a_phone_before_the_explanation(
        address: str, new_visitor: NewVisitor) -> None:
    page = new_visitor(address, size=PHONE).page
    page.goto("/practice")
    button = page.get_by_role("button", name="开一场新的")
    expect(button).to_be_in_viewport(ratio=1)
    place, steps = button.bounding_box(), page.get_by_role("heading", name="怎么练").bounding_box()
    assert place is not None
    assert steps is not None
    assert place["y"] + place["height"] <= steps["y"]
    assert place["width"] > 300, "a thumb finds it"
