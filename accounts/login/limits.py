"""How often one may try: to sign in, to register, to ask for a token.

Ten a minute for each address and, apart from that, for each login, so that neither one guesser
nor many together get far. Kept in memory, or in Redis where several processes serve.
"""

from typing import Final

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItemPerMinute

from config.settings import Mode, Settings
from kernel.errors import N_, TooManyRequests

TRIES: Final = RateLimitItemPerMinute(10)

limiter: Final = Limiter(key_func=get_remote_address)


class TooManyTries(TooManyRequests):
    """Nothing was checked: not even whether the password was right."""

    code = "too_many_tries"
    message = N_("尝试太频繁：每分钟最多 %(most)s 次，请一分钟后再试。")


def init_app(app: Flask) -> None:
    """Choose where tries are counted. Tests count none unless they ask for it."""
    settings: Settings = app.extensions["settings"]
    app.config.update(RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
                      RATELIMIT_STRATEGY="moving-window",
                      COUNT_TRIES=settings.mode is not Mode.TEST)
    limiter.init_app(app)


def count_try(act: str, login: str) -> None:
    """Count one try of ``act``, before anything is looked up or hashed.

    Raises:
        TooManyTries: more than ten within a minute from this address or for this login.
    """
    if not current_app.config["COUNT_TRIES"]:
        return
    for key in (f"address:{get_remote_address()}", f"login:{login}"):
        if not limiter.limiter.hit(TRIES, act, key):
            raise TooManyTries(most=TRIES.amount)
