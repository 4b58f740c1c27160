"""A seized flat on its way to a reference price, brought as far as a test wants.

``now`` is the platform's clock; a test walks it with the fixture ``at``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Court, Person
from cases import services as cases
from cases.models import Case, Party, Property
from cases.rules.words import ServiceWay
from kernel import clock
from kernel.access import Actor, Role
from kernel.clock import beijing_day
from kernel.formats import parse_instant
from kernel.transactions import unit_of_work
from kernel.working_days import end_of_day
from tests.factories.accounts import a_court, a_person, acting, the_actor
from tests.factories.cases import a_case, a_party, a_property, a_respondent, a_stored_file
from valuation import services
from valuation.models import Draw, Institution, Valuation
from valuation.rules.appraisal import ReportPart
from valuation.rules.ladder import Ground, Method

FIELD = "房地产"
NAMES = ("衡信资产评估事务所", "同方圆房地产估价公司", "江畔测算评估公司", "临澜正衡估价公司",
         "青屿方圆评估公司", "听涛房地产评估公司")
BEGIN = parse_instant("2026-03-02T09:00:00+08:00")
"""A Monday; the holidays of 2026 are known."""

Walk = Callable[[datetime], None]


@dataclass
class Scene:
    """The people and papers of one course."""

    court: Court
    officer: Actor
    clerk: Actor
    supervisor: Actor
    applicant: Person
    respondent: Person
    institutions: tuple[Institution, ...]
    account: Person
    """The account of every institution."""
    case: Case
    parties: tuple[Party, Party]
    flat: Property

    def person(self, session: Session, role: str) -> Actor:
        """Who holds a seat of the draw."""
        return {"applicant": the_actor(session, self.applicant),
                "respondent": the_actor(session, self.respondent),
                "observer": self.supervisor}[role]


def a_scene(session: Session, *, with_facts: bool = True, secrets: int = 3) -> Scene:
    """A court with its people, six listed institutions, numbered secrets, and a seized flat."""
    court = a_court(session)
    staff = {role: the_actor(session, a_person(session, role, court))
             for role in (Role.OFFICER, Role.DRAW_CLERK, Role.SUPERVISOR)}
    applicant, respondent, account = (
        a_person(session, role) for role in (Role.PARTY, Role.PARTY, Role.INSTITUTION))
    officer, clerk = staff[Role.OFFICER], staff[Role.DRAW_CLERK]
    with acting(session) as s:
        listed = tuple(services.list_institution(
            s, court_id=court.id, number=f"INST-{n:02d}", name=name, field=FIELD, region="临澜市",
            person_id=account.id, actor=clerk, now=clock.now()) for n, name in enumerate(NAMES, 1))
        if secrets:
            services.commit_secrets(s, court_id=court.id, count=secrets, actor=clerk,
                                    now=clock.now())
        case = a_case(s, officer)
        first = a_party(s, case, officer, person=applicant)
        second = a_respondent(s, case, officer)
        cases.link_party(s, party_id=second.id, login=respondent.login, actor=officer,
                         now=clock.now())
        flat = a_property(s, case, officer, with_facts=with_facts)
    return Scene(court, officer, clerk, staff[Role.SUPERVISOR], applicant, respondent, listed,
                 account, case, (first, second), flat)


def a_valuation(session: Session, scene: Scene, **changes: object) -> Valuation:
    """The course begun, negotiation first."""
    facts = {"has_official_price": False, "online_possible": False, "inspection_needed": True,
             **changes}
    with acting(session) as s:
        return services.open_valuation(s, property_id=scene.flat.id, field=FIELD,
                                       actor=scene.officer, now=clock.now(),
                                       **facts)  # type: ignore[arg-type]


def methods_out(session: Session, scene: Scene, valuation: Valuation) -> None:
    """Negotiation refused, no official price, no online inquiry."""
    with acting(session) as s:
        for method, ground in ((Method.NEGOTIATION, Ground.REFUSED),
                               (Method.DIRECTED_INQUIRY, Ground.NO_OFFICIAL_PRICE),
                               (Method.ONLINE_INQUIRY, Ground.INSPECTION_NEEDED)):
            services.record_method_out(
                s, valuation.id, method=method, ground=ground, on=beijing_day(clock.now()),
                term_ended_on=None, note="", actor=scene.officer, now=clock.now())


def asked(session: Session, scene: Scene, valuation: Valuation, *, days: int = 5,
          party_missing: bool = False) -> date:
    """The parties asked to agree; returns the last day of their term."""
    until = beijing_day(clock.now()) + timedelta(days=days)
    with acting(session) as s:
        services.ask_parties(s, valuation.id, agree_by_on=until, party_missing=party_missing,
                             actor=scene.officer, now=clock.now())
    return until


def a_course(session: Session, scene: Scene, at: Walk) -> Valuation:
    """A course in which a draw is lawful: methods out, the term to agree over."""
    valuation = a_valuation(session, scene)
    methods_out(session, scene, valuation)
    at(end_of_day(asked(session, scene, valuation)) + timedelta(hours=9))
    return valuation


def proposed(session: Session, scene: Scene, valuation: Valuation,
             left_out: tuple[services.LeftOut, ...] = ()) -> Draw:
    """A pool proposed by the draw clerk."""
    with acting(session) as s:
        return services.propose_draw(s, valuation.id, left_out=left_out, actor=scene.clerk,
                                     now=clock.now())


def decided(session: Session, scene: Scene, draw: Draw, *, approve: bool = True) -> None:
    """The supervisor decides on the pool, and the platform takes note."""
    with unit_of_work() as work:
        approval = accounts.approval_for(work.session, subject=f"draw:{draw.id}",
                                         act="valuation.freeze")
        assert approval is not None
        accounts.decide_approval(work.session, approval.id, approve=approve,
                                 reason="" if approve else "名单有误", actor=scene.supervisor,
                                 now=clock.now())
    with unit_of_work() as work:
        services.note_freeze(work.session, draw.id, now=clock.now())


def sealed(session: Session, scene: Scene, draw: Draw, phrases: dict[str, str]) -> None:
    """Roles seal their phrases."""
    for role, phrase in phrases.items():
        with unit_of_work() as work:
            services.seal_contribution(work.session, draw.id, phrase=phrase, now=clock.now(),
                                       actor=scene.person(work.session, role))


def opened(session: Session, scene: Scene, draw: Draw, phrases: dict[str, str]) -> None:
    """Roles open their phrases."""
    for role, phrase in phrases.items():
        with unit_of_work() as work:
            services.open_contribution(work.session, draw.id, phrase=phrase, now=clock.now(),
                                       actor=scene.person(work.session, role))


PHRASES = {"applicant": "海棠里六幢的猫在晒太阳", "respondent": "七点零三分的渡船晚了一刻",
           "observer": "采菱街口新开了一家豆浆店"}


def a_done_draw(session: Session, scene: Scene, at: Walk) -> tuple[Valuation, Draw]:
    """An order of three, drawn with everyone's contribution."""
    valuation = a_course(session, scene, at)
    draw = proposed(session, scene, valuation)
    decided(session, scene, draw)
    sealed(session, scene, draw, PHRASES)
    opened(session, scene, draw, PHRASES)
    with unit_of_work() as work:
        services.hold_draw(work.session, draw.id, now=clock.now())
    return valuation, draw


def commissioned(session: Session, scene: Scene, valuation: Valuation, *,
                 accepted: bool = True) -> None:
    """The next of the order commissioned, and the commission accepted."""
    with unit_of_work() as work:
        services.send_commission(work.session, valuation.id, actor=scene.officer, now=clock.now())
    if accepted:
        with unit_of_work() as work:
            services.accept_commission(work.session, valuation.id, declared=True,
                                       actor=the_actor(work.session, scene.account),
                                       now=clock.now())


def report_facts(**changes: object) -> dict[str, object]:
    """A report that fits, dated today; ``changes`` replace members."""
    today = beijing_day(clock.now())
    return {"signed_by": ("陈怀瑾", "苏文远"), "dated_on": today, "price_fen": 238_000_000,
            "valid_until_on": today + timedelta(days=300), "parts": tuple(ReportPart), **changes}


def reported(session: Session, scene: Scene, valuation: Valuation, **changes: object) -> None:
    """The institution's report taken in and found in order."""
    stored = a_stored_file("评估报告")
    with unit_of_work() as work:
        services.take_report(work.session, valuation.id, stored=stored,
                             actor=the_actor(work.session, scene.account), now=clock.now(),
                             **report_facts(**changes))  # type: ignore[arg-type]
    with unit_of_work() as work:
        services.accept_report(work.session, valuation.id, actor=scene.officer, now=clock.now())


def report_served(session: Session, scene: Scene, valuation: Valuation,
                  parties: tuple[Party, ...] | None = None) -> None:
    """The report served on the parties through their accounts."""
    for party in scene.parties if parties is None else parties:
        with unit_of_work() as work:
            services.serve_report(work.session, valuation.id, party_id=party.id,
                                  way=ServiceWay.ELECTRONIC, served_at=clock.now(),
                                  actor=scene.officer, now=clock.now())


def a_served_report(session: Session, scene: Scene, at: Walk) -> Valuation:
    """A report that has reached both sides."""
    valuation, _ = a_done_draw(session, scene, at)
    commissioned(session, scene, valuation)
    reported(session, scene, valuation)
    report_served(session, scene, valuation)
    return valuation


def a_price(session: Session, scene: Scene, at: Walk) -> Valuation:
    """A price in force."""
    valuation = a_served_report(session, scene, at)
    at(clock.now() + timedelta(days=8))
    with unit_of_work() as work:
        services.put_in_force(work.session, valuation.id, now=clock.now())
    return valuation

