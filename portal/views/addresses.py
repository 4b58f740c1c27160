"""The addresses by which a public page is shared and found: one of its own, and one for each language."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from flask import Response, current_app, request

from kernel.access import guard_of
from kernel.http import app_view
from kernel.languages import ARGUMENT, BY_ADDRESS, COOKIE, reader_language

A_YEAR: Final = 365 * 86_400
TAGS: Final = {"zh": "zh-Hans", "en": "en"}
"""What an address calls a language, and what the web calls it."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Where a page is found; ``alternates``: language tag and address."""

    canonical: str
    alternates: tuple[tuple[str, str], ...]


def shared(kept: Iterable[str] = ()) -> Shared | None:
    """The addresses of the page being shown; None where it is not for the public.

    Args:
        kept: members of the address that make another page of it (``page``, ``court``); all others
            only say how it was reached.
    """
    view = app_view()
    guard = guard_of(view) if view is not None else None
    if guard is None or not guard.is_public or request.method not in ("GET", "HEAD"):
        return None
    chosen = [(name, value) for name in sorted(kept) for value in request.args.getlist(name) if value]
    here = outer(request.path)
    named = request.args.get(ARGUMENT, "")
    canonical = _with(here, [*chosen, *([(ARGUMENT, named)] if named in BY_ADDRESS else [])])
    return Shared(canonical, (
        *((tag, _with(here, [*chosen, (ARGUMENT, name)])) for name, tag in TAGS.items()),
        ("x-default", _with(here, chosen))))


def outer(path: str) -> str:
    """A page's whole address, as the world outside writes it."""
    return request.url_root.rstrip("/") + quote(path, safe="/:@-._~")


def remember_language(response: Response) -> Response:
    """Who came by an address in one language stays in it; and a cache keeps the languages apart."""
    if request.endpoint == "static":
        return response
    named = BY_ADDRESS.get(request.args.get(ARGUMENT, ""))
    if named is not None and request.cookies.get(COOKIE) != named and response.mimetype == "text/html":
        response.set_cookie(COOKIE, named, max_age=A_YEAR, httponly=True, samesite="Lax",
                            secure=current_app.config["SESSION_COOKIE_SECURE"])
    if response.mimetype == "text/html":
        response.vary.update(["Accept-Language", "Cookie"])
        response.content_language.add("en" if reader_language() == "en" else "zh-Hans")
    return response


def _with(address: str, members: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(members))
    return f"{address}?{query}" if query else address
