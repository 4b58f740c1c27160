"""What the ledger takes in and shows: the same schemas for pages and the API."""

from marshmallow import Schema, fields

from kernel.schemas import Day, Instant, Money, Text
from ledger.rules.accounts import AccountKind, Book
from ledger.rules.deposits import DepositState
from ledger.rules.kinds import TransferKind
from ledger.rules.payers import Verdict
from ledger.rules.transfers import Side
from ledger.rules.words import Purpose


class CreditIn(Schema):
    """One credit as the bank shows it."""

    book = fields.Enum(Book, by_value=True, required=True)
    bank_line = Text(longest=60, required=True)
    remark = Text(longest=200, load_default="")
    amount_fen = Money(required=True)
    payer_name = Text(longest=100, required=True)
    received_at = Instant(required=True)


class RefundIn(Schema):
    """The bank has sent a refund."""

    bank_line = Text(longest=60, required=True)


class OwnedRefundIn(RefundIn):
    """The same, naming which refund; pages name it by their address."""

    owner = Text(longest=80, required=True)


class ReturnIn(Schema):
    """What nobody could place goes back; case money with the bank's line of the transfer."""

    bank_line = Text(longest=60, load_default="")


class PaymentOut(Schema):
    """One expected payment. Who pays is no part of it."""

    reference = fields.String()
    case_id = fields.String(allow_none=True)
    book = fields.Enum(Book, by_value=True)
    purpose = fields.Enum(Purpose, by_value=True)
    subject = fields.String()
    amount_fen = fields.Integer()
    state = fields.Enum(DepositState, by_value=True)
    expected_at = Instant()
    due_on = Day(allow_none=True)
    received_at = Instant(allow_none=True)
    turned_back = fields.Integer()


class CreditOut(Schema):
    """One credit and the machine's verdict; payer and remark stay sealed."""

    id = fields.String()
    book = fields.Enum(Book, by_value=True)
    bank_line = fields.String()
    quoted = fields.String()
    amount_fen = fields.Integer()
    received_at = Instant()
    verdict = fields.Enum(Verdict, by_value=True)
    reference = fields.String(allow_none=True)


class BookedOut(Schema):
    """What became of a credit just booked."""

    credit = fields.Nested(CreditOut)
    payer_matches = fields.Boolean(allow_none=True)
    payment = fields.Nested(PaymentOut, allow_none=True)


class RefundOut(Schema):
    """One refund to be sent."""

    owner = fields.String()
    subject = fields.String()
    amount_fen = fields.Integer()
    released_at = Instant()
    due_at = Instant()
    rule = fields.String()


class PostingOut(Schema):
    account = fields.Enum(AccountKind, by_value=True)
    case_id = fields.String()
    owner = fields.String()
    side = fields.Enum(Side, by_value=True)
    amount_fen = fields.Integer()


class EntryOut(Schema):
    """One transfer with its lines."""

    id = fields.String()
    number = fields.Integer()
    kind = fields.Enum(TransferKind, by_value=True)
    cause = fields.String()
    booked_at = Instant()
    booked_by = fields.String()
    postings = fields.List(fields.Nested(PostingOut))


class BalanceOut(Schema):
    account = fields.Enum(AccountKind, by_value=True)
    owner = fields.String()
    balance_fen = fields.Integer()


class StatementOut(Schema):
    """The account of one case (FUND-02, FUND-03)."""

    case_id = fields.String()
    account_number = fields.String()
    case_money_fen = fields.Integer()
    balances = fields.List(fields.Nested(BalanceOut))
    entries = fields.List(fields.Nested(EntryOut))


class BooksOut(Schema):
    """Whether the books of a court add up; ``faults`` says in words where they do not."""

    case_money_bank_fen = fields.Integer()
    deposits_bank_fen = fields.Integer()
    faults = fields.List(fields.String())
