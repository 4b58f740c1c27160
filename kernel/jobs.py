"""What time brings about: jobs that sweep for what is due, again and again.

A job is level-triggered: it looks for rows whose time has come, so a late or lost turn loses
nothing. It owns its units of work. A fault is logged with an incident number and the job
takes its next turn: one broken lot must not stop the others from closing.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from flask import Flask

from kernel import standstill
from kernel.database import db, is_away

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A sweep and how long it rests between two turns, in seconds of real time.

    Attributes:
        at_standstill: takes its turns also while this process serves nobody.
        of_signer: left to a process of its own where there is one (``config.signer``).
    """

    name: str
    every_seconds: float
    run: Callable[[], None]
    at_standstill: bool = False
    of_signer: bool = False


def run_once(app: Flask, job: Job) -> None:
    """One turn of a job in a context of its own."""
    with app.app_context():
        try:
            job.run()
        except Exception as error:
            if is_away(error):   # every job says so until it is back; there is nothing to look up
                log.warning("database.away", job=job.name)
            else:
                log.exception("incident", job=job.name, incident=secrets.token_hex(4))
        finally:
            db.session.remove()


def start(app: Flask, jobs: Sequence[Job]) -> None:
    """Run every job for ever, each in a greenlet of this process."""
    from gevent import sleep, spawn  # noqa: PLC0415 - only a patched, serving process has greenlets

    def turn(job: Job) -> None:
        while True:
            if job.at_standstill or standstill.reason(app) is None:
                run_once(app, job)
            sleep(job.every_seconds)

    for job in jobs:
        spawn(turn, job)
