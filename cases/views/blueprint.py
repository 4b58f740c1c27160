"""What the pages of an officer's file share: their blueprint, the case they speak of, the way back."""

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from cases import services
from cases.errors import NoSuchCase
from cases.models import Case
from cases.rules.words import Word
from kernel.access import signed_in
from kernel.database import db
from kernel.languages import say

pages = Blueprint("cases", __name__, url_prefix="/desk/cases")


def read_case(case_id: str) -> Case:
    """The case, for staff of its court."""
    case = services.case_file(db.session(), case_id)
    services.may_read(signed_in(), case)
    return case


def handled_case(case_id: str) -> Case:
    """The case, for its officer in charge."""
    case = services.case_file(db.session(), case_id)
    services.may_handle(signed_in(), case)
    return case


def within(case: Case, part_case_id: str) -> None:
    """Refuse an address that names a part of another case.

    Raises:
        NoSuchCase: it does.
    """
    if part_case_id != case.id:
        raise NoSuchCase


def back(case_id: str, part: str, said: str) -> ResponseReturnValue:
    """Say what was done, and return to that part of the file; to its top for an empty ``part``."""
    flash(say(said))
    return redirect(f"/desk/cases/{case_id}/file{part and '#' + part}")


def choices(words: Iterable[Word]) -> list[tuple[str, str]]:
    """The options of a select."""
    return [(str(word), say(word.word)) for word in words]


def uploaded(name: str) -> bytes | None:
    """The bytes of an uploaded file; None where none was chosen."""
    found = request.files.get(name)
    return found.read() if found is not None and found.filename else None


def all_uploaded(name: str) -> list[bytes]:
    """The bytes of every file chosen in one field."""
    found: list[FileStorage] = request.files.getlist(name)
    return [one.read() for one in found if one.filename]
