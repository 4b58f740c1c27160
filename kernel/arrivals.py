"""What has been received and is still on its way to whoever keeps it.

When to use: for what is judged by when it came (AUC-20.6). Between its stamp and its place among the
undecided lie sign-in, guards and a database that may be slow. Whoever promises that nothing earlier will
come must know of it meanwhile.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Any, Final, TypeVar

from flask import g, request

from kernel import clock

MOST_BYTES: Final = 16_384
"""As long as the body of a request may be whose time of entry counts; as for an event of a socket."""

Told = TypeVar("Told")
View = TypeVar("View", bound=Callable[..., Any])


class Arrival:
    """One of them; ``received_at`` is its stamp."""

    __slots__ = ("received_at",)

    def __init__(self, received_at: datetime) -> None:
        self.received_at = received_at


_on_the_way: Final[set[Arrival]] = set()
_present: ContextVar[Arrival | None] = ContextVar("arrival", default=None)


def stamps() -> list[datetime]:
    """When what is on its way was received."""
    return [one.received_at for one in list(_on_the_way)]


def settle() -> None:
    """What is being handled has its place now, if it came this way."""
    present = _present.get()
    if present is not None:
        _on_the_way.discard(present)


def on_the_way(received_at: datetime, handle: Callable[..., Told]) -> Callable[..., Told]:
    """``handle`` for something that is on its way from now on, until it is settled or handled."""
    arrival = Arrival(received_at)
    _on_the_way.add(arrival)

    @wraps(handle)
    def handled(*arguments: Any) -> Told:
        token = _present.set(arrival)
        try:
            return handle(*arguments)
        finally:
            _present.reset(token)
            _on_the_way.discard(arrival)

    return handled


def by_entry(view: View) -> View:
    """Mark a view, or the handler of an event, whose wish is judged by when it came."""
    view.__by_entry__ = True  # type: ignore[attr-defined]
    return view


def is_by_entry(view: Callable[..., Any] | None) -> bool:
    return getattr(view, "__by_entry__", False)


def enter(view: Callable[..., Any] | None) -> None:
    """Stamp a request, first thing. One that is judged by it has entered once all of it is here.

    Else whoever sends the body late would bid by the time of his headers.
    """
    if not is_by_entry(view):
        g.received_at = clock.now()
        return
    request.max_content_length = MOST_BYTES
    request.get_data()
    g.received_at = clock.now()
    arrival = Arrival(g.received_at)
    _on_the_way.add(arrival)
    _present.set(arrival)


def leave(_error: BaseException | None = None) -> None:
    """The request is answered."""
    settle()
    _present.set(None)
