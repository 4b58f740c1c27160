"""Arrays as one parameter: PostgreSQL reads back each value as it was."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from auction.rules.lifecycle import LotState
from kernel.arrays import array
from kernel.database import is_sqlite

pytestmark = pytest.mark.both_databases

TEXTS = ["", "落槌", "NULL", "null", 'a"b', "a\\b", "\\", '"', "{a,b}", ", ", " a ", "\n\t\r", "\\x00", "'",
         None]


@pytest.fixture
def _on_postgres(session: Session) -> None:
    if is_sqlite():
        pytest.skip("SQLite has no arrays")


def read(session: Session, kind: str, values: list[Any]) -> list[Any]:
    found = session.connection().exec_driver_sql(
        f"SELECT one FROM unnest(%s::{kind}[]) WITH ORDINALITY AS given(one, place) ORDER BY place",  # noqa: S608
        (array(values),))
    return [bytes(one) if kind == "bytea" and one is not None else one for (one,) in found]


@pytest.mark.usefixtures("_on_postgres")
@pytest.mark.parametrize(("kind", "values"), [
    ("text", TEXTS), ("text", []), ("bigint", [0, -1, 2**63 - 1, -2**63, None]),
    ("boolean", [True, False, None]), ("bytea", [b"", b"\x00\\\"{,}\xff", None]),
    ("timestamptz", [datetime(2026, 11, 23, 8, 0, 0, 123456, UTC), datetime(1, 1, 1, tzinfo=UTC), None]),
])
def test_every_value_comes_back_as_it_was(session: Session, kind: str, values: list[Any]) -> None:
    assert read(session, kind, values) == values


@pytest.mark.usefixtures("_on_postgres")
def test_any_text_comes_back_as_it_was(session: Session) -> None:
    @given(st.lists(st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
    def comes_back(values: list[str | None]) -> None:
        assert read(session, "text", values) == values

    comes_back()


@pytest.mark.usefixtures("_on_postgres")
def test_a_word_of_a_list_is_shown_as_its_text_and_a_kind_of_instant_as_an_instant(session: Session) -> None:
    class Instant(datetime):
        """As a test's clock gives it."""

    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert read(session, "text", [LotState.BIDDING]) == ["bidding"]
    assert read(session, "timestamptz", [Instant.fromtimestamp(at.timestamp(), UTC)]) == [at]


def test_what_no_column_holds_is_refused_by_its_kind() -> None:
    with pytest.raises(TypeError, match="float"):
        array([1, 1.5])
