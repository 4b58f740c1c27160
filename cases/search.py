"""What staff find of the files of their court: cases, parties by name, properties, documents.

Identity numbers, addresses and telephones of parties are not searched: only names are.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from cases.models import Case, Document, Party, Property
from kernel.domain import Hit
from kernel.errors import N_

MOST: Final = 8
"""Of each heading."""
LEAST: Final = 8
"""Digits of a file's hash, below which it is taken for a word."""


def search(session: Session, court_id: str, pieces: Sequence[str]) -> Iterator[Hit]:
    """Cases first, then whoever and whatever belongs to them, the newest on top."""
    for case in session.scalars(select(Case).where(
            Case.court_id == court_id, holding(pieces, Case.number, Case.cause))
            .order_by(Case.registered_at.desc()).limit(MOST)):
        yield Hit(N_("案件"), case.number, f"/desk/cases/{case.id}", case.cause)
    for party, number in session.execute(select(Party, Case.number).join(Case).where(
            Party.court_id == court_id, holding(pieces, Party.name))
            .order_by(Party.added_at.desc()).limit(MOST)):
        yield Hit(N_("当事人"), party.name, f"/desk/cases/{party.case_id}", number)
    for thing in session.scalars(select(Property).where(
            Property.court_id == court_id, holding(pieces, Property.title, Property.address))
            .order_by(Property.added_at.desc()).limit(MOST)):
        yield Hit(N_("财产"), thing.title, f"/desk/cases/{thing.case_id}/file", thing.address)
    for document, number in session.execute(select(Document, Case.number).join(
            Case, Case.id == Document.case_id).where(
            Document.court_id == court_id, or_(holding(pieces, Document.title), _hashed(pieces)))
            .order_by(Document.kept_at.desc()).limit(MOST)):
        yield Hit(N_("文件"), document.title, f"/desk/cases/{document.case_id}/file", number)


def holding(pieces: Sequence[str], *columns: Any) -> ColumnElement[bool]:
    """All pieces, each in one of the columns."""
    return and_(*(or_(*(column.icontains(piece, autoescape=True) for column in columns)) for piece in pieces))


def _hashed(pieces: Sequence[str]) -> ColumnElement[bool]:
    if len(pieces) > 1 or len(pieces[0]) < LEAST:
        return false()
    return Document.sha256.startswith(pieces[0], autoescape=True)
