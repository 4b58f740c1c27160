"""Two sales side by side, in the same lines: terms, bids, time, faults, outcome, pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from auction.services import reading
from evidence.rules.film import REASON_NAMES
from evidence.rules.pace import Pace
from evidence.rules.reel import Reel
from evidence.schemas import CompareIn
from evidence.services import Happening, Shot, drawn, happenings, pace_of, sale_of_court, shots
from evidence.views.blueprint import pages
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import N_, DomainError, InvalidInput
from kernel.forms import Form
from kernel.languages import gettext, say
from kernel.pages import DASH, duration, money, percent_of, when

_MS = 1000


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two sales, with all that its column says."""

    sale: Any
    taken: Sequence[Shot]
    drawn: Reel
    pace: Pace
    happened: list[Happening]


@dataclass(frozen=True, slots=True)
class Line:
    """The same figure of both; ``differs``: whether they are not the same."""

    label: str
    left: Any
    right: Any

    @property
    def differs(self) -> bool:
        return str(self.left) != str(self.right)


@pages.get("/compare")
@access(Role.AUDITOR, Role.SUPERVISOR)
def compare() -> ResponseReturnValue:
    """Choose two sales of the court, and see them in the same lines."""
    form, sides = Form(request.args), None
    with form.attempt():
        wish = form.load(CompareIn())
        given = {name: _side(name, wish[name]) for name in ("a", "b") if wish[name]}
        if len(given) == len(("a", "b")):
            sides = (given["a"], given["b"])
    lots = reading.lots_of_court(db.session(), signed_in().court_id or "", exercises=True)
    options = [(f"{lot.id}/{sale.number}",
                gettext("%(title)s，第 %(number)s 次", title=lot.title, number=sale.number))
               for lot in lots for sale in lot.sales if sale.published_at is not None]
    return render_template("evidence/compare.html", form=form, sides=sides, options=options,
                           groups=[] if sides is None else _groups(*sides)), form.status


def _side(name: str, named: str) -> Side:
    lot_id, _, number = named.partition("/")
    session = db.session()
    try:
        sale = sale_of_court(session, lot_id, int(number) if number.isdecimal() and len(number) < 4 else 0,
                             signed_in())
    except DomainError as error:
        raise InvalidInput({name: N_("没有这次拍卖，或者它不属于您的法院。")}) from error
    taken = shots(session, sale)
    return Side(sale, taken, drawn(session, sale, taken), pace_of(sale, taken),
                happenings(session, sale))


def _groups(left: Side, right: Side) -> list[tuple[str, list[Line]]]:
    columns = [_told(left), _told(right)]
    return [(heading, [Line(label, value, other)
                       for (label, value), (_, other) in zip(lines, others, strict=True)])
            for (heading, lines), (_, others) in zip(*columns, strict=True)]


def _told(side: Side) -> list[tuple[str, list[tuple[str, Any]]]]:
    """The lines of one column, by heading; both columns have the same."""
    sale, pace, result = side.sale, side.pace, side.sale.result
    stopped = [one.lasted for one in side.happened if one.kind == "resume" and one.lasted is not None]
    return [
        (gettext("条件"), [
            (gettext("起拍价"), money(sale.start_price_fen)),
            (gettext("处置参考价"), money(sale.reference_price_fen)),
            (gettext("起拍价为参考价的"), _share(sale.start_price_fen, sale.reference_price_fen)),
            (gettext("增价幅度"), money(sale.increment_fen)),
            (gettext("保证金"), money(sale.deposit_fen)),
            (gettext("延时窗口"), duration(sale.extension_window_seconds)),
            (gettext("规则集"), sale.rule_set)]),
        (gettext("出价"), [
            (gettext("有效出价的代码"), pace.codes), (gettext("全部尝试"), pace.attempts),
            (gettext("有效出价"), pace.accepted), (gettext("无效"), pace.attempts - pace.accepted),
            (gettext("无效的原因"), _listed([
                gettext("%(reason)s %(n)s 次", reason=say(REASON_NAMES[reason]), n=n)
                for reason, n in pace.reasons]))]),
        (gettext("时间"), [
            (gettext("开始"), when(sale.opens_at)), (gettext("公告的结束时间"), when(sale.planned_closes_at)),
            (gettext("实际的结束时间"), DASH if result is None else when(result.closed_at, "ms")),
            (gettext("延时"), pace.extensions),
            (gettext("暂停次数"), sum(one.kind == "stop" for one in side.happened)),
            (gettext("暂停共历时"),
             duration(sum(one.total_seconds() for one in stopped)) if stopped else DASH),
            (gettext("平台故障"), _listed([f"{when(one.at, 'ms', markup=False)} {say(one.word)}"
                                       for one in side.happened if one.kind == "fault"]))]),
        (gettext("结果"), [
            (gettext("最后价格"), money(sale.price_fen)),
            (gettext("为起拍价的"), _share(sale.price_fen, sale.start_price_fen)),
            (gettext("为参考价的"), _share(sale.price_fen, sale.reference_price_fen)),
            (gettext("最后领先的代码"), sale.leader_code or DASH)]),
        (gettext("节奏"), [
            (gettext("两次有效出价相隔，中位数"), DASH if pace.between is None else duration(pace.between)),
            (gettext("相隔最短"), DASH if pace.shortest is None else _short(pace.shortest.total_seconds())),
            (gettext("最后一个延时窗口起的有效出价"), pace.late),
            (gettext("与前一次相隔不到 50 毫秒"), pace.near),
            (gettext("每次加价，中位数"), money(pace.raise_fen)),
            (gettext("从到达到判定，中位数"), _waited(pace.waited_ms)),
            (gettext("从到达到判定，最长"), _waited(pace.longest_ms))]),
    ]


def _share(part_fen: int | None, whole_fen: int | None) -> str:
    return DASH if part_fen is None or not whole_fen else percent_of(part_fen, whole_fen)


def _short(seconds: float) -> str:
    return duration(seconds) if seconds >= 1 else _waited(round(seconds * _MS))


def _waited(milliseconds: int | None) -> str:
    return DASH if milliseconds is None else gettext("%(n)s 毫秒", n=milliseconds)


def _listed(lines: list[str]) -> Markup | str:
    return Markup("<br>").join(lines) if lines else DASH
