"""A court, a case with a seized flat, and everybody whose act it may be."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.factories.valuation import BEGIN, Scene, a_scene

Walk = Callable[[datetime], None]


@pytest.fixture
def scene(session: Session, at: Walk) -> Scene:
    at(BEGIN)
    return a_scene(session)
