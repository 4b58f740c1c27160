"""Lots on their lawful way: a price in force, the draft, the panel, the notices, the announcement.

Every step of the auction goes through its service. The course to the price has tests of its own
(``tests.factories.valuation``) and is put down here as its result. Bidders and bids of a published
lot are in ``tests.factories.auction``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Court, Person
from auction.models import Lot, Sale
from auction.rules.disclosure import DisclosureItem
from auction.services import checklist, drafting, publication
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from cases.models import Case, Party, Property
from cases.rules.words import DocumentKind, PartyRole, PropertyStatus, ServiceWay
from kernel import clock
from kernel.access import SYSTEM, Actor, Role
from kernel.clock import beijing_day, start_of_day
from kernel.files import StoredFile
from kernel.formats import parse_instant
from kernel.ids import new_id
from tests.factories.accounts import a_court, a_person, acting, the_actor
from tests.factories.cases import a_case, a_document, a_party, a_property, a_stored_file
from valuation.models import ReferencePrice, Valuation
from valuation.rules.ladder import Method
from valuation.rules.stages import Stage

Walk = Callable[[datetime], None]
BEGIN = parse_instant("2026-03-23T09:00:00+08:00")
"""A Monday; the holidays of 2026 are known."""
PRICE_FEN = 238_000_000
START_FEN = 166_600_000
"""Exactly 70 % of the price."""
DEPOSIT_FEN = 20_000_000
STEP_FEN = 1_000_000
COSTS_FEN = 1_500_000
"""Estimated costs of enforcement: nothing comes before the applicant but these."""
PRIORITY = "经查询，本标的无承租人、共有人等优先购买权人。"


@dataclass
class Scene:
    """The case of a seized flat with its people."""

    court: Court
    officer: Actor
    judges: tuple[Actor, Actor, Actor]
    case: Case
    parties: tuple[Party, Party]
    flat: Property


@dataclass
class Sitting:
    """A lot with the people who bring it on its way."""

    scene: Scene
    lot_id: str

    @property
    def officer(self) -> Actor:
        return self.scene.officer

    @property
    def judges(self) -> tuple[Actor, Actor, Actor]:
        return self.scene.judges

    @property
    def subject(self) -> str:
        return f"lot:{self.lot_id}/1"

    def sale(self, session: Session) -> Sale:
        """The sale as the database has it now."""
        session.rollback()
        return session.get_one(Lot, self.lot_id).sale


def a_priced_scene(session: Session, at: Walk) -> Scene:
    """A flat whose reference price came into force today, valid for 300 days."""
    at(BEGIN)
    court = a_court(session)
    stored = a_stored_file("评估报告")
    with acting(session) as s:
        applicant, respondent = (a_person(s, Role.PARTY) for _ in range(2))
        officer = the_actor(s, a_person(s, Role.OFFICER, court, name="林静文"))
        first, second, third = (the_actor(s, a_person(s, Role.JUDGE, court, name=name))
                                for name in ("周砚秋", "邓思远", "沈知遥"))
        case = a_case(s, officer)
        parties = (a_party(s, case, officer, person=applicant),
                   a_party(s, case, officer, PartyRole.RESPONDENT, "冯立群", person=respondent))
        flat = a_property(s, case, officer, with_facts=True)
        a_price(s, case, flat, officer, stored)
    return Scene(court, officer, (first, second, third), case, parties, flat)


def a_price(session: Session, case: Case, found: Property, officer: Actor, stored: StoredFile,
            amount_fen: int = PRICE_FEN) -> ReferencePrice:
    """A commissioned appraisal's price in force, with the report among the papers of the case."""
    today, now = beijing_day(clock.now()), clock.now()
    with acting(session) as s:
        a_document(s, case, officer, title="评估报告", kind=DocumentKind.APPRAISAL_REPORT,
                   subject=found.subject, stored=stored)
        valuation = Valuation(
            id=new_id("val"), court_id=case.court_id, case_id=case.id, property_id=found.id,
            stage=Stage.IN_FORCE, rule_set=case.rule_set, field="房地产", has_official_price=False,
            online_possible=False, inspection_needed=True, appraisal_mandated=False,
            party_missing=False, wish_a_draw=False, opened_by=officer.id, opened_at=now)
        s.add(valuation)
        s.flush()
        price = ReferencePrice(
            id=new_id("price"), court_id=case.court_id, case_id=case.id, property_id=found.id,
            valuation_id=valuation.id, method=Method.COMMISSIONED_APPRAISAL, amount_fen=amount_fen,
            valid_until_on=today + timedelta(days=300), in_force_on=today, fixed_at=now,
            report_sha256=stored.sha256)
        s.add(price)
        audit.record(s, court_id=case.court_id, kind=Kind.PRICE_IN_FORCE, actor="system",
                     subject=valuation.subject, case_id=case.id, body={"price": price.id})
        cases.set_property_status(s, found.id, PropertyStatus.PRICED, actor=SYSTEM, now=now)
        s.flush()
    return price


def opening(days: int = 45) -> datetime:
    """Ten o'clock in Beijing, so many days from now."""
    return start_of_day(beijing_day(clock.now()) + timedelta(days=days)) + timedelta(hours=10)


def terms(**changes: Any) -> drafting.Terms:
    """Lawful terms, at the floor of the price; ``changes`` replace members."""
    opens_at = changes.pop("opens_at", None) or opening()
    return drafting.Terms(**{
        "title": "海棠里6幢1602室", "start_price_fen": START_FEN, "increment_fen": STEP_FEN,
        "deposit_fen": DEPOSIT_FEN, "opens_at": opens_at, "closes_at": opens_at + timedelta(hours=24),
        "balance_days": 10, "priority_decision": PRIORITY, "enforcement_costs_fen": COSTS_FEN, **changes})


def a_draft(session: Session, scene: Scene, **changes: Any) -> Sitting:
    """A drafted lot, with all that must be disclosed said."""
    with acting(session) as s:
        lot_id = drafting.draft_lot(s, property_id=scene.flat.id, terms=terms(**changes),
                                    actor=scene.officer, now=clock.now()).id
        for item, text in ((DisclosureItem.NOTICES, "已通知申请执行人和被执行人。"),
                           (DisclosureItem.OTHER, "看样请先联系法院预约。")):
            drafting.disclose(s, lot_id, item=item, text=text, not_applicable_reason="",
                              document_sha256=None, actor=scene.officer)
    return Sitting(scene, lot_id)


def sent(session: Session, sitting: Sitting) -> str:
    """The figures before the panel; returns the id of the request."""
    with acting(session) as s:
        checklist.send_to_panel(s, sitting.lot_id, actor=sitting.officer, now=clock.now())
        approval = accounts.approval_for(s, subject=sitting.subject, act=drafting.PANEL_ACT)
        assert approval is not None
        return approval.id


def vote(session: Session, approval_id: str, judge: Actor, *, approve: bool = True) -> None:
    """One member's word."""
    with acting(session) as s:
        accounts.decide_approval(s, approval_id, approve=approve, actor=judge, now=clock.now(),
                                 reason="" if approve else "起拍价请再核对。")


def decided(session: Session, sitting: Sitting) -> None:
    """All three have agreed, and the platform has taken note."""
    with acting(session) as s:
        approval_id = sent(s, sitting)
        for judge in sitting.judges:
            vote(s, approval_id, judge)
        drafting.note_panel(s, sitting.lot_id)


def notified(session: Session, sitting: Sitting) -> None:
    """Both sides told through their accounts."""
    with acting(session) as s:
        for party in sitting.scene.parties:
            publication.notify_party(
                s, sitting.lot_id, party_id=party.id, way=ServiceWay.ELECTRONIC,
                served_at=clock.now(), proof_document_id=None, actor=sitting.officer,
                now=clock.now())


def a_ready_lot(session: Session, at: Walk, **changes: Any) -> Sitting:
    """A lot that may be announced on this very day, and not a day sooner."""
    sitting = a_draft(session, a_priced_scene(session, at), **changes)
    decided(session, sitting)
    notified(session, sitting)
    at(start_of_day(beijing_day(clock.now()) + timedelta(days=4)))
    return sitting


def a_published_lot(session: Session, at: Walk, **changes: Any) -> Sitting:
    """A lot announced as the law wants it."""
    sitting = a_ready_lot(session, at, **changes)
    with acting(session) as s:
        publication.publish(s, sitting.lot_id, actor=sitting.officer, now=clock.now())
    return sitting


def the_person(session: Session, actor: Actor) -> Person:
    """The account behind an actor, for signing in."""
    return accounts.person(session, actor.id)
