"""Threads for what takes long (decoding, reading a big catalogue), so that the player always answers.

Jobs run one after another in the order given, but for those that are submitted beside them: no picture waits until
100,000 photos are read. Whoever waits in `select` is woken through `fileno()` when one is done.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any

log = logging.getLogger(__name__)


@dataclass
class Job:
    """Handed out by `submit`; `result` or `error` are set once it comes out of `finished`."""

    work: Callable[[], Any]
    result: Any = None
    error: Exception | None = None


class Worker:
    """Runs jobs beside the player."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._done: deque[Job] = deque()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # daemon: a decoder that hangs must not keep the process from ending.
        self._thread = Thread(target=self._run, name="frame-worker", daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Becomes readable when a job is done."""
        return self._wake_read

    def submit(self, work: Callable[[], Any]) -> Job:
        job = Job(work)
        self._jobs.put(job)
        return job

    def submit_beside(self, work: Callable[[], Any]) -> Job:
        """Do it at once, in a thread of its own that ends with it."""
        job = Job(work)
        Thread(target=self._do, args=(job,), name="frame-beside", daemon=True).start()
        return job

    def finished(self) -> list[Job]:
        """Jobs that ended since the last call."""
        try:
            os.read(self._wake_read, 4096)
        except BlockingIOError:
            return []
        return [self._done.popleft() for _ in range(len(self._done))]

    def close(self) -> None:
        """Take no more jobs; give the running one a moment."""
        self._jobs.put(None)
        self._thread.join(timeout=2.0)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._do(job)
            del job  # it holds pictures, and the next one may be hours away

    def _do(self, job: Job) -> None:
        try:
            job.result = job.work()
        except Exception as error:
            log.debug("job failed", exc_info=True)
            job.error = error
        self._done.append(job)
        try:
            os.write(self._wake_write, b".")
        except BlockingIOError:
            pass  # full: the reader is woken already
