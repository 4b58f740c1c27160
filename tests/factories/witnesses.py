"""Witnesses for tests: real ones, each a process of its own, and logs that can be made to say anything."""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from audit.rules.notes import Checkpoint, sign
from audit.rules.tiles import TiledTree, extended
from audit.rules.tree import Tree
from audit.rules.witnesses import Submission
from kernel.signing import Signer

ROOT = Path(__file__).resolve().parents[2]


class ALog:
    """A log that can be made to say anything: its leaves are hashes of numbers."""

    def __init__(self, origin: str, *, salt: str = "") -> None:
        self.origin = origin
        self.signer = Signer(origin, sha256(origin.encode()).digest())
        self.salt = salt

    def other(self, salt: str) -> "ALog":
        """The same log with another history."""
        return ALog(self.origin, salt=salt)

    def _hashes(self, size: int) -> list[bytes]:
        return [sha256(f"{self.salt}{place}".encode()).digest() for place in range(size)]

    def root(self, size: int) -> bytes:
        return Tree(self._hashes(size)).root

    def note(self, size: int, signer: Signer | None = None) -> str:
        return sign(Checkpoint(self.origin, size, self.root(size)).body, signer or self.signer).text

    def path(self, old: int, size: int) -> list[bytes]:
        tiles = extended(0, lambda *_: [], self._hashes(size))
        tree = TiledTree(size, lambda level, index: tiles[level, index])
        return tree.consistency(old) if 0 < old < size else []

    def asks(self, old: int, size: int) -> str:
        return Submission(old, self.path(old, size), self.note(size)).text


@dataclass
class Said:
    status: int
    type: str
    text: str


class Running:
    """A witness as a process, as an independent body would run it."""

    def __init__(self, folder: Path, keys: Sequence[str], *, name: str = "court.example/witness",
                 more: Sequence[str] = (), program: Sequence[str] = ("-m", "evidence.witness")) -> None:
        logs = [part for key in keys for part in ("--log", key)]
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, *program, str(folder), "--name", name, "--listen", "127.0.0.1:0",
             "--until-stdin-ends", *logs, *more],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.key = self.process.stdout.readline().removeprefix("key ").strip()
        self.url = self.process.stdout.readline().removeprefix("url ").strip()

    @property
    def setting(self) -> str:
        return f"{self.key} {self.url}"

    def said(self, method: str, path: str, body: bytes | None = None) -> Said:
        address = urlsplit(self.url)
        with closing(HTTPConnection(address.hostname or "", address.port, timeout=20)) as connection:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return Said(answer.status, answer.headers["Content-Type"], answer.read().decode())

    def asked(self, body: str | bytes) -> Said:
        return self.said("POST", "/add-checkpoint", body.encode() if isinstance(body, str) else body)

    def kill(self) -> None:
        self.process.kill()
        self._close()

    def end(self) -> str:
        """End it in good order; what it said on standard error."""
        assert self.process.stdin is not None
        assert self.process.stderr is not None
        self.process.stdin.close()
        self.process.wait(20)
        told = self.process.stderr.read()
        self._close()
        return told

    def _close(self) -> None:
        self.process.wait(20)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: Any) -> None:
        if self.process.poll() is None:
            self.end()
        else:
            self._close()
