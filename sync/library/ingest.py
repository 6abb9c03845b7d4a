"""What ingest remembers of its inboxes: every file and group, how far each group came, which favourites are ours, and
the journal by which a run can be taken back. Facts of a file are kept as sync/ingest wrote them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from sync.library.database import Library

KEPT_RUNS = 200
"""So many runs can be taken back."""


class State(StrEnum):
    PENDING = "pending"
    DONE = "done"
    KNOWN = "known"
    """The server had all of it before the inbox was set up: left as it is, unless a person asks for a full pass."""
    LEAVING = "leaving"
    """Uploaded and confirmed; its files go."""


class InboxRow(Struct, frozen=True, kw_only=True):
    """One inbox; `identity` is the server, account and library that all below it belongs to."""

    inbox: str
    identity: str = ""
    cursor: str = ""
    """The server's own time up to which changes of the library were looked at; empty: it was never listed."""
    problem: str = ""
    ran_at: str = ""


class FileRow(Struct, frozen=True, kw_only=True, gc=False):
    """One file of an inbox."""

    path: str
    size: int
    changed_ns: int
    modified_ns: int
    facts: str = ""
    sidecar: str = ""
    """Length and ctime of its sidecar when it was last read."""
    favourite: bool | None = None
    """What the sidecar says; None without one."""
    hidden: bool = False
    place: str = ""
    """Its path below the library's folder, once it is there."""
    asset: str = ""
    sha1: str = ""
    sent: str = ""
    """Its sidecar, as `sidecar`, that went up with it."""


class GroupRow(Struct, frozen=True, kw_only=True, gc=False):
    """One group, by the path of the file that stands for it."""

    key: str
    members: str
    """Differs when other files, or files of other content, make up the group."""
    sidecars: str
    """Differs when one of its sidecars was written anew."""
    state: State
    steps: str = ""
    """The steps that are done, separated by spaces."""
    favourite: bool = False
    """What was last made of its sidecar on the server."""
    problem: str = ""
    late: bool = False
    """The server did not list all of it in time; it holds up nobody else."""


class What(StrEnum):
    """A change on the server."""

    STACK = "stack"
    LIVE = "live"
    FAVOURITE = "favourite"
    UNFAVOURITE = "unfavourite"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    ALBUM = "album"
    NEW_ALBUM = "new album"


class Change(Struct, frozen=True):
    """`asset` is what was changed; `target` the album, the stack's members, or the video (and who played it before)."""

    what: What
    asset: str
    target: str = ""


class RunRow(Struct, frozen=True, kw_only=True):
    id: int
    inbox: str
    server: str
    plan: str
    at: str
    counts: dict[str, int]
    undone_at: str | None


_FILE = ", ".join(field.name for field in msgspec.structs.fields(FileRow))
_GROUP = '"key", members, sidecars, state, steps, favourite, problem, late'


def inbox(library: Library, name: str) -> InboxRow:
    """What is known of an inbox; an empty row where it never ran."""
    row = library.row("SELECT * FROM ingest_inboxes WHERE inbox = ?", (name,))
    return InboxRow(inbox=name) if row is None else InboxRow(**dict(row))


def put_inbox(db: sqlite3.Connection, row: InboxRow) -> None:
    """Write the whole row; inside a transaction."""
    db.execute(
        "INSERT OR REPLACE INTO ingest_inboxes (inbox, identity, cursor, problem, ran_at) VALUES (?, ?, ?, ?, ?)",
        msgspec.structs.astuple(row),
    )


def forget(db: sqlite3.Connection, name: str) -> None:
    """Forget an inbox's files and groups; its journal stays. Inside a transaction."""
    for table in ("ingest_files", "ingest_groups", "ingest_inboxes"):
        db.execute(f"DELETE FROM {table} WHERE inbox = ?", (name,))  # noqa: S608 - our own names


def files(library: Library, name: str) -> dict[str, FileRow]:
    """Every known file by its path."""
    found = {}
    for row in library.rows(f"SELECT {_FILE} FROM ingest_files WHERE inbox = ?", (name,)):  # noqa: S608
        values = list(row)
        values[6] = None if values[6] is None else bool(values[6])
        values[7] = bool(values[7])
        found[values[0]] = FileRow(**dict(zip(_FILE.split(", "), values, strict=True)))
    return found


def put_files(db: sqlite3.Connection, name: str, rows: Iterable[FileRow]) -> None:
    """Write these rows; inside a transaction."""
    marks = ", ".join("?" for _ in _FILE.split(", "))
    sql = f"INSERT OR REPLACE INTO ingest_files (inbox, {_FILE}) VALUES (?, {marks})"  # noqa: S608
    db.executemany(sql, ((name, *msgspec.structs.astuple(row)) for row in rows))


def groups(library: Library, name: str) -> dict[str, GroupRow]:
    """Every known group by its key."""
    found = {}
    for row in library.rows(f"SELECT {_GROUP} FROM ingest_groups WHERE inbox = ?", (name,)):  # noqa: S608
        found[row["key"]] = GroupRow(
            key=row["key"], members=row["members"], sidecars=row["sidecars"], state=State(row["state"]),
            steps=row["steps"], favourite=bool(row["favourite"]), problem=row["problem"], late=bool(row["late"]),
        )  # fmt: skip
    return found


def put_groups(db: sqlite3.Connection, name: str, rows: Iterable[GroupRow]) -> None:
    """Write these rows; inside a transaction."""
    sql = f"INSERT OR REPLACE INTO ingest_groups (inbox, {_GROUP}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    db.executemany(sql, ((name, *msgspec.structs.astuple(row)) for row in rows))


def gone(db: sqlite3.Connection, name: str, *, paths: Iterable[str], keys: Iterable[str]) -> None:
    """Forget files that we took away, and their groups; inside a transaction."""
    db.executemany("DELETE FROM ingest_files WHERE inbox = ? AND path = ?", ((name, path) for path in paths))
    db.executemany('DELETE FROM ingest_groups WHERE inbox = ? AND "key" = ?', ((name, key) for key in keys))


def counts(library: Library, name: str) -> dict[State, int]:
    """How many groups are in which state."""
    sql = "SELECT state, count(*) AS count FROM ingest_groups WHERE inbox = ? GROUP BY state"
    return {State(row["state"]): row["count"] for row in library.rows(sql, (name,))}


def problems(library: Library, name: str) -> list[tuple[str, str]]:
    """Groups with a problem: key and sentence."""
    sql = """SELECT "key", problem FROM ingest_groups WHERE inbox = ? AND problem <> '' ORDER BY "key" """
    return [(row["key"], row["problem"]) for row in library.rows(sql, (name,))]


def ours(library: Library, server: str, assets: Collection[str]) -> set[str]:
    """Which of these are favourites because of us."""
    found = library.rows("SELECT asset FROM ingest_favourites WHERE server = ?", (server,))
    return {row["asset"] for row in found} & set(assets)


def note_favourites(db: sqlite3.Connection, server: str, assets: Iterable[str], *, ours: bool) -> None:
    """Remember that these are favourites because of us, or no longer; inside a transaction."""
    sql = "INSERT OR IGNORE INTO ingest_favourites (server, asset) VALUES (?, ?)"
    if not ours:
        sql = "DELETE FROM ingest_favourites WHERE server = ? AND asset = ?"
    db.executemany(sql, ((server, asset) for asset in assets))


def albums(library: Library, server: str) -> dict[str, str]:
    """The albums that templates led to: Immich's id by name."""
    rows = library.rows("SELECT name, album FROM ingest_albums WHERE server = ?", (server,))
    return {row["name"]: row["album"] for row in rows}


def note_album(db: sqlite3.Connection, server: str, name: str, album: str | None) -> None:
    """Remember an album, or (None) forget it; inside a transaction."""
    db.execute("DELETE FROM ingest_albums WHERE server = ? AND name = ?", (server, name))
    if album is not None:
        db.execute("INSERT INTO ingest_albums (server, name, album) VALUES (?, ?, ?)", (server, name, album))


def begin(db: sqlite3.Connection, name: str, *, server: str, plan: str, now: datetime) -> int:
    """Begin a run's journal and forget the oldest; inside a transaction."""
    at = now.isoformat(timespec="seconds")
    sql = "INSERT INTO ingest_runs (inbox, server, \"plan\", at, counts) VALUES (?, ?, ?, ?, '{}')"
    cursor = db.execute(sql, (name, server, plan, at))
    old = "SELECT id FROM ingest_runs ORDER BY id DESC LIMIT -1 OFFSET ?"
    for (number,) in db.execute(old, (KEPT_RUNS,)).fetchall():
        db.execute("DELETE FROM ingest_changes WHERE run = ?", (number,))
        db.execute("DELETE FROM ingest_runs WHERE id = ?", (number,))
    return int(cursor.lastrowid or 0)


def end(db: sqlite3.Connection, run: int, told: dict[str, int]) -> None:
    """Write down what a run came to; inside a transaction."""
    text = msgspec.json.encode(told).decode()
    db.execute("UPDATE ingest_runs SET counts = ? WHERE id = ?", (text, run))


def intend(db: sqlite3.Connection, run: int, changes: Iterable[Change]) -> None:
    """Write down what is about to be asked of the server; inside a transaction, before it is asked."""
    sql = "INSERT OR IGNORE INTO ingest_changes (run, what, asset, target, done) VALUES (?, ?, ?, ?, NULL)"
    db.executemany(sql, ((run, one.what.value, one.asset, one.target) for one in changes))


def settle(db: sqlite3.Connection, changes: Iterable[Change], *, done: bool) -> None:
    """Write down what came of it, also where an earlier run asked and never heard; inside a transaction."""
    sql = "UPDATE ingest_changes SET done = ? WHERE what = ? AND asset = ? AND target = ? AND done IS NULL"
    db.executemany(sql, ((int(done), one.what.value, one.asset, one.target) for one in changes))


def in_doubt(library: Library, server: str) -> set[Change]:
    """What was asked of this server and never answered: it may be done, and it was us."""
    sql = """SELECT c.what, c.asset, c.target FROM ingest_changes c JOIN ingest_runs r ON r.id = c.run
             WHERE c.done IS NULL AND r.server = ?"""
    return {Change(What(row["what"]), row["asset"], row["target"]) for row in library.rows(sql, (server,))}


def runs(library: Library, name: str | None = None) -> list[RunRow]:
    """The runs that changed something, of one inbox or of all, the newest first."""
    sql = """SELECT id, inbox, server, "plan", at, counts, undone_at FROM ingest_runs r
             WHERE (? IS NULL OR inbox = ?) AND (counts <> '{}' OR EXISTS
             (SELECT 1 FROM ingest_changes c WHERE c.run = r.id AND c.done IS NOT 0)) ORDER BY id DESC"""
    return [
        RunRow(**dict(row) | {"counts": msgspec.json.decode(row["counts"], type=dict[str, int])})
        for row in library.rows(sql, (name, name))
    ]


def changes(library: Library, run: int) -> Iterator[Change]:
    """What a run did, or may have done, in that order."""
    sql = "SELECT what, asset, target FROM ingest_changes WHERE run = ? AND done IS NOT 0 ORDER BY number"
    for row in library.rows(sql, (run,)):
        yield Change(What(row["what"]), row["asset"], row["target"])


def undone(db: sqlite3.Connection, run: int, *, now: datetime) -> None:
    """A run was taken back; inside a transaction."""
    db.execute("UPDATE ingest_runs SET undone_at = ? WHERE id = ?", (now.isoformat(timespec="seconds"), run))


def filed(library: Library, album: str) -> set[str]:
    """What we put into an album before, but for runs that were taken back: it is not put there again."""
    sql = """SELECT c.asset FROM ingest_changes c JOIN ingest_runs r ON r.id = c.run
             WHERE c.what = 'album' AND c.target = ? AND c.done = 1 AND r.undone_at IS NULL"""
    return {row["asset"] for row in library.rows(sql, (album,))}


def name_album(db: sqlite3.Connection, run: int | None, name: str, album: str) -> None:
    """The album of that name was made by this run, or (None) by an earlier one that never heard of it."""
    sql = """UPDATE ingest_changes SET done = 1, asset = ? WHERE what = ? AND target = ? AND done IS NULL
             AND (? IS NULL OR run = ?)"""
    db.execute(sql, (album, What.NEW_ALBUM.value, name, run, run))
