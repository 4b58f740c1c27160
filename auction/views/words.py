"""Words that several pages of the auction need, put into the reader's language."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts import services as accounts
from auction.live.updates import signed_result
from auction.models import Attempt, Sale
from auction.rules.band import Phase, phase_of
from auction.rules.bidding import Reason
from auction.rules.closing import STOP_WORDS
from auction.rules.history import GROUND_WORDS, REASON_WORDS
from auction.rules.lifecycle import ROUND_LABELS, LotState, Round
from auction.rules.priority import STATE_WORDS, RightState
from auction.services.history import receipt_keys
from auction.services.reading import end_in_force
from audit.kinds import Kind
from cases.rules.words import PartyRole, ServiceWay
from kernel.database import db
from kernel.formats import canonical, parse_instant
from kernel.languages import english, say
from kernel.languages import gettext as _
from kernel.pages import when, yuan


def court_name(court_id: str) -> str:
    """The name of a court as the reader reads it."""
    court = accounts.get_court(db.session(), court_id)
    return court.name_en if english() else court.name_zh


def round_name(sale: Sale) -> str:
    return say(ROUND_LABELS[Round(sale.round)])


def outcome_word(sale: Sale) -> str:
    """How a sale ended, in a word; empty while it has not."""
    if sale.result is None:
        return ""
    return {"sold": _("成交"), "failed": _("流拍"), "withdrawn": _("撤回")}[sale.result.outcome]


def taken_back_before(sale: Sale) -> bool:
    """Whether a sale was withdrawn before its bidding began."""
    return (sale.result is not None and sale.result.outcome == "withdrawn"
            and sale.result.closed_at < sale.opens_at)


def ground(word: str) -> str:
    """The ground of a suspension or withdrawal."""
    return say(GROUND_WORDS[word]) if word in GROUND_WORDS else word


def stated(reason: str) -> str:
    """The published reason of a suspension: the platform's own words in the reader's language."""
    return say(reason) if reason in STOP_WORDS.values() else reason


def sentences(*texts: str) -> str:
    """One after the other, each with its full stop: courts write their reasons with and without."""
    stop, gap = (".", " ") if english() else ("。", "")
    return gap.join(one if one.endswith(("。", ".", "！", "？")) else one + stop for one in texts)


def signed_end(sale: Sale) -> dict[str, Any] | None:
    """The platform's signed word on the end of a sale, and the keys with which a browser checks it."""
    session = db.session()
    result = signed_result(session, sale)
    if result is None or result["receipt"] is None:
        return None
    return {"lot": sale.lot_id, "number": sale.number, "receipt_keys": " ".join(receipt_keys(session, sale)),
            "result": canonical(result).decode()}


def sale_line(sale: Sale) -> str:
    """Round and court in one line."""
    return _("，").join((round_name(sale), court_name(sale.lot.court_id)))


def phase_now(sale: Sale, now: datetime) -> Phase:
    """The phase of a sale at an instant."""
    return phase_of(LotState(sale.state), sale.result.outcome if sale.result else None,
                    sale.opens_at, end_in_force(sale), sale.extensions, now)


def shown_state(sale: Sale, now: datetime) -> str:
    """The state as the macro ``status`` knows it: that of the moment while the sale runs."""
    phase = phase_now(sale, now)
    return str(phase) if phase in (Phase.EXTENDED, Phase.CONFIRMING, Phase.LIVE) else str(sale.state)


def shown_bids(bids: Iterable[Attempt]) -> list[dict[str, Any]]:
    """Accepted bids as the ladder macro takes them."""
    return [{"seq": one.seq, "code": one.code, "amount_fen": one.amount_fen,
             "received_at": one.received_at, "priority_rank": one.priority_rank,
             "extended_to": one.closes_at if one.extended else None} for one in bids]


def shown_attempts(bids: Iterable[Attempt]) -> list[dict[str, Any]]:
    """Every attempt as the ladder macro takes it, refused ones with their reason."""
    return [row | {"accepted": one.accepted,
                   "reason": "" if one.reason is None else say(REASON_WORDS[Reason(one.reason)])}
            for one, row in ((one, shown_bids([one])[0]) for one in bids)]


def leaf_words(kind: str, body: Mapping[str, Any], told: Mapping[str, int]) -> dict[str, str]:
    """What a leaf says, in words: ``title`` and the figures worth showing beside it.

    Args:
        told: which of the notified parties each party is; the log names nobody.
    """
    service = kind in (Kind.LOT_PARTY_NOTIFIED, Kind.DOCUMENT_SERVED)
    detail = _service(body, told) if service else _leaf_detail(kind, body)
    return {"title": say(Kind(kind).word), "detail": detail}


def _service(body: Mapping[str, Any], told: Mapping[str, int]) -> str:
    way = say(ServiceWay(body["way"]).word)
    number = told.get(body["party"])
    if number is None:
        return way
    return _("，").join((_("第 %(n)s 位，共 %(total)s 位", n=number, total=len(told)), way))


def _leaf_detail(kind: str, body: Mapping[str, Any]) -> str:
    if kind == "bid":
        return _bid(body["bid"], body["decision"])
    if kind == "lot.closed":
        return _closed(body["outcome"])
    if kind in ("lot.suspended", "lot.withdrawn"):
        return _("，").join((ground(body.get("ground", "")), stated(body["reason"])))
    if kind in ("lot.priority_proposed", "lot.priority_decided"):
        return _right(body)
    if kind == "bidder.admitted":
        return _("竞买代码 %(code)s，身份以承诺封存", code=body["code"])
    return _("%(n)s 笔", n=body["released"]) if kind == "lot.deposits_ended" else ""


def _right(body: Mapping[str, Any]) -> str:
    said = right_words(PartyRole(body["role"]), body["rank"])
    if "state" not in body:
        return said
    return _("，").join((said, say(STATE_WORDS[RightState(body["state"])])))


def right_words(role: PartyRole, rank: int) -> str:
    """A priority right as everybody may read it: as what somebody has it, and its order; no name."""
    return _("%(role)s，第 %(rank)s 顺序", role=say(role.word), rank=rank)


def _bid(bid: Mapping[str, Any], decision: Mapping[str, Any]) -> str:
    said = _("%(code)s 出价 %(amount)s", code=bid["code"], amount=yuan(bid["amount_fen"]))
    if decision["accepted"]:
        return said
    reason = say(REASON_WORDS[Reason(decision["reason"])])
    return _("，").join((said, _("无效：%(reason)s", reason=reason)))


def _closed(outcome: Mapping[str, Any]) -> str:
    at = when(parse_instant(outcome["closed_at"]), "ms", markup=False)
    if outcome["winner_code"] is None:
        return _("流拍，%(at)s", at=at)
    return _("%(code)s 以 %(price)s 成交，%(at)s", code=outcome["winner_code"],
             price=yuan(outcome["price_fen"]), at=at)
