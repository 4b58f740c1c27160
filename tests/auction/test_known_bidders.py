"""Whom a socket bids for: known for a while, looked at for all at once, forgotten with the sign-in."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Person
from auction.live.bids import SEAT_LASTS_S, KnownBidder, look_at_sign_ins
from kernel import clock
from kernel.database import db
from kernel.websocket import WebSocket
from tests.factories.accounts import a_bidder, acting

pytestmark = pytest.mark.both_databases
SEAT = ("lot-1", None)


@pytest.fixture
def sockets() -> Iterator[dict[str, WebSocket]]:
    before = dict(WebSocket.open)
    yield WebSocket.open
    WebSocket.open.clear()
    WebSocket.open.update(before)


def connected(sockets: dict[str, WebSocket], token: str | None, until: float) -> dict[Any, Any]:
    """A socket that bids for whoever is signed in by this token."""
    known: dict[Any, Any] = {SEAT: KnownBidder(1, "digest", "registration", "zh", token, until)}
    sockets[f"eio-{len(sockets)}"] = cast(WebSocket, SimpleNamespace(known=known))
    return known


def signed_in(session: Session, person: Person) -> str:
    with acting(session) as s:
        return accounts.sign_in(s, person.id, now=clock.machine_now())


def test_who_is_still_signed_in_stays_known_for_a_while_longer(
        session: Session, sockets: dict[str, WebSocket]) -> None:
    soon = time.monotonic() + 0.1
    known = connected(sockets, signed_in(session, a_bidder(session)), soon)
    look_at_sign_ins()
    assert known[SEAT].until >= soon - 0.1 + SEAT_LASTS_S


def test_who_has_signed_out_is_no_longer_known(session: Session, sockets: dict[str, WebSocket]) -> None:
    token = signed_in(session, a_bidder(session))
    stays = connected(sockets, signed_in(session, a_bidder(session)), time.monotonic() + SEAT_LASTS_S)
    leaves = connected(sockets, token, time.monotonic() + SEAT_LASTS_S)
    with acting(session) as s:
        accounts.sign_out(s, token, now=clock.machine_now())
    look_at_sign_ins()
    assert (SEAT in stays, SEAT in leaves) == (True, False)


def test_a_seat_of_an_exercise_needs_no_look(session: Session, sockets: dict[str, WebSocket]) -> None:
    known = connected(sockets, None, float("inf"))
    look_at_sign_ins()
    assert known[SEAT].until == float("inf")


def test_one_statement_asks_for_all(session: Session, sockets: dict[str, WebSocket]) -> None:
    for _ in range(5):
        connected(sockets, signed_in(session, a_bidder(session)), time.monotonic() + SEAT_LASTS_S)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    look_at_sign_ins()
    assert sum("login_sessions" in statement for statement in asked) == 1
