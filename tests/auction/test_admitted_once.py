"""Every process looks for paid bidders every second: two that find the same one give one code."""

from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from auction.models import Registration, Sale
from auction.services import registration
from auction.services.reading import lock_sale
from audit import services as audit
from audit.kinds import Kind
from kernel.database import db, is_sqlite
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_bidder
from tests.factories.auction import OPENS_AT, a_lot_on_sale, paid, registered

NOW = OPENS_AT.replace(hour=1)


@pytest.mark.both_databases
def test_who_is_admitted_by_two_processes_at_once_has_one_code_and_one_leaf(
        app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    if is_sqlite():
        pytest.skip("one process only: its write lock lets nobody in between")
    lot = a_lot_on_sale(session)
    person = a_bidder(session)
    found = registered(session, lot, person)
    paid(session, found, person)
    name, lot_id = found.id, lot.id
    session.rollback()
    codes = []

    def elsewhere() -> None:
        with app.app_context():
            with unit_of_work() as work:
                given = registration.admit(work.session, name, now=NOW)
                codes.append(given.code if given is not None else None)
            db.session.remove()

    def lock_late(*given: Any) -> Sale:
        """Another process admits between our look and our lock."""
        monkeypatch.setattr("auction.services.registration.lock_sale", lock_sale)
        other = Thread(target=elsewhere)
        other.start()
        other.join()
        return lock_sale(*given)

    monkeypatch.setattr("auction.services.registration.lock_sale", lock_late)
    with unit_of_work() as work:
        assert registration.admit(work.session, name, now=NOW) is None
    session.expire_all()
    assert [session.get_one(Registration, name).code] == codes
    admitted = audit.leaves_of_subject(session, f"lot:{lot_id}/1", kind=Kind.BIDDER_ADMITTED)
    assert len(admitted) == 1
