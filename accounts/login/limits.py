"""How often one may try: to sign in, to register, to ask for a token.

Ten a minute for each address and, apart from that, for each login, so that neither one guesser
nor many together get far. Kept in memory, or in Redis where several processes serve; while Redis
does not answer each process counts for itself: it may not keep anybody from signing in.
"""

from typing import Final

import structlog
from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from config.settings import Mode, Settings
from kernel.errors import N_, TooManyRequests

TRIES: Final = RateLimitItemPerMinute(10)

limiter: Final = Limiter(key_func=get_remote_address)
_own: Final = MovingWindowRateLimiter(MemoryStorage())
log = structlog.get_logger()


class TooManyTries(TooManyRequests):
    """Nothing was checked: not even whether the password was right."""

    code = "too_many_tries"
    message = N_("尝试太频繁：每分钟最多 %(most)s 次，请一分钟后再试。")


def init_app(app: Flask) -> None:
    """Choose where tries are counted. Tests count none unless they ask for it."""
    settings: Settings = app.extensions["settings"]
    app.config.update(RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
                      RATELIMIT_STRATEGY="moving-window", RATELIMIT_STORAGE_OPTIONS=_patience(settings),
                      COUNT_TRIES=settings.mode is not Mode.TEST)
    limiter.init_app(app)


def _patience(settings: Settings) -> dict[str, float]:
    """A Redis that vanished without a word keeps a sign-in waiting for a second, not for minutes."""
    return {"socket_connect_timeout": 1.0, "socket_timeout": 1.0} if settings.redis_url else {}


def count_try(act: str, login: str) -> None:
    """Count one try of ``act``, before anything is looked up or hashed.

    Raises:
        TooManyTries: more than ten within a minute from this address or for this login.
    """
    if not current_app.config["COUNT_TRIES"]:
        return
    for key in (f"address:{get_remote_address()}", f"login:{login}"):
        try:
            is_allowed = limiter.limiter.hit(TRIES, act, key)
        except RedisError as error:
            log.warning("limits.counted_alone", reason=type(error).__name__)
            is_allowed = _own.hit(TRIES, act, key)
        if not is_allowed:
            raise TooManyTries(most=TRIES.amount)
