"""What stands in the database against what people were told: nothing lost, nothing twice, nothing false."""

import json
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import create_app
from auction.commands.client import Platform
from auction.models import Attempt, Sale
from auction.rules.replay import decision_members
from auction.services.reading import attempts_of, decision_of
from audit.kinds import Kind
from audit.models import Leaf
from audit.rules.leaves import leaf_hash
from audit.rules.receipts import signed_message
from audit.rules.tree import root_from
from config.settings import Settings
from kernel.database import db
from kernel.formats import instant_text
from kernel.signing import verifies
from tests.deploy.province import Province
from tests.faults.bidding import Course, Judged
from tests.faults.outcome import Criterion, none_of
from tests.faults.sales import disagreements, late_but_taken, wrong_logs


@contextmanager
def inside(province: Province, **more: str) -> Iterator[Flask]:
    """The platform of this process on the province's database: to look, and to do what no route offers."""
    app = create_app(Settings.from_env(province.environment | more))
    with app.app_context():
        event.listen(db.engine, "connect", _takes_its_time)
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _takes_its_time(connection: Any, _record: Any) -> None:
    """To compare ten thousand bids takes longer than the platform lets a transaction stand idle."""
    connection.execute("SET idle_in_transaction_session_timeout = 0")
    connection.commit()


@dataclass
class Truth:
    """What is wrong; each list names what it found, and must be empty.

    Attributes:
        bids, accepted: judged in the sales that were looked at; told: acknowledgements compared.
        inversions: bids that stand behind one that was received later, and by how much the worst.
    """

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    recomputed: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    ladder: list[str] = field(default_factory=list)
    asked_again: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    bids: int = 0
    accepted: int = 0
    told: int = 0
    repeated: int = 0
    asked: int = 0
    inversions: int = 0
    worst: timedelta = timedelta(0)

    def criteria(self) -> list[Criterion]:
        """Nothing of all that was found, each as a criterion."""
        said = {
            "lost": "acknowledged bids that are not in the database",
            "twice": "bids judged twice",
            "otherwise": "answers that differ from what is stored",
            "receipts": "receipts that do not hold, or not for the stored leaf",
            "leaves": "attempts without exactly one leaf that says the same",
            "recomputed": "decisions or results that a replay of the leaves gives otherwise",
            "late": "bids accepted after the end",
            "ladder": "gaps or steps down among the accepted bids",
            "asked_again": "bids about which asking again gives another answer or receipt",
            "logs": "logs whose leaves do not chain",
        }
        assert {one.name for one in fields(self) if one.type == list[str]} == set(said)
        return [none_of(text, getattr(self, name)) for name, text in said.items()]

    def facts(self) -> dict[str, object]:
        return {"bids judged": self.bids, "accepted": self.accepted, "acknowledgements compared": self.told,
                "of them asked more than once": self.repeated, "asked again afterwards": self.asked,
                "received earlier, judged later": f"{self.inversions} (worst {self.worst // MS} ms)"}


MS = timedelta(milliseconds=1)


def look_into(truth: Truth, session: Session, course: Course, *, url: str = "", samples: int = 40) -> None:
    """Compare one sale with what its bidders were told.

    Args:
        url: of a worker that is asked again about some of the bids; none if empty.
    """
    lot_id = course.sale.lot
    session.rollback()
    rows = attempts_of(session, lot_id, 1)
    leaves = list(session.scalars(select(Leaf).where(
        Leaf.subject == f"lot:{lot_id}/1", Leaf.kind == str(Kind.BID)).order_by(Leaf.seq)))
    truth.bids += len(rows)
    truth.accepted += sum(one.accepted for one in rows)
    _compare_told(truth, course.judged, rows, {one.index: one for one in leaves})
    _compare_leaves(truth, rows, leaves)
    truth.recomputed += disagreements(session, lot_id)
    truth.late += late_but_taken(session, lot_id)
    _climb(truth, session.get_one(Sale, (lot_id, 1)), [one for one in rows if one.accepted])
    _count_inversions(truth, rows)
    session.rollback()
    if url:
        _ask_again(truth, Platform(url), course, samples)


def look_at_logs(truth: Truth, session: Session) -> None:
    """Recompute every chain of the database."""
    truth.logs += wrong_logs(session)
    session.rollback()


def _compare_told(truth: Truth, told: Sequence[Judged], rows: Sequence[Attempt],
                  leaves: dict[int, Leaf]) -> None:
    count = Counter((one.code, one.client_bid_id) for one in rows)
    truth.twice += [f"{name}: {times} times" for name, times in count.items() if times > 1]
    stored = {(one.code, one.client_bid_id): one for one in rows}
    for one in told:
        truth.told += 1
        truth.repeated += one.times > 1
        row = stored.get((one.code, one.client_bid_id))
        if row is None:
            truth.lost.append(one.client_bid_id)
            continue
        said = {name: value for name, value in one.answer["decision"].items() if name != "repeated"}
        kept = _stored_decision(row)
        if said != kept or one.answer["received_at"] != instant_text(row.received_at):
            truth.otherwise.append(f"{one.client_bid_id}: told {one.answer}, stored {kept}")
        leaf = leaves.get(row.leaf_index if row.leaf_index is not None else -1)
        if leaf is None or one.answer["leaf"] != {"index": leaf.index, "hash": leaf.hash} or not _holds(
                one.answer["receipt"], leaf):
            truth.receipts.append(one.client_bid_id)


def _stored_decision(row: Attempt) -> dict[str, Any]:
    """Without the word that says that it was asked for again."""
    return {name: value for name, value in decision_members(decision_of(row)).items() if name != "repeated"}


def _holds(receipt: dict[str, Any], leaf: Leaf) -> bool:
    """Whether a receipt is of this leaf and proves it by itself."""
    raw = b64decode(receipt["leaf"])
    if raw != leaf.raw:
        return False
    root = root_from(bytes.fromhex(leaf_hash(raw)), receipt["index"], receipt["size"],
                     [bytes.fromhex(one) for one in receipt["path"]])
    if root is None:
        return False
    return _is_signed(receipt["origin"], root, receipt["size"], receipt["signed_at"], receipt["key"],
                      receipt["signature"])


@cache
def _is_signed(origin: str, root: bytes, size: int, signed_at: str, key: str, signature: str) -> bool:
    """Asked once a commit."""
    message = signed_message(origin, root, size, datetime.fromisoformat(signed_at))
    return verifies(key, message, b64decode(signature))


def _compare_leaves(truth: Truth, rows: Sequence[Attempt], leaves: Sequence[Leaf]) -> None:
    """Every attempt has one leaf, in the same order, which says the same."""
    if len(rows) != len(leaves):
        truth.leaves.append(f"{len(rows)} attempts, {len(leaves)} leaves")
    for row, leaf in zip(rows, leaves, strict=False):
        body = json.loads(leaf.raw)["body"]
        bid = {"amount_fen": row.amount_fen, "code": row.code, "id": row.client_bid_id,
               "priority_rank": row.priority_rank, "received_at": instant_text(row.received_at)}
        if row.leaf_index != leaf.index or body != {"bid": bid, "decision": _stored_decision(row)}:
            truth.leaves.append(f"{row.code} {row.client_bid_id}: {body}")


def _climb(truth: Truth, sale: Sale, accepted: Iterable[Attempt]) -> None:
    before = None
    for place, one in enumerate(accepted, 1):
        least = sale.start_price_fen if before is None else before + sale.increment_fen
        if one.seq != place or one.amount_fen < least:
            truth.ladder.append(f"{one.client_bid_id}: number {one.seq} at place {place}, {one.amount_fen}")
        before = one.amount_fen


def _count_inversions(truth: Truth, rows: Iterable[Attempt]) -> None:
    newest = None
    for one in rows:
        if newest is not None and one.received_at < newest:
            truth.inversions += 1
            truth.worst = max(truth.worst, newest - one.received_at)
        newest = one.received_at if newest is None else max(newest, one.received_at)


def _ask_again(truth: Truth, platform: Platform, course: Course, samples: int) -> None:
    """What became of my bid? As was told, receipt and all; of everybody's last, and of repeated ones."""
    wanted = [bidder.judged[-1] for bidder in course.bidders if bidder.judged]
    wanted += sorted(course.judged, key=lambda one: -one.times)[:samples]
    keys = {bidder.code: bidder.key for bidder in course.bidders}
    for one in wanted[:2 * samples]:
        found = platform.get(f"/lots/{course.sale.lot}/bids/{one.client_bid_id}?key={keys[one.code]}")
        truth.asked += 1
        for member in ("receipt", "leaf", "received_at", "amount_fen", "code"):
            if found[member] != one.answer[member]:
                truth.asked_again.append(f"{one.client_bid_id}: {member}")


def wait_for_end(session: Session, lot_ids: Sequence[str], most_s: float = 20.0) -> dict[str, str]:
    """The states of sales once none of them runs any more, or after ``most_s``."""
    deadline = time.monotonic() + most_s
    while True:
        states = {one.lot_id: str(one.state) for one in session.scalars(
            select(Sale).where(Sale.lot_id.in_(lot_ids)).execution_options(populate_existing=True))}
        session.rollback()
        if time.monotonic() > deadline or not {"published", "bidding"} & set(states.values()):
            return states
        time.sleep(0.1)
