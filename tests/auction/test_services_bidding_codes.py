"""A bidder's way to a code, and the seats of exercises."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.errors import (
    AlreadyRegistered,
    Barred,
    ExerciseFull,
    ExerciseTermsRefused,
    NoSuchLot,
    NoticesNotAccepted,
    NotQualified,
    NotRunning,
    TooManyExercises,
)
from auction.models import Lot, Registration
from auction.services import drafting, exercises, registration
from auction.services.reading import announced_sale
from audit import services as audit
from audit.kinds import Kind
from kernel.access import SYSTEM, Role
from kernel.commitments import identity_commitment
from kernel.errors import NotAllowed
from kernel.vault import the_vault
from ledger import services as ledger
from tests.factories.accounts import a_bidder, a_court, a_person, acting, the_actor
from tests.factories.auction import (
    A_MOMENT,
    CLOSES_AT,
    DEPOSIT_FEN,
    OPENS_AT,
    a_lot_on_sale,
    an_exercise,
    closed,
    paid,
    pay,
    registered,
    terms,
)
from tests.factories.cases import a_case, a_property, an_officer


@pytest.fixture
def lot(session: Session) -> Lot:
    return a_lot_on_sale(session)


def admitted(session: Session, found: Registration) -> Registration | None:
    with acting(session) as s:
        return registration.admit(s, found.id, now=OPENS_AT)


def test_registering_gives_a_reference_and_no_code_yet(session: Session, lot: Lot) -> None:
    found = registered(session, lot)
    assert ledger.payment(session, found.reference or "").amount_fen == DEPOSIT_FEN
    assert found.code is None


def test_one_registers_up_to_the_end_and_not_at_it(session: Session, lot: Lot) -> None:
    assert registered(session, lot, now=CLOSES_AT - A_MOMENT).reference
    with pytest.raises(NotRunning):
        registered(session, lot, now=CLOSES_AT)


def test_one_registers_once(session: Session, lot: Lot) -> None:
    person = a_bidder(session)
    registered(session, lot, person)
    with pytest.raises(AlreadyRegistered):
        registered(session, lot, person)


def test_notices_that_changed_meanwhile_must_be_read_anew(session: Session, lot: Lot) -> None:
    with pytest.raises(NoticesNotAccepted), acting(session) as s:
        registration.register_bidder(s, lot_id=lot.id, notices_version="older", is_barred=False,
                                     actor=the_actor(s, a_bidder(s)), now=OPENS_AT)


def test_staff_of_the_court_that_sells_may_not_bid(session: Session, lot: Lot) -> None:
    court = accounts.get_court(session, lot.court_id)
    for role in (Role.OFFICER, Role.FINANCE, Role.ADMINISTRATOR):
        with pytest.raises(Barred) as refused:
            registered(session, lot, a_person(session, role, court))
        assert refused.value.rule == "AUC-34"


@pytest.mark.parametrize("role", [Role.PARTY, Role.INSTITUTION])
def test_only_who_registered_as_a_bidder_may_bid(session: Session, lot: Lot, role: Role) -> None:
    with pytest.raises(NotAllowed):
        registered(session, lot, a_person(session, role))


def test_who_declares_to_be_excluded_is_turned_away(session: Session, lot: Lot) -> None:
    with pytest.raises(Barred), acting(session) as s:
        registration.register_bidder(s, lot_id=lot.id, notices_version=lot.sale.notices_version,
                                     is_barred=True, actor=the_actor(s, a_bidder(s)), now=OPENS_AT)


def test_a_paid_bidder_gets_a_code_and_the_log_a_commitment_only(session: Session, lot: Lot) -> None:
    person = a_bidder(session, name="林知远")
    found = registered(session, lot, person)
    assert registration.paid_registrations(session) == []
    paid(session, found, person)
    assert [one.id for one in registration.paid_registrations(session)] == [found.id]
    mine = admitted(session, found)
    assert mine is not None
    assert mine.code
    assert admitted(session, found) is None, "a code is given once"
    (leaf,) = audit.leaves_of_subject(session, lot.sale.subject, kind=Kind.BIDDER_ADMITTED)
    salts = the_vault().open(mine.sealed_commitments or b"",
                             f"registrations.sealed_commitments:{mine.id}")
    identity = accounts.identity_for_machine(session, person.id)
    assert audit.body_of(leaf)["identity_commitment"] == identity_commitment(
        subject=lot.sale.subject, code=mine.code, salt=bytes.fromhex(salts["identity_salt"]),
        identity={"name": "林知远", "masked_number": identity.masked_number})


def test_a_deposit_from_somebody_else_admits_nobody(session: Session, lot: Lot) -> None:
    person, stranger = a_bidder(session), a_bidder(session, name="别人")
    found = registered(session, lot, person)
    pay(session, lot.court_id, found.reference or "", DEPOSIT_FEN, stranger, now=OPENS_AT,
        book=ledger.Book.DEPOSITS)
    assert registration.paid_registrations(session) == []
    assert ledger.payment(session, found.reference or "").turned_back == 1


def test_a_deposit_of_another_sum_admits_nobody(session: Session, lot: Lot) -> None:
    person = a_bidder(session)
    found = registered(session, lot, person)
    pay(session, lot.court_id, found.reference or "", DEPOSIT_FEN - 1, person, now=OPENS_AT,
        book=ledger.Book.DEPOSITS)
    assert registration.paid_registrations(session) == []


def test_without_a_code_nobody_stands_behind_a_bid(session: Session, lot: Lot) -> None:
    waiting = a_bidder(session)
    registered(session, lot, waiting)
    for actor in (None, the_actor(session, waiting), the_actor(session, a_bidder(session))):
        with pytest.raises(NotQualified):
            registration.admitted(session, lot.sale, actor=actor, key=None)


def test_a_draft_is_no_lot_to_the_public(session: Session) -> None:
    officer = an_officer(session)
    case = a_case(session, officer)
    thing = a_property(session, case, officer, with_facts=True)
    with acting(session) as s:
        draft = drafting.draft_lot(s, property_id=thing.id, terms=terms(), actor=officer,
                                   now=OPENS_AT)
    with pytest.raises(NoSuchLot):
        announced_sale(session, draft.id)


def test_an_exercise_has_short_times_within_bounds(session: Session) -> None:
    officer = an_officer(session)
    with pytest.raises(ExerciseTermsRefused) as refused:
        an_exercise(session, officer, closes_at=OPENS_AT + timedelta(seconds=10) - A_MOMENT,
                    window_seconds=301)
    assert set(refused.value.fields) == {"closes_at", "extension_window_seconds"}
    assert an_exercise(session, officer, closes_at=OPENS_AT + timedelta(seconds=10))[0].is_exercise


def test_a_visitor_takes_a_seat_while_there_is_room(session: Session,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    lot, _ = an_exercise(session, an_officer(session), seats=2)
    monkeypatch.setattr(exercises, "MOST_CODES", 3)
    with acting(session) as s:
        seat = exercises.take_seat(s, lot.id, now=OPENS_AT)
        assert registration.admitted(s, lot.sale, actor=None, key=seat.key).code == seat.code
    with pytest.raises(ExerciseFull), acting(session) as s:
        exercises.take_seat(s, lot.id, now=OPENS_AT)


def test_a_seat_cannot_be_taken_in_a_sale_or_after_the_end(session: Session) -> None:
    lot = a_lot_on_sale(session)
    exercise, _ = an_exercise(session, an_officer(session, accounts.get_court(session, lot.court_id)))
    for where, now in ((lot, OPENS_AT), (exercise, OPENS_AT + timedelta(minutes=5))):
        with pytest.raises(NotRunning), acting(session) as s:
            exercises.take_seat(s, where.id, now=now)


def test_an_exercises_key_opens_no_real_sale(session: Session) -> None:
    lot = a_lot_on_sale(session)
    exercise, (seat, *_) = an_exercise(
        session, an_officer(session, accounts.get_court(session, lot.court_id)))
    assert registration.admitted(session, exercise.sale, actor=None, key=seat.key)
    with pytest.raises(NotQualified):
        registration.admitted(session, lot.sale, actor=None, key=seat.key)


def test_practice_is_opened_by_anyone_but_not_without_end(session: Session) -> None:
    a_court(session)
    with acting(session) as s:
        for _ in range(exercises.MOST_A_MINUTE):
            exercises.practice_lot(s, actor=None, now=OPENS_AT)
    with pytest.raises(TooManyExercises), acting(session) as s:
        exercises.practice_lot(s, actor=SYSTEM, now=OPENS_AT)
    with acting(session) as s:
        assert exercises.practice_lot(s, actor=None, now=OPENS_AT + timedelta(minutes=1)).is_exercise
    assert len(exercises.running_exercises(session, OPENS_AT)) == exercises.MOST_A_MINUTE + 1


def test_an_exercise_moves_no_money_and_stands_in_a_log_of_its_own(session: Session) -> None:
    lot, _ = an_exercise(session, an_officer(session))
    closed(session, lot)
    leaves = audit.leaves_of_subject(session, lot.sale.subject)
    assert {leaf.log for leaf in leaves} == {"test.court.example/luochui/exercise"}
    assert ledger.expected_payments(session, lot.court_id) == []
