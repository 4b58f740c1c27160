"""The folder of a witness: its key and its memory, which belong together for ever.

A witness that lost its memory could sign a history that contradicts what it has signed before. So it does
not start with a key alone, unless whoever runs it says that this key has never signed.
"""

import os
import secrets
from base64 import b64decode, b64encode
from binascii import Error
from pathlib import Path
from typing import Final

from evidence.witness.memory import Memory, NotMine
from kernel.signing import COSIGNS, Signer

KEY: Final = "key"
STATE: Final = "seen.sqlite"
EVIDENCE: Final = "evidence"
_PRIVATE: Final = "PRIVATE+KEY+"


class NotReady(Exception):
    """The witness does not start, and why, in words."""


def open_folder(folder: Path, *, name: str | None, is_first: bool) -> tuple[Signer, Memory, Path]:
    """The key, the memory and the place for evidence of a witness; made where there is nothing yet.

    Args:
        name: what a new witness is called; of one that has a key, only compared.
        is_first: the key was brought along and has never signed: begin without a memory.

    Raises:
        NotReady: something is missing, or does not belong together.
    """
    try:
        (folder / EVIDENCE).mkdir(parents=True, exist_ok=True)
        key, state = folder / KEY, folder / STATE
        if not key.exists():
            if state.exists():
                raise NotReady(f"{state} is there, its key {key} is gone: bring it back")
            if not name:
                raise NotReady("a new witness needs --name, such as court.example/witness")
            _make_key(key, name)
        elif not state.exists() and not is_first:
            raise NotReady(
                f"{key} is there, what it has signed ({state}) is gone. A witness without its memory could "
                "contradict itself. Bring the file back, or retire this key and begin in another folder; "
                "--first says that this key has never signed anything")
        signer = read_key(key.read_text("utf-8"))
        if name and name != signer.name:
            raise NotReady(f"the key in {folder} is named {signer.name}, not {name}")
        return signer, Memory(state, signer.vkey), folder / EVIDENCE
    except NotMine as other:
        raise NotReady(f"{folder / STATE} remembers what another key has signed: {other}") from other
    except (OSError, UnicodeDecodeError) as error:
        raise NotReady(f"{folder} cannot be used: {error}") from error


def _make_key(path: Path, name: str) -> None:
    """A new key, for its owner alone. The name goes into every signature."""
    if "+" in name or any(letter.isspace() for letter in name):
        raise NotReady("a name has neither blanks nor +; such as court.example/witness")
    seed = secrets.token_bytes(32)
    signer = Signer(name, seed, COSIGNS)
    text = f"{_PRIVATE}{name}+{signer.key_id.hex()}+{b64encode(COSIGNS + seed).decode()}\n"
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def read_key(text: str) -> Signer:
    """A key as signed notes write it: ``PRIVATE+KEY+name+8 hex digits+base64``.

    Raises:
        NotReady: it is none, or none of a witness.
    """
    try:
        name, digits, shown = text.strip().removeprefix(_PRIVATE).split("+", 2)
        raw = b64decode(shown, validate=True)
    except (ValueError, Error) as error:
        raise NotReady("the key file does not hold PRIVATE+KEY+name+digits+base64") from error
    if not text.startswith(_PRIVATE) or len(raw) != 33 or raw[:1] != COSIGNS:
        raise NotReady("the key file does not hold a witness' key (Ed25519, type 0x04)")
    signer = Signer(name, raw[1:], COSIGNS)
    if signer.key_id.hex() != digits:
        raise NotReady("the digits in the key file do not fit its name and key")
    return signer
