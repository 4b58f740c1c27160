"""Two workers, PostgreSQL and Valkey: any worker serves anybody, and the death of a part loses nothing."""

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import Message
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from auction.commands.client import Platform
from config import gunicorn
from tests.deploy.clients import STEP_FEN, Sale, Told, open_sale
from tests.deploy.province import Front, Province, trusting

pytestmark = [pytest.mark.race, pytest.mark.timeout(180)]

PAUSE_S = 3.0
"""The longest that anybody may be stopped by the death of a part."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Message


@pytest.fixture
def both_again(province: Province) -> Iterator[None]:
    """Whatever a test did to the workers, the next one finds both."""
    yield
    for worker in province.workers:
        if worker.process is None:
            worker.start()
            worker.wait()


def urls(province: Province) -> list[str]:
    return [worker.url for worker in province.workers]


def every_answer_is_kept(sale: Sale, told: list[Told]) -> list[dict[str, Any]]:
    """What was acknowledged is stored as it was said, once; the ladder ascends. The accepted ones."""
    attempts = sale.attempts()
    stored = {(one["bid"]["code"], one["bid"]["id"]): one["decision"] for one in attempts}
    assert len(stored) == len(attempts), "a bid was judged twice"
    for one in told:
        said = dict(one.answer["decision"])
        said.pop("repeated", None)  # asked again after the line was lost: the same answer, and marked as such
        assert stored.get(one.key) == said
    assert all(one["agrees"] for one in attempts)
    taken = [one for one in attempts if one["decision"]["accepted"]]
    assert [one["decision"]["seq"] for one in taken] == list(range(1, len(taken) + 1))
    assert all(after["bid"]["amount_fen"] >= before["bid"]["amount_fen"] + STEP_FEN
               for before, after in pairwise(taken))
    return taken


def every_watcher_sees(sale: Sale, taken: list[dict[str, Any]], asked: list[str]) -> None:
    """Updates reach the last bid at every worker; with what ``/events`` adds they are the ladder."""
    ladder = [(one["decision"]["seq"], one["bid"]["code"], one["bid"]["amount_fen"]) for one in taken]
    deadline = time.monotonic() + 2 * PAUSE_S
    while any(watcher.newest() < len(ladder) for watcher in sale.watchers):
        assert time.monotonic() < deadline, (len(ladder), [one.newest() for one in sale.watchers])
        time.sleep(0.05)
    for place, watcher in enumerate(sale.watchers):
        assert watcher.whole_ladder(Platform(asked[place % len(asked)])) == ladder


def test_any_worker_takes_bids_for_any_lot_and_all_watchers_see_the_same(
        province: Province, officer: Platform, auditor: Platform) -> None:
    sale = open_sale(officer, auditor, seats=10, lasts_s=10, window_s=2)
    sale.sit_down(urls(province), watchers=4)
    last_call = time.monotonic() + 8.5
    told = sale.everybody_bids(lambda: time.monotonic() > last_call)
    assert {one.code for one in told} == set(sale.seats)
    deadline = time.monotonic() + 20
    while (result := sale.standing()["result"]) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    taken = every_answer_is_kept(sale, told)
    every_watcher_sees(sale, taken, urls(province))
    assert all(watcher.ranges for watcher in sale.watchers)
    sale.everybody_leaves()
    halves = [{one["bid"]["code"] for one in taken} & set(list(sale.seats)[half::2]) for half in (0, 1)]
    assert all(halves), "bidders at both workers led"
    assert len(sale.attempts()) == len(told)
    course = Platform(urls(province)[1]).get(f"/lots/{sale.lot}/replay")
    replayed = json.loads(province.flask("auction", "replay", "-", given=json.dumps(course)))
    assert replayed["decisions"] == [one["decision"] for one in sale.attempts()]
    assert replayed["outcome"]["winner_code"] == result["winner"] == taken[-1]["bid"]["code"]


@pytest.mark.usefixtures("both_again")
def test_killing_a_worker_loses_no_bid_and_stops_nobody_for_long(
        province: Province, officer: Platform, auditor: Platform) -> None:
    sale = open_sale(officer, auditor, seats=10, lasts_s=120, window_s=2)
    sale.sit_down(urls(province), watchers=4)
    began = time.monotonic()
    killed: list[bool] = []

    def is_over() -> bool:
        if not killed and time.monotonic() > began + 1.5:
            killed.append(True)
            province.workers[1].kill()
        return time.monotonic() > began + 3.2

    told = sale.everybody_bids(is_over)
    moved = [one for one in sale.bidders if one.moves]
    for watcher in sale.watchers:
        watcher.on_line()
    late = sale.bidders[0].bid(sale.standing()["minimum_fen"])
    taken = every_answer_is_kept(sale, [*told, late])
    every_watcher_sees(sale, taken, [province.workers[0].url])
    sale.everybody_leaves()
    assert late.answer["decision"]["accepted"]
    assert {one.code for one in moved} == set(list(sale.seats)[1::2]), "only the dead worker's people move"
    assert max(one.worst_s for one in sale.bidders) < PAUSE_S


def test_a_worker_that_is_still_loading_turns_people_away_so_that_another_is_asked(
        province: Province, both_again: None) -> None:
    """Let in, they would wait until the platform is loaded; nginx asks the next one when it is refused."""
    worker = province.workers[0]
    worker.kill()
    worker.start()
    while not worker.children():
        time.sleep(0.01)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", worker.port), timeout=PAUSE_S)
    worker.wait()


@pytest.mark.usefixtures("both_again")
def test_a_worker_that_is_stopped_politely_answers_what_it_has_taken(
        province: Province, officer: Platform, auditor: Platform) -> None:
    sale = open_sale(officer, auditor, seats=4, lasts_s=120, window_s=2)
    sale.sit_down(urls(province), watchers=0)
    began = time.monotonic()
    ended: list[float] = []

    def is_over() -> bool:
        if not ended and time.monotonic() > began + 0.7:
            ended.append(time.monotonic())
            assert province.workers[1].end() == 0
            ended.append(time.monotonic())
        return time.monotonic() > began + 2.5

    told = sale.everybody_bids(is_over)
    every_answer_is_kept(sale, told)
    sale.everybody_leaves()
    assert len(sale.attempts()) == len(told)
    assert ended[1] - ended[0] < gunicorn.graceful_timeout, "open sockets did not keep it"


def test_who_signed_in_at_one_worker_is_signed_in_at_the_other_and_signed_out_at_both(
        province: Province) -> None:
    first, second = urls(province)
    cookies: dict[str, str] = {}
    page, _ = ask(first, "GET", "/login", cookies)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"login": "officer", "password": province.passwords["officer"], "csrf_token": token}
    _, status = ask(first, "POST", "/login", cookies, form)
    assert status in (302, 303)
    for url in (second, first):
        page, status = ask(url, "GET", "/desk/", cookies)
        assert status == 200, page[:500]
    page, _ = ask(second, "GET", "/my", cookies)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    kept = dict(cookies)
    _, status = ask(second, "POST", "/logout", cookies, {"csrf_token": token})
    assert status in (302, 303)
    _, status = ask(first, "GET", "/my", kept)
    assert status in (302, 303), "the old cookie opens nothing any more, at no worker"


def ask(url: str, method: str, path: str, cookies: dict[str, str],
        form: dict[str, str] | None = None) -> tuple[str, int]:
    """One request of a browser that came through a proxy by https; what it was told, and its new cookies."""
    place = urlsplit(url)
    host = f"{place.hostname}:{place.port}"
    connection = http.client.HTTPConnection(host, timeout=10)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
               "X-Forwarded-Proto": "https", "Referer": f"https://{host}/",
               "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, urlencode(form) if form else None, headers)
    answer = connection.getresponse()
    keep_cookies(answer, cookies)
    text = answer.read().decode("utf-8")
    connection.close()
    return text, answer.status


# --- through nginx


@pytest.mark.usefixtures("both_again")
def test_people_behind_nginx_hardly_notice_that_a_worker_dies(
        province: Province, officer: Platform, auditor: Platform, front: Front) -> None:
    sale = open_sale(officer, auditor, seats=6, lasts_s=120, window_s=2)
    sale.sit_down([front.url], watchers=4)
    began = time.monotonic()
    killed: list[bool] = []
    asked: list[tuple[int, float]] = []

    def is_over() -> bool:
        if not killed and time.monotonic() > began + 1:
            killed.append(True)
            province.workers[1].kill()
        return time.monotonic() > began + 3

    def keep_asking() -> None:
        while not is_over():
            before = time.monotonic()
            asked.append((through(front, "GET", "/lots").status, time.monotonic() - before))

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(keep_asking)
        told = sale.everybody_bids(is_over)
        asking.result()
    for watcher in sale.watchers:
        watcher.on_line()
    late = sale.bidders[0].bid(sale.standing()["minimum_fen"])
    taken = every_answer_is_kept(sale, [*told, late])
    every_watcher_sees(sale, taken, urls(province)[:1])
    sale.everybody_leaves()
    assert any(one.moves for one in sale.bidders), "somebody's connection was at the dead worker"
    assert {status for status, _ in asked} == {200}
    assert max(took for _, took in asked) < PAUSE_S
    assert max(one.worst_s for one in sale.bidders) < PAUSE_S


def test_long_polling_comes_back_to_its_worker_by_a_cookie(province: Province, front: Front) -> None:
    time.sleep(2)  # nginx tries a worker again two seconds after it was dead
    for _ in range(12):
        cookies: dict[str, str] = {}
        opened = through(front, "GET", "/socket.io/?EIO=4&transport=polling", cookies=cookies)
        sid = json.loads(opened.text[1:])["sid"]
        (route,) = cookies.values()
        for body in ("40/auction,", "3"):
            sent = through(front, "POST", f"/socket.io/?EIO=4&transport=polling&sid={sid}", body,
                           cookies=cookies)
            assert (sent.status, sent.text) == (200, "OK"), "it came to a worker that does not know it"
        assert list(cookies.values()) == [route], "one cookie for the whole of the connection"
    used = set(re.findall(r'"GET /socket.io/" 200 .* (127\.0\.0\.1:\d+) ', front.accesses))
    assert used == {url.removeprefix("http://") for url in urls(province)}


def test_files_of_a_release_are_kept_for_a_year_and_pages_are_asked_for_anew(front: Front) -> None:
    page = through(front, "GET", "/")
    address = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    assert address is not None
    assert "immutable" in through(front, "GET", address[1]).headers["Cache-Control"]
    assert page.headers["Cache-Control"] == "no-cache"
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_plain_http_is_sent_to_https_and_a_forged_name_nowhere(front: Front) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=10)
    connection.request("GET", "/lots", headers={"Host": "evil.example"})
    answer = connection.getresponse()
    connection.close()
    assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/lots")
    assert through(front, "GET", "/", headers={"Host": "evil.example"}).status == 421


def test_more_than_64_mebibytes_are_refused_before_they_are_sent(front: Front) -> None:
    refused = through(front, "POST", "/api/v1/tokens", headers={"Content-Length": str(64 * 2**20 + 1)})
    assert refused.status == 413


def test_the_access_log_holds_no_key_that_stood_in_an_address(front: Front) -> None:
    through(front, "GET", "/lots?key=a-secret-of-a-seat", headers={"Referer": f"{front.url}/?key=another"})
    deadline = time.monotonic() + 5
    while '"GET /lots" 200' not in front.accesses.splitlines()[-1]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "key" not in front.accesses


def test_whoever_says_he_is_somebody_else_is_counted_as_himself(front: Front) -> None:
    answers = [through(front, "POST", "/api/v1/tokens", json.dumps(
        {"login": f"nobody-{turn}", "password": "not the password", "label": "guess"}),
        headers={"Content-Type": "application/json", "X-Forwarded-For": f"203.0.113.{turn}",
                 "X-Real-IP": f"203.0.113.{turn}", "Forwarded": f"for=203.0.113.{turn}"})
        for turn in range(60)]
    statuses = [one.status for one in answers]
    assert statuses.index(429) <= 10, "the platform counted tries of one address"
    assert set(statuses[statuses.index(429):]) == {429}
    assert "problem+json" in answers[statuses.index(429)].headers["Content-Type"]
    assert "nginx" in answers[-1].text, "and in the end they do not even come to the platform"


def through(front: Front, method: str, path: str, body: str | None = None, *,
            headers: dict[str, str] | None = None, cookies: dict[str, str] | None = None) -> Answer:
    """One request to nginx, over TLS that is checked."""
    cookies = {} if cookies is None else cookies
    connection = http.client.HTTPSConnection("localhost", front.port, timeout=10, context=trusting(front))
    sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} | (headers or {})
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    keep_cookies(answer, cookies)
    found = Answer(answer.status, answer.read().decode("utf-8"), answer.headers)
    connection.close()
    return found


def keep_cookies(answer: http.client.HTTPResponse, cookies: dict[str, str]) -> None:
    for line in answer.headers.get_all("Set-Cookie") or []:
        name, _, value = line.split(";")[0].partition("=")
        cookies[name] = value


# --- without Valkey: the last of this file, for it does not come back


def test_killing_valkey_stops_no_bid(province: Province, officer: Platform, auditor: Platform) -> None:
    sale = open_sale(officer, auditor, seats=6, lasts_s=120, window_s=2)
    sale.sit_down(urls(province), watchers=2)
    began = time.monotonic()
    killed: list[bool] = []

    def is_over() -> bool:
        if not killed and time.monotonic() > began + 0.7:
            killed.append(True)
            province.kill_valkey()
        return time.monotonic() > began + 2.5

    told = sale.everybody_bids(is_over)
    late = [bidder.bid(sale.standing()["minimum_fen"]) for bidder in sale.bidders]
    taken = every_answer_is_kept(sale, [*told, *late])
    assert all(one.answer["decision"]["accepted"] for one in late)
    assert max(one.worst_s for one in sale.bidders) < PAUSE_S
    every_watcher_sees(sale, taken, urls(province))
    sale.everybody_leaves()
    for url in urls(province):
        Platform(url).sign_in("officer", province.passwords["officer"])   # who comes now is let in, too
