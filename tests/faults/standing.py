"""Sales with real money in them: unlike an exercise they are held where the platform failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from stdnum.cn import ric

from accounts import services as accounts
from accounts.models import Court
from auction.models import Lot, Registration, Sale, Suspension
from auction.services import registration
from kernel import clock
from kernel.access import Actor, Role
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_person, acting
from tests.factories.auction import START_FEN, a_lot_on_sale, paid, registered
from tests.factories.cases import an_officer
from tests.faults.bidding import Steadfast

HOUR = timedelta(hours=1)
_serial = count()


@dataclass
class Seller:
    """Sells flats of the province's court, one after the other, each with two bidders."""

    session: Session
    officer: Actor
    court: Court

    def sell(self, *, opens_in_s: float, lasts_s: float, window_s: int, bidders: int = 2
             ) -> tuple[str, list[tuple[str, str]]]:
        """A sale that opens so soon and lasts so long; its lot, and code and token of admitted bidders.

        Its times are set at last: to sell a flat takes as long as the machine is busy.
        """
        now = clock.now()
        lot = a_lot_on_sale(self.session, self.court, officer=self.officer, published_at=now - 35 * 24 * HOUR,
                            opens_at=now + HOUR, closes_at=now + 25 * HOUR)
        lot_id, seats = lot.id, [self._admit(lot) for _ in range(bidders)]
        opens_at = clock.to_millisecond(clock.now() + timedelta(seconds=opens_in_s))
        closes_at = opens_at + timedelta(seconds=lasts_s)
        rewrite_sale(lot_id, opens_at=opens_at, closes_at=closes_at, planned_closes_at=closes_at,
                     extension_window_seconds=window_s)
        return lot_id, seats

    def _admit(self, lot: Lot) -> tuple[str, str]:
        now = clock.now()
        person = a_person(self.session, Role.BIDDER, name="王小明", id_number=_an_id_number())
        found = registered(self.session, lot, person, now=now)
        paid(self.session, found, person, now=now)
        with acting(self.session) as session:
            registration.admit(session, found.id, now=now)
            token = accounts.issue_token(session, person.id, label="faults", now=clock.machine_now())[1]
        return self.session.get_one(Registration, found.id).code or "", token


def a_seller(session: Session) -> Seller:
    """An officer of the only court."""
    court = session.scalars(select(Court)).one()
    return Seller(session, an_officer(session, court), court)


def rewrite_sale(lot_id: str, **columns: object) -> None:
    """Give a sale another window or another time, behind the platform's back: no act of it allows that."""
    names = ", ".join(f"{name} = :{name}" for name in columns)
    with unit_of_work() as work:
        work.session.execute(text(f"UPDATE sales SET {names} WHERE lot_id = :lot"),  # noqa: S608 - of tests
                             columns | {"lot": lot_id})


def _an_id_number() -> str:
    """One that nobody else has, here or in tests/factories."""
    stem = f"11010119910307{next(_serial):03d}"
    return stem + ric.calc_check_digit(stem + "0")


def seated(lot_id: str, seats: Sequence[tuple[str, str]], urls: Sequence[str]) -> list[Steadfast]:
    """The admitted bidders of a sale; they take a line with their first bid."""
    return [Steadfast(urls, lot_id, None, token, place=place, code=code, lowest_fen=START_FEN)
            for place, (code, token) in enumerate(seats)]


def fate(session: Session, lot_id: str) -> str:
    """How a sale stands: its state, and for a held one what failed."""
    state = session.scalars(select(Sale.state).where(Sale.lot_id == lot_id)).one()
    fault = session.scalars(select(Suspension.fault).where(Suspension.lot_id == lot_id)).first()
    session.rollback()
    return str(state) if fault is None else f"held: {fault}"
