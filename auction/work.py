"""What waits in the auction, for whom and until when.

Votes of the panel wait with the approvals, balances and refunds with the ledger.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from auction.models import Lot, Sale
from auction.rules import schedule
from auction.rules.lifecycle import LotState
from auction.services.checklist import ready_properties, start_by_on
from auction.services.delivery import handover_due_on, ruling_due_on
from auction.services.handling import law_of
from auction.services.holding import asked_at
from auction.services.publication import class_of, earliest_dates, notified
from auction.services.reading import end_in_force
from auction.services.stops import surplus_of
from cases import services as cases
from kernel.access import Role
from kernel.clock import beijing_day, end_of_day, start_of_day
from kernel.domain import WorkItem
from kernel.errors import N_, Filled

_OFFICER: Final = frozenset({Role.OFFICER})
_TITLE: Final = N_("%(step)s：%(title)s")


def work(session: Session, now: datetime) -> Iterator[WorkItem]:
    """Every open step of this floor."""
    for one in ready_properties(session, now):
        yield WorkItem(
            court_id=one.court_id, case_id=one.case_id, title=_TITLE, rule="REF-30",
            url=f"/desk/lots/new?property={one.property_id}", due_at=_end_of(one.start_by_on),
            roles=_OFFICER, person_id=one.officer_id,
            details={"step": Filled(N_("启动拍卖")), "title": one.title})
    sales = session.scalars(
        select(Sale).join(Lot).where(~Lot.is_exercise, Sale.state.in_(list(_STEPS)))
        .options(selectinload(Sale.lot), selectinload(Sale.suspensions), selectinload(Sale.delivery),
                 selectinload(Sale.result)).order_by(Sale.lot_id)).all()
    officers = cases.officers_of(session, {sale.lot.case_id or "" for sale in sales})
    for sale in sales:
        step = _STEPS[LotState(sale.state)]
        yield step(session, sale, officers.get(sale.lot.case_id or "", ""), now)


def _act(sale: Sale, officer_id: str, step: str, rule: str, *, due_at: datetime | None,
         **figures: object) -> WorkItem:
    return WorkItem(court_id=sale.lot.court_id, case_id=sale.lot.case_id, title=_TITLE, rule=rule,
                    url=f"/desk/lots/{sale.lot_id}", due_at=due_at, roles=_OFFICER,
                    person_id=officer_id,
                    details={"step": Filled(step, **figures), "title": sale.lot.title})


def _wait(sale: Sale, step: str, rule: str, due_at: datetime | None) -> WorkItem:
    return WorkItem(court_id=sale.lot.court_id, case_id=sale.lot.case_id, title=_TITLE, rule=rule,
                    url=f"/desk/lots/{sale.lot_id}", due_at=due_at,
                    details={"step": Filled(step), "title": sale.lot.title})


def _end_of(on: date | None) -> datetime | None:
    return None if on is None else end_of_day(on)


def _start_by(session: Session, sale: Sale, now: datetime) -> datetime | None:
    return _end_of(start_by_on(session, sale.lot.court_id, sale.lot.property_id or "", now))


def _draft(session: Session, sale: Sale, officer_id: str, now: datetime) -> WorkItem:
    return _act(sale, officer_id, N_("完成拍卖草稿，提交合议庭"), "REF-30",
                due_at=_start_by(session, sale, now))


def _panel(session: Session, sale: Sale, _officer_id: str, now: datetime) -> WorkItem:
    return _wait(sale, N_("合议庭评议，然后发布公告"), "REF-30", _start_by(session, sale, now))


def _notices(session: Session, sale: Sale, officer_id: str, now: datetime) -> WorkItem:
    missing = sum(not one.is_told for one in notified(session, sale))
    start_by = _start_by(session, sale, now)
    if missing:
        return _act(sale, officer_id, N_("通知当事人，还差 %(count)s 人"), "AUC-16.1",
                    due_at=start_by, count=missing)
    surplus = surplus_of(session, sale)
    if surplus.is_useless and any(one.notice is None for one in surplus.applicants):
        return _act(sale, officer_id, N_("通知申请执行人没有剩余可能"), "GEN-6", due_at=start_by)
    publish_on = earliest_dates(session, sale, now).publish_from_on
    if publish_on > beijing_day(now):
        return _wait(sale, N_("通知期满，可以发布公告"), "AUC-16.1",
                     start_of_day(publish_on))
    return _act(sale, officer_id, N_("发布拍卖公告"), "REF-30", due_at=start_by)


def _opens(_session: Session, sale: Sale, _officer_id: str, _now: datetime) -> WorkItem:
    return _wait(sale, N_("竞价开始"), "AUC-20.1", sale.opens_at)


def _closes(_session: Session, sale: Sale, _officer_id: str, _now: datetime) -> WorkItem:
    return _wait(sale, N_("竞价结束"), "AUC-20.4", end_in_force(sale))


def _suspended(session: Session, sale: Sale, officer_id: str, _now: datetime) -> WorkItem:
    running = next((one for one in sale.suspensions if one.to_at is None), None)
    if running is None or running.cause_ended_on is None:
        return _act(sale, officer_id, N_("核查暂停的原因是否消除"), "AUC-28.4", due_at=None)
    due_on = schedule.resume_due_on(running.cause_ended_on, law_of(session, sale))
    if running.fault is not None:
        if asked_at(session, sale) is not None:
            return _wait(sale, N_("另一人同意以后恢复拍卖"), "AUC-28.4", end_of_day(due_on))
        return _act(sale, officer_id, N_("系统故障后提请恢复拍卖"), "AUC-28.4", due_at=end_of_day(due_on))
    return _act(sale, officer_id, N_("恢复拍卖"), "AUC-28.4", due_at=end_of_day(due_on))


def _failed(session: Session, sale: Sale, _officer_id: str, now: datetime) -> WorkItem:
    failed_on = beijing_day(sale.result.closed_at if sale.result else now)
    dates = schedule.second_auction(failed_on, class_of(session, sale.lot.property_id or ""),
                                    law_of(session, sale))
    return _wait(sale, N_("流拍后再次拍卖的期限"), "AUC-26.2",
                 end_of_day(dates.open_by_on))


def _ruling(_session: Session, sale: Sale, officer_id: str, _now: datetime) -> WorkItem:
    return _act(sale, officer_id, N_("作出并送达成交裁定"), "AUC-25.3",
                due_at=_end_of(ruling_due_on(sale)))


def _service(_session: Session, sale: Sale, officer_id: str, _now: datetime) -> WorkItem:
    return _act(sale, officer_id, N_("向买受人送达成交裁定"), "AUC-25.3",
                due_at=_end_of(ruling_due_on(sale)))


def _hand_over(_session: Session, sale: Sale, officer_id: str, _now: datetime) -> WorkItem:
    return _act(sale, officer_id, N_("向买受人交付财产"), "AUC-25.3",
                due_at=_end_of(handover_due_on(sale)))


_Step = Callable[[Session, Sale, str, datetime], WorkItem]

_STEPS: Final[Mapping[LotState, _Step]] = MappingProxyType({
    LotState.DRAFT: _draft, LotState.PANEL: _panel, LotState.NOTIFYING: _notices,
    LotState.READY: _notices, LotState.PUBLISHED: _opens, LotState.BIDDING: _closes,
    LotState.SUSPENDED: _suspended, LotState.FAILED: _failed, LotState.PAID: _ruling,
    LotState.RULING_ISSUED: _service, LotState.TRANSFERRED: _hand_over,
})
"""What comes next where a sale stands; the states that are not here wait for nobody on this floor."""
