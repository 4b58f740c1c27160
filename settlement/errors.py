"""What settlement refuses."""

from kernel.errors import N_, NotAllowed, WrongState


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
