"""What the fonts of papers can show. A character that they cannot show is named, never lost.

A paper with an empty box for a name would be worthless, and PDF/A forbids one: such a character
appears as 〓 (the mark for a missing sort) with its code point.
"""

import struct
import unicodedata
from collections.abc import Set
from pathlib import Path
from typing import Final

_NEVER_SEEN: Final = frozenset("\r\u00ad\u200b\u200c\u200d\u2060\ufeff")
"""Without a shape of their own wherever they stand; leaving them out changes nothing."""
_CONTROLS: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Shapeless, but not harmless: some of them turn the order of what is read."""


def shown(text: str, known: Set[int]) -> str:
    """``text`` in characters that the fonts have; the others as 〓(U+20BB7)."""
    return "".join(_shown(character, known) for character in text)


def _shown(character: str, known: Set[int]) -> str:
    if character == "\n":
        return character
    if character == "\t":
        return " "
    if character in _NEVER_SEEN or _selects_a_variant(character):
        return ""
    if unicodedata.category(character) in _CONTROLS or ord(character) not in known:
        return f"〓(U+{ord(character):04X})"
    return character


def _selects_a_variant(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def characters_of(font: Path) -> frozenset[int]:
    """The code points for which an OpenType font has a glyph, from its cmap of format 12.

    Raises:
        ValueError: the font has no such table.
    """
    with font.open("rb") as source:
        tables = struct.unpack(">4xH6x", source.read(12))[0]
        place = next((offset for tag, offset in struct.iter_unpack(">4s4xI4x", source.read(16 * tables))
                      if tag == b"cmap"), None)
        if place is None:
            raise ValueError(f"{font.name} has no cmap")
        source.seek(place)
        subtables = struct.unpack(">2xH", source.read(4))[0]
        for (offset,) in list(struct.iter_unpack(">4xI", source.read(8 * subtables))):
            source.seek(place + offset)
            if struct.unpack(">H", source.read(2))[0] == 12:
                groups = struct.unpack(">10xI", source.read(14))[0]
                return frozenset(
                    code for first, last in struct.iter_unpack(">II4x", source.read(12 * groups))
                    for code in range(first, last + 1))
    raise ValueError(f"{font.name} has no cmap of format 12")
