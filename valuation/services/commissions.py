"""The commission: sent to the next of the order, accepted, declined, or not finished."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from accounts import services as accounts
from audit.kinds import Kind
from cases import services as cases
from kernel.access import Actor, Role
from kernel.clock import beijing_day
from kernel.errors import N_, InvalidInput, NotAllowed
from kernel.gates import GateClosed, Obstacle
from kernel.ids import new_id
from valuation.errors import AlreadyCommissioned, NobodyLeft, NotCommissioned
from valuation.models import Commission, Institution, Valuation
from valuation.rules.appraisal import FAILURES, Failure, Term, acceptance_due_on, next_institution
from valuation.rules.stages import Stage, Step, move
from valuation.services.institutions import institution_by_entry
from valuation.services.reading import (
    case_of,
    current_commission,
    handled,
    institution_of,
    law_of,
    locked_valuation,
    order_of,
    record,
)

DECLINABLE: Final = (Failure.DECLINED, Failure.CONFLICT)
"""On what grounds the institution itself may say no (LOT-10)."""

_BY_STAGE: Final = {
    Stage.COMMISSION: (Failure.DECLINED, Failure.CONFLICT, Failure.REMOVED),
    Stage.APPRAISING: (Failure.NOT_DELIVERED, Failure.CONFLICT, Failure.REMOVED),
    Stage.COURT_REVIEW: (Failure.NOT_CORRECTED, Failure.CONFLICT, Failure.REMOVED),
}


def possible_failures(valuation: Valuation) -> tuple[Failure, ...]:
    """The grounds on which the institution can be replaced as the course stands."""
    return _BY_STAGE.get(valuation.stage, ())


def send_commission(session: Session, valuation_id: str, *, actor: Actor,
                    now: datetime) -> Commission:
    """Commission the next of the order (REF-17.1, REF-19.3); never a new draw while one is left.

    Raises:
        StepNotOpen: no order of institutions yet.
        AlreadyCommissioned: one has the commission and has not failed.
        NobodyLeft: all three failed.
    """
    valuation = handled(session, valuation_id, actor)
    move(valuation.stage, Step.ACCEPT_COMMISSION)
    if current_commission(valuation) is not None:
        raise AlreadyCommissioned
    order, round_ = order_of(valuation), len(valuation.orders)
    name = next_institution(order, _failed_in(valuation, round_))
    if name is None:
        raise NobodyLeft
    institution = institution_by_entry(session, valuation.court_id, name)
    sent_on = beijing_day(now)
    found = Commission(
        id=new_id("com"), institution_id=institution.id, round=round_,
        position=order.index(name) + 1, institution=name, sent_on=sent_on,
        accept_by_on=acceptance_due_on(sent_on, law_of(session, valuation)), failure_note="",
        sent_by=actor.id)
    valuation.commissions.append(found)
    session.flush()
    record(session, valuation, Kind.COMMISSIONED, actor,
           {"institution": name, "position": found.position, "round": round_,
            "accept_by_on": found.accept_by_on.isoformat()})
    if institution.person_id is not None:
        accounts.send_message(
            session, person_id=institution.person_id, now=now, url="/my/commissions",
            text=N_("%(court)s委托您评估一项财产，请在 %(accept_by_on)s 前答复。"),
            details={"court": accounts.get_court(session, valuation.court_id).name,
                     "accept_by_on": found.accept_by_on})
    return found


def _failed_in(valuation: Valuation, round_: int) -> list[str]:
    return [one.institution for one in valuation.commissions
            if one.round == round_ and one.failure is not None]


def accept_commission(session: Session, valuation_id: str, *, declared: bool, actor: Actor,
                      now: datetime) -> Commission:
    """The institution accepts, and declares that it has no interest in the matter (LOT-8, LOT-10).

    The 30 days begin. The court's officer may record an acceptance that came on paper.

    Raises:
        InvalidInput: without the declaration.
        NotCommissioned: nobody is commissioned.
        NotAllowed: neither the institution nor the officer.
    """
    valuation = locked_valuation(session, valuation_id)
    found = commission_for(session, valuation, actor)
    target = move(valuation.stage, Step.ACCEPT_COMMISSION).target
    if not declared:
        raise InvalidInput({"declared": N_("接受委托必须声明没有利害关系；有利害关系的应当回避。")},
                           rule="LOT-8")
    valuation.stage = target
    found.accepted_on, found.accepted_by = beijing_day(now), actor.id
    found.report_by_on = Term(found.accepted_on).ends_on(law_of(session, valuation))
    record(session, valuation, Kind.COMMISSION_ACCEPTED, actor,
           {"institution": found.institution, "declared": True,
            "report_by_on": found.report_by_on.isoformat()})
    _tell_officer(session, valuation, N_("“%(institution)s”接受了委托，报告最迟 %(due_on)s 出具。"),
                  {"institution": found.institution, "due_on": found.report_by_on}, actor, now)
    return found


def decline_commission(session: Session, valuation_id: str, *, failure: Failure, note: str,
                       actor: Actor, now: datetime) -> Commission:
    """The institution says no, on a ground of LOT-10; the next of the order is commissioned then.

    Raises:
        InvalidInput: not a ground on which an institution may decline.
        NotCommissioned, StepNotOpen, NotAllowed: as ``accept_commission``.
    """
    valuation = locked_valuation(session, valuation_id)
    found = commission_for(session, valuation, actor)
    move(valuation.stage, Step.ACCEPT_COMMISSION)
    if failure not in DECLINABLE:
        raise InvalidInput({"failure": N_("请从给出的选项中选择。")}, rule="LOT-10")
    _fail(session, valuation, found, failure, note, actor, now)
    _tell_officer(session, valuation, N_("“%(institution)s”没有接受委托，请委托下一顺序。"),
                  {"institution": found.institution}, actor, now)
    return found


def note_commission_failed(session: Session, valuation_id: str, *, failure: Failure,
                           note: str = "", actor: Actor, now: datetime) -> Commission:
    """Record that an institution did not finish; the next of the order is commissioned then.

    Raises:
        NotCommissioned: nobody is commissioned.
        InvalidInput: not a ground at this stage.
        GateClosed: the term to report is not over.
        NotAllowed: not the officer in charge.
    """
    valuation = handled(session, valuation_id, actor)
    found = current_commission(valuation)
    if found is None:
        raise NotCommissioned
    if failure not in possible_failures(valuation):
        raise InvalidInput({"failure": N_("请从给出的选项中选择。")}, rule="REF-19.3")
    if failure is Failure.NOT_DELIVERED and found.report_by_on is not None \
            and beijing_day(now) <= found.report_by_on:
        raise GateClosed([Obstacle(
            "appraisal_term_running", FAILURES[failure][1],
            N_("出具报告的期限到 %(report_by_on)s 才届满。"),
            N_("期限届满仍没有报告的，次日起委托下一家。"), {"report_by_on": found.report_by_on})])
    _fail(session, valuation, found, failure, note, actor, now)
    return found


def _fail(session: Session, valuation: Valuation, found: Commission, failure: Failure, note: str,
          actor: Actor, now: datetime) -> None:
    failed = [*_failed_in(valuation, found.round), found.institution]
    is_exhausted = next_institution(order_of(valuation), failed) is None
    step = Step.EXHAUST_ORDER if is_exhausted else Step.COMMISSION_NEXT
    valuation.stage = move(valuation.stage, step).target
    found.failure, found.failed_on, found.failure_note = failure, beijing_day(now), note
    if is_exhausted:  # the parties may agree anew before there is another draw (REF-19.5)
        valuation.asked_on = valuation.agree_by_on = None
        valuation.party_missing = valuation.wish_a_draw = False
    record(session, valuation, Kind.COMMISSION_FAILED, actor,
           {"institution": found.institution, "failure": failure, "exhausted": is_exhausted})


def commission_for(session: Session, valuation: Valuation, actor: Actor) -> Commission:
    """The running commission, for the institution itself or the officer in charge.

    Raises:
        NotCommissioned: nobody is commissioned.
        NotAllowed: anyone else.
    """
    found = current_commission(valuation)
    if found is None:
        raise NotCommissioned
    if actor.is_staff:
        cases.may_handle(actor, case_of(session, valuation))
    elif not actor.may_act_as(Role.INSTITUTION) \
            or institution_of(session, found).person_id != actor.id:
        raise NotAllowed
    return found


def commissions_of_person(session: Session, person_id: str) -> Sequence[Commission]:
    """All commissions to the institutions of an account, newest first."""
    return session.scalars(
        select(Commission).join(Institution, Institution.id == Commission.institution_id)
        .where(Institution.person_id == person_id)
        .order_by(Commission.sent_on.desc(), Commission.id)
        .options(selectinload(Commission.valuation))).all()


def own_commission(session: Session, commission_id: str, person_id: str) -> Commission:
    """A commission to an institution of this account.

    Raises:
        NotCommissioned: there is none, or it is somebody else's: a stranger learns nothing.
    """
    found = session.get(Commission, commission_id)
    if found is None or institution_of(session, found).person_id != person_id:
        raise NotCommissioned
    return found


def _tell_officer(session: Session, valuation: Valuation, text: str, details: dict[str, object],
                  actor: Actor, now: datetime) -> None:
    officer_id = case_of(session, valuation).officer_id
    if officer_id != actor.id:
        accounts.send_message(session, person_id=officer_id, now=now, text=text, details=details,
                              url=f"/desk/valuations/{valuation.id}")
