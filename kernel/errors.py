"""The one family of errors that rules and services raise.

An error carries a stable ``code`` for programs, a ``message`` for people (a Chinese
template, translated at the edge), the figures it speaks of, and the rule it rests on.
``kernel.http`` and ``kernel.sockets`` are the only places that turn it into an answer.
"""

from collections.abc import Mapping
from typing import ClassVar


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name for "mark, translate later"
    """Mark a text for translation where no request, and so no language, is at hand."""
    return message


class Filled(str):
    """A marked message together with the figures it speaks of, which are printed at the edge.

    For places that hold a bare text: the message of one field among several, a figure that is
    itself a sentence. ``Filled(N_("最多填写 %(longest)s 个字。"), longest=80)``.
    """

    __slots__ = ("details",)
    details: Mapping[str, object]

    def __new__(cls, message: str, /, **details: object) -> "Filled":
        filled = super().__new__(cls, message)
        filled.details = details
        return filled


class Name(str):
    """A name that has a form of its own in English, as a court has: each reader reads theirs."""

    __slots__ = ("en",)
    en: str

    def __new__(cls, zh: str, en: str) -> "Name":
        name = super().__new__(cls, zh)
        name.en = en
        return name


class DomainError(Exception):
    """A refusal that its reader can act on.

    Args:
        details: the figures named in ``message``; names end in ``_fen``, ``_at``, ``_on``
            where they are money, instants or days, and are printed accordingly.
    """

    status: ClassVar[int] = 409
    code: str = "wrong_state"
    message: str = N_("当前状态下不能这样做。")
    rule: str | None = None
    """Rule id of the catalogue, for example ``AUC-20.2``; None where no law is at stake."""

    def __init__(self, message: str | None = None, /, *, code: str | None = None,
                 rule: str | None = None, **details: object) -> None:
        self.message = message or type(self).message
        self.code = code or type(self).code
        self.rule = rule or type(self).rule
        self.details = details
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.code}: {self.message} {self.details or ''}".rstrip()


class InvalidInput(DomainError):
    """What was sent does not fit; ``fields`` says where, and what would be right.

    Args:
        fields: path of the field -> message (a template over ``details``). The empty
            path stands for the input as a whole.
    """

    status = 422
    code = "invalid_input"
    message = N_("填写的内容有误，请按提示修改。")

    def __init__(self, fields: Mapping[str, str], message: str | None = None, /, *,
                 code: str | None = None, rule: str | None = None, **details: object) -> None:
        super().__init__(message, code=code, rule=rule, **details)
        self.fields = dict(fields)


class NotSignedIn(DomainError):
    status = 401
    code = "not_signed_in"
    message = N_("请先登录。")


class NotAllowed(DomainError):
    status = 403
    code = "not_allowed"
    message = N_("您的身份不能进行这项操作。")


class NotFound(DomainError):
    status = 404
    code = "not_found"
    message = N_("找不到您要的内容。")


class WrongState(DomainError):
    status = 409
    code = "wrong_state"


class Overtaken(WrongState):
    code = "overtaken"
    message = N_("别人刚刚改动了同一内容，请刷新后再试。")


class Unavailable(DomainError):
    """The database cannot be reached; what was asked may be asked again."""

    status = 503
    code = "unavailable"
    message = N_("系统暂时不能处理，请过几秒再试。")


class TooManyRequests(DomainError):
    status = 429
    code = "too_many_requests"
    message = N_("操作太频繁，请稍后再试。")
