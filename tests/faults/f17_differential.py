"""F17: the same course of a sale on SQLite, on PostgreSQL and on the pure engine, step by step."""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from accounts import services as accounts
from auction.errors import NotRunning, StepNotAllowed
from auction.models import Lot, Registration, Sale
from auction.rules import engine
from auction.rules.lifecycle import LotState
from auction.rules.replay import decision_members
from auction.services import bidding, closing, holding
from auction.services.bidding import BidAnswer, Offer
from auction.services.reading import lock_sale, standing_of, terms_of
from audit import services as audit
from kernel.access import SYSTEM, Actor
from kernel.database import db
from kernel.errors import DomainError
from kernel.formats import canonical
from kernel.law import rule_set
from kernel.transactions import unit_of_work
from tests.factories.auction import OPENS_AT, a_code, a_lot_on_sale, an_exercise
from tests.factories.cases import an_officer
from tests.faults.ground import KINDS, Ground, ground
from tests.faults.outcome import Outcome, Size, none_of
from tests.faults.sales import disagreements
from tests.faults.traces import (
    CODES,
    GROUND,
    MODEL_KINDS,
    REASON,
    Act,
    Bids,
    Course,
    Done,
    Model,
    Plan,
    Step,
    plan,
)

TITLE = "SQLite, PostgreSQL and the pure engine decide the same course of a sale alike, leaf by leaf"

TRACES = {Size.SHORT: 6, Size.FULL: 400}
STEPS = 40
REAL_EVERY = 5
"""Every so many-th course is of a flat with deposits, which may be held; the others are exercises."""


class House:
    """One database, and the sale of the present course in it."""

    def __init__(self, here: Ground) -> None:
        self._here = here
        with here.app.app_context():
            self._officer: Actor = an_officer(db.session())
        self.lot = ""
        self._digests: dict[str, str] = {}
        self._seen = 0

    def begin(self, wanted: Plan) -> None:
        """A sale as the plan wants it."""
        with self._here.app.app_context():
            lot = _exercise(self._officer, wanted) if wanted.is_exercise else _flat(self._officer, wanted)
            self.lot, session = lot.id, db.session()
            session.execute(update(Sale).where(Sale.lot_id == lot.id).values(
                round=wanted.of_round, state=engine.announced(wanted.terms(_span(wanted)),
                                                              wanted.of_round).state))
            self._digests = {}
            found = session.scalars(select(Registration).where(Registration.lot_id == lot.id)
                                    .order_by(Registration.admitted_at, Registration.code)).all()
            for code, rank, one in zip(CODES, wanted.ranks, found, strict=True):
                self._digests[code] = one.person_digest
                session.execute(update(Registration).where(Registration.id == one.id).values(
                    code=code, priority_rank=rank))
            session.commit()
            self._seen = len(audit.leaves_of_subject(session, lot.sale.subject))
            db.session.remove()

    def do(self, step: Step) -> Done:
        """The step by the services, each in a unit of work of its own as production does it."""
        with self._here.app.app_context():
            answers: tuple[object, ...] = ()
            try:
                with unit_of_work() as work:
                    if isinstance(step.what, Bids):
                        answers = self._bids(work.session, step.what, step)
                    else:
                        self._act(work.session, step.what, step)
            except (NotRunning, StepNotAllowed):
                answers = ()
            done = Done(answers, self._new_leaves())
            db.session.remove()
            return done

    def _bids(self, session: Any, what: Bids, step: Step) -> tuple[object, ...]:
        offers = [Offer(self.lot, 1, self._digests[one.bid.code], one.bid.amount_fen,
                        one.bid.client_bid_id or "", one.received_at, one.order) for one in what.bids]
        stranger = Offer(self.lot, 1, "0" * 64, 1, "stranger", step.at)
        *told, refused = bidding.take_bids(session, [*offers, stranger], now=step.at)
        return (*map(_answer, told), *([_answer(refused)] if isinstance(refused, BidAnswer) else []))

    def _act(self, session: Any, what: Act, step: Step) -> None:
        if what.name == "open":
            closing.open_due(session, self.lot, now=step.at)
        elif what.name == "close":
            closing.close_due(session, self.lot, now=step.at)
        elif what.name == "suspend":
            closing.suspend(session, self.lot, ground=GROUND, reason=REASON, document_sha256=None,
                            actor=SYSTEM, now=step.at)
        elif what.name == "withdraw":
            closing.withdraw(session, self.lot, ground=GROUND, reason=REASON, actor=SYSTEM, now=step.at)
        else:
            sale = lock_sale(session, self.lot)
            holding.let_go_on(session, sale, holding.suspension_now(sale), actor=SYSTEM, now=step.at)

    def _new_leaves(self) -> tuple[tuple[str, bytes], ...]:
        found = audit.leaves_of_subject(db.session(), f"lot:{self.lot}/1", after=self._seen)
        self._seen += len(found)
        return tuple((one.kind, canonical(json.loads(one.raw)["body"])) for one in found
                     if one.kind in MODEL_KINDS)

    def standing(self) -> dict[str, Any]:
        """All that stands on the row, as the model shows it."""
        with self._here.app.app_context():
            sale = db.session().get_one(Sale, (self.lot, 1))
            found = _shown(LotState(sale.state), standing_of(sale), terms_of(sale), sale.attempts)
            db.session.remove()
            return found

    def leaves(self) -> list[bytes]:
        """The leaves of the sale, without ids and without the instants of the log."""
        with self._here.app.app_context():
            found = audit.leaves_of_subject(db.session(), f"lot:{self.lot}/1")
            bare = [_bare(one.raw, self.lot) for one in found if one.kind in MODEL_KINDS]
            db.session.remove()
            return bare

    def disagreements(self) -> list[str]:
        """What nobody would recompute so from the published course."""
        with self._here.app.app_context():
            sale = db.session().get_one(Sale, (self.lot, 1))
            stands = any(one.to_at is None for one in sale.suspensions)   # a course that is not over yet
            found = [] if stands else disagreements(db.session(), self.lot)
            db.session.remove()
            return found


def _exercise(officer: Actor, wanted: Plan) -> Lot:
    return an_exercise(
        db.session(), officer, opens_at=OPENS_AT, closes_at=OPENS_AT + wanted.lasts, seats=len(CODES),
        window_seconds=wanted.window_s, start_price_fen=wanted.start_fen, increment_fen=wanted.step_fen,
        whole_steps=wanted.whole_steps, max_steps=wanted.max_steps)[0]


def _flat(officer: Actor, wanted: Plan) -> Lot:
    session = db.session()
    court = accounts.get_court(session, officer.court_id or "")
    lot = a_lot_on_sale(session, court, officer=officer, start_price_fen=wanted.start_fen,
                        increment_fen=wanted.step_fen)
    for _ in CODES:
        a_code(session, lot)
    session.execute(update(Sale).where(Sale.lot_id == lot.id).values(
        whole_steps=wanted.whole_steps, max_steps=wanted.max_steps))
    return lot


def _span(wanted: Plan) -> timedelta:
    return rule_set("exercise" if wanted.is_exercise else "civil-online-2017.01").span("selloff.bidding")


def _answer(answer: BidAnswer | DomainError) -> object:
    return (decision_members(answer.decision) if isinstance(answer, BidAnswer) else type(answer).__name__)


def _shown(state: LotState, standing: Any, terms: Any, attempts: int) -> dict[str, Any]:
    return {"state": state, "attempts": attempts, "suspensions": terms.suspensions, **standing._asdict()}


def _bare(raw: bytes, lot: str) -> bytes:
    members = json.loads(raw)
    if canonical(members) != raw:
        raise AssertionError("a leaf is no canonical JSON")
    for name in ("at", "log", "prev", "seq"):
        del members[name]
    return canonical(members).replace(lot.encode(), b"LOT")


def run(size: Size) -> Outcome:
    differ: list[str] = []
    counted: Counter[str] = Counter()
    with ExitStack() as stack:
        houses = [House(stack.enter_context(ground(kind))) for kind in KINDS]
        for seed in range(TRACES[size]):
            differ += _trace(plan(seed, is_exercise=seed % REAL_EVERY != 0), houses, counted)
    return Outcome(
        "F17", f"courses of {STEPS} random steps on SQLite, PostgreSQL and the engine; every step compared",
        TRACES[size], dict(counted), [
            none_of("steps that differ in an answer, a leaf or the standing", differ)],
        "several processes at once (F1, F10, the simulation); priority rights and sell-offs only with play "
        "money; the leaves of deposits and deliveries are not in the model.")


def _trace(wanted: Plan, houses: Sequence[House], counted: Counter[str]) -> list[str]:
    """The first difference of a course; none if there is none."""
    model = Model(engine.announced(wanted.terms(_span(wanted)), wanted.of_round))
    course = Course(wanted, model)
    for house in houses:
        house.begin(wanted)
    for number in range(STEPS):
        step = course.step()
        expected = model.do(step)
        standing = _shown(model.sale.state, model.sale.standing, model.sale.terms, model.sale.attempts)
        for kind, house in zip(KINDS, houses, strict=True):
            done = house.do(step)
            if done != expected:
                return [f"seed {wanted.seed}, step {number}, {kind}: {step} gave {done}, not {expected}"]
            if house.standing() != standing:
                return [f"seed {wanted.seed}, step {number}, {kind}: {step} led to {house.standing()}, "
                        f"not {standing}"]
        counted["steps"] += 1
        counted["bids"] += len(expected.answers)
        for leaf, _ in expected.leaves:
            counted[f"leaves {leaf}"] += 1
    first, second = (house.leaves() for house in houses)
    found = [f"seed {wanted.seed}: leaf {place} is {one!r} and {other!r}"
             for place, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    return found + [one for house in houses for one in house.disagreements()]
