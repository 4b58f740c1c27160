"""What the portal refuses."""

from kernel.errors import N_, NotAllowed, WrongState


class NoDemo(NotAllowed):
    code = "no_demo"
    message = N_("只有演示系统的时钟可以拨动。")


class NothingAhead(WrongState):
    code = "nothing_ahead"
    message = N_("前面没有正在计算的期限，时钟不必拨动。")


class ClockBackwards(WrongState):
    code = "clock_backwards"
    message = N_("时钟只能向前拨。现在是 %(now_at)s。")
