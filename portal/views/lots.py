"""All announced lots: searched, narrowed, sorted; every page has an address that can be shared."""

from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from auction.rules.lifecycle import ROUND_LABELS, Group
from cases.rules.words import PropertyCategory
from kernel import clock
from kernel.access import public
from kernel.database import db
from kernel.errors import N_, Filled, InvalidInput
from kernel.forms import Form
from kernel.languages import gettext as _
from kernel.languages import say
from portal.rules.sieve import Order, Trait
from portal.rules.words import terms_of
from portal.schemas import FEN_IN_WAN, LotsIn
from portal.services import catalogue
from portal.services.catalogue import PAGE, Page, wish_of
from portal.views.cards import cards_of, court_names

pages = Blueprint("portal_lots", __name__)

GROUP_WORDS: Final = {Group.LIVE: N_("竞价中"), Group.UPCOMING: N_("即将开始"), Group.SUSPENDED: N_("已暂停"),
                      Group.SOLD: N_("已成交"), Group.FAILED: N_("流拍"), Group.WITHDRAWN: N_("已撤回")}
ORDER_WORDS: Final = {Order.SOONEST: N_("即将结束在前"), Order.NEWEST: N_("最新公告在前"),
                      Order.CHEAPEST: N_("价格从低到高"), Order.DEAREST: N_("价格从高到低"),
                      Order.DISCOUNT: N_("与评估价相比最低"), Order.BIDS: N_("出价次数最多")}
KEPT: Final = ("q", "state", "category", "region", "court", "round", "price_from", "price_to", "deposit_to",
               "sort", "view", "page")
"""The members of the address, in the order in which a link writes them."""
_SHOWN: Final = 8
"""Choices of one kind that stand open; the others fold away."""


@pages.get("/lots")
@public
def lots() -> ResponseReturnValue:
    """Search, filters, one page of lots; what does not fit is said at its field, the rest still counts."""
    form = Form(request.args)
    wanted = _read(form)
    session = db.session()
    wish = wish_of(wanted)
    found = catalogue.find(session, wish, query=wanted["q"], page=wanted["page"])
    last = max(1, -(-found.total // PAGE))
    if wanted["page"] > last:
        if found.total:
            form.refuse(InvalidInput({"page": Filled(N_("没有第 %(page)s 页，一共 %(pages)s 页。"),
                                                     page=wanted["page"], pages=last)}))
        wanted["page"] = 1
        found = catalogue.find(session, wish, query=wanted["q"], page=1)
    names = court_names()
    chips = _chips(form, wanted, names)
    return render_template(
        "portal/lots.html", form=form, wanted=wanted, found=found, chips=chips, pages=last,
        kept_args=[name for name in KEPT if name != "view"], link=address,
        cards=cards_of(found.rows, clock.now(), names), facets=_facets(wanted, found, names, form.errors),
        orders=[(order.value, say(word)) for order, word in ORDER_WORDS.items()],
        instead=_instead(wanted, chips) if not found.total else ()), form.status


def _read(form: Form) -> dict[str, Any]:
    """The wish as it was typed; a member that does not fit is left out, and stands in ``form.errors``."""
    wanted = form.sift(LotsIn())
    if wanted["q"] and not terms_of(wanted["q"]):
        if not form.errors:
            form.refuse(InvalidInput({"q": N_("请写文字或者数字：小区、道路、案号或者物品。")}))
        wanted["q"] = ""
    return wanted


def address(typed: Mapping[str, Any], **changes: Any) -> str:
    """The address of the list as it was asked for, some members changed; the defaults are left out."""
    members = {name: typed.get(name, "") for name in KEPT if name != "page"} | changes
    listed = [(name, str(value)) for name, given in members.items()
              for value in (given if isinstance(given, list) else [given])
              if value not in ("", None) and _UNSAID.get(name) != str(value)]
    return f"/lots?{urlencode(listed)}" if listed else "/lots"


_UNSAID: Final = {"sort": Order.SOONEST.value, "view": "cards", "page": "1"}


def _facets(wanted: Mapping[str, Any], found: Page, names: Mapping[str, str],
            wrong: Container[str]) -> list[dict[str, Any]]:
    """The kinds of choices; one without any still stands there if what was typed for it is wrong."""
    facets = [
        _facet("state", _("状态"), [(group.value, say(word)) for group, word in GROUP_WORDS.items()],
               wanted, found.facets[Trait.GROUP]),
        _facet("category", _("类别"), [(one.value, say(one.word)) for one in PropertyCategory],
               wanted, found.facets[Trait.CATEGORY]),
        _regions(wanted, found.facets[Trait.REGION]),
        _facet("round", _("轮次"), [(one.value, say(word)) for one, word in ROUND_LABELS.items()],
               wanted, found.facets[Trait.ROUND])]
    if len(names) > 1 or "court" in wrong:
        counts = found.facets[Trait.COURT]
        courts = sorted(names.items(), key=lambda pair: (-counts.get(pair[0], 0), pair[1]))
        facets.append(_facet("court", _("法院"), courts, wanted, counts))
    return [facet for facet in facets if facet["options"] or facet["name"] in wrong]


def _facet(name: str, legend: str, choices: Iterable[tuple[str, str]], wanted: Mapping[str, Any],
           counts: Mapping[str, int]) -> dict[str, Any]:
    chosen = set(map(str, wanted[name]))
    options = [{"value": value, "label": label, "count": counts.get(value, 0), "chosen": value in chosen,
                "depth": 0}
               for value, label in choices if counts.get(value) or value in chosen]
    return _folded(name, legend, options)


def _regions(wanted: Mapping[str, Any], counts: Mapping[str, int]) -> dict[str, Any]:
    """The regions as a tree, the fullest first; below a chosen one, what lies in it."""
    chosen = set(wanted["region"])
    options: list[dict[str, Any]] = []

    def grow(above: str, depth: int) -> None:
        below = [one for one in {*counts, *chosen} if one.rpartition("/")[0] == above]
        for path in sorted(below, key=lambda one: (-counts.get(one, 0), one)):
            options.append({"value": path, "label": path.rpartition("/")[2], "count": counts.get(path, 0),
                            "chosen": path in chosen, "depth": depth})
            grow(path, depth + 1)

    grow("", 0)
    return _folded("region", _("地区"), options)


def _folded(name: str, legend: str, options: list[dict[str, Any]]) -> dict[str, Any]:
    """The first choices, and those that fold away; a chosen one never does."""
    first = options[:_SHOWN] if len(options) > _SHOWN + 2 else options
    more = options[len(first):]
    return {"name": name, "legend": legend, "options": first, "more": more,
            "open": any(one["chosen"] for one in more)}


def _chips(form: Form, wanted: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What was chosen, each with the address without it."""
    words = {"state": lambda one: say(GROUP_WORDS[one]), "category": lambda one: say(one.word),
             "region": lambda one: one.replace("/", " "), "court": lambda one: names.get(one, one),
             "round": lambda one: say(ROUND_LABELS[one])}
    chips = [{"name": name, "value": str(one), "label": said(one),
              "url": address(form.values, **{name: [str(other) for other in wanted[name] if other != one]})}
             for name, said in words.items() for one in wanted[name]]
    if wanted["q"]:
        chips.insert(0, {"name": "q", "value": wanted["q"], "label": _("“%(words)s”", words=wanted["q"]),
                         "url": address(form.values, q="")})
    sums = (("price_from", N_("%(sum)s 万元以上")), ("price_to", N_("%(sum)s 万元以下")),
            ("deposit_to", N_("保证金不超过 %(sum)s 万元")))
    return chips + [{"name": name, "value": "",
                     "label": say(word, {"sum": f"{Decimal(wanted[name]) / FEN_IN_WAN:,f}"}),
                     "url": address(form.values, **{name: ""})}
                    for name, word in sums if wanted[name] is not None]


def _instead(wanted: Mapping[str, Any], chips: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Where nothing was found: what would be found without one of the conditions, the most first."""
    found = []
    for chip in chips:
        name = chip["name"]
        less = dict(wanted) | {name: [one for one in wanted[name] if str(one) != chip["value"]]
                               if isinstance(wanted[name], list) else "" if name == "q" else None}
        number = catalogue.count(db.session(), wish_of(less), query=less["q"])
        if number:
            found.append((number, chip))
    found.sort(key=lambda pair: -pair[0])
    return [(_("去掉“%(condition)s”", condition=chip["label"].strip("“”")), chip["url"],
             _("%(n)s 件", n=f"{number:,}")) for number, chip in found[:4]]
