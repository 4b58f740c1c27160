"""Balances: what every account holds after a run of transfers; none may fall below nothing."""

from collections.abc import Iterable, Mapping

from kernel.errors import Filled
from ledger.errors import Overdrawn
from ledger.rules.accounts import Account, Book
from ledger.rules.transfers import Posting, Transfer

Balances = Mapping[Account, int]
"""Fen by account, on its natural side: what a bank holds, what all other accounts owe."""


def effect_fen(posting: Posting) -> int:
    """By how much a posting raises the balance of its account."""
    return posting.signed_fen if posting.account.kind.is_bank else -posting.signed_fen


def booked(balances: Balances, transfer: Transfer) -> dict[Account, int]:
    """The balances after a transfer that ``transfers.check`` let pass.

    Raises:
        Overdrawn: an account would owe, or a bank hold, less than nothing.
    """
    after = dict(balances)
    for posting in transfer.postings:
        balance_fen = after.get(posting.account, 0) + effect_fen(posting)
        if balance_fen < 0:
            raise Overdrawn(account=Filled(posting.account.kind.word),
                            missing_fen=-balance_fen)
        after[posting.account] = balance_fen
    return after


def of_transfers(transfers: Iterable[Transfer]) -> dict[Account, int]:
    """The balances recounted from the journal alone.

    Raises:
        Overdrawn: at some transfer of the run an account fell below nothing.
    """
    balances: dict[Account, int] = {}
    for transfer in transfers:
        balances = booked(balances, transfer)
    return balances


def uncovered_fen(balances: Balances, book: Book) -> int:
    """What a book owes beyond what its bank holds; zero as long as every transfer was checked."""
    of_book = {account: fen for account, fen in balances.items() if account.kind.book is book}
    banks_fen = sum(fen for account, fen in of_book.items() if account.kind.is_bank)
    return sum(of_book.values()) - 2 * banks_fen
