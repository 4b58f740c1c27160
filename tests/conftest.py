"""The world of the tests: a real app on a real database, and hands on its clock."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from config.settings import Mode, Settings
from kernel import clock
from kernel.database import Base, db
from tests.clients import Visit

pytest_plugins = ["tests.services", "tests.browser", "tests.demo"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_databases") is not None
        metafunc.parametrize("database_url", ["sqlite", "postgres"] if both else ["sqlite"],
                             indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'luochui.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


def test_settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(mode=Mode.TEST, data_dir=tmp_path, database_url=database_url, redis_url=None,
                    origin="test.court.example/luochui", secret_key="s" * 48, vault_key="5a" * 32)


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    clock.reset_for_tests()
    made = create_app(test_settings(tmp_path, database_url))
    made.testing = True
    made.test_client_class = Visit
    with made.app_context():
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
        yield made
        db.session.remove()
        db.engine.dispose()
    clock.reset_for_tests()


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
