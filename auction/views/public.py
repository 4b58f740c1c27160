"""What anyone may read of a lot (AUC-3): the list, the lot, its history, how it ended."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import services as accounts
from auction.errors import NoSuchLot
from auction.models import Sale
from auction.rules.lifecycle import Group, LotState
from auction.schemas import LotListIn, PageIn
from auction.services.history import history_of
from auction.services.reading import PAGE, announced_sale, announced_sales
from auction.views import lot_page, result_page
from auction.views.blueprint import pages
from auction.views.words import leaf_words, round_name, shown_state
from cases import services as cases
from cases.rules.words import PropertyCategory
from kernel import clock
from kernel.access import public
from kernel.database import db
from kernel.languages import reader_language, say
from kernel.pages import wan, when
from kernel.schemas import load_form


@pages.get("/lots")
@public
def lots() -> ResponseReturnValue:
    """Announced lots: running ones first; by state and court."""
    wanted = load_form(LotListIn(), request.args)
    session = db.session()
    found = announced_sales(session, group=wanted["state"], court_id=wanted["court"],
                            page=wanted["page"])
    things = cases.properties_among(
        session, {sale.lot.property_id for sale in found.sales if sale.lot.property_id})
    courts = accounts.courts(session)
    return render_template(
        "auction/list.html", wanted=wanted, total=found.total,
        cards=[_card(sale, things.get(sale.lot.property_id or "")) for sale in found.sales],
        pages=max(1, -(-found.total // PAGE)), everything=sum(found.counts.values()),
        groups=[(group, word, found.counts[group]) for group, word in _group_words().items()],
        courts=[(court.id, court.name_en if reader_language() == "en" else court.name_zh)
                for court in courts])


def _group_words() -> dict[Group, str]:
    return {Group.LIVE: _("竞价中"), Group.UPCOMING: _("即将开始"), Group.SUSPENDED: _("已暂停"),
            Group.SOLD: _("已成交"), Group.FAILED: _("流拍"), Group.WITHDRAWN: _("已撤回")}


def _card(sale: Sale, thing: Any) -> dict[str, Any]:
    now = clock.now()
    runs = sale.state not in (LotState.PUBLISHED, LotState.SELLOFF_PUBLISHED)
    started = sale.price_fen is not None
    return {
        "url": f"/lots/{sale.lot_id}", "title": sale.lot.title, "state": shown_state(sale, now),
        "line": _line(thing), "round": round_name(sale),
        "price_label": _("成交价") if sale.result and started else
        _("当前价") if started else _("起拍价"),
        "price_fen": sale.price_fen or sale.start_price_fen, "start_fen": sale.start_price_fen,
        "reference_fen": sale.reference_price_fen, "bid_fen": sale.price_fen,
        "notes": [_("评估价 %(sum)s", sum=wan(sale.reference_price_fen)), _when(sale, runs=runs)],
        "art": lot_page.picture(thing) if thing is not None else {"kind": "other"}}


def _line(thing: Any) -> str:
    if thing is None:
        return ""
    parts = [say(PropertyCategory(thing.category).word)]
    if thing.area_hundredths:
        parts.append(lot_page.square_metres(thing.area_hundredths))
    if thing.region:
        parts.append(thing.region.replace("/", " "))
    return _("，").join(parts)


def _when(sale: Sale, *, runs: bool) -> str:
    if sale.result is not None:
        return _("%(at)s 结束", at=when(sale.result.closed_at, "short", markup=False))
    if runs:
        return _("%(at)s 结束", at=when(sale.closes_at, "short", markup=False))
    return _("%(at)s 开始", at=when(sale.opens_at, "short", markup=False))


@pages.get("/lots/<lot_id>")
@public
def lot(lot_id: str) -> ResponseReturnValue:
    """One lot: what it is, what is wrong with it, what it costs, how to bid."""
    sale = announced_sale(db.session(), lot_id)
    if sale.lot.is_exercise:
        raise NoSuchLot(lot_id=lot_id)
    return render_template("auction/lot.html", **lot_page.build(sale))


@pages.get("/lots/<lot_id>/result")
@public
def result(lot_id: str) -> ResponseReturnValue:
    """How the sale ended, with everything needed to recompute it; before the end, the lot itself."""
    sale = announced_sale(db.session(), lot_id)
    if sale.lot.is_exercise:
        raise NoSuchLot(lot_id=lot_id)
    if sale.result is None:
        return redirect(url_for("lots.lot", lot_id=lot_id))
    return render_template("auction/result.html",
                           **result_page.build(sale, everything="all" in request.args))


@pages.get("/lots/<lot_id>/history")
@public
def history(lot_id: str) -> ResponseReturnValue:
    """The leaves of the lot's sales, in their order."""
    page = load_form(PageIn(), request.args)["page"]
    sale = announced_sale(db.session(), lot_id)
    found = history_of(db.session(), sale.lot, page=page)
    return render_template(
        "auction/history.html", sale=sale, page=page, pages=found.pages, total=found.total,
        rows=[{"number": one.number, "seq": one.seq, "index": one.index, "at": one.at,
               "hash": one.hash, "kind": one.kind} | leaf_words(one.kind, one.body, found.told)
              for one in found.leaves])


