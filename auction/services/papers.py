"""The papers of a sale: its announcement, and the confirmation that names the buyer.

They are the court's, so they are in Chinese whoever reads them. Each bears the leaf that it shows.
"""

from typing import Any, Final

from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import NoSuchLot
from auction.models import Sale
from auction.rules.bidding import Reason
from auction.rules.disclosure import (
    ANNOUNCEMENT_TEXTS,
    DISCLOSURE_TEXTS,
    NOTICE_TEXTS,
    AnnouncementPart,
    DisclosureItem,
    SpecialNotice,
)
from auction.rules.history import REASON_WORDS
from auction.rules.lifecycle import ROUND_LABELS, Round
from auction.services.receipts import HeldReceipt, HeldReceipts
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from kernel.law import INSTRUMENTS
from kernel.money import Fen, yuan_text
from kernel.papers import wording
from kernel.papers.typesetting import Paper, Proof

_INSTRUMENT: Final = INSTRUMENTS["网络司法拍卖规定"].title


def notice_of(session: Session, sale: Sale, *, page: str) -> Paper:
    """The announcement as it was published: its parts, the special notices, the items (AUC-12 to 14).

    Args:
        page: absolute address of the lot.

    Raises:
        NoSuchLot: it is not announced.
    """
    if sale.published_at is None:
        raise NoSuchLot(lot_id=sale.lot_id)
    said = {one.item: one for one in sale.disclosures}
    return Paper("notice", f"拍卖公告-{sale.lot.title}", sale.published_at, {
        **_frame(session, sale, "拍卖公告"), "day": wording.day(sale.published_at),
        "opens": wording.instant(sale.opens_at), "closes": wording.instant(sale.planned_closes_at),
        "window": _minutes(sale.extension_window_seconds), "terms": _terms(sale),
        "announcement": [_item(ANNOUNCEMENT_TEXTS[part].label, sale.announcement[part.value])
                         for part in AnnouncementPart if sale.announcement.get(part.value)],
        "notices": [_item(NOTICE_TEXTS[notice].label, sale.special_notices[notice.value])
                    for notice in SpecialNotice if sale.special_notices.get(notice.value)],
        "disclosures": [_item(DISCLOSURE_TEXTS[item].label, said[item.value].text
                              or f"不适用：{said[item.value].not_applicable_reason}",
                              said[item.value].document_sha256 or "")
                        for item in DisclosureItem if item.value in said],
    }, _proof(session, sale, Kind.LOT_PUBLISHED, page))


def confirmation_of(session: Session, sale: Sale, *, page: str) -> Paper:
    """The confirmation of a sale, with the buyer's name (AUC-22.1).

    Args:
        page: absolute address of the result.

    Raises:
        NoSuchLot: nothing was sold.
    """
    result, delivery = sale.result, sale.delivery
    if result is None or delivery is None:
        raise NoSuchLot(lot_id=sale.lot_id)
    paid_fen = delivery.price_fen - delivery.balance_fen
    return Paper("confirmation", f"网络拍卖成交确认书-{sale.lot.title}", result.decided_at, {
        **_frame(session, sale, "网络拍卖成交确认书"), "day": wording.day(result.closed_at),
        "buyer": delivery.buyer_name, "identity": delivery.buyer_masked_number,
        "code": result.winner_code or "", "closed": wording.instant(result.closed_at, exact=True),
        "lot": sale.lot.title, "round": _round(sale), "price": wording.sum_of(delivery.price_fen),
        "deposit": wording.sum_of(paid_fen), "balance": wording.sum_of(delivery.balance_fen),
        "due": wording.day(delivery.balance_due_on) if delivery.balance_fen else "",
    }, _proof(session, sale, Kind.SALE_CONFIRMED, page))


def receipts_paper(session: Session, held: HeldReceipts, *, page: str) -> Paper:
    """A bidder's receipts of one sale to print: every bid with the hash of its leaf, oldest first.

    It names nobody but the code. Its foot shows the leaf of the newest bid.

    Args:
        page: absolute address of the page of that leaf.
    """
    newest = held.held[0]
    return Paper("receipts", f"出价回执-{held.sale.lot.title}", newest.attempt.received_at, {
        **_frame(session, held.sale, "网络拍卖出价回执"), "code": held.code, "round": _round(held.sale),
        "digest": held.digest, "example": f"receipts/{held.held[-1].name}.json",
        "bids": [{"no": str(one.attempt.position), "amount": yuan_text(Fen(one.attempt.amount_fen)),
                  "at": wording.instant(one.attempt.received_at, exact=True),
                  "decision": _decision(one), "index": str(one.index), "hash": one.hash}
                 for one in reversed(held.held)],
    }, Proof(held.log, newest.index, newest.hash, page))


def _decision(one: HeldReceipt) -> str:
    reason = one.attempt.reason
    return f"有效，第 {one.attempt.seq} 口" if reason is None else f"无效：{REASON_WORDS[Reason(reason)]}"


def _frame(session: Session, sale: Sale, title: str) -> dict[str, str]:
    return {"title": title, "about": sale.lot.title, "instrument": _INSTRUMENT,
            "court": accounts.get_court(session, sale.lot.court_id).name_zh,
            "number": cases.get_case(session, sale.lot.case_id or "").number}


def _proof(session: Session, sale: Sale, kind: Kind, page: str) -> Proof:
    leaf = audit.leaves_of_subject(session, sale.subject, kind=kind)[-1]
    return Proof(leaf.log, leaf.index, leaf.hash, page)


def _terms(sale: Sale) -> list[dict[str, str]]:
    rows = {
        "拍卖标的": sale.lot.title,
        "拍卖轮次": _round(sale),
        "起拍价（保留价）": wording.sum_of(sale.start_price_fen),
        "处置参考价": wording.sum_of(sale.reference_price_fen) if sale.reference_price_fen else "",
        "增价幅度": wording.sum_of(sale.increment_fen) + ("，须为整数倍" if sale.whole_steps else ""),
        "保证金": wording.sum_of(sale.deposit_fen),
        "余款期限": f"成交之日起 {sale.balance_days} 日内付清",
        "优先购买权": sale.priority_decision}
    return [{"name": name, "text": words} for name, words in rows.items() if words]


def _round(sale: Sale) -> str:
    return ROUND_LABELS[Round(sale.round)]


def _minutes(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{seconds} 秒" if rest else f"{minutes} 分钟"


def _item(name: str, text: str, digest: str = "") -> dict[str, Any]:
    return {"name": name, "text": text, "hash": digest}
