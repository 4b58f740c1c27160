"""What a witness is asked and what it answers (C2SP tlog-witness, ``add-checkpoint``). Pure.

A witness remembers one thing of each log: how far it has seen it, and under which root. It signs a later
checkpoint only if that begins with what it has seen, and never an earlier one again.
"""

import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from audit.rules.notes import BadNote, Checkpoint, Note, is_signed_by, read_base64, read_checkpoint, read_note
from audit.rules.splits import Split
from audit.rules.tiles import is_consistent
from audit.rules.tree import EMPTY_ROOT
from kernel.errors import N_
from kernel.formats import canonical, parse_json
from kernel.signing import public_of

LONGEST_PATH: Final = 63
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Submission:
    """The body of a request: a checkpoint, and what leads to it from the size that the witness has seen."""

    old: int
    path: Sequence[bytes]
    checkpoint: str

    @property
    def text(self) -> str:
        return (f"old {self.old}\n" + "".join(f"{b64encode(one).decode()}\n" for one in self.path)
                + "\n" + self.checkpoint)


def read_submission(text: str) -> Submission:
    """Take a request apart; says nothing of its checkpoint.

    Raises:
        BadNote: names what does not fit.
    """
    head, found, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if not found or old is None:
        raise BadNote("the first line is `old SIZE`; after the proof comes an empty line")
    if len(lines) > LONGEST_PATH:
        raise BadNote(f"more than {LONGEST_PATH} hashes")
    path = [read_base64(line) for line in lines]
    if any(len(one) != 32 for one in path):
        raise BadNote("a hash has 32 bytes")
    return Submission(int(old[1]), path, checkpoint)


@dataclass(frozen=True, slots=True)
class Seen:
    """The last checkpoint of a log that a witness has signed; before the first, nothing."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: str = ""


class Answer(Enum):
    """What a witness answers, as the status of HTTP; 409 says in its body how far the witness has seen."""

    COSIGNED = 200
    MALFORMED = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    OTHER_SIZE = 409
    INCONSISTENT = 422


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer to a request, and what is to be kept.

    Attributes:
        found: the checkpoint that is signed and remembered; None where the witness refuses.
        evidence: what the log signed against its own word, to be kept whatever it proves by itself.
    """

    answer: Answer
    found: Checkpoint | None = None
    evidence: Split | None = None


def known_keys(keys: Iterable[str], origin: str) -> list[str]:
    """The pinned keys of a log: a vkey bears the name of the log that it signs for."""
    return [key for key in keys if public_of(key)[0] == origin]


def judge(asked: Submission, note: Note, found: Checkpoint, keys: Collection[str], seen: Seen) -> Judgement:
    """Whether a witness may sign, by the order of the source.

    Args:
        keys: the pinned keys of this log: one, or those before and after a rotation.
        seen: what the witness remembers of this log.
    """
    if not keys:
        return Judgement(Answer.UNKNOWN_LOG)
    if not any(is_signed_by(note, key) for key in keys):
        return Judgement(Answer.NOT_SIGNED)
    if asked.old > found.size:
        return Judgement(Answer.MALFORMED)
    has_two_roots = found.size == seen.size and found.root != seen.root
    if has_two_roots or asked.old != seen.size:
        return Judgement(Answer.OTHER_SIZE, evidence=_evidence(seen, asked, ()) if has_two_roots else None)
    if _follows(asked, found, seen):
        return Judgement(Answer.COSIGNED, found)
    is_whole = bool(seen.size & (seen.size - 1))   # else the path leaves out the root that it should lead to
    return Judgement(Answer.INCONSISTENT, evidence=_evidence(seen, asked, asked.path if is_whole else ()))


def _follows(asked: Submission, found: Checkpoint, seen: Seen) -> bool:
    """Whether the checkpoint begins with what was seen; before the first there is nothing to prove."""
    if seen.size == 0:
        return not asked.path
    return is_consistent(seen.size, seen.root, found.size, found.root, asked.path)


def _evidence(seen: Seen, asked: Submission, path: Sequence[bytes]) -> Split | None:
    """Two signed words of the log; none where the first is that of an empty log, which nobody signed."""
    return Split(seen.note, asked.checkpoint, tuple(path)) if seen.note else None


def read_asked_checkpoint(asked: Submission) -> tuple[Note, Checkpoint]:
    """The checkpoint of a request.

    Raises:
        BadNote: it is none.
    """
    note = read_note(asked.checkpoint)
    return note, read_checkpoint(note.body)


@dataclass(frozen=True, slots=True)
class Policy:
    """Which witnesses a log has, and how many of them must have signed a checkpoint.

    Attributes:
        keys: their vkeys, in the order of their names; empty where the log has no witness.
    """

    quorum: int
    keys: tuple[str, ...]

    @property
    def text(self) -> str:
        """As the log says it: canonical JSON."""
        return canonical({"quorum": self.quorum, "witnesses": list(self.keys)}).decode()

    def is_met(self, keys: Collection[str]) -> bool:
        """Whether enough of the named witnesses are among these."""
        return len(set(self.keys) & set(keys)) >= self.quorum


NO_WITNESS: Final = Policy(0, ())


def read_policy(text: str) -> Policy:
    """A policy as it stands in the log."""
    shown = parse_json(text.encode())
    return Policy(shown["quorum"], tuple(shown["witnesses"]))


class Trouble(StrEnum):
    """Why a witness has not signed, as far as the platform knows."""

    SILENT = "silent"
    UNKNOWN_LOG = "unknown_log"
    KEY_REFUSED = "key_refused"
    BAD_ANSWER = "bad_answer"
    BAD_SIGNATURE = "bad_signature"
    AHEAD = "ahead"
    INCONSISTENT = "inconsistent"

    @property
    def word(self) -> str:
        """What people read, a marked text."""
        return _TROUBLES[self]

    @property
    def is_grave(self) -> bool:
        """Whether the witness says that the log was changed: people must look at once."""
        return self in (Trouble.AHEAD, Trouble.INCONSISTENT)


_TROUBLES: Final = {
    Trouble.SILENT: N_("没有应答"),
    Trouble.UNKNOWN_LOG: N_("见证方不认识这份日志"),
    Trouble.KEY_REFUSED: N_("见证方不认这份日志的公钥"),
    Trouble.BAD_ANSWER: N_("应答不合格式"),
    Trouble.BAD_SIGNATURE: N_("副署不成立"),
    Trouble.AHEAD: N_("见证方见过的日志比现在的更长：日志可能被截断或者恢复到了旧备份"),
    Trouble.INCONSISTENT: N_("见证方拒绝副署：日志与它以前见过的不一致"),
}
