"""What write-back wrote where: the ledger of files, roots and how they are, and the journal of runs by which each can
be undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from sync.files import storable_ns
from sync.library.database import Library

KEPT_RUNS = 100
"""So many runs can be taken back ..."""
KEPT_BYTES = 1_000_000_000
"""... while what takes them back needs no more than this."""


class RootRow(Struct, frozen=True, kw_only=True):
    """One root; `found` is what its probe found, as JSON."""

    name: str
    identity: str = ""
    """Of the settings that say where it lies; another one is probed anew."""
    told: str = ""
    """Of the settings that say what is written; another one has every file looked at."""
    found: str = ""
    rests: bool = True
    """It is new, or a run was taken back: nothing is written until a person asks for it."""
    problem: str | None = None
    problem_since: str | None = None


class FileRow(Struct, frozen=True, kw_only=True):
    """A file as we left it, or as it was when there was nothing to write."""

    path: str
    server: str
    asset: str
    root: str
    role: str
    """original or sidecar."""
    size_bytes: int
    mtime_ns: int
    ours: str


class RunRow(Struct, frozen=True, kw_only=True):
    id: int
    at: str
    ended_at: str | None
    counts: dict[str, int]
    undone_at: str | None
    changes: int = 0


class ChangeRow(Struct, frozen=True, kw_only=True):
    """One write into one file."""

    id: int
    run: int
    server: str
    asset: str
    root: str
    path: str
    role: str
    fields: str
    back: bytes
    ours_before: str
    ours_after: str
    done: bool | None
    undone: bool


_ROOT = ", ".join(field.name for field in msgspec.structs.fields(RootRow))
_FILE = ", ".join(field.name for field in msgspec.structs.fields(FileRow))
_CHANGE = ", ".join(field.name for field in msgspec.structs.fields(ChangeRow))


# roots


def root(library: Library, name: str) -> RootRow:
    """What is remembered of a root."""
    row = library.row(f"SELECT {_ROOT} FROM writeback_roots WHERE name = ?", (name,))  # noqa: S608 - our columns
    return RootRow(name=name) if row is None else RootRow(**dict(row) | {"rests": bool(row["rests"])})


def put_root(db: sqlite3.Connection, row: RootRow) -> None:
    """Write the whole row; inside a transaction."""
    values = msgspec.structs.asdict(row) | {"rests": int(row.rests)}
    marks = ", ".join("?" for _ in values)
    db.execute(f"INSERT OR REPLACE INTO writeback_roots ({_ROOT}) VALUES ({marks})", tuple(values.values()))  # noqa: S608


def rest(db: sqlite3.Connection, name: str, *, rests: bool) -> None:
    """Whether a root waits until a person asks for it; inside a transaction."""
    db.execute("UPDATE writeback_roots SET rests = ? WHERE name = ?", (int(rests), name))


# files


def files(library: Library, root: str) -> Iterator[tuple[str, str, int, int]]:
    """Path, asset's id, size and time of every file of a root that is in the ledger."""
    sql = "SELECT path, asset, size_bytes, mtime_ns FROM writeback_files WHERE root = ?"
    for row in library.rows(sql, (root,)):
        yield row[0], row[1], row[2], row[3]


def file(library: Library, path: str) -> FileRow | None:
    """The file of that path, or None."""
    row = library.row(f"SELECT {_FILE} FROM writeback_files WHERE path = ?", (path,))  # noqa: S608 - our columns
    return None if row is None else FileRow(**dict(row))


def files_of(library: Library, server: str, asset: str, role: str) -> list[FileRow]:
    """All that an asset has in that role, wherever."""
    sql = f"SELECT {_FILE} FROM writeback_files WHERE server = ? AND asset = ? AND role = ?"  # noqa: S608 - our columns
    return [FileRow(**dict(row)) for row in library.rows(sql, (server, asset, role))]


def put_file(db: sqlite3.Connection, row: FileRow) -> None:
    """Write the whole row: an asset has one file in each role, and where it lay before is no longer its; inside a
    transaction."""
    sql = "DELETE FROM writeback_files WHERE server = ? AND asset = ? AND role = ? AND path != ?"
    db.execute(sql, (row.server, row.asset, row.role, row.path))
    values = msgspec.structs.asdict(row) | {"mtime_ns": storable_ns(row.mtime_ns)}
    marks = ", ".join("?" for _ in values)
    db.execute(f"INSERT OR REPLACE INTO writeback_files ({_FILE}) VALUES ({marks})", tuple(values.values()))  # noqa: S608


def move_files(db: sqlite3.Connection, root: str, *, before: str, after: str) -> None:
    """The folder of a root lies elsewhere now, and its files with it; inside a transaction."""
    db.execute(
        """UPDATE OR IGNORE writeback_files SET path = ? || substr(path, ?)
           WHERE root = ? AND substr(path, 1, ?) = ?""",
        (after.rstrip("/"), len(before.rstrip("/")) + 1, root, len(before.rstrip("/")) + 1, before.rstrip("/") + "/"),
    )
    db.execute(
        "DELETE FROM writeback_files WHERE root = ? AND substr(path, 1, ?) != ?",
        (root, len(after.rstrip("/")) + 1, after.rstrip("/") + "/"),
    )


def having(library: Library, server: str, run: int) -> dict[str, int]:
    """Of how many photos' files each module has something of ours in; as it was before that run."""
    sql = """WITH there (asset, ours) AS (
               SELECT asset, ours FROM writeback_files
               WHERE server = ? AND path NOT IN (SELECT path FROM writeback_changes WHERE run = ?)
               UNION ALL SELECT asset, ours_before FROM writeback_changes WHERE server = ? AND run = ?)
             SELECT module.key AS module, count(DISTINCT asset) AS n FROM there, json_each(ours) AS module GROUP BY 1"""
    return {row["module"]: row["n"] for row in library.rows(sql, (server, run, server, run))}


def drop_file(db: sqlite3.Connection, path: str) -> None:
    """It is not there any more; inside a transaction."""
    db.execute("DELETE FROM writeback_files WHERE path = ?", (path,))


# the journal


def begin(db: sqlite3.Connection, *, now: datetime) -> int:
    """Begin a run, and forget the oldest; inside a transaction."""
    number = int(db.execute("INSERT INTO writeback_runs (at) VALUES (?)", (_text(now),)).lastrowid or 0)
    kept, total = 0, 0
    sql = """SELECT r.id, coalesce(sum(length(c.back)), 0) FROM writeback_runs r
             LEFT JOIN writeback_changes c ON c.run = r.id GROUP BY r.id ORDER BY r.id DESC"""
    for old, size in db.execute(sql).fetchall():
        kept, total = kept + 1, total + size
        if kept > KEPT_RUNS or (kept > 2 and total > KEPT_BYTES):
            db.execute("DELETE FROM writeback_changes WHERE run = ?", (old,))
            db.execute("DELETE FROM writeback_runs WHERE id = ?", (old,))
    return number


def intend(db: sqlite3.Connection, run: int, file: FileRow, *, fields: list[Any], back: bytes, ours_after: str) -> int:
    """Write down what is about to be written into a file; gives its number; inside a transaction, before it is."""
    cursor = db.execute(
        """INSERT INTO writeback_changes (run, server, asset, root, path, role, fields, back, ours_before, ours_after)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (run, file.server, file.asset, file.root, file.path, file.role, json.dumps(fields, ensure_ascii=False), back,
         file.ours, ours_after),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def done(db: sqlite3.Connection, change: int) -> None:
    """It was written; inside a transaction."""
    db.execute("UPDATE writeback_changes SET done = 1 WHERE id = ?", (change,))


def forget(db: sqlite3.Connection, change: int) -> None:
    """It was not written; inside a transaction."""
    db.execute("DELETE FROM writeback_changes WHERE id = ?", (change,))


def unsettled(library: Library) -> list[ChangeRow]:
    """Writes of which nobody knows whether they were made: the process died in between."""
    sql = f"SELECT {_CHANGE} FROM writeback_changes WHERE done IS NULL ORDER BY id"  # noqa: S608 - our columns
    return [_change(row) for row in library.rows(sql)]


def end(db: sqlite3.Connection, run: int, counts: dict[str, int], *, now: datetime) -> None:
    """What a run came to; one that wrote nothing is not kept; inside a transaction."""
    if db.execute("SELECT 1 FROM writeback_changes WHERE run = ? LIMIT 1", (run,)).fetchone() is None:
        db.execute("DELETE FROM writeback_runs WHERE id = ?", (run,))
        return
    db.execute(
        "UPDATE writeback_runs SET ended_at = ?, counts = ? WHERE id = ?", (_text(now), json.dumps(counts), run)
    )


def runs(library: Library) -> list[RunRow]:
    """The runs that wrote something, the newest first."""
    sql = """SELECT r.id, r.at, r.ended_at, r.counts, r.undone_at, count(c.id) AS changes FROM writeback_runs r
             JOIN writeback_changes c ON c.run = r.id GROUP BY r.id ORDER BY r.id DESC"""
    return [RunRow(**dict(row) | {"counts": json.loads(row["counts"])}) for row in library.rows(sql)]


def changes(library: Library, run: int) -> list[int]:
    """The numbers of a run's writes that were not taken back yet, the newest first."""
    sql = "SELECT id FROM writeback_changes WHERE run = ? AND done = 1 AND NOT undone ORDER BY id DESC"
    return [row["id"] for row in library.rows(sql, (run,))]


def change(library: Library, number: int) -> ChangeRow | None:
    """One write, or None."""
    row = library.row(f"SELECT {_CHANGE} FROM writeback_changes WHERE id = ?", (number,))  # noqa: S608 - our columns
    return None if row is None else _change(row)


def changes_of(library: Library, path: str, most: int) -> list[ChangeRow]:
    """The last writes into a file, the newest first."""
    sql = f"SELECT {_CHANGE} FROM writeback_changes WHERE path = ? ORDER BY id DESC LIMIT ?"  # noqa: S608 - ours
    return [_change(row) for row in library.rows(sql, (path, most))]


def undone(db: sqlite3.Connection, change: int) -> None:
    """A write was taken back; inside a transaction."""
    db.execute("UPDATE writeback_changes SET undone = 1, told = 0 WHERE id = ?", (change,))


def untold(library: Library, server: str) -> list[str]:
    """Ids of assets whose files were written, or put back, and which Immich was not asked to read again yet."""
    sql = "SELECT DISTINCT asset FROM writeback_changes WHERE server = ? AND told = 0 AND done = 1"
    return [row["asset"] for row in library.rows(sql, (server,))]


def told(db: sqlite3.Connection, server: str, assets: Iterable[str]) -> None:
    """Immich was asked; inside a transaction."""
    sql = "UPDATE writeback_changes SET told = 1 WHERE server = ? AND asset = ? AND told = 0 AND done = 1"
    db.executemany(sql, ((server, asset) for asset in assets))


def untell(db: sqlite3.Connection, server: str, asset: str) -> None:
    """Others wrote where we had written: Immich is to be asked to read it again; inside a transaction."""
    sql = """UPDATE writeback_changes SET told = 0 WHERE id =
             (SELECT max(id) FROM writeback_changes WHERE server = ? AND asset = ? AND done = 1)"""
    db.execute(sql, (server, asset))


def run_undone(db: sqlite3.Connection, run: int, *, now: datetime) -> None:
    """All of a run was taken back, as far as it could be; inside a transaction."""
    db.execute("UPDATE writeback_runs SET undone_at = ? WHERE id = ?", (_text(now), run))


def _change(row: sqlite3.Row) -> ChangeRow:
    told = dict(row)
    return ChangeRow(**told | {"done": None if told["done"] is None else bool(told["done"]),
                               "undone": bool(told["undone"])})  # fmt: skip


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
