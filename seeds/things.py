"""What differs between the things that the demo's courts sell."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cases.rules.words import DebtorKind, FactTopic, PropertyCategory, PropertyKind
from seeds.people import DONGLU, Place
from seeds.world import World
from valuation.rules.fields import REALTY

NOBODY: Final = "经查询，无承租人、共有人等优先购买权人。"


@dataclass(frozen=True, slots=True)
class Known:
    """One established fact: what is known, and from where."""

    topic: FactTopic
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Side:
    """A party. ``serial`` makes a natural person's identity number; 0 for an organisation."""

    name: str
    serial: int = 0
    login: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A seized thing and its sale.

    Attributes:
        begins, publishes: days from today; negative ones lie behind us.
        opens: the day on which the bidding begins, at ``opens_hour``.
        opened_hours_ago: instead of a day, so many hours before the founding.
        debt_fen: what the applicant asks for; secured by the thing where ``mortgaged`` says so.
        has_tenant: a tenant with a priority right is a party and has to be told.
        shareholders: who has a priority right in a share, and has to be told.
    """

    serial: int
    title: str
    category: PropertyCategory
    kind: PropertyKind = PropertyKind.IMMOVABLE
    place: Place = DONGLU
    cause: str = "金融借款合同纠纷"
    address: str = ""
    region: str = ""
    rooms: str = ""
    floors: int | None = None
    floor: int | None = None
    area_hundredths: int | None = None
    facts: tuple[Known, ...]
    applicant: Side
    respondent: Side
    others: tuple[Side, ...] = ()
    tenant: Side | None = None
    shareholders: tuple[Side, ...] = ()
    debtor_kind: DebtorKind = DebtorKind.NATURAL_PERSON
    is_mortgaged: bool = True
    debt_fen: int
    price_fen: int = 0
    start_fen: int = 0
    deposit_fen: int = 0
    step_fen: int = 1_000_000
    enforcement_costs_fen: int = 1_280_000
    costs_fen: tuple[int, int] = (2_140_000, 980_000)
    begins: int
    publishes: int = 0
    opens: float = 0
    opens_hour: int = 10
    opened_hours_ago: int = 0
    priority: str = NOBODY
    viewing: str = "看样请先联系法院预约，每周三上午。"
    field: str = field(default=REALTY)

    def opens_at(self, world: World) -> datetime:
        """When the bidding begins."""
        if self.opened_hours_ago:
            return world.today - timedelta(hours=self.opened_hours_ago)
        return world.day(self.opens, self.opens_hour)
