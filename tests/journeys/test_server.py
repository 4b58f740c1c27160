"""The real server under load and in trouble: gunicorn and SQLite as ``make run`` starts them.

Twenty bidders over real Socket.IO connections, a power cut in the middle of the bidding, Ctrl-C.
"""

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from socketio.exceptions import SocketIOError

from auction.commands.client import Bidder, Platform
from kernel.formats import instant_text, parse_instant
from seeds.people import PASSWORD
from tests.demo import ROOT, Server, environment

pytestmark = [pytest.mark.race, pytest.mark.timeout(240)]

CLIENTS = 20
START_FEN, STEP_FEN = 1_000_000_00, 10_000_00
WINDOW_S = 3


@dataclass
class Sale:
    """An exercise on the running server and everybody's seat in it."""

    server: Server
    platform: Platform
    lot: str
    keys: dict[str, str]
    bidders: list[Bidder] = field(default_factory=list)

    def sit_down(self) -> None:
        with ThreadPoolExecutor(CLIENTS) as pool:
            self.bidders = list(pool.map(
                lambda seat: Bidder(self.platform, self.lot, *seat), self.keys.items()))

    def leave(self) -> None:
        for bidder in self.bidders:
            bidder.leave()

    def standing(self) -> dict[str, Any]:
        found: dict[str, Any] = self.platform.get(f"/lots/{self.lot}")["standing"]
        return found

    def attempts(self) -> list[dict[str, Any]]:
        """Every attempt, as an auditor sees it."""
        auditor = Platform(self.server.url)
        auditor.sign_in("auditor", PASSWORD)
        found: list[dict[str, Any]] = auditor.get(f"/audit/lots/{self.lot}/1/attempts")["attempts"]
        return found


def open_sale(server: Server, *, lasts_s: float) -> Sale:
    """An exercise with a seat for everybody, open at once."""
    platform = Platform(server.url)
    platform.sign_in("officer", PASSWORD)
    opens_at = parse_instant(platform.get("/time")["now"]) + timedelta(seconds=4)
    made = platform.post("/exercises", {
        "title": "二十人演练", "start_price_fen": START_FEN, "increment_fen": STEP_FEN,
        "opens_at": instant_text(opens_at), "closes_at": instant_text(opens_at + timedelta(seconds=lasts_s)),
        "extension_window_seconds": WINDOW_S, "codes": [f"R{n:04d}" for n in range(1, CLIENTS + 1)]})
    return Sale(server, platform, made["lot"], {seat["code"]: seat["key"] for seat in made["seats"]})


@dataclass(frozen=True)
class Told:
    """One bid and its acknowledgement."""

    code: str
    client_bid_id: str
    answer: dict[str, Any]

    @property
    def accepted(self) -> bool:
        return bool(self.answer["decision"]["accepted"])


def bid_on(bidder: Bidder, place: int, is_over: Callable[[], bool]) -> Iterator[Told]:
    """Bid again and again, a step or a few above what one was last told to be the least."""
    amount_fen = START_FEN + place % 5 * STEP_FEN
    for turn in itertools.count():
        if is_over():
            return
        name = f"{bidder.code}-{turn}"
        answer = bidder.bid(amount_fen, name)
        if not answer["ok"]:
            assert answer["code"] in ("not_running", "confirming", "too_many_undecided"), answer
            if answer["code"] != "too_many_undecided":
                return
            continue
        yield Told(bidder.code, name, answer)
        least_fen = answer["decision"]["minimum_fen"] or amount_fen
        step = 1 + (turn + place) % 3
        amount_fen = least_fen + step * STEP_FEN if answer["decision"]["accepted"] else least_fen


def everybody_bids(sale: Sale, is_over: Callable[[], bool]) -> list[Told]:
    """All at once; what each was told, until it is over or the server is gone."""

    def one(place: int) -> list[Told]:
        told = []
        try:
            for answer in bid_on(sale.bidders[place], place, is_over):
                told.append(answer)  # noqa: PERF402 - what came before the cut must be kept
        except SocketIOError:
            pass  # the power cut
        return told

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [told for everything in pool.map(one, range(CLIENTS)) for told in everything]


def flask(server: Server, *words: str, given: Any = None) -> subprocess.CompletedProcess[str]:
    """A command beside the running server, on its data."""
    return subprocess.run([str(Path(sys.executable).with_name("flask")), *words], cwd=ROOT, text=True,
                          input=None if given is None else json.dumps(given), capture_output=True,
                          env=environment(server.data_dir), check=False, timeout=60)


def the_log_holds(server: Server) -> None:
    checked = flask(server, "audit", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("holds") == len(checked.stdout.splitlines()) >= 3


def the_ladder_ascends(attempts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The accepted ones, checked: numbered without a gap, each a step above the last."""
    taken = [one for one in attempts if one["decision"]["accepted"]]
    assert [one["decision"]["seq"] for one in taken] == list(range(1, len(taken) + 1))
    assert all(after["bid"]["amount_fen"] >= before["bid"]["amount_fen"] + STEP_FEN
               for before, after in pairwise(taken))
    assert all(one["agrees"] for one in attempts)
    return taken


def test_twenty_bidders_at_once_leave_one_ladder_that_anyone_can_recompute(platform: Server) -> None:
    sale = open_sale(platform, lasts_s=10)
    sale.sit_down()
    time.sleep(max(0.0, (parse_instant(sale.standing()["opens_at"]) - now_of(sale)).total_seconds()))
    last_call = time.monotonic() + 10 + 2 * WINDOW_S  # then nobody bids any more, and the time runs out
    told = everybody_bids(sale, lambda: time.monotonic() > last_call)
    sale.leave()
    result = wait_for(lambda: sale.standing()["result"])
    attempts = sale.attempts()
    assert len(told) > 2 * CLIENTS
    assert {one.code for one in told} == set(sale.keys)
    assert len(attempts) == len(told)
    taken = the_ladder_ascends(attempts)
    assert (result["winner"], result["price_fen"], result["accepted"]) == (
        taken[-1]["bid"]["code"], taken[-1]["bid"]["amount_fen"], len(taken))
    assert result["extensions"] >= 1
    found = flask(platform, "auction", "replay", "-", given=sale.platform.get(f"/lots/{sale.lot}/replay"))
    assert found.returncode == 0, found.stderr
    recomputed = json.loads(found.stdout)
    assert recomputed["outcome"]["winner_code"] == result["winner"]
    assert recomputed["decisions"] == [one["decision"] for one in attempts]
    judged = {(one["bid"]["code"], one["bid"]["id"]): one["decision"] for one in attempts}
    assert all(judged[one.code, one.client_bid_id] == one.answer["decision"] for one in told)
    the_log_holds(platform)


LADDER = """状态,竞买号,价格,时间
成交,B2002,"1,030,000.00",2026年05月26日 10:08:00
出局,A1001,"1,020,000.00",2026年05月26日 10:04:30
出局,B2002,"1,010,000.00",2026年05月26日 10:00:50
出局,A1001,"1,000,000.00",2026年05月26日 09:56:40
"""
REHEARSE = ("auction", "rehearse", "--speed", "100", "--password", PASSWORD,
            "--closes-at", "2026-05-26T10:00:00+08:00")


def test_a_ladder_that_is_rehearsed_ends_as_its_replay_says(platform: Server, tmp_path: Path) -> None:
    ladder = tmp_path / "ladder.csv"
    ladder.write_bytes(LADDER.encode("gbk"))
    done = flask(platform, *REHEARSE, "--url", platform.url, str(ladder))
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["agrees"]
    assert found["refused"] == []
    assert found["found"] == {"state": "sold", "winner_code": "B2002", "price_fen": 1_030_000_00,
                              "accepted": 4, "extensions": 4}


def test_a_bid_five_minutes_before_the_end_extends_nothing_however_late_it_is_on_its_way(
        platform: Server, tmp_path: Path) -> None:
    ladder = tmp_path / "ladder.csv"
    ladder.write_bytes(LADDER.encode("gbk"))
    done = flask(platform, "auction", "rehearse", "--speed", "300", "--password", PASSWORD,
                 "--url", platform.url, str(ladder))  # its end is inferred: last bid and five minutes
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["found"]["extensions"] == 0


@pytest.mark.parametrize(("wrong", "said"), [
    (["--speed", "7"], "must divide 300"),
    (["--password", "not-the-password"], "401"),
    (["--login", "bidder-1"], "403"),
    (["--url", "http://127.0.0.1:9"], "does not answer"),
])
def test_a_rehearsal_that_cannot_be_says_why(platform: Server, tmp_path: Path, wrong: list[str],
                                             said: str) -> None:
    ladder = tmp_path / "ladder.csv"
    ladder.write_bytes(LADDER.encode("gbk"))
    done = flask(platform, *REHEARSE, "--url", platform.url, *wrong, str(ladder))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_bid_that_was_acknowledged_survives_a_power_cut(platform: Server) -> None:
    sale = open_sale(platform, lasts_s=90)
    sale.sit_down()
    time.sleep(max(0.0, (parse_instant(sale.standing()["opens_at"]) - now_of(sale)).total_seconds()))
    cut = Event()
    with ThreadPoolExecutor(1) as pool:
        bidding = pool.submit(everybody_bids, sale, cut.is_set)
        time.sleep(3)
        platform.kill()
        cut.set()
        told = bidding.result()
    assert len(told) > CLIENTS
    sale.leave()
    before = datetime.now(UTC)
    platform.start()
    assert parse_instant(sale.platform.get("/time")["now"]) >= before - timedelta(seconds=5)
    stored = {(one["bid"]["code"], one["bid"]["id"]): one["decision"] for one in sale.attempts()}
    assert [one for one in told if stored.get((one.code, one.client_bid_id)) != one.answer["decision"]] == []
    the_ladder_ascends(sale.attempts())
    the_log_holds(platform)
    asked = told[-1]
    again = sale.platform.get(f"/lots/{sale.lot}/bids/{asked.client_bid_id}?key={sale.keys[asked.code]}")
    assert again["leaf"] == asked.answer["leaf"]
    code, key = next(iter(sale.keys.items()))
    late = Bidder(sale.platform, sale.lot, code, key)
    answer = late.bid(sale.standing()["minimum_fen"], "after-the-cut")
    late.leave()
    assert answer["decision"]["accepted"]
    assert answer["decision"]["seq"] == sale.standing()["accepted"]


def test_ctrl_c_ends_the_server_politely_and_a_start_finds_everything_again(platform: Server) -> None:
    visitor = Platform(platform.url)
    lots = {lot["id"]: (lot["state"], lot["price_fen"]) for lot in visitor.get("/lots")["lots"]}
    assert len(lots) >= 3
    said_before = len(platform.said())
    assert platform.end() == 0
    assert "Traceback" not in platform.said()[said_before:]
    platform.start()
    assert {lot["id"]: (lot["state"], lot["price_fen"]) for lot in visitor.get("/lots")["lots"]} == lots
    assert "founding" not in platform.said()[said_before:]
    the_log_holds(platform)


def now_of(sale: Sale) -> datetime:
    return parse_instant(sale.platform.get("/time")["now"])


def wait_for(question: Callable[[], Any], patience_s: float = 30.0) -> Any:
    deadline = time.monotonic() + patience_s
    while (answer := question()) is None:
        assert time.monotonic() < deadline, "no answer came"
        time.sleep(0.2)
    return answer
