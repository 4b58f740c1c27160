"""The page of one lot, put together: key facts first, then the bad news, then everything."""

from collections.abc import Mapping
from typing import Any

from auction.models import Sale
from auction.rules.band import ENDED, RUNS, Phase
from auction.rules.disclosure import (
    ANNOUNCEMENT_TEXTS,
    DISCLOSURE_ARTICLES,
    DISCLOSURE_TEXTS,
    NOTICE_ARTICLES,
    NOTICE_TEXTS,
    AnnouncementPart,
    DisclosureItem,
    SpecialNotice,
)
from auction.rules.lifecycle import AFTER_SALE
from auction.rules.pricing import least_start_price
from auction.rules.priority import RightState
from auction.services.history import publication_leaf
from auction.services.priority import rights_of
from auction.services.reading import end_in_force, running_suspension, time_left
from auction.services.registration import own_registration, takes_registrations
from auction.views.words import (
    court_name,
    ground,
    outcome_word,
    phase_now,
    right_words,
    round_name,
    sentences,
    shown_state,
    signed_end,
    stated,
    taken_back_before,
)
from cases import services as cases
from cases.rules.words import FactTopic, PropertyCategory
from kernel import clock
from kernel.access import Actor, Role, current_actor
from kernel.database import db
from kernel.descriptions import rooms_in
from kernel.errors import N_
from kernel.languages import gettext as _
from kernel.languages import say
from kernel.law import rule_set
from kernel.money import Fen
from kernel.pages import day, duration, money, percent_of, picture, square_metres, when, yuan
from ledger import services as ledger

_VIEWING = "看样"
"""The word by which an arrangement to look at a property is found among the disclosures."""

_CONTACT_LABELS = {N_("地址"), N_("联系电话"), N_("监督电话"), N_("电子邮箱"), N_("办公时间")}
"""The labels that auction/rules/wording.py drafts; what stands behind them is the court's own."""

FLAWS = (FactTopic.DEFECTS, FactTopic.OCCUPATION, FactTopic.BURDENS, FactTopic.TAXES)
"""What a buyer should read first."""


def build(sale: Sale) -> dict[str, Any]:
    """Everything that templates/auction/lot.html shows."""
    now = clock.now()
    session = db.session()
    lot = sale.lot
    thing = cases.get_property(session, lot.property_id or "")
    phase = phase_now(sale, now)
    return {
        "signed": signed_end(sale),
        "sale": sale, "lot": lot, "thing": thing, "phase": phase, "runs": phase in RUNS,
        "ended": phase in ENDED, "state": shown_state(sale, now), "round": round_name(sale),
        "court_name": court_name(lot.court_id), "closes_at": end_in_force(sale),
        "case_number": cases.get_case(session, lot.case_id or "").number,
        "pictures": pictures(thing), "facts": _facts(thing), "price_facts": _price_facts(sale),
        "viewing": _viewing(sale, thing),
        "start_why": _start_why(sale), "flaws": _flaws(thing),
        "disclosures": _disclosures(sale), "notices": _notices(sale),
        "announcement": [(say(ANNOUNCEMENT_TEXTS[part].label), sale.announcement[part.value])
                         for part in AnnouncementPart if sale.announcement.get(part.value)],
        "timeline": _timeline(sale, thing, phase), "stop": _stop(sale, phase),
        "left": time_left(sale) if phase is Phase.SUSPENDED else None,
        "rights": [right_words(one.role, one.rank)
                   for one in rights_of(session, sale, RightState.CONFIRMED)],
        "published": publication_leaf(session, sale), "door": _door(sale, phase), "steps": _steps(sale),
        "may_register": takes_registrations(sale, now)}


def pictures(thing: Any) -> list[dict[str, Any]]:
    """What the gallery shows: photographs and videos of the court, then what is drawn from the data."""
    found: list[dict[str, Any]] = [
        {"kind": "video" if one.media_type.startswith("video/") else "photo", "url": one.url,
         "title": one.title}
        for one in cases.photographs_of(db.session(), thing.id) if one.is_public]
    found.sort(key=lambda one: one["kind"] == "video")
    drawn = picture(thing)
    home = drawn["kind"] == PropertyCategory.RESIDENTIAL
    found.append({"kind": "drawing", "art": drawn,
                  "title": _("建筑立面，示意图") if home else _("示意图")})
    if home and rooms_in(thing.rooms).get("bed"):
        found.append({"kind": "drawing", "art": drawn | {"view": "plan"}, "title": _("户型，示意图")})
    return found


def _viewing(sale: Sale, thing: Any) -> dict[str, Any]:
    """Where to look at it in person, and whom to ask: what the court has published of it."""
    said = {one.item: one.text for one in sale.disclosures}
    arranged = next((text for text in said.values() if _VIEWING in text), "")
    return {"where": thing.address,
            "how": arranged or sale.special_notices.get(SpecialNotice.AS_IS.value, ""),
            "whom": [_labelled(part) for part in said.get(DisclosureItem.COURT_CONTACT.value, "")
                     .removesuffix("。").split("；") if part]}


def _labelled(part: str) -> str:
    """A part of the announced contact; a label as it was drafted is put into the reader's language."""
    label, colon, value = part.partition("：")
    if label not in _CONTACT_LABELS or not colon:
        return part
    return _("%(label)s：%(value)s", label=_(label), value=value)


def _facts(thing: Any) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [(_("类别"), say(PropertyCategory(thing.category).word))]
    if thing.area_hundredths:
        rows.append((_("建筑面积"), square_metres(thing.area_hundredths), thing.rooms))
    if thing.floor and thing.floors:
        rows.append((_("楼层"), _("%(floor)s 层", floor=thing.floor),
                     _("共 %(floors)s 层", floors=thing.floors)))
    rows.append((_("查封"), day(thing.seized_on, markup=False), thing.seizing_document))
    return rows


def _price_facts(sale: Sale) -> list[tuple[Any, ...]]:
    return [
        (_("起拍价，即保留价"), money(sale.start_price_fen)),
        (_("评估价"), money(sale.reference_price_fen), _("处置参考价")),
        (_("增价幅度"), money(sale.increment_fen),
         _("须为整数倍") if sale.whole_steps else _("一次最多 %(n)s 级", n=sale.max_steps)
         if sale.max_steps else ""),
        (_("保证金"), money(sale.deposit_fen),
         _("起拍价的 %(share)s", share=percent_of(sale.deposit_fen, sale.start_price_fen, 2)))]


def _start_why(sale: Sale) -> dict[str, Any] | None:
    reference = sale.reference_price_fen
    if not reference:
        return None
    law = rule_set(sale.rule_set)
    least, found = least_start_price(Fen(reference), law), law.provision("start_min_ratio")
    return {"rule": found.rule, "article": found.article,
            "inputs": [(_("评估价"), money(reference)),
                       (_("下限"), _("不低于 %(least)s", least=yuan(least))),
                       (_("合议庭确定"), percent_of(sale.start_price_fen, reference))],
            "result": money(sale.start_price_fen)}


def _flaws(thing: Any) -> list[dict[str, Any]]:
    known = thing.facts
    return [{"title": say(topic.word), "text": known[topic].text, "source": known[topic].source,
             "on": known[topic].checked_on} for topic in FLAWS if topic in known]


def _disclosures(sale: Sale) -> list[dict[str, Any]]:
    said = {one.item: one for one in sale.disclosures}
    documents = {one.sha256: one for one in
                 cases.documents_of(db.session(), f"lot:{sale.lot_id}")}
    rows = []
    for item in DisclosureItem:
        found = said.get(item.value)
        if found is None:
            continue
        document = documents.get(found.document_sha256 or "")
        rows.append({
            "item": item.value, "label": say(DISCLOSURE_TEXTS[item].label),
            "article": DISCLOSURE_ARTICLES[item],
            "text": found.text, "absent": found.not_applicable_reason,
            "files": [{
                "title": document.title if document else say(DISCLOSURE_TEXTS[item].label),
                "url": f"/files/{found.document_sha256}", "sha256": found.document_sha256,
                "size": document.size if document else None,
                "kind": document.media_type.rpartition("/")[2].upper() if document else ""}]
            if found.document_sha256 else []})
    return rows


def _notices(sale: Sale) -> list[dict[str, str]]:
    return notices_of(sale.special_notices)


def notices_of(said: Mapping[str, str]) -> list[dict[str, str]]:
    """The special notices in the order of article 14, each with its article."""
    return [{"label": say(NOTICE_TEXTS[notice].label), "text": said[notice.value],
             "article": NOTICE_ARTICLES[notice]}
            for notice in SpecialNotice if said.get(notice.value)]


def _stop(sale: Sale, phase: Phase) -> dict[str, Any] | None:
    """Why the sale stands still, was taken back or found no buyer."""
    running = running_suspension(sale)
    if phase is Phase.SUSPENDED and running is not None:
        return {"kind": "time", "icon": "pause", "rule": "AUC-28.1",
                "title": _("拍卖已暂停：%(ground)s", ground=ground(running.ground)),
                "text": sentences(stated(running.reason), _(
                    "自 %(at)s 起暂停。已有的出价和保证金不变，恢复后继续竞价。",
                    at=when(running.from_at, markup=False)))}
    if phase is Phase.WITHDRAWN and sale.result is not None:
        return {"kind": "info", "icon": "undo", "rule": "GEN-17", "title": _("拍卖已撤回"),
                "text": _("%(reason)s 保证金已全部解除，将退回原付款账户。",
                          reason=sale.result.reason or "")}
    if phase is Phase.FAILED and sale.result is not None:
        return {"kind": "info", "icon": "none", "rule": "AUC-26.1", "title": _("流拍"),
                "text": _("到 %(at)s 没有人出价。保证金已全部解除，将退回原付款账户。",
                          at=when(sale.result.closed_at, markup=False))}
    return None


def _timeline(sale: Sale, thing: Any, phase: Phase) -> list[dict[str, Any]]:
    found = sale.delivery
    end: dict[str, Any] = {"at": end_in_force(sale), "text": _("竞价结束"),
                           "detail": _("最后 %(n)s 分钟有人出价则顺延",
                                       n=max(1, sale.extension_window_seconds // 60))}
    if sale.result is not None:
        end = {"at": sale.result.closed_at, "text": outcome_word(sale),
               "url": f"/lots/{sale.lot_id}/result"}
    begun = phase is not Phase.UPCOMING
    stop = running_suspension(sale)
    if phase is Phase.SUSPENDED and stop is not None:
        end = {"label": _("恢复以后"), "text": _("竞价结束"), "detail": _still(sale)}
    earlier = [{"at": one.result.closed_at, "text": _("，").join((round_name(one), outcome_word(one))),
                "url": f"/lots/{sale.lot_id}/result?number={one.number}"}
               for one in sale.lot.sales if one.number < sale.number and one.result is not None]
    rows = [{"on": thing.seized_on, "text": _("查封")}, *earlier,
            {"at": sale.published_at, "text": _("发布公告")},
            *([] if taken_back_before(sale) else
              [{"at": sale.opens_at, "text": _("开始竞价"), "state": "" if begun else "next"}]),
            *([{"at": stop.from_at, "text": _("暂停：%(ground)s", ground=ground(stop.ground)),
                "state": "cur"}] if phase is Phase.SUSPENDED and stop is not None else []),
            end | {"state": "" if sale.result else
                   "cur" if begun and phase is not Phase.SUSPENDED else "next"}]
    if found is not None and sale.state in AFTER_SALE:
        rows += [_after(found.paid_at, _("付清价款")),
                 _after(found.ruling_served_at, _("成交裁定送达，所有权转移")),
                 _after(found.handed_over_at, _("交付"))]
    return rows


def _still(sale: Sale) -> str:
    """How much bidding time a suspended sale has left; the macro's words where there is none."""
    left = time_left(sale)
    return "" if left is None else _("还剩 %(left)s，恢复后接着计算", left=duration(left))


def _after(at: Any, text: str) -> dict[str, Any]:
    return {"at": at, "text": text} if at else {"label": _("之后"), "text": text, "state": "next"}


def _door(sale: Sale, phase: Phase) -> dict[str, str] | None:
    """The one thing a reader would do next."""
    if phase in ENDED:
        return {"url": f"/lots/{sale.lot_id}/result", "label": _("查看结果与验算")}
    actor = current_actor()
    if actor is not None and not actor.may_act_as(Role.BIDDER):
        return None
    return _towards_a_code(sale, actor)


def _towards_a_code(sale: Sale, actor: Actor | None) -> dict[str, str] | None:
    lot_id = sale.lot_id
    found = own_registration(db.session(), sale, actor)
    if found is not None:
        return ({"url": f"/lots/{lot_id}/room", "label": _("进入竞价室出价")} if found.code
                else {"url": f"/my/bids/{lot_id}", "label": _("查看缴款码")})
    if not takes_registrations(sale, clock.now()):
        return None
    return ({"url": f"/login?next=/lots/{lot_id}/register", "label": _("登录后报名")} if actor is None
            else {"url": f"/lots/{lot_id}/register", "label": _("报名，交保证金")})


def _steps(sale: Sale) -> list[dict[str, Any]]:
    """How far the reader has come towards a code."""
    actor = current_actor()
    may_bid = actor is None or actor.may_act_as(Role.BIDDER)
    found = own_registration(db.session(), sale, actor)
    paid = found is not None and ledger.is_received(db.session(), found.reference or "")
    return [
        {"title": _("登录"), "done": actor is not None, "note": _("实名账号"),
         "url": f"/login?next=/lots/{sale.lot_id}" if actor is None else ""},
        {"title": _("接受特别提示"), "done": found is not None, "note": _("约 3 分钟"),
         "url": f"/lots/{sale.lot_id}/register" if may_bid and found is None else ""},
        {"title": _("交保证金"), "done": paid, "note": _("到账即确认"),
         "url": f"/my/bids/{sale.lot_id}" if found is not None else ""},
        {"title": _("取得竞买代码"), "done": bool(found and found.code), "note": _("随机产生，不显示姓名"),
         "url": ""}]
