"""What time brings about in accounts: sessions that ended long ago and old drafts are forgotten."""

from datetime import timedelta
from typing import Final

from accounts import services
from accounts.rules import drafts
from kernel import clock
from kernel.jobs import Job
from kernel.transactions import unit_of_work

KEPT_FOR: Final = timedelta(days=30)
AN_HOUR: Final = 3600.0


def forget_sessions() -> None:
    """Delete sessions over for a month: when somebody used the platform is their own affair."""
    with unit_of_work() as work:
        services.forget_sessions(work.session, ended_before=clock.machine_now() - KEPT_FOR)


def forget_drafts() -> None:
    """Delete forms that were begun and not come back to."""
    with unit_of_work() as work:
        services.forget_drafts(work.session, saved_before=clock.now() - drafts.KEPT_FOR)


JOBS = (Job("accounts.forget_sessions", AN_HOUR, forget_sessions),
        Job("accounts.forget_drafts", AN_HOUR, forget_drafts))
