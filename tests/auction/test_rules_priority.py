"""Whose priority right may go before the panel, and until when; each border (AUC-19, AUC-21.4)."""

from datetime import UTC, datetime, timedelta

import pytest

from auction.errors import NotRunning
from auction.rules.lifecycle import SEALED, LotState
from auction.rules.priority import (
    BEFORE,
    HOLDERS,
    MOST_RANK,
    Proposed,
    RightState,
    check_proposed,
    check_takes_rights,
    decided_state,
    takes_rights,
)
from cases.rules.words import IdKind, PartyRole
from kernel.errors import InvalidInput

ENDS_AT = datetime(2026, 6, 11, 2, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)


def proposed(role: PartyRole | None = PartyRole.TENANT, id_kind: IdKind | None = IdKind.RESIDENT_ID,
             rank: int = 1, *, is_pending: bool = False) -> Proposed:
    return Proposed(role, id_kind, rank, is_pending)


def faults(found: Proposed) -> tuple[set[str], str | None]:
    with pytest.raises(InvalidInput) as refusal:
        check_proposed(found)
    return set(refusal.value.fields), refusal.value.rule


@pytest.mark.parametrize("role", HOLDERS)
@pytest.mark.parametrize("id_kind", [IdKind.RESIDENT_ID, IdKind.CREDIT_CODE])
def test_a_co_owner_a_tenant_and_another_holder_may_be_proposed(role: PartyRole, id_kind: IdKind) -> None:
    check_proposed(proposed(role, id_kind))


@pytest.mark.parametrize("role", [None, *sorted(set(PartyRole) - set(HOLDERS))])
def test_nobody_else_may_be_proposed(role: PartyRole | None) -> None:
    assert faults(proposed(role)) == ({"party_id"}, "AUC-19.1")


@pytest.mark.parametrize("id_kind", [None, IdKind.OTHER])
def test_a_holder_whom_no_number_finds_again_is_refused_with_what_would_help(id_kind: IdKind | None) -> None:
    assert faults(proposed(id_kind=id_kind)) == ({"party_id"}, "AUC-19.1")


def test_one_person_is_decided_on_once_at_a_time() -> None:
    assert faults(proposed(is_pending=True)) == ({"party_id"}, "AUC-19.1")


@pytest.mark.parametrize("rank", [0, -1, MOST_RANK + 1])
def test_an_order_is_a_small_number_from_one(rank: int) -> None:
    check_proposed(proposed(rank=1))
    check_proposed(proposed(rank=MOST_RANK))
    assert faults(proposed(rank=rank)) == ({"rank"}, "AUC-19.2")


@pytest.mark.parametrize("state", sorted(SEALED - {LotState.SUSPENDED}))
def test_a_right_can_be_confirmed_until_the_last_millisecond_of_the_bidding(state: LotState) -> None:
    assert takes_rights(state, ENDS_AT - MS, ENDS_AT)
    assert not takes_rights(state, ENDS_AT, ENDS_AT)
    with pytest.raises(NotRunning) as refusal:
        check_takes_rights(state, ENDS_AT, ENDS_AT)
    assert refusal.value.rule == "AUC-21.4"


@pytest.mark.parametrize("state", sorted(BEFORE | {LotState.SUSPENDED}))
def test_before_the_announcement_and_while_the_sale_stands_still_there_is_no_end(state: LotState) -> None:
    assert takes_rights(state, ENDS_AT + MS, ENDS_AT)


@pytest.mark.parametrize("state", sorted(set(LotState) - SEALED - BEFORE))
def test_after_the_sale_nothing_is_confirmed(state: LotState) -> None:
    assert not takes_rights(state, ENDS_AT - MS, ENDS_AT)


@pytest.mark.parametrize(("panel", "is_open", "state"), [
    ("approved", True, RightState.CONFIRMED), ("approved", False, RightState.LAPSED),
    ("refused", True, RightState.REFUSED), ("refused", False, RightState.REFUSED),
    ("pending", False, RightState.LAPSED), ("superseded", True, RightState.LAPSED),
    ("", True, RightState.LAPSED)])
def test_the_panels_word_decides_while_it_comes_in_time(panel: str, is_open: bool, state: RightState) -> None:
    assert decided_state(panel, is_open=is_open) is state
