"""A platform with many lots, written straight into the tables: for timing pages on a full house.

``fill(app, 200_000)`` gives 150 new courts their cases, properties, lots, sales, results and the whole
catalogue with its words. What hangs on a lot beyond that (leaves, bids, disclosures) is not made.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Court
from auction.models import Lot, Result, Sale
from auction.rules.lifecycle import LotState, Round
from cases.models import Case, Property
from cases.rules.words import DebtorKind, PropertyCategory, PropertyKind, PropertyStatus, Regime
from kernel import clock
from kernel.access import SYSTEM, Role
from kernel.database import db
from kernel.law import CURRENT
from kernel.transactions import unit_of_work
from portal.models import CatalogueState, Entry
from portal.services import following
from portal.services.phrases import keep_words

AT_ONCE: Final = 2000
COURTS: Final = 150
VERSION: Final = 10**6
"""Of the catalogue afterwards: later than anything that a demo has come to."""

_PROVINCES = ("江东 浦南 临海 云岭 岭北 河西 青原 湘阳 赣东 桂林 "
              "川北 黔中 滇南 秦岭 陇右 燕山 晋中 辽源 松江 闽江")
_PLACES = ("临澜 青屿 岚溪 东麓 澄湾 北渚 西湖 南浦 映波 观澜 "
           "听松 海棠 枫桥 采菱 望江 金湖 滨江 石桥 白鹭 云栖")
_ESTATES = ("观澜里 海棠苑 听松苑 映月湾 枫桥里 采菱坊 望江府 金湖湾 "
            "滨江园 石桥新村 白鹭洲 云栖里 西湖春晓 南浦家园")
_MAKERS = "江淮 北辰 远航 山鹰 龙腾 飞翔 海狮 金牛"
_WEIGHTED = ((PropertyCategory.RESIDENTIAL, 52), (PropertyCategory.COMMERCIAL, 14),
             (PropertyCategory.VEHICLE, 12), (PropertyCategory.INDUSTRIAL, 5), (PropertyCategory.OFFICE, 5),
             (PropertyCategory.EQUIPMENT, 4),
             (PropertyCategory.LAND, 3), (PropertyCategory.EQUITY, 3), (PropertyCategory.OTHER, 1),
             (PropertyCategory.SHIP, 1))
_STATES = ((LotState.BIDDING, 3), (LotState.PUBLISHED, 9), (LotState.SUSPENDED, 1), (LotState.SOLD, 25),
           (LotState.HANDED_OVER, 20), (LotState.DISTRIBUTED, 17), (LotState.FAILED, 22),
           (LotState.WITHDRAWN, 3))
_ENDED = {LotState.SOLD: "sold", LotState.HANDED_OVER: "sold", LotState.DISTRIBUTED: "sold",
          LotState.FAILED: "failed"}
_IMMOVABLE = {PropertyCategory.RESIDENTIAL, PropertyCategory.COMMERCIAL, PropertyCategory.OFFICE,
              PropertyCategory.INDUSTRIAL, PropertyCategory.LAND}
_LOTS_OF_A_CASE = 4
"""One case has so many lots."""


def fill(app: Flask, number: int) -> None:
    """Found 150 more courts on a platform, and give them so many lots."""
    luck = Random(20170101)  # noqa: S311 - the same lots every time
    now = datetime.now(UTC).replace(microsecond=0)
    with app.app_context():
        courts, officer = _found(app)
        free = (db.session.scalar(select(func.max(Entry.slot))) or 0) + 1
        db.session.expunge_all()
        db.session.remove()  # what follows takes minutes; PostgreSQL ends a transaction that sleeps so long
        for begin in range(0, number, AT_ONCE):
            with unit_of_work() as work:
                _write(work.session, luck, courts, officer, now, free,
                       range(begin, min(begin + AT_ONCE, number)))
        with unit_of_work() as work:
            state = work.session.get_one(CatalogueState, 1)
            state.version = VERSION
        db.session.remove()
        if db.engine.dialect.name != "sqlite":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")


def _found(app: Flask) -> tuple[list[Court], str]:
    origin = app.extensions["settings"].origin
    provinces, places = _PROVINCES.split(), _PLACES.split()
    with unit_of_work() as work:
        if not accounts.courts(work.session):
            accounts.open_installation(work.session, origin=origin)
        courts = []
        for number in range(COURTS):
            city, district = places[number % 20], places[number // 20 + 8]
            name = f"{provinces[number % 20]}省{city}市{district}区人民法院"
            courts.append(accounts.open_court(
                work.session, name_zh=name, name_en=f"People's Court no. {number}",
                origin=f"{origin}/{number}", actor=SYSTEM, now=clock.now(), court_id=f"court-{number:04d}"))
    with unit_of_work() as work:
        officer = accounts.register_person(
            work.session, login="officer-of-many", password_hash="-",  # noqa: S106 - opens nothing
            name="林静文", roles=(Role.OFFICER,), court_id="court-0000", phone="13800138000", actor=SYSTEM,
            now=clock.now()).id
    while following.has_news(db.session()):
        with unit_of_work() as work:
            following.follow(work.session)
    return list(accounts.courts(db.session()))[-COURTS:], officer


def _write(session: Session, luck: Random, courts: list[Court], officer: str, now: datetime,
           free: int, numbers: range) -> None:
    made: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (Case, Property, Lot, Sale, Result, Entry)}
    for number in numbers:
        _one(made, number, luck, courts[number // _LOTS_OF_A_CASE % COURTS], officer, now)
        made[Entry][-1]["slot"] = free + number
    for model, rows in made.items():
        if rows:
            session.execute(insert(model.__table__), rows)  # the tables themselves: no leaf is asked for
    keep_words(session, {row["slot"]: row["text"] for row in made[Entry]})


def _one(made: dict[Any, list[dict[str, Any]]], number: int, luck: Random, court: Court, officer: str,
         now: datetime) -> None:
    case_number = number // _LOTS_OF_A_CASE
    case_id, lot_id, property_id = f"case-{case_number:07d}", f"lot-{number:07d}", f"prop-{number:07d}"
    written = f"（2026）{court.name_zh[3]}{case_number % COURTS:04d}执{case_number}号"
    category = luck.choices(*zip(*_WEIGHTED, strict=True))[0]
    state = luck.choices(*zip(*_STATES, strict=True))[0]
    title, address = _named(luck, category)
    region = f"{court.name_zh[:3]}/{court.name_zh[3:6]}/{court.name_zh[6:9]}"
    is_home, floors = category in _IMMOVABLE, luck.randint(6, 33)
    floor, area = luck.randint(1, floors), luck.randint(3000, 30_000)
    reference = int(luck.lognormvariate(14, 1.2)) * 100
    start = reference * 7 // 10
    bid = start * luck.randint(100, 150) // 100 if state in (LotState.BIDDING, *_ENDED) else None
    outcome = _ENDED.get(state)
    if outcome == "failed":
        bid = None
    ahead = (luck.randint(60, 60_000) if state in (LotState.PUBLISHED, LotState.WITHDRAWN)
             else -luck.randint(5, 1430) if state is LotState.BIDDING else -luck.randint(3000, 1_000_000))
    opens_at = now + timedelta(minutes=ahead)
    closes_at = opens_at + timedelta(hours=24)
    published_at = opens_at - timedelta(days=luck.randint(15, 40))
    if number % _LOTS_OF_A_CASE == 0:
        made[Case].append({
            "id": case_id, "court_id": court.id, "number": written, "cause": "金融借款合同纠纷",
            "basis": "民事判决书", "filed_on": now.date(), "debtor_kind": DebtorKind.NATURAL_PERSON,
            "regime": Regime.PRO_RATA,
            "regime_reason": "", "rule_set": CURRENT, "officer_id": officer, "registered_by": officer,
            "registered_at": now})
    made[Property].append({
        "id": property_id, "court_id": court.id, "case_id": case_id, "position": number % _LOTS_OF_A_CASE + 1,
        "status": PropertyStatus.ON_SALE, "kind": PropertyKind.IMMOVABLE if is_home else PropertyKind.MOVABLE,
        "category": category, "title": title, "address": address, "region": region,
        "rooms": "3室2厅2卫" if category is PropertyCategory.RESIDENTIAL else "",
        "floors": floors if is_home else None, "floor": floor if is_home else None,
        "area_hundredths": area if is_home else None, "seized_on": now.date(),
        "seizing_document": "执行裁定书",
        "added_at": now})
    made[Lot].append({"id": lot_id, "court_id": court.id, "case_id": case_id, "property_id": property_id,
                      "title": title, "is_exercise": False, "created_by": officer, "created_at": now})
    sale = {
        "lot_id": lot_id, "number": 1, "round": luck.choices((Round.FIRST, Round.SECOND), (7, 3))[0],
        "state": state, "start_price_fen": start, "deposit_fen": start // 10, "opens_at": opens_at,
        "closes_at": closes_at,
        "reference_price_fen": reference, "accepted": luck.randint(1, 90) if bid else 0,
        "published_at": published_at}
    made[Sale].append(sale | {
        "rule_set": CURRENT, "increment_fen": 100_000, "enforcement_costs_fen": 0, "unfiled_prior_fen": 0,
        "whole_steps": False, "max_steps": None, "extension_window_seconds": 300,
        "planned_closes_at": closes_at, "balance_days": 10, "reference_price_id": None, "announcement": {},
        "special_notices": {},
        "notices_version": "0" * 64, "priority_decision": "", "disclaims_quality": False,
        "all_taxes_on_buyer": False, "price_fen": bid, "leader_code": "K0001" if bid else None,
        "leader_rank": None, "attempts": 0, "extensions": 0, "latest_at": None, "suspensions_over": 0})
    if outcome:
        made[Result].append({
            "lot_id": lot_id, "number": 1, "outcome": outcome, "winner_code": "K0001" if bid else None,
            "price_fen": bid, "closed_at": closes_at, "decided_at": closes_at, "accepted": sale["accepted"],
            "extensions": 0, "reason": None})
    made[Entry].append(sale | {
        "version": VERSION, "words_version": VERSION, "court_id": court.id, "case_id": case_id,
        "case_number": written, "title": title, "category": category, "region": region, "address": address,
        "rooms": "", "floors": floors if is_home else None, "floor": floor if is_home else None,
        "area_hundredths": area if is_home else None, "photo_url": None,
        "heap": following.GROUP_OF[state], "price_fen": bid or start, "bid_fen": bid,
        "ended_at": closes_at if outcome else None, "outcome": outcome,
        "text": following.entry_text(title=title, category=category.word, region=region, address=address,
                                     court=f"{court.name_zh}\n{court.name_en}", case_number=written)})


def _named(luck: Random, category: PropertyCategory) -> tuple[str, str]:
    place, estate = luck.choice(_PLACES.split()), luck.choice(_ESTATES.split())
    where = f"{place}路{luck.randint(1, 900)}号{estate}{luck.randint(1, 40)}幢{luck.randint(101, 3304)}室"
    if category in _IMMOVABLE:
        return f"{estate}{luck.randint(1, 40)}幢{luck.randint(101, 3304)}室", where
    if category is PropertyCategory.VEHICLE:
        return f"{luck.choice(_MAKERS.split())}牌小型轿车 江A·{luck.randint(10000, 99999)}", ""
    if category is PropertyCategory.EQUITY:
        return f"{place}{luck.choice(_MAKERS.split())}有限公司{luck.randint(1, 100)}%股权", ""
    return f"{luck.choice(_MAKERS.split())}设备一批（{luck.randint(2, 60)}台）", where
