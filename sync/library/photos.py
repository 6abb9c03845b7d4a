"""Mirrored photos: what the server said of each, which objects hold it, and what is still to be fetched."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import Struct

from sync.errors import LibraryCorrupt
from sync.immich.facts import Asset, Details
from sync.library.database import Library
from sync.library.meta import wall_changed


class PhotoRow(Struct, frozen=True, kw_only=True):
    """One photo. See schema_mirror.py for what `content`, `*_for` and `off_disk` mean."""

    id: int
    key: str
    server: str
    asset: str
    facts: bytes
    content: bytes
    details: bytes | None = None
    details_for: bytes | None = None
    added: str
    original: str | None = None
    original_for: bytes | None = None
    original_proof: str | None = None
    original_etag: str | None = None
    display: str | None = None
    display_for: bytes | None = None
    display_width: int | None = None
    display_height: int | None = None
    display_proof: str | None = None
    display_etag: str | None = None
    off_disk: str = ""
    problem: str | None = None
    attempts: int = 0
    retry_at: str | None = None

    def asset_facts(self) -> Asset:
        """What the server said. Raises LibraryCorrupt."""
        return _decoded(_ASSET, self.facts)

    def detail_facts(self) -> Details | None:
        """Tags and people with boxes, once they were asked for. Raises LibraryCorrupt."""
        return None if self.details is None else _decoded(_DETAILS, self.details)


_Facts = TypeVar("_Facts")


def _decoded(decoder: msgspec.msgpack.Decoder[_Facts], packed: bytes) -> _Facts:
    try:
        return decoder.decode(packed)
    except msgspec.DecodeError as error:
        raise LibraryCorrupt(f"The library has a photo that cannot be read: {error}.") from error


_ASSET = msgspec.msgpack.Decoder(Asset)
_DETAILS = msgspec.msgpack.Decoder(Details)
_NAMES = tuple(field.name for field in msgspec.structs.fields(PhotoRow))
_COLUMNS = ", ".join(_NAMES)
_OF_P = ", ".join(f"p.{name}" for name in _NAMES)


def columns(table: str) -> str:
    """The columns that make a PhotoRow, of the table called `table` in a query."""
    return ", ".join(f"{table}.{name}" for name in _NAMES)


def get(library: Library, number: int) -> PhotoRow | None:
    """The photo with that id, or None."""
    row = library.row(f"SELECT {_COLUMNS} FROM photos WHERE id = ?", (number,))  # noqa: S608 - our own column names
    return None if row is None else _photo(row)


def find(library: Library, key: str) -> PhotoRow | None:
    """The photo with that key (`<server>:<asset id>`), or None."""
    row = library.row(f"SELECT {_COLUMNS} FROM photos WHERE key = ?", (key,))  # noqa: S608 - our own column names
    return None if row is None else _photo(row)


def count(library: Library) -> int:
    """How many photos are known."""
    row = library.row("SELECT count(*) FROM photos")
    return 0 if row is None else int(row[0])


def fingerprints(library: Library, album: str, keys: Iterable[str]) -> dict[str, bytes | None]:
    """Of those keys, the ones that are in the album, each with the fingerprint it was last listed with.

    CROSS JOIN keeps the planner from reading the whole album for every few keys.
    """
    wanted = list(keys)
    marks = ",".join("?" for _ in wanted)
    rows = library.rows(
        f"""SELECT p.key, m.fingerprint FROM photos p CROSS JOIN memberships m ON m.photo = p.id AND m.album = ?
            WHERE p.key IN ({marks}) AND m.gone IS NULL AND m.kept_by_hand = 0""",  # noqa: S608 - marks alone
        (album, *wanted),
    )
    return {row[0]: row[1] for row in rows}


def upsert(db: sqlite3.Connection, *, server: str, asset: str, facts: bytes, content: bytes, added: str) -> int:
    """Take the facts of a photo, new or known; inside a transaction. Gives its id.

    A picture that may have changed is tried again at once, whatever was wrong with the old one.
    """
    row = db.execute(
        """INSERT INTO photos (key, server, asset, facts, content, added) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (key) DO UPDATE SET facts = excluded.facts,
             problem = CASE WHEN content = excluded.content THEN problem END,
             retry_at = CASE WHEN content = excluded.content THEN retry_at END,
             attempts = CASE WHEN content = excluded.content THEN attempts ELSE 0 END,
             details_for = CASE WHEN facts = excluded.facts THEN details_for END,
             content = excluded.content
           RETURNING id""",
        (f"{server}:{asset}", server, asset, facts, content, added),
    ).fetchone()
    return int(row[0])


_WANTED = """
  SELECT {columns}, m.position AS place FROM memberships m JOIN photos p ON p.id = m.photo
  WHERE m.album = :album AND m.gone IS NULL AND m.kept_by_hand = 0
    AND (p.retry_at IS NULL OR p.retry_at <= :now OR p.retry_at > :beyond) AND {what}
    AND (m.position, p.id) > (:position, :photo)
  ORDER BY m.position, p.id LIMIT :most
"""
_LONGEST_WAIT = timedelta(days=2)
_DISPLAY = "p.off_disk <> 'all' AND (p.display IS NULL OR p.display_for IS NOT p.content)"
_BATCH = 200
_ORIGINAL = "p.off_disk = '' AND (p.original IS NULL OR p.original_for IS NOT p.content)"


def missing(library: Library, album: str, *, originals: bool, now: str) -> Iterator[PhotoRow]:
    """Photos of an album whose display copy (or original) is to be fetched, in album order; each comes once."""
    sql = _WANTED.format(columns=_OF_P, what=_ORIGINAL if originals else _DISPLAY)
    # A time that nobody would wait for was written by a clock that ran ahead.
    beyond = (datetime.fromisoformat(now) + _LONGEST_WAIT).isoformat()
    return _in_album_order(library, sql, {"album": album, "now": now, "beyond": beyond})


def without_details(library: Library, album: str) -> Iterator[PhotoRow]:
    """Photos of an album whose tags and faces were not asked for since their facts changed."""
    sql = f"""SELECT {_OF_P}, m.position AS place FROM memberships m JOIN photos p ON p.id = m.photo
              WHERE m.album = :album AND m.gone IS NULL AND m.kept_by_hand = 0 AND p.details_for IS NULL
                AND p.display IS NOT NULL AND (m.position, p.id) > (:position, :photo)
              ORDER BY m.position, p.id LIMIT :most"""  # noqa: S608 - our own column names
    return _in_album_order(library, sql, {"album": album})


def _in_album_order(library: Library, sql: str, values: dict[str, str]) -> Iterator[PhotoRow]:
    """Read in batches, so that rows may be written meanwhile."""
    place, photo = -(1 << 62), -1
    while True:
        after = {"position": place, "photo": photo, "most": _BATCH}
        rows = library.db.execute(sql, {**values, **after}).fetchall()
        for row in rows:
            yield PhotoRow(**dict(zip(_NAMES, row, strict=False)))
        if len(rows) < _BATCH:
            return
        place, photo = rows[-1]["place"], rows[-1]["id"]


def set_display(
    db: sqlite3.Connection,
    number: int,
    *,
    name: str,
    content: bytes,
    size: tuple[int, int],
    proof: str,
    etag: str | None,
) -> None:
    """Its display copy is the object `name`, on the disk already; inside a transaction."""
    db.execute(
        """UPDATE photos SET display = ?, display_for = ?, display_width = ?, display_height = ?, display_proof = ?,
             display_etag = ? WHERE id = ?""",
        (name, content, *size, proof, etag, number),
    )
    wall_changed(db)


def outdate_displays(db: sqlite3.Connection, *, short_side: int) -> None:
    """Have display copies fetched or made anew that are as large as this, or our own; inside a transaction."""
    db.execute(
        """UPDATE photos SET display_for = NULL WHERE display IS NOT NULL
             AND (min(display_width, display_height) >= ? OR display_proof = 'rendered')""",
        (short_side,),
    )


def set_original(
    db: sqlite3.Connection, number: int, *, name: str | None, content: bytes | None, proof: str | None, etag: str | None
) -> None:
    """Its original is the object `name`, on the disk already (None: it is not kept); inside a transaction."""
    db.execute(
        "UPDATE photos SET original = ?, original_for = ?, original_proof = ?, original_etag = ? WHERE id = ?",
        (name, content, proof, etag, number),
    )
    wall_changed(db)


def same_display(db: sqlite3.Connection, number: int, *, content: bytes) -> None:
    """Its display copy is still right for what the server says now; inside a transaction."""
    db.execute("UPDATE photos SET display_for = ? WHERE id = ?", (content, number))


def same_original(db: sqlite3.Connection, number: int, *, content: bytes) -> None:
    """Its original is still right for what the server says now; inside a transaction."""
    db.execute("UPDATE photos SET original_for = ? WHERE id = ?", (content, number))


def set_details(db: sqlite3.Connection, number: int, *, details: bytes, details_for: bytes | None) -> None:
    """Its tags and faces, and for which facts; inside a transaction."""
    changed = db.execute(
        "SELECT 1 FROM photos WHERE id = ? AND details IS NOT ? AND display IS NOT NULL", (number, details)
    ).fetchone()
    db.execute("UPDATE photos SET details = ?, details_for = ? WHERE id = ?", (details, details_for, number))
    if changed:
        wall_changed(db)


def failed(db: sqlite3.Connection, number: int, *, problem: str | None, attempts: int, retry_at: str | None) -> None:
    """What went wrong with fetching it, and until when it is left alone; inside a transaction."""
    db.execute(
        "UPDATE photos SET problem = ?, attempts = ?, retry_at = ? WHERE id = ?", (problem, attempts, retry_at, number)
    )


def drop_originals(db: sqlite3.Connection, *, display_only: tuple[str, ...]) -> int:
    """Let go of originals of photos that are in no album but these; inside a transaction. Gives how many."""
    marks = ",".join("?" for _ in display_only)
    dropped = db.execute(
        f"""UPDATE photos SET original = NULL, original_for = NULL, original_proof = NULL, original_etag = NULL
            WHERE original IS NOT NULL AND NOT EXISTS (
              SELECT 1 FROM memberships m WHERE m.photo = photos.id AND m.album NOT IN ({marks}))""",  # noqa: S608 - marks
        display_only,
    ).rowcount
    if dropped:
        wall_changed(db)
    return dropped


def remove(db: sqlite3.Connection, number: int) -> None:
    """Forget a photo that is in no album any more; inside a transaction."""
    db.execute("DELETE FROM photos WHERE id = ?", (number,))


def problems(library: Library, album: str) -> list[tuple[str, str]]:
    """File name and sentence of the album's photos that could not be fetched."""
    # A cross join keeps its order: the few of the index first, and not all of a large album.
    rows = library.rows(
        f"""SELECT {_OF_P} FROM photos p CROSS JOIN memberships m ON m.photo = p.id
            WHERE m.album = ? AND m.gone IS NULL AND p.problem IS NOT NULL ORDER BY m.position""",  # noqa: S608
        (album,),
    )
    return [(photo.asset_facts().file_name, photo.problem or "") for photo in map(_photo, rows)]


def off_disk(library: Library, album: str) -> int:
    """How many photos of the album lack something on the disk for want of space."""
    row = library.row(
        """SELECT count(*) FROM photos p CROSS JOIN memberships m ON m.photo = p.id
           WHERE m.album = ? AND m.gone IS NULL AND p.off_disk <> ''""",
        (album,),
    )
    return 0 if row is None else int(row[0])


def any_off_disk(library: Library) -> bool:
    """Whether any photo is off the disk for want of space."""
    return library.row("SELECT 1 FROM photos WHERE off_disk <> '' LIMIT 1") is not None


def rewritten(library: Library, album: str) -> int:
    """How many uploads of the album have changed on the server since they were uploaded."""
    row = library.row(
        """SELECT count(*) FROM photos p CROSS JOIN memberships m ON m.photo = p.id
           WHERE m.album = ? AND m.gone IS NULL AND p.original_proof = 'rewritten'""",
        (album,),
    )
    return 0 if row is None else int(row[0])


def _photo(row: sqlite3.Row) -> PhotoRow:
    return PhotoRow(**dict(row))
