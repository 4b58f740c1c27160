"""Slow work off the event loop: password hashing, PDF, pictures.

Under gevent a call that computes for 50 ms stops every socket of the process for 50 ms, bids
included. Such calls go through ``off_loop``, outside any unit of work.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, ParamSpec, TypeVar

from gevent import monkey
from gevent.threadpool import ThreadPool

P = ParamSpec("P")
T = TypeVar("T")

MOST_AT_ONCE: Final = 2
"""Threads; more would only starve the event loop of the machine's cores."""


def off_loop(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` in a thread while other greenlets go on; plainly where nothing is patched."""
    if not monkey.is_module_patched("threading"):
        return work(*args, **kwargs)
    result: T = _pool().apply(work, args, kwargs)
    return result


@cache
def _pool() -> Any:
    return ThreadPool(MOST_AT_ONCE)
