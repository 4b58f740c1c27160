"""The words of a sale before its announcement, and who was told of it: forms of a draft's parts."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts import services as accounts
from auction.errors import NoSuchLot
from auction.models import Disclosure, Lot
from auction.rules.disclosure import (
    ANNOUNCEMENT_TEXTS,
    DISCLOSURE_ARTICLES,
    DISCLOSURE_TEXTS,
    NEVER_ABSENT,
    NOTICE_ARTICLES,
    NOTICE_TEXTS,
    AnnouncementPart,
    DisclosureItem,
    SpecialNotice,
    Text,
)
from auction.rules.wording import contact_words
from auction.schemas import AnnouncementIn, DisclosureIn, NoticeIn, SpecialNoticesIn
from auction.services import drafting, publication
from auction.services.handling import law_of
from auction.services.publication import TO_BE_NOTIFIED
from auction.views.court_blueprint import (
    PAPERS,
    back,
    choices,
    handled_lot,
    kept_paper,
    pages,
    papers_of,
    taken_paper,
)
from cases import services as cases
from cases.rules.words import DocumentKind, ServiceWay
from kernel import clock
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.errors import N_
from kernel.forms import Form
from kernel.languages import cite, say
from kernel.transactions import unit_of_work


@pages.route("/<lot_id>/disclosures/<item>", methods=["GET", "POST"])
@access(Role.OFFICER)
def disclose(lot_id: str, item: str) -> ResponseReturnValue:
    """Say one of the eleven items, with a paper if there is one, or why it does not apply."""
    lot = handled_lot(lot_id)
    if item not in tuple(DisclosureItem):
        raise NoSuchLot(lot_id=lot_id)
    wanted = DisclosureItem(item)
    said = next((one for one in lot.sale.disclosures if one.item == item), None)
    form = Form(request.form) if request.method == "POST" else Form(initial=_known(lot, wanted, said))
    if request.method == "POST":
        with form.attempt():
            data = form.load(DisclosureIn())
            stored = taken_paper(lot, "paper")
            chosen = _sha256_of(lot, data["document_id"])
            with unit_of_work() as work:
                kept_paper(work, lot, stored, kind=DocumentKind.OTHER,
                           title=say(DISCLOSURE_TEXTS[wanted].label))
                drafting.disclose(
                    work.session, lot_id, item=wanted, text=data["text"] or "",
                    not_applicable_reason=data["not_applicable_reason"] or "",
                    document_sha256=stored.sha256 if stored else chosen, actor=signed_in())
            return back(lot_id, N_("公示内容已保存。"), f"disclosures-{item}")
    return render_template(
        "auction/court/disclosure_form.html", form=form, lot=lot, papers=papers_of(lot), accept=PAPERS,
        title=say(DISCLOSURE_TEXTS[wanted].label), article=DISCLOSURE_ARTICLES[wanted],
        may_be_absent=wanted not in NEVER_ABSENT, position=list(DisclosureItem).index(wanted) + 1,
        lacks_contact=wanted is DisclosureItem.COURT_CONTACT and not accounts.get_court(
            db.session(), lot.court_id).contact.suffices), form.status


def _known(lot: Lot, item: DisclosureItem, said: Disclosure | None) -> dict[str, str]:
    if said is None:
        return {"text": _proposed(lot, item)}
    paper = next((one.id for one in cases.documents_of_case(db.session(), lot.case_id or "")
                  if one.sha256 == said.document_sha256), "")
    return {"text": said.text, "not_applicable_reason": said.not_applicable_reason,
            "document_id": paper}


def _proposed(lot: Lot, item: DisclosureItem) -> str:
    """What the house knows to say since the draft was begun."""
    if item is DisclosureItem.NOTICES:
        return publication.notices_text(db.session(), lot.sale)
    if item is DisclosureItem.COURT_CONTACT:
        court = accounts.get_court(db.session(), lot.court_id)
        return contact_words(court.name_zh, court.contact)
    return ""


def _sha256_of(lot: Lot, document_id: str | None) -> str | None:
    """The file of a paper of the case that was chosen; a paper of another case is refused later."""
    if document_id is None:
        return None
    return cases.get_document(db.session(), document_id).sha256


@pages.route("/<lot_id>/special-notices", methods=["GET", "POST"])
@access(Role.OFFICER)
def special_notices(lot_id: str) -> ResponseReturnValue:
    """Word the seven special notices (AUC-14)."""
    lot = handled_lot(lot_id)
    form = Form(request.form) if request.method == "POST" else Form(
        initial=lot.sale.special_notices)
    if request.method == "POST":
        with form.attempt():
            data = form.load(SpecialNoticesIn())
            with unit_of_work() as work:
                drafting.word_notices(
                    work.session, lot_id, actor=signed_in(),
                    notices={SpecialNotice(name): text for name, text in data.items()})
            return back(lot_id, N_("特别提示已保存。"), "special-notices")
    return render_template(
        "auction/court/words_form.html", form=form, lot=lot, what="notices",
        parts=_parts(NOTICE_TEXTS.items(), NOTICE_ARTICLES)), form.status


@pages.route("/<lot_id>/announcement", methods=["GET", "POST"])
@access(Role.OFFICER)
def announcement(lot_id: str) -> ResponseReturnValue:
    """Word the announcement, part by part (AUC-12.3)."""
    lot = handled_lot(lot_id)
    form = Form(request.form) if request.method == "POST" else Form(initial=lot.sale.announcement)
    if request.method == "POST":
        with form.attempt():
            data = form.load(AnnouncementIn())
            with unit_of_work() as work:
                drafting.word_announcement(
                    work.session, lot_id, actor=signed_in(),
                    parts={AnnouncementPart(name): text for name, text in data.items()})
            return back(lot_id, N_("公告内容已保存。"), "announcement")
    return render_template(
        "auction/court/words_form.html", form=form, lot=lot, what="announcement",
        parts=_parts(ANNOUNCEMENT_TEXTS.items(), {})), form.status


def _parts(texts: Iterable[tuple[StrEnum, Text]], articles: Mapping[Any, str]
           ) -> list[dict[str, str]]:
    return [{"name": str(part), "label": say(text.label), "article": cite(articles.get(part, ""))}
            for part, text in texts]


@pages.route("/<lot_id>/notices/<party_id>", methods=["GET", "POST"])
@access(Role.OFFICER)
def notify(lot_id: str, party_id: str) -> ResponseReturnValue:
    """Record how a party, or a holder of a priority right, learnt of the coming auction."""
    lot = handled_lot(lot_id)
    party = cases.get_party(db.session(), party_id)
    if party.case_id != lot.case_id or party.role not in TO_BE_NOTIFIED:
        raise NoSuchLot(lot_id=lot_id)
    form = Form(request.form) if request.method == "POST" else Form(
        initial={"served_at": clock.now()})
    form.values["party_id"] = party_id
    if request.method == "POST":
        with form.attempt():
            data = form.load(NoticeIn())
            stored = taken_paper(lot, "proof")
            with unit_of_work() as work:
                waived = data["way"] is ServiceWay.WAIVED
                proof = kept_paper(
                    work, lot, stored, title=f"拍卖通知：{party.name}",
                    kind=DocumentKind.WAIVER if waived else DocumentKind.SERVICE_PROOF)
                publication.notify_party(
                    work.session, lot_id, party_id=party_id, way=data["way"],
                    served_at=data["served_at"], proof_document_id=proof,
                    unreachable_reason=data["unreachable_reason"] or "", actor=signed_in(),
                    now=clock.now())
            return back(lot_id, N_("通知已记录。"), "notices")
    rules = law_of(db.session(), lot.sale)
    return render_template(
        "auction/court/notice_form.html", form=form, lot=lot, party=party, accept=PAPERS,
        role=say(party.role.word), ways=choices(ServiceWay),
        notice_days=rules.days("notice_days_before_publication"),
        posting_days=rules.days("unreachable_posting_days")), form.status
