"""Case money on its way out: price to case money, case money to those it is owed, and paid."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from kernel.access import Actor
from ledger.models import AccountBalance, JournalEntry
from ledger.rules.accounts import Account, AccountKind
from ledger.rules.kinds import TransferKind
from ledger.rules.transfers import Transfer, credit, debit, key
from ledger.services.journal import lock_books, post


def settle_price(session: Session, *, court_id: str, case_id: str, subject: str, actor: Actor | str,
                 now: datetime) -> JournalEntry | None:
    """Turn the whole price of a sale into case money; None where nothing is left to turn.

    Args:
        subject: the sale, ``lot:ID/N``, under which deposit and balance came in.
    """
    price = Account(AccountKind.PRICE, case_id=case_id, owner=subject)
    lock_books(session, court_id)
    held = session.get(AccountBalance, (court_id, price.key), populate_existing=True)
    if held is None or held.balance_fen == 0:
        return None
    kind = TransferKind.PRICE_SETTLED
    return post(session, Transfer(
        kind, (debit(price, held.balance_fen),
               credit(Account(AccountKind.CASE_MONEY, case_id=case_id), held.balance_fen)),
        key(kind, subject, "title passed"), subject),
        court_id=court_id, subject=f"case:{case_id}", actor=actor, now=now)


def distribute(session: Session, *, court_id: str, case_id: str, plan_id: str,
               shares: Sequence[tuple[AccountKind, str, int]], actor: Actor | str,
               now: datetime) -> JournalEntry:
    """Owe the case money to those a plan names, in one balanced transfer.

    Args:
        shares: (account, owner, fen): PAYABLE, EXECUTION_FEE (no owner), COSTS, HELD, SURPLUS.

    Raises:
        Overdrawn: the case holds less than the plan gives.
    """
    kind = TransferKind.DISTRIBUTED
    owed: dict[Account, int] = {}
    for account, owner, fen in shares:
        place = Account(account, case_id=case_id, owner=owner)
        owed[place] = owed.get(place, 0) + fen
    return post(session, Transfer(
        kind, (debit(Account(AccountKind.CASE_MONEY, case_id=case_id), sum(owed.values())),
               *(credit(place, fen) for place, fen in owed.items())),
        key(kind, f"plan:{plan_id}", "in force"), f"plan:{plan_id}"),
        court_id=court_id, subject=f"case:{case_id}", actor=actor, now=now)


def pay_out(session: Session, *, court_id: str, case_id: str, account: AccountKind, owner: str,
            amount_fen: int, payout_id: str, actor: Actor, now: datetime) -> JournalEntry:
    """Book that the bank has paid somebody what the case owed them.

    Raises:
        Overdrawn: less is owed.
    """
    kind = TransferKind.PAID_OUT
    return post(session, Transfer(
        kind, (debit(Account(account, case_id=case_id, owner=owner), amount_fen),
               credit(Account(AccountKind.CASE_BANK), amount_fen)),
        key(kind, f"payout:{payout_id}", "executed"), f"payout:{payout_id}"),
        court_id=court_id, subject=f"case:{case_id}", actor=actor, now=now)
