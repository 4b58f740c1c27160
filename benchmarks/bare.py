"""The least that could be started: the same libraries under the same server, and one page without content."""

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
