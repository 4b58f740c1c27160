"""bundle/v1: the file that proves one sale, draw or plan to somebody who trusts nobody (docs/contracts.md).

Written entry by entry, so that a sale of a hundred thousand bids needs no more memory than one bid.
"""

import json
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO, Any, Final, NamedTuple

from kernel.formats import canonical

FORMAT: Final = "bundle/v1"
_WHEN: Final = (1980, 1, 1, 0, 0, 0)
"""The same leaves give the same bytes, whenever they are put together."""


class ProvedLeaf(NamedTuple):
    """A leaf, its place in the log, and its way to the root of the checkpoint."""

    place: int
    raw: bytes
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Beside:
    """What may stand in a bundle beside leaves and checkpoint.

    Attributes:
        earlier: a checkpoint that is known outside, no larger than the bundle's, as text.
        receipts: tlog-proofs as their holders brought them, by the name of the entry.
        consistency: by each smaller size of a checkpoint in the bundle what shows that it is a beginning.
        openings: what opens commitments of leaves, only what every reader may see.
        plan: what opens the commitment of a plan, for those who may see names.
    """

    earlier: str | None = None
    receipts: Mapping[str, bytes] = field(default_factory=dict)
    consistency: Mapping[int, Sequence[bytes]] = field(default_factory=dict)
    openings: Sequence[Mapping[str, Any]] = ()
    plan: Mapping[str, Any] | None = None


def write_bundle(out: IO[bytes], *, subject: str, rules: str, leaves: Callable[[], Iterable[ProvedLeaf]],
                 checkpoint: str, size: int, beside: Beside) -> int:
    """Write a bundle/v1; returns how many leaves it holds.

    Args:
        leaves: gives them anew each time it is called, by rising index.
        checkpoint: a signed C2SP checkpoint of ``size`` leaves.
    """
    files: dict[str, str] = {}
    with zipfile.ZipFile(out, "w") as archive:
        files["leaves.ndjson"], many = _lines(archive, "leaves.ndjson", map(_leaf_line, leaves()))
        files["proofs.ndjson"], _ = _lines(
            archive, "proofs.ndjson", (_proof_line(leaf, size) for leaf in leaves()))
        rest = {"checkpoint": checkpoint.encode(), "openings.json": canonical(list(beside.openings)),
                "consistency.json": canonical([
                    {"from": earlier, "to": size, "path": [one.hex() for one in path]}
                    for earlier, path in sorted(beside.consistency.items())])}
        if beside.earlier is not None:
            rest["checkpoint.prev"] = beside.earlier.encode()
        if beside.plan is not None:
            rest["plan.json"] = canonical(beside.plan)
        rest |= {f"receipts/{name}.tlog-proof": raw for name, raw in sorted(beside.receipts.items())}
        for name, raw in rest.items():
            archive.writestr(entry_of(name), raw)
            files[name] = sha256(raw).hexdigest()
        archive.writestr(entry_of("manifest.json"), canonical(
            {"format": FORMAT, "subject": subject, "rules": rules, "files": files}))
    return many


def _lines(archive: zipfile.ZipFile, name: str, lines: Iterable[bytes]) -> tuple[str, int]:
    """Write an entry line by line; its hash, and how many lines it has."""
    digest, many = sha256(), 0
    with archive.open(entry_of(name), "w", force_zip64=True) as entry:
        for line in lines:
            digest.update(line)
            entry.write(line)
            many += 1
    return digest.hexdigest(), many


def entry_of(name: str) -> zipfile.ZipInfo:
    """How a file stands in a zip of ours: packed, and at no time, so that equal files give equal zips."""
    found = zipfile.ZipInfo(name, _WHEN)
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


def _leaf_line(leaf: ProvedLeaf) -> bytes:
    return b'{"index":%d,"leaf":"%b"}\n' % (leaf.place, b64encode(leaf.raw))


def _proof_line(leaf: ProvedLeaf, size: int) -> bytes:
    path = json.dumps([one.hex() for one in leaf.path], separators=(",", ":")).encode()
    return b'{"index":%d,"path":%b,"size":%d}\n' % (leaf.place, path, size)
