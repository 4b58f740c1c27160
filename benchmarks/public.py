"""Every public page at the server, with 200,000 lots in the database: what 95 of 100 answers stay under.

Pages are found as a reader finds them, link by link; of each kind one is measured. Held against the
same page of the same court while it has only the lots of the demo. Searches are asked besides
(``benchmarks.search``).
"""

import re
import time
from collections.abc import Iterator
from contextvars import Context
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from benchmarks import search
from benchmarks.databases import KINDS, founded
from benchmarks.figures import Figure
from benchmarks.many_lots import fill

LOTS = 200_000
AGAIN = 3
ASKED = 40
BROWSER = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "zh-CN"}
READER = {"Accept-Language": "zh-CN"}
ELSEWHERE = ("/static/", "/language/", "/theme/", "/login", "/register", "/my", "/desk")
"""Assets, switches, and the doors behind which pages are nobody's but one's own."""


def measure() -> Iterator[Figure]:
    for kind in KINDS:
        with founded(kind) as app:
            few = {page: _timed(app, address) for page, address in _pages(app).items()}
            fill(app, LOTS)
            for page, address in _pages(app).items():
                if page in few:
                    yield Figure(f"public.{kind}.{page}.p95", "ms", _timed(app, address), few[page])
            yield search.asked(app, f"public.{kind}.search.p95")


def _pages(app: Flask) -> dict[str, str]:
    """One address of every kind of page that links lead to from the home page."""
    client = app.test_client()
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        kind = "" if path.startswith(ELSEWHERE) else _kind(app, path)
        if not kind or kind in found:
            continue
        answer = _ask(client, path, READER)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found[kind] = path
            waiting += [urlsplit(address).path for address in re.findall(r'href="(/[^"#]*)', answer.text)]
    return found


def _kind(app: Flask, path: str) -> str:
    try:
        endpoint, _ = app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return ""
    return str(endpoint)


def _timed(app: Flask, address: str) -> list[float]:
    """The 95th percentile of each round, in milliseconds."""
    client = app.test_client()
    _ask(client, address)
    rounds = []
    for _ in range(AGAIN):
        taken = []
        for _ in range(ASKED):
            started = time.perf_counter()
            answer = _ask(client, address)
            taken.append((time.perf_counter() - started) * 1000)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answers {answer.status}")
        rounds.append(sorted(taken)[ASKED * 95 // 100])
    return rounds


def _ask(client: FlaskClient, address: str, headers: dict[str, str] = BROWSER) -> TestResponse:
    return Context().run(client.get, address, headers=headers)
