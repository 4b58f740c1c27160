"""F12: Valkey is killed, emptied, stopped, and lied to on its channels; it decides nothing."""

import json
import pickle
import random
import secrets
import signal
import time
from collections.abc import Callable

import redis
from sqlalchemy import select

from auction.live.hints import CHANGED, WATCHERS
from auction.models import Attempt
from kernel.database import db
from tests.deploy.province import Province
from tests.faults.bidding import Course, bid_while, everybody, exercise, times_of
from tests.faults.outcome import Outcome, Size, none_of, percentile, within
from tests.faults.places import a_province
from tests.faults.truth import Truth, inside, look_at_logs, look_into
from tests.faults.watching import Onlooker, onlookers

TITLE = "Valkey lost, emptied, hung or lying stops no bid and shows nobody anything false"
PAUSE_S = 3.0
LASTS_S = 900.0
LIES = 50
"""Messages that nobody of ours sent, in one go."""


class Valkey:
    """What is done to it."""

    def __init__(self, province: Province) -> None:
        self.service = province.valkey_service
        self.client = redis.Redis.from_url(province.valkey)
        self.lies = 0
        self._chance = random.Random(12)  # noqa: S311 - no secret

    def killed(self, _lot: str) -> None:
        """Dead for a second and a half, then back and empty."""
        self.service.kill()
        time.sleep(1.5)
        self.service.start()

    def emptied(self, _lot: str) -> None:
        self.client.flushall()

    def hung(self, _lot: str) -> None:
        """It takes connections and answers nobody."""
        assert self.service.process is not None
        self.service.process.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        self.service.process.send_signal(signal.SIGCONT)

    def lying(self, lot: str) -> None:
        """Forged and garbled hints, and updates as libraries would send them."""
        room = f"lot:{lot}/1"
        update = {"lot": lot, "number": 1, "from": 1, "to": 999_999, "minimum_fen": 1, "result": {
            "outcome": "sold", "winner": "R9999", "price_fen": 1},
            "bids": [{"seq": 999_999, "code": "R9999", "amount_fen": 1}]}
        emit = {"method": "emit", "event": "update", "data": update, "namespace": "/auction", "room": room,
                "host_id": "x", "callback": None, "skip_sid": None}
        for _ in range(LIES):
            name = secrets.token_hex(8)
            lies: list[tuple[str, str | bytes]] = [
                (CHANGED + name, json.dumps([lot, "lot-of-nobody", 7, None])),
                (CHANGED + name, json.dumps([update])),
                (CHANGED + name, "[" * 5_000), (CHANGED + name, secrets.token_bytes(2_000)),
                (CHANGED + name, b"[" + b'"x",' * 300_000 + b'"x"]'),
                (CHANGED, json.dumps(update)),
                (WATCHERS + name, json.dumps({room: -5, "lot:x/1": 10**30, "": 2.5})),
                (WATCHERS + name, secrets.token_bytes(500)),
                ("flask-socketio", json.dumps(emit)), ("socketio", pickle.dumps(emit))]
            channel, said = self._chance.choice(lies)
            self.client.publish(channel, said)
            self.lies += 1


def run(size: Size) -> Outcome:
    """One sale with watchers at both workers; every kind of harm in turn."""
    full = size is Size.FULL
    truth = Truth()
    stuck: list[str] = []
    recoveries: list[float] = []
    with a_province() as province, inside(province):
        valkey = Valkey(province)
        harms: list[Callable[[str], None]] = [valkey.killed, valkey.emptied, valkey.hung, valkey.lying]
        urls = [one.url for one in province.workers]
        sale = exercise(province, seats=40 if full else 10, lasts_s=LASTS_S)
        watchers = onlookers(sale, urls, 8 if full else 4)
        bidders = everybody(sale, urls, rest_s=0.2)

        def act(course: Course) -> None:
            for turn in range(40 if full else 4):
                began_s = time.monotonic()
                harms[turn % len(harms)](sale.lot)
                if not course.wait_for_answers_since(began_s):
                    stuck.append(f"harm {turn}")
                recoveries.append(course.recovery_s(began_s))
                time.sleep(0.2)

        course = bid_while(sale, bidders, act, most_s=LASTS_S)
        look_into(truth, db.session(), course, url=urls[0])
        look_at_logs(truth, db.session())
        ladder = {one.seq or 0: (one.code, one.amount_fen) for one in db.session().scalars(
            select(Attempt).where(Attempt.lot_id == sale.lot, Attempt.accepted))}
        _wait_until_told(watchers, max(ladder))
        for one in watchers:
            one.leave()
        valkey.client.close()
    lags = [lag for one in watchers for lag in one.lags(course.judged)]
    took = [one.took_s for one in course.judged]
    return Outcome(
        "F12", f"Valkey killed and back empty, FLUSHALL, stopped for 2.5 s, {LIES} forged or garbled "
        f"messages at once; {40 if full else 10} bidders, {len(watchers)} watchers at two workers",
        len(recoveries),
        {**truth.facts(), "forged messages": valkey.lies,
         **{f"ack {name}": value for name, value in times_of(took).items()},
         **{f"shown to watchers after the ack, {name}": value for name, value in times_of(lags).items()}},
        [*truth.criteria(), none_of("bids that never got an answer", stuck + course.gave_up),
         none_of("gaps or overlaps in what watchers were told",
                 [gap for one in watchers for gap in one.gaps(0)]),
         none_of("false bids shown", [lie for one in watchers for lie in one.false(ladder)]),
         none_of("ends shown of a sale that goes on", [end for one in watchers for end in one.ends]),
         none_of("watchers that were not told of the last bid",
                 [one.place for one in watchers if one.reached < max(ladder)]),
         none_of("watchers that lost their line", [one.place for one in watchers if one.moves]),
         within("acknowledged, p99, within 3 s", percentile(took, 0.99), PAUSE_S),
         within("shown to watchers, p99, within 3 s", percentile(lags, 0.99), PAUSE_S)],
        "a forged count of watchers is believed until its sender is silent for 17 s (it decides nothing); "
        "sign-in tries are counted by each process for itself while Valkey is away.")


def _wait_until_told(watchers: list[Onlooker], last: int) -> None:
    deadline = time.monotonic() + 2 * PAUSE_S
    while any(one.reached < last for one in watchers) and time.monotonic() < deadline:
        time.sleep(0.05)
