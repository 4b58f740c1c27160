"""Refusals of the auction domain."""

from kernel.errors import N_, WrongState


class StepNotAllowed(WrongState):
    """A lot cannot go this way from where it stands."""

    code = "step_not_allowed"
    message = N_("标的物现在的状态是“%(state)s”，不能办理“%(step)s”。")
