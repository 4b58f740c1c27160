"""What waits in cases, for whom and until when."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, selectinload

from accounts import services as accounts
from cases.models import Case, Claim, Document, Property, Service
from cases.rules.properties import reference_price_due_at
from cases.rules.third_parties import review_due_on
from cases.rules.words import DocumentKind, PropertyStatus, ServiceWay
from cases.services.third_parties import pending_objections
from kernel.access import Role
from kernel.clock import end_of_day
from kernel.domain import WorkItem
from kernel.errors import N_

_OFFICER = frozenset({Role.OFFICER})


def work(session: Session, now: datetime) -> Iterable[WorkItem]:
    """Every open step of this floor. A property's own steps end when valuation takes it up."""
    yield from _properties(session)
    yield from _claims(session)
    yield from _bases(session)
    yield from _public_notices(session, now)
    yield from _objections(session)


def _of(case: Case, title: str, rule: str, *, at: str = "", due_at: datetime | None = None,
        **details: object) -> WorkItem:
    return WorkItem(court_id=case.court_id, case_id=case.id, title=title, rule=rule, due_at=due_at,
                    url=f"/desk/cases/{case.id}{at}", roles=_OFFICER, person_id=case.officer_id,
                    details=details)


def _properties(session: Session) -> Iterator[WorkItem]:
    seized = session.scalars(
        select(Property).where(Property.status == PropertyStatus.SEIZED)
        .options(selectinload(Property.case), selectinload(Property.fact_versions)))
    for found in seized:
        rules = accounts.court_law(session, found.court_id, found.case.rule_set)
        due_at = reference_price_due_at(found.seized_on, rules)
        if found.facts_missing:
            yield _of(found.case, N_("查明财产现状：%(property)s 还差 %(count)s 项"), "REF-3.1",
                      at=f"/properties/{found.id}/facts", due_at=due_at,
                      property=found.title, count=len(found.facts_missing))
        yield _of(found.case, N_("启动确定参考价程序：%(property)s"), "REF-1", due_at=due_at,
                  property=found.title)


def _claims(session: Session) -> Iterator[WorkItem]:
    unchecked = (select(Claim.case_id, func.count().label("count"))
                 .where(Claim.checked_at.is_(None)).group_by(Claim.case_id).subquery())
    for case, count in session.execute(
            select(Case, unchecked.c.count).join(unchecked, unchecked.c.case_id == Case.id)):
        yield _of(case, N_("核对 %(count)s 笔债权：%(number)s"), "PAR-01", at="/file#claims",
                  count=count, number=case.number)


def _bases(session: Session) -> Iterator[WorkItem]:
    uploaded = exists().where(Document.case_id == Case.id,
                              Document.kind == DocumentKind.ENFORCEMENT_BASIS)
    for case in session.scalars(select(Case).where(~uploaded)):
        yield _of(case, N_("上传执行依据：%(number)s"), "AUC-13",
                  at="/documents/new?kind=enforcement_basis", number=case.number)


def _public_notices(session: Session, now: datetime) -> Iterator[WorkItem]:
    running = session.execute(
        select(Service, Case).join(Case, Case.id == Service.case_id)
        .where(Service.way == ServiceWay.PUBLIC_NOTICE, Service.received_at > now)
        .options(selectinload(Service.party)))
    for service, case in running:
        provision = accounts.court_law(session, case.court_id, case.rule_set).provision(
            service.notice or "")
        yield WorkItem(court_id=case.court_id, case_id=case.id, rule=provision.rule,
                       title=N_("公告送达期满：向%(party)s送达“%(title)s”"),
                       url=f"/desk/cases/{case.id}/file#services", due_at=service.received_at,
                       details={"party": service.party.name, "title": service.title})


def _objections(session: Session) -> Iterator[WorkItem]:
    for found in pending_objections(session):
        rules = accounts.court_law(session, found.court_id, found.case.rule_set)
        yield _of(found.case, N_("审查案外人异议：%(property)s"), "CPL-238",
                  at=f"/objections/{found.id}", property=found.asset.title,
                  due_at=end_of_day(review_due_on(found.filed_on, rules)))
