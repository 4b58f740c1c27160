"""What can go wrong on the way to a reference price."""

from kernel.errors import N_, WrongState


class StepNotOpen(WrongState):
    """A step that does not lead on from where the reference price stands."""

    code = "step_not_open"
    message = N_("参考价目前的阶段不能走这一步。")


class NotInTheOrder(WrongState):
    """An institution that is not in the agreed or drawn order."""

    code = "not_in_the_order"
    message = N_("这家机构不在确定的三家次序之中。")
    rule = "REF-19.3"
