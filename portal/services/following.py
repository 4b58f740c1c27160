"""The catalogue follows the log: what a new leaf is about is written anew.

Level-triggered: a turn looks how far it has come and how far the logs are. A turn that is lost loses
nothing, and to take a leaf twice does no harm, for a row is made from what holds now, not from the leaf.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.rules.lifecycle import GROUPS, LotState, Round
from auction.services import reading
from audit import services as audit
from cases import services as cases
from cases.rules.words import PropertyCategory
from kernel.errors import Overtaken
from kernel.ids import new_id
from portal.models import CatalogueState, Entry
from portal.services.phrases import forget_words, keep_words

AT_ONCE: Final = 500
"""Leaves read, or lots written, in one transaction: it must not hold up a bid."""

GROUP_OF: Final = {state: group for group, states in GROUPS.items() for state in states}
"""In which group the public looks for an announced sale."""
_OF_THE_FILE: Final = ("case.", "property.", "document.")


def has_news(session: Session) -> bool:
    """Whether a turn would have something to do."""
    state = session.get(CatalogueState, 1, populate_existing=True)
    if state is None or state.filled_to is not None:
        return True
    return any(state.cursors.get(log, 0) < size for log, size in audit.log_sizes(session).items())


def count_entries(session: Session) -> int:
    """How many lots the catalogue holds."""
    return session.scalar(select(func.count()).select_from(Entry)) or 0


def follow(session: Session) -> bool:
    """One turn: take the next lots, or the next leaves; False where another process takes its turn.

    Only one turn runs at a time, wherever: the others leave it alone and come back.
    """
    state = session.scalars(select(CatalogueState).with_for_update(skip_locked=True)).one_or_none()
    if state is None:
        if session.get(CatalogueState, 1) is None:
            begin_anew(session)
            return True
        return False
    if state.filled_to is not None:
        _fill(session, state)
    else:
        _read_on(session, state)
    return True


def begin_anew(session: Session) -> None:
    """Forget the catalogue; the turns that follow make it from all lots.

    Raises:
        Overtaken: a turn is just running.
    """
    state = session.scalars(select(CatalogueState).with_for_update(skip_locked=True)).one_or_none()
    if state is None and session.get(CatalogueState, 1) is not None:
        raise Overtaken
    forget_words(session)
    session.execute(delete(Entry))
    fresh = {"epoch": new_id("cat"), "version": 0, "filled_to": "", "cursors": audit.log_sizes(session)}
    if state is None:
        session.add(CatalogueState(id=1, **fresh))
    else:
        session.execute(update(CatalogueState).values(**fresh))
    session.flush()


def _fill(session: Session, state: CatalogueState) -> None:
    lot_ids = reading.lot_ids_after(session, state.filled_to or "", most=AT_ONCE)
    state.version += 1
    write_entries(session, lot_ids, version=state.version)
    state.filled_to = lot_ids[-1] if lot_ids else None
    session.flush()


def _read_on(session: Session, state: CatalogueState) -> None:
    touched: set[str] = set()
    cursors = dict(state.cursors)
    for log, size in audit.log_sizes(session).items():
        begin = cursors.get(log, 0)
        leaves = audit.leaves_from(session, log, begin, most=AT_ONCE) if begin < size else []
        if leaves:
            touched |= _touched_by(session, leaves)
            cursors[log] = leaves[-1].index + 1
    if cursors != state.cursors:
        state.version += 1
        state.cursors = cursors
        write_entries(session, touched, version=state.version)
        session.flush()


def _touched_by(session: Session, leaves: Iterable[audit.LeafNote]) -> set[str]:
    """The lots that these leaves are about, or whose case file they changed."""
    lots: set[str] = set()
    files: set[str] = set()
    for leaf in leaves:
        kind, _, name = leaf.subject.partition(":")
        if kind == "lot":
            lots.add(name.partition("/")[0])
        elif leaf.case_id is not None and leaf.kind.startswith(_OF_THE_FILE):
            files.add(leaf.case_id)
    return lots | set(reading.lot_ids_of_cases(session, files)) if files else lots


def write_entries(session: Session, lot_ids: Collection[str], *, version: int) -> None:
    """Write the rows of these lots as they stand; a lot that is not announced has none."""
    sales = reading.announced_among(session, lot_ids)
    rows = _rows(session, sales)
    known = {entry.lot_id: entry for entry in session.execute(
        select(Entry.lot_id, Entry.slot, Entry.text, Entry.words_version).where(Entry.lot_id.in_(lot_ids)))}
    free = (session.scalar(select(func.max(Entry.slot))) or 0) + 1
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    texts: dict[int, str] = {}
    for row in rows:
        here = known.get(row["lot_id"])
        slot = here.slot if here is not None else free + len(fresh)
        said_anew = here is None or here.text != row["text"]
        if said_anew:
            texts[slot] = row["text"]
        (fresh if here is None else changed).append(row | {
            "slot": slot, "version": version,
            "words_version": version if here is None or said_anew else here.words_version})
    if fresh:
        session.execute(insert(Entry), fresh)
    if changed:
        session.execute(update(Entry), changed)
    keep_words(session, texts)


def _rows(session: Session, sales: Collection[Any]) -> list[dict[str, Any]]:
    things = cases.properties_among(session, {sale.lot.property_id for sale in sales if sale.lot.property_id})
    numbers = cases.numbers_of(session, {sale.lot.case_id for sale in sales if sale.lot.case_id})
    photographs = cases.first_photographs(session, things)
    courts = {court.id: court for court in accounts.courts(session)}
    return [_row(sale, things.get(sale.lot.property_id or ""), courts[sale.lot.court_id],
                 numbers.get(sale.lot.case_id or "", ""), photographs.get(sale.lot.property_id or ""))
            for sale in sales]


def _row(sale: Any, thing: Any, court: Any, case_number: str, photo_url: str | None) -> dict[str, Any]:
    lot, ended = sale.lot, sale.result
    category = PropertyCategory(thing.category) if thing is not None else PropertyCategory.OTHER
    region = thing.region if thing is not None else ""
    address = thing.address if thing is not None else ""
    return {
        "lot_id": lot.id, "number": sale.number, "court_id": lot.court_id, "case_id": lot.case_id or "",
        "case_number": case_number, "title": lot.title, "category": category, "region": region,
        "address": address, "rooms": thing.rooms if thing is not None else "",
        "floors": thing.floors if thing is not None else None,
        "floor": thing.floor if thing is not None else None,
        "area_hundredths": thing.area_hundredths if thing is not None else None, "photo_url": photo_url,
        "round": Round(sale.round), "state": LotState(sale.state), "group": GROUP_OF[LotState(sale.state)],
        "price_fen": sale.price_fen or sale.start_price_fen, "start_price_fen": sale.start_price_fen,
        "reference_price_fen": sale.reference_price_fen, "deposit_fen": sale.deposit_fen,
        "bid_fen": sale.price_fen, "accepted": sale.accepted, "extensions": sale.extensions,
        "opens_at": sale.opens_at, "closes_at": reading.end_in_force(sale),
        "ended_at": ended.closed_at if ended is not None else None,
        "published_at": sale.published_at, "outcome": ended.outcome if ended is not None else None,
        "text": entry_text(title=lot.title, category=category.word, region=region, address=address,
                           court=f"{court.name_zh}\n{court.name_en}", case_number=case_number)}


def entry_text(*, title: str, category: str, region: str, address: str, court: str, case_number: str) -> str:
    """What a lot is found by: one line a member."""
    return "\n".join((title, category, region.replace("/", "\n"), address, court, case_number))
