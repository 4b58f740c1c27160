"""F3: PostgreSQL killed; a process on SQLite killed; the power lost beneath SQLite."""

import random
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from kernel.access import Actor
from kernel.database import db
from tests.deploy.province import Province, Worker
from tests.factories.cases import an_officer
from tests.faults.bidding import Course, an_hour_on_sale, bid_while, counted, everybody, exercise, times_of
from tests.faults.ground import Ground, ground
from tests.faults.outcome import Criterion, Outcome, Size, none_of, percentile, within
from tests.faults.places import a_province
from tests.faults.synced import Found, NoTrace, power_losses, traced
from tests.faults.truth import Truth, inside, look_at_logs, look_into

TITLE = "a database that dies keeps every acknowledged bid, and meanwhile the answer is a plain refusal"
LASTS_S = 900.0
LEAST_ACKS, MOST_TRACED_S = 30, 90.0
RECOVERY_S = 5.0
"""Of PostgreSQL itself, which reads its log first, and then of everybody on it."""


@dataclass
class Deaths:
    """Kills, and what visitors were answered meanwhile."""

    chance: random.Random = field(default_factory=lambda: random.Random(3))  # noqa: S311 - no secret
    recoveries: list[float] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    stuck: list[str] = field(default_factory=list)

    def of_postgres(self, province: Province, times: int, course: Course) -> None:
        for turn in range(times):
            time.sleep(self.chance.uniform(0.2, 0.8))
            province.postgres_service.kill()
            for worker in province.workers:
                self._visit(f"{worker.url}/api/v1/lots/{course.sale.lot}")
                self._visit(f"{worker.url}/lots")
            time.sleep(self.chance.uniform(0.1, 1.5))
            province.postgres_service.start()
            self._note(course, time.monotonic(), f"kill {turn + 1} of PostgreSQL")

    def of_worker(self, worker: Worker, times: int, course: Course) -> None:
        for turn in range(times):
            time.sleep(self.chance.uniform(0.2, 0.8))
            worker.kill()
            worker.start()
            self._note(course, time.monotonic(), f"kill {turn + 1} on SQLite")

    def _note(self, course: Course, since_s: float, what: str) -> None:
        if not course.wait_for_answers_since(since_s):
            self.stuck.append(what)
        self.recoveries.append(course.recovery_s(since_s))

    def _visit(self, url: str) -> None:
        """A page while there is no database: 503, and when to come back."""
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - a worker's http address
                said = str(answer.status)
        except urllib.error.HTTPError as error:
            said = f"{error.code}" + (" with Retry-After" if error.headers["Retry-After"] else "")
            error.close()
        self.answers[said] = self.answers.get(said, 0) + 1


def run(size: Size) -> Outcome:
    full = size is Size.FULL
    truth, deaths = Truth(), Deaths()
    on_sqlite = Deaths()
    times = 40 if full else 1
    with a_province() as province, inside(province):
        sale = exercise(province, seats=40 if full else 8, lasts_s=LASTS_S)
        bidders = everybody(sale, [one.url for one in province.workers], rest_s=0.3)
        course = bid_while(sale, bidders, lambda course: deaths.of_postgres(province, times, course),
                           most_s=LASTS_S)
        deaths.stuck += course.gave_up
        look_into(truth, db.session(), course, url=province.workers[0].url)
        look_at_logs(truth, db.session())
        refusals = course.refusals
    killed = 20 if full else 1
    with ground("sqlite") as place:
        officer = an_officer(db.session())
        course = _on_sqlite(place, officer, on_sqlite, killed)
        look_into(truth, db.session(), course)
        lost = _power_lost(place, officer, 4.0 if full else 1.0)
        look_at_logs(truth, db.session())
    return Outcome(
        "F3", f"kill -9 of PostgreSQL (fsync on) and all its backends, {times} times; of the process on "
        f"SQLite, {killed} times; power loss under SQLite: rebuilt from synced bytes at acknowledgements",
        times + killed,
        {**truth.facts(), "pages meanwhile": counted(deaths.answers), "refusals of bids": counted(refusals),
         **{f"served again after PostgreSQL is back, {name}": value
            for name, value in times_of(deaths.recoveries).items()},
         **({"power": lost} if isinstance(lost, str) else {
             "acks seen by strace": lost.acks, "power lost at": lost.looked, "syncs": lost.syncs})},
        [*truth.criteria(), none_of("bids that never got an answer", deaths.stuck + on_sqlite.stuck),
         Criterion("pages without a database say 503 with Retry-After", counted(deaths.answers),
                   held=set(deaths.answers) == {"503 with Retry-After"}),
         none_of("refusals that call it an incident", refusals["incident"]),
         *_of_power(lost),
         within("served again, p99, within 5 s of PostgreSQL's return", percentile(deaths.recoveries, 0.99),
                RECOVERY_S)],
        "kill -9 leaves the page cache alone; PostgreSQL's own syncs are trusted, not traced; a disk that "
        "lies about its syncs; torn sectors (SQLite's frames carry checksums). Where strace may not look, "
        "the power is not lost, and the table says so.")


def _of_power(lost: Found | str) -> list[Criterion]:
    if isinstance(lost, str):
        return []
    return [none_of("acknowledged bids that a power loss at that moment would take", lost.missing),
            Criterion("the same look without any sync misses every one of them",
                      f"{lost.lost_without_syncs} of {lost.looked}",
                      held=lost.lost_without_syncs == lost.looked > 0)]


def _on_sqlite(place: Ground, officer: Actor, deaths: Deaths, times: int) -> Course:
    sale = an_hour_on_sale(officer, 8)
    worker = place.worker()
    bidders = everybody(sale, [worker.url], rest_s=0.1)
    course = bid_while(sale, bidders, lambda course: deaths.of_worker(worker, times, course), most_s=LASTS_S)
    deaths.stuck += course.gave_up
    worker.end()
    return course


def _enough(course: Course, lasts_s: float) -> None:
    """So long, and until there are acknowledgements to look at: a traced process is slow."""
    time.sleep(lasts_s)
    deadline = time.monotonic() + MOST_TRACED_S
    while len(course.judged) < LEAST_ACKS and time.monotonic() < deadline:
        time.sleep(0.1)


def _power_lost(place: Ground, officer: Actor, lasts_s: float) -> Found | str:
    """Bid while strace looks on; then lose the power as often as time allows."""
    sale = an_hour_on_sale(officer, 6)
    worker = place.worker()
    bidders = everybody(sale, [worker.url], rest_s=0.1)
    database = place.home / "luochui.sqlite"
    log = place.home / "strace.log"
    try:
        with traced(worker.child(), database, log) as before:
            bid_while(sale, bidders, lambda course: _enough(course, lasts_s), most_s=LASTS_S)
    except NoTrace as error:
        return f"not lost: {error}"
    finally:
        worker.end()
    return power_losses(log, before, database, every=3)
