"""Who opened sealed identities, when and why, as the log says: buyers after a sale, parties of cases.

The platform reads a buyer's identity in the log of the installation, where people stand; the sale that it
names says which court it concerns. What the machine compares without showing it to anybody leaves no leaf.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.services import reading
from audit import services as audit
from audit.kinds import Kind
from audit.models import Leaf
from audit.services import LeafSearch
from cases import services as cases
from cases.rules.words import IdentityReason
from evidence.services.searching import lot_named, reads_for_court, sale_read_for
from kernel.access import Actor
from kernel.errors import N_

PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a sealed identity.

    Attributes:
        by: who read it: a name; None for the platform itself.
        why: a marked message, or the word that the log holds.
        rule: rule id of the act that needed it; "" where none is fixed.
        sale: the sale that it was read for; ``case_number``: the case it belongs to.
        was_open: whether the sale had not ended yet: then nobody may know who is behind a code.
    """

    leaf: Leaf
    by: str | None
    why: str
    rule: str = ""
    sale: Any = None
    case_number: str = ""
    was_open: bool = False


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """Readings, newest first; ``older`` is the instant before which the next page begins, None at the end."""

    readings: list[Reading]
    older: datetime | None


def readings_of_court(session: Session, actor: Actor, *, before: datetime | None = None) -> ReadingPage:
    """The readings that concern the auditor's court."""
    court_id = actor.court_id or ""
    found: list[Leaf] = []
    for owner, kind in ((court_id, Kind.IDENTITY_READ), (court_id, Kind.PARTY_IDENTITY_READ),
                        (accounts.INSTALLATION, Kind.IDENTITY_READ)):
        log = audit.log_of_court(session, owner)
        leaves = () if log is None else _newest_first(session, log, kind, before)
        found += _first((leaf for leaf in leaves if owner == court_id
                         or reads_for_court(session, leaf, court_id)), PER_PAGE)
    found.sort(key=lambda leaf: (leaf.at, leaf.log, leaf.index), reverse=True)
    page = found[:PER_PAGE]
    page += [leaf for leaf in found[PER_PAGE:] if leaf.at == page[-1].at]  # a page ends between two instants
    return ReadingPage(_told(session, page), page[-1].at if len(found) > len(page) else None)


def readings_of_sale(session: Session, sale: Any) -> list[Reading]:
    """The readings for one sale: of the one person behind its winner's code."""
    if sale.delivery is None:
        return []
    buyer = f"person:{sale.delivery.buyer_person_id}"
    chain = audit.leaves_of_subject(session, buyer, kind=Kind.IDENTITY_READ)
    return _told(session, [leaf for leaf in chain if sale_read_for(leaf) == sale.subject])


def _newest_first(session: Session, log: str, kind: Kind, before: datetime | None) -> Iterator[Leaf]:
    wanted, index = LeafSearch(log, kind=str(kind), to_at=before), None
    while True:
        page = audit.find_leaves(session, wanted, before=index, most=PER_PAGE)
        yield from page.leaves
        if not page.older:
            return
        index = page.leaves[-1].index


def _first(leaves: Iterable[Leaf], most: int) -> list[Leaf]:
    """So many of them, those of the same instant as the last, and one more, which says that it goes on."""
    found: list[Leaf] = []
    for leaf in leaves:
        found.append(leaf)
        if len(found) > most and leaf.at != found[most - 1].at:
            break
    return found


def _told(session: Session, leaves: Sequence[Leaf]) -> list[Reading]:
    names = accounts.names_of(session, [leaf.actor.removeprefix("person:") for leaf in leaves])
    numbers = cases.numbers_of(session, {leaf.case_id for leaf in leaves if leaf.case_id})
    return [_one(session, leaf, names, numbers) for leaf in leaves]


def _one(session: Session, leaf: Leaf, names: dict[str, str], numbers: dict[str, str]) -> Reading:
    by = None if leaf.actor == "system" else names.get(leaf.actor.removeprefix("person:"), leaf.actor)
    reason = str(audit.body_of(leaf).get("reason", ""))
    if leaf.kind == Kind.PARTY_IDENTITY_READ:
        known = reason in tuple(IdentityReason)
        return Reading(leaf, by, IdentityReason(reason).word if known else reason,
                       case_number=numbers.get(leaf.case_id or "", ""))
    subject = sale_read_for(leaf)
    lot = reading.find_lot(session, lot_named(subject)) if subject else None
    sale = next((one for one in lot.sales if one.subject == subject), None) if lot is not None else None
    if sale is None:
        return Reading(leaf, by, reason)
    was_open = sale.result is None or leaf.at < sale.result.closed_at
    return Reading(leaf, by, N_("确认成交，成交确认书载明买受人"), "AUC-22.1", sale, was_open=was_open)
