"""What can go wrong on the way to a reference price."""

from kernel.errors import N_, InvalidInput, NotAllowed, NotFound, WrongState


class StepNotOpen(WrongState):
    """A step that does not lead on from where the reference price stands."""

    code = "step_not_open"
    message = N_("参考价目前的阶段不能走这一步。")


class NotInTheOrder(WrongState):
    """An institution that is not in the agreed or drawn order."""

    code = "not_in_the_order"
    message = N_("这家机构不在确定的三家次序之中。")
    rule = "REF-19.3"


class NoSuchValuation(NotFound):
    code = "no_such_valuation"
    message = N_("没有这项参考价程序。")


class AlreadyOpen(WrongState):
    code = "already_open"
    message = N_("这项财产的参考价程序已经启动。")


class PartiesMissing(WrongState):
    code = "parties_missing"
    message = N_("请先登记申请执行人和被执行人。")
    rule = "REF-4.1"


class NoSuchInstitution(NotFound):
    code = "no_such_institution"
    message = N_("名单中没有这家机构。")


class DrawNotThere(NotFound):
    code = "no_such_draw"
    message = N_("没有这次摇号，或者还没有结果。")


class DrawRunning(WrongState):
    """A second pool while one waits or is being drawn: there is one attempt."""

    code = "draw_running"
    message = N_("这一轮的摇号已经提出，每一轮只摇一次。")
    rule = "LOT-5"


class NotTheDrawClerk(NotAllowed):
    """Who handles the case does not draw."""

    code = "not_the_draw_clerk"
    message = N_("摇号由司法辅助人员进行，承办人不能自己摇号。")
    rule = "LOT-4"


class NoSecretLeft(WrongState):
    """A draw needs a numbered secret whose commitment was published before the pool existed."""

    code = "no_secret_left"
    message = N_("法院预先公布承诺的编号密值已经用完，请先公布新的编号。")
    rule = "LOT-5"


class AlreadySealed(WrongState):
    code = "already_sealed"
    message = N_("您已经封存，或者封存的时间已过。")
    rule = "LOT-5"


class NothingSealed(WrongState):
    code = "nothing_sealed"
    message = N_("现在不是开启的时间，或者您没有封存过。")
    rule = "LOT-5"


class ContributionDiffers(InvalidInput):
    """What was opened is not what was sealed."""

    code = "contribution_differs"
    rule = "LOT-5"


class NobodyLeft(WrongState):
    code = "nobody_left"
    message = N_("三家机构都没有完成，须重新协商或者摇号。")
    rule = "REF-19.5"


class NotCommissioned(WrongState):
    code = "not_commissioned"
    message = N_("现在没有受委托的机构。")
    rule = "REF-17.1"


class AlreadyCommissioned(WrongState):
    code = "already_commissioned"
    message = N_("已经委托了一家机构，等它答复或者完成。")
    rule = "REF-17.1"


class NotServed(WrongState):
    """Somebody objects to a report that has not reached them."""

    code = "not_served"
    message = N_("报告还没有送达这位当事人，异议期限从收到报告之日起算。")
    rule = "REF-22"


class NoPriceYet(NotFound):
    code = "no_price_yet"
    message = N_("这项财产还没有生效的参考价。")
