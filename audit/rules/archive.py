"""The zip of a bundle, read strictly and in bounded memory (docs/contracts.md, bundle/v1). Pure.

Nothing that the zip says of itself is believed: entries are counted before they are listed, and bytes while
they are unpacked.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import IO, Final

from kernel.formats import FormatError, Reader, parse_json

MIB: Final = 2**20
MOST_ENTRIES: Final = 200_000
MOST_UNPACKED: Final = 4096 * MIB
MOST_OF_ENTRY: Final[Mapping[str, int]] = MappingProxyType(
    {"leaves.ndjson": 2048 * MIB, "proofs.ndjson": 2048 * MIB})
MOST_OF_OTHERS: Final = 64 * MIB
LONGEST_LINE: Final = 4 * MIB
CHUNK: Final = MIB // 4

ALWAYS: Final = frozenset({"leaves.ndjson", "proofs.ndjson", "manifest.json", "checkpoint",
                           "consistency.json", "openings.json"})
SOMETIMES: Final = frozenset({"checkpoint.prev", "plan.json"})
RECEIPT_NAME: Final = re.compile(r"receipts/[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}\.tlog-proof")

_ODD_FLAGS: Final = 0x2061
"""Encrypted, patched, strongly encrypted, with a masked directory."""
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY_MARK: Final = b"PK\x01\x02"
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
                  OverflowError, struct.error, OSError)


class Unreadable(Exception):
    """The file is no bundle/v1: its form is broken, and the text says where."""


class _Wary:
    """A file of which nobody takes more at once than a directory may have, nor more entries."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._entries, self.is_listing = file, 0, True
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def read(self, size: int = -1, /) -> bytes:
        raw = self._file.read(min(size, MOST_OF_OTHERS + 1) if size >= 0 else MOST_OF_OTHERS + 1)
        if len(raw) > MOST_OF_OTHERS:
            raise zipfile.BadZipFile("its directory is larger than a bundle may have")
        self._entries += raw.count(_ENTRY_MARK) if self.is_listing else 0
        if self._entries > 2 * MOST_ENTRIES:  # its end is read twice
            raise zipfile.BadZipFile(f"it has more than {MOST_ENTRIES} entries")
        return raw

    def seekable(self) -> bool:
        return True


class Archive:
    """The entries of a bundle by name.

    Attributes:
        hashes: SHA-256 in hexadecimal of every entry that was read to its end.

    Raises:
        Unreadable: no zip, or one with entries that no bundle has, or without those that all have.
    """

    def __init__(self, file: IO[bytes]) -> None:
        wary = _Wary(file)
        try:
            self._zip = zipfile.ZipFile(wary)
        except _BROKEN as error:
            raise Unreadable(f"no zip: {error}") from error
        listed = self._zip.infolist()
        if len(listed) > MOST_ENTRIES:
            raise Unreadable(f"it has more than {MOST_ENTRIES} entries")
        wary.is_listing = False
        self._unpacked = 0
        self.hashes: dict[str, str] = {}
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in listed:
            self._take(entry)
        if missing := ALWAYS - set(self._entries):
            raise Unreadable(f"{', '.join(sorted(missing))} is missing")

    def _take(self, entry: zipfile.ZipInfo) -> None:
        name = entry.filename
        if name != entry.orig_filename or not (name in ALWAYS | SOMETIMES or RECEIPT_NAME.fullmatch(name)):
            raise Unreadable(f"an entry that no bundle has: {entry.orig_filename[:120]!r}")
        if name in self._entries:
            raise Unreadable(f"{name} stands twice")
        if entry.flag_bits & _ODD_FLAGS or entry.compress_type not in _PACKED:
            raise Unreadable(f"{name} is encrypted, or packed otherwise than stored or deflated")
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG) or entry.external_attr & 0x10:
            raise Unreadable(f"{name} is a link or a folder")
        self._entries[name] = entry

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of an entry, a part at a time."""
        entry, size, digest = self._entries[name], 0, sha256()
        is_new = name not in self.hashes
        most = MOST_OF_ENTRY.get(name, MOST_OF_OTHERS)
        try:
            with self._zip.open(entry) as unpacked:
                while chunk := unpacked.read(CHUNK):
                    size += len(chunk)
                    self._unpacked += len(chunk) if is_new else 0
                    if size > most or self._unpacked > MOST_UNPACKED:
                        raise Unreadable(f"{name} is larger than a bundle may be")
                    digest.update(chunk)
                    yield chunk
        except _BROKEN as error:
            raise Unreadable(f"{name} cannot be unpacked: {error}") from error
        if size != entry.file_size:
            raise Unreadable(f"{name} has not the size that the zip declares")
        self.hashes[name] = digest.hexdigest()

    def read(self, name: str) -> bytes:
        """The bytes of an entry, one of those of at most 64 MiB."""
        return b"".join(self.chunks(name))

    def json(self, name: str) -> Reader:
        """The JSON value of an entry."""
        try:
            return Reader(parse_json(self.read(name)), name)
        except FormatError as error:
            raise Unreadable(f"{name}: {error.problem}") from error

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of an entry without their LF."""
        rest = b""
        for chunk in self.chunks(name):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST_LINE:
                raise Unreadable(f"{name}: a line is longer than {LONGEST_LINE} bytes")
            yield from lines
        if rest:
            raise Unreadable(f"{name}: the last line does not end with LF")
