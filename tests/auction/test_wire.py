"""The wire between browser and engine, on the real server: order of arrival, bad input, both drivers."""

import json
import os
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from select import select
from typing import Any

import pytest

from auction.commands.client import Platform
from auction.rules.closing import MOST_SILENCE
from benchmarks.crowd import Client, frame
from kernel.formats import instant_text, parse_instant
from kernel.sockets import PING_INTERVAL_S, PING_TIMEOUT_S
from seeds.people import PASSWORD
from tests.demo import Server

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

START_FEN, STEP_FEN = 1_000_000_00, 10_000_00
CLIENTS = 40
platforms: dict[int, Platform] = {}


@pytest.fixture(scope="module", params=["thin", "stock"])
def server(request: pytest.FixtureRequest, demo_data: Path, tmp_path_factory: pytest.TempPathFactory
           ) -> Iterator[Server]:
    """The demo on either of the two drivers."""
    folder = tmp_path_factory.mktemp("wire") / "data"
    shutil.copytree(demo_data, folder)
    started = Server(folder, settings={"LUOCHUI_SOCKET_DRIVER": request.param})
    started.start()
    # Signed in once: the platform counts tries, and so many tests would be too many.
    platforms[started.port] = Platform(started.url)
    platforms[started.port].sign_in("officer", PASSWORD)
    yield started
    if started.process is not None:
        started.end()


class Room:
    """A running exercise with a socket in each seat."""

    def __init__(self, server: Server, seats: int) -> None:
        platform = platforms[server.port]
        now = parse_instant(platform.get("/time")["now"])
        made = platform.post("/exercises", {
            "title": "到达顺序", "start_price_fen": START_FEN, "increment_fen": STEP_FEN,
            "opens_at": instant_text(now), "closes_at": instant_text(now + timedelta(minutes=4)),
            "extension_window_seconds": 30, "codes": [f"R{n:04d}" for n in range(1, seats + 1)]})
        self.lot: str = made["lot"]
        self.clients = [Client("127.0.0.1", server.port, self.lot, seat["key"]) for seat in made["seats"]]
        self.platform = platform

    def __enter__(self) -> "Room":
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.clients:
            one.socket.close()

    def told(self, client: Client, name: str = "43/auction,") -> dict[str, Any]:
        """The next acknowledgement that this client gets."""
        shown = client.until(name.encode()).decode()
        answer: dict[str, Any] = json.loads(shown[shown.index("["):])[0]
        return answer

    def warm(self, amount_fen: int = 1) -> None:
        """Every client has bid once, in vain, so that the server knows them all."""
        for one in self.clients:
            one.bid(amount_fen)
            assert self.told(one)["decision"]["reason"] == "below_start"


def test_bids_that_came_while_the_server_was_busy_are_judged_in_the_order_in_which_they_came(
        server: Server) -> None:
    with Room(server, CLIENTS) as room:
        room.warm()
        (worker,) = server.workers()
        os.kill(worker, signal.SIGSTOP)   # busy with something else, as long as it takes
        for place, one in enumerate(room.clients):
            one.bid(START_FEN + place * STEP_FEN)
            time.sleep(0.002)
        os.kill(worker, signal.SIGCONT)
        answers = [room.told(one) for one in room.clients]
    assert [answer["decision"]["seq"] for answer in answers] == list(range(1, CLIENTS + 1))
    received = [answer["received_at"] for answer in answers]
    assert received == sorted(received)


def test_what_follows_a_bid_on_the_same_socket_does_not_make_it_later(server: Server) -> None:
    with Room(server, 3) as room:
        room.warm()
        (worker,) = server.workers()
        os.kill(worker, signal.SIGSTOP)
        for place, one in enumerate(room.clients):
            one.bid(START_FEN + place * STEP_FEN)
            time.sleep(0.002)
        room.clients[0].say("3")   # a pong; the kernel keeps one stamp for both, that of the pong
        os.kill(worker, signal.SIGCONT)
        assert [room.told(one)["decision"]["seq"] for one in room.clients] == [1, 2, 3]


def test_who_answers_pings_may_be_silent_for_ever_and_who_does_not_is_let_go(server: Server) -> None:
    with Room(server, 2) as room:
        quiet, gone = room.clients
        ends, shown, more = time.monotonic() + PING_INTERVAL_S + PING_TIMEOUT_S + 2, bytes(gone.bytes), b"-"
        while time.monotonic() < ends:
            hear(quiet)
            if more and select([gone.socket], [], [], 0.5)[0]:
                more = gone.socket.recv(65_536)
                shown += more
        assert frame_of_server(b"2") in shown, "it was asked whether it is there"
        if server.settings["LUOCHUI_SOCKET_DRIVER"] == "thin":   # Engine.IO's own way takes up to a minute
            assert more == b""
        quiet.bid(START_FEN)
        assert room.told(quiet)["decision"]["accepted"] is True


def hear(client: Client) -> None:
    """Take in what has come, and answer the pings among it."""
    while select([client.socket], [], [], 0)[0]:
        client.bytes += client.socket.recv(65_536) or client._gone()
    for _message in client.messages():
        """Nobody is interested in it here."""


def frame_of_server(text: bytes) -> bytes:
    return bytes((0x81, len(text))) + text


def test_a_bid_counts_though_its_sender_has_hung_up(server: Server) -> None:
    with Room(server, 2) as room:
        room.warm()
        first, second = room.clients
        (worker,) = server.workers()
        os.kill(worker, signal.SIGSTOP)
        first.bid(START_FEN)
        first.socket.close()
        os.kill(worker, signal.SIGCONT)
        second.bid(START_FEN + STEP_FEN)
        assert room.told(second)["decision"]["seq"] == 2


def test_two_hundred_ascending_bids_of_two_hundred_clients_are_all_accepted(server: Server) -> None:
    with Room(server, 200) as room:
        room.warm()
        for place, one in enumerate(room.clients):
            one.bid(START_FEN + place * STEP_FEN)
        answers = [room.told(one) for one in room.clients]
        assert [answer["decision"]["accepted"] for answer in answers] == [True] * 200
        assert [answer["decision"]["seq"] for answer in answers] == list(range(1, 201))
        assert room.platform.get(f"/lots/{room.lot}")["standing"]["accepted"] == 200


def test_an_acknowledgement_is_the_same_however_often_and_whichever_way_it_is_asked_for(
        server: Server) -> None:
    with Room(server, 1) as room:
        (one,) = room.clients
        one.bid(1)
        room.told(one)
        name = secrets.token_hex(8)
        wish = {"lot": room.lot, "amount_fen": START_FEN, "client_bid_id": name, "key": one.key}
        answers = []
        for turn in (7, 8):
            one.say(f'42/auction,{turn}["bid",{json.dumps(wish)}]')
            answers.append(room.told(one, f"43/auction,{turn}"))
        del wish["lot"]
        posted = room.platform.post(f"/lots/{room.lot}/bids", wish)
        asked = room.platform.get(f"/lots/{room.lot}/bids/{name}?key={one.key}")
    first = answers[0]
    assert first["receipt"]["format"] == "receipt/v1"
    assert answers[1]["decision"].pop("repeated")
    assert posted["decision"].pop("repeated")
    assert first == answers[1] == posted == asked


BAD: list[dict[str, Any]] = [
    *({"amount_fen": wrong} for wrong in (-1, 0, 1.5, "1e9", "１２３", 2**63, True, None, [1])),
    *({"lot": wrong} for wrong in ("lot-none", 5, "x" * 10_000)),
    *({"client_bid_id": wrong} for wrong in ("", "x" * 129, "a b")),
    {"key": "somebody-else"}, {"key": 7}, {"more": "than asked"}, {"\ud800": 1},
    *({name: wrong} for name in ("lot", "key", "client_bid_id") for wrong in ("\ud800", "\x00")),
]


@pytest.mark.parametrize("wrong", BAD, ids=lambda wrong: json.dumps(wrong)[:40])
def test_a_wish_that_does_not_fit_is_refused_in_words_and_the_socket_stays(
        server: Server, wrong: dict[str, Any]) -> None:
    with Room(server, 1) as room:
        (one,) = room.clients
        one.bid(1)
        assert room.told(one)["ok"]
        wish = {"lot": room.lot, "amount_fen": START_FEN, "client_bid_id": "a", "key": one.key} | wrong
        one.say(f'42/auction,5["bid",{json.dumps(wish)}]')
        answer = room.told(one, "43/auction,5")
        assert not answer["ok"]
        assert answer["message"]
        assert answer["code"] in ("invalid_input", "no_such_lot", "not_qualified")
        one.bid(START_FEN)
        assert room.told(one)["decision"]["accepted"]


def is_stock(server: Server) -> bool:
    """The way back of ADR 0017 reads on where ours cuts."""
    return server.settings["LUOCHUI_SOCKET_DRIVER"] == "stock"


def is_cut(client: Client) -> bool:
    """Whether the server ends this connection, within ten seconds."""
    client.socket.settimeout(10)
    try:
        while client.socket.recv(65_536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("wrong", [{"lot": "\ud800"}, {"lot": "\x00"}, {"key": "\ud800"}, {"key": "\x00"},
                                   {"\ud800": 1}], ids=json.dumps)
def test_who_wants_to_watch_in_characters_that_nobody_can_write_is_refused_in_words(
        server: Server, wrong: dict[str, Any]) -> None:
    with Room(server, 1) as room:
        (one,) = room.clients
        one.say(f'42/auction,5["watch",{json.dumps({"lot": room.lot} | wrong)}]')
        answer = room.told(one, "43/auction,5")
        assert answer["code"] == "invalid_input"
        assert len(answer["fields"]) == 1
        one.bid(START_FEN)
        assert room.told(one)["decision"]["accepted"]
    assert "incident" not in server.said()


NONE = [
    '42/auction,5["bid",NaN]', '42/auction,5["bid",{"amount_fen":1e400}]', '42/auction,5["bid"',
    "42/auction,5[]", "42/auction,5[7]", '42/auction,5["nothing of ours",{}]', '42/elsewhere,5["bid",{}]',
    "45-notanumber", "9", "", '42/auction,5["bid",' + "[" * 5000 + "]" * 5000 + "]", "43/auction,5[]", "41",
    "40/nowhere,", "\x00", '42/auction,5["\\ud800",{}]', '42/auction,5["\\u0000",{}]',
]


@pytest.mark.parametrize("sent", NONE, ids=lambda sent: repr(sent)[:30])
def test_messages_that_are_none_stop_nobody_else(server: Server, sent: str) -> None:
    with Room(server, 2) as room:
        hostile, honest = room.clients
        honest.bid(1)
        room.told(honest)
        hostile.say(sent)
        honest.bid(START_FEN)
        assert room.told(honest)["decision"]["accepted"]
    assert "incident" not in server.said()


@pytest.mark.parametrize("raw", [
    frame("4" + "x" * 60_000) * 20, b"\x81\x7f" + b"\xff" * 8, b"GET / HTTP/1.1\r\n\r\n",
    b"\x81\x85\0\0\0\0\xff\xfe\xfd\xfc\xfb", b"\x00" * 1000, b"\x82\x81\0\0\0\0\x04",
], ids=["1 MB", "says it is endless", "http", "no utf-8", "zeros", "binary"])
def test_bytes_that_are_no_message_cut_their_sender_and_nobody_else(server: Server, raw: bytes) -> None:
    with Room(server, 2) as room:
        hostile, honest = room.clients
        honest.bid(1)
        room.told(honest)
        with suppress(OSError):   # cut while it was still sending
            hostile.socket.sendall(raw)
        honest.bid(START_FEN)
        assert room.told(honest)["decision"]["accepted"]
        assert is_cut(hostile) or is_stock(server)


FLOODS = {
    "watches": lambda lot: frame(f'42/auction,5["watch",{{"lot":"{lot}"}}]') * 10_000,
    "bids": lambda lot: frame(f'42/auction,5["bid",{{"lot":"{lot}","amount_fen":1}}]') * 10_000,
    "parts of a message that never ends": lambda _lot: b"\x01\x81\0\0\0\0x" + b"\x00\x80\0\0\0\0" * 30_000,
    "pings": lambda _lot: b"\x89\x80\0\0\0\0" * 10_000,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_socket_that_sends_ten_thousand_frames_at_once_is_cut_and_stops_nobody_else(
        server: Server, flood: Callable[[str], bytes]) -> None:
    with Room(server, 2) as room:
        hostile, honest = room.clients
        room.warm()
        hostile.socket.settimeout(30)
        with suppress(OSError):   # cut in the middle
            hostile.socket.sendall(flood(room.lot))
        begun = time.monotonic()
        honest.bid(START_FEN)
        assert room.told(honest)["decision"]["accepted"]
        assert time.monotonic() - begun < MOST_SILENCE.total_seconds(), "a sale would be held"
        assert is_cut(hostile) or is_stock(server)

