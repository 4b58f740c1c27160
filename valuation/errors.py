"""What can go wrong on the way to a reference price."""

from kernel.errors import N_, InvalidInput, NotFound, WrongState


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


class DrawNotThere(NotFound):
    code = "no_such_draw"
    message = N_("没有这次摇号，或者还没有结果。")


class NoSecretLeft(WrongState):
    """A draw needs a numbered secret whose commitment was published before the pool existed."""

    code = "no_secret_left"
    message = N_("法院预先公布承诺的编号随机数已经用完，请先公布新的编号。")
    rule = "LOT-5"


class AlreadySealed(WrongState):
    code = "already_sealed"
    message = N_("您已经封存，或者封存的时间已过。")
    rule = "LOT-5"


class NothingSealed(WrongState):
    code = "nothing_sealed"
    message = N_("现在不是开启的时间，或者您没有封存过。")
    rule = "LOT-5"


class PhraseDiffers(InvalidInput):
    code = "phrase_differs"
    rule = "LOT-5"


class NobodyLeft(WrongState):
    code = "nobody_left"
    message = N_("三家机构都没有完成，须重新协商或者摇号。")
    rule = "REF-19.5"


class NotCommissioned(WrongState):
    code = "not_commissioned"
    message = N_("现在没有受委托的机构。")
    rule = "REF-17.1"
