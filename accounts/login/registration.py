"""Registering to bid: what the page and the API both do."""

from typing import Any, Final

from accounts import services
from accounts.login import limits
from kernel import clock
from kernel.transactions import unit_of_work

TERMS: Final = "registration-2026.11"
"""The version of the terms shown by templates/accounts/terms.html; leaves name it."""


def add_bidder(wish: dict[str, Any]) -> str:
    """Register somebody to bid, as ``accounts.schemas.BidderIn`` read it, and return their id.

    Raises:
        TooManyTries: see ``accounts.login.limits``.
        InvalidInput: the login or identity number is taken.
    """
    limits.count_try("register", wish["login"])
    password_hash = services.hash_password(wish["password"])
    with unit_of_work() as work:
        return services.register_bidder(
            work.session, login=wish["login"], password_hash=password_hash, terms=TERMS,
            identity=services.Identity(wish["name"], wish["id_number"], wish["phone"]),
            now=clock.now()).id
