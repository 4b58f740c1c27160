"""The demo's clock while its stories are told."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel import clock
from portal.models import ClockWalk
from seeds.world import World
from tests.factories.accounts import a_court


def test_a_moment_that_came_by_itself_while_the_database_was_busy_needs_no_jump(
        app: Flask, session: Session) -> None:
    a_court(session)
    world, before = World(app, clock.now()), clock.offset()
    world.walk(clock.now() - timedelta(milliseconds=1))
    assert clock.offset() == before
    assert session.scalar(select(func.count()).select_from(ClockWalk)) == 0
    world.walk(clock.now() + timedelta(hours=1))
    assert clock.offset() - before > timedelta(minutes=59)
    assert session.scalar(select(func.count()).select_from(ClockWalk)) == 1
