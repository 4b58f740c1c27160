"""What looking back refuses."""

from kernel.errors import N_, NotFound


class NoSuchSale(NotFound):
    code = "no_such_sale"
    message = N_("没有这次拍卖，或者它不属于您的法院。")


class NoSuchAttempt(NotFound):
    code = "no_such_attempt"
    message = N_("这次拍卖没有这一次尝试，或者它早于回执，日志里没有可以标记的叶子。")
