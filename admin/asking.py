"""Jobs as the page sees them: queue one and ring sync's bell, wait a moment for its answer, cancel it.

The page itself asks no server anything: whatever needs Immich is a job that sync works off. A page that waits is
opened again by the browser until the answer is there, so that no thread of ours stands still for long.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from flask import abort

from admin.context import Context
from sync.jobs import progress
from sync.jobs.kinds import kind_of
from sync.jobs.progress import Ended
from sync.jobs.wake import ring
from sync.library import jobs, runs
from sync.library.jobs import Job

ASKED_BY = "phone"
PATIENCE_SECONDS = 0.8
"""An answer that comes this quickly needs no page that waits."""
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Answer:
    """A job and, once it came to its end, what it said."""

    job: Job
    ended: Ended | None


def queue(context: Context, kind: str, arguments: dict[str, Any]) -> int:
    """Queue a job of that kind for a person; gives its number."""
    what = kind_of(kind)
    with context.library() as library:
        number = jobs.add(
            library, kind=kind, lane=what.lane, resource=what.resource, arguments=arguments, asked_by=ASKED_BY
        )
    ring(context.home)
    return number


def answer(context: Context, number: int, kind: str, *, patience_seconds: float = PATIENCE_SECONDS) -> Answer:
    """The job of that number and kind, 404 where there is none; waits a moment for its end."""
    patience = time.monotonic() + patience_seconds
    while True:
        with context.library() as library:
            job = jobs.get(library, number)
            if job is None or job.kind != kind:
                abort(404)
            ended = progress.ended(context.home, number) or _from_history(library, job)
        if ended is not None or time.monotonic() >= patience:
            return Answer(job, ended)
        time.sleep(_LOOK_SECONDS)


def cancel(context: Context, number: int) -> None:
    """Make a job end, whether it waits or runs."""
    with context.library() as library:
        jobs.cancel(library, number)
    ring(context.home)


def _from_history(library: Any, job: Job) -> Ended | None:
    """The answer of a job that ended before the last reboot."""
    run = runs.last_of(library, job.id) if job.state is jobs.State.ENDED else None
    if run is None or run.outcome is None:
        return None
    result = run.result or {}
    return Ended(
        job=job.id,
        outcome=run.outcome.value,
        exit_code=run.exit_code or 0,
        sentence=run.sentence or "",
        advice=str(result.get("advice", "")),
        facts=result.get("facts", {}),
        problems=tuple(result.get("problems", ())),
    )
