"""What write-back remembers of a server and its assets; who is in which is in known_groups.py.

Whoever notes something new marks the assets that it concerns as dirty; nothing else makes a file looked at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from msgspec import Struct

from sync.library.database import Library


class ServerRow(Struct, frozen=True, kw_only=True):
    """One server; times are ISO 8601 texts in UTC, empty for never."""

    name: str
    account: str
    version: str
    since: str = ""
    whole_at: str = ""
    albums_at: str = ""
    tags_at: str = ""
    faces_at: str = ""


class AssetRow(Struct, frozen=True, kw_only=True):
    """One asset; `facts`, `proof` and `faces` are what sync/writeback encodes."""

    id: int
    asset: str
    root: str
    stamp: str
    facts: bytes
    proof: bytes
    faces: bytes | None
    state: str
    reason: str
    tried: str


_ASSET = ", ".join(field.name for field in msgspec.structs.fields(AssetRow))
_SERVER = ", ".join(field.name for field in msgspec.structs.fields(ServerRow))


def server(library: Library, name: str) -> ServerRow | None:
    """What is remembered of a server, or None."""
    row = library.row(f"SELECT {_SERVER} FROM writeback_servers WHERE name = ?", (name,))  # noqa: S608 - our columns
    return None if row is None else ServerRow(**dict(row))


def put_server(db: sqlite3.Connection, row: ServerRow) -> None:
    """Write the whole row; inside a transaction."""
    values = msgspec.structs.asdict(row)
    marks = ", ".join("?" for _ in values)
    db.execute(f"INSERT OR REPLACE INTO writeback_servers ({_SERVER}) VALUES ({marks})", tuple(values.values()))  # noqa: S608


def put_asset(
    db: sqlite3.Connection, server: str, asset: str, *, root: str, stamp: str, facts: bytes, proof: bytes
) -> tuple[int, bool]:
    """Note an asset as the server tells it now; gives its number, and whether anything of it is new. It is dirty where
    what is written of it, or its root, is new; inside a transaction."""
    row = db.execute(
        """INSERT INTO writeback_assets (server, asset, root, stamp, facts, proof) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (server, asset) DO UPDATE SET
             dirty = dirty OR facts != excluded.facts OR root != excluded.root OR gone,
             gone = 0, root = excluded.root, stamp = excluded.stamp, facts = excluded.facts, proof = excluded.proof
           WHERE gone OR root != excluded.root OR stamp != excluded.stamp OR facts != excluded.facts
             OR proof != excluded.proof
           RETURNING id""",
        (server, asset, root, stamp, facts, proof),
    ).fetchone()
    if row is not None:
        return int(row[0]), True
    row = db.execute("SELECT id FROM writeback_assets WHERE server = ? AND asset = ?", (server, asset)).fetchone()
    return int(row[0]), False


def facts(library: Library, server: str) -> Iterator[tuple[int, str, bytes]]:
    """Number, root and facts of every asset of a server."""
    sql = "SELECT id, root, facts FROM writeback_assets WHERE server = ? AND NOT gone"
    for row in library.rows(sql, (server,)):
        yield row[0], row[1], row[2]


def move(db: sqlite3.Connection, number: int, root: str) -> None:
    """It is under another root now; inside a transaction."""
    db.execute(
        "UPDATE writeback_assets SET root = ?, dirty = 1, state = '', tried = '' WHERE id = ?", (root, number)
    )


def find_asset(library: Library, server: str, asset: str) -> AssetRow | None:
    """The asset of that id, or None."""
    row = library.row(f"SELECT {_ASSET} FROM writeback_assets WHERE server = ? AND asset = ?", (server, asset))  # noqa: S608
    return None if row is None else AssetRow(**dict(row))


def asset(library: Library, number: int) -> AssetRow | None:
    """The asset of that number, or None."""
    row = library.row(f"SELECT {_ASSET} FROM writeback_assets WHERE id = ?", (number,))  # noqa: S608 - our columns
    return None if row is None else AssetRow(**dict(row))


def is_gone(library: Library, server: str, asset: str) -> bool:
    """Whether a whole listing lacked it."""
    sql = "SELECT 1 FROM writeback_assets WHERE server = ? AND asset = ? AND gone"
    return library.row(sql, (server, asset)) is not None


def dirty(library: Library, root: str, server: str) -> list[int]:
    """The numbers of a root's assets whose files must be looked at, in the order of their paths."""
    sql = "SELECT id FROM writeback_assets WHERE root = ? AND dirty = 1 AND server = ? AND NOT gone ORDER BY id"
    return [row["id"] for row in library.rows(sql, (root, server))]


def count(library: Library, server: str, root: str = "") -> int:
    """How many assets of a server (and root) are known."""
    sql = "SELECT count(*) FROM writeback_assets WHERE server = ? AND NOT gone AND (? = '' OR root = ?)"
    row = library.row(sql, (server, root, root))
    return int(row[0]) if row else 0


def settle(db: sqlite3.Connection, number: int, *, state: str = "", reason: str = "", tried: str = "") -> None:
    """Its file was looked at: in order where no state is given, else to be tried again; inside a transaction."""
    db.execute(
        "UPDATE writeback_assets SET dirty = ?, state = ?, reason = ?, tried = ? WHERE id = ?",
        (int(state not in ("", "unwritable")), state, reason, tried, number),
    )


def mark_dirty(db: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """These files must be looked at; inside a transaction."""
    db.executemany("UPDATE writeback_assets SET dirty = 1 WHERE id = ? AND dirty = 0", ((one,) for one in numbers))


def mark_root_dirty(db: sqlite3.Connection, root: str) -> None:
    """All files of a root must be looked at; inside a transaction."""
    db.execute("UPDATE writeback_assets SET dirty = 1, tried = '' WHERE root = ?", (root,))


def mark_gone(db: sqlite3.Connection, server: str) -> None:
    """What the whole listing lacked is no longer looked at, and nothing of it is cleared; inside a transaction."""
    sql = """UPDATE writeback_assets SET gone = 1 WHERE server = ? AND NOT gone
             AND id NOT IN (SELECT id FROM temp.writeback_seen)"""
    db.execute(sql, (server,))


def by_root(library: Library, server: str) -> dict[str, int]:
    """How many assets of a server are under which root; '' is under none."""
    sql = "SELECT root, count(*) AS n FROM writeback_assets WHERE server = ? AND NOT gone GROUP BY root"
    return {row["root"]: row["n"] for row in library.rows(sql, (server,))}


def states(library: Library, root: str) -> dict[str, int]:
    """How many of a root's files were not written, by why."""
    sql = "SELECT state, count(*) AS n FROM writeback_assets WHERE root = ? AND state != '' AND NOT gone GROUP BY state"
    return {row["state"]: row["n"] for row in library.rows(sql, (root,))}


# faces


def put_faces(db: sqlite3.Connection, number: int, faces: bytes | None, *, now: datetime) -> None:
    """Note where the faces of an asset are; dirty where that is new; inside a transaction."""
    db.execute(
        """UPDATE writeback_assets SET dirty = dirty OR faces IS NOT ?, faces = ?, faces_at = ?
           WHERE id = ? AND (faces IS NOT ? OR faces_at = '')""",
        (faces, faces, now.isoformat(timespec="seconds"), number, faces),
    )


def seen_faces(db: sqlite3.Connection, number: int, *, now: datetime) -> None:
    """They were looked at and are as they were; inside a transaction."""
    db.execute("UPDATE writeback_assets SET faces_at = ? WHERE id = ?", (now.isoformat(timespec="seconds"), number))


def forget_faces(db: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """They must be asked for again; inside a transaction."""
    db.executemany("UPDATE writeback_assets SET faces_at = '' WHERE id = ?", ((one,) for one in numbers))


_WITH_PEOPLE = """SELECT DISTINCT a.id, a.asset FROM writeback_assets a JOIN writeback_members m ON m.asset = a.id
                  JOIN writeback_groups g ON g.id = m.grouped
                  WHERE a.server = ? AND NOT a.gone AND a.root != '' AND g.kind = 'person' AND g.name != ''"""


def without_faces(library: Library, server: str) -> list[tuple[int, str]]:
    """Assets with named people whose boxes were never asked for: number and id."""
    return [(row["id"], row["asset"]) for row in library.rows(f"{_WITH_PEOPLE} AND a.faces_at = ''", (server,))]


def oldest_faces(library: Library, server: str, most: int) -> list[tuple[int, str]]:
    """Those whose boxes were looked at the longest ago."""
    sql = f"{_WITH_PEOPLE} AND a.faces_at != '' ORDER BY a.faces_at LIMIT ?"
    return [(row["id"], row["asset"]) for row in library.rows(sql, (server, most))]


def with_people(library: Library, server: str) -> int:
    """How many assets have named people."""
    row = library.row(f"SELECT count(*) FROM ({_WITH_PEOPLE})", (server,))  # noqa: S608 - our own text
    return int(row[0]) if row else 0


def numbers(library: Library, server: str, assets: Iterable[str]) -> Iterator[int]:
    """The numbers of those that are known."""
    for one in assets:
        row = library.row("SELECT id FROM writeback_assets WHERE server = ? AND asset = ?", (server, one))
        if row is not None:
            yield int(row["id"])


def begin_listing(db: sqlite3.Connection) -> None:
    """Before a whole listing: nothing is seen yet."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS writeback_seen (id INTEGER PRIMARY KEY)")
    db.execute("DELETE FROM temp.writeback_seen")


def saw(db: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """These are in the listing."""
    db.executemany("INSERT OR IGNORE INTO temp.writeback_seen VALUES (?)", ((one,) for one in numbers))
