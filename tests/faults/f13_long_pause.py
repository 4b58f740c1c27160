"""F13: processes, or the whole database, stand still for half a second to half a minute (SIGSTOP)."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from auction.models import Attempt, Result, Sale
from kernel.database import db
from tests.deploy.province import Province
from tests.faults.bidding import Steadfast
from tests.faults.outcome import Outcome, Size, none_of
from tests.faults.places import a_province
from tests.faults.sales import disagreements, late_but_taken
from tests.faults.standing import Seller, a_seller, fate, seated
from tests.faults.truth import Truth, inside, look_at_logs

TITLE = "a pause over five seconds in the last window holds the sale, and no pause closes one wrongly"
MOST_PAUSE_S = 5.0
SURE_S = 0.7
"""Around the five seconds, and around the three of a lease, both answers are right."""
AFTER_S = 4.0
"""From the end of the pause to the end of the sale."""


@dataclass
class Pauses:
    """What became of the sales over whose last window something stood still."""

    fates: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    needless: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    bids: int = 0


def run(size: Size) -> Outcome:
    full = size is Size.FULL
    chance = random.Random(13)  # noqa: S311 - no secret
    lengths = [0.5, 1.0, 2.0, 4.0, 6.5, 8.0, 12.0, 30.0] if full else [6.5]
    pauses, truth = Pauses(), Truth()
    tried = 0
    with a_province() as province, inside(province):
        seller = a_seller(db.session())
        for length_s in lengths:
            for target in (("workers", "database", "one worker") if full else ("workers",)):
                pids = _pids(province, target, chance)
                _one(province, seller, pauses, pids, length_s, target)
                tried += 1
        look_at_logs(truth, db.session())
    return Outcome(
        "F13", f"SIGSTOP of all workers, of PostgreSQL with its backends, of one worker of two; "
        f"{lengths[0]} to {lengths[-1]} s; a sale with real money whose last window covers it", tried,
        {"bids": pauses.bids, **{f"sales {name}": count for name, count in sorted(pauses.fates.items())}},
        [none_of("sales closed though nobody could bid for over 5 s in the last window", pauses.wrong),
         none_of("sales held after a pause of less than 2.3 s", pauses.needless),
         none_of("sales neither held nor closed", pauses.undecided),
         none_of("acknowledged bids lost, or judged otherwise on replay", pauses.lost),
         none_of("logs whose leaves do not chain", truth.logs)],
        "between 2.3 and 5.7 s, and where one worker of two stands, held and closed are both lawful; a "
        "pause of a whole machine (clocks stand, too) and of the disk alone.")


def _one(province: Province, seller: Seller, pauses: Pauses, pids: Sequence[int], length_s: float,
         target: str) -> None:
    """One sale: both bid, then something stands still, and the window of the last bid ends soon after."""
    window_s = int(length_s + AFTER_S) + 1
    lot_id, seats = seller.sell(opens_in_s=0.5, lasts_s=window_s, window_s=window_s)
    bidders = seated(lot_id, seats, [one.url for one in province.workers])
    time.sleep(0.8)
    for bidder in bidders:
        bidder.bid_once()
    with _stopped(pids):
        time.sleep(length_s)
    with ThreadPoolExecutor(len(bidders)) as pool:
        list(pool.map(Steadfast.leave, bidders))
    session = db.session()
    found = _wait_for_fate(session, lot_id, window_s + 20.0)
    pauses.fates[found] += 1
    pauses.bids += sum(len(one.judged) for one in bidders)
    said = f"{target} for {length_s} s: {found}"
    if not found.startswith("held") and found != "sold":
        pauses.undecided.append(said)
    if target != "one worker" and length_s > MOST_PAUSE_S + SURE_S and not found.startswith("held"):
        pauses.wrong.append(said)
    if length_s < 3.0 - SURE_S and found.startswith("held"):
        pauses.needless.append(said)
    pauses.lost += _lost(session, lot_id, bidders, found)
    session.rollback()


def _lost(session: Session, lot_id: str, bidders: Sequence[Steadfast], found: str) -> Iterator[str]:
    """Bids that were acknowledged and are gone; a winner who is not the highest bidder (C4)."""
    rows = session.scalars(select(Attempt).where(Attempt.lot_id == lot_id)).all()
    stored = {(one.code, one.client_bid_id): one.accepted for one in rows}
    for one in (told for bidder in bidders for told in bidder.judged):
        if stored.get((one.code, one.client_bid_id)) is not one.answer["decision"]["accepted"]:
            yield f"{lot_id}: {one.answer} but {stored}"
    if found == "sold":
        yield from disagreements(session, lot_id)
        winner = session.scalars(select(Result.winner_code).where(Result.lot_id == lot_id)).one()
        highest = max((one for one in rows if one.accepted), key=lambda one: one.amount_fen)
        if winner != highest.code:
            yield f"{lot_id}: {winner} won, {highest.code} bid most"
    yield from late_but_taken(session, lot_id)


def _pids(province: Province, target: str, chance: random.Random) -> list[int]:
    """The processes that stand still; children after their parents, so that nobody starts new ones."""
    if target == "database":
        server = province.postgres_service.process
        assert server is not None
        backends = subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True,
                                  check=True).stdout.split()
        return [server.pid, *map(int, backends)]
    workers = province.workers if target == "workers" else [chance.choice(province.workers)]
    return [worker.child() for worker in workers]


@contextmanager
def _stopped(pids: Sequence[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _wait_for_fate(session: Session, lot_id: str, most_s: float) -> str:
    deadline = time.monotonic() + most_s
    while time.monotonic() < deadline:
        found = fate(session, lot_id)
        if found not in ("published", "bidding"):
            return found
        time.sleep(0.1)
    state = session.scalars(select(Sale.state).where(Sale.lot_id == lot_id)).one()
    return f"{state} after {most_s:.0f} s"
