"""``make run`` starts three witnesses beside the server, and takes them with it."""

import os
import shutil
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from json import loads
from pathlib import Path
from typing import Any

import pytest

from tests.demo import Server

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def server(demo_data: Path, tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "data"
    shutil.copytree(demo_data, folder)
    made = Server(folder, settings={"LUOCHUI_WITNESSES": "demo"})
    made.start()
    yield made
    if made.process is not None:
        made.end()


def witnesses(server: Server) -> list[int]:
    """The processes that hold the folders of the witnesses."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes()
        except OSError:   # it has just ended, or is none
            continue
        if f"{server.data_dir}/witnesses/".encode() in words:
            found.append(int(process.name))
    return found


def logs(server: Server) -> list[dict[str, Any]]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/api/v1/logs")
    shown: list[dict[str, Any]] = loads(connection.getresponse().read())["logs"]
    connection.close()
    return shown


def soon(holds: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_every_log_of_a_demo_is_cosigned_by_its_three_witnesses(server: Server) -> None:
    soon(lambda: all(one["signed"] and one["signed"]["cosigned"] == 3 for one in logs(server)))
    assert {one["witnesses"]["quorum"] for one in logs(server)} == {2}
    assert len(witnesses(server)) == 3
    key = server.data_dir / "witnesses" / "witness-1.demo.example" / "key"
    assert key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("how", ["asked to", "by a power cut"])
def test_they_end_with_the_server_and_come_back_with_it_as_they_were(server: Server, how: str) -> None:
    soon(lambda: all(one["witnesses"] and one["witnesses"]["cosigned"] for one in logs(server)))
    keys = [one["key"] for one in logs(server)[0]["witnesses"]["named"]]
    if how == "asked to":
        server.end()
    else:
        server.kill()
    soon(lambda: not witnesses(server), 20)
    server.start()
    soon(lambda: len(witnesses(server)) == 3)
    assert [one["key"] for one in logs(server)[0]["witnesses"]["named"]] == keys


def test_one_of_them_may_die(server: Server) -> None:
    soon(lambda: all(one["witnesses"] and one["witnesses"]["cosigned"] for one in logs(server)))
    os.kill(witnesses(server)[0], 9)
    assert all(one["witnesses"]["missing_since"] is None for one in logs(server))
