"""F1: ``kill -9`` of a worker in the middle of bidding, again and again, also over the ends of sales."""

import random
import time
from collections import Counter
from functools import partial

from kernel.database import db
from tests.deploy.province import Province, Worker
from tests.faults.bidding import LONGEST_S, Course, bid_while, counted, everybody, exercise, times_of
from tests.faults.outcome import Outcome, Size, none_of, percentile, within
from tests.faults.places import a_province
from tests.faults.truth import Truth, inside, look_at_logs, look_into, wait_for_end

TITLE = "a worker that is killed in the middle of bidding loses no acknowledged bid"
RECOVERY_S = 3.0
LAST_CALL_S = 3.0


class Killing:
    """Kills by chance, and what they led to."""

    def __init__(self, province: Province, most: int) -> None:
        self.province = province
        self.most = most
        self.recoveries: list[float] = []
        self.restarts: list[float] = []
        self.stuck: list[str] = []
        self._chance = random.Random(2026)  # noqa: S311 - no secret

    def until(self, over_s: float, course: Course) -> None:
        """Kill a worker as soon as all have been served for a while; a supervisor starts it again."""
        while len(self.recoveries) < self.most and time.monotonic() < over_s:
            time.sleep(self._chance.uniform(0.3, 1.5))
            victim = self._chance.choice(self.province.workers)
            killed_s = time.monotonic()
            victim.kill()
            victim.start()
            if not course.wait_for_answers_since(killed_s):
                self.stuck.append(f"kill {len(self.recoveries) + 1}")
            self._wait_for(victim, killed_s)
            self.recoveries.append(course.recovery_s(killed_s))

    def _wait_for(self, victim: Worker, killed_s: float) -> None:
        victim.wait()
        self.restarts.append(time.monotonic() - killed_s)


def run(size: Size) -> Outcome:
    """A round is one sale from its opening to its result; as many as the kills need."""
    full = size is Size.FULL
    truth, judged, rounds, ends = Truth(), 0, 0, []
    refusals: Counter[str] = Counter()
    with a_province() as province:
        killing = Killing(province, 200 if full else 2)
        with inside(province):
            while len(killing.recoveries) < killing.most:
                lasts_s = 60.0 if full else 10.0
                sale = exercise(province, seats=40 if full else 12, lasts_s=lasts_s)
                bidders = everybody(sale, [one.url for one in province.workers], rest_s=0.3)
                over_s = time.monotonic() + sale.opens_at.timestamp() - time.time() + lasts_s - LAST_CALL_S
                course = bid_while(sale, bidders, partial(killing.until, over_s), most_s=lasts_s + LONGEST_S)
                rounds += 1
                judged += len(course.judged)
                killing.stuck += course.gave_up
                refusals += course.refusals
                ends += [state for state in wait_for_end(db.session(), [sale.lot], lasts_s + 20).values()
                         if state != "sold"]
                look_into(truth, db.session(), course, url=province.workers[0].url)
            look_at_logs(truth, db.session())
    recoveries = killing.recoveries
    return Outcome(
        "F1", f"kill -9 of one of two workers, {40 if full else 12} bidders, PostgreSQL with fsync",
        len(recoveries),
        {"sales": rounds, "acknowledged bids": judged, **truth.facts(),
         "refusals at the door": counted(refusals),
         **{f"all served again {name}": value for name, value in times_of(recoveries).items()},
         "killed worker ready again p99": f"{percentile(killing.restarts, 0.99):.2f} s"},
        [*truth.criteria(), none_of("bids that never got an answer", killing.stuck),
         none_of("sales not closed with a winner", ends),
         within("all bidders served again, p99, within 3 s", percentile(recoveries, 0.99), RECOVERY_S)],
        "kill -9 leaves the page cache alone, so it says nothing of the disk (F3 does); both workers dead at "
        "once; workers on machines of their own (tests/deploy/test_two_hosts.py).")
