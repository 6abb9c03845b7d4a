"""What sync knows of each object: how it was proved, when it was last hashed, and since when no photo names it."""

from __future__ import annotations

import sqlite3

import msgspec
from msgspec import Struct

from sync.library import meta
from sync.library.database import Library


class ObjectRow(Struct, frozen=True, kw_only=True):
    """One file among the objects."""

    name: str
    """`<sha1>.<ext>`."""
    bytes: int
    mtime_ns: int
    proof: str
    """checksum, decoded, twice, rewritten, rendered (see promise 2)."""
    checked_at: str
    problem: str | None = None
    """Set while its bytes are known to be wrong: then the wall does not get it."""
    retired: str | None = None


_COLUMNS = "name, bytes, mtime_ns, proof, checked_at, problem, retired"


def get(library: Library, name: str) -> ObjectRow | None:
    """The object of that name, or None."""
    row = library.row(f"SELECT {_COLUMNS} FROM objects WHERE name = ?", (name,))  # noqa: S608 - our own column names
    return None if row is None else ObjectRow(**dict(row))


def put(db: sqlite3.Connection, item: ObjectRow) -> None:
    """Write down an object whose file is on the disk already; inside a transaction."""
    db.execute(
        f"INSERT OR REPLACE INTO objects ({_COLUMNS}) VALUES (?,?,?,?,?,?,?)",  # noqa: S608 - our own column names
        (item.name, item.bytes, item.mtime_ns, item.proof, item.checked_at, item.problem, item.retired),
    )


def remove(db: sqlite3.Connection, name: str) -> None:
    """Forget an object; inside a transaction, before its file goes."""
    db.execute("DELETE FROM objects WHERE name = ?", (name,))


def retire(db: sqlite3.Connection, *, since: str) -> int:
    """Mark objects that no photo names any more, and unmark those that one names again. Gives how many are marked."""
    db.execute(
        """UPDATE objects SET retired = NULL WHERE retired IS NOT NULL AND (
             EXISTS (SELECT 1 FROM photos p WHERE p.original = objects.name)
             OR EXISTS (SELECT 1 FROM photos p WHERE p.display = objects.name))"""
    )
    marked = db.execute(
        """UPDATE objects SET retired = ? WHERE retired IS NULL
             AND NOT EXISTS (SELECT 1 FROM photos p WHERE p.original = objects.name)
             AND NOT EXISTS (SELECT 1 FROM photos p WHERE p.display = objects.name)""",
        (since,),
    )
    return marked.rowcount


def retired(library: Library) -> list[ObjectRow]:
    """Objects that no photo names."""
    sql = f"SELECT {_COLUMNS} FROM objects WHERE retired IS NOT NULL ORDER BY name"  # noqa: S608 - our own column names
    return [ObjectRow(**dict(row)) for row in library.rows(sql)]


def bytes_on_disk(library: Library) -> int:
    """The sum of all objects."""
    row = library.row("SELECT coalesce(sum(bytes), 0) FROM objects")
    return 0 if row is None else int(row[0])


class AlbumCount(Struct, frozen=True):
    """What an album's photos take on the disk, and the display copy of its first one."""

    bytes: int = 0
    cover: str | None = None


_COUNTS = "album counts"
_COUNTS_READER = msgspec.json.Decoder(dict[str, AlbumCount])


def count_albums(library: Library) -> dict[str, AlbumCount]:
    """Of each album that shows something; an object of several albums counts in each. Takes a moment."""
    # SQLite takes the display copy from the row of the smallest position.
    rows = library.rows(
        """SELECT m.album, min(CASE WHEN p.display IS NOT NULL THEN m.position END), p.display, sum(
             coalesce((SELECT bytes FROM objects WHERE name = p.display), 0)
             + CASE WHEN p.original = p.display THEN 0
               ELSE coalesce((SELECT bytes FROM objects WHERE name = p.original), 0) END)
           FROM memberships m JOIN photos p ON p.id = m.photo WHERE m.gone IS NULL GROUP BY m.album"""
    )
    return {album: AlbumCount(int(count or 0), cover) for album, _, cover, count in rows}


def keep_counts(db: sqlite3.Connection, counts: dict[str, AlbumCount]) -> None:
    """Write down what `count_albums` said, so that nobody waits for it; inside a transaction."""
    meta.put(db, _COUNTS, msgspec.json.encode(counts).decode())


def album_counts(library: Library) -> dict[str, AlbumCount]:
    """Of each album as they were last counted."""
    return _COUNTS_READER.decode(meta.get(library, _COUNTS, "{}"))
