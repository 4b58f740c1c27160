"""What the home page shows: what ends today, what comes, what ended, and what the draws and prices say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from auction.rules.lifecycle import Group
from cases import services as cases
from cases.rules.words import PropertyCategory
from portal.models import Entry
from portal.rules.sieve import Trait, Wish
from portal.services import catalogue
from portal.services.results import Ended, with_proofs
from portal.services.statistics import Spread, spread
from valuation import services as valuation
from valuation.rules import transcript
from valuation.rules.drawing import DrawState

ENDING: Final = 6
COMING: Final = 4
FEW: Final = 2
"""With no more than so many to come, those that run stand among them."""
ENDED: Final = 5
DRAWS: Final = 2


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw as the public sees it: for which thing, among how many, whether its order was found again."""

    draw: Any
    thing: Any
    case_number: str
    order: tuple[str, ...]
    agrees: bool


@dataclass(frozen=True, slots=True)
class Front:
    """All that the home page shows.

    Attributes:
        categories: with how many lots of each run or are announced, most first.
        ending: the next to end; ``today`` is how many before midnight in Beijing;
            where there are none, what ends next.
        coming: the next to begin; where they are few, what runs stands before them (``mixed``).
    """

    running: int
    announced: int
    categories: list[tuple[PropertyCategory, int]]
    ending: Sequence[Entry]
    today: int
    coming: Sequence[Entry]
    mixed: bool
    ended: list[Ended]
    draws: list[Drawn]
    prices: Spread


def front(session: Session, now: datetime) -> Front:
    """One look at everything."""
    groups = catalogue.counts_of(session, Trait.GROUP)
    ending, today = catalogue.closing_today(session, now, ENDING)
    counts = catalogue.counts_by_category(session)
    coming = catalogue.coming(session, now, COMING)
    mixed = len(coming) <= FEW
    if mixed:
        coming = [*catalogue.running(session, COMING - len(coming)), *coming]
    return Front(
        running=groups.get(Group.LIVE, 0), announced=groups.get(Group.UPCOMING, 0),
        categories=sorted(((one, counts[one]) for one in PropertyCategory if counts.get(one)),
                          key=lambda pair: -pair[1]),
        ending=ending or catalogue.running(session, ENDING), today=today,
        coming=coming, mixed=mixed,
        ended=with_proofs(session, catalogue.recent_results(session, ENDED)),
        draws=latest_draws(session, most=DRAWS), prices=spread(session))


def running_in(session: Session, court_id: str, most: int) -> tuple[Sequence[Entry], int]:
    """Lots of a court that run or are announced, the next first, and how many there are."""
    wish = Wish({Trait.COURT: frozenset({court_id}), Trait.GROUP: catalogue.OPEN})
    return catalogue.first(session, wish, most)


def latest_draws(session: Session, *, court_id: str | None = None, most: int) -> list[Drawn]:
    """The newest draws, each recomputed from its own transcript."""
    found = valuation.public_draws(session, court_id=court_id, most=most)
    things = cases.properties_among(session, {one.valuation.property_id for one in found})
    numbers = cases.numbers_of(session, {one.case_id for one in found})
    return [_drawn(one, things[one.valuation.property_id], numbers[one.case_id]) for one in found]


def _drawn(draw: Any, thing: Any, number: str) -> Drawn:
    if draw.state is not DrawState.DONE:
        return Drawn(draw, thing, number, (), agrees=False)
    published = valuation.transcript_of(draw)
    again = transcript.redraw(transcript.read(published))
    return Drawn(draw, thing, number, tuple(published["result"]), agrees=again.holds)
