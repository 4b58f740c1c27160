"""Posting transfers, and reading what the books hold."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from audit import services as audit
from audit.kinds import Kind
from kernel.access import Actor
from kernel.errors import N_, Filled
from kernel.ids import new_id
from ledger.errors import Overdrawn
from ledger.models import AccountBalance, CourtBooks, JournalEntry, JournalPosting
from ledger.rules import balances as books
from ledger.rules.accounts import Account, AccountKind, Book
from ledger.rules.transfers import Posting, Transfer, check, check_repeat


def lock_books(session: Session, court_id: str) -> CourtBooks:
    """Let nobody else book for this court until the transaction ends.

    Everything that moves money or changes an expected payment takes this lock first, so that no
    two bookings wait for each other.
    """
    books_of_court = session.get(CourtBooks, court_id, with_for_update=True, populate_existing=True)
    if books_of_court is None:
        books_of_court = CourtBooks(court_id=court_id, entries=0)
        session.add(books_of_court)
        session.flush()
    return books_of_court


def post(session: Session, transfer: Transfer, *, court_id: str, subject: str, actor: Actor | str,
         now: datetime) -> JournalEntry:
    """Book a transfer once; the same key again answers with what was booked.

    Args:
        subject: what the leaf is about: ``payment:REF``, ``case:ID``.

    Raises:
        BadTransfer, Unbalanced, RouteNotAllowed, CrossCase: see ``ledger.rules.transfers.check``.
        Overdrawn: an account would fall below nothing.
        KeyReused: the key stands for another transfer.
    """
    check(transfer)
    counter = lock_books(session, court_id)
    booked = session.scalars(select(JournalEntry).where(
        JournalEntry.court_id == court_id, JournalEntry.key == transfer.idempotency_key)).one_or_none()
    if booked is not None:
        check_repeat(transfer_of(booked), transfer)
        return booked
    _move(session, court_id, transfer)
    counter.entries += 1
    case_id = next((p.account.case_id for p in transfer.postings if p.account.case_id), None)
    name = actor.text if isinstance(actor, Actor) else actor
    entry = JournalEntry(
        id=new_id("entry"), court_id=court_id, case_id=case_id, number=counter.entries,
        kind=transfer.kind, key=transfer.idempotency_key, cause=transfer.cause,
        ruling=transfer.ruling, reverses=transfer.reverses, booked_at=now, booked_by=name)
    entry.postings = [
        JournalPosting(line=line, account=p.account.kind, case_id=p.account.case_id,
                       court_id=court_id, owner=p.account.owner, side=p.side, amount_fen=p.amount_fen)
        for line, p in enumerate(transfer.postings, 1)]
    session.add(entry)
    session.flush()
    audit.record(session, court_id=court_id, kind=Kind.MONEY_BOOKED, subject=subject, actor=actor,
                 case_id=case_id, body=_told(entry, transfer))
    return entry


def _told(entry: JournalEntry, transfer: Transfer) -> dict[str, Any]:
    """The body of the leaf of an entry."""
    return {"entry": entry.id, "number": entry.number, "kind": entry.kind, "key": entry.key,
            "postings": [{"account": p.account.key, "side": p.side, "amount_fen": p.amount_fen}
                         for p in transfer.postings]}


def check_against_log(session: Session, court_id: str) -> list[str]:
    """Hold every entry of a court's journal against its leaf, which the log proves.

    Balances may be counted up to a journal that somebody changed; the leaves cannot.

    Returns:
        What does not fit, each a marked message with the number of the entry.
    """
    told: dict[str, dict[str, Any]] = {}
    found: list[str] = []
    for leaf in audit.leaves_of_kind(session, court_id, Kind.MONEY_BOOKED):
        body = audit.body_of(leaf)
        told[body["entry"]] = body
    for entry in session.scalars(select(JournalEntry).where(JournalEntry.court_id == court_id)
                                 .options(selectinload(JournalEntry.postings))
                                 .order_by(JournalEntry.number)):
        leaf_says = told.pop(entry.id, None)
        if leaf_says is None:
            found.append(Filled(N_("第 %(number)s 笔记账在日志里没有记录"), number=entry.number))
        elif leaf_says != _told(entry, transfer_of(entry)):
            found.append(Filled(N_("第 %(number)s 笔记账与日志里的记录不一致"), number=entry.number))
    return found + [Filled(N_("日志里的第 %(number)s 笔记账不在账上"), number=one["number"])
                    for one in told.values()]


def _move(session: Session, court_id: str, transfer: Transfer) -> None:
    wanted = sorted({p.account for p in transfer.postings}, key=lambda account: account.key)
    rows = {row.key: row for row in session.scalars(
        select(AccountBalance).where(AccountBalance.court_id == court_id,
                                     AccountBalance.key.in_([a.key for a in wanted]))
        .order_by(AccountBalance.key).with_for_update().execution_options(populate_existing=True))}
    before = {account: rows[account.key].balance_fen for account in wanted if account.key in rows}
    for account, balance_fen in books.booked(before, transfer).items():
        if account.key in rows:
            rows[account.key].balance_fen = balance_fen
        else:
            session.add(AccountBalance(
                court_id=court_id, key=account.key, account=account.kind, case_id=account.case_id,
                owner=account.owner, balance_fen=balance_fen))
    session.flush()


def transfer_of(entry: JournalEntry) -> Transfer:
    """A booked entry as the rules know it."""
    return Transfer(
        entry.kind, tuple(Posting(Account(p.account, p.case_id, p.owner), p.side, p.amount_fen)
                          for p in entry.postings),
        entry.key, entry.cause, entry.ruling, entry.reverses)


def case_balance(session: Session, case_id: str) -> int:
    """Case money ready for distribution, in fen."""
    return session.scalar(select(func.sum(AccountBalance.balance_fen)).where(
        AccountBalance.case_id == case_id, AccountBalance.account == AccountKind.CASE_MONEY)) or 0


def cases_with_money(session: Session, court_id: str) -> dict[str, int]:
    """Case -> its money ready for distribution, of every case that has some."""
    rows = session.scalars(select(AccountBalance).where(
        AccountBalance.court_id == court_id, AccountBalance.account == AccountKind.CASE_MONEY,
        AccountBalance.balance_fen > 0).order_by(AccountBalance.case_id))
    return {row.case_id: row.balance_fen for row in rows}


def balances_of_case(session: Session, case_id: str) -> Sequence[AccountBalance]:
    """Every account of a case, with what it holds."""
    return session.scalars(select(AccountBalance).where(AccountBalance.case_id == case_id)
                           .order_by(AccountBalance.account, AccountBalance.owner)).all()


def entries_of_case(session: Session, case_id: str) -> Sequence[JournalEntry]:
    """The journal of a case in the order of booking."""
    return session.scalars(select(JournalEntry).where(JournalEntry.case_id == case_id)
                           .options(selectinload(JournalEntry.postings))
                           .order_by(JournalEntry.number)).all()


def case_account_number(case_id: str) -> str:
    """The one sub-account number of a case (一案一账户): derived, so that it is never given twice."""
    return "6" + str(int(sha256(f"case account {case_id}".encode()).hexdigest(), 16))[:15]


def check_books(session: Session, court_id: str) -> list[str]:
    """Recount every balance of a court from the journal alone.

    Returns:
        What does not fit, each a marked message with its figures; nothing if the books are right.
    """
    journal = session.scalars(select(JournalEntry).where(JournalEntry.court_id == court_id)
                              .options(selectinload(JournalEntry.postings))
                              .order_by(JournalEntry.number))
    counted: dict[Account, int] = {}
    found: list[str] = []
    for entry in journal:
        try:
            counted = books.booked(counted, transfer_of(entry))
        except Overdrawn as error:
            found.append(Filled(N_("第 %(number)s 笔记账透支 %(missing_fen)s 元：%(account)s"),
                                number=entry.number, missing_fen=error.details["missing_fen"],
                                account=error.details["account"]))
    stored = {row.key: row.balance_fen for row in session.scalars(
        select(AccountBalance).where(AccountBalance.court_id == court_id))}
    recounted = {account.key: fen for account, fen in counted.items()}
    found += [
        Filled(N_("%(account)s：账上 %(stored_fen)s 元，按记账重算 %(counted_fen)s 元"), account=key,
               stored_fen=stored.get(key, 0), counted_fen=recounted.get(key, 0))
        for key in sorted({*stored, *recounted}) if stored.get(key, 0) != recounted.get(key, 0)]
    found += [Filled(N_("%(book)s：存款与应付相差 %(difference_fen)s 元"), book=Filled(book.word),
                     difference_fen=gap)
              for book in Book if (gap := books.uncovered_fen(counted, book))]
    return found


def bank_balances(session: Session, court_id: str) -> dict[Book, int]:
    """What the bank account of each book holds."""
    held = {row.account: row.balance_fen for row in session.scalars(select(AccountBalance).where(
        AccountBalance.court_id == court_id,
        AccountBalance.account.in_([AccountKind.CASE_BANK, AccountKind.DEPOSIT_BANK])))}
    return {Book.CASE_MONEY: held.get(AccountKind.CASE_BANK, 0),
            Book.DEPOSITS: held.get(AccountKind.DEPOSIT_BANK, 0)}
