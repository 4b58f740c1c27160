"""How a text is cut into words, so that Chinese is found by any two characters that stand together.

A run of Han characters becomes its pairs and its last character: 西湖区 is 西湖, 湖区, 区. Latin letters
and digits become words as they are written. What is neither (brackets, spaces, signs) only separates.
A query is cut in the same way, and its pieces must follow each other: 西湖 is found in 西湖区, 湖西 is not.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

LONGEST_QUERY: Final = 100
"""Characters of a query that are read."""
MOST_TERMS: Final = 8
"""Terms of a query that are searched for."""

_HAN: Final = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF), (0x3005, 0x3007))


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other; with ``is_open`` the last one may go on: ``12`` finds ``1203``."""

    words: tuple[str, ...]
    is_open: bool


    def is_in(self, line: str) -> bool:
        """Whether a text holds it, written as ``line_of`` writes texts."""
        return f" {' '.join(self.words)}{'' if self.is_open else ' '}" in line


def plain(text: str) -> str:
    """The text without differences that no reader means: width, case, compatibility forms."""
    return unicodedata.normalize("NFKC", text).casefold()


def _is_han(character: str) -> bool:
    point = ord(character)
    return any(first <= point <= last for first, last in _HAN)


def _runs(text: str) -> list[tuple[str, bool]]:
    """The runs of a plain text: (characters, whether they are Han); "" stands for what separates."""
    runs: list[tuple[str, bool]] = []
    for character in text:
        han = _is_han(character)
        if not han and not character.isalnum():
            if runs and runs[-1][0]:
                runs.append(("", False))
        elif runs and runs[-1][0] and runs[-1][1] == han:
            runs[-1] = (runs[-1][0] + character, han)
        else:
            runs.append((character, han))
    return runs


def _pairs(run: str) -> list[str]:
    return [run[at:at + 2] for at in range(len(run) - 1)]


def words_of(text: str) -> list[str]:
    """The words of a text, in their order, as the index keeps them."""
    found: list[str] = []
    for run, han in _runs(plain(text)):
        if han:
            found += [*_pairs(run), run[-1]]
        elif run:
            found.append(run)
    return found


def line_of(text: str) -> str:
    """The words of a text as one line, a space before and after each."""
    return f" {' '.join(words_of(text))} "


def terms_of(query: str) -> list[Term]:
    """What a query asks for; every term must be found. Signs and spaces separate terms."""
    terms: list[Term] = []
    runs = [*_runs(plain(query[:LONGEST_QUERY])), ("", False)]
    piece: list[tuple[str, bool]] = []
    for run, han in runs:
        if run:
            piece.append((run, han))
        elif piece:
            term = _term(piece)
            if term not in terms:
                terms.append(term)
            piece = []
    return terms[:MOST_TERMS]


def pieces_of(query: str) -> list[str]:
    """What a query holds between its signs and spaces, for a search of parts of names and numbers."""
    text = plain(query[:LONGEST_QUERY])
    spaced = "".join(one if _is_han(one) or one.isalnum() else " " for one in text)
    return list(dict.fromkeys(spaced.split()))[:MOST_TERMS]


def _term(piece: list[tuple[str, bool]]) -> Term:
    """A run inside a piece ends where it ends in the text; the last one may end anywhere."""
    words: list[str] = []
    for run, han in piece[:-1]:
        words += [*_pairs(run), run[-1]] if han else [run]
    last, han = piece[-1]
    if han and len(last) > 1:
        return Term((*words, *_pairs(last)), is_open=False)
    return Term((*words, last), is_open=True)
