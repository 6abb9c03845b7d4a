"""Queues a job for somebody who waits for it (`queue`), and follows it to its end (`follow`).

Beside a running daemon it asks and watches; without one it runs the job itself, as a child like the daemon's, under
the same locks. Raises Busy where the lock is held by somebody else and nobody is there to wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sync.clock import Clock, boot_id
from sync.errors import Busy, LibraryCorrupt, MantelpieceError
from sync.files import holder_of, locked
from sync.home import Home
from sync.jobs import progress
from sync.jobs.kinds import kind_of
from sync.jobs.process import BUSY_EXIT, CORRUPT_EXIT, PROGRAM, JobProcess, alive, settle
from sync.jobs.progress import Ended
from sync.jobs.wake import ring
from sync.library import jobs, runs
from sync.library.database import Library
from sync.library.jobs import Job, State
from sync.library.runs import Outcome

LOOK_SECONDS = 0.1

Watch = Callable[[dict[str, Any]], None]


def serving(home: Home) -> bool:
    """Whether a daemon serves this home."""
    return holder_of(home.locks / "daemon") is not None


def open_library(home: Home) -> Library:
    """The library, for writing. Only where no daemon uses it, it is checked, and moved aside when it is damaged."""
    # One at a time: two that open a new library at once would both make its tables.
    with locked(home.locks / "library", "opening the library", wait_seconds=30):
        if serving(home):
            return Library(home.library, repair=False)
        library = Library(home.library)
        for job in jobs.in_state(library, State.RUNNING):
            settle(library, home, job.id, boot=boot_id(), cancelled=False)
    return library


def queue(home: Home, library: Library, kind: str, arguments: dict[str, Any], *, asked_by: str) -> int:
    """Queue a job and ring; gives its id."""
    known = kind_of(kind)
    number = jobs.add(
        library, kind=kind, lane=known.lane, resource=known.resource, arguments=arguments, asked_by=asked_by
    )
    progress.forget_ended(home, number)
    ring(home)
    return number


def cancel(home: Home, library: Library, number: int) -> None:
    """Cancel a job, whoever runs it."""
    jobs.cancel(library, number)
    ring(home)


def follow(
    home: Home,
    library: Library,
    number: int,
    *,
    clock: Clock,
    watch: Watch = lambda _progress: None,
    cancelled: Callable[[], bool] = lambda: False,
    program: Sequence[str] = PROGRAM,
    log_level: str = "",
) -> Ended:
    """Follow a queued job to its end; where no daemon takes it, run it."""
    told = False
    while True:
        ended = progress.ended(home, number)
        if ended is not None:
            return ended
        job = jobs.get(library, number)
        if job is None:
            raise MantelpieceError(f"There is no job {number}.")
        if job.state in (State.ENDED, State.PARKED):
            return progress.ended(home, number) or _from_run(library, number)
        if job.state is State.WAITING and not serving(home):
            process = JobProcess(home, job, clock=clock, program=program, log_level=log_level)
            here = _run_here(home, library, job, process, watch=watch, cancelled=cancelled)
            if here is not None:
                return here
        if job.state is State.RUNNING and not serving(home):
            settle(library, home, number, boot=boot_id(), cancelled=False)
        if cancelled() and not told:
            told = True
            cancel(home, library, number)
        watch(progress.read(home, number) or _waiting(home, job))
        clock.sleep(LOOK_SECONDS)


def _run_here(
    home: Home, library: Library, job: Job, process: JobProcess, *, watch: Watch, cancelled: Callable[[], bool]
) -> Ended | None:
    """None where another verb, which asked for the very same, was quicker: its end is ours too."""
    try:
        while (code := process.wait(LOOK_SECONDS)) is None:
            if not process.cancelling and (cancelled() or _is_cancelled(library, job.id)):
                jobs.cancel(library, job.id)
                process.cancel()
            process.press()
            watch(progress.read(home, job.id) or _waiting(home, job))
    except BaseException:
        process.kill()
        raise
    finally:
        process.close()
    if code == CORRUPT_EXIT:
        raise LibraryCorrupt("The library is damaged.", advice="Try again: it is checked and begun anew then.")
    settle(library, home, job.id, boot=boot_id(), cancelled=process.cancelling)
    ended = progress.ended(home, job.id)
    now = jobs.get(library, job.id)
    if ended is None and code == BUSY_EXIT:
        if alive(home, job.id) or (now is not None and now.state is not State.WAITING):
            return None
        _give_up(home, library, job)
    if now is not None and now.state is State.WAITING and not now.attempts:
        # It could not even begin; nobody is there to try again.
        with library.transaction() as db:
            jobs.set_state(db, job.id, State.ENDED)
    return ended or _from_run(library, job.id)


def _give_up(home: Home, library: Library, job: Job) -> None:
    holder = (job.resource and holder_of(home.locks / job.resource)) or "another job"
    jobs.cancel(library, job.id)
    raise Busy(f"Busy: {holder} is running.", advice="Try again when it has ended.", holder=holder)


def _is_cancelled(library: Library, number: int) -> bool:
    job = jobs.get(library, number)
    return job is None or job.cancel


def _waiting(home: Home, job: Job) -> dict[str, Any]:
    holder = holder_of(home.locks / job.resource) if job.resource else None
    if job.state is State.WAITING and holder:
        return {"doing": f"Waiting until {holder} has ended"}
    return {"doing": "Starting"}


def _from_run(library: Library, number: int) -> Ended:
    """What the library remembers of a job's end."""
    run = runs.last_of(library, number)
    if run is None or run.outcome is None:
        return Ended(job=number, outcome=Outcome.CANCELLED.value, exit_code=1, sentence="Cancelled before it began.")
    result = run.result or {}
    return Ended(
        job=number,
        outcome=run.outcome.value,
        exit_code=1 if run.exit_code is None else run.exit_code,
        sentence=run.sentence or "",
        advice=result.get("advice", ""),
        facts=result.get("facts", {}),
        problems=tuple(result.get("problems", ())),
    )
