"""Rows of notices: what was told by which channel, and when it was told to be over."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from msgspec import Struct

from sync.library.database import Library


class NoticeRow(Struct, frozen=True, kw_only=True):
    """One matter, as one channel (mail, webhook) told it."""

    channel: str
    key: str
    what: str
    """What was told, for the list."""
    told_at: datetime
    over_at: datetime | None = None
    """When it was told to be over; None while it lasts."""


def every(library: Library, channel: str | None = None) -> list[NoticeRow]:
    """What was told, the newest first."""
    sql = "SELECT * FROM notices WHERE channel = coalesce(?, channel) ORDER BY told_at DESC, key"
    return [_row(row) for row in library.rows(sql, (channel,))]


def put(db: sqlite3.Connection, row: NoticeRow) -> None:
    """Write the whole row; inside a transaction."""
    over = None if row.over_at is None else row.over_at.isoformat(timespec="seconds")
    values = (row.channel, row.key, row.what, row.told_at.isoformat(timespec="seconds"), over)
    db.execute("INSERT OR REPLACE INTO notices (channel, key, what, told_at, over_at) VALUES (?, ?, ?, ?, ?)", values)


def remove(db: sqlite3.Connection, channel: str, key: str) -> None:
    """Forget a matter; inside a transaction."""
    db.execute("DELETE FROM notices WHERE channel = ? AND key = ?", (channel, key))


def _row(row: sqlite3.Row) -> NoticeRow:
    return NoticeRow(
        channel=row["channel"],
        key=row["key"],
        what=row["what"],
        told_at=datetime.fromisoformat(row["told_at"]),
        over_at=None if row["over_at"] is None else datetime.fromisoformat(row["over_at"]),
    )
