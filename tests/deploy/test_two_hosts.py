"""Two hosts in network namespaces, a worker on each, PostgreSQL on a third: the sale's row is the fence."""

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import make_url

from auction.commands.client import Platform
from tests.deploy.clients import STEP_FEN, Bidder, Sale, open_sale
from tests.deploy.province import Province, Worker, running_province

pytestmark = [pytest.mark.race, pytest.mark.timeout(120)]


@dataclass(frozen=True)
class Host:
    """A machine of its own as far as the network goes, on a line to this one.

    Attributes:
        name: of the namespace; its end of the line is called so too.
        here: this machine's address on the line.
        there: the host's own address.
    """

    name: str
    here: str
    there: str

    @property
    def inside(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)

    def pull_the_plug(self) -> None:
        ip("link", "set", f"{self.name}-0", "down")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@contextmanager
def new_host(number: int) -> Iterator[Host]:
    """A namespace with one line to this machine; gone afterwards, and the line with it."""
    host = Host(f"lc{os.getpid() % 100_000}{'ab'[number]}", f"198.18.{number}.1", f"198.18.{number}.2")
    ip("netns", "add", host.name)
    try:
        ip("link", "add", f"{host.name}-0", "type", "veth", "peer", "name", f"{host.name}-1",
           "netns", host.name)
        ip("address", "add", f"{host.here}/30", "dev", f"{host.name}-0")
        ip("link", "set", f"{host.name}-0", "up")
        for words in (("address", "add", f"{host.there}/30", "dev", f"{host.name}-1"),
                      ("link", "set", f"{host.name}-1", "up"), ("link", "set", "lo", "up")):
            ip("-netns", host.name, *words)
        yield host
    finally:
        ip("netns", "delete", host.name)


@pytest.fixture(scope="module")
def hosts() -> Iterator[list[Host]]:
    if shutil.which("ip") is None:
        pytest.skip("no network namespaces: the program ip (iproute2) is not on this machine")
    with ExitStack() as stack:
        try:
            made = [stack.enter_context(new_host(number)) for number in (0, 1)]
        except subprocess.CalledProcessError as error:
            pytest.skip(f"network namespaces are not permitted here: {error.stderr.strip()}")
        yield made


@pytest.fixture(scope="module")
def province(hosts: list[Host]) -> Iterator[Province]:
    """PostgreSQL on this machine, reached by TCP over two lines; no Valkey that anybody reaches."""
    with running_province(0, *(host.here for host in hosts)) as started:
        for host in hosts:
            by_line = make_url(started.database).set(host=host.here, query={})
            started.add_worker(host=host.there, inside=host.inside, REDIS_URL="",
                               DATABASE_URL=by_line.render_as_string(hide_password=False))
        for worker in started.workers:
            worker.wait()
        yield started


def seats(sale: Sale, workers: list[Worker]) -> list[Bidder]:
    return [Bidder([worker.url], sale.lot, key, code=code)
            for worker, (code, key) in zip(workers, sale.seats.items(), strict=True)]


def test_two_hosts_take_bids_for_one_lot_and_one_goes_on_when_the_other_is_cut_off(
        province: Province, hosts: list[Host]) -> None:
    officer, auditor = (Platform(province.workers[0].url) for _ in range(2))
    officer.sign_in("officer", province.passwords["officer"])
    auditor.sign_in("auditor", province.passwords["auditor"])
    sale = open_sale(officer, auditor, seats=2, lasts_s=120, window_s=2)
    sale.bidders = seats(sale, province.workers)
    for one in sale.bidders:
        one.on_line()
    while sale.standing()["state"] != "bidding":
        time.sleep(0.1)
    first, second = sale.bidders
    told = []
    for bidder, _ in zip(itertools.cycle((first, second)), range(10), strict=False):
        asked = Platform(bidder.urls[0])  # each sees at his own host what was bid at the other
        least_fen = asked.get(f"/lots/{sale.lot}")["standing"]["minimum_fen"]
        told.append(bidder.bid(least_fen))
    assert [one.answer["decision"]["seq"] for one in told] == list(range(1, 11))
    same_fen = sale.standing()["minimum_fen"]
    assert first.bid(same_fen).answer["decision"]["accepted"]
    late = second.bid(same_fen)
    assert late.answer["decision"]["reason"] == "below_minimum", "the other host's bid is the fence"

    hosts[1].pull_the_plug()
    alone = [first.bid(same_fen + step * STEP_FEN) for step in range(1, 4)]
    assert all(one.answer["decision"]["accepted"] and one.took_s < 3 for one in alone)
    sale.everybody_leaves()
    assert len(sale.attempts()) == 15
    province.workers[1].kill()  # what cannot reach its database would take its time to end
