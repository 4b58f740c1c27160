"""F4: the network between the platform and its database, or Valkey, is cut in every way."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

from sqlalchemy import make_url

from kernel.database import db
from tests.deploy.province import Province
from tests.faults.bidding import Course, bid_while, counted, everybody, exercise, times_of
from tests.faults.outcome import Outcome, Size, none_of, percentile, within
from tests.faults.places import HERE, a_province
from tests.faults.proxy import REPLIES, REQUESTS, Line, line
from tests.faults.standing import Seller, a_seller, fate, seated
from tests.faults.truth import Truth, inside, look_at_logs, look_into

TITLE = "a cut network leaves every bid with one outcome, and a sale nobody could bid in is held"
LASTS_S = 1200.0
RECOVERY_S = 5.0
LENGTHS = [0.1, 8.0, 0.4, 2.0, 5.5, 0.2, 1.0, 3.0, 7.0, 0.6, 0.1, 1.5, 4.0, 0.3, 2.5, 0.8, 6.5, 0.2, 1.2, 0.5]
SHORT = [0.3, 6.5]
AFTER_S = 5.0
MOST_PAUSE_S = 5.0


class Cuts:
    """What is cut, and what became of it."""

    def __init__(self, database: Line, valkey: Line, seller: Seller) -> None:
        self.database, self.valkey, self.seller = database, valkey, seller
        self.kinds: dict[str, tuple[Line, Callable[[], None]]] = {
            "after COMMIT, before its reply": (database, lambda: database.cut_next_commit(2)),
            "database: nothing passes": (database, lambda: database.hold(REQUESTS, REPLIES)),
            "database: reset": (database, database.reset),
            "database: half-open, no replies": (database, lambda: database.hold(REPLIES)),
            "database: half-open, no requests": (database, lambda: database.hold(REQUESTS)),
            "Valkey: reset": (valkey, valkey.reset),
            "Valkey: nothing passes": (valkey, lambda: valkey.hold(REQUESTS, REPLIES))}
        self.done: Counter[str] = Counter()
        self.recoveries: list[float] = []
        self.stuck: list[str] = []
        self.held: list[str] = []
        self.wrong: list[str] = []
        self.needless: list[str] = []

    def cut(self, kind: str, length_s: float, urls: list[str], course: Course) -> None:
        """One cut; where it is long or short enough to be sure, a sale with real money stands over it."""
        cut, is_of_database = self.kinds[kind][1], self.kinds[kind][0] is self.database
        sale = self._a_sale(length_s, urls) if is_of_database and (
            length_s > MOST_PAUSE_S + 0.4 and not kind.startswith("after")) else None
        cut()
        time.sleep(length_s)
        self.kinds[kind][0].heal()
        healed_s = time.monotonic()
        self.done[kind] += 1
        if not course.wait_for_answers_since(healed_s):
            self.stuck.append(f"{kind}, {length_s} s")
        self.recoveries.append(course.recovery_s(healed_s))
        if sale is not None:
            self._judge(sale, f"{kind}, {length_s} s")
        time.sleep(0.3)

    def _a_sale(self, length_s: float, urls: list[str]) -> str:
        """Its last window begins with a bid just before the cut, and ends soon after it."""
        window_s = int(length_s + AFTER_S) + 1
        lot_id, seats = self.seller.sell(opens_in_s=0.3, lasts_s=window_s, window_s=window_s)
        bidders = seated(lot_id, seats, urls)
        time.sleep(0.6)
        for bidder in bidders:
            bidder.bid_once()
            bidder.leave()
        return lot_id

    def _judge(self, lot_id: str, what: str) -> None:
        deadline = time.monotonic() + 30
        found = fate(db.session(), lot_id)
        while found in ("published", "bidding") and time.monotonic() < deadline:
            time.sleep(0.1)
            found = fate(db.session(), lot_id)
        self.held.append(found)
        if not found.startswith("held"):
            self.wrong.append(f"{what}: {found}")


def run(size: Size) -> Outcome:
    """Two workers whose lines to PostgreSQL and to Valkey can be cut."""
    full = size is Size.FULL
    lengths = LENGTHS if full else SHORT
    truth = Truth()
    with ExitStack() as stack:
        province = stack.enter_context(a_province())
        stack.enter_context(inside(province))
        url = make_url(province.database)
        assert url.port is not None
        database = stack.enter_context(line((HERE, url.port)))
        valkey = stack.enter_context(line((HERE, make_url(province.valkey).port or 0)))
        sale = exercise(province, seats=30 if full else 8, lasts_s=LASTS_S)
        urls = _workers_behind(province, database, valkey)
        cuts = Cuts(database, valkey, a_seller(db.session()))
        bidders = everybody(sale, urls, rest_s=0.3)

        def act(course: Course) -> None:
            names = list(cuts.kinds)
            for turn, length_s in enumerate(lengths):
                cuts.cut(names[turn % len(names)], length_s, urls, course)

        course = bid_while(sale, bidders, act, most_s=LASTS_S)
        cuts.stuck += course.gave_up
        look_into(truth, db.session(), course, url=urls[0])
        look_at_logs(truth, db.session())
    took = [one.took_s for one in course.judged]
    return Outcome(
        "F4", f"{len(cuts.recoveries)} cuts of {min(lengths)} to {max(lengths)} s through a TCP proxy: "
        + counted(cuts.done), len(cuts.recoveries),
        {**truth.facts(), "answers that never came": sum(one.unanswered for one in bidders),
         "commits whose reply was cut off": database.cut_commits,
         "refusals": counted(course.refusals),
         "sales with real money over a cut of more than 5 s": counted(Counter(cuts.held)),
         **{f"served again after healing {name}": value for name, value in times_of(cuts.recoveries).items()},
         "ack longest": f"{max(took):.2f} s"},
        [*truth.criteria(), none_of("bids that never got an outcome", cuts.stuck),
         none_of("sales closed though nobody could bid for over 5 s in the last window", cuts.wrong),
         none_of("cuts after COMMIT that cut nothing", 0 if database.cut_commits else 1),
         within("served again after healing, p99, within 5 s", percentile(cuts.recoveries, 0.99),
                RECOVERY_S)],
        "the proxy's own kernel acknowledges what it holds, so that TCP's retransmission and keepalive are "
        "not tried (tests/deploy/test_two_hosts.py pulls a real plug); both workers lose the line at once.")


def _workers_behind(province: Province, database: Line, valkey: Line) -> list[str]:
    """Two workers on lines that can be cut, in the place of the province's own."""
    for worker in province.workers:
        worker.end()
    address = make_url(province.database).set(host=HERE, port=database.port, query={})
    more = {"DATABASE_URL": address.render_as_string(hide_password=False),
            "REDIS_URL": f"redis://{HERE}:{valkey.port}/0"}
    made = [province.add_worker(**more) for _ in range(2)]
    for worker in made:
        worker.wait()
    return [worker.url for worker in made]
