"""The lawful course of a sale from its announcement on: each step, why, until when, what it waits for."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from auction.models import Delivery, Result, Sale
from auction.rules.lifecycle import AFTER_SALE, SEALED, LotState
from auction.services.closing import refund_due_at
from auction.services.delivery import handover_due_on, ruling_due_on
from auction.services.reading import end_in_force, registrations_of
from auction.views.words import ground, stated, taken_back_before
from audit import services as audit
from audit.kinds import Kind
from kernel.clock import end_of_day
from kernel.languages import gettext as _
from kernel.pages import day, until, when, yuan
from ledger import services as ledger

_DELIVERED = (LotState.HANDED_OVER, LotState.DISTRIBUTED, LotState.ARCHIVED)


def steps_of(session: Session, sale: Sale, now: datetime, *, handles: bool) -> list[dict[str, Any]]:
    """The steps as the macro ``way`` takes them; those of the officer only where ``handles``."""
    steps = list(_before_the_end(sale, now, handles=handles))
    if sale.result is not None:
        steps += _after_the_end(session, sale, sale.result)
    if sale.delivery is not None and sale.state in AFTER_SALE:
        steps += _delivery(session, sale, sale.delivery, handles=handles)
    elif sale.state in SEALED:
        steps.append({"state": "later", "title": _("确认成交、退还保证金"), "rule": "AUC-23.2",
                      "why": _("竞价结束后由系统立即办理，不需要人操作")})
    return steps


def _before_the_end(sale: Sale, now: datetime, *, handles: bool) -> Iterator[dict[str, Any]]:
    if sale.published_at is None:
        return
    yield {"state": "done", "title": _("发布公告"), "rule": "AUC-12.2",
           "when": when(sale.published_at, "minute"), "why": _("全文和附件任何人都能查阅")}
    ended, running = sale.result is not None, sale.state == LotState.BIDDING
    yield {"state": "done" if ended else "wait", "title": _("报名和保证金"), "rule": "AUC-18.1",
           "when": when(sale.result.closed_at, "minute") if sale.result else _("至竞价结束"),
           "why": _("报名人和保证金名单在竞价结束前对法院也不公开")}
    if sale.result is not None and taken_back_before(sale):
        yield {"state": "none", "title": _("竞价没有进行"), "rule": "GEN-17",
               "when": _("原定 %(at)s", at=when(sale.opens_at, "minute", markup=False)),
               "why": _("%(on)s 已撤回", on=day(sale.result.closed_at, markup=False))}
    else:
        yield {"state": "done" if ended or running or now >= sale.opens_at else "wait",
               "title": _("竞价开始"), "rule": "AUC-20.1", "when": when(sale.opens_at, "minute")}
    for stop in sale.suspensions:
        if stop.to_at is None and sale.state == LotState.SUSPENDED:
            yield _stopped(sale, handles=handles)
        else:
            yield {"state": "done", "title": _("暂停：%(ground)s", ground=ground(stop.ground)),
                   "rule": "AUC-28.1", "why": stated(stop.reason),
                   "when": _("%(start)s 至 %(end)s", start=when(stop.from_at, "short", markup=False),
                             end=when(stop.to_at, "short", markup=False))}
    if not ended:
        stopped = sale.state == LotState.SUSPENDED
        yield {"state": "now" if running else "later", "title": _("竞价结束"), "rule": "AUC-20.4",
               "when": _("恢复后接着计算") if stopped else when(end_in_force(sale)),
               "why": _("到时由系统结束；最后 %(minutes)s 分钟内有出价的，自动延时",
                        minutes=sale.extension_window_seconds // 60)}


def _stopped(sale: Sale, *, handles: bool) -> dict[str, Any]:
    stop = next(one for one in sale.suspensions if one.to_at is None)
    base = f"/desk/lots/{sale.lot_id}"
    step: dict[str, Any] = {
        "state": "block", "title": _("拍卖已暂停：%(ground)s", ground=ground(stop.ground)),
        "rule": "AUC-28.1", "why": stated(stop.reason), "when": when(stop.from_at, "minute")}
    if handles and stop.cause_ended_on is None:
        step["action"] = {"url": f"{base}/cause-ended", "label": _("记录原因消除"), "main": True}
    return step


def _after_the_end(session: Session, sale: Sale, result: Result) -> Iterator[dict[str, Any]]:
    if result.outcome == "withdrawn":
        yield {"state": "done", "title": _("终结拍卖") if sale.state == LotState.CLOSED_NO_SALE
               else _("撤回拍卖"), "rule": "GEN-17", "why": result.reason,
               "when": when(result.closed_at, "minute")}
    elif result.winner_code is None:
        yield {"state": "done", "title": _("流拍"), "rule": "AUC-26.1",
               "why": _("竞价期间没有人出价"), "when": when(result.closed_at)}
    else:
        yield {"state": "done", "title": _("成交：%(price)s", price=yuan(result.price_fen)),
               "rule": "AUC-22.1", "when": when(result.closed_at),
               "why": _("%(code)s 最高，成交确认书已公示", code=result.winner_code)}
    if sale.published_at is not None:
        left = sum(one.subject == sale.subject for one in ledger.refunds_open(
            session, sale.lot.court_id))
        sent = ledger.refunded_at(session, {one.reference or "" for one in registrations_of(session, sale)})
        yield {"state": "wait" if left else "done", "rule": "AUC-23.2", "title": _("退还保证金"),
               "when": _("限 %(at)s 前", at=when(refund_due_at(sale), "minute", markup=False)) if left
               else when(max(sent.values(), default=result.closed_at), "minute"),
               "why": _("还有 %(n)s 笔等财务退回", n=left) if left
               else _("未成交的保证金已全部解除并退回，或者没有人缴纳")}


def _distributed(session: Session, sale: Sale) -> str:
    done = audit.leaves_of_subject(session, sale.subject, kind=Kind.LOT_DISTRIBUTED)
    return when(done[-1].at, "minute") if done else ""


def _delivery(session: Session, sale: Sale, found: Delivery, *, handles: bool) -> Iterator[dict[str, Any]]:
    base, state = f"/desk/lots/{sale.lot_id}", LotState(sale.state)
    yield {"state": "done" if found.paid_at else "wait", "title": _("付清余款"), "rule": "AUC-25.1",
           "why": _("余款 %(balance)s", balance=yuan(found.balance_fen)),
           "when": when(found.paid_at, "minute") if found.paid_at
           else _("限 %(at)s", at=until(end_of_day(found.balance_due_on), markup=False))}
    due_on = ruling_due_on(sale)
    yield _mine(_("作出成交裁定"), "AUC-25.3", _("价款付清后限期作出并送达买受人")
                if due_on is None else _("限 %(on)s 前作出并送达", on=day(due_on, "week", markup=False)),
                done_at=found.ruling_issued_at, is_now=state is LotState.PAID and handles,
                waits=state is LotState.PAID, url=f"{base}/ruling", label=_("上传裁定书"))
    yield _mine(_("送达成交裁定，所有权转移"), "AUC-22.2", _("所有权自裁定送达买受人时起转移"),
                done_at=found.ruling_served_at, is_now=state is LotState.RULING_ISSUED and handles,
                waits=state is LotState.RULING_ISSUED, url=f"{base}/ruling-service", label=_("记录送达"))
    due_on = handover_due_on(sale)
    yield _mine(_("交付财产"), "AUC-25.3", found.handover_note or (
                _("裁定送达后限期交付") if due_on is None
                else _("限 %(on)s 前交付", on=day(due_on, "week", markup=False))),
                done_at=found.handed_over_at, is_now=state is LotState.TRANSFERRED and handles,
                waits=state is LotState.TRANSFERRED, url=f"{base}/hand-over", label=_("记录交付"))
    if state in _DELIVERED:
        is_now = state is LotState.HANDED_OVER
        yield {"state": "now" if is_now else "done", "when": _distributed(session, sale),
               "title": _("分配价款"), "rule": "CPI-508", "why": _("在案件的分配方案里办理"),
               "action": {"url": f"/desk/cases/{sale.lot.case_id}", "label": _("去案件页"),
                          "main": False} if is_now else None}


def _mine(title: str, rule: str, why: str, *, done_at: datetime | None, is_now: bool, waits: bool,
          url: str, label: str) -> dict[str, Any]:
    state = "done" if done_at else "now" if is_now else "wait" if waits else "later"
    step: dict[str, Any] = {"state": state, "title": title, "rule": rule, "why": why}
    if done_at:
        step["when"] = when(done_at, "minute")
    if is_now:
        step["action"] = {"url": url, "label": label, "main": True}
    return step
