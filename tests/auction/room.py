"""A running exercise and a seat in its room, for tests in a browser."""

import re
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from kernel import clock
from tests.factories.auction import an_exercise
from tests.factories.cases import an_officer


def a_running_exercise(session: Session, left: timedelta = timedelta(minutes=10), **changes: Any) -> str:
    """The lot of an exercise that began a minute ago; ``left`` until its end."""
    now = clock.now()
    found, _ = an_exercise(session, an_officer(session), opens_at=now - timedelta(minutes=1),
                           closes_at=now + left, **changes)
    lot_id = found.id
    session.rollback()
    return lot_id


def sit_down(page: Page, lot: str) -> None:
    """Take a seat, and wait until the line to the room is good."""
    page.goto(f"/lots/{lot}/room")
    page.get_by_role("button", name=re.compile("坐下练习")).click()
    expect(page.locator("#line-word")).to_contain_text("良好")
