"""A lot on its way to the announcement, through the services: each gate at its border."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.errors import AlreadyDecided, OwnRequest
from auction.errors import AlreadyOnSale, PublicationRefused, StepNotAllowed, TermsFixed
from auction.models import Disclosure
from auction.rules.disclosure import AnnouncementPart, DisclosureItem, SpecialNotice
from auction.rules.lifecycle import LotState
from auction.services import closing, drafting, publication
from audit import services as audit
from cases import services as cases
from cases.rules.words import PartyRole, PropertyStatus, ServiceWay
from kernel import clock
from kernel.access import Role
from kernel.clock import beijing_day, start_of_day
from kernel.errors import InvalidInput, NotAllowed
from kernel.gates import GateClosed
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_person, the_actor
from tests.factories.cases import a_document, a_party, a_property
from tests.factories.lots import (
    DEPOSIT_FEN,
    PRICE_FEN,
    PRIORITY,
    START_FEN,
    Sitting,
    a_draft,
    a_priced_scene,
    a_published_lot,
    a_ready_lot,
    decided,
    notified,
    opening,
    sent,
    terms,
    vote,
)

Walk = Callable[[datetime], None]
MS = timedelta(milliseconds=1)
DAY = timedelta(days=1)


def publish(sitting: Sitting) -> None:
    with unit_of_work() as work:
        publication.publish(work.session, sitting.lot_id, actor=sitting.officer, now=clock.now())


def refused(sitting: Sitting) -> dict[str, str]:
    """Why the announcement is refused: code -> rule."""
    with pytest.raises(PublicationRefused) as refusal:
        publish(sitting)
    return {one.code: one.rule for one in refusal.value.obstacles}


def kept_from_the_panel(session: Session, sitting: Sitting) -> dict[str, str]:
    """Why the figures may not go before the panel: code -> rule."""
    with pytest.raises(GateClosed) as refusal:
        sent(session, sitting)
    return {one.code: one.rule for one in refusal.value.obstacles}


def change(sitting: Sitting, terms_now: drafting.Terms) -> None:
    with unit_of_work() as work:
        drafting.change_terms(work.session, sitting.lot_id, terms_now, actor=sitting.officer)


@pytest.mark.both_databases
class TestTheWay:
    def test_a_lot_is_announced_once_the_law_is_met_on_the_first_possible_day(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        at(clock.now() - MS)
        assert refused(sitting) == {"notice_too_late": "AUC-16.1"}
        at(clock.now() + MS)
        publish(sitting)
        sale = sitting.sale(session)
        assert (sale.state, sale.published_at) == (LotState.PUBLISHED, clock.now())
        assert sale.reference_price_fen == PRICE_FEN
        found = cases.get_property(session, sitting.scene.flat.id)
        assert found.status is PropertyStatus.ON_SALE
        kinds = [leaf.kind for leaf in audit.leaves_of_subject(session, sitting.subject)]
        assert kinds[0] == "lot.drafted"
        assert kinds[-1] == "lot.published"
        assert "lot.notices_done" in kinds

    def test_an_empty_draft_hears_everything_that_is_missing_at_once(
            self, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        with unit_of_work() as work:
            drafting.word_notices(work.session, sitting.lot_id, {}, actor=sitting.officer)
            drafting.word_announcement(work.session, sitting.lot_id, {}, actor=sitting.officer)
        found = refused(sitting)
        assert found == {
            "panel_missing": "AUC-27", "notice_missing": "AUC-16.1",
            "announcement_missing": "AUC-12.3", "special_notice_missing": "AUC-14"}

    def test_the_words_of_the_case_are_filled_in(self, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        sale = sitting.sale(session)
        said = {one.item: one.text for one in sale.disclosures}
        assert set(said) == set(DisclosureItem)
        assert "2,380,000.00 元" in said["price_basis"]
        assert said["priority_rights"] == PRIORITY
        assert "5 分钟" in sale.announcement["time"]
        assert "渗水" in sale.special_notices["defects"]
        assert all(sale.announcement[part.value] for part in AnnouncementPart)
        assert all(sale.special_notices[notice.value] for notice in SpecialNotice)


class TestFigures:
    def test_one_fen_under_seventy_percent_never_reaches_the_panel(self, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at), start_price_fen=START_FEN - 1)
        assert kept_from_the_panel(session, sitting) == {"start_price_too_low": "AUC-10.3"}

    @pytest.mark.parametrize(("deposit_fen", "expected"), [
        (START_FEN // 20, {}), (START_FEN // 20 - 1, {"deposit_too_low": "AUC-17.1"}),
        (START_FEN // 5, {}), (START_FEN // 5 + 1, {"deposit_too_high": "AUC-17.1"})])
    def test_the_deposit_lies_between_five_and_twenty_percent_to_the_fen(
            self, session: Session, at: Walk, deposit_fen: int, expected: dict[str, str]) -> None:
        if expected:
            sitting = a_draft(session, a_priced_scene(session, at), deposit_fen=deposit_fen)
            assert kept_from_the_panel(session, sitting) == expected
        else:
            publish(a_ready_lot(session, at, deposit_fen=deposit_fen))

    def test_a_figure_changed_to_an_unlawful_one_after_the_decision_is_refused_at_the_announcement(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        change(sitting, terms(start_price_fen=START_FEN - 1))
        assert refused(sitting) == {"panel_differs": "AUC-27", "start_price_too_low": "AUC-10.3"}

    def test_bidding_lasts_a_day_to_the_millisecond(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        lasting = terms(opens_at=opening())
        change(sitting, replace(lasting, closes_at=lasting.opens_at + DAY - MS))
        assert refused(sitting) == {"bidding_too_short": "AUC-20.3"}
        change(sitting, lasting)
        publish(sitting)

    def test_thirty_full_days_lie_between_announcement_and_auction(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        first_on = beijing_day(clock.now()) + timedelta(days=31)
        change(sitting, terms(opens_at=start_of_day(first_on) - MS))
        assert refused(sitting) == {"opens_too_early": "AUC-12.1"}
        change(sitting, terms(opens_at=start_of_day(first_on)))
        publish(sitting)

    def test_an_announcement_after_the_validity_of_the_price_is_refused(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        at(clock.now() + timedelta(days=320))
        change(sitting, terms(opens_at=opening()))
        assert refused(sitting) == {"price_expired": "REF-27.2"}

    def test_terms_that_no_sale_could_have_are_refused_at_their_field(
            self, session: Session, at: Walk) -> None:
        scene = a_priced_scene(session, at)
        with pytest.raises(InvalidInput) as refusal, unit_of_work() as work:
            drafting.draft_lot(
                work.session, property_id=scene.flat.id, actor=scene.officer, now=clock.now(),
                terms=terms(closes_at=opening(), balance_days=61))
        assert set(refusal.value.fields) == {"closes_at", "balance_days"}
        assert (refusal.value.details["least"], refusal.value.details["most"]) == (1, 60)


@pytest.mark.both_databases
class TestThePanel:
    def test_three_members_decide_and_none_of_them_twice(self, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        approval_id = sent(session, sitting)
        vote(session, approval_id, sitting.judges[0])
        with pytest.raises(AlreadyDecided):
            vote(session, approval_id, sitting.judges[0])
        with pytest.raises(OwnRequest):
            vote(session, approval_id, sitting.officer)
        vote(session, approval_id, sitting.judges[1])
        assert sitting.sale(session).state == LotState.PANEL
        assert "panel_missing" in refused(sitting)
        vote(session, approval_id, sitting.judges[2])
        with unit_of_work() as work:
            assert drafting.note_panel(work.session, sitting.lot_id)
        assert sitting.sale(session).state == LotState.NOTIFYING
        decision = audit.body_of(audit.leaves_of_subject(session, sitting.subject)[-1])
        assert set(decision["signed_by"]) == {judge.id for judge in sitting.judges}

    def test_one_member_sends_it_back_to_the_draft(self, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        vote(session, sent(session, sitting), sitting.judges[0], approve=False)
        with unit_of_work() as work:
            drafting.note_panel(work.session, sitting.lot_id)
        assert sitting.sale(session).state == LotState.DRAFT
        assert "panel_missing" in refused(sitting)
        decided(session, sitting)
        assert sitting.sale(session).state == LotState.NOTIFYING

    @pytest.mark.parametrize(("changed", "code"), [
        ({"start_price_fen": START_FEN + 1}, "panel_differs"),
        ({"deposit_fen": DEPOSIT_FEN - 1}, "panel_differs"),
        ({"increment_fen": 1_000_001}, "panel_differs"),
        ({"priority_decision": "承租人赵某享有优先购买权。"}, "panel_item_missing")])
    def test_what_changes_after_the_decision_is_decided_again(
            self, session: Session, at: Walk, changed: dict[str, int], code: str) -> None:
        sitting = a_ready_lot(session, at)
        changed_terms = terms(**changed)
        change(sitting, changed_terms)
        assert refused(sitting) == {code: "AUC-27"}
        decided(session, sitting)
        publish(sitting)

    def test_a_decision_on_other_figures_is_none_while_the_new_ones_wait(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        change(sitting, terms(start_price_fen=START_FEN + 100))
        approval_id = sent(session, sitting)
        assert refused(sitting) == {"panel_missing": "AUC-27"}
        for judge in sitting.judges:
            vote(session, approval_id, judge)
        publish(sitting)


class TestNotices:
    def test_nobody_is_notified_before_the_panel_has_decided(
            self, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        with pytest.raises(StepNotAllowed):
            notified(session, sitting)

    def test_everyone_with_a_right_must_be_told_and_a_creditor_need_not(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        scene = sitting.scene
        a_party(session, scene.case, scene.officer, PartyRole.CREDITOR, "周怀瑾")
        tenant = a_party(session, scene.case, scene.officer, PartyRole.TENANT, "赵可欣")
        assert refused(sitting) == {"notice_missing": "AUC-16.1"}
        self._notify(sitting, tenant.id, ServiceWay.IN_PERSON)
        assert refused(sitting) == {"notice_too_late": "AUC-16.1"}
        at(start_of_day(beijing_day(clock.now()) + timedelta(days=4)) - MS)
        assert refused(sitting) == {"notice_too_late": "AUC-16.1"}
        at(clock.now() + MS)
        publish(sitting)

    def test_a_written_waiver_needs_its_paper_and_no_term(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        scene = sitting.scene
        tenant = a_party(session, scene.case, scene.officer, PartyRole.TENANT, "赵可欣")
        with pytest.raises(InvalidInput) as refusal:
            self._notify(sitting, tenant.id, ServiceWay.WAIVED)
        assert (set(refusal.value.fields), refusal.value.rule) == ({"proof"}, "AUC-16.2")
        paper = a_document(session, scene.case, scene.officer, title="放弃声明")
        self._notify(sitting, tenant.id, ServiceWay.WAIVED, proof=paper.id)
        publish(sitting)

    def test_a_public_notice_needs_its_reason_and_five_full_days(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        tenant = a_party(session, sitting.scene.case, sitting.officer, PartyRole.TENANT, "赵可欣")
        with pytest.raises(InvalidInput) as refusal:
            self._notify(sitting, tenant.id, ServiceWay.PUBLIC_NOTICE)
        assert (set(refusal.value.fields), refusal.value.rule) == ({"unreachable_reason"}, "AUC-16.3")
        self._notify(sitting, tenant.id, ServiceWay.PUBLIC_NOTICE, reason="下落不明，电话停机。")
        posted_on = beijing_day(clock.now())
        assert refused(sitting) == {"posting_running": "AUC-16.3"}
        dates = publication.earliest_dates(session, sitting.sale(session), clock.now())
        assert dates.publish_from_on == posted_on + timedelta(days=6)
        assert dates.open_from_on == posted_on + timedelta(days=6 + 31)
        at(start_of_day(posted_on + timedelta(days=6)) - MS)
        assert refused(sitting) == {"posting_running": "AUC-16.3"}
        at(clock.now() + MS)
        assert "下落不明，电话停机。" in publication.notices_text(session, sitting.sale(session))
        publish(sitting)

    def test_while_somebody_is_not_told_the_days_run_as_if_told_today(
            self, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        decided(session, sitting)
        today = beijing_day(clock.now())
        dates = publication.earliest_dates(session, sitting.sale(session), clock.now())
        assert (dates.last_notice_on, dates.publish_from_on, dates.open_from_on) == (
            None, today + timedelta(days=4), today + timedelta(days=4 + 31))
        self._notify(sitting, sitting.scene.parties[0].id, ServiceWay.IN_PERSON)
        at(clock.now() + timedelta(days=2))
        dates = publication.earliest_dates(session, sitting.sale(session), clock.now())
        assert (dates.last_notice_on, dates.publish_from_on) == (None, today + timedelta(days=6))

    def test_of_two_notices_the_one_counts_that_lets_the_sale_begin_first(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        self._notify(sitting, sitting.scene.parties[1].id, ServiceWay.IN_PERSON)
        publish(sitting)

    def test_a_stranger_to_the_right_is_not_notified(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        creditor = a_party(session, sitting.scene.case, sitting.officer, PartyRole.CREDITOR, "周")
        with pytest.raises(InvalidInput):
            self._notify(sitting, creditor.id, ServiceWay.IN_PERSON)

    @staticmethod
    def _notify(sitting: Sitting, party_id: str, way: ServiceWay, *, proof: str | None = None,
                reason: str = "") -> None:
        with unit_of_work() as work:
            publication.notify_party(
                work.session, sitting.lot_id, party_id=party_id, way=way, served_at=clock.now(),
                proof_document_id=proof, unreachable_reason=reason, actor=sitting.officer,
                now=clock.now())


class TestDisclosures:
    def test_every_item_is_said_or_excused_and_four_are_never_excused(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        for item in DisclosureItem:
            sale = sitting.sale(session)
            session.delete(session.get_one(Disclosure, (sitting.lot_id, 1, item.value)))
            session.flush()
            session.expire(sale, ["disclosures"])
            found = publication.obstacles_of(session, sale, clock.now())
            assert [(one.code, one.rule, one.about) for one in found] == [
                ("disclosure_missing", "AUC-13", f"disclosures.{item.value}")]

    def test_an_item_is_excused_with_a_reason_where_the_law_allows_it(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        self._disclose(sitting, DisclosureItem.OTHER, reason="没有其他应当公示的事项。")
        with pytest.raises(InvalidInput) as refusal:
            self._disclose(sitting, DisclosureItem.PAYMENT, reason="不公示")
        assert refusal.value.rule == "AUC-13"
        with pytest.raises(InvalidInput):
            self._disclose(sitting, DisclosureItem.OTHER)
        publish(sitting)

    def test_a_paper_of_the_case_is_shown_to_everyone_from_the_announcement_on(
            self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        scene = sitting.scene
        paper = a_document(session, scene.case, scene.officer, title="房屋现状照片说明")
        with pytest.raises(InvalidInput):
            self._disclose(sitting, DisclosureItem.CONDITION, text="见附件。", paper="0" * 64)
        self._disclose(sitting, DisclosureItem.CONDITION, text="见附件。", paper=paper.sha256)
        assert not cases.get_document(session, paper.id).is_public
        publish(sitting)
        session.rollback()
        assert cases.get_document(session, paper.id).is_public
        report = next(one for one in sitting.sale(session).disclosures if one.item == "price_basis")
        assert cases.readable_file(session, report.document_sha256 or "", None).is_public

    @staticmethod
    def _disclose(sitting: Sitting, item: DisclosureItem, *, text: str = "", reason: str = "",
                  paper: str | None = None) -> None:
        with unit_of_work() as work:
            drafting.disclose(work.session, sitting.lot_id, item=item, text=text,
                              not_applicable_reason=reason, document_sha256=paper,
                              actor=sitting.officer)


class TestWhoMay:
    def test_only_the_officer_in_charge_acts(self, session: Session, at: Walk) -> None:
        sitting = a_ready_lot(session, at)
        colleague = the_actor(session, a_person(session, Role.OFFICER, sitting.scene.court))
        for other in (colleague, sitting.judges[0]):
            with pytest.raises(NotAllowed), unit_of_work() as work:
                publication.publish(work.session, sitting.lot_id, actor=other, now=clock.now())
            with pytest.raises(NotAllowed), unit_of_work() as work:
                drafting.change_terms(work.session, sitting.lot_id, terms(), actor=other)

    def test_nothing_changes_after_the_announcement(self, session: Session, at: Walk) -> None:
        sitting = a_published_lot(session, at)
        with pytest.raises(TermsFixed):
            change(sitting, terms())
        with pytest.raises(TermsFixed), unit_of_work() as work:
            drafting.word_notices(work.session, sitting.lot_id, {}, actor=sitting.officer)
        with pytest.raises(StepNotAllowed):
            publish(sitting)
        with pytest.raises(StepNotAllowed):
            sent(session, sitting)

    def test_a_property_has_one_lot_until_that_is_withdrawn(self, session: Session, at: Walk) -> None:
        sitting = a_draft(session, a_priced_scene(session, at))
        with pytest.raises(AlreadyOnSale):
            a_draft(session, sitting.scene)
        approval_id = sent(session, sitting)
        with unit_of_work() as work:
            closing.withdraw(work.session, sitting.lot_id, ground="settlement", reason="双方和解。",
                             actor=sitting.officer, now=clock.now())
        assert accounts.get_approval(session, approval_id,
                                     actor=sitting.judges[0]).state == "superseded"
        again = a_draft(session, sitting.scene)
        assert again.lot_id != sitting.lot_id

    def test_a_property_without_a_price_is_not_announced(self, session: Session, at: Walk) -> None:
        scene = a_priced_scene(session, at)
        scene.flat = a_property(session, scene.case, scene.officer, with_facts=True)
        sitting = a_draft(session, scene)
        assert refused(sitting)["price_not_in_force"] == "AUC-10.2"
