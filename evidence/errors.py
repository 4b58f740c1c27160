"""What looking back refuses."""

from kernel.errors import N_, NotFound


class NoSuchSale(NotFound):
    code = "no_such_sale"
    message = N_("没有这次拍卖，或者它不属于您的法院。")
