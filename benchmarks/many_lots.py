"""A platform with many lots, written straight into the tables: for timing pages on a full house.

``fill(app, 200_000)`` gives 150 courts their cases, properties, lots, sales, results and the whole
catalogue with its words. What hangs on a lot beyond that (leaves, bids, disclosures) is not made.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from flask import Flask
from sqlalchemy import insert
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
from portal.models import CatalogueState
from portal.services import following

AT_ONCE: Final = 2000
COURTS: Final = 150

_PROVINCES = "江东 浦南 临海 云岭 岭北 河西 青原 湘阳 赣东 桂林 川北 黔中 滇南 秦岭 陇右 燕山 晋中 辽源 松江 闽江"
_PLACES = "临澜 青屿 岚溪 东麓 澄湾 北渚 西湖 南浦 映波 观澜 听松 海棠 枫桥 采菱 望江 金湖 滨江 石桥 白鹭 云栖"
_ESTATES = "观澜里 海棠苑 听松苑 映月湾 枫桥里 采菱坊 望江府 金湖湾 滨江园 石桥新村 白鹭洲 云栖里 西湖春晓 南浦家园"
_MAKERS = "江淮 北辰 远航 山鹰 龙腾 飞翔 海狮 金牛"
_WEIGHTED = ((PropertyCategory.RESIDENTIAL, 52), (PropertyCategory.COMMERCIAL, 14), (PropertyCategory.VEHICLE, 12),
             (PropertyCategory.INDUSTRIAL, 5), (PropertyCategory.OFFICE, 5), (PropertyCategory.EQUIPMENT, 4),
             (PropertyCategory.LAND, 3), (PropertyCategory.EQUITY, 3), (PropertyCategory.OTHER, 1),
             (PropertyCategory.SHIP, 1))
_STATES = ((LotState.BIDDING, 3), (LotState.PUBLISHED, 9), (LotState.SUSPENDED, 1), (LotState.SOLD, 25),
           (LotState.HANDED_OVER, 20), (LotState.DISTRIBUTED, 17), (LotState.FAILED, 22), (LotState.WITHDRAWN, 3))
_ENDED = {LotState.SOLD: "sold", LotState.HANDED_OVER: "sold", LotState.DISTRIBUTED: "sold",
          LotState.FAILED: "failed"}
_IMMOVABLE = {PropertyCategory.RESIDENTIAL, PropertyCategory.COMMERCIAL, PropertyCategory.OFFICE,
              PropertyCategory.INDUSTRIAL, PropertyCategory.LAND}
_KINDS = {PropertyCategory.EQUITY: PropertyKind.EQUITY} if hasattr(PropertyKind, "EQUITY") else {}


def fill(app: Flask, number: int) -> None:
    """Found the courts and give them so many lots, on an empty database with its tables."""
    luck = Random(20170101)
    now = datetime.now(UTC).replace(microsecond=0)
    with app.app_context():
        courts, officer = _found(app)
        for begin in range(0, number, AT_ONCE):
            with unit_of_work() as work:
                _write(work.session, luck, courts, officer, now, range(begin, min(begin + AT_ONCE, number)))
        db.session.remove()
