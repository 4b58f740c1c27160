"""Keys that somebody knows from elsewhere, and what they have signed. Pure (C2SP signed-note)."""

from dataclasses import dataclass

from audit.rules.notes import Note
from kernel.signing import COSIGNS, public_of, verifies_raw


@dataclass(frozen=True, slots=True)
class Pinned:
    """The public key of a log or of a witness."""

    name: str
    key_id: bytes
    kind: bytes
    public: bytes

    def has_signed(self, note: Note) -> bool | None:
        """Whether every signature in this key's name and id holds; None if there is none."""
        mine = [one.raw for one in note.signatures if (one.name, one.key_id) == (self.name, self.key_id)]
        if not mine:
            return None
        return all(self._holds(raw, note.body) for raw in mine)

    def _holds(self, raw: bytes, body: str) -> bool:
        if self.kind != COSIGNS:
            return verifies_raw(self.public, body.encode(), raw)
        at = int.from_bytes(raw[:8], "big")
        stamped = f"cosignature/v1\ntime {at}\n{body}".encode()
        return len(raw) == 72 and at < 2**63 and verifies_raw(self.public, stamped, raw[8:])


def pinned(vkey: str, kind: bytes) -> Pinned:
    """A key as it is written (vkey), of the kind that is wanted.

    Raises:
        ValueError: it is none.
    """
    name, key_id, found, public = public_of(vkey)
    if found != kind:
        raise ValueError(f"the key {name} is of another kind")
    return Pinned(name, key_id, kind, public)
