"""Leaves of the auditor's court: found by what people know of them, and one by its place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from auction.services import reading
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf, Log
from audit.services import FoundLeaves, LeafSearch
from cases import services as cases
from evidence.errors import NoSuchSale
from kernel.access import Actor
from kernel.errors import N_, InvalidInput

PER_PAGE: Final = 100
_CONFIRMED: Final = "sale.confirmed"
"""How the act that names a buyer says why it reads an identity (``auction.services.closing``)."""


@dataclass(frozen=True, slots=True)
class LeafQuery:
    """Which leaves an auditor asks for; empty members do not filter.

    Attributes:
        case_id: the id of a case, or its number.
        before: older than this index; ``after``: newer.
        log: "exercise" for the log of the court's exercises; a lot decides it by itself.
    """

    case_id: str = ""
    lot: str = ""
    code: str = ""
    subject: str = ""
    kind: str = ""
    actor: str = ""
    from_at: datetime | None = None
    to_at: datetime | None = None
    log: str = ""
    before: int | None = None
    after: int | None = None


def leaves(session: Session, wanted: LeafQuery, actor: Actor) -> FoundLeaves:
    """Leaves of the auditor's court, newest first, a page at a time.

    Raises:
        InvalidInput: the court has no such case or lot.
    """
    court_id = actor.court_id or ""
    lot = _lot(session, wanted.lot, court_id) if wanted.lot else None
    is_exercise = lot.is_exercise if lot is not None else wanted.log == "exercise"
    log = audit.log_of_court(session, court_id, is_exercise=is_exercise)
    if log is None:
        return FoundLeaves((), older=False, newer=False, total=0)
    case_id, bids_of = _case(session, wanted.case_id, court_id) if wanted.case_id else ("", ())
    subjects = _subjects(session, wanted, lot, court_id, is_exercise=is_exercise)
    if case_id and subjects is not None:
        # What is about a sale belongs to the case of its lot, and to no other.
        subjects = tuple(one for one in subjects if one in bids_of or not one.startswith("lot:"))
        case_id = ""
    return audit.find_leaves(session, LeafSearch(
        log, subjects=subjects, case_id=case_id, bids_of=bids_of, kind=wanted.kind,
        actor=f"code:{wanted.code}" if wanted.code else wanted.actor,
        from_at=wanted.from_at, to_at=wanted.to_at),
        before=wanted.before, after=wanted.after, most=PER_PAGE)


def _case(session: Session, named: str, court_id: str) -> tuple[str, tuple[str, ...]]:
    """The id of a case, and the subjects under which the bids of its lots stand."""
    found = cases.case_named(session, court_id, named)
    if found is None:
        raise InvalidInput({"case_id": N_("本院没有这个案件。请填写完整的案号，或者案件编号。")})
    return found.id, tuple(sale.subject for lot in reading.lots_of_case(session, found.id)
                           for sale in lot.sales)


def _lot(session: Session, lot_id: str, court_id: str) -> Any:
    found = reading.find_lot(session, lot_id)
    if found is None or found.court_id != court_id:
        raise InvalidInput({"lot": N_("本院没有这个标的。请填写标的编号，它是标的网页地址的最后一段。")})
    return found


def _subjects(session: Session, wanted: LeafQuery, lot: Any | None, court_id: str, *, is_exercise: bool
              ) -> tuple[str, ...] | None:
    """The subjects that lot, code and subject leave; None where none of them is given."""
    given: list[set[str]] = []
    if wanted.subject:
        given.append({wanted.subject})
    if lot is not None:
        given.append({sale.subject for sale in lot.sales})
    if wanted.code:
        given.append({sale.subject for sale in reading.sales_with_code(session, court_id, wanted.code)
                      if sale.lot.is_exercise == is_exercise})
    return tuple(sorted(set.intersection(*given))) if given else None


def leaf_of(session: Session, log: str, index: int, actor: Actor) -> Leaf:
    """One leaf of the auditor's court, or one of the installation's log that was written for a sale of it.

    Raises:
        NoSuchSale: none, or another court's.
    """
    found = session.get(Leaf, (log, index))
    owner = session.scalar(select(Log.court_id).where(Log.origin == log))
    if found is None or actor.court_id is None or (
            owner != actor.court_id and not reads_for_court(session, found, actor.court_id)):
        raise NoSuchSale
    return found


def reads_for_court(session: Session, leaf: Leaf, court_id: str) -> bool:
    """Whether a leaf says that an identity was read for a sale of this court."""
    subject = sale_read_for(leaf)
    lot = reading.find_lot(session, lot_named(subject)) if subject else None
    return lot is not None and lot.court_id == court_id


def sale_read_for(leaf: Leaf) -> str:
    """The subject of the sale for which an identity was read; "" where the leaf names none."""
    if leaf.kind != Kind.IDENTITY_READ:
        return ""
    act, _, subject = str(audit.body_of(leaf).get("reason", "")).partition(" ")
    return subject if act == _CONFIRMED else ""


def lot_named(subject: str) -> str:
    """The lot that the subject of a sale names."""
    return subject.removeprefix("lot:").partition("/")[0]
