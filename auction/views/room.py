"""The live room: how a sale stands now, and how the reader stands in it.

The page shows the standing by itself and bids without a script in two steps; with one,
``static/auction/room.js`` keeps it live.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from auction.errors import NotQualified
from auction.live.bids import take_bid
from auction.models import Attempt, Registration, Sale
from auction.rules.band import BAND_WORDS, ENDED, RUNS, Phase, Standing, band_of
from auction.rules.bidding import may_match
from auction.rules.closing import STOP_WORDS
from auction.rules.jump import JUMP_PERCENT, JUMP_STEPS, MISTYPED_TIMES, jump_of, times_text
from auction.schemas import RoomBidIn
from auction.services.exercises import rival_of
from auction.services.history import bid_leaves, log_keys, receipt_keys
from auction.services.reading import (
    SHOWN_BIDS,
    announced_sale,
    attempts_of,
    end_in_force,
    minimum_of,
    standing_of,
    time_left,
)
from auction.services.registration import admitted
from auction.views.blueprint import pages
from auction.views.qualifying import closes_soon, registration_words, way_in
from auction.views.seats import own_key
from auction.views.story import story_of, title_of
from auction.views.words import (
    court_name,
    ground,
    phase_now,
    sale_line,
    sentences,
    shown_bids,
    stated,
)
from kernel import clock
from kernel.access import current_actor, public
from kernel.arrivals import by_entry
from kernel.database import db
from kernel.errors import InvalidInput
from kernel.forms import Form
from kernel.languages import gettext as _
from kernel.languages import say
from kernel.money import Fen, yuan_text
from kernel.pages import percent_of, when, yuan
from ledger import services as ledger

RECEIPTS: Final = 5


@pages.get("/lots/<lot_id>/room")
@public
def room(lot_id: str) -> ResponseReturnValue:
    """The room as it stands; ``amount_fen`` in the address asks to confirm a bid of that sum."""
    form = Form(request.args)
    wish = {}
    if {"amount_fen", "amount"} & form.values.keys():
        with form.attempt():
            wish = {"amount_fen": _wished(form)}
        if not wish:
            _say_what_is_wrong(form)
    return _page(lot_id, form, asks_fen=wish.get("amount_fen"))


def _wished(form: Form) -> int:
    """The sum chosen, or typed in yuan.

    Raises:
        InvalidInput: neither.
    """
    typed = form.load(RoomBidIn())
    found = typed["amount"] if typed["amount_fen"] is None else typed["amount_fen"]
    if found is None:
        raise InvalidInput({"amount": _("请填写以元为单位的金额，最多两位小数，例如 1,234,567.89。")})
    return int(found)


def _say_what_is_wrong(form: Form) -> None:
    """On top of the room: what is wrong with the sum, else why the bid was turned away."""
    flash(next(iter(form.errors.values()), form.summary or ""), "error")


@pages.post("/lots/<lot_id>/room")
@public
@by_entry
def bid(lot_id: str) -> ResponseReturnValue:
    """A bid of a browser without scripts; its answer stands on top of the room."""
    form = Form(request.form)
    with form.attempt():
        wish = form.load(RoomBidIn())
        told = take_bid(lot_id, amount_fen=_wished(form), key=own_key(lot_id),
                        client_bid_id=wish["client_bid_id"] or secrets.token_hex(16),
                        received_at=g.received_at, actor=current_actor())
        if told["refusal"] is None:
            flash(_("出价 %(amount)s 已确认。", amount=yuan(told["amount_fen"])))
        else:
            flash(f"{told['refusal']['message']} {told['refusal']['rule']}", "error")
        return redirect(url_for("lots.room", lot_id=lot_id))
    _say_what_is_wrong(form)
    return redirect(url_for("lots.room", lot_id=lot_id))


def _page(lot_id: str, form: Form, *, asks_fen: int | None) -> ResponseReturnValue:
    session = db.session()
    sale = announced_sale(session, lot_id)
    now = clock.now()
    mine = _admitted(sale)
    bids = attempts_of(session, lot_id, sale.number, accepted_only=True)
    phase = phase_now(sale, now)
    return render_template(
        "auction/room.html", form=form,
        room=_shown(sale, bids, mine, phase, now) | {"ask": _ask(sale, asks_fen, phase, mine)},
        words={name: say(text) for name, text in BAND_WORDS.items()}
        | {f"stop-{code}": say(text) for code, text in STOP_WORDS.items()}), form.status


def _admitted(sale: Sale) -> Registration | None:
    """The reader's admission to this sale, by sign-in or by the seat in the cookie."""
    try:
        return admitted(db.session(), sale, actor=current_actor(), key=own_key(sale.lot_id))
    except NotQualified:
        return None


def _shown(sale: Sale, bids: Any, mine: Registration | None, phase: Phase, now: datetime
           ) -> dict[str, Any]:
    code = mine.code if mine is not None and mine.code else ""
    session, lot, lot_id = db.session(), sale.lot, sale.lot_id
    closes_at, minimum = end_in_force(sale), minimum_of(sale)
    until = _clock_until(sale, phase, closes_at, now)
    return {
        "lot_id": lot_id, "sale": sale.number, "title": title_of(lot),
        "line": _("练习") if lot.is_exercise else sale_line(sale),
        "court": court_name(lot.court_id),
        "lot_url": "/practice" if lot.is_exercise else f"/lots/{lot_id}",
        "room_url": f"/lots/{lot_id}/room", "history_url": f"/lots/{lot_id}/history",
        "result_url": f"/lots/{lot_id}/result", "mine_url": f"/my/bids/{lot_id}",
        "is_exercise": lot.is_exercise, "phase": phase, "band": _band(sale, bids, code, phase),
        "runs": phase in RUNS, "ended": phase in ENDED,
        "receipt_keys": receipt_keys(session, sale), "log_keys": log_keys(session, sale),
        "receipts_url": f"/my/bids/{lot_id}/{sale.number}/receipts",
        "code": code, "own": [code] if code else [],
        "key": own_key(lot_id) or "", "rank": mine.priority_rank if mine is not None else None,
        "price_label": _price_label(phase), "minimum_label": _minimum_label(sale, phase),
        "price_fen": sale.price_fen or sale.start_price_fen,
        "price_note": _price_note(sale), "start_fen": sale.start_price_fen,
        "reference_fen": sale.reference_price_fen, "opens_at": sale.opens_at,
        "planned_closes_at": sale.planned_closes_at, "closes_at": closes_at,
        "clock_label": _clock_label(phase), "clock_until": until, "left": clock_text(until - now),
        "ends_text": _ends_text(sale, phase, closes_at),
        "window_seconds": sale.extension_window_seconds,
        "extensions": _earlier_ends(sale, bids), "minimum_fen": minimum,
        "increment_fen": sale.increment_fen, "max_steps": sale.max_steps,
        "whole_steps": sale.whole_steps, "jump": (JUMP_STEPS, JUMP_PERCENT, MISTYPED_TIMES),
        "late": closes_soon(closes_at, sale.extension_window_seconds, phase, now),
        "options": _options(sale, mine, minimum),
        "way": None if mine is not None else way_in(sale, current_actor(), phase),
        "rival": rival_of(session, sale),
        "story": story_of(sale, bids, code) if lot.is_exercise else [],
        "bids": shown_bids(reversed(bids[-SHOWN_BIDS:])), "bid_count": len(bids),
        "code_count": len({one.code for one in bids}), "steps": _steps(bids),
        "receipts": _receipts(sale, bids, code), "note": _note(sale, phase),
        "my_facts": _my_facts(sale, mine), "lot_facts": _lot_facts(sale),
    }


def _band(sale: Sale, bids: Any, code: str, phase: Phase) -> dict[str, str]:
    own = [one.amount_fen for one in bids if one.code == code]
    led: Attempt | None = bids[-1] if bids else None
    at = sale.result.closed_at if sale.result else led.received_at if led else None
    found = Standing(phase, code, own[-1] if own else None, sale.leader_code, sale.price_fen,
                     sale.start_price_fen, at)
    band = band_of(found)
    price = sale.price_fen or sale.start_price_fen
    figures = {
        "opens": when(sale.opens_at, "minute", markup=False), "price": yuan_text(Fen(price)),
        "leader": sale.leader_code or "", "more": yuan_text(Fen(price - own[-1])) if own else "",
        "at": when(at, "time", markup=False), "end": when(end_in_force(sale), "time", markup=False)}
    return {"kind": band.kind, "icon": band.icon,
            "title": say(BAND_WORDS[band.title]).format(**figures),
            "text": say(BAND_WORDS[band.text]).format(**figures)}


def _price_label(phase: Phase) -> str:
    return {Phase.SOLD: _("成交价"), Phase.CONFIRMING: _("最后一口")}.get(phase, _("当前价"))


def _price_note(sale: Sale) -> str:
    if sale.price_fen is None:
        return _("起拍价，还没有人出价")
    above = sale.price_fen - sale.start_price_fen
    higher = _("比起拍价高 %(above)s", above=yuan(above)) if above else _("与起拍价相同")
    if not sale.reference_price_fen:
        return higher
    share = percent_of(sale.price_fen, sale.reference_price_fen)
    return _("，").join((_("评估价的 %(share)s", share=share), higher))


def _clock_label(phase: Phase) -> str:
    if phase in ENDED:
        return _("已结束")
    return {Phase.UPCOMING: _("距开始"), Phase.CONFIRMING: _("时间已到"),
            Phase.SUSPENDED: _("恢复后至少")}.get(phase, _("剩余时间"))


def _clock_until(sale: Sale, phase: Phase, closes_at: datetime, now: datetime) -> datetime:
    """Where the countdown ends; that of a suspended sale stands still at what will be left."""
    if phase is Phase.UPCOMING:
        return sale.opens_at
    left = time_left(sale)
    return closes_at if left is None else now + left


def clock_text(span: timedelta) -> str:
    """Time left as the countdown shows it: 09:08, 1:02:03, 2 天 03:04:05; rounded up."""
    seconds = max(0, -(-span // timedelta(seconds=1)))
    days, rest = divmod(seconds, 86_400)
    hours, minutes, seconds = rest // 3600, rest // 60 % 60, rest % 60
    if days:
        return f"{days} {_('天')} {hours:02d}:{minutes:02d}:{seconds:02d}"
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def _minimum_label(sale: Sale, phase: Phase) -> str:
    """As bar.js says it, so that nothing moves when the script takes over."""
    if phase is Phase.CONFIRMING:
        return _("最后一口")
    if phase is Phase.SUSPENDED:
        return _("恢复后最低")
    return _("起拍价") if sale.price_fen is None else _("下一口最低")


def _ends_text(sale: Sale, phase: Phase, closes_at: datetime) -> str:
    if phase is Phase.UPCOMING:
        return _("%(at)s 开始", at=when(sale.opens_at, "minute", markup=False))
    if phase is Phase.SUSPENDED:
        return _("恢复时间会在这里公布")
    if sale.extensions:
        return _("第 %(n)s 次延时，%(at)s 结束", n=sale.extensions,
                 at=when(closes_at, "time", markup=False))
    return _("%(at)s 结束", at=when(closes_at, markup=False))


def _earlier_ends(sale: Sale, bids: Any) -> list[datetime]:
    """The ends that extensions have moved, the announced one first."""
    moved = [one.closes_at for one in bids if one.extended]
    return [sale.planned_closes_at, *moved[:-1]] if moved else []


def _options(sale: Sale, mine: Registration | None, minimum: int) -> list[dict[str, Any]]:
    """Sums to choose from; ``data-steps`` lets the script keep them in step with the price."""
    first = sale.price_fen is None
    found = [(0, _("起拍价") if first else _("最低")), (1, _("+1 级") if first else _("+2 级")),
             (4, _("+4 级") if first else _("+5 级"))]
    options = [{"steps": steps, "label": label, "fen": minimum + steps * sale.increment_fen}
               for steps, label in found]
    if mine is not None and mine.priority_rank and may_match(standing_of(sale), mine.priority_rank):
        options = [{"steps": -1, "label": _("同价优先"), "fen": sale.price_fen}, *options[:2]]
    return options


def _ask(sale: Sale, amount_fen: int | None, phase: Phase, mine: Registration | None
         ) -> dict[str, Any] | None:
    """The bid to be confirmed, of a browser without scripts."""
    if amount_fen is None or phase not in RUNS or mine is None:
        return None
    above = amount_fen - (sale.price_fen or sale.start_price_fen)
    jump = jump_of(amount_fen, minimum_of(sale), sale.increment_fen)
    return {"fen": amount_fen, "client_bid_id": secrets.token_hex(16), "jump": jump,
            "times": times_text(jump.percent) if jump else "",
            "note": _("比当前价高 %(above)s", above=yuan(above)) if above > 0 else ""}


def _steps(bids: Any) -> list[dict[str, Any]]:
    return [{"amount_fen": one.amount_fen, "received_at": one.received_at, "code": one.code}
            for one in bids]


def _receipts(sale: Sale, bids: Any, code: str) -> list[dict[str, Any]]:
    """The reader's latest bids, each with the leaf of the log that holds it."""
    own = [one for one in bids if one.code == code][-RECEIPTS:] if code else []
    leaves = bid_leaves(db.session(), sale) if own else []
    return [{"seq": one.seq, "amount_fen": one.amount_fen, "at": one.received_at,
             "sha256": leaves[one.position - 1]["hash"], "index": leaves[one.position - 1]["index"]}
            for one in reversed(own)]


def _note(sale: Sale, phase: Phase) -> dict[str, Any] | None:
    """Why the sale stands still or was taken back, with the rule."""
    stop = next((one for one in sale.suspensions if one.to_at is None), None)
    if phase is Phase.SUSPENDED and stop is not None:
        return {"kind": "time", "icon": "pause", "title": ground(stop.ground),
                "text": sentences(stated(stop.reason), _(
                    "自 %(at)s 起暂停，恢复后至少再竞价 %(minutes)s 分钟。",
                    at=when(stop.from_at, markup=False),
                    minutes=max(1, sale.extension_window_seconds // 60))),
                "rule": "AUC-28.1", "article": "网络司法拍卖规定第二十八条"}
    if phase is Phase.WITHDRAWN and sale.result is not None:
        return {"kind": "info", "icon": "undo", "title": _("为什么撤回"),
                "text": sale.result.reason or "", "rule": "GEN-17", "article": "拍卖变卖规定第十七条"}
    return None


def _my_facts(sale: Sale, mine: Registration | None) -> list[tuple[Any, ...]]:
    if mine is None or sale.lot.is_exercise:
        return []
    payment = ledger.payment(db.session(), mine.reference or "")
    return [(_("我的竞买代码"), mine.code, _("结束前没有人知道代码背后是谁")),
            (_("竞买资格"), registration_words(mine),
             _("%(at)s 确认", at=when(mine.admitted_at, "short", markup=False))),
            (_("保证金"), yuan(mine.deposit_fen), say(payment.state.word)),
            (_("特别提示"), _("已接受"), mine.accepted_notices[:8])]


def _lot_facts(sale: Sale) -> list[tuple[Any, ...]]:
    share = (_("评估价的 %(share)s", share=percent_of(sale.start_price_fen, sale.reference_price_fen))
             if sale.reference_price_fen else "")
    rows: list[tuple[Any, ...]] = []
    if sale.reference_price_fen:
        rows.append((_("评估价"), yuan(sale.reference_price_fen)))
    rows += [(_("起拍价，即保留价"), yuan(sale.start_price_fen), share),
             (_("增价幅度"), yuan(sale.increment_fen),
              _("一次最多 %(n)s 级", n=sale.max_steps) if sale.max_steps else "")]
    if not sale.lot.is_exercise:
        rows.append((_("保证金"), yuan(sale.deposit_fen)))
    return rows
