"""What a power loss would leave of a SQLite database: only the bytes that were synced (seen by strace)."""

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from os import kill
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

STRACE = shutil.which("strace")
CALLS = "pwrite64,fdatasync,fsync,sendto,sendmsg,write"
_CALL = re.compile(r'^(?P<pid>\d+) +(?:<\.\.\. )?(?P<name>\w+)(?P<again> resumed>)?\(?(?P<rest>.*)$')
_FILE = re.compile(r"^\d+<(?P<path>(?:\\x[0-9a-f]{2})*)>")
_BYTES = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_LEAF = re.compile(rb'"leaf":\{"index":(\d+),"hash":"([0-9a-f]{64})"\}')


class NoTrace(Exception):
    """The system does not let one process look at another."""


@contextmanager
def traced(pid: int, database: Path, log: Path) -> Iterator[Path]:
    """Write down what a process writes, syncs and sends; the files as they were before, in a folder."""
    if STRACE is None:
        raise NoTrace("strace is not installed")
    before = log.parent / "before"
    before.mkdir()
    kill(pid, signal.SIGSTOP)
    try:
        tracer = subprocess.Popen(
            [STRACE, "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(log),
             "-p", str(pid)],
            stderr=subprocess.PIPE, text=True)
        time.sleep(0.5)
        if tracer.poll() is not None:
            assert tracer.stderr is not None
            raise NoTrace(tracer.stderr.read().strip())
        for path in _files(database):
            if path.exists():
                shutil.copyfile(path, before / path.name)
    finally:
        kill(pid, signal.SIGCONT)
    try:
        yield before
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(timeout=30)
        if tracer.stderr is not None:
            tracer.stderr.close()


def _files(database: Path) -> list[Path]:
    return [database, database.with_name(database.name + "-wal")]


@dataclass
class Disk:
    """Files as they would be found after the power was lost: a write counts once a later sync returned."""

    durable: dict[str, bytearray]
    pending: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    syncing: dict[str, tuple[str, int]] = field(default_factory=dict)
    syncs: int = 0

    def write(self, name: str, offset: int, data: bytes) -> None:
        self.pending.setdefault(name, []).append((offset, data))

    def sync(self, name: str, count: int) -> None:
        """Everything that was written before the sync began is on the disk."""
        image = self.durable.setdefault(name, bytearray())
        waiting = self.pending.get(name, [])
        for offset, data in waiting[:count]:
            if len(image) < offset + len(data):
                image.extend(bytes(offset + len(data) - len(image)))
            image[offset:offset + len(data)] = data
        del waiting[:count]
        self.syncs += 1

    def begin(self, pid: str, name: str) -> None:
        self.syncing[pid] = (name, len(self.pending.get(name, [])))


@dataclass
class Found:
    """What a trace showed.

    Attributes:
        acks: acknowledgements of bids that were sent; ``looked``: those looked up on the disk of then.
        missing: acknowledged leaves that a power loss at that moment would have taken.
        lost_without_syncs: how many the same look would miss if nothing were ever synced.
    """

    acks: int = 0
    looked: int = 0
    syncs: int = 0
    missing: list[str] = field(default_factory=list)
    lost_without_syncs: int = 0


@dataclass
class Trace:
    """A trace as it is read: the disk follows its writes and syncs; acknowledgements are looked up on it."""

    names: set[str]
    disk: Disk
    untouched: Disk
    folder: Path
    every: int
    found: Found = field(default_factory=Found)

    def take(self, call: re.Match[str]) -> None:
        """One line of strace."""
        path = _FILE.match(call["rest"])
        name = Path(_raw(path["path"]).decode()).name if path is not None and not call["again"] else ""
        if call["name"] in ("fdatasync", "fsync"):
            self._sync(call, name)
        elif call["name"] == "pwrite64" and name in self.names:
            self._write(call["rest"], name)
        elif call["name"] in ("sendto", "sendmsg", "write") and not call["again"]:
            for sent in _BYTES.finditer(call["rest"]):
                for leaf in _LEAF.finditer(_raw(sent[1])):
                    self._acknowledge(leaf[2].decode())

    def _sync(self, call: re.Match[str], name: str) -> None:
        """It counts when it has returned, and for what was written before it began."""
        pid, rest = call["pid"], call["rest"].rstrip()
        if name in self.names:
            self.disk.begin(pid, name)
        if pid in self.disk.syncing and rest.endswith("= 0"):
            self.disk.sync(*self.disk.syncing.pop(pid))

    def _write(self, rest: str, name: str) -> None:
        data, offset = _BYTES.search(rest), re.search(r'", \d+, (\d+)', rest)
        assert data is not None
        assert offset is not None, rest[-80:]
        self.disk.write(name, int(offset[1]), _raw(data[1]))

    def _acknowledge(self, leaf: str) -> None:
        self.found.acks += 1
        if self.found.acks % self.every:
            return
        self.found.looked += 1
        if not _is_there(self.disk, self.folder, self.names, leaf):
            self.found.missing.append(leaf)
        self.found.lost_without_syncs += not _is_there(self.untouched, self.folder, self.names, leaf)


def power_losses(log: Path, before: Path, database: Path, *, every: int) -> Found:
    """Lose the power at every ``every``-th acknowledgement, and look for the bid on the disk."""
    names = {path.name for path in _files(database)}
    disk, untouched = (Disk({path.name: bytearray(path.read_bytes()) for path in before.iterdir()})
                       for _ in range(2))
    trace = Trace(names, disk, untouched, before.parent / "after", every)
    with log.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            call = _CALL.match(line)
            if call is not None:
                trace.take(call)
    trace.found.syncs = disk.syncs
    return trace.found


def _raw(shown: str) -> bytes:
    return bytes.fromhex(shown.replace("\\x", ""))


def _is_there(disk: Disk, folder: Path, names: set[str], leaf: str) -> bool:
    """Whether SQLite finds a leaf in what the disk holds."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name in names:
        if name in disk.durable:
            (folder / name).write_bytes(disk.durable[name])
    with closing(sqlite.connect(str(folder / min(names, key=len)))) as database:
        row = database.execute("SELECT count(*) FROM leaves WHERE hash = ?", (leaf,)).fetchone()
        whole = database.execute("PRAGMA quick_check").fetchone()
    return bool(row[0]) and bool(whole[0] == "ok")
