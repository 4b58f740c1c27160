"""The court's own lots for programs: the same services and schemas as the pages of the desk."""

from typing import Any

from auction.live.updates import promise_standing, result_members
from auction.models import Lot
from auction.rules.disclosure import AnnouncementPart, DisclosureItem, SpecialNotice
from auction.schemas import (
    AnnouncementIn,
    CauseEndedIn,
    DisclosureIn,
    DraftIn,
    HandOverIn,
    InsistIn,
    NoticeIn,
    RightIn,
    RulingIn,
    RulingServiceIn,
    SpecialNoticesIn,
    SurplusNoticeIn,
    SuspendIn,
    TermsIn,
    WithdrawIn,
)
from auction.services import checklist, closing, delivery, drafting, priority, publication, stops
from auction.services.checklist import check_list
from auction.services.drafting import Terms
from auction.services.handling import court_lot
from auction.services.priority import Proposal
from auction.services.reading import BEFORE_PUBLICATION, end_in_force, lots_of_court
from auction.services.stops import Surplus
from cases import services as cases
from cases.rules.words import ServiceWay
from kernel import clock
from kernel.access import STAFF, Role, access, signed_in
from kernel.database import db
from kernel.errors import NotFound
from kernel.formats import plain
from kernel.http import ApiBlueprint
from kernel.languages import list_obstacles
from kernel.transactions import unit_of_work

api = ApiBlueprint("court-lots-api", __name__, url_prefix="/lots",
                   description="The court's own lots: draft, panel, notices, publication, delivery")


@api.get("/of-court")
@access(*STAFF)
def list_lots() -> Any:
    """All lots of the reader's court, newest first."""
    return {"lots": [_members(lot) for lot in lots_of_court(
        db.session(), signed_in().court_id or "")]}


@api.get("/<lot_id>/file")
@access(*STAFF)
def show(lot_id: str) -> Any:
    """A lot as its court sees it; of a draft everything that stands in the way of publication."""
    return _shown(lot_id)


def _shown(lot_id: str) -> dict[str, Any]:
    session = db.session()
    session.rollback()  # what was committed a moment ago is what is shown
    lot = court_lot(session, lot_id, signed_in())
    shown = _members(lot)
    if lot.sale.state in BEFORE_PUBLICATION:
        shown |= _draft_members(lot)
    if lot.sale.delivery is not None:
        found = lot.sale.delivery
        shown["delivery"] = plain({
            "buyer": found.buyer_name, "price_fen": found.price_fen, "balance_fen": found.balance_fen,
            "balance_due_on": found.balance_due_on.isoformat(), "paid_at": found.paid_at,
            "ruling_document_id": found.ruling_document_id,
            "ruling_issued_at": found.ruling_issued_at, "ruling_served_at": found.ruling_served_at,
            "handed_over_at": found.handed_over_at})
    return shown


def _members(lot: Lot) -> dict[str, Any]:
    sale = lot.sale
    members: dict[str, Any] = plain({
        "id": lot.id, "number": sale.number, "title": lot.title, "case_id": lot.case_id,
        "property_id": lot.property_id, "state": str(sale.state), "round": str(sale.round),
        "rule_set": sale.rule_set, "start_price_fen": sale.start_price_fen,
        "increment_fen": sale.increment_fen, "deposit_fen": sale.deposit_fen,
        "price_fen": sale.price_fen, "opens_at": sale.opens_at, "closes_at": end_in_force(sale),
        "published_at": sale.published_at, "balance_days": sale.balance_days,
        "priority_decision": sale.priority_decision,
        "enforcement_costs_fen": sale.enforcement_costs_fen,
        "unfiled_prior_fen": sale.unfiled_prior_fen})
    return members | {"result": result_members(sale), "priority_rights": [
        {"id": one.id, "party_id": one.party_id, "role": str(one.role), "rank": one.rank,
         "basis": one.basis, "document_id": one.document_id, "state": str(one.state)}
        for one in priority.rights_of(db.session(), sale)]}


def _draft_members(lot: Lot) -> dict[str, Any]:
    found = check_list(db.session(), lot.sale, clock.now())
    return {
        "obstacles": list_obstacles(found.obstacles), "warnings": list_obstacles(found.warnings),
        "panel": {"state": found.panel.state, "digest": found.panel.digest,
                  "approval_id": found.panel.approval_id, "needed": found.panel.needed,
                  "votes": sum(vote.approve is True for vote in found.panel.votes)},
        "notified": [{"party_id": one.party_id, "role": str(one.role),
                      "way": one.way and str(one.way),
                      "earliest_publication_on": one.earliest_on and one.earliest_on.isoformat()}
                     for one in found.people],
        "surplus": _surplus_members(found.surplus),
        "earliest_publication_on": found.dates.publish_from_on.isoformat(),
        "earliest_opening_on": found.dates.open_from_on.isoformat(),
        "announcement": lot.sale.announcement, "special_notices": lot.sale.special_notices,
        "disclosures": {one.item: {"text": one.text, "document": one.document_sha256,
                                   "not_applicable_reason": one.not_applicable_reason}
                        for one in lot.sale.disclosures}}


def _surplus_members(found: Surplus) -> dict[str, Any]:
    return {
        "prior_claims": [{"claim_id": one.claim.id, "amount_fen": one.amount_fen} for one in found.prior],
        "prior_fen": found.prior_fen, "sum_fen": found.sum_fen, "least_fen": found.least_fen,
        "left_fen": found.left_fen, "is_useless": found.is_useless,
        "applicants": [{
            "party_id": one.party_id, "told_on": one.notice and one.notice.told_on.isoformat(),
            "reply_due_on": one.reply_due_on and one.reply_due_on.isoformat(),
            "insisted_on": one.notice and one.notice.insisted_on and one.notice.insisted_on.isoformat()}
            for one in found.applicants]}


@api.post("")
@api.arguments(DraftIn, location="json")
@access(Role.OFFICER)
def draft(body: dict[str, Any]) -> Any:
    """Begin a sale of a seized property; what the case already says is filled in."""
    property_id = body.pop("property_id")
    with unit_of_work() as work:
        lot_id = drafting.draft_lot(work.session, property_id=property_id, terms=Terms(**body),
                                    actor=signed_in(), now=clock.now()).id
    return _shown(lot_id), 201


@api.put("/<lot_id>/terms")
@api.arguments(TermsIn, location="json")
@access(Role.OFFICER)
def change_terms(body: dict[str, Any], lot_id: str) -> Any:
    """Change the terms of a draft; changed figures want a new decision of the panel (AUC-27)."""
    with unit_of_work() as work:
        drafting.change_terms(work.session, lot_id, Terms(**body), actor=signed_in())
    return _shown(lot_id)


@api.put("/<lot_id>/disclosures/<item>")
@api.arguments(DisclosureIn, location="json")
@access(Role.OFFICER)
def disclose(body: dict[str, Any], lot_id: str, item: str) -> Any:
    """Say one of the eleven items of article 13, or why it does not apply (AUC-13)."""
    if item not in tuple(DisclosureItem):
        raise NotFound
    with unit_of_work() as work:
        drafting.disclose(
            work.session, lot_id, item=DisclosureItem(item), text=body["text"] or "",
            not_applicable_reason=body["not_applicable_reason"] or "",
            document_sha256=_file_of(body["document_id"]), actor=signed_in())
    return _shown(lot_id)


def _file_of(document_id: str | None) -> str | None:
    """The hash of a paper; whether it is one of the case is for the service to say."""
    return None if document_id is None else cases.get_document(db.session(), document_id).sha256


@api.put("/<lot_id>/special-notices")
@api.arguments(SpecialNoticesIn, location="json")
@access(Role.OFFICER)
def word_notices(body: dict[str, str], lot_id: str) -> Any:
    """Word the seven special notices (AUC-14); what is left out is empty."""
    with unit_of_work() as work:
        drafting.word_notices(work.session, lot_id, actor=signed_in(), notices={
            SpecialNotice(name): text for name, text in body.items()})
    return _shown(lot_id)


@api.put("/<lot_id>/announcement")
@api.arguments(AnnouncementIn, location="json")
@access(Role.OFFICER)
def word_announcement(body: dict[str, str], lot_id: str) -> Any:
    """Word the announcement, part by part (AUC-12.3); what is left out is empty."""
    with unit_of_work() as work:
        drafting.word_announcement(work.session, lot_id, actor=signed_in(), parts={
            AnnouncementPart(name): text for name, text in body.items()})
    return _shown(lot_id)


@api.post("/<lot_id>/panel")
@access(Role.OFFICER)
def send_to_panel(lot_id: str) -> Any:
    """Put the figures before the panel; its members vote at /approvals (AUC-27)."""
    with unit_of_work() as work:
        checklist.send_to_panel(work.session, lot_id, actor=signed_in(), now=clock.now())
    return _shown(lot_id)


@api.post("/<lot_id>/notices")
@api.arguments(NoticeIn, location="json")
@access(Role.OFFICER)
def notify(body: dict[str, Any], lot_id: str) -> Any:
    """Record how a party learnt of the coming auction (AUC-16); papers are uploaded to the case."""
    with unit_of_work() as work:
        publication.notify_party(
            work.session, lot_id, party_id=body["party_id"], way=body["way"],
            served_at=body["served_at"], proof_document_id=body["proof_document_id"],
            unreachable_reason=body["unreachable_reason"] or "", actor=signed_in(), now=clock.now())
    return _shown(lot_id), 201


@api.post("/<lot_id>/surplus-notices")
@api.arguments(SurplusNoticeIn, location="json")
@access(Role.OFFICER)
def tell_applicant(body: dict[str, Any], lot_id: str) -> Any:
    """Record that an applicant was told that nothing would be left for it (GEN-6)."""
    with unit_of_work() as work:
        stops.tell_applicant(
            work.session, lot_id, party_id=body["party_id"], way=ServiceWay(body["way"]),
            served_at=body["served_at"], proof_document_id=body["proof_document_id"],
            actor=signed_in(), now=clock.now())
    return _shown(lot_id), 201


@api.put("/<lot_id>/surplus-notices/<party_id>")
@api.arguments(InsistIn, location="json")
@access(Role.OFFICER)
def note_insistence(body: dict[str, Any], lot_id: str, party_id: str) -> Any:
    """Record that the applicant applied in time for the auction to go on (GEN-6)."""
    with unit_of_work() as work:
        stops.note_insistence(work.session, lot_id, party_id=party_id, **body, actor=signed_in(),
                              now=clock.now())
    return _shown(lot_id)


@api.post("/<lot_id>/publication")
@access(Role.OFFICER)
def publish(lot_id: str) -> Any:
    """Announce the sale; refused with every obstacle and its rule where the law is not met."""
    with unit_of_work() as work:
        publication.publish(work.session, lot_id, actor=signed_in(), now=clock.now())
        promise_standing(work, lot_id)
    return _shown(lot_id)


@api.post("/<lot_id>/suspension")
@api.arguments(SuspendIn, location="json")
@access(Role.OFFICER)
def suspend(body: dict[str, Any], lot_id: str) -> Any:
    """Stop a running sale (AUC-28.1)."""
    with unit_of_work() as work:
        closing.suspend(work.session, lot_id, ground=body["ground"], reason=body["reason"],
                        document_sha256=_file_of(body["document_id"]), actor=signed_in(),
                        now=clock.now())
        promise_standing(work, lot_id)
    return _shown(lot_id), 201


@api.post("/<lot_id>/priority-rights")
@api.arguments(RightIn, location="json")
@access(Role.OFFICER)
def propose_right(body: dict[str, Any], lot_id: str) -> Any:
    """Put somebody's priority right before the panel, on a paper of the case (AUC-19.1)."""
    with unit_of_work() as work:
        priority.propose_right(
            work.session, lot_id, actor=signed_in(), now=clock.now(), proposal=Proposal(
                body["party_id"], body["rank"], body["basis"], body["document_id"] or ""))
    return _shown(lot_id), 201


@api.post("/<lot_id>/suspension/cause-ended")
@api.arguments(CauseEndedIn, location="json")
@access(Role.OFFICER)
def cause_ended(body: dict[str, Any], lot_id: str) -> Any:
    """Record the day on which the cause of the suspension was gone (AUC-28.4)."""
    with unit_of_work() as work:
        closing.note_cause_ended(work.session, lot_id, ended_on=body["ended_on"], actor=signed_in(),
                                 now=clock.now())
    return _shown(lot_id)


@api.delete("/<lot_id>/suspension")
@access(Role.OFFICER)
def resume(lot_id: str) -> Any:
    """Let a suspended sale go on with the time that was left (AUC-28.4, AUC-28.5)."""
    with unit_of_work() as work:
        closing.resume(work.session, lot_id, actor=signed_in(), now=clock.now())
        promise_standing(work, lot_id)
    return _shown(lot_id)


@api.post("/<lot_id>/withdrawal")
@api.arguments(WithdrawIn, location="json")
@access(Role.OFFICER)
def withdraw(body: dict[str, Any], lot_id: str) -> Any:
    """Take a lot back, or end a suspended sale for good; the deposits go back (GEN-17)."""
    with unit_of_work() as work:
        sale = closing.withdraw(work.session, lot_id, ground=body["ground"], reason=body["reason"],
                                actor=signed_in(), now=clock.now())
        if sale.published_at is not None:
            promise_standing(work, lot_id)
    return _shown(lot_id)


@api.post("/<lot_id>/ruling")
@api.arguments(RulingIn, location="json")
@access(Role.OFFICER)
def issue_ruling(body: dict[str, Any], lot_id: str) -> Any:
    """Make the ruling of the sale, a paper of the case, once the whole price is paid (AUC-25.3)."""
    with unit_of_work() as work:
        delivery.issue_ruling(work.session, lot_id, document_id=body["document_id"],
                              actor=signed_in(), now=clock.now())
    return _shown(lot_id), 201


@api.post("/<lot_id>/ruling/service")
@api.arguments(RulingServiceIn, location="json")
@access(Role.OFFICER)
def serve_ruling(body: dict[str, Any], lot_id: str) -> Any:
    """Record that the ruling reached the buyer: title passes (AUC-22.2)."""
    with unit_of_work() as work:
        delivery.serve_ruling(work.session, lot_id, way=ServiceWay(body["way"]),
                              served_at=body["served_at"], actor=signed_in(),
                              proof_document_id=body["proof_document_id"], now=clock.now())
    return _shown(lot_id), 201


@api.post("/<lot_id>/hand-over")
@api.arguments(HandOverIn, location="json")
@access(Role.OFFICER)
def hand_over(body: dict[str, Any], lot_id: str) -> Any:
    """Record that the buyer has the property (AUC-25.3)."""
    with unit_of_work() as work:
        delivery.hand_over(work.session, lot_id, note=body["note"], actor=signed_in(),
                           now=clock.now())
    return _shown(lot_id), 201
