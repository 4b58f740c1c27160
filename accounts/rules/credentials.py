"""Logins, passwords and telephone numbers: what is accepted, and why not."""

import re
from typing import Final

from kernel.errors import N_, Filled

SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 128
LEAST_DIFFERENT: Final = 5

# A letter first: nobody signs in with a telephone or identity number, which would be personal data.
_LOGIN: Final = re.compile(r"[a-z][a-z0-9._-]{2,31}")
_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)


def plain_login(typed: str) -> str:
    """The form in which logins are kept and compared: no blanks around, small letters."""
    return typed.strip().casefold()


def login_advice(login: str) -> str | None:
    """What a login lacks; None if it will do."""
    if _LOGIN.fullmatch(login):
        return None
    return N_("账号由 3 至 32 个小写字母、数字、点、横线组成，以字母开头，例如 wang.xiaoming。")


def password_advice(password: str, login: str = "") -> str | None:
    """What a password lacks; None if it will do."""
    if len(password) < SHORTEST_PASSWORD:
        return Filled(N_("密码至少 %(least)s 个字符。"), least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        return Filled(N_("密码最多 %(most)s 个字符。"), most=LONGEST_PASSWORD)
    if len(set(password)) < LEAST_DIFFERENT:
        return Filled(N_("密码太容易猜：至少要有 %(least)s 个不同的字符。"), least=LEAST_DIFFERENT)
    if password.isdecimal():
        return N_("密码太容易猜：不能只用数字。")
    if login and login in password.casefold():
        return N_("密码太容易猜：不能含有账号。")
    return None


def plain_phone(typed: str) -> str:
    """A telephone number without blanks, hyphens and the country's prefix."""
    plain = re.sub(r"[\s-]", "", typed)
    return plain.removeprefix("+86")


def phone_advice(phone: str) -> str | None:
    """What a mobile number lacks; None if it will do."""
    if _MOBILE.fullmatch(phone):
        return None
    return N_("请填写 11 位手机号码，例如 138 0013 8000。")
