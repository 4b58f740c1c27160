"""What a bidder who did not buy reads of the deposit: on its way, then refunded on a day."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy.orm import Session

from auction.views.court_steps import steps_of
from kernel.clock import beijing
from kernel.transactions import unit_of_work
from ledger import services as ledger
from tests.factories.accounts import a_bidder, sign_in
from tests.factories.auction import (
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_finance_officer,
    a_lot_on_sale,
    bid,
    closed,
)


def test_the_loser_reads_that_the_deposit_is_on_its_way_and_then_the_day_it_went(
        app: Flask, session: Session, at: Callable[[datetime], None]) -> None:
    at(OPENS_AT)
    lot = a_lot_on_sale(session)
    loser, mine = a_code(session, lot, a_bidder(session, name="王小明"))
    _, other = a_code(session, lot, a_bidder(session, name="林知远"))
    bid(session, mine, START_FEN, OPENS_AT)
    bid(session, other, START_FEN + STEP_FEN, OPENS_AT)
    sale = closed(session, lot)
    at(CLOSES_AT + timedelta(hours=1))
    lot_id, court_id, reference = lot.id, lot.court_id, mine.reference or ""
    page = sign_in(app.test_client(), loser)
    before = page.get(f"/my/bids/{lot_id}").text
    assert "保证金在退回途中" in before
    with app.test_request_context():
        (step,) = [one for one in steps_of(session, sale, CLOSES_AT, handles=False)
                   if one["title"] == "退还保证金"]
    assert (step["state"], "限" in step["when"]) == ("wait", True)

    refunded_at = CLOSES_AT + timedelta(hours=3)
    at(refunded_at)
    finance = a_finance_officer(session, court_id)
    with unit_of_work() as work:
        ledger.note_refund(work.session, court_id=court_id, owner=reference, bank_line="T1",
                           actor=finance, now=refunded_at)
    after = page.get(f"/my/bids/{lot_id}").text
    assert "保证金在退回途中" not in after
    assert "保证金已退回" in after
    assert f"{beijing(refunded_at):%Y-%m-%d %H:%M} 退回原付款账户" in after
    assert f"{beijing(refunded_at):%Y-%m-%d} 已退回" in page.get("/my/bids").text
    with app.test_request_context():
        done = {one["title"]: one for one in steps_of(session, sale, refunded_at, handles=False)}
    assert done["退还保证金"]["state"] == "done"
    assert f"{beijing(refunded_at):%Y-%m-%d %H:%M}" in done["退还保证金"]["when"]
    assert sale.result is not None
    assert f"{beijing(sale.result.closed_at):%Y-%m-%d %H:%M}" in done["报名和保证金"]["when"]



def test_nothing_was_refunded_under_a_reference_that_nobody_has(session: Session) -> None:
    assert ledger.refunded_at(session, {"", "JP-none"}) == {}
