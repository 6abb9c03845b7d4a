"""Runs one job in this process: claim it, hold its locks, call its handler, write down what it came to.

Called by `python -m sync job <id>` alone. Standard input is the cancel pipe; when it ends, the handler has a second
and a half before the whole process group is killed. Beside the decoder child, this is
the one place of sync that catches broadly.
"""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from sync import logs, secrets
from sync.clock import Clock, boot_id
from sync.errors import Busy, Cancelled, DiskError, LibraryCorrupt, MantelpieceError, MarkerMissing
from sync.files import disk_errors, locked
from sync.home import Home
from sync.jobs import believed, progress
from sync.jobs.kinds import describe, lock_name
from sync.jobs.process import ATTEMPTS, BUSY_EXIT, CORRUPT_EXIT, DISK_EXIT, KILL_AFTER_SECONDS, move_on
from sync.jobs.progress import Ended
from sync.library import jobs, runs
from sync.library.database import Library, condemn
from sync.library.jobs import SCHEDULE, Job, Lane, State
from sync.library.runs import Outcome
from sync.settings.last_good import load_kept
from sync.work import Handler, Result, Work

SMALL_BYTES = 32_768
"""Facts up to this size go into the library; larger ones stay in the runtime directory only."""

log = logging.getLogger(__name__)


class CancelPipe:
    """Standard input as a flag: it ends, or SIGTERM or SIGINT comes, and the job is cancelled."""

    def __init__(self) -> None:
        # No Event: its lock, in a handler that a second signal interrupts, would be waited for for ever.
        self._flag = False
        signal.signal(signal.SIGTERM, self._raise_flag)
        signal.signal(signal.SIGINT, self._raise_flag)
        threading.Thread(target=self._watch, name="cancel-pipe", daemon=True).start()

    def cancelled(self) -> bool:
        return self._flag

    def _raise_flag(self, *_: object) -> None:
        self._flag = True

    def _watch(self) -> None:
        try:
            while os.read(sys.stdin.fileno(), 64):
                pass
        except OSError:
            pass
        self._flag = True
        # The parent may be dead: nobody else would end a handler that does not listen.
        time.sleep(KILL_AFTER_SECONDS)
        os.killpg(os.getpgrp(), signal.SIGKILL)


def run(home: Home, number: int, handlers: Mapping[str, Handler], *, clock: Clock) -> int:
    """Run job `number` and give the exit code of this process."""
    pipe = CancelPipe()
    loaded = load_kept(home)
    logs.set_up(home, loaded.settings.log)
    try:
        if not home.marker.exists():
            raise MarkerMissing(f"{home.root} has lost its marker file.", folder=str(home.root))
        library = Library(home.library, repair=False)
        clock = believed.clock(library, clock)
        job = jobs.get(library, number)
        if job is None:
            raise MantelpieceError(f"There is no job {number}.")  # noqa: TRY301
        if job.state is not State.WAITING:
            raise Busy(f"Job {number} is taken.")  # noqa: TRY301 - two verbs asked for the same at once
        work = Work(
            home=home,
            settings=loaded.settings,
            settings_whole=loaded.whole,
            library=library,
            clock=clock,
            asked=job.asked_by != SCHEDULE,
            report=progress.Reporter(home, number, clock=clock),
            cancelled=pipe.cancelled,
        )
        return _with_locks(work, job, handlers)
    except Busy:
        return BUSY_EXIT
    except LibraryCorrupt as error:
        log.warning("job %d: %s", number, error)
        condemn(home.library)
        return CORRUPT_EXIT
    except sqlite3.DatabaseError as error:
        log.warning("job %d: the library cannot be read: %s", number, error)
        return CORRUPT_EXIT
    except MantelpieceError as error:
        # Not even its beginning could be written down; whoever waits reads it here.
        log.warning("job %d: %s", number, error)
        progress.put_ended(home, _failure(home, number, error))
        return DISK_EXIT if isinstance(error, DiskError) else error.exit_code


def _with_locks(work: Work, job: Job, handlers: Mapping[str, Handler]) -> int:
    with ExitStack() as stack:
        lock = work.home.locks / lock_name(job.id)
        stack.enter_context(locked(lock, describe(job)))
        stack.callback(lock.unlink, missing_ok=True)  # each job has one of its own: they would pile up until a reboot
        if job.resource:
            try:
                stack.enter_context(locked(work.home.locks / job.resource, describe(job)))
            except Busy as error:
                return _busy(work, job, error)
        with work.library.transaction() as db:
            if not jobs.claim(db, job.id):
                raise Busy(f"Job {job.id} is taken.")
            run_number = runs.start(db, job, boot=boot_id())
        claimed = jobs.get(work.library, job.id) or job
        started = work.clock.monotonic()
        result = _handle(work, claimed, handlers)
        seconds = round(work.clock.monotonic() - started, 3)
        ended = _clean(work.home, result)
        _write_down(work, claimed, run_number, ended, seconds=seconds)
        progress.clear(work.home, job.id)
        progress.put_ended(work.home, ended)
        return ended.exit_code


def _busy(work: Work, job: Job, error: Busy) -> int:
    """A bulk job goes on waiting; a person is told at once with what the lock is busy."""
    if job.lane is Lane.ASKED:
        with work.library.transaction() as db:
            jobs.set_state(db, job.id, State.ENDED)
        progress.put_ended(work.home, _failure(work.home, job.id, error))
    return BUSY_EXIT


def _handle(work: Work, job: Job, handlers: Mapping[str, Handler]) -> Ended:
    try:
        told = describe(job)
        with disk_errors(told[:1].upper() + told[1:]):
            result = handlers[job.kind](work, job.arguments)
        log.info("job %d: %s: %s", job.id, describe(job), result.sentence)
        return _success(job.id, result)
    except Cancelled as error:
        return Ended(job=job.id, outcome=Outcome.CANCELLED.value, exit_code=1, sentence=error.sentence)
    except LibraryCorrupt:
        raise
    except MantelpieceError as error:
        log.warning("job %d: %s: %s", job.id, describe(job), error)
        return _failure(work.home, job.id, error)
    except Exception as error:
        if type(error) is sqlite3.DatabaseError:
            raise  # A damaged file; its subclasses are mistakes of ours, or a lock.
        log.exception("job %d: %s: a defect (attempt %d of %d)", job.id, describe(job), job.attempts, ATTEMPTS)
        return Ended(
            job=job.id,
            outcome=Outcome.CRASHED.value,
            exit_code=1,
            sentence=f"A defect of mantelpiece: {type(error).__name__}: {error}",
            advice="Please report it with the lines that 'mantelpiece jobs export' prints.",
        )


def _success(number: int, result: Result) -> Ended:
    return Ended(
        job=number,
        outcome=Outcome.DONE.value,
        exit_code=result.exit_code,
        sentence=result.sentence,
        facts=result.facts,
        problems=tuple(result.problems),
    )


def _failure(home: Home, number: int, error: MantelpieceError) -> Ended:
    facts = {key: value if isinstance(value, str | int | float | bool | None) else str(value)
             for key, value in error.facts.items()}  # fmt: skip
    ended = Ended(
        job=number,
        outcome=Outcome.FAILED.value,
        exit_code=error.exit_code,
        sentence=error.sentence,
        advice=error.advice,
        facts={"error": type(error).__name__, **facts},
    )
    return _clean(home, ended)


def _clean(home: Home, ended: Ended) -> Ended:
    """The same without any secret: what ends here goes to the library, the screen and the phone."""
    values = secrets.all_values(home.secrets)

    def blot(tree: Any) -> Any:
        if isinstance(tree, str):
            return secrets.blotted(tree, values)
        if isinstance(tree, dict):
            return {str(key): blot(value) for key, value in tree.items()}
        if isinstance(tree, list | tuple):
            return [blot(value) for value in tree]
        return tree

    return Ended(
        job=ended.job,
        outcome=ended.outcome,
        exit_code=ended.exit_code,
        sentence=blot(ended.sentence),
        advice=blot(ended.advice),
        facts=blot(ended.facts),
        problems=tuple(blot(ended.problems)),
    )


def _write_down(work: Work, job: Job, run_number: int, ended: Ended, *, seconds: float) -> None:
    outcome = Outcome(ended.outcome)
    result = {"facts": ended.facts, "problems": list(ended.problems), "advice": ended.advice}
    small = len(str(result)) <= SMALL_BYTES
    job = jobs.get(work.library, job.id) or job
    with work.library.transaction() as db:
        runs.end(
            db,
            run_number,
            outcome=outcome,
            exit_code=ended.exit_code,
            sentence=ended.sentence,
            result=result if small else None,
            seconds=seconds,
        )
        if outcome in (Outcome.CRASHED, Outcome.CANCELLED):
            move_on(db, job, outcome)
        else:
            jobs.set_state(db, job.id, State.ENDED)
