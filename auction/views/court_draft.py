"""What the guided page of a draft shows: steps, check-lists, the gate, the bidder's preview."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from auction.models import Lot, Sale
from auction.rules.disclosure import (
    ANNOUNCEMENT_TEXTS,
    DISCLOSURE_ARTICLES,
    DISCLOSURE_TEXTS,
    NOTICE_ARTICLES,
    NOTICE_TEXTS,
    Text,
)
from auction.rules.schedule import earliest_publication
from auction.services.checklist import PUT_TO_PANEL, CheckList, Panel, deposits_of
from auction.services.publication import Notified
from auction.views.court_blueprint import may_handle
from auction.views.words import round_name
from cases import services as cases
from cases.rules.words import ServiceWay
from kernel import clock
from kernel.clock import beijing_day
from kernel.database import db
from kernel.forms import Form
from kernel.gates import Obstacle
from kernel.languages import cite, list_obstacles, say
from kernel.languages import gettext as _
from kernel.pages import day, field_id, percent_of

_ON_FORM = ("start_price_fen", "increment_fen", "deposit_fen", "opens_at", "closes_at",
            "disclaims_quality", "all_taxes_on_buyer")


_PARTS = {"panel": "panel", "notified": "notices", "published_at": "dates", "surplus": "surplus"}

HOUR = timedelta(hours=1)


def draft_context(lot: Lot, found: CheckList, form: Form) -> dict[str, Any]:
    """Everything that ``auction/court/draft.html`` shows beside the lot itself."""
    sale = lot.sale
    blocked = {one.about for one in found.obstacles}
    for one in form.obstacles:
        one["url"] = place(lot, one["field"])
    _mark_fields(form, found)
    deposits = deposits_of(sale, found.law)
    return {
        "found": found, "round": round_name(sale), "missing": _listed(lot, found.obstacles),
        "warnings": _listed(lot, found.warnings), "stepper_items": _stepper(sale, found, blocked),
        "votes": _votes(found.panel), "people": [_person(lot, one, found) for one in found.people],
        "disclosures": _disclosures(lot, blocked), "notices": _notices(lot, blocked),
        "announcement": _announcement(lot, blocked), "deposits": deposits,
        "case_number": cases.numbers_of(db.session(), {lot.case_id or ""}).get(lot.case_id or "", ""),
        "property": cases.get_property(db.session(), lot.property_id or ""),
        "share": percent_of(sale.start_price_fen, found.price.amount_fen, 2, cut=True) if found.price else "",
        "today": beijing_day(clock.now()), "is_lawful": not blocked & set(_ON_FORM),
        "is_decidable": not any(one.about in PUT_TO_PANEL and not one.code.startswith("panel_")
                                for one in found.obstacles),
        "notice_days": found.law.days("notice_days_before_publication"),
        "if_told_today": earliest_publication(beijing_day(clock.now()), found.law),
        "floor_percent": _percent(found, "start_min_ratio"),
        "deposit_percents": (_percent(found, "deposit_min_ratio"), _percent(found, "deposit_max_ratio")),
        "least_hours": found.law.span("bidding.min_time") // HOUR,
    }


def _percent(found: CheckList, provision: str) -> str:
    return f"{float(found.law.fraction(provision) * 100):g}"


def _mark_fields(form: Form, found: CheckList) -> None:
    """Say beside each field what is not lawful, unless the form has something to say itself."""
    if form.errors or form.values.get("filled"):
        return
    for one in list_obstacles(found.obstacles):
        if one["field"] in _ON_FORM:
            form.errors.setdefault(one["field"], f"{one['message']} {one['rule']}")


def place(lot: Lot, about: str) -> str:
    """Where on the desk the thing can be mended that an obstacle speaks of."""
    base = f"/desk/lots/{lot.id}"
    kind, _dot, part = about.partition(".")
    if kind == "disclosures":
        return f"{base}/disclosures/{part}"
    if kind == "special_notices":
        return f"{base}/special-notices#{field_id(part)}"
    if kind == "announcement":
        return f"{base}/announcement#{field_id(part)}"
    if about in _ON_FORM:
        return f"{base}#{field_id(about)}"
    if about == "objections":
        return f"/desk/cases/{lot.case_id}/file#{lot.property_id}"
    return f"{base}#{_PARTS.get(about, 'terms')}"


def _listed(lot: Lot, obstacles: Iterable[Obstacle]) -> list[dict[str, str]]:
    return [{"text": one["message"], "rule": one["rule"], "url": place(lot, one["field"])}
            for one in list_obstacles(obstacles)]


def _stepper(sale: Sale, found: CheckList, blocked: set[str]) -> list[dict[str, str]]:
    told = sum(one.is_told for one in found.people)
    shown = 28 - sum(name.startswith(("disclosures.", "special_notices.", "announcement."))
                     for name in blocked)
    figures_bad = bool(blocked & set(_ON_FORM))
    panel_done = found.panel.state == "approved" and "panel" not in blocked
    steps = [
        (_("价格与时间"), "#terms", "bad" if figures_bad else "done"),
        (_("合议庭决定"), "#panel", "done" if panel_done else ""),
        (_("通知 %(told)s / %(all)s", told=told, all=len(found.people)), "#notices",
         "done" if told == len(found.people) else ""),
        (_("公示与提示 %(shown)s / 28", shown=shown), "#disclosures", "done" if shown == 28 else ""),
        (_("发布公告"), "#gate-title", ""),
    ]
    now_at = next((n for n, step in enumerate(steps) if step[2] == ""), None)
    return [{"label": label, "url": url, "state": "now" if n == now_at and not figures_bad else state}
            for n, (label, url, state) in enumerate(steps)]


def _votes(panel: Panel) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    waiting = panel.state in ("pending", "differs")
    for number, vote in enumerate(panel.votes, 1):
        if vote.approve is None:
            rows.append({"name": _("第 %(n)s 名成员", n=number), "role": _("合议庭成员"), "at": None,
                         "state": "wait" if waiting else "later",
                         "word": _("等待表决") if waiting else _("尚未提交")})
        else:
            rows.append({"name": vote.name, "role": _("合议庭成员"), "at": vote.at,
                         "state": "done" if vote.approve else "block",
                         "word": _("同意") if vote.approve else _("不同意：%(reason)s", reason=vote.reason)})
    return rows


def _person(lot: Lot, one: Notified, found: CheckList) -> dict[str, Any]:
    ready = one.is_told and (one.earliest_on is None or one.earliest_on <= beijing_day(clock.now()))
    return {"name": one.name, "role": say(one.role.word), "party_id": one.party_id,
            "state": "done" if ready else "wait" if one.is_told else "block",
            "word": _told(one), "url": f"/desk/lots/{lot.id}/notices/{one.party_id}",
            "way": say(one.way.word) if one.way else "", "reason": one.fact.unreachable_reason,
            "earliest_on": one.earliest_on}


def _told(one: Notified) -> str:
    if one.way is None:
        return _("还没有通知")
    if one.way is ServiceWay.WAIVED:
        return _("书面放弃通知")
    on = one.fact.received_on or one.fact.posted_on
    shown = day(on, markup=False)
    return _("%(on)s 起公示", on=shown) if one.fact.posted_on else _("%(on)s 收到", on=shown)


def _disclosures(lot: Lot, blocked: set[str]) -> list[dict[str, Any]]:
    said = {one.item: one for one in lot.sale.disclosures}
    papers = {one.sha256: one for one in cases.documents_of_case(db.session(), lot.case_id or "")}
    rows = []
    for item, text in DISCLOSURE_TEXTS.items():
        one = said.get(item.value)
        paper = papers.get(one.document_sha256 or "") if one else None
        rows.append(_check(
            lot, f"disclosures.{item.value}", text, DISCLOSURE_ARTICLES[item], blocked,
            detail=(one.text or _("理由：%(reason)s", reason=one.not_applicable_reason)) if one else "",
            word=_("不适用") if one is not None and not one.text else "",
            files=[{"title": paper.title, "url": paper.url, "sha256": paper.sha256,
                    "size": paper.size}] if paper else []))
    return rows


def _notices(lot: Lot, blocked: set[str]) -> list[dict[str, Any]]:
    return [_check(lot, f"special_notices.{notice.value}", text, NOTICE_ARTICLES[notice], blocked,
                   detail=lot.sale.special_notices.get(notice.value, ""))
            for notice, text in NOTICE_TEXTS.items()]


def _announcement(lot: Lot, blocked: set[str]) -> list[dict[str, Any]]:
    return [_check(lot, f"announcement.{part.value}", text, "", blocked,
                   detail=lot.sale.announcement.get(part.value, ""))
            for part, text in ANNOUNCEMENT_TEXTS.items()]


def _check(lot: Lot, about: str, text: Text, article: str, blocked: set[str], *, detail: str,
           word: str = "", files: list[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """One line of a check-list: said, excused, or missing with the way to mend it."""
    missing = about in blocked
    title: str = say(text.label)
    url = place(lot, about)
    handles = may_handle(lot)
    return {
        "id": about.replace(".", "-"), "files": files or [],
        "title": Markup('<a href="{}">{}</a>').format(url, title) if handles else title,
        "state": "block" if missing else "none" if word else "done",
        "word": _("缺") if missing else word or _("齐备"),
        "detail": say(text.missing) if missing else detail, "rule": cite(article) if missing else "",
        "action": {"url": url, "label": _("填写"), "main": False}
        if handles and missing and about.startswith("disclosures.") else None}
