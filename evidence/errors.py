"""What looking back refuses."""

from kernel.errors import N_, NotFound, WrongState


class NoSuchSale(NotFound):
    code = "no_such_sale"
    message = N_("没有这次拍卖，或者它不属于您的法院。")


class NoSuchLog(NotFound):
    code = "no_such_log"
    message = N_("没有这份日志。/api/v1/logs 列出了全部日志。")


class NoCheckpointYet(NotFound):
    code = "no_checkpoint_yet"
    message = N_("这条记录还没有进入签名的检查点；一般在 10 秒之内，请稍后再取。")


class NoSuchLeaf(NotFound):
    code = "no_such_leaf"
    message = N_("没有这条记录，或者它不是公开的：只有拍卖、摇号和分配方案的记录任何人都可以取证明。")


class NoSuchAttempt(NotFound):
    code = "no_such_attempt"
    message = N_("这次拍卖没有这一次尝试，或者它早于回执，日志里没有可以标记的叶子。")


class NoSuchSubject(NotFound):
    code = "no_such_subject"
    message = N_("日志里没有 %(subject)s；可以导出的是 lot:标的物/第几次拍卖、draw:摇号 和 plan:分配方案。")


class NotOver(WrongState):
    code = "not_over"
    message = N_("%(subject)s 还没有结束：最后一条记录之后少了什么，没有人看得出来。结束之后再导出。")


class NotAnEarlierCheckpoint(WrongState):
    code = "not_an_earlier_checkpoint"
    message = N_("给出的不是这份日志较早的检查点：%(reason)s。")


class NotAReceipt(WrongState):
    code = "not_a_receipt"
    message = N_("给出的不是这份日志为它开出的收录证明：%(reason)s。")
