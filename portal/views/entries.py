"""Rows of the catalogue in the reader's words, as home page, calendar and results take them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from auction.rules.lifecycle import ROUND_LABELS, Group, Round
from kernel.errors import N_, InvalidInput
from kernel.forms import Form
from kernel.languages import say
from portal.models import Entry
from portal.services.results import Ended
from portal.services.statistics import permille
from portal.views.addresses import outer
from portal.views.cards import cards_of, court_names

_OPEN: Final = (Group.LIVE, Group.UPCOMING)


def court_among(courts: Mapping[str, str], wanted: str | None, form: Form) -> str | None:
    """The court whose entries are asked for; where nobody knows it, the page says so and shows all."""
    if wanted is None or wanted in courts:
        return wanted
    if not form.errors:
        form.refuse(InvalidInput({"court": N_("没有这家法院，下面是全部法院的。")}))
    return None


def named(entry: Entry) -> dict[str, Any]:
    """A sale as a calendar names it."""
    return {"url": f"/lots/{entry.lot_id}", "title": entry.title, "state": str(entry.state)}


def hourly(entries: Sequence[Entry], now: datetime) -> list[dict[str, Any]]:
    """Sales by the hour, as the list of today shows them."""
    courts = court_names()
    return by_the_hour(entries, {card["url"]: card for card in cards_of(entries, now, courts)}, courts)


def by_the_hour(entries: Sequence[Entry], cards: Mapping[str, dict[str, Any]],
                courts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same, where the cards are known already, by their addresses."""
    return [cards[url] | {"at": entry.closes_at, "opens_at": entry.opens_at,
                          "machine": event_of(entry, courts)}
            for entry in entries if (url := f"/lots/{entry.lot_id}") in cards]


def ended_row(one: Ended, courts: Mapping[str, str]) -> dict[str, Any]:
    """A sale that ended as a row of the results."""
    entry, sold = one.entry, one.entry.outcome == "sold"
    reference = entry.reference_price_fen
    return {
        "url": f"/lots/{entry.lot_id}/result", "title": entry.title, "ended_at": entry.ended_at,
        "court": courts.get(entry.court_id, ""), "round": say(ROUND_LABELS[Round(entry.round)]),
        "sold": sold, "outcome": entry.outcome, "state": str(entry.state),
        "price_fen": entry.price_fen if sold else None, "start_fen": entry.start_price_fen,
        "reference_fen": reference, "bids": entry.accepted,
        "ratio": permille_text(permille(entry.price_fen, reference)) if sold and reference else "",
        "proof": one.proof}


def event_of(entry: Entry, courts: Mapping[str, str]) -> dict[str, Any]:
    """A sale as machines read it (macros/structured.html)."""
    return {"title": entry.title, "url": outer(f"/lots/{entry.lot_id}"), "opens_at": entry.opens_at,
            "closes_at": entry.closes_at, "court": courts.get(entry.court_id, ""),
            "price_fen": entry.price_fen, "ended": entry.group not in _OPEN}


def permille_text(value: int | None) -> str:
    """925 as 92.5%; nothing for nothing."""
    return "" if value is None else f"{value // 10}.{value % 10}%"


def share_text(part: int, whole: int) -> str:
    """A part of a whole in percent, rounded half up; a dash where there is no whole."""
    return permille_text((2 * part * 1000 + whole) // (2 * whole)) if whole else "—"

