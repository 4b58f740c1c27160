"""SQLite's driver."""

import pytest
from pysqlite3 import dbapi2 as sqlite

from kernel.database import db


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("value", [None, b"\x00\xff", True, False, 7, "落槌"])
def test_sqlite_is_given_a_plain_value_as_it_is_without_a_search_for_who_might_turn_it(
        value: object) -> None:
    with db.engine.connect() as one:
        (stored,) = one.exec_driver_sql("SELECT ?", (value,)).one()
    assert stored == value
    # The driver itself spares these three the search.
    assert type(value) in (int, float, str) or (type(value), sqlite.PrepareProtocol) in sqlite.adapters
