"""Two sales stand side by side in the same lines."""

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import Court
from auction.models import Lot
from auction.rules.bidding import BidIn, LotTerms, Reason
from auction.rules.replay import BidLog, Entry
from evidence.rules.film import Frame, film
from evidence.rules.pace import NEAR, pace
from kernel.access import Role
from tests.factories.accounts import a_court, a_person, sign_in
from tests.factories.auction import (
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    bid,
    closed,
)

OPENS = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=24)
WINDOW = timedelta(minutes=5)
TERMS = LotTerms(START_FEN, STEP_FEN, OPENS, CLOSES, WINDOW, timedelta(hours=24))
MOMENT = timedelta(milliseconds=1)


def frames(*bids: tuple[str, int, datetime]) -> list[Frame]:
    return list(film(BidLog(TERMS, tuple(Entry(BidIn(code, fen), at) for code, fen, at in bids))))


class TestThePace:
    def test_of_a_sale_without_bids_has_no_figure_that_bids_would_make(self) -> None:
        found = pace([], [], CLOSES, WINDOW)
        assert (found.attempts, found.between, found.raise_fen, found.waited_ms) == (0, None, None, None)

    def test_counts_codes_refusals_raises_and_waits(self) -> None:
        taken = frames(("K1", START_FEN - 1, OPENS), ("K1", START_FEN, OPENS), ("K2", START_FEN, OPENS),
                       ("K2", START_FEN + 3 * STEP_FEN, OPENS + WINDOW))
        found = pace(taken, [4, 6, 9, 100], CLOSES, WINDOW)
        assert (found.codes, found.attempts, found.accepted) == (2, 4, 2)
        assert dict(found.reasons) == {Reason.BELOW_START: 1, Reason.BELOW_MINIMUM: 1}
        assert (found.between, found.shortest, found.raise_fen) == (WINDOW, WINDOW, 3 * STEP_FEN)
        assert (found.waited_ms, found.longest_ms) == (8, 100)

    def test_late_begins_with_the_last_window(self) -> None:
        taken = frames(("K1", START_FEN, CLOSES - WINDOW - MOMENT),
                       ("K2", START_FEN + STEP_FEN, CLOSES - WINDOW),
                       ("K1", START_FEN + 2 * STEP_FEN, CLOSES - WINDOW + MOMENT))
        assert pace(taken, [0] * 3, CLOSES, WINDOW).late == 2

    def test_near_ends_at_fifty_milliseconds(self) -> None:
        taken = frames(("K1", START_FEN, OPENS), ("K2", START_FEN + STEP_FEN, OPENS + NEAR - MOMENT),
                       ("K1", START_FEN + 2 * STEP_FEN, OPENS + 2 * NEAR - MOMENT))
        assert pace(taken, [0] * 3, CLOSES, WINDOW).near == 1


def two_sales(session: Session) -> tuple[Lot, Lot]:
    """One sold to its second bidder after an extension, one on which nobody bids."""
    court = a_court(session)
    lively, quiet = a_lot_on_sale(session, court), a_lot_on_sale(session, court)
    _, first = a_code(session, lively)
    _, second = a_code(session, lively)
    bid(session, first, START_FEN, OPENS_AT)
    bid(session, second, START_FEN + STEP_FEN, CLOSES_AT - timedelta(seconds=1))
    closed(session, lively)
    return session.get_one(Lot, lively.id), session.get_one(Lot, quiet.id)


def test_both_sales_are_shown_with_the_same_lines_and_what_differs(client: FlaskClient,
                                                                   session: Session) -> None:
    lively, quiet = two_sales(session)
    sign_in(client, a_person(session, Role.AUDITOR, session.get_one(Court, lively.court_id)))
    page = client.get(f"/desk/audit/compare?a={lively.id}/1&b={quiet.id}/1")
    assert page.status_code == 200
    for line in ("起拍价", "增价幅度", "有效出价", "延时", "暂停次数", "最后价格",
                 "两次有效出价相隔，中位数"):
        assert page.text.count(f'<th scope="row">{line}</th>') == 1
    assert "不同" in page.text
    same = client.get(f"/desk/audit/compare?a={lively.id}/1&b={lively.id}/1").text
    assert "fm-differs\"></td>" in same
    assert "不同</td>" not in same


def test_until_two_are_chosen_only_the_choice_is_there(client: FlaskClient, session: Session) -> None:
    lively, _ = two_sales(session)
    sign_in(client, a_person(session, Role.SUPERVISOR, session.get_one(Court, lively.court_id)))
    for query in ("", f"?a={lively.id}/1"):
        page = client.get(f"/desk/audit/compare{query}")
        assert page.status_code == 200
        assert "逐项对照" not in page.text
    assert f'value="{lively.id}/1" selected' in client.get(f"/desk/audit/compare?a={lively.id}/1").text


def test_a_sale_that_is_not_there_is_named_at_its_field(client: FlaskClient, session: Session) -> None:
    lively, quiet = two_sales(session)
    sign_in(client, a_person(session, Role.AUDITOR, session.get_one(Court, lively.court_id)))
    for wrong in (f"{quiet.id}/2", "lot-nowhere/1", "x", "/", f"{quiet.id}/²", f"{quiet.id}/99999999999"):
        page = client.get("/desk/audit/compare", query_string={"a": f"{lively.id}/1", "b": wrong})
        assert page.status_code == 422, wrong
        assert "没有这次拍卖，或者它不属于您的法院。" in page.text
    other = a_court(session, name_zh="临澜市西麓区人民法院", name_en="Xilu", origin="west.example/log")
    sign_in(client, a_person(session, Role.AUDITOR, other))
    assert client.get(f"/desk/audit/compare?a={lively.id}/1&b={quiet.id}/1").status_code == 422
