"""What lies in the trash: whose photo it was, where it stood, and every row that brings it back."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Mapping, Sequence, Set
from typing import Any

import msgspec
from msgspec import Struct

from sync.library.database import Library
from sync.library.objects import ObjectRow


class TrashRow(Struct, frozen=True, kw_only=True):
    """One photo of one album that was discarded."""

    id: int
    key: str
    album: str
    position: int
    photo: dict[str, Any]
    """Its row of `photos` by column, without the id; blobs as base64."""
    objects: tuple[ObjectRow, ...]
    bytes: int
    reason: str
    trashed_at: str


# Made once, here: two threads that show msgspec a new type at once crash the process.
_OBJECTS = msgspec.json.Decoder(list[ObjectRow])

_COLUMNS = "id, key, album, position, photo, objects, bytes, reason, trashed_at"


def add(
    db: sqlite3.Connection,
    *,
    key: str,
    album: str,
    position: int,
    photo: Mapping[str, Any],
    objects: Sequence[str],
    reason: str,
    now: str,
) -> int:
    """Write down a discarded photo, in the transaction that removes its rows; gives the entry's id.

    `photo` is its row of `photos` by column (blobs as bytes); of the objects it names, those that are known are kept.
    """
    known = [row for name in objects if (row := _object(db, name)) is not None]
    values = (
        key,
        album,
        position,
        msgspec.json.encode({name: value for name, value in photo.items() if name != "id"}).decode(),
        msgspec.json.encode(known).decode(),
        sum(row.bytes for row in known),
        reason,
        now,
    )
    cursor = db.execute(
        "INSERT INTO trash (key, album, position, photo, objects, bytes, reason, trashed_at) VALUES (?,?,?,?,?,?,?,?)",
        values,
    )
    return int(cursor.lastrowid or 0)


def entries(library: Library) -> list[TrashRow]:
    """Everything in the trash, the oldest first."""
    sql = f"SELECT {_COLUMNS} FROM trash ORDER BY trashed_at, id"  # noqa: S608 - our own column names
    return [_entry(row) for row in library.rows(sql)]


def get(library: Library, entry: int) -> TrashRow | None:
    """The entry with that id, or None."""
    row = library.row(f"SELECT {_COLUMNS} FROM trash WHERE id = ?", (entry,))  # noqa: S608 - our own column names
    return None if row is None else _entry(row)


def remove(db: sqlite3.Connection, entry: int) -> None:
    """Forget an entry; inside a transaction, before its files go."""
    db.execute("DELETE FROM trash WHERE id = ?", (entry,))


def names(library: Library) -> set[str]:
    """All objects that entries of the trash name."""
    sql = "SELECT DISTINCT json_extract(o.value, '$.name') FROM trash t, json_each(t.objects) o"
    return {str(row[0]) for row in library.rows(sql)}


def in_use(library: Library, name: str) -> bool:
    """Whether a photo names that object."""
    sql = "SELECT 1 FROM photos WHERE original = ?1 UNION ALL SELECT 1 FROM photos WHERE display = ?1 LIMIT 1"
    return library.row(sql, (name,)) is not None


def bring_back(db: sqlite3.Connection, entry: TrashRow, *, here: Set[str]) -> None:
    """Put the photo's rows back, kept by hand so that the next listing does not remove it; inside a transaction.

    `here` are those of its objects that lie among the objects already; the others are to be fetched. A photo that
    came back by itself keeps its newer row.
    """
    for item in entry.objects:
        if item.name in here:
            db.execute("DELETE FROM objects WHERE name = ? AND retired IS NOT NULL", (item.name,))
            db.execute(
                """INSERT OR IGNORE INTO objects (name, bytes, mtime_ns, proof, checked_at, problem)
                   VALUES (?,?,?,?,?,?)""",
                (item.name, item.bytes, item.mtime_ns, item.proof, item.checked_at, item.problem),
            )
    columns = {row["name"]: row["type"] for row in db.execute("PRAGMA table_info(photos)") if row["name"] != "id"}
    values = {
        name: base64.b64decode(value) if columns[name] == "BLOB" and isinstance(value, str) else value
        for name, value in entry.photo.items()
        if name in columns
    }
    for slot in ("original", "display"):
        if values.get(slot) not in here:
            values |= {slot: None, f"{slot}_for": None, f"{slot}_etag": None}
    db.execute(
        f"INSERT INTO photos ({','.join(values)}) VALUES ({','.join('?' * len(values))})"  # noqa: S608 - table_info's
        " ON CONFLICT (key) DO NOTHING",
        tuple(values.values()),
    )
    db.execute(
        """INSERT INTO memberships (album, photo, position, kept_by_hand) SELECT ?, id, ?, 1 FROM photos WHERE key = ?
           ON CONFLICT (album, photo) DO UPDATE SET kept_by_hand = 1, gone = NULL, gone_why = NULL""",
        (entry.album, entry.position, entry.key),
    )
    remove(db, entry.id)


def _object(db: sqlite3.Connection, name: str) -> ObjectRow | None:
    row = db.execute("SELECT name, bytes, mtime_ns, proof, checked_at, problem FROM objects WHERE name = ?", (name,))
    found = row.fetchone()
    return None if found is None else ObjectRow(**dict(found))


def _entry(row: sqlite3.Row) -> TrashRow:
    return TrashRow(
        **dict(row)
        | {
            "photo": msgspec.json.decode(row["photo"]),
            "objects": tuple(_OBJECTS.decode(row["objects"])),
        }
    )
