"""Searches on a platform with many lots, every question through the whole application.

Held against what one writes first: LIKE over the text, and counting and sorting by the database.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, select

from benchmarks.figures import Figure
from kernel.database import db
from portal.models import Entry
from portal.services import catalogue

AGAIN: Final = 3
QUERIES: Final = 120
_WORDS: Final = ("西湖", "观澜里", "东麓区", "住宅", "法院", "海棠", "江", "8幢1101室", "小型轿车", "股权",
"执1203号",
                 "云栖里 33幢",
                 "临海省", "（2026）青0102执", "江A·4", "望江路 住宅", "湖西", "people", "金牛设备", "白鹭洲")
_FILTERS: Final[tuple[dict[str, object], ...]] = (
    {}, {"state": ["live", "upcoming"]}, {"state": "sold", "sort": "dearest"}, {"category": "vehicle"},
    {"region": "江东省"}, {"region": "江东省/临澜市", "category": ["residential", "commercial"]},
    {"price_from": "50", "price_to": "80"}, {"price_to": "20", "sort": "cheapest"}, {"deposit_to": "5.5"},
    {"court": "court-0003"}, {"round": "second", "sort": "discount"}, {"sort": "bids"}, {"view": "rows"},
    {"state": "failed", "region": "闽江省", "sort": "newest"})


def asked(app: Flask, name: str) -> Figure:
    """The 95th percentile of all these questions, each asked once, of a platform with many lots."""
    with app.app_context():
        catalogue.warm(db.session())
        db.session.remove()
    client = app.test_client()
    _ask(client.get, "/lots")  # compiles the templates
    rounds = [p95([milliseconds(partial(_ask, client.get, one)) for one in addresses(QUERIES, turn)])
              for turn in range(AGAIN)]
    with app.app_context():
        naive = [milliseconds(partial(_naively, one)) for one in _WORDS]
        db.session.remove()
    return Figure(name, "ms", rounds, [p95(naive)])


def addresses(number: int, seed: int) -> list[str]:
    """Words common, rare and unknown, every filter and order, first pages and deep ones."""
    luck = Random(seed)  # noqa: S311 - the same questions every time
    found = []
    for turn in range(number):
        wish = dict(_FILTERS[turn % len(_FILTERS)])
        if turn % 3:
            wish["q"] = luck.choice(_WORDS)
        elif turn % 2:
            wish["page"] = luck.choice((2, 7, 40, 400, 2000))
        found.append(f"/lots?{urlencode(wish, doseq=True)}")
    return found


def p95(spent: list[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1]


def _ask(get: Callable[[str], object], address: str) -> None:
    answer = get(address)
    if getattr(answer, "status_code", 0) not in (200, 422):  # 422: a page behind the last one
        raise RuntimeError(f"{address} answered {answer}")


def _naively(words: str) -> None:
    session = db.session()
    fits = Entry.text.like(f"%{words}%")
    for column in (Entry.group, Entry.category, Entry.region, Entry.court_id, Entry.round):
        session.execute(select(column, func.count()).where(fits).group_by(column)).all()
    session.scalars(select(Entry).where(fits).order_by(Entry.closes_at).limit(24)).all()


def milliseconds(act: Callable[[], object]) -> float:
    """How long an act took."""
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000
