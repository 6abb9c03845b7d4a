"""What sync remembers of smart albums: which album on the server each keeps, what we put in, and the journal by which
a run can be taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from sync.library.database import Library

KEPT_RUNS = 100
"""So many runs of one smart album can be taken back."""


class SmartRow(Struct, frozen=True, kw_only=True):
    """One smart album; times are ISO 8601 texts in UTC."""

    name: str
    server: str = ""
    wanted: str = ""
    """The name or id that the settings gave when `album` was found or made."""
    album: str = ""
    rule: str = ""
    """A digest of the rule of the last run."""
    day: str = ""
    version: str = ""
    account: str = ""
    total: int = 0
    undone: bool = False
    """A person took the last run back: nothing is done until a person asks for it."""
    held: str | None = None
    """Why something waits for a person."""
    problem: str | None = None
    problem_since: str | None = None
    proof: str | None = None
    """By what it can be proved that nothing changed; sync/smart/proof.py reads it."""


class State(StrEnum):
    ADDED = "added"
    ASKED = "asked"
    OUT = "out"


class RunRow(Struct, frozen=True, kw_only=True):
    id: int
    name: str
    server: str
    album: str
    plan: str
    created: bool
    at: str
    undone_at: str | None
    added: int = 0
    removed: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """What it did, by the words of a preview."""
        return {"add": self.added, "remove": self.removed}


class ChangeRow(Struct, frozen=True):
    asset: str
    action: str
    """add or remove."""
    ours: bool
    """A removed one: whether we had added it."""
    done: bool | None


_COLUMNS = ", ".join(field.name for field in msgspec.structs.fields(SmartRow))


def get(library: Library, name: str) -> SmartRow | None:
    """The smart album of that name, or None where it never ran."""
    row = library.row(f"SELECT {_COLUMNS} FROM smart_albums WHERE name = ?", (name,))  # noqa: S608 - our own columns
    return None if row is None else SmartRow(**dict(row) | {"undone": bool(row["undone"])})


def put(db: sqlite3.Connection, row: SmartRow) -> None:
    """Write the whole row; inside a transaction."""
    values = msgspec.structs.asdict(row) | {"undone": int(row.undone)}
    marks = ", ".join("?" for _ in values)
    sql = f"INSERT OR REPLACE INTO smart_albums ({_COLUMNS}) VALUES ({marks})"  # noqa: S608 - our own columns
    db.execute(sql, tuple(values.values()))


def added(library: Library, album: str) -> dict[State, set[str]]:
    """What we put into an album on the server, by what became of it."""
    found: dict[State, set[str]] = {state: set() for state in State}
    for row in library.rows("SELECT asset, state FROM smart_added WHERE album = ?", (album,)):
        found[State(row["state"])].add(row["asset"])
    return found


def note(db: sqlite3.Connection, album: str, assets: Iterable[str], state: State | None) -> None:
    """Remember what became of assets, None to forget them; inside a transaction."""
    if state is None:
        db.executemany("DELETE FROM smart_added WHERE album = ? AND asset = ?", ((album, one) for one in assets))
    else:
        sql = "INSERT OR REPLACE INTO smart_added (album, asset, state) VALUES (?, ?, ?)"
        db.executemany(sql, ((album, one, state.value) for one in assets))


def begin(db: sqlite3.Connection, row: SmartRow, *, plan: str, created: bool, now: datetime) -> int:
    """Begin a run's journal, and forget the oldest; inside a transaction."""
    cursor = db.execute(
        "INSERT INTO smart_runs (name, server, album, plan, created, at) VALUES (?, ?, ?, ?, ?, ?)",
        (row.name, row.server, row.album, plan, int(created), now.isoformat(timespec="seconds")),
    )
    old = "SELECT id FROM smart_runs WHERE name = ? ORDER BY id DESC LIMIT -1 OFFSET ?"
    for (number,) in db.execute(old, (row.name, KEPT_RUNS)).fetchall():
        db.execute("DELETE FROM smart_changes WHERE run = ?", (number,))
        db.execute("DELETE FROM smart_runs WHERE id = ?", (number,))
    return int(cursor.lastrowid or 0)


def intend(db: sqlite3.Connection, run: int, changes: Iterable[ChangeRow]) -> None:
    """Write down what is about to be asked of the server; inside a transaction, before it is asked."""
    sql = "INSERT OR REPLACE INTO smart_changes (run, asset, action, ours, done) VALUES (?, ?, ?, ?, NULL)"
    db.executemany(sql, ((run, one.asset, one.action, int(one.ours)) for one in changes))


def settle(db: sqlite3.Connection, run: int, assets: Iterable[str], *, done: bool) -> None:
    """Write down what came of it; inside a transaction."""
    sql = "UPDATE smart_changes SET done = ? WHERE run = ? AND asset = ?"
    db.executemany(sql, ((int(done), run, one) for one in assets))


def runs(library: Library, name: str) -> list[RunRow]:
    """The runs of a smart album that changed something, the newest first."""
    sql = """SELECT r.*, sum(c.action = 'add' AND c.done IS NOT 0) AS added,
             sum(c.action = 'remove' AND c.done IS NOT 0) AS removed
             FROM smart_runs r JOIN smart_changes c ON c.run = r.id WHERE r.name = ? GROUP BY r.id ORDER BY r.id DESC"""
    return [RunRow(**dict(row) | {"created": bool(row["created"])}) for row in library.rows(sql, (name,))]


def changes(library: Library, run: int) -> list[ChangeRow]:
    """What a run did, or may have done."""
    sql = "SELECT asset, action, ours, done FROM smart_changes WHERE run = ? AND done IS NOT 0"
    return [
        ChangeRow(row["asset"], row["action"], bool(row["ours"]), None if row["done"] is None else True)
        for row in library.rows(sql, (run,))
    ]


def undone(db: sqlite3.Connection, run: int, *, now: datetime) -> None:
    """A run was taken back; inside a transaction."""
    db.execute("UPDATE smart_runs SET undone_at = ? WHERE id = ?", (now.isoformat(timespec="seconds"), run))
