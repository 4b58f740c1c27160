"""What settlement refuses."""

from kernel.errors import N_, InvalidInput, NotAllowed, NotFound, WrongState


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


class PlanFixed(WrongState):
    code = "plan_fixed"
    message = N_("方案现在的状态不能这样做；送达后的方案不得改动。")
    rule = "PLAN-08"


class AlreadyObjected(WrongState):
    code = "already_objected"
    message = N_("该当事人已经提出异议。")
    rule = "PLAN-03"


class PlanInForce(WrongState):
    """Money may be on its way already; what remains is a complaint about the execution."""

    code = "plan_in_force"
    message = N_("方案已于 %(final_on)s 生效，异议须按执行监督程序办理。")
    rule = "PLAN-07"


class NotRecipient(WrongState):
    code = "not_recipient"
    message = N_("此人不是方案的受送达人，不能就方案提出异议。")
    rule = "PLAN-01"


class AlreadyServed(WrongState):
    code = "already_served"
    message = N_("方案已经送达此人，异议期从第一次收到起算。")
    rule = "PLAN-02"


class NoSuchCost(NotFound):
    code = "no_such_cost"
    message = N_("没有这笔费用。")


class BankLinePaid(InvalidInput):
    code = "bank_line_paid"
    message = N_("这个银行流水号已经用于另一笔付款。")
