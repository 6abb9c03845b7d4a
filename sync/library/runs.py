"""Rows of runs: one execution of a job each, begun before it works and ended with what it came to.

A run without an end belongs to a process that lives, or that died without a word; sync/jobs tells which by a lock.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from sync.library.database import Library
from sync.library.jobs import Job

KEPT = 500
"""So many runs are remembered."""


class Outcome(StrEnum):
    DONE = "done"
    """It came to its end; `exit_code` says how well."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    CRASHED = "crashed"
    """Its process died without a word."""
    INTERRUPTED = "interrupted"
    """The machine went down under it."""


class Run(Struct, frozen=True, kw_only=True):
    id: int
    job: int
    kind: str
    arguments: dict[str, Any]
    asked_by: str
    boot: str
    """The boot that it ran under, as the kernel names it."""
    started_at: str
    ended_at: str | None
    seconds: float | None
    outcome: Outcome | None
    exit_code: int | None
    sentence: str | None
    result: dict[str, Any] | None
    """Facts, problems and advice, where they are small."""


def start(db: sqlite3.Connection, job: Job, *, boot: str) -> int:
    """Begin a run inside the caller's transaction and give its id."""
    cursor = db.execute(
        "INSERT INTO runs (job, kind, arguments, asked_by, boot, started_at) VALUES (?, ?, ?, ?, ?, ?)",
        (job.id, job.kind, json.dumps(job.arguments, sort_keys=True), job.asked_by, boot, _now()),
    )
    return int(cursor.lastrowid or 0)


def end(
    db: sqlite3.Connection,
    number: int,
    *,
    outcome: Outcome,
    exit_code: int,
    sentence: str,
    result: dict[str, Any] | None = None,
    seconds: float | None = None,
) -> None:
    """End a run inside the caller's transaction."""
    db.execute(
        "UPDATE runs SET ended_at = ?, seconds = ?, outcome = ?, exit_code = ?, sentence = ?, result = ? WHERE id = ?",
        (_now(), seconds, outcome.value, exit_code, sentence, None if result is None else json.dumps(result), number),
    )


def last_of(library: Library, job: int) -> Run | None:
    """The newest run of a job."""
    row = library.row("SELECT * FROM runs WHERE job = ? ORDER BY id DESC", (job,))
    return None if row is None else _run(row)


def history(
    library: Library, *, limit: int = KEPT, kind: str | None = None, unless_well: Sequence[str] = ()
) -> list[Run]:
    """Runs, the newest first; of the kinds in `unless_well` those alone in which something was wrong."""
    rows = library.rows(
        """SELECT * FROM runs WHERE kind = coalesce(?, kind)
             AND NOT (kind IN (SELECT value FROM json_each(?)) AND outcome IS 'done' AND exit_code IS 0)
           ORDER BY id DESC LIMIT ?""",
        (kind, json.dumps(unless_well), limit),
    )
    return [_run(row) for row in rows]


def synced_at(library: Library) -> dict[str, str]:
    """When a sync last compared an album with all of its source, by the album's name."""
    sql = """SELECT album.key AS name, max(r.ended_at) AS at FROM runs r, json_each(r.result, '$.facts.albums') album
             WHERE r.kind = 'sync' AND r.outcome = 'done' AND json_extract(album.value, '$.complete')
             GROUP BY album.key"""
    return {row["name"]: row["at"] for row in library.rows(sql)}


def failing(library: Library) -> list[tuple[Run, str]]:
    """Of everything that the schedule runs, the newest run where it did not end well, and when that began."""
    sql = """SELECT r.*, (SELECT min(b.ended_at) FROM runs b WHERE b.kind = r.kind AND b.arguments = r.arguments
               AND b.outcome IS NOT NULL AND b.id > coalesce((SELECT max(g.id) FROM runs g WHERE g.kind = r.kind
                 AND g.arguments = r.arguments AND g.outcome = 'done' AND g.exit_code NOT IN (3, 4)), 0)) AS since
             FROM runs r WHERE r.id IN (SELECT max(id) FROM runs WHERE outcome NOT IN ('cancelled', 'interrupted')
               GROUP BY kind, arguments HAVING sum(asked_by = 'schedule') > 0)
             AND (r.outcome <> 'done' OR r.exit_code IN (3, 4)) ORDER BY r.id"""
    return [(_run(row), str(row["since"])) for row in library.rows(sql)]


def ended_since(library: Library, moment: datetime) -> list[Run]:
    """Runs that ended after a moment, the oldest first."""
    sql = "SELECT * FROM runs WHERE ended_at > ? ORDER BY id"
    return [_run(row) for row in library.rows(sql, (moment.astimezone(UTC).isoformat(timespec="seconds"),))]


def prune(library: Library) -> None:
    """Forget the oldest runs, and ended jobs whose runs are forgotten."""
    with library.transaction() as db:
        db.execute("DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - ?", (KEPT,))
        db.execute(
            "DELETE FROM jobs WHERE state = 'ended' AND id NOT IN (SELECT job FROM runs) "
            "AND id < (SELECT max(id) FROM jobs) - 20"
        )


def _run(row: sqlite3.Row) -> Run:
    return Run(
        id=row["id"],
        job=row["job"],
        kind=row["kind"],
        arguments=json.loads(row["arguments"]),
        asked_by=row["asked_by"],
        boot=row["boot"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        seconds=row["seconds"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        exit_code=row["exit_code"],
        sentence=row["sentence"],
        result=None if row["result"] is None else json.loads(row["result"]),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
