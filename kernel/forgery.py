"""The token against forged requests, and how a compressed page keeps it secret.

Whoever can make a browser ask for a page with words of his own in it, and sees how long the answers are,
could guess a secret of that page letter by letter, for a right guess compresses better (BREACH). So no two
answers carry the same token: each is veiled by a key of its own, and no guess fits the next answer.
"""

import base64
import binascii
import secrets

from flask import Flask, g
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf


class Protection(CSRFProtect):  # type: ignore[misc]  # the library has no types
    """Flask-WTF's, which sees tokens without their veil."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = veiled_token  # for imported macros
        app.context_processor(lambda: {"csrf_token": veiled_token})  # over the library's own

    def _get_csrf_token(self) -> str | None:
        sent = super()._get_csrf_token()
        return unveiled(sent) if sent else None


def veiled_token() -> str:
    """The visitor's token as this answer carries it, the same in all its forms."""
    if "veiled_token" not in g:
        g.veiled_token = veiled(generate_csrf())
    token_of_this_answer: str = g.veiled_token
    return token_of_this_answer


def veiled(token: str) -> str:
    """The token under a veil that was never used before."""
    key = secrets.token_bytes(len(token))
    return base64.urlsafe_b64encode(key + _mixed(token.encode("ascii"), key)).decode()


def unveiled(sent: str) -> str:
    """The token under the veil; empty, which opens nothing, where there is none."""
    try:
        both = base64.urlsafe_b64decode(sent)
        half = len(both) // 2
        return _mixed(both[half:], both[:half]).decode("ascii") if len(both) == 2 * half else ""
    except (binascii.Error, UnicodeError, ValueError):
        return ""


def _mixed(text: bytes, key: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(text, key, strict=True))
