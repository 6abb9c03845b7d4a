"""A job's process as its parent sees it: started in a group of its own, cancelled by closing a pipe, then killed.

The pipe is the child's standard input. Its end says "cancel", also when the parent itself was killed, so no job
outlives whoever started it by more than two seconds. What a child that died without a word left behind is settled by
`settle`: the attempt counts, and the third parks the job.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence

from sync.clock import Clock
from sync.files import holder_of
from sync.home import Home
from sync.jobs import progress
from sync.jobs.kinds import lock_name
from sync.library import jobs, runs
from sync.library.database import Library
from sync.library.jobs import Job, State
from sync.library.runs import Outcome

PROGRAM = (sys.executable, "-m", "sync")
ATTEMPTS = 3
TERMINATE_AFTER_SECONDS = 1.2
KILL_AFTER_SECONDS = 1.7

BUSY_EXIT = 75
"""The child's exit code when the lock that it needs is held; the job still waits."""
CORRUPT_EXIT = 76
"""The child's exit code when library.db cannot be read."""
DISK_EXIT = 77
"""The child's exit code when the disk kept it from writing down even its own end: no fault of the job's."""


class JobProcess:
    """One running child. The owner polls it and calls `press` while it is being cancelled."""

    def __init__(
        self, home: Home, job: Job, *, clock: Clock, program: Sequence[str] = PROGRAM, log_level: str = ""
    ) -> None:
        """`log_level` overrides the settings' own."""
        self.home, self.job, self._clock = home, job, clock
        self._cancelled_at: float | None = None
        progress.forget_ended(home, job.id)
        # One heap for all threads: each would keep one of its own, with the holes that it made in there.
        environment = os.environ | {"MANTELPIECE_HOME": str(home.root), "MALLOC_ARENA_MAX": "1"}
        if log_level:
            environment["MANTELPIECE_LOG_LEVEL"] = log_level
        self._popen = subprocess.Popen(
            [*program, "job", str(job.id)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self.pid = self._popen.pid

    def poll(self) -> int | None:
        """Its exit code once it ended, negative for a signal; else None."""
        return self._popen.poll()

    def wait(self, seconds: float) -> int | None:
        """Its exit code if it ends within that time; else None."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    @property
    def cancelling(self) -> bool:
        return self._cancelled_at is not None

    def cancel(self) -> None:
        """Ask it to end; `press` insists."""
        if self._cancelled_at is None:
            self._cancelled_at = self._clock.monotonic()
            self._close_pipe()

    def press(self) -> None:
        """Terminate it, then kill it and all that it started, once its time to end by itself is over."""
        if self._cancelled_at is None or self.poll() is not None:
            return
        waited = self._clock.monotonic() - self._cancelled_at
        if waited >= KILL_AFTER_SECONDS:
            self.kill()
        elif waited >= TERMINATE_AFTER_SECONDS:
            self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and all that it started, now."""
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        """Let go of a child that ended, and end what it may have left in its group."""
        self._close_pipe()
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _close_pipe(self) -> None:
        if self._popen.stdin is not None:
            with contextlib.suppress(OSError):
                self._popen.stdin.close()


def settle(
    library: Library, home: Home, number: int, *, boot: str, cancelled: bool, code: int | None = None
) -> Outcome | None:
    """Write down the end of a job whose process is gone without having done so; None when there is nothing to write.

    `code` is its exit code, where it is known. `cancelled`: its parent made it end. A person's cancel ends the job, a
    shutdown leaves it waiting.
    """
    job = jobs.get(library, number)
    if job is None or job.state is not State.RUNNING or alive(home, number):
        return None
    run = runs.last_of(library, number)
    interrupted = run is not None and run.boot != boot
    if code == DISK_EXIT and not cancelled:
        outcome, sentence = Outcome.INTERRUPTED, "The disk kept it from writing."
    elif cancelled or job.cancel:
        outcome, sentence = Outcome.CANCELLED, "Cancelled; what was fetched so far is kept."
    elif interrupted:
        outcome, sentence = Outcome.INTERRUPTED, "The machine went down while this ran."
    else:
        outcome, sentence = Outcome.CRASHED, f"Its process died (attempt {job.attempts} of {ATTEMPTS})."
    (home.locks / lock_name(number)).unlink(missing_ok=True)
    with library.transaction() as db:
        if run is not None and run.outcome is None:
            runs.end(db, run.id, outcome=outcome, exit_code=1, sentence=sentence)
        move_on(db, job, outcome)
    progress.clear(home, number)
    progress.put_ended(home, progress.Ended(job=number, outcome=outcome.value, exit_code=1, sentence=sentence))
    return outcome


def move_on(db: sqlite3.Connection, job: Job, outcome: Outcome) -> None:
    """Where a job goes after an attempt that did not come to its end."""
    if job.cancel:
        jobs.set_state(db, job.id, State.ENDED)
    elif outcome in (Outcome.CANCELLED, Outcome.INTERRUPTED):
        jobs.set_state(db, job.id, State.WAITING, attempts=job.attempts - 1)
    elif job.lane is jobs.Lane.ASKED:
        # The person who waits hears of it at once, and asks again if they like.
        jobs.set_state(db, job.id, State.ENDED)
    else:
        jobs.set_state(db, job.id, State.PARKED if job.attempts >= ATTEMPTS else State.WAITING)


def alive(home: Home, number: int) -> bool:
    """Whether a process works on that job."""
    return holder_of(home.locks / lock_name(number)) is not None
