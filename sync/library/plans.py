"""What previews of write-back showed, kept so that exactly this can be confirmed and done."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from sync.library.database import Library

KEPT = 10


def put(db: sqlite3.Connection, plan: str, items: list[list[str]], *, now: datetime) -> None:
    """Keep what a preview showed; inside a transaction."""
    sql = "INSERT OR REPLACE INTO writeback_plans VALUES (?, ?, ?)"
    db.execute(sql, (plan, now.isoformat(timespec="seconds"), json.dumps(items)))
    db.execute(
        "DELETE FROM writeback_plans WHERE id NOT IN (SELECT id FROM writeback_plans ORDER BY at DESC LIMIT ?)", (KEPT,)
    )


def shown(library: Library, plan: str) -> dict[str, str] | None:
    """What that preview showed: the digest of what would be done, by asset; None where it is not kept."""
    row = library.row("SELECT items FROM writeback_plans WHERE id = ?", (plan,))
    return None if row is None else {str(key): str(digest) for key, digest in json.loads(row[0])}
