"""Everything of a draft at one glance: what stands in the way, the panel, the notices, the dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import AlreadyOnSale
from auction.models import Sale
from auction.rules.lifecycle import LotState, Round, Step, next_state
from auction.rules.pricing import Range, lawful_deposit, least_start_price
from auction.rules.proposal import Figures, made_lawful, proposal
from auction.rules.publication import publication_obstacles, refusals
from auction.rules.publication_facts import PriceFacts
from auction.rules.schedule import earliest_opening, earliest_publication
from auction.rules.stating import by_article
from auction.services.drafting import PANEL_ACT, lot_under_way, note_panel, terms_digest
from auction.services.handling import handled_sale, law_of, record
from auction.services.publication import (
    Dates,
    Notified,
    class_of,
    earliest_dates,
    facts_of,
    notified,
    price_facts,
)
from auction.services.reading import announced_since
from auction.services.stops import Surplus, surplus_of
from audit.kinds import Kind
from cases import services as cases
from cases.errors import NoSuchProperty
from cases.rules.words import PropertyStatus
from kernel.access import Actor, Role
from kernel.clock import beijing_day, start_of_day
from kernel.errors import N_, Filled
from kernel.gates import Basis, Obstacle, Weight, pass_gate
from kernel.law import CURRENT, RuleSet
from kernel.money import Fen
from kernel.working_days import deadline
from valuation import services as valuation


@dataclass(frozen=True, slots=True)
class Vote:
    """One member of the panel, and what this person said."""

    name: str
    approve: bool | None
    reason: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Panel:
    """How the panel stands to the figures as they are now.

    Attributes:
        state: ``none``, ``pending``, ``approved`` or ``refused``; of other figures: ``differs``.
        votes: those given, then places of those still needed.
    """

    state: str
    approval_id: str | None
    digest: str
    needed: int
    votes: tuple[Vote, ...]


@dataclass(frozen=True, slots=True)
class CheckList:
    """What an officer, a judge and a program see of a draft."""

    law: RuleSet
    obstacles: tuple[Obstacle, ...]
    warnings: tuple[Obstacle, ...]
    panel: Panel
    people: Sequence[Notified]
    dates: Dates
    price: PriceFacts | None
    surplus: Surplus

    @property
    def least_start_fen(self) -> int | None:
        """The floor of the start price; None while there is no reference price (AUC-10.3)."""
        return None if self.price is None else least_start_price(self.price.amount_fen, self.law)


def check_list(session: Session, sale: Sale, now: datetime) -> CheckList:
    """Look at a draft as the gate of the publication would now."""
    law, facts = law_of(session, sale), facts_of(session, sale, now)
    found = publication_obstacles(facts, law)
    return CheckList(
        law=law, obstacles=tuple(refusals(found)),
        warnings=tuple(one for one in found if one.weight is Weight.WARN),
        panel=panel_of(session, sale), people=notified(session, sale),
        dates=earliest_dates(session, sale, now), price=facts.price,
        surplus=surplus_of(session, sale))


PUT_TO_PANEL: Final = frozenset({"start_price_fen", "increment_fen", "deposit_fen"})


def send_to_panel(session: Session, lot_id: str, *, actor: Actor, now: datetime) -> Sale:
    """Put the figures before the panel; three members decide, each alone (AUC-27).

    Figures that were changed after a decision go before the panel again; those that the law allows
    nobody to decide so never do (AUC-10.3, AUC-17.1).

    Raises:
        GateClosed: a start price, increment or deposit outside what the law allows.
        StepNotAllowed: published, or ended.
        AlreadyRequested: these very figures lie before the panel.
    """
    sale = handled_sale(session, lot_id, actor)
    found = refusals(publication_obstacles(facts_of(session, sale, now), law_of(session, sale)))
    pass_gate([one for one in found if one.about in PUT_TO_PANEL and not one.code.startswith("panel_")])
    note_panel(session, lot_id)
    sale.state = next_state(LotState(sale.state), Step.SEND_TO_PANEL, of_round=sale.round)
    digest = terms_digest(sale)
    accounts.request_approval(
        session, court_id=sale.lot.court_id, case_id=sale.lot.case_id, act=PANEL_ACT,
        subject=sale.subject, digest=digest, role=Role.JUDGE,
        rule=law_of(session, sale).provision("panel_members_min").rule,
        needed=law_of(session, sale).integer("panel_members_min"),
        url=f"/desk/lots/{lot_id}/decision",
        summary=N_("“%(title)s”的起拍价、增价幅度、保证金和优先购买权"),
        details={"title": sale.lot.title, "start_price_fen": sale.start_price_fen,
                 "increment_fen": sale.increment_fen, "deposit_fen": sale.deposit_fen,
                 "priority": sale.priority_decision},
        actor=actor, now=now)
    record(session, sale, Kind.LOT_SENT_TO_PANEL, actor, {"digest": digest})
    return sale


def panel_of(session: Session, sale: Sale) -> Panel:
    """The latest request to the panel and the words of its members."""
    approval = accounts.approval_for(session, subject=sale.subject, act=PANEL_ACT)
    needed = law_of(session, sale).integer("panel_members_min")
    digest = terms_digest(sale)
    if approval is None or approval.state == "superseded":
        return Panel("none", None, digest, needed, (Vote("", None, "", None),) * needed)
    names = accounts.names_of(session, {word.person_id for word in approval.decisions})
    votes = tuple(Vote(names[word.person_id], word.approve, word.reason, word.decided_at)
                  for word in approval.decisions)
    places = (Vote("", None, "", None),) * (needed - len(votes))
    state = str(approval.state) if approval.digest == digest else "differs"
    return Panel(state, approval.id, digest, needed, votes + places)


def deposits_of(sale: Sale, law: RuleSet) -> Range:
    """The lawful deposits at the present start price (AUC-17.1)."""
    return lawful_deposit(Fen(sale.start_price_fen), law)


def lawful_figures(session: Session, sale: Sale, typed: Figures, now: datetime) -> Figures:
    """What was typed, with each unlawful figure moved to the nearest lawful one."""
    price = price_facts(session, sale.lot.property_id or "", now)
    return made_lawful(typed, None if price is None else price.amount_fen,
                       earliest_dates(session, sale, now).open_from_on, law_of(session, sale))


def first_figures(session: Session, property_id: str, now: datetime) -> Figures | None:
    """What the form of a new lot proposes, were everybody notified today; None without a price."""
    price = price_facts(session, property_id, now)
    if price is None:
        return None
    found = cases.get_property(session, property_id)
    law = accounts.court_law(session, found.court_id, CURRENT)
    publish_on = earliest_publication(beijing_day(now), law)
    return proposal(price.amount_fen, earliest_opening(
        publish_on, Round.FIRST, class_of(session, property_id), law), law)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A priced property without a lot, and until when its sale is to begin (REF-30).

    ``start_by_on`` is None where a sale had begun and was taken back: the term was kept.
    """

    court_id: str
    case_id: str
    case_number: str
    officer_id: str
    property_id: str
    title: str
    price: PriceFacts
    start_by_on: date | None


def ready_properties(session: Session, now: datetime, *, court_id: str | None = None
                     ) -> list[Waiting]:
    """Properties that have a price in force and no lot yet, oldest first."""
    ready = []
    for found in cases.properties_with_status(session, PropertyStatus.PRICED, court_id=court_id):
        price = price_facts(session, found.id, now)
        if price is not None and lot_under_way(session, found.id) is None:
            ready.append(Waiting(
                found.court_id, found.case_id, found.case.number, found.case.officer_id, found.id,
                found.title, price, start_by_on(session, found.court_id, found.id, now)))
    return ready


def hindrance(session: Session, property_id: str, *, actor: Actor, now: datetime) -> Obstacle | None:
    """Why this reader cannot begin a sale of a property just now; None where nothing is in the way.

    Raises:
        NoSuchProperty: there is none, or it is another court's.
    """
    found = cases.get_property(session, property_id)
    if found.court_id != actor.court_id:
        raise NoSuchProperty
    under_way = lot_under_way(session, property_id)
    if found.case.officer_id != actor.id:
        return Obstacle("not_your_case", Basis("", ""), N_("只有本案承办人可以办理。"), about=found.case_id)
    if under_way is not None:
        return Obstacle("already_on_sale", Basis("", ""), AlreadyOnSale.message, about=under_way.id)
    if found.status in (PropertyStatus.SOLD, PropertyStatus.RELEASED):
        return Obstacle("property_settled", Basis("", ""), N_("这项财产%(status)s，不能再拍卖。"),
                        details={"status": Filled(found.status.word)}, about=found.case_id)
    if found.status is not PropertyStatus.PRICED or price_facts(session, property_id, now) is None:
        return by_article("AUC-10.2", "网络司法拍卖规定第十条第二款", "price_not_in_force", property_id,
                          N_("财产处置参考价还没有确定。"))
    return None


def start_by_on(session: Session, court_id: str, property_id: str, now: datetime) -> date | None:
    """The last day for beginning the sale of a priced property (REF-30).

    None without a price, and once a sale was announced under it, whatever became of that sale.
    """
    price = valuation.price_in_force(session, property_id, now)
    if price is None or announced_since(session, property_id, start_of_day(price.in_force_on)):
        return None
    days = accounts.court_law(session, court_id, CURRENT).days(
        "reference_price.disposal_start_days")
    return deadline(price.in_force_on, days)
