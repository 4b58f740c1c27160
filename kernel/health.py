"""``/healthz``: the process lives. ``/readyz``: it can do its work."""

from flask import Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kernel import clock, migrations, standstill
from kernel.access import public
from kernel.database import db
from kernel.formats import instant_text


def init_app(app: Flask) -> None:
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/api/v1/time", "server_time", server_time)


@public
def healthz() -> ResponseReturnValue:
    """The process answers; nothing else is claimed."""
    return jsonify({"status": "alive"})


@public
def readyz() -> ResponseReturnValue:
    """The database answers, is whole, and stands at the newest migration; 503 with the reason otherwise."""
    checks = {"database": False, "migrations": False, "log": standstill.reason(current_app) is None}
    try:
        db.session.execute(text("SELECT 1"))
        checks["database"] = True
        here = migrations.standing(db.session.connection())
        checks["migrations"] = here == migrations.newest(current_app)
    except SQLAlchemyError:
        current_app.logger.exception("not ready")
    ready = all(checks.values())
    return jsonify({"status": "ready" if ready else "not ready", "checks": checks}), 200 if ready else 503


@public
def server_time() -> ResponseReturnValue:
    """The platform's clock, by which alone bids are judged (AUC-20.6)."""
    return jsonify({"now": instant_text(clock.now())})
