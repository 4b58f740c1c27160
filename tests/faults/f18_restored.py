"""F18: the data are destroyed during a sale; an older backup is refused, the newest one serves again."""

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from pysqlite3 import dbapi2
from sqlalchemy import func, make_url, select

from auction.models import Attempt
from audit.models import Log
from config.settings import Settings
from evidence.services import Folder, compare_all
from kernel.database import db
from tests.deploy.province import Worker
from tests.factories.cases import an_officer
from tests.faults.bidding import Course, an_hour_on_sale, bid_while, everybody, times_of
from tests.faults.ground import KINDS, Ground, ground
from tests.faults.outcome import Criterion, Outcome, Size, none_of, percentile, within
from tests.faults.truth import Truth, look_at_logs, look_into
from tests.services import postgres_programs

TITLE = "an older backup is refused, the newest one loses no acknowledged bid and serves within minutes"
LASTS_S = 1800.0
PATIENCE_S = 120.0
RTO_S = 900.0
"""Fifteen minutes (reliability 3.1, F18); a court's data are larger, its disks slower."""


@dataclass
class Drills:
    """What was found in all drills of one kind of database."""

    served_s: list[float] = field(default_factory=list)
    lacking: int = 0
    missing: int = 0
    served_older: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


class Backups(ABC):
    """How one kind of database is copied while it is used, destroyed and restored in its place."""

    def __init__(self, place: Ground) -> None:
        self.place = place
        self.older, self.newest = place.home / "older.backup", place.home / "newest.backup"

    @abstractmethod
    def back_up(self) -> None:
        """Copy it to ``older`` while bids go on, as docs/operations.md says."""

    @abstractmethod
    def lose(self) -> None:
        """Keep in ``newest`` what a standby would have at this moment, and destroy the data."""

    @abstractmethod
    def restore(self, backup: Path) -> None:
        """Put a backup in the place of the data."""


class SqliteBackups(Backups):
    @property
    def file(self) -> Path:
        return self.place.home / "luochui.sqlite"

    def back_up(self) -> None:
        with (closing(dbapi2.connect(f"file:{self.file}?mode=ro", uri=True)) as source,
              closing(dbapi2.connect(self.older)) as copy):
            source.backup(copy)

    def lose(self) -> None:
        for end in ("", "-wal"):
            shutil.copyfile(f"{self.file}{end}", f"{self.newest}{end}")
        self._clear()

    def restore(self, backup: Path) -> None:
        self._clear()
        for end in ("", "-wal"):
            if Path(f"{backup}{end}").exists():
                shutil.copyfile(f"{backup}{end}", f"{self.file}{end}")

    def _clear(self) -> None:
        self.place.let_go()
        for end in ("", "-wal", "-shm"):
            Path(f"{self.file}{end}").unlink(missing_ok=True)


class PostgresBackups(Backups):
    def back_up(self) -> None:
        self._dump(self.older)

    def lose(self) -> None:
        self._dump(self.newest)
        self._drop()

    def restore(self, backup: Path) -> None:
        self._drop()
        url = self._url()
        with closing(psycopg.connect(_libpq(url.set(database="postgres")), autocommit=True)) as admin:
            admin.execute(f'CREATE DATABASE "{url.database}" TEMPLATE template0 ENCODING \'UTF8\'')
        self._run("pg_restore", "--exit-on-error", "--dbname", _libpq(url), str(backup))

    def _dump(self, into: Path) -> None:
        self._run("pg_dump", "--format=custom", "--file", str(into), "--dbname", _libpq(self._url()))

    def _drop(self) -> None:
        self.place.let_go()
        url = self._url()
        with closing(psycopg.connect(_libpq(url.set(database="postgres")), autocommit=True)) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')

    def _url(self) -> Any:
        return make_url(self.place.url)

    @staticmethod
    def _run(program: str, *words: str) -> None:
        path = postgres_programs() / program
        subprocess.run([path, *words], check=True, capture_output=True)


def _libpq(url: Any) -> str:
    text: str = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return text


def run(size: Size) -> Outcome:
    full = size is Size.FULL
    times = 10 if full else 1
    truth, found = Truth(), {kind: Drills() for kind in KINDS}
    for kind, drills in found.items():
        with ground(kind) as place:
            backups = SqliteBackups(place) if kind == "sqlite" else PostgresBackups(place)
            sale = an_hour_on_sale(an_officer(db.session()), 12 if full else 4)
            worker = place.worker()
            bidders = everybody(sale, [worker.url], rest_s=0.1)
            course = bid_while(sale, bidders, partial(_drill, drills, backups, worker, times), most_s=LASTS_S)
            drills.stuck += course.gave_up
            worker.end()
            look_into(truth, db.session(), course)
            look_at_logs(truth, db.session())
    both = found.values()
    served = [one for drills in both for one in drills.served_s]
    return Outcome(
        "F18", f"a backup while bids go on; kill -9; the data destroyed; that backup restored, then the "
        f"newest copy; {times} times each on SQLite (online backup; file and -wal) and PostgreSQL (pg_dump)",
        times * len(KINDS),
        {**truth.facts(), "acknowledged bids that the older backups lacked": sum(d.lacking for d in both),
         "signed acts named as missing, at least": sum(d.missing for d in both),
         **{f"back in service after {kind}, {name}": value for kind, drills in found.items()
            for name, value in times_of(drills.served_s).items()}},
        [none_of("older backups that were served", [one for d in both for one in d.served_older]),
         none_of("refusals that do not say how much is missing", [one for d in both for one in d.unsaid]),
         none_of("wrong words of flask audit check", [one for d in both for one in d.checks]),
         *truth.criteria(),
         none_of("bids that never got an answer", [one for d in both for one in d.stuck]),
         Criterion("every older backup lacked acknowledged bids, so that there was something to find",
                   str([d.lacking for d in both]), held=all(d.lacking for d in both)),
         within("RTO, p99: from the destroyed data to served bids, within 15 min",
                percentile(served, 0.99), RTO_S)],
        "a standby and WAL archives on another machine: what they would hold is copied here at the kill; "
        "data of a real size; what a backup lacks that is younger than the newest checkpoint outside (two "
        "seconds as a rule): only receipts show that.")


def _drill(drills: Drills, backups: Backups, worker: Worker, times: int, course: Course) -> None:
    for _ in range(times):
        _one(drills, backups, worker, course)


def _one(drills: Drills, backups: Backups, worker: Worker, course: Course) -> None:
    place = backups.place
    backups.back_up()
    told, stored = len(course.judged), _leaves(place)
    _until(lambda: len(course.judged) >= told + 10 and _signed_outside(place) > stored + 10,
           "what came after the backup is not signed outside")
    worker.kill()
    backups.lose()
    backups.restore(backups.older)
    _refused(drills, place, worker, course)
    began = time.monotonic()
    backups.restore(backups.newest)
    worker.start()
    worker.wait()
    if not course.wait_for_answers_since(began):
        drills.stuck.append("after the newest backup")
    drills.served_s.append(max(time.monotonic() - began, course.recovery_s(began)))
    _check(drills, place, 0, "holds")
    place.let_go()


def _refused(drills: Drills, place: Ground, worker: Worker, course: Course) -> None:
    """The older backup: nobody is served, and it is said how much is missing."""
    worker.log.write_text("")
    worker.start()
    _until(lambda: _answer(f"{worker.url}/healthz")[0] == 200, "the process does not live")
    for path in ("/", "/lots", f"/api/v1/lots/{course.sale.lot}", "/readyz"):
        status, text = _answer(worker.url + path)
        if status != 503:
            drills.served_older.append(f"{path}: {status}")
        if path == "/lots" and "平台暂停服务" not in text:
            drills.unsaid.append(text[:200])
    said = worker.log.read_text(encoding="utf-8")
    if "are missing" not in said:
        drills.unsaid.append(said[-300:])
    session = db.session()
    stored = session.scalar(select(func.count()).select_from(Attempt)) or 0
    drills.lacking += max(0, len(course.judged) - stored)
    drills.missing += sum(one.missing for one in compare_all(session, _folder(place)()))
    session.rollback()
    _check(drills, place, 1, "BEHIND")
    place.let_go()
    worker.kill()


def _check(drills: Drills, place: Ground, status: int, word: str) -> None:
    done = place.app.test_cli_runner().invoke(args=["audit", "check"])
    if done.exit_code != status or word not in done.output:
        drills.checks.append(f"{done.exit_code}: {done.output[-300:].strip().splitlines()[-1]}")


def _folder(place: Ground) -> Folder:
    settings: Settings = place.app.extensions["settings"]
    return Folder(settings.checkpoints)


def _leaves(place: Ground) -> int:
    """How many leaves all logs hold, signed or not."""
    found = db.session().scalar(select(func.sum(Log.size))) or 0
    place.let_go()
    return int(found)


def _signed_outside(place: Ground) -> int:
    """How many leaves of all logs are signed outside."""
    return sum(int((one.note or "").split("\n")[1]) for one in _folder(place)())


def _answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - a worker's http address
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def _until(holds: Any, otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise)
        time.sleep(0.05)
