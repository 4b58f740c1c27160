"""The zip of a bundle, read strictly and in bounded memory (docs/contracts.md, bundle/v1). Pure.

Nothing that the zip says of itself is believed: entries are counted before they are listed, and bytes while
they are unpacked.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from hashlib import sha256
from operator import methodcaller
from types import MappingProxyType
from typing import IO, Final, cast

from kernel.formats import FormatError, Reader, parse_json

_SMALL: Final = 64 * 2**20
_LARGE: Final = 2048 * 2**20
LIMITS: Final[Mapping[str, int]] = MappingProxyType({
    "leaves.ndjson": _LARGE,
    "proofs.ndjson": _LARGE,
    "manifest.json": _SMALL,
    "checkpoint": _SMALL,
    "consistency.json": _SMALL,
    "openings.json": _SMALL,
    "checkpoint.prev": _SMALL,
    "plan.json": _SMALL,
})
"""The entries of a bundle, and how many bytes each may have; receipts stand beside them."""
OPTIONAL: Final = frozenset({"checkpoint.prev", "plan.json"})
RECEIPTS: Final = "receipts/"
_RECEIPT: Final = re.compile(RECEIPTS + r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}\.tlog-proof")
MOST_ENTRIES: Final = 200_000
MOST_UNPACKED: Final = 2 * _LARGE
LONGEST_LINE: Final = 4 * 2**20
_PART: Final = 2**18

_ENCRYPTED, _PATCHED, _STRONGLY_ENCRYPTED, _MASKED = 0x1, 0x20, 0x40, 0x2000
_FORBIDDEN: Final = _ENCRYPTED | _PATCHED | _STRONGLY_ENCRYPTED | _MASKED
_IS_FOLDER: Final = 0x10
_ENTRY_MARK: Final = b"PK\x01\x02"
_ENTRY: Final = struct.Struct("<4s24x3H12x")
"""What the directory says of an entry: its mark, and how long its name, further fields and comment are."""
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
                  OverflowError, struct.error, OSError)


class Unreadable(Exception):
    """The file is no bundle/v1: its form is broken, and the text says where."""


class _Wary:
    """A file of which nobody takes more at once than a directory may have, nor more entries."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def read(self, size: int = -1, /) -> bytes:
        raw = self._file.read(min(size, _SMALL + 1) if size >= 0 else _SMALL + 1)
        if len(raw) > _SMALL:
            raise zipfile.BadZipFile("its directory is larger than a bundle may have")
        if _lists_too_many(raw):
            raise zipfile.BadZipFile(f"it has more than {MOST_ENTRIES} entries")
        return raw

    def seekable(self) -> bool:
        return True


def _lists_too_many(raw: bytes) -> bool:
    """Whether this is a directory of more entries than a bundle may have.

    It is walked from head to head: what looks like one may as well stand in a name or a comment.
    """
    place = 0
    for _ in range(MOST_ENTRIES + 1):
        if not raw.startswith(_ENTRY_MARK, place) or place + _ENTRY.size > len(raw):
            return False
        _mark, *lengths = _ENTRY.unpack_from(raw, place)
        place += _ENTRY.size + sum(lengths)
    return True


class Archive:
    """The entries of a bundle by name.

    Attributes:
        hashes: SHA-256 in hexadecimal of every entry that was read to its end.

    Raises:
        Unreadable: no zip, or one with entries that no bundle has, or without those that all have.
    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(_Wary(file))
        except _BROKEN as error:
            raise Unreadable(f"no zip: {error}") from error
        listed = self._zip.infolist()
        self._entries = {entry.filename: entry for entry in listed}
        if len(listed) > MOST_ENTRIES:
            raise Unreadable(f"it has more than {MOST_ENTRIES} entries")
        for entry in listed:
            if fault := _fault_of(entry) or (self._entries[entry.filename] is not entry and "stands twice"):
                raise Unreadable(f"{entry.orig_filename[:120]!r} {fault}")
        if missing := LIMITS.keys() - OPTIONAL - self._entries.keys():
            raise Unreadable(f"{', '.join(sorted(missing))} is missing")
        self.hashes: dict[str, str] = {}
        self._budget = MOST_UNPACKED

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """The bytes of an entry, one of those of at most 64 MiB."""
        return b"".join(self._unpack(name, methodcaller("read", _PART)))

    def json(self, name: str) -> Reader:
        """The JSON value of an entry."""
        try:
            return Reader(parse_json(self.read(name)), name)
        except FormatError as error:
            raise Unreadable(f"{name}: {error.problem}") from error

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of an entry without their LF."""
        for line in self._unpack(name, methodcaller("readline", LONGEST_LINE + 1)):
            if line.endswith(b"\n"):
                yield line[:-1]
            elif len(line) > LONGEST_LINE:
                raise Unreadable(f"{name}: a line is longer than {LONGEST_LINE} bytes")
            else:
                raise Unreadable(f"{name}: the last line does not end with LF")

    def _unpack(self, name: str, take: Callable[[IO[bytes]], bytes]) -> Iterator[bytes]:
        """What ``take`` reads until nothing is left, measured and hashed."""
        most, digest, is_first = LIMITS.get(name, _SMALL), sha256(), name not in self.hashes
        left, entry = most, copy(self._entries[name])
        entry.file_size = most + 1   # or all behind the size that it declares would be passed over in silence
        try:
            packed = cast("io.RawIOBase", self._zip.open(entry))
            with io.BufferedReader(packed, _PART) as unpacked:
                while part := take(unpacked):
                    left -= len(part)
                    if is_first:
                        self._budget -= len(part)
                    if min(left, self._budget) < 0:
                        raise Unreadable(f"{name} is larger than a bundle may be")
                    digest.update(part)
                    yield part
        except _BROKEN as error:
            raise Unreadable(f"{name} cannot be unpacked: {error}") from error
        if most - left != self._entries[name].file_size:
            raise Unreadable(f"{name} has not the size that the zip declares")
        self.hashes[name] = digest.hexdigest()


def _fault_of(entry: zipfile.ZipInfo) -> str | None:
    """What keeps an entry out of a bundle, as the end of a sentence that begins with its name."""
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if entry.filename != entry.orig_filename:
        return "is no name"
    if entry.filename not in LIMITS and not _RECEIPT.fullmatch(entry.filename):
        return "is an entry that no bundle has"
    if entry.flag_bits & _FORBIDDEN:
        return "is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed otherwise than stored or deflated"
    if entry.external_attr & _IS_FOLDER or mode not in (0, stat.S_IFREG):
        return "is a link or a folder"
    return None
