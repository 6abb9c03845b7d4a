"""Rows of schedule: when each thing that returns last ran, under which settings, and how often it failed since."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from msgspec import Struct

from sync.library.database import Library


class Remembered(Struct, frozen=True, kw_only=True):
    name: str
    identity: str
    """A digest of the settings it ran under."""
    last_run: datetime | None
    """By the wall clock of that time; None when that clock was not believed."""
    boot: str
    monotonic: float
    """The same moment by the clock of that boot."""
    failures: int
    """In a row."""


def remembered(library: Library) -> dict[str, Remembered]:
    """What is known, by name."""
    return {
        row["name"]: Remembered(
            name=row["name"],
            identity=row["identity"],
            last_run=None if row["last_run"] is None else datetime.fromisoformat(row["last_run"]),
            boot=row["boot"],
            monotonic=row["monotonic"],
            failures=row["failures"],
        )
        for row in library.rows("SELECT * FROM schedule")
    }


def remember(db: sqlite3.Connection, entry: Remembered) -> None:
    """Write one entry inside the caller's transaction."""
    when = None if entry.last_run is None else entry.last_run.isoformat()
    db.execute(
        "INSERT OR REPLACE INTO schedule (name, identity, last_run, boot, monotonic, failures) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (entry.name, entry.identity, when, entry.boot, entry.monotonic, entry.failures),
    )


def forget(db: sqlite3.Connection, name: str) -> None:
    """Drop what is no longer in the settings, inside the caller's transaction."""
    db.execute("DELETE FROM schedule WHERE name = ?", (name,))
