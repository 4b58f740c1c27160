"""The supervisor's desk: what is overdue, what the sales came to, whether books hold."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from audit.services import logs_left_unsigned, troubled_logs
from kernel import clock
from kernel.access import Role, access, may_open, signed_in
from kernel.database import db
from kernel.domain import Domain
from kernel.languages import say
from supervision.services import books_of_court, figures_of_court, overdue_of_court

pages = Blueprint("supervision", __name__, url_prefix="/desk/supervision")


@pages.get("")
@access(Role.SUPERVISOR, Role.AUDITOR)
def overview() -> ResponseReturnValue:
    """One court at a glance."""
    session, now, court_id = db.session(), clock.now(), signed_in().court_id or ""
    domains: tuple[Domain, ...] = current_app.extensions["domains"]
    late = overdue_of_court((domain.work for domain in domains if domain.work), session, court_id, now)
    return render_template(
        "supervision/overview.html", troubled=troubled_logs(session),
        unsigned=logs_left_unsigned(session, now),
        figures=figures_of_court(session, court_id),
        books=[say(fault) for fault in books_of_court(session, court_id)],
        late=[{"title": say(item.title, item.details), "url": item.url if may_open(item.url) else "",
               "due_at": item.due_at,
               "rule": item.rule, "days": (now - item.due_at).days if item.due_at else 0}
              for item in late])
