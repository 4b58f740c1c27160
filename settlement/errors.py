"""What settlement refuses."""

from kernel.errors import N_, NotAllowed, NotFound, WrongState


class ObjectionLate(WrongState):
    code = "objection_late"
    message = N_("异议期已于 %(ended_on)s 届满。")
    rule = "PLAN-02"


class NotServed(WrongState):
    code = "not_served"
    message = N_("方案尚未送达此人，异议期还没有开始。")
    rule = "PLAN-01"


class PlanNotFinal(WrongState):
    code = "plan_not_final"
    message = N_("方案尚未生效，不能付款。")
    rule = "PLAN-02"


class PlanContested(PlanNotFinal):
    code = "plan_contested"
    message = N_("方案有异议，处理完毕前不能付款。")
    rule = "PLAN-03"


class SamePerson(NotAllowed):
    code = "same_person"
    message = N_("制单、审批、付款须由 %(people)s 个不同的人办理，您已办理过其中一步。")
    rule = "FUND-01"


class PayoutOutOfOrder(WrongState):
    code = "payout_out_of_order"
    message = N_("付款须先制单、再审批、后付款，每步一次。")
    rule = "FUND-01"


class PayeeNotCreditor(WrongState):
    code = "payee_not_creditor"
    message = N_("案款只能付给债权人本人；付给他人须经合议庭决定。")
    rule = "FUND-10"


class NoSuchPlan(NotFound):
    code = "no_such_plan"
    message = N_("没有这个分配方案。")


class NoSuchPayout(NotFound):
    code = "no_such_payout"
    message = N_("没有这笔付款。")


class MoneyNotReady(WrongState):
    """The proceeds and the case's money in the ledger must be one sum before it is shared."""

    code = "money_not_ready"
    message = N_("价款还没有全部转入案款：成交并已过户 %(sold_fen)s 元，案款账户 %(held_fen)s 元。")
    rule = "FUND-03"


class PlanFixed(WrongState):
    code = "plan_fixed"
    message = N_("方案现在的状态不能这样做；送达后的方案不得改动。")
    rule = "PLAN-08"


class AlreadyObjected(WrongState):
    code = "already_objected"
    message = N_("该当事人已经提出异议。")
    rule = "PLAN-03"
