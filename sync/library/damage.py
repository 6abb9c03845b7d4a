"""What the library is told of objects whose bytes turned out wrong or gone: their photos want them again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from msgspec import Struct

from sync.library import objects
from sync.library.database import Library
from sync.library.meta import wall_changed
from sync.library.objects import ObjectRow


class Wanted(Struct, frozen=True, kw_only=True):
    """One photo that lost an object: its id and albums, and whether it was its original or its display copy."""

    photo: int
    original: bool
    albums: tuple[str, ...]


def slice_of(library: Library, *, after: str, most: int) -> list[ObjectRow]:
    """The next objects by name."""
    found = library.rows("SELECT * FROM objects WHERE name > ? ORDER BY name LIMIT ?", (after, most))
    return [ObjectRow(**dict(row)) for row in found]


def never_checked(library: Library, *, most: int) -> list[ObjectRow]:
    """Objects that were taken over without being hashed."""
    found = library.rows("SELECT * FROM objects WHERE checked_at = '' ORDER BY name LIMIT ?", (most,))
    return [ObjectRow(**dict(row)) for row in found]


def checked(db: sqlite3.Connection, names: Iterable[str], *, now: str) -> None:
    """Those objects were hashed for the first time; inside a transaction."""
    db.executemany("UPDATE objects SET checked_at = ? WHERE name = ?", [(now, name) for name in names])


def count(library: Library) -> int:
    """How many objects there are."""
    row = library.row("SELECT count(*) FROM objects")
    return 0 if row is None else int(row[0])


def known(library: Library, prefix: str) -> set[str]:
    """Objects whose names begin so, and those that a photo names."""
    ends = (prefix, prefix + "g")
    found = library.rows(
        """SELECT name FROM objects WHERE name > ?1 AND name < ?2
           UNION SELECT original FROM photos WHERE original > ?1 AND original < ?2
           UNION SELECT display FROM photos WHERE display > ?1 AND display < ?2""",
        ends,
    )
    return {str(row[0]) for row in found}


def all_listed(library: Library) -> bool:
    """Whether every album has been listed completely: only then do the rows know of all objects that are wanted."""
    row = library.row("SELECT count(*) > 0 AND min(complete) = 1 FROM albums")
    return row is not None and bool(row[0])


def lose(db: sqlite3.Connection, name: str) -> list[Wanted]:
    """Forget an object and that its photos have it, so that the next sync fetches it; inside a transaction."""
    lost = list(_wanted(db, name))
    db.execute(
        """UPDATE photos SET original = NULL, original_for = NULL, original_proof = NULL, original_etag = NULL,
             attempts = 0, retry_at = NULL WHERE original = ?""",
        (name,),
    )
    db.execute(
        """UPDATE photos SET display = NULL, display_for = NULL, display_proof = NULL, display_etag = NULL,
             attempts = 0, retry_at = NULL WHERE display = ?""",
        (name,),
    )
    objects.remove(db, name)
    if lost:
        wall_changed(db)
    return lost


def lacking(library: Library, album: str, *, originals: bool) -> list[Wanted]:
    """Photos of an album that have no display copy, or no original where those are kept, although they should."""
    return [
        Wanted(photo=row[0], original=bool(row[1]), albums=(album,))
        for row in library.rows(
            """SELECT p.id, 0 FROM memberships m JOIN photos p ON p.id = m.photo
               WHERE m.album = ?1 AND m.gone IS NULL AND m.kept_by_hand = 0 AND p.off_disk <> 'all'
                 AND p.display IS NULL
               UNION ALL SELECT p.id, 1 FROM memberships m JOIN photos p ON p.id = m.photo
               WHERE ?2 AND m.album = ?1 AND m.gone IS NULL AND m.kept_by_hand = 0 AND p.off_disk = ''
                 AND p.original IS NULL""",
            (album, originals),
        )
    ]


def is_back(library: Library, wanted: Wanted) -> bool:
    """Whether the photo has again what it lost, or is no longer there to want it."""
    column = "original" if wanted.original else "display"
    row = library.row(f"SELECT {column} FROM photos WHERE id = ?", (wanted.photo,))  # noqa: S608 - one of two names
    return row is None or row[0] is not None


def _wanted(db: sqlite3.Connection, name: str) -> Iterator[Wanted]:
    for column in ("original", "display"):
        rows = db.execute(f"SELECT id FROM photos WHERE {column} = ?", (name,)).fetchall()  # noqa: S608 - one of two
        for (photo,) in rows:
            albums = db.execute("SELECT album FROM memberships WHERE photo = ? AND gone IS NULL", (photo,)).fetchall()
            yield Wanted(photo=photo, original=column == "original", albums=tuple(row[0] for row in albums))
