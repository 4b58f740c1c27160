"""A sale as a film: what was bid, what the clock did, and how it stood at any attempt."""

from bisect import bisect_left
from collections.abc import Container, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from auction.rules.bidding import Reason
from auction.services import reading
from evidence.rules.film import CLOCK_WORDS, REASON_NAMES
from evidence.rules.pace import near_pairs
from evidence.rules.reel import Reel
from evidence.schemas import AttemptsIn, MomentIn
from evidence.services import (
    Shot,
    Wanted,
    drawn,
    findings_of_sale,
    happenings,
    moment_of,
    readings_of_sale,
    sale_of_court,
    shots,
    wanted_shots,
)
from evidence.views.blueprint import pages
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.formats import print_json
from kernel.forms import Form
from kernel.languages import cite, gettext, say
from kernel.pages import DASH, duration, when, yuan

ROWS: Final = 100
"""Attempts on one page of the table, and moments in one answer to the slider."""


@pages.get("/lots/<lot_id>/<int:number>")
@access(Role.AUDITOR, Role.SUPERVISOR)
def sale(lot_id: str, number: int) -> ResponseReturnValue:
    """One sale: its film stopped at an attempt, and every attempt with verdict, reason and times."""
    return sale_page(lot_id, number, Form())


def sale_page(lot_id: str, number: int, noting: Form) -> str:
    """The page of a sale.

    Args:
        noting: the form for a finding, as it was typed; it names the attempt at which the film stops then.
    """
    session = db.session()
    found = sale_of_court(session, lot_id, number, signed_in())
    form = Form(request.args)
    wanted = Wanted(**form.sift(AttemptsIn()))
    asked = {"at": noting.values["position"]} if noting.values.get("position") else request.args
    at = Form(asked).sift(MomentIn())["at"]
    taken = shots(session, found)
    shape = drawn(session, found, taken)
    chosen = taken[min(at or len(taken), len(taken)) - 1] if taken else None
    shown = wanted_shots(taken, wanted)
    first = _page_of(shown, chosen)
    noted = findings_of_sale(session, lot_id, number)
    marked = {one.finding.position for one in noted}
    return render_template(
        "evidence/sale.html", sale=found, lot=found.lot, form=form, taken=taken, shown=shown, drawn=shape,
        now_shown=None if chosen is None else _moment(found, chosen, shape), chosen=chosen,
        happened=happenings(session, found), differing=[shot for shot in taken if not shot.agrees],
        rows=[_row(shot, chosen, marked) for shot in shown[first:first + ROWS]],
        near=near_pairs([shot.frame for shot in taken]),
        earlier=_at(shown[first - ROWS]) if first else "",
        later=_at(shown[first + ROWS]) if first + ROWS < len(shown) else "", first=first, kept=_kept(),
        findings=noted, noting=noting, readings=readings_of_sale(session, found),
        code_options=[(code, code) for code in sorted({shot.frame.entry.bid.code for shot in taken})],
        reason_options=[(reason.value, say(REASON_NAMES[reason])) for reason in Reason])


@pages.get("/lots/<lot_id>/<int:number>/moments.json")
@access(Role.AUDITOR, Role.SUPERVISOR)
def moments(lot_id: str, number: int) -> ResponseReturnValue:
    """The attempts around one, each with how the sale stood then, in words: what the slider shows."""
    session = db.session()
    found = sale_of_court(session, lot_id, number, signed_in())
    at = Form(request.args).sift(MomentIn())["at"] or 1
    taken = shots(session, found)
    shape = drawn(session, found, taken)
    first = (min(at, len(taken)) - 1) // ROWS * ROWS if taken else 0
    return jsonify({"first": first + 1, "moments": [
        _moment(found, shot, shape) for shot in taken[first:first + ROWS]]})


@pages.get("/lots/<lot_id>/<int:number>/replay.json")
@access(Role.AUDITOR, Role.SUPERVISOR)
def replay(lot_id: str, number: int) -> ResponseReturnValue:
    """The sale as a replay/v1 file."""
    found = sale_of_court(db.session(), lot_id, number, signed_in())
    return Response(print_json(reading.bid_log(db.session(), found).as_json()), mimetype="application/json",
                    headers={"Content-Disposition": f"attachment; filename={lot_id}-{number}.replay.json"})


def _page_of(shown: Sequence[Shot], chosen: Shot | None) -> int:
    """Where the page of the table begins that holds the chosen attempt, or the one nearest to it."""
    if not shown or chosen is None:
        return 0
    place = bisect_left(shown, chosen.position, key=lambda shot: shot.position)
    return min(place, len(shown) - 1) // ROWS * ROWS


def _kept() -> dict[str, str]:
    """The filters of the table, which stay while the film goes on."""
    return {name: value for name, value in request.args.items()
            if value and name in AttemptsIn().fields}


def _at(shot: Shot) -> str:
    return "?" + urlencode(_kept() | {"at": shot.position})


def _moment(found: Any, shot: Shot, drawn: Reel) -> dict[str, Any]:
    """How the sale stood at an attempt, in the reader's words."""
    clock = moment_of(found, shot)
    entry, decision, after = shot.frame.entry, shot.frame.decision, shot.frame.after
    place = drawn.places[shot.position - 1]
    why, rule, article = _why(shot)
    return {
        "at": shot.position, "x": place.x, "y": place.y, "accepted": decision.accepted,
        "code": entry.bid.code, "amount": yuan(entry.bid.amount_fen),
        "received": when(entry.received_at, "ms", markup=False),
        "decided": when(shot.decided_at, "ms", markup=False), "waited": shot.waited_ms,
        "verdict": say(_verdict(shot)),
        "veil": "100%" if shot.position == len(drawn.places) else place.x,
        "reason": why, "rule": rule, "article": cite(article),
        "price": yuan(after.price_fen), "leader": after.leader_code or DASH,
        "ends": when(clock.ends_at, "ms", markup=False), "left": duration(clock.left),
        "clock": say(CLOCK_WORDS[clock.clock]), "extensions": after.extensions,
    }


def _verdict(shot: Shot) -> str:
    if not shot.frame.decision.accepted:
        return N_("无效")
    return N_("有效，延时") if shot.extended else N_("有效")


def _why(shot: Shot) -> tuple[str, str, str]:
    """The verdict in a sentence, its rule, its article."""
    refusal, before, entry = shot.frame.refusal, shot.frame.before, shot.frame.entry
    if refusal is not None:
        return say(refusal.message, refusal.details), refusal.rule, refusal.article
    if shot.frame.decision.repeated:
        return (say(N_("同一次出价又提交了一次，答复与第一次相同，价格和时间不变。")), "AUC-20.8",
                "合同编通则解释第四条")
    if shot.extended:
        text = say(N_("有效出价在延时窗口内到达，结束时间从到达时起重新计算，延至 %(closes_at)s。"),
                   {"closes_at": shot.frame.after.closes_at})
    elif shot.frame.after.closes_at != before.closes_at:  # a suspension was over, or a sell-off began
        text = say(N_("结束时间改为 %(closes_at)s。"), {"closes_at": shot.frame.after.closes_at})
    else:
        text = gettext("距当时的结束时间还有 %(left)s，结束时间不变。",
                       left=duration(before.closes_at - entry.received_at))
    return text, "AUC-20.4", "网络司法拍卖规定第二十条第二款"


def _row(shot: Shot, chosen: Shot | None, marked: Container[int | None]) -> dict[str, Any]:
    entry, decision, refusal = shot.frame.entry, shot.frame.decision, shot.frame.refusal
    return {
        "n": shot.position, "code": entry.bid.code, "amount_fen": entry.bid.amount_fen,
        "accepted": decision.accepted, "extended_to": decision.closes_at if shot.extended else None,
        "reason_text": "" if refusal is None else say(refusal.message, refusal.details),
        "rule": refusal.rule if refusal else "AUC-20.4" if shot.extended else None,
        "received_at": entry.received_at, "decided_at": shot.decided_at,
        "url": _at(shot) + "#film", "on": shot is chosen,
        "marked": shot.position in marked,
    }
