"""What the pages of the court's own lots share: their blueprint, the lot, papers, the way back."""

from collections.abc import Iterable
from typing import Final

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from auction.models import Lot
from auction.services.handling import court_lot, may_handle_lot
from cases import services as cases
from cases.rules.words import DocumentKind, Word
from kernel import clock
from kernel.access import signed_in
from kernel.database import db
from kernel.errors import NotAllowed
from kernel.files import StoredFile
from kernel.languages import say
from kernel.transactions import UnitOfWork

pages = Blueprint("lots_desk", __name__, url_prefix="/desk/lots")

PAPERS: Final = "application/pdf,image/png,image/jpeg"
"""What a field for a paper takes."""


def read_lot(lot_id: str) -> Lot:
    """The lot, for staff of its court."""
    return court_lot(db.session(), lot_id, signed_in())


def handled_lot(lot_id: str) -> Lot:
    """The lot, for the officer in charge of its case."""
    lot = read_lot(lot_id)
    may_handle_lot(db.session(), lot, signed_in())
    return lot


def may_handle(lot: Lot) -> bool:
    """Whether the reader is the officer in charge."""
    try:
        may_handle_lot(db.session(), lot, signed_in())
    except NotAllowed:
        return False
    return True


def back(lot_id: str, said: str, part: str = "") -> ResponseReturnValue:
    """Say what was done, and return to that part of the lot's page."""
    flash(say(said))
    return redirect(f"/desk/lots/{lot_id}{part and '#' + part}")


def choices(words: Iterable[Word]) -> list[tuple[str, str]]:
    """The options of a select or of radio buttons."""
    return [(str(word), say(word.word)) for word in words]


def taken_paper(lot: Lot, name: str) -> StoredFile | None:
    """The file chosen in a field, put into the store; None where none was chosen.

    Raises:
        InvalidInput: the file is none that is kept.
    """
    found = request.files.get(name)
    if found is None or not found.filename:
        return None
    return cases.take_document(db.session(), lot.case_id or "", found.read(), field=name,
                               actor=signed_in())


def kept_paper(work: UnitOfWork, lot: Lot, stored: StoredFile | None, *, kind: DocumentKind,
               title: str, is_public: bool = False) -> str | None:
    """Enter a stored file among the papers of the case; its document's id."""
    if stored is None:
        return None
    return cases.keep_document(
        work.session, case_id=lot.case_id or "", subject=lot.sale.subject, kind=kind, title=title,
        stored=stored, is_public=is_public, actor=signed_in(), now=clock.now()).id


def papers_of(lot: Lot) -> list[tuple[str, str]]:
    """The papers of the case, as options."""
    return [(one.id, one.title) for one in cases.documents_of_case(db.session(), lot.case_id or "")
            if one.kind is not DocumentKind.PHOTOGRAPH]
