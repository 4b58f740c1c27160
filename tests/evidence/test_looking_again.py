"""A sale that was looked at is not judged again until something of it is different; then at once."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.models import Court
from auction.models import Lot, Registration, Suspension
from auction.services import reading
from evidence import services
from evidence.services import sales
from evidence.services.remembering import Remembered
from kernel.access import Role
from kernel.database import is_sqlite
from tests.factories.accounts import a_court, a_person, sign_in
from tests.factories.auction import CLOSES_AT, OPENS_AT, START_FEN, STEP_FEN, a_code, a_lot_on_sale, bid

pytestmark = pytest.mark.both_databases


def a_sale(session: Session, *prices: int, court: Court | None = None) -> tuple[Lot, Registration]:
    """A lot with one bidder, who bids these sums one after the other."""
    lot = a_lot_on_sale(session, court or a_court(session))
    _, registration = a_code(session, lot)
    for price in prices:
        bid(session, registration, price, OPENS_AT)
    return session.get_one(Lot, lot.id), registration


def looked_at(session: Session, lot: Lot) -> list[tuple[int, bool, bool]]:
    """Sum, verdict, and whether it is the stored one, of every attempt."""
    sale = reading.get_lot(session, lot.id).sale
    return [(shot.frame.entry.bid.amount_fen, shot.frame.decision.accepted, shot.agrees)
            for shot in services.shots(session, sale)]


def test_the_same_sale_is_judged_and_drawn_once(session: Session) -> None:
    lot, _ = a_sale(session, START_FEN)
    sale = reading.get_lot(session, lot.id).sale
    taken = services.shots(session, sale)
    assert services.shots(session, sale) is taken
    assert services.drawn(session, sale, taken) is services.drawn(session, sale, taken)


def test_a_new_attempt_is_seen_at_the_next_look(client: FlaskClient, session: Session) -> None:
    lot, bidder = a_sale(session, START_FEN)
    sign_in(client, a_person(session, Role.AUDITOR, session.get_one(Court, lot.court_id)))
    address = f"/desk/audit/lots/{lot.id}/1"
    assert "1 / 1" in client.get(address).text
    assert len(client.get(f"{address}/moments.json").get_json()["moments"]) == 1
    bid(session, bidder, START_FEN + STEP_FEN, CLOSES_AT)
    assert "2 / 2" in client.get(address).text
    assert len(client.get(f"{address}/moments.json").get_json()["moments"]) == 2


def test_a_row_changed_past_the_platform_is_seen_at_the_next_look(session: Session) -> None:
    lot, _ = a_sale(session, START_FEN - 1, START_FEN)
    assert looked_at(session, lot) == [(START_FEN - 1, False, True), (START_FEN, True, True)]
    session.execute(text("DROP TRIGGER attempts_no_update" if is_sqlite() else
                         "ALTER TABLE attempts DISABLE TRIGGER USER"))
    session.execute(text("UPDATE attempts SET minimum_fen = minimum_fen + 1 WHERE accepted"))
    session.commit()
    assert looked_at(session, lot) == [(START_FEN - 1, False, True), (START_FEN, True, False)]
    session.execute(text("UPDATE attempts SET minimum_fen = minimum_fen - 1 WHERE accepted"))
    session.commit()
    assert all(agrees for _, _, agrees in looked_at(session, lot))


def test_a_suspension_is_seen_at_the_next_look(session: Session) -> None:
    lot, _ = a_sale(session, START_FEN)
    assert looked_at(session, lot) == [(START_FEN, True, True)]
    sale = reading.get_lot(session, lot.id).sale
    before = services.drawn(session, sale, services.shots(session, sale))
    session.add(Suspension(id="suspension-1", lot_id=lot.id, number=1, ground="other", reason="-",
                           resumes_to=sale.state, from_at=OPENS_AT, to_at=CLOSES_AT))
    session.commit()
    assert looked_at(session, lot) == [(START_FEN, False, False)]
    sale = reading.get_lot(session, lot.id).sale
    assert services.drawn(session, sale, services.shots(session, sale)).stops != before.stops


def test_two_sales_do_not_mix(session: Session) -> None:
    court = a_court(session)
    one, _ = a_sale(session, START_FEN, court=court)
    two, _ = a_sale(session, START_FEN, START_FEN + STEP_FEN, court=court)
    for _ in range(2):
        assert looked_at(session, one) == [(START_FEN, True, True)]
        assert looked_at(session, two) == [(START_FEN, True, True), (START_FEN + STEP_FEN, True, True)]


class TestWhatIsKept:
    def test_is_what_was_asked_for_last_and_no_more_attempts_than_said(self) -> None:
        made: list[str] = []
        memory = Remembered[str](10)

        def make(subject: str) -> str:
            made.append(subject)
            return subject

        def take(subject: str, size: int) -> str:
            return memory.take(subject, 0, size, lambda: make(subject))

        for subject in ("a", "b", "a", "c"):
            take(subject, 5)
        assert made == ["a", "b", "c"]
        assert memory.size == 10
        take("a", 5)
        assert made == ["a", "b", "c"]
        take("b", 5)
        assert made == ["a", "b", "c", "b"]

    def test_gives_way_to_another_of_the_same_name(self) -> None:
        memory = Remembered[str](10)
        assert memory.take("a", [1], 4, lambda: "one") == "one"
        assert memory.take("a", [1, 2], 6, lambda: "two") == "two"
        assert memory.size == 6
        assert memory.take("a", [1, 2], 6, lambda: "three") == "two"

    def test_is_nothing_of_a_sale_that_is_too_large(self) -> None:
        memory = Remembered[str](10)
        memory.take("a", 1, 5, lambda: "a")
        assert memory.take("b", 1, 11, lambda: "b") == "b"
        assert memory.take("b", 1, 11, lambda: "again") == "again"
        assert memory.take("a", 1, 11, lambda: "other") == "a"

    def test_is_bounded_though_nobody_has_bid_in_any_of_the_sales(self) -> None:
        memory = Remembered[str](10)
        for number in range(100):
            memory.take(str(number), 1, 0, lambda: "nothing")
        assert memory.size == 10

    def test_is_bounded_for_the_whole_process(self, session: Session) -> None:
        lot, _ = a_sale(session, START_FEN)
        looked_at(session, lot)
        assert 0 < sales._judged.size <= sales.MOST
