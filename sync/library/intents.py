"""What people did at the wall or on the phone's picture of it: one row a photo and kind, the last wish of all.

`hide` is only noted (the frame has done it already). A favourite waits until its server has it; what came of it stays
in the row, so that a file that is found twice after a crash is not taken for a new wish.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct

from sync.library.database import Library

FAVOURITE, HIDE = "favourite", "hide"


class State(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    GIVEN_UP = "given-up"
    """It will never be done; `sentence` says why."""


class IntentRow(Struct, frozen=True, kw_only=True):
    """One wish. `known` is what we knew of the photo when it was wished: 1 a favourite, 0 not, None nothing."""

    kind: str
    key: str
    value: bool
    at: int
    """Seconds since 1970, by the frame's clock."""
    file: str
    """The name of the file that it came in."""
    known: bool | None = None
    state: State = State.WAITING
    sentence: str = ""
    """What keeps it waiting, or why it was given up."""
    tries: int = 0
    retry_at: str | None = None
    """Left alone until then, an ISO 8601 text in UTC; None is at once."""


_NAMES = tuple(field.name for field in msgspec.structs.fields(IntentRow))
_COLUMNS = ", ".join(_NAMES)
_MOST_GIVEN_UP = 20


def put(db: sqlite3.Connection, row: IntentRow) -> None:
    """Write the whole row; inside a transaction."""
    marks = ", ".join("?" for _ in _NAMES)
    db.execute(f"INSERT OR REPLACE INTO intents ({_COLUMNS}) VALUES ({marks})", msgspec.structs.astuple(row))  # noqa: S608


def get(library: Library, kind: str, key: str) -> IntentRow | None:
    """The last wish of that kind for that photo."""
    found = _rows(library, "WHERE kind = ? AND key = ?", (kind, key))
    return found[0] if found else None


def waiting(library: Library) -> list[IntentRow]:
    """Favourites that their servers do not have yet, the oldest first."""
    return _rows(library, "WHERE state = 'waiting' ORDER BY at, key")


def any_due(library: Library, now: str) -> bool:
    """Whether one that waits may be tried now."""
    sql = "SELECT 1 FROM intents WHERE state = 'waiting' AND (retry_at IS NULL OR retry_at <= ?) LIMIT 1"
    return library.row(sql, (now,)) is not None


def hidden(library: Library) -> list[str]:
    """Keys of the photos that are hidden here, the last one first."""
    return [row.key for row in _rows(library, "WHERE kind = 'hide' AND value = 1 ORDER BY at DESC, key")]


def given_up(library: Library) -> list[IntentRow]:
    """Favourites that no server will take, the newest first."""
    return _rows(library, f"WHERE state = 'given-up' ORDER BY at DESC LIMIT {_MOST_GIVEN_UP}")


def try_again(library: Library, *, before: str) -> None:
    """What waits may be tried at once, as far as it was to be tried `before` then anyway: its server is there again,
    or its key is another one."""
    if library.row("SELECT 1 FROM intents WHERE state = 'waiting' AND retry_at <= ?", (before,)) is None:
        return
    with library.transaction() as db:
        db.execute("UPDATE intents SET retry_at = NULL WHERE state = 'waiting' AND retry_at <= ?", (before,))


def settle(db: sqlite3.Connection, row: IntentRow) -> bool:
    """Write what came of a wish, unless it was wished otherwise meanwhile; inside a transaction."""
    done = db.execute(
        """UPDATE intents SET state = ?, sentence = ?, tries = ?, retry_at = ?
           WHERE kind = ? AND key = ? AND file = ?""",
        (row.state.value, row.sentence, row.tries, row.retry_at, row.kind, row.key, row.file),
    )
    return done.rowcount == 1


def _rows(library: Library, where: str, values: Sequence[object] = ()) -> list[IntentRow]:
    sql = f"SELECT {_COLUMNS} FROM intents {where}"  # noqa: S608 - our own words
    return [_intent(row) for row in library.rows(sql, tuple(values))]


def _intent(row: sqlite3.Row) -> IntentRow:
    known = row["known"]
    plain = {"value": bool(row["value"]), "known": None if known is None else bool(known), "state": State(row["state"])}
    return IntentRow(**dict(row) | plain)
