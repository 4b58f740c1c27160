"""The life of a deposit: which steps there are, and that each is booked by its transfer."""

from itertools import product

import pytest

from ledger.errors import DepositStateError
from ledger.rules.accounts import AccountKind
from ledger.rules.deposits import STEPS, DepositState, step
from ledger.rules.kinds import ROUTES, TransferKind

S, T = DepositState, TransferKind


@pytest.mark.parametrize(("state", "to", "transfer"), [
    (S.EXPECTED, S.RECEIVED, T.DEPOSIT_RECEIVED),
    (S.EXPECTED, S.LAPSED, None),
    (S.RECEIVED, S.RELEASED, T.DEPOSIT_RELEASED),
    (S.RECEIVED, S.MOVED_TO_PRICE, T.DEPOSIT_TO_PRICE),
    (S.RECEIVED, S.HELD, T.DEPOSIT_HELD),
    (S.RECEIVED, S.FORFEITED, T.DEPOSIT_FORFEITED),
    (S.HELD, S.RELEASED, T.DEPOSIT_RELEASED),
    (S.MOVED_TO_PRICE, S.FORFEITED, T.DEPOSIT_FORFEITED),
    (S.MOVED_TO_PRICE, S.RELEASED, T.PRICE_RETURNED),
])
def test_a_step_is_booked_by_its_transfer(
    state: DepositState, to: DepositState, transfer: TransferKind | None,
) -> None:
    assert step(state, to) is transfer


@pytest.mark.parametrize(("state", "to"), [pair for pair in product(S, S) if pair not in STEPS])
def test_any_other_step_is_refused_in_words(state: DepositState, to: DepositState) -> None:
    with pytest.raises(DepositStateError) as refused:
        step(state, to)
    assert refused.value.details == {"state": state.word, "wanted": to.word}


@pytest.mark.parametrize("final", [S.RELEASED, S.FORFEITED, S.LAPSED])
def test_what_is_given_back_forfeited_or_never_came_moves_no_more(final: DepositState) -> None:
    assert not [to for state, to in STEPS if state is final]


def test_every_state_but_the_first_is_reached_from_the_first() -> None:
    reached = {S.EXPECTED}
    for _ in S:
        reached |= {to for state, to in STEPS if state in reached}
    assert reached == set(S)


WHERE = {
    S.RECEIVED: AccountKind.DEPOSIT,
    S.HELD: AccountKind.DEPOSIT_HELD,
    S.MOVED_TO_PRICE: AccountKind.PRICE,
    S.RELEASED: AccountKind.DEPOSIT_REFUND,
    S.FORFEITED: AccountKind.FORFEITED,
}


@pytest.mark.parametrize(("state", "to"), [pair for pair, transfer in STEPS.items() if transfer])
def test_the_transfer_of_a_step_takes_from_where_the_money_is(
    state: DepositState, to: DepositState,
) -> None:
    routes = ROUTES[STEPS[state, to] or T.REVERSAL]
    if state is not S.EXPECTED:
        assert WHERE[state] in {debit for debit, _ in routes}
    came_to = {credit for _, credit in routes}
    if (state, to) == (S.MOVED_TO_PRICE, S.RELEASED):
        assert came_to == {AccountKind.CASE_BANK}, "a price goes straight back from the court's bank"
    else:
        assert WHERE[to] in came_to


def test_every_state_has_its_own_word() -> None:
    assert len({state.word for state in S}) == len(S)
