"""The least that could be started: the same libraries under the same server, and one page without content."""

import secrets

import alembic.migration  # noqa: F401
import babel.dates  # noqa: F401
import cryptography.fernet  # noqa: F401
import flask_babel  # noqa: F401
import flask_limiter  # noqa: F401
import flask_login  # noqa: F401
import flask_migrate  # noqa: F401
import flask_smorest  # noqa: F401
import flask_socketio  # noqa: F401
import flask_sqlalchemy  # noqa: F401
import flask_wtf  # noqa: F401
import PIL.Image  # noqa: F401
import sqlalchemy.orm  # noqa: F401
import structlog  # noqa: F401
from flask import Flask

app = Flask(__name__)
app.add_url_rule("/", view_func=lambda: "")


@app.get("/<int:size>")
def page(size: int) -> str:
    """As many bytes as a page of ours sends, of which nothing can be squeezed; its words come last."""
    start, end = "<!doctype html><meta name=viewport content='width=device-width'><!--", "--><p>落槌"
    return start + secrets.token_hex(size // 2)[: max(0, size - len(start) - len(end))] + end
