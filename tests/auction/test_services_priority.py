"""A priority right from the proposal to the code, and what it is worth in the bidding."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Person
from auction.errors import NotRunning
from auction.jobs import note_panels
from auction.models import Lot, Registration
from auction.rules.bidding import Reason
from auction.rules.priority import RightState
from auction.services import priority, registration
from auction.services.closing import suspend
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from cases.rules.numbers import PartyFacts
from cases.rules.words import IdKind, PartyKind, PartyRole
from kernel.errors import InvalidInput, NotAllowed
from tests.factories.accounts import a_bidder, a_court, acting
from tests.factories.auction import (
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    bid,
    closed,
    paid,
    registered,
)
from tests.factories.cases import a_case, a_document, an_officer
from tests.factories.rights import (
    a_holder,
    in_force,
    noted,
    officer_of,
    proposal,
    proposed,
    the_right,
    voted,
)

Walk = Callable[[datetime], None]
BEFORE = OPENS_AT - timedelta(days=3)
ADMITTED = OPENS_AT - timedelta(hours=12)
LATER = OPENS_AT + timedelta(hours=1)
MS = timedelta(milliseconds=1)


@pytest.fixture
def lot(session: Session) -> Lot:
    return a_lot_on_sale(session)


def admitted(session: Session, lot: Lot, person: Person) -> Registration:
    """This person's code, by the same steps as everybody's."""
    found = registered(session, lot, person)
    paid(session, found, person)
    with acting(session) as s:
        registration.admit(s, found.id, now=ADMITTED)
    session.rollback()
    return session.get_one(Registration, found.id)


def leaves(session: Session, lot: Lot, kind: Kind) -> list[dict[str, Any]]:
    return [audit.body_of(leaf) for leaf in audit.leaves_of_subject(session, lot.sale.subject, kind=kind)]


@pytest.mark.both_databases
class TestTheRank:
    def test_a_right_confirmed_before_the_deposit_gives_the_code_its_rank(
            self, session: Session, lot: Lot) -> None:
        person = a_bidder(session)
        in_force(session, lot, person, 2, now=BEFORE)
        found = admitted(session, lot, person)
        assert found.priority_rank == 2
        (leaf,) = leaves(session, lot, Kind.BIDDER_ADMITTED)
        assert (leaf["code"], leaf["priority_rank"]) == (found.code, 2)

    def test_what_the_panel_has_not_decided_gives_an_ordinary_code_that_stays_so(
            self, session: Session, lot: Lot) -> None:
        person = a_bidder(session)
        right_id = proposed(session, lot, person, now=BEFORE)
        voted(session, lot, right_id, now=BEFORE, judges=2)
        found = admitted(session, lot, person)
        voted(session, lot, right_id, now=ADMITTED + MS, judges=1)
        noted(session, lot, now=ADMITTED + MS)
        assert the_right(session, right_id).state is RightState.CONFIRMED
        assert session.get_one(Registration, found.id).priority_rank is None
        bid(session, a_code(session, lot)[1], START_FEN, OPENS_AT)
        answer = bid(session, found, START_FEN, LATER)
        assert answer.decision.reason is Reason.BELOW_MINIMUM

    def test_the_third_vote_counts_for_a_code_given_before_the_job_looks(
            self, session: Session, lot: Lot) -> None:
        person = a_bidder(session)
        right_id = proposed(session, lot, person, now=BEFORE)
        voted(session, lot, right_id, now=BEFORE)
        assert admitted(session, lot, person).priority_rank == 1
        assert the_right(session, right_id).state is RightState.CONFIRMED

    def test_a_refusal_gives_nothing_and_another_proposal_may_follow(
            self, session: Session, lot: Lot) -> None:
        person = a_bidder(session)
        right_id = proposed(session, lot, person, now=BEFORE)
        voted(session, lot, right_id, now=BEFORE, approve=False, judges=1)
        noted(session, lot, now=BEFORE)
        right = the_right(session, right_id)
        assert (right.state, right.decided_at) == (RightState.REFUSED, BEFORE)
        again = proposal(session, lot, cases.get_party(session, right.party_id))
        officer = officer_of(session, lot)
        with acting(session) as s:
            priority.propose_right(s, lot.id, again, actor=officer, now=BEFORE + MS)
        assert admitted(session, lot, person).priority_rank is None

    def test_a_later_decision_on_the_same_person_takes_the_place_of_the_first(
            self, session: Session, lot: Lot) -> None:
        person = a_bidder(session)
        first = in_force(session, lot, person, 1, now=BEFORE)
        party = cases.get_party(session, the_right(session, first).party_id)
        wish, officer = proposal(session, lot, party, 3), officer_of(session, lot)
        with acting(session) as s:
            second = priority.propose_right(s, lot.id, wish, actor=officer, now=BEFORE + MS).id
        voted(session, lot, second, now=BEFORE + MS)
        noted(session, lot, now=BEFORE + MS)
        assert the_right(session, first).state is RightState.LAPSED
        assert admitted(session, lot, person).priority_rank == 3
        assert leaves(session, lot, Kind.LOT_PRIORITY_DECIDED)[-1]["replaces"] == first

    def test_several_people_share_an_order_and_other_orders_have_other_codes(
            self, session: Session, lot: Lot) -> None:
        people = [a_bidder(session) for _ in range(3)]
        for person, rank in zip(people, (1, 1, 2), strict=True):
            in_force(session, lot, person, rank, now=BEFORE)
        found = [admitted(session, lot, person) for person in people]
        assert [one.priority_rank for one in found] == [1, 1, 2]
        assert len({one.code for one in found}) == 3


class TestWhoseRight:
    def test_another_person_gets_an_ordinary_code(self, session: Session, lot: Lot) -> None:
        in_force(session, lot, a_bidder(session), now=BEFORE)
        assert admitted(session, lot, a_bidder(session)).priority_rank is None

    def test_an_agent_whose_account_is_linked_to_the_holder_does_not_bid_by_the_holders_right(
            self, session: Session, lot: Lot) -> None:
        holder, agent = a_bidder(session), a_bidder(session)
        right_id = in_force(session, lot, holder, now=BEFORE)
        party_id, officer = the_right(session, right_id).party_id, officer_of(session, lot)
        with acting(session) as s:
            cases.link_party(s, party_id=party_id, login=agent.login, actor=officer, now=BEFORE)
        assert admitted(session, lot, agent).priority_rank is None

    def test_a_party_amended_later_hands_the_right_to_nobody_else(self, session: Session, lot: Lot) -> None:
        holder, other = a_bidder(session), a_bidder(session)
        right_id = in_force(session, lot, holder, now=BEFORE)
        party_id, officer = the_right(session, right_id).party_id, officer_of(session, lot)
        number = accounts.identity_for_machine(session, other.id).id_number
        with acting(session) as s:
            cases.amend_party(s, party_id=party_id, role=PartyRole.TENANT, actor=officer, now=BEFORE,
                              facts=PartyFacts(PartyKind.NATURAL_PERSON, "别人", IdKind.RESIDENT_ID, number))
        assert admitted(session, lot, other).priority_rank is None
        assert admitted(session, lot, holder).priority_rank == 1

    def test_who_is_entered_twice_has_the_earlier_order(self, session: Session, lot: Lot) -> None:
        person = a_bidder(session)
        in_force(session, lot, person, 2, now=BEFORE)
        in_force(session, lot, person, 1, now=BEFORE, role=PartyRole.CO_OWNER)
        assert admitted(session, lot, person).priority_rank == 1

    def test_a_right_in_one_sale_is_none_in_another(self, session: Session, lot: Lot) -> None:
        person = a_bidder(session)
        in_force(session, lot, person, now=BEFORE)
        other = a_lot_on_sale(session, accounts.get_court(session, lot.court_id))
        assert admitted(session, other, person).priority_rank is None


class TestTheBidding:
    def test_a_match_at_the_same_price_is_taken_and_wins_unless_somebody_goes_higher(
            self, session: Session, lot: Lot) -> None:
        _, ordinary = a_code(session, lot)
        tenant = a_bidder(session)
        in_force(session, lot, tenant, now=BEFORE)
        mine = admitted(session, lot, tenant)
        bid(session, ordinary, START_FEN + STEP_FEN, OPENS_AT)
        assert bid(session, mine, START_FEN + STEP_FEN, LATER).decision.accepted
        sale = closed(session, lot)
        assert sale.result is not None
        assert (sale.result.winner_code, sale.result.price_fen) == (mine.code, START_FEN + STEP_FEN)


@pytest.mark.both_databases
class TestTheEnd:
    def test_nothing_is_proposed_from_the_end_of_the_bidding_on(self, session: Session, lot: Lot) -> None:
        wish = proposal(session, lot, a_holder(session, lot, a_bidder(session)))
        officer = officer_of(session, lot)
        with pytest.raises(NotRunning), acting(session) as s:
            priority.propose_right(s, lot.id, wish, actor=officer, now=CLOSES_AT)
        with acting(session) as s:
            priority.propose_right(s, lot.id, wish, actor=officer, now=CLOSES_AT - MS)

    def test_what_is_undecided_at_the_end_lapses_and_no_longer_waits_for_the_panel(
            self, session: Session, lot: Lot) -> None:
        right_id = proposed(session, lot, a_bidder(session), now=BEFORE)
        noted(session, lot, now=CLOSES_AT - MS)
        assert the_right(session, right_id).state is RightState.PENDING
        noted(session, lot, now=CLOSES_AT)
        assert the_right(session, right_id).state is RightState.LAPSED
        approval = accounts.approval_for(session, subject=f"right:{right_id}", act=priority.PRIORITY_ACT)
        assert approval is not None
        assert approval.state == "superseded"
        assert leaves(session, lot, Kind.LOT_PRIORITY_DECIDED)[-1]["state"] == "lapsed"

    def test_a_sale_that_stands_still_takes_a_right_after_its_announced_end(
            self, session: Session, lot: Lot) -> None:
        _, other = a_code(session, lot)
        bid(session, other, START_FEN, OPENS_AT)
        officer = officer_of(session, lot)
        with acting(session) as s:
            suspend(s, lot.id, ground="stayed", reason="中止执行。", document_sha256=None,
                    actor=officer, now=LATER)
        right_id = in_force(session, lot, a_bidder(session), now=CLOSES_AT + timedelta(days=1))
        assert the_right(session, right_id).state is RightState.CONFIRMED


class TestTheProposal:
    def test_its_leaves_name_nobody_and_say_order_ground_and_paper_by_hash(
            self, session: Session, lot: Lot) -> None:
        right_id = in_force(session, lot, a_bidder(session), 2, now=BEFORE)
        right = the_right(session, right_id)
        (first,) = leaves(session, lot, Kind.LOT_PRIORITY_PROPOSED)
        assert set(first) == {"right", "party", "role", "rank", "digest", "basis_sha256", "document"}
        assert (first["party"], first["role"], first["rank"]) == (right.party_id, "tenant", 2)
        assert first["digest"] == priority.digest_of(session, lot.sale, right)
        (second,) = leaves(session, lot, Kind.LOT_PRIORITY_DECIDED)
        assert set(second) == {"right", "party", "role", "rank", "digest", "state", "signed_by", "replaces"}
        assert (second["state"], len(second["signed_by"])) == ("confirmed", 3)

    def test_the_panel_reads_whom_it_decides_on_masked_with_order_and_ground(
            self, session: Session, lot: Lot) -> None:
        right_id = proposed(session, lot, a_bidder(session), now=BEFORE)
        approval = accounts.approval_for(session, subject=f"right:{right_id}", act=priority.PRIORITY_ACT)
        assert approval is not None
        assert (approval.needed, approval.role, approval.rule) == (3, "judge", "AUC-19.1")
        assert approval.details["holder"].startswith("苏** 110***")
        assert approval.details["rank"] == 1

    def test_bad_wishes_are_refused_where_they_stand(self, session: Session, lot: Lot) -> None:
        officer, person = officer_of(session, lot), a_bidder(session)
        party = a_holder(session, lot, person)
        stranger = a_document(session, a_case(session, officer), officer)
        debtor = a_holder(session, lot, person, PartyRole.RESPONDENT)
        for wish, field in (
                (proposal(session, lot, party, document_id=stranger.id), "document_id"),
                (proposal(session, lot, party, 0), "rank"),
                (proposal(session, lot, debtor), "party_id"),
                (proposal(session, lot, party, party_id="party-unknown"), "party_id"),
                (proposal(session, lot, a_holder(session, lot, None)), "party_id")):
            with pytest.raises(InvalidInput) as refusal, acting(session) as s:
                priority.propose_right(s, lot.id, wish, actor=officer, now=BEFORE)
            assert set(refusal.value.fields) == {field}

    def test_nobody_but_the_officer_in_charge_proposes(self, session: Session, lot: Lot) -> None:
        wish = proposal(session, lot, a_holder(session, lot, a_bidder(session)))
        colleague = an_officer(session, accounts.get_court(session, lot.court_id))
        stranger = an_officer(session, a_court(session, "青屿海事法院", "Qingyu", "other.example/luochui"))
        for actor in (colleague, stranger):
            with pytest.raises(NotAllowed), acting(session) as s:
                priority.propose_right(s, lot.id, wish, actor=actor, now=BEFORE)

    def test_one_person_lies_before_the_panel_once_at_a_time(self, session: Session, lot: Lot) -> None:
        right_id = proposed(session, lot, a_bidder(session), now=BEFORE)
        party = cases.get_party(session, the_right(session, right_id).party_id)
        wish, officer = proposal(session, lot, party), officer_of(session, lot)
        with pytest.raises(InvalidInput), acting(session) as s:
            priority.propose_right(s, lot.id, wish, actor=officer, now=BEFORE)

    def test_the_job_takes_over_and_tells_the_holder_who_has_an_account(
            self, session: Session, at: Walk, lot: Lot) -> None:
        at(BEFORE)
        person = a_bidder(session)
        right_id = proposed(session, lot, person, now=BEFORE)
        party_id, officer = the_right(session, right_id).party_id, officer_of(session, lot)
        with acting(session) as s:
            cases.link_party(s, party_id=party_id, login=person.login, actor=officer, now=BEFORE)
        voted(session, lot, right_id, now=BEFORE)
        note_panels()
        assert the_right(session, right_id).state is RightState.CONFIRMED
        told = [one for one in accounts.messages_of(session, person.id) if "rank" in one.details]
        assert [(one.url, one.details["rank"]) for one in told] == [(f"/my/cases/{lot.case_id}", 1)]


def test_an_id_number_typed_in_small_letters_is_the_same_person(session: Session, lot: Lot) -> None:
    person = a_bidder(session)
    case, officer = cases.get_case(session, lot.case_id or ""), officer_of(session, lot)
    number = accounts.identity_for_machine(session, person.id).id_number
    with acting(session) as s:
        party = cases.add_party(
            s, case_id=case.id, role=PartyRole.TENANT, actor=officer, now=BEFORE, facts=PartyFacts(
                PartyKind.NATURAL_PERSON, "苏晚亭", IdKind.RESIDENT_ID, f" {number.lower()} "))
    wish = proposal(session, lot, party)
    with acting(session) as s:
        right_id = priority.propose_right(s, lot.id, wish, actor=officer, now=BEFORE).id
    voted(session, lot, right_id, now=BEFORE)
    assert admitted(session, lot, person).priority_rank == 1
