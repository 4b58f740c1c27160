"""Test clients that behave like a server's visitors: nothing is left over between two requests."""

from contextvars import Context
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kernel.database import db


class Visit(FlaskClient):
    """A client whose requests each run in a context of their own.

    The tests hold an app context open; a request inside it would share ``g`` (who is signed in,
    the CSRF token) and the database session with the test and with every other client.
    Afterwards the test's own session forgets what it read, so that it sees what was committed.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send one request; no transaction of the test's own stands idle meanwhile."""
        _forget()
        try:
            return Context().run(super().open, *args, **kwargs)
        finally:
            _forget()


def _forget() -> None:
    if has_app_context():  # there is none where a redirect is followed within one call
        db.session.rollback()


def json_of(answer: TestResponse) -> Any:
    """What an answer holds as JSON; a test that reads it wants it to be there."""
    assert answer.is_json, answer.text
    return answer.json
