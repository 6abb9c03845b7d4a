"""Single values of the library: the generation last published, a count of what the wall would notice, and
other marks that need no table of their own."""

from __future__ import annotations

import sqlite3

from sync.library.database import Library


def get(library: Library, key: str, default: str = "") -> str:
    """A value, or the default."""
    row = library.row("SELECT value FROM meta WHERE key = ?", (key,))
    return default if row is None else str(row[0])


def put(db: sqlite3.Connection, key: str, value: str) -> None:
    """Set a value; inside a transaction."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def wall_changed(db: sqlite3.Connection) -> None:
    """Count a change that the wall would notice, in the transaction that makes it: a crash loses no publishing."""
    db.execute(
        """INSERT INTO meta VALUES ('wall', '1')
           ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"""
    )
