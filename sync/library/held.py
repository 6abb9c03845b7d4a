"""Removals that wait for a person: which photos of which album, why, since when, and what was decided."""

from __future__ import annotations

import sqlite3

import msgspec
from msgspec import Struct

from sync.library.database import Library


class HeldRow(Struct, frozen=True, kw_only=True):
    """One album's held removal: `photos` are asset ids, sorted; `decision` is 'remove' once a person said so."""

    album: str
    plan: str
    reason: str
    photos: tuple[str, ...]
    since: str
    decision: str | None = None


def get(library: Library, album: str) -> HeldRow | None:
    """What is held in an album, or None."""
    row = library.row("SELECT album, plan, reason, photos, since, decision FROM held WHERE album = ?", (album,))
    return None if row is None else _held(row)


def every(library: Library) -> list[HeldRow]:
    """Everything that is held."""
    sql = "SELECT album, plan, reason, photos, since, decision FROM held ORDER BY album"
    return [_held(row) for row in library.rows(sql)]


def put(db: sqlite3.Connection, held: HeldRow) -> None:
    """Hold, or hold something else than before; inside a transaction."""
    photos = msgspec.json.encode(held.photos).decode()
    values = (held.album, held.plan, held.reason, photos, held.since, held.decision)
    sql = "INSERT OR REPLACE INTO held (album, plan, reason, photos, since, decision) VALUES (?, ?, ?, ?, ?, ?)"
    db.execute(sql, values)


def remove(db: sqlite3.Connection, album: str) -> None:
    """Nothing is held in that album any more; inside a transaction."""
    db.execute("DELETE FROM held WHERE album = ?", (album,))


def _held(row: sqlite3.Row) -> HeldRow:
    return HeldRow(**dict(row) | {"photos": tuple(msgspec.json.decode(row["photos"], type=list[str]))})
