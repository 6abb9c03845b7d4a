"""What write-back remembers of a server: its assets, and who is in which of its people, albums and tags.

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


class GroupRow(Struct, frozen=True):
    id: int
    known: str
    name: str
    mark: str


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


# people, albums and tags


def groups(library: Library, server: str, kind: str) -> dict[str, GroupRow]:
    """All people, albums or tags of a server by Immich's id."""
    sql = "SELECT id, known, name, mark FROM writeback_groups WHERE server = ? AND kind = ?"
    return {row["known"]: GroupRow(**dict(row)) for row in library.rows(sql, (server, kind))}


def put_group(db: sqlite3.Connection, server: str, kind: str, known: str, name: str, mark: str) -> int:
    """Note one; gives its number; inside a transaction. Another name makes all who are in it dirty."""
    before = db.execute(
        "SELECT id, name FROM writeback_groups WHERE server = ? AND kind = ? AND known = ?", (server, kind, known)
    ).fetchone()
    if before is None:
        sql = "INSERT INTO writeback_groups (server, kind, known, name, mark) VALUES (?, ?, ?, ?, ?)"
        return int(db.execute(sql, (server, kind, known, name, mark)).lastrowid or 0)
    number = int(before[0])
    db.execute("UPDATE writeback_groups SET name = ?, mark = ? WHERE id = ?", (name, mark, number))
    if before[1] != name:
        mark_dirty(db, members_of(db, number))
    return number


def drop_group(db: sqlite3.Connection, number: int) -> None:
    """It is gone from the server: all who were in it are dirty; inside a transaction."""
    mark_dirty(db, members_of(db, number))
    db.execute("DELETE FROM writeback_members WHERE grouped = ?", (number,))
    db.execute("DELETE FROM writeback_groups WHERE id = ?", (number,))


def members_of(db: sqlite3.Connection, number: int) -> set[int]:
    """The numbers of the assets in it."""
    return {row[0] for row in db.execute("SELECT asset FROM writeback_members WHERE grouped = ?", (number,))}


def set_members(db: sqlite3.Connection, number: int, assets: set[int], *, only_add: bool = False) -> set[int]:
    """These are in it now; who came or left is dirty, and given; inside a transaction."""
    before = members_of(db, number)
    came, left = assets - before, set() if only_add else before - assets
    db.executemany("INSERT INTO writeback_members VALUES (?, ?)", ((number, one) for one in came))
    db.executemany(
        "DELETE FROM writeback_members WHERE grouped = ? AND asset = ?", ((number, one) for one in left)
    )
    mark_dirty(db, came | left)
    return came | left


def set_groups_of(
    db: sqlite3.Connection, asset: int, kind: str, numbers: set[int], *, only_add: bool = False
) -> bool:
    """These people (albums, tags) are in one asset now; gives whether that is new; inside a transaction."""
    sql = """SELECT m.grouped FROM writeback_members m JOIN writeback_groups g ON g.id = m.grouped
             WHERE m.asset = ? AND g.kind = ?"""
    before = {row[0] for row in db.execute(sql, (asset, kind))}
    came, left = numbers - before, set() if only_add else before - numbers
    if not came and not left:
        return False
    db.executemany("INSERT INTO writeback_members VALUES (?, ?)", ((one, asset) for one in came))
    db.executemany("DELETE FROM writeback_members WHERE grouped = ? AND asset = ?", ((one, asset) for one in left))
    mark_dirty(db, [asset])
    return True


def groups_of(library: Library, asset: int) -> dict[str, dict[str, str]]:
    """Names by Immich's id, by kind, of all people, albums and tags that an asset is in."""
    sql = """SELECT g.kind, g.known, g.name FROM writeback_members m JOIN writeback_groups g ON g.id = m.grouped
             WHERE m.asset = ?"""
    found: dict[str, dict[str, str]] = {"person": {}, "album": {}, "tag": {}}
    for row in library.rows(sql, (asset,)):
        found[row["kind"]][row["known"]] = row["name"]
    return found


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
