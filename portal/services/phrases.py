"""The index of words in the database: FTS5 on SQLite, tsvector under GIN on PostgreSQL.

Both get words that were cut by ``portal.rules.words`` and are asked for words that follow each other;
neither cuts anything by itself, so both find the same.
"""

import json
from array import array
from collections.abc import Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.rules.words import Term, words_of

_MOST_POSITIONS: Final = 255
"""Of one word in one text, as PostgreSQL keeps them."""


def keep_words(session: Session, texts: Mapping[int, str]) -> None:
    """Index these texts under their slots, in place of what stood there."""
    if not texts:
        return
    if _is_sqlite(session):
        session.execute(text("INSERT OR REPLACE INTO entry_words (rowid, words) VALUES (:slot, :words)"),
                        [{"slot": slot, "words": " ".join(words_of(one))} for slot, one in texts.items()])
        return
    session.execute(
        text("INSERT INTO entry_words (slot, words) VALUES (:slot, CAST(:words AS tsvector)) "
             "ON CONFLICT (slot) DO UPDATE SET words = excluded.words"),
        [{"slot": slot, "words": vector(one)} for slot, one in texts.items()])


def forget_words(session: Session) -> None:
    """Empty the index."""
    session.execute(text("INSERT INTO entry_words (entry_words) VALUES ('delete-all')"
                         if _is_sqlite(session) else "DELETE FROM entry_words"))


def slots_with(session: Session, term: Term) -> "array[int]":
    """The slots of all texts in which the words of a term follow each other."""
    slots = array("I")
    if _is_sqlite(session):
        found = session.execute(text(
            "SELECT json_group_array(rowid) FROM entry_words WHERE entry_words MATCH :query"),
            {"query": fts_query(term)}).scalar_one()
        slots.extend(json.loads(found))  # of all ways the quickest to hand over 200,000 numbers
        return slots
    found = session.execute(text(
        "SELECT string_agg(int4send(slot), CAST('' AS bytea)) FROM entry_words "
        "WHERE words @@ CAST(:query AS tsquery)"), {"query": ts_query(term)}).scalar_one()
    if found:
        slots.frombytes(bytes(found))
        slots.byteswap()
    return slots


def fts_query(term: Term) -> str:
    """A term in the language of FTS5; words hold letters and digits only, so nothing needs escaping."""
    return f'"{" ".join(term.words)}"' + (" *" if term.is_open else "")


def ts_query(term: Term) -> str:
    """A term in the language of tsquery."""
    shown = [f"'{word}'" for word in term.words]
    if term.is_open:
        shown[-1] += ":*"
    return " <-> ".join(shown)


def vector(shown: str) -> str:
    """A text as a tsvector with positions, written out: no parser of the database looks at it."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words_of(shown), start=1):
        places.setdefault(word, []).append(place)
    return " ".join(f"'{word}':{','.join(map(str, found[:_MOST_POSITIONS]))}"
                    for word, found in places.items())


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
