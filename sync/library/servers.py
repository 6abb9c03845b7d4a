"""What sync remembers of a server: its version, whose key we hold, and what is wrong with it."""

from __future__ import annotations

import sqlite3

import msgspec
from msgspec import Struct

from sync.library.database import Library


class ServerRow(Struct, frozen=True, kw_only=True):
    """One named server; times are ISO 8601 texts in UTC."""

    name: str
    url: str = ""
    version: str | None = None
    probe: str | None = None
    """The Probe as JSON."""
    problem: str | None = None
    problem_since: str | None = None


_COLUMNS = ", ".join(field.name for field in msgspec.structs.fields(ServerRow))


def get(library: Library, name: str) -> ServerRow | None:
    """The server of that name, or None where it was never asked."""
    row = library.row(f"SELECT {_COLUMNS} FROM servers WHERE name = ?", (name,))  # noqa: S608 - our own column names
    return None if row is None else ServerRow(**dict(row))


def every(library: Library) -> list[ServerRow]:
    """All servers that were ever asked."""
    return [ServerRow(**dict(row)) for row in library.rows(f"SELECT {_COLUMNS} FROM servers ORDER BY name")]  # noqa: S608


def put(db: sqlite3.Connection, server: ServerRow) -> None:
    """Write the whole row; inside a transaction."""
    marks = ", ".join("?" for _ in msgspec.structs.fields(ServerRow))
    values = msgspec.structs.astuple(server)
    db.execute(f"INSERT OR REPLACE INTO servers ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608


def problem(library: Library, server: ServerRow, *, sentence: str | None, now: str) -> None:
    """Note what is wrong with a server, or that nothing is; writes nothing where that is no news."""
    known = get(library, server.name)
    if known is not None and known.problem == sentence and known.url == server.url:
        return
    if sentence is None and (known is None or known.problem is None):
        return
    since = None if sentence is None else (known.problem_since if known and known.problem else now)
    base = known or server
    with library.transaction() as db:
        put(db, msgspec.structs.replace(base, url=server.url, problem=sentence, problem_since=since))
