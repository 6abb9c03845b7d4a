"""The lanes of the daemon: starts what waits, notices what ended, ends what a person cancelled.

Asked jobs start at once, a few side by side; bulk jobs one at a time, a person's before the schedule's; downloads of
other programs, which may take days or wait for a person, one at a time beside them. A job whose
lock is held elsewhere (by a verb on the command line) waits without a process. Single-threaded; the daemon's loop
calls in, and never waits here except in `close`.
"""

from __future__ import annotations

import logging
import os
import selectors
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sync.clock import Clock, boot_id
from sync.errors import LibraryCorrupt
from sync.files import holder_of
from sync.home import Home
from sync.jobs import progress
from sync.jobs.process import ATTEMPTS, BUSY_EXIT, CORRUPT_EXIT, PROGRAM, JobProcess, alive, settle
from sync.library import jobs, runs
from sync.library.database import Library
from sync.library.jobs import Job, Lane, State
from sync.library.runs import Outcome, Run

ASKED_AT_ONCE = 3
PAUSE_SECONDS = 5.0
"""Before a job that could not even begin is tried again."""
RETRY_SECONDS = 60.0
"""Before a job that crashed is tried again; twice that the second time."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finished:
    """A job whose process is gone, and the run that it made, if it came so far."""

    job: Job
    run: Run | None


class Lanes:
    def __init__(
        self, home: Home, library: Library, *, clock: Clock, selector: selectors.BaseSelector,
        program: Sequence[str] = PROGRAM, retry_seconds: float = RETRY_SECONDS,
    ) -> None:  # fmt: skip
        self._home, self._library, self._clock, self._selector = home, library, clock, selector
        self._program, self._retry_seconds = program, retry_seconds
        self._running: dict[int, tuple[JobProcess, int]] = {}
        self._unsettled: dict[int, tuple[bool, int]] = {}
        self._not_before: dict[int, float] = {}
        self._false_starts: dict[int, int] = {}
        self._lock_held = False

    def recover(self) -> None:
        """Settle what an earlier daemon left running, and drop questions that nobody waits for any more."""
        for job in jobs.in_state(self._library, State.RUNNING):
            outcome = settle(self._library, self._home, job.id, boot=boot_id(), cancelled=False)
            if outcome is not None:
                log.warning("job %d: %s: %s when the service ended", job.id, job.kind, outcome.value)
        minute_ago = (self._clock.now() - timedelta(minutes=1)).isoformat()
        for job in jobs.in_state(self._library, State.WAITING):
            if job.lane is Lane.ASKED and job.created_at < minute_ago:
                jobs.cancel(self._library, job.id)
        progress.sweep(self._home, lambda number: alive(self._home, number))

    def start_waiting(self) -> None:
        """Start what may start now."""
        self._lock_held = False
        for job in jobs.in_state(self._library, State.WAITING):
            if job.id in self._running or self._not_before.get(job.id, 0.0) > self._clock.monotonic():
                continue
            if not self._room(job.lane):
                continue
            if job.lane is not Lane.ASKED and job.resource and holder_of(self._home.locks / job.resource):
                # A verb without us works on it, or one of our own asked jobs.
                self._lock_held = True
                continue
            # An asked job whose lock is held ends at once, and says with what it is busy.
            self._start(job)

    def seconds_to_next(self) -> float:
        """How long this may be left alone: short while something is being cancelled or waits for a lock."""
        if any(process.cancelling for process, _ in self._running.values()):
            return 0.1
        pauses = [when - self._clock.monotonic() for when in self._not_before.values()]
        if self._lock_held:
            pauses.append(1.0)
        return max(0.1, min(pauses, default=float("inf")))

    def cancel_wanted(self) -> None:
        """Cancel what a person cancelled, and insist where it does not listen."""
        for number, (process, _) in self._running.items():
            if not process.cancelling:
                job = jobs.get(self._library, number)
                if job is not None and job.cancel:
                    process.cancel()
            process.press()

    def finished(self) -> list[Finished]:
        """Jobs whose process ended since the last call. Raises LibraryCorrupt when a child could not read it."""
        ended = [(number, process, code) for number, (process, _) in self._running.items()
                 if (code := process.poll()) is not None]  # fmt: skip
        for number, process, code in ended:
            self._let_go(number)
            if code == CORRUPT_EXIT:
                raise LibraryCorrupt("A job could not read the library.")
            self._unsettled[number] = process.cancelling, code
        found = []
        for number, (cancelled, code) in list(self._unsettled.items()):
            # A disk that refuses this is asked again at the next turn.
            settle(self._library, self._home, number, boot=boot_id(), cancelled=cancelled, code=code)
            del self._unsettled[number]
            job = jobs.get(self._library, number)
            if job is None:
                continue
            self._pause(job, code)
            run = runs.last_of(self._library, number)
            if job.state is State.PARKED:
                log.error("job %d: %s parked after %d attempts", number, job.kind, job.attempts)
            found.append(Finished(job, run))
        return found

    def close(self) -> None:
        """Cancel everything and wait until it ended, two seconds at most."""
        for process, _ in self._running.values():
            process.cancel()
        while self._running:
            for number, (process, _) in list(self._running.items()):
                process.press()
                if process.wait(0.05) is not None:
                    self._let_go(number)
                    settle(self._library, self._home, number, boot=boot_id(), cancelled=True)

    def abandon(self) -> None:
        """Kill everything, when the library is lost and nothing can be written down."""
        for number, (process, _) in list(self._running.items()):
            process.kill()
            process.wait(2)
            self._let_go(number)

    def _room(self, lane: Lane) -> bool:
        at_once = ASKED_AT_ONCE if lane is Lane.ASKED else 1
        return sum(process.job.lane is lane for process, _ in self._running.values()) < at_once

    def _start(self, job: Job) -> None:
        process = JobProcess(self._home, job, clock=self._clock, program=self._program)
        handle = os.pidfd_open(process.pid)
        self._selector.register(handle, selectors.EVENT_READ)
        self._running[job.id] = (process, handle)
        self._not_before.pop(job.id, None)

    def _let_go(self, number: int) -> None:
        process, handle = self._running.pop(number)
        self._selector.unregister(handle)
        os.close(handle)
        process.close()

    def _pause(self, job: Job, code: int) -> None:
        """Decide when a job that still waits after its process ended may start again, and when that is enough."""
        if job.state is not State.WAITING:
            self._false_starts.pop(job.id, None)
            return
        now = self._clock.monotonic()
        run = runs.last_of(self._library, job.id)
        if run is not None and run.outcome is Outcome.CRASHED and job.attempts:
            self._not_before[job.id] = now + self._retry_seconds * job.attempts
            return
        self._not_before[job.id] = now + PAUSE_SECONDS
        if code == BUSY_EXIT and job.lane is not Lane.ASKED:
            return
        self._false_starts[job.id] = self._false_starts.get(job.id, 0) + 1
        if job.lane is Lane.ASKED or self._false_starts[job.id] >= ATTEMPTS:
            ended = job.lane is Lane.ASKED
            with self._library.transaction() as db:
                jobs.set_state(db, job.id, State.ENDED if ended else State.PARKED)
