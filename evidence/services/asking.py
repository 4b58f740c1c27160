"""Asking a witness over the network, within a bounded time, and believing only what its key has signed."""

import json
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import Final
from urllib.parse import urlsplit

import structlog

from audit.rules.notes import BadNote, Note, Signature, cosigned_at, is_signed_by, read_note, read_signature
from audit.rules.outside import Outside
from audit.rules.witnesses import Trouble
from audit.services import Errand, Heard
from config.witnesses import Witness

log = structlog.get_logger()

PATIENCE_S: Final = 3.0
"""For one witness to answer, all in all."""
LONGEST: Final = 16_384
LONGEST_STANDING: Final = 4 * 1024 * 1024
_AT_ONCE: Final = 16
_TROUBLES: Final = {403: Trouble.KEY_REFUSED, 404: Trouble.UNKNOWN_LOG, 422: Trouble.INCONSISTENT}


@dataclass(frozen=True, slots=True)
class Behind:
    """The witness has seen another size than was thought."""

    errand: Errand
    size: int


def ask_all(errands: Sequence[tuple[Errand, str]], patience_s: float = PATIENCE_S) -> list[Heard | Behind]:
    """Ask witnesses side by side: a silent one keeps nobody.

    Args:
        errands: each with the address of its witness.
    """
    if not errands:
        return []
    with ThreadPoolExecutor(min(len(errands), _AT_ONCE)) as pool:
        return list(pool.map(lambda one: ask(one[0], one[1], patience_s), errands))


def ask(errand: Errand, url: str, patience_s: float = PATIENCE_S) -> Heard | Behind:
    """Ask one witness to sign; whatever it says or fails to say is an answer."""
    try:
        status, text = _said("POST", url, "/add-checkpoint", errand.asked.text.encode(), patience_s)
    except (OSError, HTTPException):
        return Heard(errand, trouble=Trouble.SILENT)
    except ValueError:
        return Heard(errand, trouble=Trouble.BAD_ANSWER)
    if status == 200:
        return _checked(errand, text)
    if status == 409:
        size = text.removesuffix("\n")
        if size.isdecimal() and size.isascii() and len(size) <= 18:
            return Behind(errand, int(size))
        return Heard(errand, trouble=Trouble.BAD_ANSWER)
    other = Trouble.SILENT if status >= 500 else Trouble.BAD_ANSWER
    return Heard(errand, trouble=_TROUBLES.get(status, other))


def _checked(errand: Errand, text: str) -> Heard:
    """The one cosignature among the lines that is this witness' own, if it holds."""
    body = read_note(errand.asked.checkpoint).body
    name = errand.key.split("+", 1)[0]
    try:
        lines = [read_signature(line) for line in text.removesuffix("\n").split("\n")]
    except BadNote:
        return Heard(errand, trouble=Trouble.BAD_ANSWER)
    mine = [line for line in lines if line.name == name and _holds(body, line, errand.key)]
    if not mine:
        return Heard(errand, trouble=Trouble.BAD_SIGNATURE)
    try:
        return Heard(errand, line=mine[0].line, signed_at=cosigned_at(mine[0]))
    except (ValueError, OverflowError, OSError):   # a time that no calendar has
        return Heard(errand, trouble=Trouble.BAD_SIGNATURE)


def _holds(body: str, line: Signature, key: str) -> bool:
    return is_signed_by(Note(body, (line,)), key)


def seen_by(witnesses: Sequence[Witness], installation: str, patience_s: float = PATIENCE_S) -> list[Outside]:
    """The newest checkpoints of this installation's logs that witnesses have seen; who is silent adds none.

    Args:
        installation: the name of a log of its own, or with what the names of its logs begin.
    """
    if not witnesses:
        return []
    with ThreadPoolExecutor(min(len(witnesses), _AT_ONCE)) as pool:
        found = list(pool.map(lambda one: _seen_by(one, patience_s), witnesses))
    return [one for seen in found for one in seen if f"{one.origin}/".startswith(f"{installation}/")]


def _seen_by(witness: Witness, patience_s: float) -> list[Outside]:
    try:
        _status, text = _said("GET", witness.url, "/", None, patience_s, LONGEST_STANDING)
        return [Outside(witness.url, str(one["origin"]), str(one["checkpoint"]))
                for one in json.loads(text)["logs"]]
    except (OSError, HTTPException, ValueError, KeyError, TypeError, RecursionError) as error:
        log.warning("witness.standing", witness=witness.key, problem=str(error))
        return []


def _said(method: str, url: str, path: str, body: bytes | None, patience_s: float, longest: int = LONGEST
          ) -> tuple[int, str]:
    """Status and text of an answer from below an address.

    Raises:
        OSError, HTTPException: nobody answered in time, or it was no HTTP.
        ValueError: the answer is too long, or no text.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    with closing(kind(parts.hostname or "", parts.port, timeout=patience_s)) as connection:
        connection.connect()
        # The timeout of a socket begins anew with each byte; this one does not.
        end = Timer(patience_s, partial(_cut, connection.sock))
        end.daemon = True
        end.start()
        try:
            connection.request(method, f"{parts.path.rstrip('/')}{path}", body,
                               {"Content-Type": "text/plain; charset=utf-8"} if body else {})
            answer = connection.getresponse()
            raw = answer.read(longest + 1)
        finally:
            end.cancel()
    if len(raw) > longest:
        raise ValueError("the answer is too long")
    return answer.status, raw.decode()


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):   # it has ended by itself
        sock.shutdown(socket.SHUT_RDWR)
