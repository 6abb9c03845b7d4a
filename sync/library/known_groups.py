"""What write-back remembers of a server's people, albums and tags, and which assets are in which.

Who comes, leaves or is named anew makes the assets that it concerns dirty (known.py).
"""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from sync.library.database import Library
from sync.library.known import mark_dirty


class GroupRow(Struct, frozen=True):
    id: int
    known: str
    name: str
    mark: str


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
