"""static/verify/, which checks in a visitor's browser, run by Node and asked one thing after the other."""

import atexit
import json
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

NODE = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
PROGRAM = Path(__file__).parents[1] / "js" / "verify.mjs"

Answer = dict[str, Any]


@cache
def _program() -> "subprocess.Popen[bytes]":
    """One for all tests of a process: what takes time is its start."""
    assert NODE is not None, "needs Node, which `make setup` brings"
    program = subprocess.Popen([NODE, str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(program.communicate)  # ends what it reads, and so the program
    return program


def ask(command: str, raw: bytes, **more: Any) -> Answer:
    """What the modules answer: ``status`` as verify.py would end, ``value`` as it would print."""
    program = _program()
    assert program.stdin is not None
    assert program.stdout is not None
    job = {"command": command, "file": b64encode(raw).decode(), **more}
    program.stdin.write(json.dumps(job).encode() + b"\n")
    program.stdin.flush()
    line = program.stdout.readline()
    assert line, "the modules fell over: see standard error"
    answer: Answer = json.loads(line)
    return answer


def ask_of_bundle(raw: bytes, keys: Iterable[str], witnesses: Iterable[str] = ()) -> Answer:
    return ask("bundle", raw, keys=[*keys], witnesses=[*witnesses])


def ask_of_receipt(receipt: Any, key: str, bundle: bytes | None = None, log_key: str | None = None) -> Answer:
    raw = json.dumps(receipt).encode()
    beside = {} if bundle is None else {"bundle": b64encode(bundle).decode(), "log_key": log_key}
    return ask("receipt", raw, keys=[key], **beside)
