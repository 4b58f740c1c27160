"""The pages of a lot for everybody, and the bidder's own: what they say, and what they keep."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.models import Lot, Registration
from auction.rules.replay import recompute
from auction.services import closing, delivery
from auction.views.room import clock_text
from cases import services as cases
from kernel.access import SYSTEM, Role
from kernel.files import the_store
from kernel.transactions import unit_of_work
from ledger import services as ledger
from portal.jobs import follow_log
from tests.clients import json_of
from tests.factories.accounts import a_bidder, a_court, a_person, acting, sign_in, with_csrf
from tests.factories.auction import (
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    an_exercise,
    attempts,
    bid,
    closed,
    pay,
    registered,
)
from tests.factories.cases import a_picture, a_video, an_officer

At = Callable[[datetime], None]
LATER = OPENS_AT + timedelta(hours=1)


@pytest.fixture
def lot(session: Session, at: At) -> Lot:
    at(LATER)
    return a_lot_on_sale(session)


@pytest.fixture
def sold(session: Session, lot: Lot) -> tuple[Lot, Registration]:
    """A lot sold to 林知远 in the last minutes, one refused bid among three."""
    _, winner = a_code(session, lot, a_bidder(session, name="林知远"))
    _, loser = a_code(session, lot)
    bid(session, loser, START_FEN, OPENS_AT)
    bid(session, loser, START_FEN + 1, LATER)
    bid(session, winner, START_FEN + STEP_FEN, CLOSES_AT - timedelta(minutes=2))
    closed(session, lot)
    return lot, winner


def test_the_list_leads_to_the_lots_and_sifts_them(client: FlaskClient, session: Session, lot: Lot) -> None:
    follow_log()
    assert lot.title in client.get("/lots").text
    assert lot.title in client.get("/lots?state=upcoming").text
    assert "没有符合全部条件的标的" in client.get("/lots?state=sold").text
    assert client.get("/lots?state=unknown").status_code == 422
    found = json_of(client.get("/api/v1/lots"))
    assert [one["id"] for one in found["lots"]] == [lot.id]
    assert found["facets"]["group"] == {"upcoming": 1}


def test_a_lot_shows_price_flaws_all_eleven_items_and_the_special_notices(client: FlaskClient,
                                                                          lot: Lot) -> None:
    page = client.get(f"/lots/{lot.id}").text
    for words in ("2,010,000", "评估报告副本或者定价依据", "其他应当公示的信息", "北侧卧室窗台有渗水痕迹",
                  "悔拍不退保证金", "网络司法拍卖规定第十三条第（十一）项", "AUC-10.3", "登录后报名"):
        assert words in page, words
    assert page.count('<a href="tel:02655500112">') == 2, "where to look at it, and among the eleven items"
    assert page.count("网络司法拍卖规定第十三条第") >= 11
    assert page.count("网络司法拍卖规定第十四条第") == 7


def test_without_photographs_elevation_and_plan_stand_side_by_side(client: FlaskClient, lot: Lot) -> None:
    page = client.get(f"/lots/{lot.id}").text
    assert page.count('data-view="drawing"') == 2
    assert "房间的位置和大小不代表实际" in page
    assert "法院没有公布照片" in page


def test_photographs_and_videos_come_first_each_a_link_to_its_file(client: FlaskClient, session: Session,
                                                                   lot: Lot) -> None:
    photograph, video = the_store().keep_view(a_picture(), "file"), the_store().keep_view(a_video(), "file")
    officer = an_officer(session, accounts.get_court(session, lot.court_id))
    with unit_of_work() as work:
        case = cases.get_case(work.session, lot.case_id or "")
        case.officer_id = officer.id
        cases.attach_photographs(work.session, property_id=lot.property_id or "", kept=[video, photograph],
                                 title="客厅", is_public=True, actor=officer, now=LATER)
    page = client.get(f"/lots/{lot.id}").text
    first = page.index(f'href="/files/{photograph.sha256}"')
    assert first < page.index(f'src="/files/{video.sha256}"') < page.index('data-view="drawing"')
    assert 'fetchpriority="high"' in page
    part = client.get(f"/files/{video.sha256}", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.data) == (206, b"ftyp")
    assert part.headers["Content-Type"] == "video/mp4"


def test_what_is_said_is_folded_and_a_link_to_it_lands_inside(client: FlaskClient, lot: Lot) -> None:
    page = client.get(f"/lots/{lot.id}").text
    assert re.search(r'<details class="fold l2">.*?<div class="in" id="notices">', page, re.DOTALL)
    for anchor in re.findall(r'<nav class="contents".*?</nav>', page, re.DOTALL)[0].split('href="#')[1:]:
        assert f'id="{anchor.split(chr(34))[0]}"' in page


def test_what_is_no_lot_is_not_found(client: FlaskClient, session: Session, lot: Lot) -> None:
    for address in ("/lots/lot-none", "/lots/lot-none/room", "/lots/lot-none/history",
                    "/lots/lot-none/result", f"/api/v1/lots/{lot.id}/replay"):
        assert client.get(address).status_code == 404, address


def test_before_the_end_the_result_says_how_the_sale_stands(client: FlaskClient, session: Session,
                                                            lot: Lot) -> None:
    page = client.get(f"/lots/{lot.id}/result").text
    assert "距开始" in page or "距结束" in page
    assert "结果产生以后，这里可以下载出价全程" in page
    assert "成交确认书" not in page
    with acting(session) as s:
        closing.open_due(s, lot.id, now=LATER)
        closing.suspend(s, lot.id, ground="third_party_objection", reason="案外人主张所有权。",
                        document_sha256=None, actor=SYSTEM, now=LATER)
    stopped = client.get(f"/lots/{lot.id}/result").text
    assert "案外人主张所有权" in stopped
    assert "原因消失后 5 日内" in stopped


def test_a_failed_sale_says_by_when_the_next_one_begins_and_its_least_price(
        client: FlaskClient, session: Session, lot: Lot) -> None:
    closed(session, lot)
    page = client.get(f"/lots/{lot.id}/result").text
    for words in ("最迟开始第二次拍卖", "1,608,000.00 元", "AUC-26.1", "没有一口有效出价"):
        assert words in page, words
    assert client.get(f"/lots/{lot.id}/result?number=1").status_code == 200
    assert client.get(f"/lots/{lot.id}/result?number=2").status_code == 404


def test_the_history_shows_every_leaf_with_its_hash(client: FlaskClient, session: Session,
                                                    sold: tuple[Lot, Registration]) -> None:
    lot, winner = sold
    page = client.get(f"/lots/{lot.id}/history").text
    for words in ("发布拍卖公告", "有人报名", "取得竞买资格", f"{winner.code} 出价 2,020,000.00 元",
                  "无效：低于最低加价", "竞价结束", "解除未成交者的保证金"):
        assert words in page, words
    leaves = json_of(client.get(f"/api/v1/lots/{lot.id}/history"))["leaves"]
    assert all(one["hash"] in page for one in leaves)
    assert [one["seq"] for one in leaves] == list(range(1, len(leaves) + 1))


def test_the_result_names_the_buyer_and_gives_the_file_to_recompute(
        client: FlaskClient, session: Session, sold: tuple[Lot, Registration]) -> None:
    lot, winner = sold
    page = client.get(f"/lots/{lot.id}/result").text
    for words in ("林知远", "贰佰零贰万元整", winner.code or "", "flask auction replay",
                  "python3 verifier/verify.py replay", "低于最低加价", "网络拍卖成交确认书"):
        assert words in page, words
    told = recompute(json_of(client.get(f"/api/v1/lots/{lot.id}/replay")))
    assert json.dumps(told["outcome"]["winner_code"]) == json.dumps(winner.code)
    assert (told["outcome"]["price_fen"], told["outcome"]["extensions"]) == (START_FEN + STEP_FEN, 1)
    confirmed = json_of(client.get(f"/api/v1/lots/{lot.id}"))["confirmation"]
    assert (confirmed["name"], confirmed["code"]) == ("林知远", winner.code)
    assert client.get(f"/lots/{lot.id}").status_code == 200


def test_a_failed_a_stopped_and_a_withdrawn_lot_say_so_with_their_ground(
        client: FlaskClient, session: Session, lot: Lot) -> None:
    court = accounts.get_court(session, lot.court_id)
    gone, failed = (a_lot_on_sale(session, court, opens_at=LATER + timedelta(days=1),
                                  closes_at=LATER + timedelta(days=2)) for _ in range(2))
    _, bidder = a_code(session, lot)
    bid(session, bidder, START_FEN, OPENS_AT)
    with acting(session) as s:
        closing.suspend(s, lot.id, ground="third_party_objection", reason="案外人主张所有权。",
                        document_sha256=None, actor=SYSTEM, now=LATER)
        closing.withdraw(s, gone.id, ground="debt_paid", reason="债务已全部清偿。", actor=SYSTEM, now=LATER)
    closed(session, failed)
    for address, words in (
            (f"/lots/{lot.id}", "案外人提出异议"), (f"/lots/{lot.id}/room", "案外人主张所有权"),
            (f"/lots/{gone.id}", "债务已全部清偿"), (f"/lots/{gone.id}/result", "债务已全部清偿"),
            (f"/lots/{gone.id}/room", "已撤回"), (f"/lots/{failed.id}", "没有人出价"),
            (f"/lots/{failed.id}/result", "AUC-26.1"), (f"/lots/{failed.id}/room", "流拍")):
        answer = client.get(address)
        assert answer.status_code == 200
        assert words in answer.text, (address, words)


def test_registering_needs_both_declarations_and_keeps_what_was_ticked(app: Flask, session: Session,
                                                                       lot: Lot) -> None:
    client = sign_in(app.test_client(), a_bidder(session))
    page = client.get(f"/lots/{lot.id}/register").text
    assert "参与竞买视为了解并接受瑕疵" in page
    version = lot.sale.notices_version
    half = client.post(f"/lots/{lot.id}/register",
                       data={"notices_version": version, "accepts_notices": "true"})
    assert half.status_code == 422
    assert "请声明您不属于不得竞买的人员" in half.text
    assert re.search(r'name="accepts_notices"[^>]* checked>', half.text)
    whole = client.post(f"/lots/{lot.id}/register", follow_redirects=True, data={
        "notices_version": version, "accepts_notices": "true", "declares_free": "true"})
    (found,) = session.query(Registration).filter_by(lot_id=lot.id)
    assert (found.reference or "-") in whole.text
    assert "贰拾万元整" in whole.text
    assert client.get(f"/lots/{lot.id}/register").status_code == 302


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PARTY])
def test_nobody_registers_who_is_no_bidder(app: Flask, session: Session, lot: Lot, role: Role) -> None:
    court = accounts.get_court(session, lot.court_id) if role is Role.OFFICER else None
    client = sign_in(app.test_client(), a_person(session, role, court))
    answer = client.get(f"/lots/{lot.id}/register")
    assert answer.status_code == 403
    assert ("AUC-34" if role is Role.OFFICER else "还缺：实名登记为竞买人") in answer.text
    assert client.post(f"/lots/{lot.id}/register", data={}).status_code == 403
    assert client.post(f"/api/v1/lots/{lot.id}/registrations", json={}).status_code == 403


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client: FlaskClient, lot: Lot) -> None:
    answer = client.get(f"/lots/{lot.id}/register")
    assert answer.headers["Location"] == f"/login?next=%2Flots%2F{lot.id}%2Fregister"


def test_my_bids_show_the_deposit_and_then_the_code(app: Flask, session: Session, lot: Lot) -> None:
    person = a_bidder(session)
    client = sign_in(app.test_client(), person)
    assert "您还没有报名竞买" in client.get("/my/bids").text
    registered(session, lot, person)
    assert "待缴" in client.get("/my/bids").text
    other, found = a_code(session, lot)
    mine = sign_in(app.test_client(), other)
    assert (found.code or "-") in mine.get("/my/bids").text
    assert "进入竞价室" in mine.get(f"/my/bids/{lot.id}").text
    assert (found.code or "-") not in client.get("/my/bids").text
    assert json_of(mine.get("/api/v1/my/bids"))["registrations"][0]["deposit_state"] == "received"
    assert sign_in(app.test_client(), a_bidder(session)).get(f"/my/bids/{lot.id}").status_code == 404


def test_the_buyer_sees_the_balance_and_a_loser_the_refund(app: Flask, session: Session, lot: Lot) -> None:
    buyer, winner = a_code(session, lot)
    other, loser = a_code(session, lot)
    bid(session, loser, START_FEN, OPENS_AT)
    bid(session, winner, START_FEN + STEP_FEN, LATER)
    sale = closed(session, lot)
    assert sale.delivery is not None
    reference, balance = sale.delivery.balance_reference or "", sale.delivery.balance_fen
    client = sign_in(app.test_client(), buyer)
    page = client.get(f"/my/bids/{lot.id}").text
    assert reference in page
    assert "壹佰捌拾贰万元整" in page
    theirs = sign_in(app.test_client(), other).get(f"/my/bids/{lot.id}").text
    assert "已解除" in theirs
    assert reference not in theirs
    pay(session, lot.court_id, reference, balance, buyer, now=CLOSES_AT + timedelta(days=1),
        book=ledger.Book.CASE_MONEY)
    with acting(session) as s:
        delivery.note_paid(s, lot.id, now=CLOSES_AT + timedelta(days=1))
    assert reference not in client.get(f"/my/bids/{lot.id}").text
    assert json_of(client.get(f"/api/v1/my/bids/{lot.id}"))["purchase"]["paid_at"]


def test_the_room_says_how_i_stand(app: Flask, session: Session, lot: Lot) -> None:
    leader, one = a_code(session, lot)
    follower, two = a_code(session, lot)
    bid(session, two, START_FEN, OPENS_AT)
    bid(session, one, START_FEN + STEP_FEN, OPENS_AT)
    address = f"/lots/{lot.id}/room"
    rooms = {who: (sign_in(app.test_client(), person) if person else app.test_client()).get(address).text
             for who, person in (("leader", leader), ("follower", follower), ("visitor", None))}
    assert ("您领先" in rooms["leader"], "已被超过" in rooms["follower"]) == (True, True)
    assert "正在观看" in rooms["visitor"]
    assert f"{one.code} 出价 2,020,000.00 元，比您高 10,000.00 元。" in rooms["follower"]
    assert "登录后报名" in rooms["visitor"]
    unpaid = a_bidder(session)
    registered(session, lot, unpaid)
    assert "查看缴款码" in sign_in(app.test_client(), unpaid).get(address).text


def test_without_a_script_a_bid_takes_two_pages(app: Flask, session: Session, lot: Lot) -> None:
    person, _found = a_code(session, lot)
    client = sign_in(app.test_client(), person)
    with acting(session) as s:
        closing.open_due(s, lot.id, now=LATER)
    asked = client.get(f"/lots/{lot.id}/room?amount_fen=own&amount=2,010,000.00").text
    assert "贰佰零壹万元整" in asked
    wrong = client.get(f"/lots/{lot.id}/room?amount_fen=own&amount=abc")
    assert wrong.status_code == 422
    done = client.post(f"/lots/{lot.id}/room", follow_redirects=True,
                       data={"amount_fen": str(START_FEN), "client_bid_id": "a"})
    assert "出价 2,010,000.00 元 已确认" in done.text
    again = client.post(f"/lots/{lot.id}/room", follow_redirects=True,
                        data={"amount_fen": str(START_FEN - 1), "client_bid_id": "b"})
    assert "低于起拍价" in again.text
    assert len(attempts(session, lot)) == 2


def test_practice_seats_a_visitor_and_says_that_it_is_practice(app: Flask, client: FlaskClient,
                                                               session: Session, at: At) -> None:
    at(OPENS_AT)
    a_court(session)
    with_csrf(client)
    room = client.post("/practice", follow_redirects=True)
    assert room.status_code == 200
    assert "不产生法律效力" in room.text
    assert 'data-key=""' not in room.text
    other = with_csrf(app.test_client())
    assert "坐下练习" in other.get("/practice").text
    lot = json_of(client.get("/api/v1/exercises"))["lots"][0]["id"]
    assert "坐下练习" in other.get(f"/lots/{lot}/room").text
    seated = other.post(f"/lots/{lot}/seat", follow_redirects=True).text
    assert "我的竞买代码" in seated
    assert other.post(f"/lots/{lot}/seat").status_code == 302
    assert "回到座位" in other.get("/practice").text
    assert client.get(f"/lots/{lot}").status_code == 404, "an exercise is no lot of the list"
    assert lot not in client.get("/lots").text


def test_an_exercise_that_is_over_says_so(client: FlaskClient, session: Session, at: At) -> None:
    at(OPENS_AT)
    lot, _ = an_exercise(session, an_officer(session))
    closed(session, lot)
    answer = with_csrf(client).post(f"/lots/{lot.id}/seat")
    assert (answer.status_code, "已经结束" in answer.text) == (409, True)
    assert "流拍" in client.get(f"/lots/{lot.id}/room").text


@pytest.mark.parametrize(("left", "shown"), [
    (timedelta(0), "00:00"), (timedelta(milliseconds=1), "00:01"), (timedelta(seconds=548), "09:08"),
    (timedelta(hours=1), "1:00:00"), (timedelta(days=2, hours=3, seconds=5), "2 天 03:00:05"),
    (-timedelta(seconds=1), "00:00")])
def test_the_countdown_rounds_up_and_never_below_nothing(app: Flask, left: timedelta, shown: str) -> None:
    with app.test_request_context():
        assert clock_text(left) == shown


@pytest.mark.parametrize("address", ["/lots", "/lots/{}", "/lots/{}/history", "/lots/{}/room",
                                     "/lots/{}/result", "/practice"])
def test_no_page_holds_inline_styles_scripts_or_handlers(client: FlaskClient, sold: tuple[Lot, Registration],
                                                         address: str) -> None:
    page = client.get(address.format(sold[0].id)).text
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert " onclick" not in page
