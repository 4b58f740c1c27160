"""The world of the tests: a real app on a real database, and hands on its clock."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kernel import clock
from kernel.database import db
from tests.stage import Stage

pytest_plugins = ["tests.services", "tests.browser", "tests.demo"]


LONG = ("verifier/test_agreement.py", "journeys/test_every_page.py", "journeys/test_by_programs.py",
        "ledger/test_books.py", "auction/test_live_secrecy.py", "settlement/test_payouts.py",
        "kernel/test_translations.py", "auction/test_rules_bidding_properties.py", "api/test_other_courts.py",
        "journeys/test_every_page_in_browsers.py", "journeys/test_in_browsers.py", "journeys/test_server.py")
"""Files to begin with: at the end of a run, one of them would keep one process busy and the others idle."""


def pytest_configure(config: pytest.Config) -> None:
    config.option.loadscopereorder = False  # pytest-xdist would begin with the files of the most tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONG))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_databases") is not None
        metafunc.parametrize("database_url", ["sqlite", "postgres"] if both else ["sqlite"],
                             indirect=True)


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """What all tests of this process share; they need it only to ask for an app of their own."""
    made = Stage(tmp_path_factory.mktemp("stage"))
    yield made
    made.close()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, stage: Stage) -> str:
    if request.param == "sqlite":
        return stage.sqlite_url
    url: str = request.getfixturevalue("stage_postgres_url")
    return url


@pytest.fixture
def app(stage: Stage, tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The platform on an empty database. Whoever gives it a route more asks for ``new_app``."""
    with stage.visit(tmp_path, database_url) as kept:
        yield kept


@pytest.fixture
def new_app(stage: Stage, tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The same, built for one test alone, which may register what it likes."""
    with stage.apart(), stage.visit(tmp_path, database_url) as made:
        yield made


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the platform's clock: ``at(instant)``."""

    def set_clock(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    return set_clock


@pytest.fixture
def a_minute() -> timedelta:
    return timedelta(minutes=1)
