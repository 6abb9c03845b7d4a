"""Rows of jobs: what is to be done, what is being done, and what was parked because it failed too often.

A job is claimed by exactly one process (`claim` is one UPDATE that only one can win). Ended jobs stay as rows until
`prune`; what each execution came to is in runs.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from sync.library.database import Library


class Lane(StrEnum):
    ASKED = "asked"
    """A person waits for the answer."""
    BULK = "bulk"
    """One at a time, in the background."""
    DOWNLOAD = "download"
    """Another program fetches; one at a time beside the bulk jobs, since it may take days or wait for a person."""


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    PARKED = "parked"
    """Failed too often; waits until a person runs it again or its settings change."""
    ENDED = "ended"


SCHEDULE = "schedule"
"""`asked_by` of what no person asked for."""


class Job(Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    lane: Lane
    resource: str
    """What must be held while it runs, the name of a lock; empty where nothing must."""
    arguments: dict[str, Any]
    asked_by: str
    state: State
    created_at: str
    attempts: int
    cancel: bool
    """A person wants it to end."""


def add(library: Library, *, kind: str, lane: Lane, resource: str, arguments: dict[str, Any], asked_by: str) -> int:
    """Queue a job and give its id; an equal one that still waits is joined, and its asker becomes the new one."""
    text = json.dumps(arguments, sort_keys=True)
    with library.transaction() as db:
        same = db.execute(
            "SELECT id, asked_by FROM jobs WHERE kind = ? AND arguments = ? AND state = 'waiting' AND cancel = 0",
            (kind, text),
        ).fetchone()
        if same is not None:
            if asked_by not in (same["asked_by"], SCHEDULE):
                db.execute("UPDATE jobs SET asked_by = ? WHERE id = ?", (asked_by, same["id"]))
            return int(same["id"])
        cursor = db.execute(
            "INSERT INTO jobs (id, kind, lane, resource, arguments, asked_by, state, created_at) VALUES "
            # Never an id again that a run or a file of progress still names.
            "((SELECT max(coalesce((SELECT max(id) FROM jobs), 0), coalesce((SELECT max(job) FROM runs), 0)) + 1),"
            " ?, ?, ?, ?, ?, 'waiting', ?)",
            (kind, lane.value, resource, text, asked_by, datetime.now(UTC).isoformat(timespec="seconds")),
        )
        return int(cursor.lastrowid or 0)


def get(library: Library, number: int) -> Job | None:
    row = library.row("SELECT * FROM jobs WHERE id = ?", (number,))
    return None if row is None else _job(row)


def in_state(library: Library, *states: State) -> list[Job]:
    """Jobs in these states; those that a person asked for come first, then the oldest."""
    marks = ", ".join("?" * len(states))
    rows = library.rows(
        f"SELECT * FROM jobs WHERE state IN ({marks}) ORDER BY asked_by = 'schedule', id",  # noqa: S608
        tuple(state.value for state in states),
    )
    return [_job(row) for row in rows]


def claim(db: sqlite3.Connection, number: int) -> bool:
    """Take a waiting job inside the caller's transaction; False when another was quicker or it waits no longer."""
    taken = db.execute(
        "UPDATE jobs SET state = 'running', attempts = attempts + 1 WHERE id = ? AND state = 'waiting'", (number,)
    )
    return taken.rowcount == 1


def set_state(db: sqlite3.Connection, number: int, state: State, *, attempts: int | None = None) -> None:
    """Move a job inside the caller's transaction."""
    if attempts is None:
        db.execute("UPDATE jobs SET state = ? WHERE id = ?", (state.value, number))
    else:
        db.execute("UPDATE jobs SET state = ?, attempts = ? WHERE id = ?", (state.value, attempts, number))


def cancel(library: Library, number: int) -> None:
    """Note that a person wants it to end; one that only waits or is parked ends at once."""
    with library.transaction() as db:
        db.execute(
            "UPDATE jobs SET cancel = 1, state = CASE WHEN state IN ('waiting', 'parked') THEN 'ended' ELSE state END "
            "WHERE id = ?",
            (number,),
        )


def release(library: Library, number: int) -> None:
    """Let a parked job try again from the start."""
    with library.transaction() as db:
        db.execute(
            "UPDATE jobs SET state = 'waiting', attempts = 0, cancel = 0 WHERE id = ? AND state = 'parked'", (number,)
        )


def _job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        lane=Lane(row["lane"]),
        resource=row["resource"],
        arguments=json.loads(row["arguments"]),
        asked_by=row["asked_by"],
        state=State(row["state"]),
        created_at=row["created_at"],
        attempts=row["attempts"],
        cancel=bool(row["cancel"]),
    )
