"""Lots as cards and rows: what the catalogue says of them, and how their sale stands at this moment."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts import services as accounts
from auction.rules.band import Phase, phase_of
from auction.rules.lifecycle import ROUND_LABELS, LotState
from auction.services import reading
from kernel.database import db
from kernel.languages import english, say
from kernel.languages import gettext as _
from kernel.pages import duration, picture, square_metres, wan, when
from portal.models import Entry

_BEFORE = (LotState.PUBLISHED, LotState.SELLOFF_PUBLISHED)


def cards_of(entries: Iterable[Entry], now: datetime,
             courts: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """What the macros ``lot_card`` and ``lot_row`` take; price, end and state come from the sale itself."""
    listed = list(entries)
    sales = {sale.lot_id: sale for sale in reading.announced_among(
        db.session(), {entry.lot_id for entry in listed})}
    names = court_names() if courts is None else courts
    return [_card(entry, sales[entry.lot_id], names.get(entry.court_id, ""), now)
            for entry in listed if entry.lot_id in sales]


def court_names() -> dict[str, str]:
    """Every court by its id, in the reader's language."""
    in_english = english()
    return {court_id: en if in_english else zh for court_id, zh, en in accounts.court_names(db.session())}


def _card(entry: Entry, sale: Any, court: str, now: datetime) -> dict[str, Any]:
    ended, bid = sale.result is not None, sale.price_fen is not None
    return {
        "url": f"/lots/{entry.lot_id}", "title": entry.title, "state": _state(sale, now),
        "round": say(ROUND_LABELS[entry.round]), "line": line_of(entry, court), "photo_url": entry.photo_url,
        "art": picture(entry), "start_fen": sale.start_price_fen, "reference_fen": sale.reference_price_fen,
        "bid_fen": sale.price_fen, "price_fen": sale.price_fen or sale.start_price_fen,
        "price_label": _("成交价") if ended and bid else _("当前价") if bid else _("起拍价"),
        "bids": _("%(n)s 次出价", n=sale.accepted) if bid else "",
        "when": _when(sale), "notes": [*_reference(sale), *filter(None, [_when(sale)])]}


def line_of(entry: Entry, court: str = "") -> str:
    """What it is, how large, whose."""
    parts = [say(entry.category.word)]
    if entry.area_hundredths:
        parts.append(square_metres(entry.area_hundredths))
    parts.append(court or entry.region.rpartition("/")[2])
    return _("，").join(part for part in parts if part)


def _reference(sale: Any) -> list[str]:
    return [_("评估价 %(sum)s", sum=wan(sale.reference_price_fen))] if sale.reference_price_fen else []


def _when(sale: Any) -> str:
    if sale.result is not None:
        at = when(sale.result.closed_at, "short", markup=False)
        return _("%(at)s 撤回", at=at) if sale.result.outcome == "withdrawn" else _("%(at)s 结束", at=at)
    if sale.state == LotState.SUSPENDED:
        left = reading.time_left(sale)
        return _("恢复后还剩 %(left)s", left=duration(left)) if left else ""
    if sale.state in _BEFORE:
        return _("%(at)s 开始", at=when(sale.opens_at, "short", markup=False))
    return _("%(at)s 结束", at=when(reading.end_in_force(sale), "short", markup=False))


def _state(sale: Any, now: datetime) -> str:
    """As the macro ``status`` knows it: the phase of the moment while the sale runs."""
    phase = phase_of(LotState(sale.state), sale.result.outcome if sale.result else None, sale.opens_at,
                     reading.end_in_force(sale), sale.extensions, now)
    return str(phase) if phase in (Phase.EXTENDED, Phase.CONFIRMING, Phase.LIVE) else str(sale.state)
