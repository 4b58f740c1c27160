"""What the processes of one run share, and what the simulation notes about them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from auction.rules.bidding import BidIn, Decision
from auction.rules.lifecycle import LotState
from tests.simulation.database import Database
from tests.simulation.network import Network
from tests.simulation.world import World

if TYPE_CHECKING:
    from tests.simulation.process import Process


@dataclass(frozen=True, slots=True)
class Seat:
    """A bidder of one sale; may bid from ``confirmed_at`` on."""

    code: str
    rank: int | None
    confirmed_at: datetime


@dataclass(slots=True)
class Arrival:
    """A bid that reached a process, and what the simulation knows of its fate."""

    lot: str
    bid: BidIn
    by: str
    reached_at: datetime
    """True time at which its bytes reached the machine."""
    received_at: datetime
    off_ms: float
    order: int
    answer: Callable[..., None]
    fate: str = "waits"
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bidder is told: an acknowledgement of what is durable, or a refusal at the door."""

    lot: str
    bid: BidIn
    decision: Decision | None
    leaf: int | None
    digest: str | None
    door: str | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """A refusal at the door because a sale is over, and what the database said then."""

    lot: str
    said: str
    state: LotState


@dataclass
class House:
    """What the processes of one run share, and what the simulation notes about them."""

    world: World
    database: Database
    network: Network
    seats: dict[str, dict[str, Seat]] = field(default_factory=dict)
    processes: list["Process"] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    doors: list[Door] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    """Bids with a right stamp whose process had promised that nothing so old would come, or had no lease."""
    deaths: list[tuple[datetime, str]] = field(default_factory=list)
    """Of processes that had said that they were there."""
