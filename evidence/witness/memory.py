"""What a witness remembers, in a file of its own: how far it has signed each log."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pysqlite3 import dbapi2 as sqlite

from audit.rules.witnesses import Seen

WAIT_S: Final = 5.0
"""How long a second process at the same file waits for its turn."""
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS witness (vkey TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, "
    "note TEXT NOT NULL) WITHOUT ROWID")


class NotMine(Exception):
    """The memory belongs to a witness with another key."""


class Memory:
    """One row a log. What is written in a turn is on the disk when the turn ends.

    Raises:
        NotMine: the file remembers for another key.
    """

    def __init__(self, path: Path, vkey: str) -> None:
        self._connection: Any = sqlite.connect(str(path), isolation_level=None, timeout=WAIT_S)
        for statement in ("PRAGMA journal_mode = DELETE", "PRAGMA synchronous = EXTRA", *_TABLES):
            self._connection.execute(statement)
        with self.turn():
            mine = self._connection.execute("SELECT vkey FROM witness").fetchone()
            if mine is None:
                self._connection.execute("INSERT INTO witness VALUES (?)", (vkey,))
            elif mine[0] != vkey:
                raise NotMine(mine[0])

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Read, decide and write as one: whoever else wants to waits."""
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:   # commits, or takes back what was begun
            yield

    def seen(self, origin: str) -> Seen:
        """The last checkpoint of a log that was signed."""
        row = self._connection.execute("SELECT size, root, note FROM seen WHERE origin = ?",
                                       (origin,)).fetchone()
        return Seen() if row is None else Seen(row[0], bytes(row[1]), row[2])

    def remember(self, origin: str, seen: Seen) -> None:
        """Put this in the place of what was seen before; within a turn."""
        self._connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)",
                                 (origin, seen.size, seen.root, seen.note))

    def all_seen(self) -> dict[str, Seen]:
        """Every log that was ever signed, by its origin."""
        return {row[0]: Seen(row[1], bytes(row[2]), row[3]) for row in self._connection.execute(
            "SELECT origin, size, root, note FROM seen ORDER BY origin")}
