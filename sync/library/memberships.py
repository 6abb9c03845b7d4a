"""Which photo is in which album, and which ones are leaving."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from sync.library.database import Library


class MemberRow(NamedTuple):
    photo: int
    asset: str
    fingerprint: bytes | None
    content: bytes
    kept_by_hand: bool
    gone: bool


class LeavingRow(NamedTuple):
    """A photo that is off the wall in an album, and not yet off the disk."""

    photo: int
    asset: str
    position: int
    gone: str
    """The Moment, as JSON."""
    why: str


def members(library: Library, album: str) -> Iterator[MemberRow]:
    """Every photo of the album, sorted by asset id, read as they are iterated."""
    rows = library.rows(
        """SELECT p.id, p.asset, m.fingerprint, p.content, m.kept_by_hand, m.gone IS NOT NULL
           FROM memberships m JOIN photos p ON p.id = m.photo WHERE m.album = ? ORDER BY p.asset""",
        (album,),
    )
    for photo, asset, fingerprint, content, kept, gone in rows:
        yield MemberRow(photo, asset, fingerprint, content, bool(kept), bool(gone))


def count(library: Library, album: str) -> int:
    """How many photos the album has that are not leaving."""
    row = library.row("SELECT count(*) FROM memberships WHERE album = ? AND gone IS NULL", (album,))
    return 0 if row is None else int(row[0])


def some(library: Library, album: str, *, first: int, most: int) -> list[int]:
    """Ids of the photos that the album shows, in its order, from the `first` (0) on."""
    sql = "SELECT photo FROM memberships WHERE album = ? AND gone IS NULL ORDER BY position, photo LIMIT ? OFFSET ?"
    return [row[0] for row in library.rows(sql, (album, most, first))]


def put(db: sqlite3.Connection, *, album: str, photo: int, position: int, fingerprint: bytes | None) -> None:
    """The photo is listed in the album, as that fingerprint says; inside a transaction."""
    db.execute(
        """INSERT INTO memberships (album, photo, position, fingerprint) VALUES (?, ?, ?, ?)
           ON CONFLICT (album, photo) DO UPDATE SET position = excluded.position, fingerprint = excluded.fingerprint,
             kept_by_hand = 0, gone = NULL, gone_why = NULL""",
        (album, photo, position, fingerprint),
    )


def leave(db: sqlite3.Connection, *, album: str, photo: int, gone: str, why: str) -> None:
    """Off the wall from now on; inside a transaction."""
    db.execute(
        "UPDATE memberships SET gone = ?, gone_why = ? WHERE album = ? AND photo = ? AND gone IS NULL",
        (gone, why, album, photo),
    )


def leave_all(db: sqlite3.Connection, *, album: str, gone: str, why: str) -> int:
    """The whole album is off the wall from now on; inside a transaction. Gives how many photos that are."""
    return db.execute(
        "UPDATE memberships SET gone = ?, gone_why = ? WHERE album = ? AND gone IS NULL", (gone, why, album)
    ).rowcount


def leaving(library: Library, album: str) -> list[LeavingRow]:
    """The album's photos that are off the wall and not yet off the disk."""
    rows = library.rows(
        """SELECT m.photo, p.asset, m.position, m.gone, m.gone_why FROM memberships m JOIN photos p ON p.id = m.photo
           WHERE m.album = ? AND m.gone IS NOT NULL ORDER BY m.position, m.photo""",
        (album,),
    )
    return [LeavingRow(*row) for row in rows]


def keep_by_hand(db: sqlite3.Connection, *, album: str, assets: tuple[str, ...]) -> None:
    """A person wants these to stay although the server lists them no more; inside a transaction."""
    db.executemany(
        """UPDATE memberships SET kept_by_hand = 1 WHERE album = ? AND gone IS NULL
           AND photo IN (SELECT id FROM photos WHERE asset = ?)""",
        [(album, asset) for asset in assets],
    )


def kept(library: Library, album: str) -> tuple[str, ...]:
    """Asset ids that stay because a person said so, sorted."""
    sql = """SELECT p.asset FROM memberships m JOIN photos p ON p.id = m.photo
             WHERE m.album = ? AND m.kept_by_hand = 1 AND m.gone IS NULL ORDER BY p.asset"""
    return tuple(row[0] for row in library.rows(sql, (album,)))


def kept_counts(library: Library) -> dict[str, int]:
    """How many photos stay because a person said so, by album, where any do."""
    sql = """SELECT album, count(*) FROM memberships WHERE kept_by_hand = 1 AND gone IS NULL
             GROUP BY album ORDER BY album"""
    return {str(row[0]): int(row[1]) for row in library.rows(sql)}


def keep_no_more(db: sqlite3.Connection, *, album: str) -> None:
    """What stayed because a person said so follows the server's list again; inside a transaction."""
    db.execute("UPDATE memberships SET kept_by_hand = 0 WHERE album = ? AND kept_by_hand = 1", (album,))


def remove(db: sqlite3.Connection, *, album: str, photo: int) -> int:
    """The photo is out of the album; inside a transaction. Gives in how many albums it still is."""
    db.execute("DELETE FROM memberships WHERE album = ? AND photo = ?", (album, photo))
    row = db.execute("SELECT count(*) FROM memberships WHERE photo = ?", (photo,)).fetchone()
    return int(row[0])


def any_of(library: Library, album: str) -> bool:
    """Whether the album has any photo, leaving ones included."""
    return library.row("SELECT 1 FROM memberships WHERE album = ? LIMIT 1", (album,)) is not None


def albums(library: Library) -> list[str]:
    """Names of all albums that have photos, leaving ones included."""
    return [row[0] for row in library.rows("SELECT DISTINCT album FROM memberships ORDER BY album")]
