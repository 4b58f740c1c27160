"""F15: workers are stopped politely and started again while everybody bids, and the schema is moved once."""

import time
from collections.abc import Iterator

from sqlalchemy import text

from kernel.database import db
from tests.deploy.province import Province
from tests.faults.bidding import Course, bid_while, everybody, exercise, times_of
from tests.faults.outcome import Outcome, Size, none_of, percentile, within
from tests.faults.places import a_province
from tests.faults.truth import Truth, inside, look_at_logs, look_into

TITLE = "a rolling restart and a migration in the middle of bidding lose no bid and double none"
ACK_S = 2.0
ROUND = 10
"""Restarts in one sale: a longer one would only make its check long."""
LASTS_S = 600.0


class Restarting:
    """Restarts one after the other, as `systemctl restart luochui@…` does them."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.stops: list[float] = []
        self.statuses: list[int] = []
        self.recoveries: list[float] = []
        self.stuck: list[str] = []
        self.migrations = 0

    def restart(self, times: int, course: Course) -> None:
        """Every worker in turn, the next when the last one serves again."""
        for turn in range(times):
            victim = self.province.workers[turn % len(self.province.workers)]
            began_s = time.monotonic()
            self.statuses.append(victim.end())
            self.stops.append(time.monotonic() - began_s)
            if not course.wait_for_answers_since(began_s):
                self.stuck.append(f"restart {len(self.stops)}")
            self.recoveries.append(course.recovery_s(began_s))
            victim.start()
            victim.wait()

    def migrate(self, _course: Course) -> None:
        """What a migration does to the table of bids: a column with its default, an index; and back."""
        for statement in _there_and_back():
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("SET lock_timeout = '2s'"))
                connection.execute(text(statement))
            time.sleep(0.3)
        self.migrations += 1


def _there_and_back() -> Iterator[str]:
    yield "ALTER TABLE attempts ADD COLUMN noted_by VARCHAR(40) DEFAULT 'nobody' NOT NULL"
    yield "CREATE INDEX CONCURRENTLY ix_attempts_noted_by ON attempts (noted_by)"
    yield "DROP INDEX CONCURRENTLY ix_attempts_noted_by"
    yield "ALTER TABLE attempts DROP COLUMN noted_by"


def run(size: Size) -> Outcome:
    """Rounds of restarts; in the last one the schema is moved as well."""
    full = size is Size.FULL
    truth = Truth()
    took: list[float] = []
    with a_province() as province, inside(province):
        restarting = Restarting(province)
        rounds = [ROUND] * 5 if full else [2]
        for place, times in enumerate(rounds):
            sale = exercise(province, seats=40 if full else 12, lasts_s=LASTS_S)
            bidders = everybody(sale, [one.url for one in province.workers], rest_s=0.2)

            def act(course: Course, times: int = times, is_last: bool = place == len(rounds) - 1) -> None:
                restarting.restart(times, course)
                if is_last:
                    restarting.migrate(course)

            course = bid_while(sale, bidders, act, most_s=LASTS_S)
            restarting.stuck += course.gave_up
            took += [one.took_s for one in course.judged]
            look_into(truth, db.session(), course, url=province.workers[0].url)
        look_at_logs(truth, db.session())
    return Outcome(
        "F15", f"rolling restart of two workers, and one migration there and back, "
        f"{40 if full else 12} bidders, PostgreSQL", len(restarting.stops),
        {**truth.facts(), **{f"ack {name}": value for name, value in times_of(took).items()},
         "polite stop p99": f"{percentile(restarting.stops, 0.99):.2f} s",
         "all served again p99": f"{percentile(restarting.recoveries, 0.99):.2f} s",
         "migrations": restarting.migrations},
        [*truth.criteria(), none_of("bids that never got an answer", restarting.stuck),
         none_of("stops that were not polite", [one for one in restarting.statuses if one]),
         within("acknowledged, p99, within 2 s", percentile(took, 0.99), ACK_S),
         within("polite stop, p99, within 4 s", percentile(restarting.stops, 0.99), 4.0)],
        "the migration is one of this test's own (a column with a default, an index built concurrently), no "
        "rewriting of a table; old and new releases side by side were the same release.")
