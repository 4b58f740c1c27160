"""What the log refuses."""

from kernel.errors import N_, NotFound


class NoSuchLog(NotFound):
    code = "no_such_log"
    message = N_("这家法院还没有建立日志。")
