"""What one running app keeps in its memory and nowhere else; another app of the same process has its own."""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import current_app

T = TypeVar("T")


def of_app(name: str, make: Callable[[], T]) -> T:
    """The one thing of this name that the present app keeps, made when it is first asked for."""
    kept = current_app.extensions
    if name not in kept:
        kept[name] = make()
    return cast("T", kept[name])
