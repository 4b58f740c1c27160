"""Transfers: what is booked at once, and the checks that every one of them passes.

A transfer is immutable and carries an idempotency key; a mistake is corrected by a reversal. Each
book balances by itself, so that the bank of a book always holds just what the book owes.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kernel.errors import N_, Filled
from ledger.errors import BadTransfer, CrossCase, KeyReused, RouteNotAllowed, Unbalanced
from ledger.rules.accounts import Account, Book
from ledger.rules.kinds import ROUTES, TransferKind

LONGEST_KEY: Final = 200


class Side(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def other(self) -> "Side":
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a transfer: so many fen on one side of one account."""

    account: Account
    side: Side
    amount_fen: int

    @property
    def signed_fen(self) -> int:
        """Debits positive, credits negative: the sum of a balanced book is zero."""
        return self.amount_fen if self.side is Side.DEBIT else -self.amount_fen


@dataclass(frozen=True, slots=True)
class Transfer:
    """Postings that stand or fall together.

    Attributes:
        idempotency_key: ``kind:subject:event``; a second transfer with it is the first one again.
        cause: what it rests on: the leaf, bank line or approved payout that brought it about.
        ruling: the ruling that allows money to pass from one case to another; else empty.
        reverses: the idempotency key of the transfer it takes back; only of a reversal.
    """

    kind: TransferKind
    postings: tuple[Posting, ...]
    idempotency_key: str
    cause: str
    ruling: str = ""
    reverses: str = ""


def debit(account: Account, amount_fen: int) -> Posting:
    """Take from what is owed, or add to a bank."""
    return Posting(account, Side.DEBIT, amount_fen)


def credit(account: Account, amount_fen: int) -> Posting:
    """Add to what is owed, or take from a bank."""
    return Posting(account, Side.CREDIT, amount_fen)


def key(kind: TransferKind, subject: str, event: str) -> str:
    """The idempotency key of a business event: the same event always has the same key."""
    return f"{kind.value}:{subject}:{event}"


def check(transfer: Transfer) -> None:
    """Let pass only a transfer that the books can take.

    Raises:
        BadTransfer: fewer than two postings, an amount that is not positive, an account that
            stands twice, no key or cause, or a reversal that names nothing (or others that do).
        Unbalanced: debits and credits of a book differ, or money vanishes between two banks.
        RouteNotAllowed: this kind may not move money between these accounts.
        CrossCase: money of one case goes to another without a ruling (FUND-03).
    """
    _check_form(transfer)
    check_balanced(transfer.postings)
    _check_routes(transfer)
    cases = {posting.account.case_id for posting in transfer.postings} - {""}
    if len(cases) > 1 and not transfer.ruling:
        raise CrossCase(cases=", ".join(sorted(cases)))


def _check_form(transfer: Transfer) -> None:
    if len(transfer.postings) < 2:
        raise BadTransfer(N_("一笔记账至少有两条分录。"))
    for posting in transfer.postings:
        if posting.amount_fen <= 0:
            raise BadTransfer(N_("分录金额必须大于零，现为 %(amount_fen)s。"),
                              amount_fen=posting.amount_fen)
    account, times = Counter(posting.account for posting in transfer.postings).most_common(1)[0]
    if times > 1:
        raise BadTransfer(N_("同一账户在一笔记账中只能出现一次。"), account=account.key)
    if not 0 < len(transfer.idempotency_key) <= LONGEST_KEY or not transfer.cause:
        raise BadTransfer(N_("记账须有业务编号和凭据。"))
    if bool(transfer.reverses) is not (transfer.kind is TransferKind.REVERSAL):
        raise BadTransfer(N_("冲正须指明被冲正的记账，其他记账不得指明。"))


def check_balanced(postings: Sequence[Posting]) -> None:
    """Debits and credits are equal in each book.

    Raises:
        Unbalanced: naming the book and the difference.
    """
    for book, difference_fen in _differences(postings):
        if difference_fen:
            raise Unbalanced(book=Filled(book.word), difference_fen=difference_fen)


def _differences(postings: Sequence[Posting]) -> Iterator[tuple[Book, int]]:
    for book in Book:
        yield book, sum(p.signed_fen for p in postings if p.account.kind.book is book)


def _check_routes(transfer: Transfer) -> None:
    if transfer.kind is TransferKind.REVERSAL:
        return
    for taken in (p.account.kind for p in transfer.postings if p.side is Side.DEBIT):
        for given in (p.account.kind for p in transfer.postings if p.side is Side.CREDIT):
            if taken.book is given.book and (taken, given) not in ROUTES[transfer.kind]:
                raise RouteNotAllowed(kind=Filled(transfer.kind.word), debit=Filled(given.word),
                                      credit=Filled(taken.word))
    between_banks_fen = sum(p.signed_fen for p in transfer.postings if p.account.kind.is_bank)
    if between_banks_fen and not transfer.kind.crosses_the_door:
        raise Unbalanced(N_("两个专户之间划出与划入相差 %(difference_fen)s。"),
                         difference_fen=between_banks_fen)


def reversal(of: Transfer, idempotency_key: str, cause: str) -> Transfer:
    """The transfer that takes another back: the same postings, each on the other side.

    Raises:
        BadTransfer: ``of`` is itself a reversal; book the event anew instead.
    """
    if of.kind is TransferKind.REVERSAL:
        raise BadTransfer(N_("冲正不能再冲正，请重新记账。"))
    mirrored = tuple(Posting(p.account, p.side.other, p.amount_fen) for p in of.postings)
    return Transfer(TransferKind.REVERSAL, mirrored, idempotency_key, cause, ruling=of.ruling,
                    reverses=of.idempotency_key)


def check_repeat(booked: Transfer, again: Transfer) -> None:
    """The same key answers with what was booked, never with something else.

    Raises:
        KeyReused: the key stands for another transfer already.
    """
    if booked != again:
        raise KeyReused(idempotency_key=booked.idempotency_key)
