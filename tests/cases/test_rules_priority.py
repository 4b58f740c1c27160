"""Which claims come before the applicant's on one property (GEN-6)."""

from datetime import UTC, datetime

import pytest

from cases.rules.claims import ClaimFacts
from cases.rules.priority import preferred_fen, prior_claims
from cases.rules.words import ClaimClass

C = ClaimClass
FILED = datetime(2026, 3, 1, tzinfo=UTC)
EARLY, LATE = datetime(2021, 4, 19, tzinfo=UTC), datetime(2022, 4, 19, tzinfo=UTC)
ABOVE = [C.MEDICAL, C.HOUSING_CONSUMER, C.CONSTRUCTION, C.RETENTION, C.PURCHASE_MONEY, C.SECURITY,
         C.TAX_ARREARS, C.WAGES, C.TAX]


def claim(party: str, kind: ClaimClass, *, at: datetime | None = EARLY, asset: str | None = "flat",
          titled: bool = True, late: bool = False, unadjudged: bool = False, amount: int = 100,
          cap: int | None = None) -> ClaimFacts:
    return ClaimFacts(
        party_id=party, claim_class=kind, principal_fen=amount, filed_at=FILED, titled=titled,
        title_document="判决书" if titled else "", registered_at=at, property_id=asset, late=late,
        unadjudged=unadjudged, cap_fen=cap, doubled_interest_fen=7)


def before(mine: list[ClaimFacts], *others: ClaimFacts) -> list[ClaimFacts]:
    return prior_claims([*mine, *others], ["me"], "flat")


@pytest.mark.parametrize("kind", [*ABOVE, C.RESTITUTION])
@pytest.mark.parametrize("mine", [[], [claim("me", C.ORDINARY, asset=None)]])
def test_everything_above_step_nine_comes_before_an_ordinary_applicant(
        kind: ClaimClass, mine: list[ClaimFacts]) -> None:
    other = claim("bank", kind)
    assert before(mine, other) == [other]


@pytest.mark.parametrize("kind", [C.ORDINARY, C.FINE])
def test_equals_and_fines_come_before_nobody(kind: ClaimClass) -> None:
    assert before([], claim("bank", kind, asset=None)) == []


def test_the_applicants_own_mortgage_is_not_prior_to_itself() -> None:
    own = claim("me", C.SECURITY)
    assert before([own], claim("x", C.ORDINARY), claim("y", C.WAGES)) == []
    builder = claim("z", C.CONSTRUCTION)
    assert before([own], builder) == [builder]


@pytest.mark.parametrize(("mine", "other", "is_prior"), [
    ((C.SECURITY, LATE), (C.SECURITY, EARLY), True), ((C.SECURITY, EARLY), (C.SECURITY, LATE), False),
    ((C.SECURITY, EARLY), (C.SECURITY, EARLY), False), ((C.SECURITY, None), (C.SECURITY, LATE), True),
    ((C.SECURITY, LATE), (C.SECURITY, None), False),
    ((C.SECURITY, EARLY), (C.RETENTION, LATE), True), ((C.SECURITY, EARLY), (C.PURCHASE_MONEY, LATE), True),
    ((C.PURCHASE_MONEY, LATE), (C.SECURITY, EARLY), False),
    ((C.RETENTION, LATE), (C.PURCHASE_MONEY, EARLY), False),
    ((C.SECURITY, LATE), (C.TAX_ARREARS, EARLY), True), ((C.SECURITY, EARLY), (C.TAX_ARREARS, LATE), False),
    ((C.TAX_ARREARS, LATE), (C.SECURITY, EARLY), True), ((C.TAX_ARREARS, EARLY), (C.SECURITY, LATE), False),
    ((C.SECURITY, None), (C.TAX_ARREARS, LATE), True)])
def test_rights_of_the_sixth_step_have_their_order(
        mine: tuple[ClaimClass, datetime | None], other: tuple[ClaimClass, datetime | None],
        is_prior: bool) -> None:
    asking, theirs = claim("me", mine[0], at=mine[1]), claim("bank", other[0], at=other[1])
    assert before([asking], theirs) == ([theirs] if is_prior else [])


def test_a_right_in_another_property_has_no_priority_here() -> None:
    assert before([], claim("bank", C.SECURITY, asset="car")) == []
    assert before([claim("me", C.SECURITY, asset="car")], claim("x", C.WAGES, asset=None)) != []


def test_the_applicant_who_comes_first_is_the_measure() -> None:
    mortgage = claim("bank", C.SECURITY)
    claims = [claim("me", C.ORDINARY, asset=None), claim("you", C.CONSTRUCTION), mortgage]
    assert prior_claims(claims, ["me"], "flat") == claims[1:]
    assert prior_claims(claims, ["me", "you"], "flat") == []


def test_who_takes_nothing_comes_before_nobody() -> None:
    assert before([], claim("bank", C.SECURITY, late=True)) == []
    assert before([], claim("victim", C.RESTITUTION, titled=False, asset=None)) == []
    waiting = claim("victim", C.RESTITUTION, titled=False, unadjudged=True, asset=None)
    assert before([], waiting) == [waiting]
    untitled = claim("bank", C.SECURITY, titled=False)
    assert before([], untitled) == [untitled]


@pytest.mark.parametrize(("cap", "expected"), [(None, 100), (99, 99), (100, 100), (101, 100)])
def test_a_maximum_bounds_what_comes_first_and_doubled_interest_never_does(
        cap: int | None, expected: int) -> None:
    assert preferred_fen(claim("bank", C.SECURITY, cap=cap)) == expected
