"""What sync remembers of an album: its last complete listing, what was left out of it, and what is wrong with it."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from sync.library.database import Library

LASTING = timedelta(days=1)


class AlbumRow(Struct, frozen=True, kw_only=True):
    """One album; times are ISO 8601 texts in UTC."""

    name: str
    identity: str = ""
    token: str | None = None
    """Proves, given back to the server, that nothing changed since the last complete listing."""
    mark: str | None = None
    """Stands for the answers of the last complete listing."""
    listed_at: str | None = None
    """When a complete listing was last written down (a listing like the last one is, weekly)."""
    server_version: str | None = None
    account: str | None = None
    """The user id that the server answered for."""
    listed: int = 0
    complete: bool = False
    proof: str = ""
    left_out: dict[str, int] = {}
    """How many of each kind are not shown, such as `{"videos": 3}`."""
    problem: str | None = None
    problem_since: str | None = None
    problem_lasts: bool = False
    """Old enough for the wall to speak of it."""


_COLUMNS = ", ".join(field.name for field in msgspec.structs.fields(AlbumRow))


def get(library: Library, name: str) -> AlbumRow | None:
    """The album of that name, or None where it was never listed."""
    row = library.row(f"SELECT {_COLUMNS} FROM albums WHERE name = ?", (name,))  # noqa: S608 - our own column names
    return None if row is None else _album(row)


def every(library: Library) -> list[AlbumRow]:
    """All albums that were ever listed and not removed."""
    return [_album(row) for row in library.rows(f"SELECT {_COLUMNS} FROM albums ORDER BY name")]  # noqa: S608


def put(db: sqlite3.Connection, album: AlbumRow) -> None:
    """Write the whole row; inside a transaction."""
    fields = msgspec.structs.asdict(album)
    values = fields | {
        "complete": int(album.complete),
        "left_out": msgspec.json.encode(album.left_out).decode(),
        "problem_lasts": int(album.problem_lasts),
    }
    marks = ", ".join("?" for _ in values)
    db.execute(f"INSERT OR REPLACE INTO albums ({_COLUMNS}) VALUES ({marks})", tuple(values.values()))  # noqa: S608


def remove(db: sqlite3.Connection, name: str) -> None:
    """Forget an album that has no photos any more; inside a transaction."""
    db.execute("DELETE FROM albums WHERE name = ?", (name,))


def problem(library: Library, name: str, *, sentence: str | None, now: datetime, trusted: bool = True) -> bool:
    """Note what is wrong with an album, or that nothing is. Tells whether that is news; writes nothing if it is not.

    After a day of it the problem lasts: `trusted` is whether `now` may be believed.
    """
    album = get(library, name) or AlbumRow(name=name)
    since = album.problem_since or now.isoformat()
    lasts = album.problem_lasts or (trusted and now - datetime.fromisoformat(since) >= LASTING)
    if sentence is None:
        noted = msgspec.structs.replace(album, problem=None, problem_since=None, problem_lasts=False)
    else:
        noted = msgspec.structs.replace(album, problem=sentence, problem_since=since, problem_lasts=lasts)
    if noted == album:
        return False
    with library.transaction() as db:
        put(db, noted)
    return True


def _album(row: sqlite3.Row) -> AlbumRow:
    fields = dict(row)
    fields["complete"], fields["problem_lasts"] = bool(row["complete"]), bool(row["problem_lasts"])
    return AlbumRow(**fields | {"left_out": msgspec.json.decode(row["left_out"], type=dict)})
