"""The public history of a lot tells its rows apart."""

import re
from collections.abc import Callable
from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.lots import a_published_lot


def test_the_notice_to_each_party_stands_apart_from_its_service_and_from_the_others(
        client: FlaskClient, session: Session, at: Callable[[datetime], None]) -> None:
    sitting = a_published_lot(session, at)
    page = client.get(f"/lots/{sitting.lot_id}/history").text
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in
            re.findall(r'<td class="full key">(.*?)</td>', page, re.DOTALL)]
    told = [" ".join(row) for row in rows if row[0] in ("通知当事人", "送达文书")]
    assert told == ["送达文书 第 1 位，共 2 位，电子送达", "通知当事人 第 1 位，共 2 位，电子送达",
                    "送达文书 第 2 位，共 2 位，电子送达", "通知当事人 第 2 位，共 2 位，电子送达"]
    for party in sitting.scene.parties:
        assert party.name not in page
