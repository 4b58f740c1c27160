"""F14: all processes are dead while sales come to their end; what is found ten minutes later?"""

import time
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from auction.models import Result, Suspension, Worker
from audit.kinds import Kind
from audit.models import Leaf
from kernel import clock
from kernel.database import db
from kernel.transactions import unit_of_work
from tests.faults.outcome import Criterion, Outcome, Size, none_of, within
from tests.faults.places import a_province
from tests.faults.standing import Seller, a_seller, fate, rewrite_sale
from tests.faults.truth import Truth, inside, look_at_logs

TITLE = "sales whose end passes while no process lives are held, unless all could bid to the end"
DEAD = timedelta(minutes=10)
BEFORE = timedelta(minutes=4)
"""Sales that ended so long before the death are due as well: nobody had come to close them."""
WINDOW_S = 300
READY_S = 20.0


def run(size: Size) -> Outcome:
    """The processes are killed; every sign of life is set back by ten minutes, and sales are put there."""
    lots = 50 if size is Size.FULL else 6
    truth = Truth()
    with a_province() as province, inside(province):
        seller = a_seller(db.session())
        for worker in province.workers:
            worker.kill()
        died_at = _set_back()
        ends = _put_sales(seller, died_at, lots)
        began_s = time.monotonic()
        for worker in province.workers:
            worker.start()
        for worker in province.workers:
            worker.wait()
        fates, took_s = _wait_for_fates(list(ends), began_s)
        held = {lot_id for lot_id, found in fates.items() if found.startswith("held")}
        over = {lot_id for lot_id, found in fates.items() if found in ("failed", "closed_no_sale")}
        twice = _more_than_one_end(list(ends))
        look_at_logs(truth, db.session())
    wrong_close = [lot_id for lot_id in over if ends[lot_id] > died_at]
    needless = [f"{lot_id}: {fates[lot_id]}" for lot_id in held if ends[lot_id] <= died_at]
    return Outcome(
        "F14", f"all processes killed; {lots} sales with real money end from {BEFORE.seconds // 60} minutes "
        f"before to {DEAD.seconds // 60} minutes after; the processes come back",
        lots,
        {"held": len(held), "closed": len(over), "of them ended before the death": sum(
            end <= died_at for end in ends.values()), "all decided after the start, s": took_s},
        [Criterion("every sale is held or closed", f"{len(held) + len(over)} of {lots}",
                   held=len(held) + len(over) == lots),
         none_of("sales closed in whose last window nobody could bid", wrong_close),
         # A process that really stands still for longer than its lease says so: on a busy machine it may.
         replace(none_of("sales held though everybody could bid until their end", needless), timed=True),
         none_of("sales with two ends, or an end without its leaf", twice),
         none_of("logs whose leaves do not chain", truth.logs),
         within("decided within 20 s of the start", took_s, READY_S)],
        "the ten minutes are real in the rows alone: signs of life are set back, nobody waits; nobody bids "
        "in these sales; a sweep that stands in a living process is in the simulation.")


def _set_back() -> datetime:
    """Every sign of life of the dead as if it were ten minutes old; the instant of their death."""
    ago = f"interval '{DEAD.seconds} seconds'"
    with unit_of_work() as work:
        session = work.session
        session.execute(text(
            f"UPDATE workers SET started_at = started_at - {ago}, seen_at = seen_at - {ago}, "  # noqa: S608
            f"lease_until = lease_until - {ago}, low_water_at = seen_at - {ago}"))  # nobody bids
        session.execute(text("UPDATE failures SET from_at = from_at - interval '1 day', "
                             "to_at = to_at - interval '1 day'"))
        died_at: datetime = session.scalars(select(func.max(Worker.seen_at))).one()
    return died_at


def _put_sales(seller: Seller, died_at: datetime, count: int) -> dict[str, datetime]:
    """Sales whose ends lie evenly around the death; none of them just at it, where both would be right."""
    ends = {}
    for place in range(count):
        lot_id, _ = seller.sell(opens_in_s=0.0, lasts_s=60.0, window_s=WINDOW_S, bidders=0)
        share = (place + 0.5) / count
        end = clock.to_millisecond(died_at - BEFORE + (BEFORE + DEAD - timedelta(seconds=20)) * share)
        if died_at - timedelta(seconds=1) < end < died_at + timedelta(seconds=6):
            end = died_at + timedelta(seconds=8)
        rewrite_sale(lot_id, opens_at=end - timedelta(hours=24), closes_at=end, planned_closes_at=end)
        ends[lot_id] = end
    return ends


def _wait_for_fates(lot_ids: list[str], began_s: float) -> tuple[dict[str, str], float]:
    deadline = began_s + 60
    while True:
        fates = {lot_id: fate(db.session(), lot_id) for lot_id in lot_ids}
        if time.monotonic() > deadline or not {"published", "bidding"} & set(fates.values()):
            return fates, time.monotonic() - began_s
        time.sleep(0.2)


def _more_than_one_end(lot_ids: list[str]) -> list[str]:
    """Each sale has a result or a hold, not both, and one leaf of it."""
    session, found = db.session(), []
    for lot_id in lot_ids:
        rows = (session.scalars(select(func.count()).select_from(Result).where(Result.lot_id == lot_id)).one()
                + session.scalars(select(func.count()).select_from(Suspension)
                                  .where(Suspension.lot_id == lot_id)).one())
        leaves = session.scalars(select(func.count()).select_from(Leaf).where(
            Leaf.subject == f"lot:{lot_id}/1",
            Leaf.kind.in_([str(Kind.LOT_CLOSED), str(Kind.LOT_SUSPENDED)]))).one()
        if (rows, leaves) != (1, 1):
            found.append(f"{lot_id}: {rows} ends, {leaves} leaves")
    session.rollback()
    return found
