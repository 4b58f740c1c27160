"""The room for a reader who may not bid: what is missing, its rule, the next act; and the exercise told."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts import services as accounts
from auction.jobs import let_rivals_bid, sweep
from auction.models import Lot
from auction.services import exercises
from kernel.access import Role
from kernel.database import db
from kernel.money import MOST_FEN
from tests.factories.accounts import a_bidder, a_court, a_person, acting, sign_in, with_csrf
from tests.factories.auction import (
    CLOSES_AT,
    OPENS_AT,
    START_FEN,
    STEP_FEN,
    a_code,
    a_lot_on_sale,
    attempts,
    bid,
    closed,
    paid,
    registered,
)

At = Callable[[datetime], None]
LATER = OPENS_AT + timedelta(hours=1)


@pytest.fixture
def lot(session: Session, at: At) -> Lot:
    at(LATER)
    return a_lot_on_sale(session)


def room(client: FlaskClient, lot: Lot) -> str:
    return client.get(f"/lots/{lot.id}/room").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_address_of_a_room_may_name_its_language(client: FlaskClient, lot: Lot, language: str) -> None:
    assert client.get(f"/lots/{lot.id}/room?lang={language}").status_code == 200


def test_without_signing_in_four_steps_are_missing_each_with_its_rule(client: FlaskClient, lot: Lot) -> None:
    page = room(client, lot)
    assert "还差 4 步才能出价" in page
    assert "登录后报名" in page
    for rule in ("AUC-18.2", "AUC-17.2", "AUC-14"):
        assert rule in page


def test_a_bidder_is_led_from_the_notices_to_the_deposit_to_the_bid(
        app: Flask, session: Session, lot: Lot) -> None:
    person = a_bidder(session)
    client = sign_in(app.test_client(), person)
    assert "还差 2 步才能出价" in room(client, lot)
    found = registered(session, lot, person)
    page = room(client, lot)
    assert "还差 1 步才能出价" in page
    assert "查看缴款码" in page
    paid(session, found, person)
    assert "保证金已到账" in room(client, lot)


def test_the_stretch_in_which_a_bid_moves_the_end_is_spoken_of_until_the_end_only(
        client: FlaskClient, session: Session, at: At, lot: Lot) -> None:
    assert 'id="hint"><span>黄段内有人出价' in room(client, lot)
    closed(session, lot)
    at(CLOSES_AT + timedelta(hours=1))
    assert 'id="hint" hidden>' in room(client, lot)


def test_who_is_kept_out_reads_the_rule_and_gets_no_button(app: Flask, session: Session, lot: Lot) -> None:
    clerk = a_person(session, Role.OFFICER, accounts.get_court(session, lot.court_id))
    page = room(sign_in(app.test_client(), clerk), lot)
    assert "不能参加本次竞买" in page
    assert "AUC-34" in page
    assert "报名，交保证金" not in page


def test_a_priority_holder_reads_the_order_and_what_the_same_price_means(
        app: Flask, session: Session, lot: Lot) -> None:
    _, other = a_code(session, lot)
    bid(session, other, START_FEN, LATER)
    person, _ = a_code(session, lot, rank=1)
    page = room(sign_in(app.test_client(), person), lot)
    assert "优先权第 1 顺序" in page
    assert "同价优先" in page
    assert "同价即可领先" in page
    assert "AUC-21.1" in page


def test_readers_of_english_get_english_days_and_are_told_whose_words_are_chinese(
        app: Flask, session: Session, lot: Lot) -> None:
    client = sign_in(app.test_client(), a_bidder(session))
    days = re.compile(r"\b\d{1,2} [A-Z][a-z]{2}\b")
    live = client.get(f"/lots/{lot.id}/room?lang=en").text
    assert days.search(re.findall(r'id="ends">([^<]*)', live)[0])
    notes = [client.get(f"/lots/{lot.id}{where}").text.count('class="note info')
             for where in ("?lang=en", "?lang=zh", "/register?lang=en", "/register?lang=zh")]
    assert (notes[0] - notes[1], notes[2] - notes[3]) == (1, 1)
    page = client.get(f"/lots/{lot.id}?lang=en").text
    viewing = page.partition('id="costs"')[2]
    assert "Telephone" in viewing
    assert "Supervision telephone" in viewing
    assert days.search(page.partition("Seized")[2][:200])


def test_the_least_sum_is_called_as_the_script_calls_it_so_that_nothing_moves_when_it_takes_over(
        app: Flask, session: Session, lot: Lot) -> None:
    person, found = a_code(session, lot)
    client = sign_in(app.test_client(), person)
    assert '<span id="minimum-label">起拍价</span>' in room(client, lot)
    bid(session, found, START_FEN, LATER)
    assert '<span id="minimum-label">下一口最低</span>' in room(client, lot)


def test_without_scripts_a_jump_is_confirmed_by_a_box_that_must_be_ticked(
        app: Flask, session: Session, lot: Lot) -> None:
    person, _ = a_code(session, lot)
    client = sign_in(app.test_client(), person)
    asked = client.get(f"/lots/{lot.id}/room?amount_fen={START_FEN + 10 * STEP_FEN}").text
    assert 'id="ask-sure" required' in asked
    assert "比需要的高很多" in asked
    plain = client.get(f"/lots/{lot.id}/room?amount_fen={START_FEN + STEP_FEN}").text
    assert 'id="ask-sure" required' not in plain


@pytest.mark.parametrize("sum_", ["0", "-1", "１００", "٢٠١", "1e9", "201000000.0", "abc", str(MOST_FEN + 1),
                                 str(2**53 - 1), str(2**53), "9" * 20, "9" * 21])
def test_without_scripts_no_sum_gets_in_that_a_leaf_could_not_say(
        app: Flask, session: Session, lot: Lot, sum_: str) -> None:
    person, _ = a_code(session, lot)
    client = sign_in(app.test_client(), person)
    asked = client.get(f"/lots/{lot.id}/room?amount_fen={sum_}")
    assert asked.status_code == 422
    page = client.post(f"/lots/{lot.id}/room", data={"amount_fen": sum_, "client_bid_id": "a"},
                       follow_redirects=True)
    for shown in (asked, page):
        assert re.search(r'class="said".*?(金额太大，最多|金额必须)', shown.text, re.DOTALL), "it says why"
    assert attempts(session, lot) == []


def test_practice_has_a_rival_an_extension_and_tells_afterwards_what_happened(
        app: Flask, client: FlaskClient, session: Session, at: At) -> None:
    at(OPENS_AT)
    a_court(session)
    with_csrf(client)
    address = client.post("/practice").headers["Location"]
    assert "R0001 是平台的陪练" in client.get(address).text

    def turn(after: timedelta) -> None:
        at(OPENS_AT + after)
        let_rivals_bid()
        sweep()
        db.session.remove()

    turn(timedelta(seconds=30))
    assert "R0001 以 1,000,000.00 元领先" in client.get(address).text
    client.post(address, data={"amount_fen": "100500000", "client_bid_id": "a"})
    turn(timedelta(seconds=40))
    assert "已被超过" in client.get(address).text
    client.post(address, data={"amount_fen": "101500000", "client_bid_id": "b"})
    turn(timedelta(seconds=50))
    client.post(address, data={"amount_fen": "102500000", "client_bid_id": "c"})
    turn(timedelta(seconds=285))
    assert "延时中" in client.get(address).text
    turn(timedelta(seconds=400))
    told = client.get(address).text
    assert "这一场发生了什么" in told
    assert "您出价 3 次" in told
    assert "延时 1 次" in told
    assert "R0001 买得" in told


def test_the_title_of_the_ready_made_exercise_is_a_word_of_the_catalogue(session: Session, at: At) -> None:
    at(OPENS_AT)
    a_court(session)
    with acting(session) as s:
        found = exercises.practice_lot(s, actor=None, now=OPENS_AT)
        assert found.title == exercises.PRACTICE_TITLE
        assert exercises.rival_of(s, found.sale) == exercises.RIVAL_CODE
