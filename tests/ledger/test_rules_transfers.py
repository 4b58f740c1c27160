"""What the two books take, and what they refuse; and that their banks always hold what is owed."""

from collections.abc import Callable, Iterable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import BadTransfer, CrossCase, KeyReused, Overdrawn, RouteNotAllowed, Unbalanced
from ledger.rules.accounts import CHART, Account, AccountKind, Book
from ledger.rules.balances import booked, of_transfers, uncovered_fen
from ledger.rules.kinds import ROUTES, TransferKind
from ledger.rules.transfers import (
    LONGEST_KEY,
    Posting,
    Side,
    Transfer,
    check,
    check_balanced,
    check_repeat,
    credit,
    debit,
    key,
    reversal,
)

CASE = "（2024）东执862号"
DEPOSIT_BANK = Account(AccountKind.DEPOSIT_BANK)
CASE_BANK = Account(AccountKind.CASE_BANK)
DEPOSIT = Account(AccountKind.DEPOSIT, owner="B7K2-90QF")
PRICE = Account(AccountKind.PRICE, CASE, "lot:house/1")
CASE_MONEY = Account(AccountKind.CASE_MONEY, CASE)


def a_transfer(kind: TransferKind, *postings: Posting, event: str = "1", ruling: str = "") -> Transfer:
    return Transfer(kind, postings, key(kind, "house", event), cause="leaf:1", ruling=ruling)


def deposit_received(amount_fen: int = 30_000_000) -> Transfer:
    return a_transfer(TransferKind.DEPOSIT_RECEIVED, debit(DEPOSIT_BANK, amount_fen),
                      credit(DEPOSIT, amount_fen))


def deposit_to_price(out_fen: int = 300, in_fen: int = 300) -> Transfer:
    return a_transfer(TransferKind.DEPOSIT_TO_PRICE, debit(DEPOSIT, out_fen),
                      credit(DEPOSIT_BANK, out_fen), debit(CASE_BANK, in_fen), credit(PRICE, in_fen))


def test_a_balanced_transfer_on_its_route_passes() -> None:
    check(deposit_received())
    check(deposit_to_price())


@pytest.mark.parametrize("difference_fen", [-1, 1])
def test_a_book_that_is_off_by_one_fen_is_refused_by_name(difference_fen: int) -> None:
    off = a_transfer(TransferKind.DEPOSIT_RECEIVED, debit(DEPOSIT_BANK, 100 + difference_fen),
                     credit(DEPOSIT, 100))
    with pytest.raises(Unbalanced) as refused:
        check(off)
    assert refused.value.details == {"book": "保证金账簿", "difference_fen": difference_fen}


def test_each_book_balances_by_itself() -> None:
    with pytest.raises(Unbalanced):
        check_balanced([debit(DEPOSIT, 100), credit(PRICE, 100)])


@pytest.mark.parametrize("in_fen", [299, 301])
def test_no_fen_is_lost_or_made_between_the_two_banks(in_fen: int) -> None:
    with pytest.raises(Unbalanced):
        check(deposit_to_price(300, in_fen))


def test_a_deposit_does_not_leave_the_trust_book_without_arriving_in_the_other() -> None:
    half = a_transfer(TransferKind.DEPOSIT_TO_PRICE, debit(DEPOSIT, 300), credit(DEPOSIT_BANK, 300))
    with pytest.raises(Unbalanced):
        check(half)


@pytest.mark.parametrize("amount_fen", [0, -1])
def test_every_amount_is_above_zero(amount_fen: int) -> None:
    with pytest.raises(BadTransfer):
        check(deposit_received(amount_fen))


def test_one_posting_is_no_transfer() -> None:
    with pytest.raises(BadTransfer):
        check(a_transfer(TransferKind.DEPOSIT_RECEIVED, debit(DEPOSIT_BANK, 1)))


def test_an_account_stands_once_in_a_transfer() -> None:
    with pytest.raises(BadTransfer):
        check(a_transfer(TransferKind.DEPOSIT_RECEIVED, debit(DEPOSIT_BANK, 2), credit(DEPOSIT, 1),
                         credit(DEPOSIT, 1)))


@pytest.mark.parametrize(("idempotency_key", "cause"), [
    ("", "leaf:1"), ("x" * (LONGEST_KEY + 1), "leaf:1"), ("x", "")])
def test_a_transfer_has_a_key_and_a_cause(idempotency_key: str, cause: str) -> None:
    with pytest.raises(BadTransfer):
        check(Transfer(TransferKind.DEPOSIT_RECEIVED, deposit_received().postings,
                       idempotency_key, cause))


def account(kind: AccountKind, case_id: str = CASE) -> Account:
    """An account of this kind, with just the case and owner it needs."""
    return Account(kind, case_id if CHART[kind].of_case else "", "x" if CHART[kind].of_owner else "")


def two_banks_cancel(taken: AccountKind, given_: AccountKind) -> list[Posting]:
    """The other half of a transfer that crosses from one bank to the other."""
    if given_ is AccountKind.DEPOSIT_BANK:
        return [debit(CASE_BANK, 5), credit(PRICE, 5)]
    if taken is AccountKind.CASE_BANK:
        return [debit(DEPOSIT, 5), credit(DEPOSIT_BANK, 5)]
    return []


@pytest.mark.parametrize("kind", [kind for kind in TransferKind if kind is not TransferKind.REVERSAL])
def test_a_kind_moves_money_on_its_own_routes_and_on_no_other(kind: TransferKind) -> None:
    for taken, given_ in product(AccountKind, AccountKind):
        if taken is given_ or taken.book is not given_.book:
            continue
        postings = [debit(account(taken), 5), credit(account(given_), 5)]
        if kind is TransferKind.DEPOSIT_TO_PRICE:
            postings += two_banks_cancel(taken, given_)
        elif kind is TransferKind.DEPOSIT_FORFEITED and given_ is AccountKind.DEPOSIT_BANK:
            postings += [debit(CASE_BANK, 5), credit(account(AccountKind.FORFEITED), 5)]
        elif kind is TransferKind.DEPOSIT_FORFEITED and taken is AccountKind.CASE_BANK:
            postings += [debit(DEPOSIT, 5), credit(DEPOSIT_BANK, 5)]
        if (taken, given_) in ROUTES[kind]:
            check(a_transfer(kind, *postings))
        else:
            with pytest.raises((RouteNotAllowed, BadTransfer)):
                check(a_transfer(kind, *postings))


def test_no_route_leads_from_deposits_into_a_plan() -> None:
    """FUND-17: a deposit becomes case money only as a price, or when it is forfeited."""
    for kind, routes in ROUTES.items():
        books = {entry.book for route in routes for entry in route}
        if books == {Book.CASE_MONEY, Book.DEPOSITS}:
            assert kind in (TransferKind.DEPOSIT_TO_PRICE, TransferKind.DEPOSIT_FORFEITED)
        for taken, given_ in routes:
            assert taken.book is given_.book


def test_money_passes_from_one_case_to_another_only_by_a_ruling() -> None:
    other = Account(AccountKind.HELD, "（2025）东执1号", "x")
    mixed = (debit(CASE_MONEY, 100), credit(other, 100))
    with pytest.raises(CrossCase):
        check(a_transfer(TransferKind.DISTRIBUTED, *mixed))
    check(a_transfer(TransferKind.DISTRIBUTED, *mixed, ruling="（2025）东执1号裁定"))


def test_a_plan_is_booked_at_once_to_all_whom_it_pays() -> None:
    check(a_transfer(
        TransferKind.DISTRIBUTED, debit(CASE_MONEY, 100),
        credit(Account(AccountKind.EXECUTION_FEE, CASE), 10),
        credit(Account(AccountKind.PAYABLE, CASE, "m1"), 60),
        credit(Account(AccountKind.HELD, CASE, "rent"), 25),
        credit(Account(AccountKind.SURPLUS, CASE, "debtor"), 5)))


def test_a_reversal_is_the_mirror_of_what_it_takes_back() -> None:
    first = deposit_to_price()
    back = reversal(first, "reversal:house:1", "leaf:2")
    check(back)
    assert back.reverses == first.idempotency_key
    assert [(p.account, p.side, p.amount_fen) for p in back.postings] == [
        (p.account, p.side.other, p.amount_fen) for p in first.postings]
    balances = of_transfers([deposit_received(300), first, back])
    assert {a: fen for a, fen in balances.items() if fen} == {DEPOSIT_BANK: 300, DEPOSIT: 300}


def test_a_reversal_is_not_reversed_again_and_nothing_else_names_what_it_reverses() -> None:
    back = reversal(deposit_received(), "reversal:house:1", "leaf:2")
    with pytest.raises(BadTransfer):
        reversal(back, "reversal:house:2", "leaf:3")
    with pytest.raises(BadTransfer):
        check(Transfer(TransferKind.REVERSAL, back.postings, "k", "leaf:3"))
    with pytest.raises(BadTransfer):
        check(Transfer(TransferKind.DEPOSIT_RECEIVED, deposit_received().postings, "k", "leaf:3",
                       reverses="other"))


def test_the_same_key_stands_for_the_same_transfer_for_ever() -> None:
    check_repeat(deposit_received(), deposit_received())
    with pytest.raises(KeyReused):
        check_repeat(deposit_received(), deposit_received(30_000_001))


@pytest.mark.parametrize(("out_fen", "fits"), [(99, True), (100, True), (101, False)])
def test_no_account_pays_more_than_it_owes(out_fen: int, fits: bool) -> None:
    balances = booked({}, deposit_received(100))
    refund = Account(AccountKind.DEPOSIT_REFUND, owner="B7K2-90QF")
    released = a_transfer(TransferKind.DEPOSIT_RELEASED, debit(DEPOSIT, out_fen),
                          credit(refund, out_fen))
    if fits:
        assert booked(balances, released)[DEPOSIT] == 100 - out_fen
    else:
        with pytest.raises(Overdrawn) as refused:
            booked(balances, released)
        assert refused.value.details == {"account": "保证金", "missing_fen": 1}
    assert balances[DEPOSIT] == 100, "the balances before are left as they were"


def simple(kind: TransferKind, taken: Account, given_: Account) -> Callable[[int], Transfer]:
    return lambda fen: a_transfer(kind, debit(taken, fen), credit(given_, fen))


PAYABLE = Account(AccountKind.PAYABLE, CASE, "m1")
MOVES = (
    deposit_received,
    lambda fen: deposit_to_price(fen, fen),
    simple(TransferKind.PRICE_RECEIVED, CASE_BANK, PRICE),
    simple(TransferKind.PRICE_SETTLED, PRICE, CASE_MONEY),
    simple(TransferKind.DISTRIBUTED, CASE_MONEY, PAYABLE),
    simple(TransferKind.PAID_OUT, PAYABLE, CASE_BANK),
    simple(TransferKind.CASE_MONEY_RECEIVED, CASE_BANK, CASE_MONEY),
)


def run(moves: Iterable[tuple[Callable[[int], Transfer], int]]) -> dict[Account, int]:
    """Book what can be booked; what would overdraw an account is left out."""
    balances: dict[Account, int] = {}
    for move, fen in moves:
        transfer = move(fen)
        check(transfer)
        try:
            balances = booked(balances, transfer)
        except Overdrawn:
            continue
        assert all(balance >= 0 for balance in balances.values())
        assert uncovered_fen(balances, Book.CASE_MONEY) == uncovered_fen(balances, Book.DEPOSITS) == 0
    return balances


@given(st.lists(st.tuples(st.sampled_from(MOVES), st.integers(1, 50)), max_size=40))
@settings(max_examples=150, deadline=None)
def test_after_any_run_of_transfers_each_bank_holds_just_what_its_book_owes(
    moves: list[tuple[Callable[[int], Transfer], int]],
) -> None:
    run(moves)


def test_money_that_left_a_book_in_no_checked_transfer_shows() -> None:
    assert uncovered_fen({DEPOSIT_BANK: 99, DEPOSIT: 100}, Book.DEPOSITS) == 1
    assert uncovered_fen({CASE_BANK: 101, PRICE: 100}, Book.CASE_MONEY) == -1


def test_debits_and_credits_cancel() -> None:
    assert debit(DEPOSIT, 7).signed_fen + credit(DEPOSIT, 7).signed_fen == 0
    assert Side.DEBIT.other.other is Side.DEBIT


@pytest.mark.parametrize(("kind", "case_id", "owner"), [
    (AccountKind.CASE_BANK, CASE, ""), (AccountKind.CASE_MONEY, "", ""),
    (AccountKind.CASE_MONEY, CASE, "x"), (AccountKind.PAYABLE, CASE, ""),
    (AccountKind.DEPOSIT, "", ""), (AccountKind.DEPOSIT, CASE, "B7K2-90QF"),
])
def test_an_account_names_just_the_case_and_owner_that_its_kind_needs(
    kind: AccountKind, case_id: str, owner: str,
) -> None:
    with pytest.raises(ValueError, match="needs"):
        Account(kind, case_id, owner)


@pytest.mark.parametrize("kind", [Book, AccountKind, TransferKind])
def test_every_book_account_and_transfer_has_its_own_word(kind: type[AccountKind]) -> None:
    words = [member.word for member in kind]
    assert len(set(words)) == len(words)


def test_every_kind_has_routes_but_the_reversal() -> None:
    assert set(TransferKind) - set(ROUTES) == {TransferKind.REVERSAL}
