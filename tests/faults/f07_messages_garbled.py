"""F7: messages come twice, late, in another order, from somebody else, or garbled."""

import asyncio
import json
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from random import Random
from typing import Any

from sqlalchemy import func, select

from auction.models import Attempt
from benchmarks.crowd import frame
from kernel import clock
from kernel.database import db
from tests.factories.auction import an_exercise
from tests.factories.cases import an_officer
from tests.faults.ground import ground
from tests.faults.outcome import Criterion, Outcome, Size, none_of, percentile
from tests.faults.sales import disagreements
from tests.faults.wires import HERE, Wire, all_connected, bid, instant_s, said

TITLE = "doubled, delayed, permuted, stolen and garbled messages change nothing that was decided"

DRIVERS = ("thin", "stock")
SEATS = 8
DOUBLED = {Size.SHORT: 10, Size.FULL: 500}
DELAYS: dict[Size, list[float]] = {Size.SHORT: [0.3, 0.8], Size.FULL: [1, 5, 15, 30, 60]}
STOLEN = {Size.SHORT: 2, Size.FULL: 100}
THIEF_RESTS_S = 0.1
"""Seven strange frames at a time; whoever sends over a hundred a second is cut, which others try."""
GARBLED = {Size.SHORT: 30, Size.FULL: 2_000}
START_FEN, STEP_FEN = 1_000_000, 100
CUT_S = 3.0


@dataclass
class Found:
    counted: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    let_in: list[str] = field(default_factory=list)
    honest: list[float] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)


def run(size: Size) -> Outcome:
    found = Found()
    for driver in DRIVERS:
        with ground("sqlite") as here:
            now = clock.now()
            officer = an_officer(db.session())
            lots = [an_exercise(db.session(), officer, opens_at=now - timedelta(minutes=1), seats=SEATS,
                                closes_at=now + timedelta(hours=2), start_price_fen=START_FEN,
                                increment_fen=STEP_FEN) for _ in range(2)]
            (lot, other), (seats, others) = ([one[0].id for one in lots], [one[1] for one in lots])
            worker = here.worker(LUOCHUI_SOCKET_DRIVER=driver)
            play = Play(worker.port, lot, [one.key for one in seats], other, others[0].key, found, size)
            asyncio.run(play.all())
            stored = db.session().scalar(select(func.count()).where(Attempt.lot_id == lot)) or 0
            if stored != play.bids:
                found.wrong.append(f"{driver}: {stored} bids are stored, {play.bids} were made")
            found.wrong += disagreements(db.session(), lot)
            if db.session().scalar(select(func.count()).where(Attempt.lot_id == other)):
                found.wrong.append(f"{driver}: a bid came to another lot")
            found.incidents += [line[:300] for line in here.said().splitlines() if '"incident"' in line]
    tries = sum(found.counted[name] for name in ("doubled", "delayed", "permuted", "stolen", "garbled"))
    return Outcome(
        "F7", "frames doubled, delayed, permuted, replayed by others, with bytes changed; both socket "
        "drivers, SQLite", tries,
        dict(found.counted) | {"honest ack p99 s": percentile(found.honest, 0.99)}, [
            none_of("bids judged twice, changed, or stored though nobody made them", found.wrong),
            none_of("other people's frames that were let in", found.let_in),
            none_of("incidents in the server's log", found.incidents),
            Criterion("frames that are none were cut or refused", str(found.counted["cut"]),
                      held=found.counted["cut"] > 0)],
        "a byte changed inside a sum or a name, which TLS notices and we cannot; who captures the key of an "
        "exercise's seat holds the seat: his frame is the same bid once more.")


class Play:
    """One server, one lot, and a second lot for what does not belong.

    Attributes:
        bids: how many ought to be stored.
    """

    def __init__(self, port: int, lot: str, keys: list[str], other: str, other_key: str, found: Found,
                 size: Size) -> None:
        self.port, self.lot, self.keys, self.other, self.other_key = port, lot, keys, other, other_key
        self.found, self.size = found, size
        self.bids = 0
        self._price = START_FEN - STEP_FEN
        self._chance = Random(7)  # noqa: S311 (the same bytes in every run)
        self.wires: list[Wire] = []

    async def all(self) -> None:
        self.wires = [Wire() for _ in self.keys]
        await all_connected(self.wires, self.port)
        await self.doubled()
        await self.delayed()
        await self.permuted()
        await self.stolen()
        await self.garbled()
        for one in self.wires:
            one.transport.abort()

    def next_bid(self, seat: int) -> dict[str, Any]:
        self._price += STEP_FEN
        self.bids += 1
        return bid(self.lot, self.keys[seat], self._price)

    async def doubled(self) -> None:
        """Each frame twice at once, on one socket and on two, and once more later."""
        for turn in range(DOUBLED[self.size]):
            one, another = self.wires[turn % SEATS], self.wires[(turn + 1) % SEATS]
            wish = self.next_bid(turn % SEATS)
            asked = [(one, one.send("bid", wish)), (one, one.send("bid", wish)),
                     (another, another.send("bid", wish))]
            answers = [await wire.answer_of(number) for wire, number in asked]
            answers.append(await one.ask("bid", wish))
            repeats = [one_["decision"].pop("repeated", False) for one_ in answers]
            if sorted(repeats) != [False, True, True, True] or any(one_ != answers[0] for one_ in answers):
                self.found.wrong.append(f"doubled: {answers}")
            self.found.counted["doubled"] += 3

    async def delayed(self) -> None:
        """Held back on the way: judged when it arrives, and by then too low."""
        async def one(delay: float, seat: int) -> None:
            wish = self.next_bid(seat)
            await asyncio.sleep(delay)
            arrived = time.time()
            told = await self.wires[seat].bid(wish)
            if instant_s(told["received_at"]) < arrived - 0.001:
                self.found.wrong.append(f"delayed: {told} was received before {arrived}")
            self.found.counted["delayed"] += 1

        await asyncio.gather(*(one(delay, place % SEATS) for place, delay in enumerate(DELAYS[self.size])))

    async def permuted(self) -> None:
        """In any order over all sockets: what comes first is judged first."""
        for _ in range(DOUBLED[self.size] // 5):
            wishes = [(seat, self.next_bid(seat)) for seat in range(SEATS)]
            self._chance.shuffle(wishes)
            asked = [(self.wires[seat], self.wires[seat].send("bid", wish)) for seat, wish in wishes]
            answers = [await wire.answer_of(number) for wire, number in asked]
            in_order = sorted(answers, key=lambda told: int(told["leaf"]["index"]))
            received = [told["received_at"] for told in in_order]
            if received != sorted(received):
                self.found.wrong.append(f"permuted: judged in the order {received}")
            best = 0
            for told in in_order:
                rises = told["amount_fen"] > best
                if told["decision"]["accepted"] != rises:
                    self.found.wrong.append(f"permuted: {told}")
                best = max(best, told["amount_fen"])
            self.found.counted["permuted"] += SEATS

    async def stolen(self) -> None:
        """Another's frame: as it is, with another sum, without his key, for another lot, over HTTP."""
        thief = self.wires[1]
        for _ in range(STOLEN[self.size]):
            await asyncio.sleep(THIEF_RESTS_S)
            wish = self.next_bid(0)
            first = await self.wires[0].bid(wish)
            again = await thief.ask("bid", wish)
            if not again["decision"].pop("repeated", False) or again != first:
                self.found.let_in.append(f"as it was: {again}")
            self.bids += 1
            more = await thief.ask("bid", wish | {"amount_fen": self._price + 50 * STEP_FEN})
            if more["ok"] and more["decision"]["reason"] != "id_conflict":
                self.found.let_in.append(f"another sum: {more}")
            for name, changed in (("no key", {"key": None}), ("another's key", {"key": self.other_key}),
                                  ("another lot", {"lot": self.other}),
                                  ("a guessed key", {"key": secrets.token_urlsafe(24)})):
                told = await thief.ask("bid", {one: value for one, value in (wish | changed).items()
                                               if value is not None})
                if told["ok"] or told["code"] != "not_qualified":
                    self.found.let_in.append(f"{name}: {told}")
            for headers in ({}, {"Authorization": f"Bearer {secrets.token_urlsafe(32)}"},
                            {"Cookie": "session=stolen"}):
                status = await asyncio.to_thread(self._posted, wish, headers)
                if status not in (401, 403, 409):
                    self.found.let_in.append(f"over HTTP with {headers}: {status}")
            self.found.counted["stolen"] += 9

    def _posted(self, wish: dict[str, Any], headers: dict[str, str]) -> int:
        connection = HTTPConnection(HERE, self.port, timeout=10)
        body = json.dumps({"amount_fen": wish["amount_fen"], "client_bid_id": wish["client_bid_id"]})
        connection.request("POST", f"/api/v1/lots/{self.lot}/bids", body,
                           {"Content-Type": "application/json"} | headers)
        status = connection.getresponse().status
        connection.close()
        return status

    async def garbled(self) -> None:
        """Bytes of a good frame changed, left out or put in; an honest bidder goes on beside it."""
        for _ in range(GARBLED[self.size]):
            wire = await Wire().connect(self.port)
            # A sum that nobody takes, so that what still is a bid is none that counts.
            good = frame(said(1, "bid", bid(self.lot, "x" * 32, 1)))
            wire.raw(_broken(good, self._chance))
            sent = time.monotonic()
            told = await self.wires[0].bid(self.next_bid(0))
            self.found.honest.append(time.monotonic() - sent)
            if not (told["ok"] and told["decision"]["accepted"]):
                self.found.wrong.append(f"an honest bid beside garbled ones: {told}")
            try:
                async with asyncio.timeout(0.02):
                    await wire.lost.wait()
                self.found.counted["cut"] += 1
            except TimeoutError:
                self.found.counted["not yet a whole frame, or refused in words"] += 1
                wire.transport.abort()
            self.found.counted["garbled"] += 1


def _broken(good: bytes, chance: Random) -> bytes:
    """One to three bytes changed, most often in the frame's head; or some left out or put in."""
    data = bytearray(good)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(8) if chance.random() < 0.5 else chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                del data[place]
            case _:
                data.insert(place, chance.randrange(256))
    return bytes(data)
