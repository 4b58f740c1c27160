"""The log of the machine: one JSON object a line, and nobody can be found in it."""

import json
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from config import logs


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Any:
    """A logger of its own, as the platform's are; only once configured it knows where to write."""
    before = structlog.get_config()
    logs.configure()
    yield structlog.get_logger()
    structlog.configure(**before)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = capsys.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_a_line_is_one_object_on_standard_error(log: Any, capsys: pytest.CaptureFixture[str]) -> None:
    log.info("lot.closed", lot="lot-7f3k9q2m4h", extensions=3)
    (line,) = lines(capsys)
    assert line["event"] == "lot.closed"
    assert (line["lot"], line["extensions"], line["level"]) == ("lot-7f3k9q2m4h", 3, "info")
    assert line["timestamp"].endswith("Z")


def test_personal_members_are_blanked(log: Any, capsys: pytest.CaptureFixture[str]) -> None:
    log.warning("person", name="王小明", id_number="110101199003070011", phone="13800138000",
                password="hunter2", login="bidder-1", payer="王小明", person_id="p-1")
    (line,) = lines(capsys)
    assert line["person_id"] == "p-1"
    assert {line[member] for member in ("name", "id_number", "phone", "password", "login", "payer")} == {"•"}


@pytest.mark.parametrize("said", ["card 11010119900307001X refused", "call 13912345678 back"])
def test_numbers_of_people_are_blanked_wherever_they_stand(log: Any, capsys: pytest.CaptureFixture[str],
                                                           said: str) -> None:
    log.info(said)
    (line,) = lines(capsys)
    assert "•" in line["event"]
    assert not any(part.isdigit() and len(part) > 5 for part in line["event"].split())


def test_an_instant_and_an_amount_are_left_alone(log: Any, capsys: pytest.CaptureFixture[str]) -> None:
    log.info("bid", amount_fen=123_456_789_00, reference="784512369870")
    (line,) = lines(capsys)
    assert (line["amount_fen"], line["reference"]) == (12_345_678_900, "784512369870")


def test_an_error_of_the_database_does_not_print_what_was_to_be_stored(session: Session) -> None:
    with pytest.raises(DatabaseError) as fault:
        session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "王小明"})
    assert "王小明" not in str(fault.value)
