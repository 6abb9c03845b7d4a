"""What a backup keeps of the library: the ledgers, which no server could tell again. Photos come anew by themselves."""

from __future__ import annotations

import sqlite3
from typing import Any

from sync.errors import UsageError
from sync.library.database import Library

TABLES = (
    "smart_albums", "smart_added", "smart_runs", "smart_changes", "ingest_inboxes", "ingest_files", "ingest_groups",
    "ingest_favourites", "ingest_albums", "ingest_runs", "ingest_changes",
    "writeback_roots", "writeback_files",
)  # fmt: skip
"""In an order in which rows may be written: what others point at comes first. Favourites that wait for their server are
not among them: restored, an old wish would undo what was done since.
"""

Rows = list[dict[str, Any]]


def export(library: Library) -> dict[str, Rows]:
    """All rows of every ledger by column name; values are texts, numbers or None."""
    return {table: [dict(row) for row in library.rows(f"SELECT * FROM {table}")] for table in TABLES}  # noqa: S608


def replace(db: sqlite3.Connection, ledgers: dict[str, Rows]) -> None:
    """Put these rows in place of all that are there; inside a transaction.

    Raises UsageError for a table or column that this version does not know, or a row that does not fit.
    """
    unknown = ledgers.keys() - set(TABLES)
    if unknown:
        raise UsageError(f"The backup has a ledger that this version does not know: {min(unknown)}.")
    for table in reversed(TABLES):
        if table in ledgers:
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    for table in TABLES:
        known = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
        for row in ledgers.get(table, ()):
            _insert(db, table, row, known)


def _insert(db: sqlite3.Connection, table: str, row: dict[str, Any], known: set[str]) -> None:
    if not row.keys() <= known:
        raise UsageError(f"The backup's {table} has a column that this version does not know.")
    columns, marks = ", ".join(row), ", ".join("?" for _ in row)
    try:
        # The names were compared with the table's own.
        db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
    except (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, OverflowError) as error:
        raise UsageError(f"The backup's {table} has a row that does not fit: {error}.") from error
