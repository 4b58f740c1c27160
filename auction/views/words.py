"""Words that several pages of the auction need, put into the reader's language."""

from typing import Any

from accounts import services as accounts
from auction.models import Sale
from auction.rules.history import GROUND_WORDS
from auction.rules.lifecycle import ROUND_LABELS, Round
from kernel.database import db
from kernel.languages import reader_language, say


def court_name(court_id: str) -> str:
    """The name of a court as the reader reads it."""
    court = accounts.get_court(db.session(), court_id)
    return court.name_en if reader_language() == "en" else court.name_zh


def round_name(sale: Sale) -> str:
    return say(ROUND_LABELS[Round(sale.round)])


def ground(word: str) -> str:
    """The ground of a suspension or withdrawal."""
    return say(GROUND_WORDS[word]) if word in GROUND_WORDS else word


def sale_line(sale: Sale) -> str:
    """Round and court in one line."""
    return f"{round_name(sale)} · {court_name(sale.lot.court_id)}"


def shown_bids(bids: Any) -> list[dict[str, Any]]:
    """Bids as the ladder macro takes them."""
    return [{"seq": one.seq, "code": one.code, "amount_fen": one.amount_fen,
             "received_at": one.received_at, "priority_rank": one.priority_rank,
             "extended_to": one.closes_at if one.extended else None} for one in bids]
