"""What a witness does with a request: judge it, remember, sign, or keep what the log said against itself."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import structlog

from audit.rules.notes import BadNote, Note, cosign
from audit.rules.splits import Split
from audit.rules.witnesses import Answer, Seen, judge, known_keys, read_asked_checkpoint, read_submission
from evidence.witness.memory import Memory
from kernel.signing import Signer

log = structlog.get_logger()

MOST_KEPT: Final = 1000
"""Files of evidence; one of them is enough, and no log shall fill the disk."""
SIZE_TYPE: Final = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Reply:
    """A status of HTTP, and what stands in the body."""

    status: int
    text: str
    type: str = "text/plain; charset=utf-8"


class Desk:
    """A witness at work.

    Args:
        keys: the pinned keys of the logs, as vkeys; two of one name are the keys of one log before and after
            a change.
        folder: where evidence is kept.
    """

    def __init__(self, signer: Signer, memory: Memory, keys: Sequence[str], folder: Path) -> None:
        self._signer, self._memory, self._keys, self._folder = signer, memory, tuple(keys), folder

    def add_checkpoint(self, body: bytes, now: datetime) -> Reply:
        """``add-checkpoint``: the cosignature only after it is on the disk that this was seen."""
        try:
            asked = read_submission(body.decode())
            note, found = read_asked_checkpoint(asked)
        except (BadNote, UnicodeDecodeError) as bad:
            return Reply(Answer.MALFORMED.value, f"{bad}\n")
        keys = known_keys(self._keys, found.origin)
        with self._memory.turn():
            seen = self._memory.seen(found.origin)
            judged = judge(asked, note, found, keys, seen)
            if judged.found is not None:
                mine = cosign(note.body, self._signer, now)
                shown = Note(note.body, (*note.signatures, mine)).text
                self._memory.remember(found.origin, Seen(found.size, found.root, shown))
        if judged.evidence is not None:
            self._keep(judged.evidence, found.origin, keys)
        if judged.answer is Answer.COSIGNED:
            return Reply(200, mine.line)
        if judged.answer is Answer.OTHER_SIZE:
            return Reply(409, f"{seen.size}\n", SIZE_TYPE)
        return Reply(judged.answer.value, _WORDS[judged.answer])

    def standing(self) -> dict[str, Any]:
        """Who this witness is, and how far it has seen each log: for whoever wants to compare."""
        return {"witness": self._signer.vkey, "evidence": len(self._kept()), "logs": [
            {"origin": origin, "size": seen.size, "checkpoint": seen.note}
            for origin, seen in self._memory.all_seen().items()]}

    def evidence(self) -> list[dict[str, Any]]:
        """What logs signed against their own word (split/v1), as far as it was kept."""
        return [json.loads(path.read_text("utf-8")) for path in self._kept()]

    def _kept(self) -> list[Path]:
        return sorted(self._folder.glob("*.split.json"))

    def _keep(self, evidence: Split, origin: str, keys: Sequence[str]) -> None:
        finding = evidence.judge(keys).finding
        raw = json.dumps(evidence.as_json, ensure_ascii=False, indent=1).encode() + b"\n"
        path = self._folder / f"{sha256(raw).hexdigest()[:16]}.split.json"
        log.error("witness.evidence", log=origin, finding=str(finding), file=str(path))
        if path.exists() or len(self._kept()) >= MOST_KEPT:
            return
        part = path.with_suffix(".part")
        with part.open("wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)


_WORDS: Final = {
    Answer.MALFORMED: "the old size is larger than the checkpoint's\n",
    Answer.NOT_SIGNED: "no pinned key of this log has signed the checkpoint\n",
    Answer.UNKNOWN_LOG: "this log is none of those that are witnessed here\n",
    Answer.INCONSISTENT: "the proof does not lead from what was seen here to this checkpoint\n",
}
