"""Gives an album another name in every table that speaks of albums by name."""

from __future__ import annotations

import sqlite3


def rename(db: sqlite3.Connection, album: str, *, to: str) -> None:
    """What is known of `album` is from now on known of `to`, which has no photos yet; inside a transaction."""
    db.execute("DELETE FROM albums WHERE name = ?", (to,))
    db.execute("UPDATE albums SET name = ? WHERE name = ?", (to, album))
    db.execute("DELETE FROM held WHERE album = ?", (to,))
    for table in ("memberships", "held", "trash"):
        db.execute(f"UPDATE {table} SET album = ? WHERE album = ?", (to, album))  # noqa: S608 - our own names
