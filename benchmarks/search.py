"""The list of lots on a full house of 200,000: every query through the whole application.

Held against what one writes first: LIKE over the text, and counting and sorting by the database.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, select

from app import create_app
from benchmarks.figures import Figure
from benchmarks.many_lots import fill
from config.settings import Mode, Settings
from kernel.database import Base, db
from portal.models import Entry
from portal.services import catalogue
from tests.services import _new_database, _text, own_postgres

LOTS: Final = 200_000
QUERIES: Final = 240
NAIVE: Final = 24
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


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as folder:
        yield _on("sqlite", f"sqlite:///{folder}/lots.sqlite", folder)
        with own_postgres() as server, _new_database(server) as url:
            yield _on("postgresql", _text(url), folder)


def _on(name: str, url: str, folder: str) -> Figure:
    app = a_full_house(url, folder, LOTS)
    asked = addresses(QUERIES)
    with app.app_context():
        catalogue.warm(db.session())
        db.session.remove()
    client = app.test_client()
    client.get("/lots")  # compiles the templates
    spent = [_milliseconds(partial(_ask, client.get, one)) for one in asked]
    with app.app_context():
        naive = [_milliseconds(partial(_naively, one)) for one in _WORDS[:NAIVE]]
        db.session.remove()
        db.engine.dispose()
    return Figure(f"search.p95.{name}", "ms", [p95(spent)], [p95(naive)])


def a_full_house(url: str, folder: str, number: int) -> Flask:
    """The platform on a database with so many lots."""
    app = create_app(Settings(mode=Mode.TEST, data_dir=Path(folder), database_url=url, redis_url=None,
                              origin="bench.example/luochui", secret_key="s" * 48, vault_key="5a" * 32))
    app.testing = True
    with app.app_context():
        Base.metadata.create_all(db.engine)
    fill(app, number)
    return app


def addresses(number: int) -> list[str]:
    """Words common, rare and unknown, every filter and order, first pages and deep ones; always the same."""
    luck = Random(5)  # noqa: S311 - the same questions every time
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


def _milliseconds(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000
