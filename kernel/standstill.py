"""Why this process serves nobody at present; None while it serves.

Standing still, every page and every event answers with this refusal, and no job takes a turn but those that
look whether it is over. ``/healthz`` and ``/readyz`` answer as ever.
"""

from typing import Final

from flask import Flask, current_app

from kernel.errors import DomainError

_PLACE: Final = "standstill"
STAYS: Final = frozenset({"healthz", "readyz"})
"""Endpoints that are served all the same."""


def begin(why: DomainError) -> None:
    """Stand still from now on."""
    current_app.extensions[_PLACE] = why


def end() -> None:
    """Serve again."""
    current_app.extensions.pop(_PLACE, None)


def reason(app: Flask) -> DomainError | None:
    """What everybody is told; None while everybody is served."""
    found: DomainError | None = app.extensions.get(_PLACE)
    return found


def check(endpoint: str | None = None) -> None:
    """Go on, unless this process stands still.

    Raises:
        DomainError: it does.
    """
    why = reason(current_app)
    if why is not None and endpoint not in STAYS:
        raise why
