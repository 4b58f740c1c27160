"""Practising begins with one press: on a phone the button stands on the first screen."""


import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.browser import PHONE, NewVisitor
from tests.factories.accounts import a_court

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def court(session: Session) -> None:
    a_court(session)
    session.rollback()


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
