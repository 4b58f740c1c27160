"""What the ledger refuses."""

from kernel.errors import N_, DomainError, InvalidInput, NotFound, WrongState


class BadTransfer(DomainError):
    """A transfer that no book can take; family of all that is wrong with a transfer itself."""

    status = 422
    code = "bad_transfer"
    message = N_("这笔记账不成立。")


class Unbalanced(BadTransfer):
    code = "unbalanced"
    message = N_("%(book)s借贷不平，相差 %(difference_fen)s。")


class RouteNotAllowed(BadTransfer):
    code = "route_not_allowed"
    message = N_("%(kind)s 不能从 %(credit)s 记到 %(debit)s。")
    rule = "FUND-03"


class CrossCase(BadTransfer):
    code = "cross_case"
    message = N_("没有裁定，不能在两个案件之间划转案款。")
    rule = "FUND-03"


class KeyReused(WrongState):
    code = "key_reused"
    message = N_("同一业务编号已记过另一笔账。")


class Overdrawn(WrongState):
    code = "overdrawn"
    message = N_("%(account)s 余额不足，还差 %(missing_fen)s。")


class DepositStateError(WrongState):
    code = "deposit_state"
    message = N_("保证金现为“%(state)s”，不能改为“%(wanted)s”。")
    rule = "FUND-17"


class NoSuchPayment(NotFound):
    code = "no_such_payment"
    message = N_("没有这个缴款码，请核对附言。")


class BankLineBooked(InvalidInput):
    code = "bank_line_booked"
    message = N_("银行流水 %(bank_line)s 已经记过账。")


class NoSuchCredit(NotFound):
    code = "no_such_credit"
    message = N_("没有这笔到账。")


class NothingToReturn(WrongState):
    code = "nothing_to_return"
    message = N_("这笔到账已经入账或者已经退回。")
    rule = "FUND-15"


class NoSuchRefund(NotFound):
    code = "no_such_refund"
    message = N_("没有这笔待退款，或者已经退回。")
