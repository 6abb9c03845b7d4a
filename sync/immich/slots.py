"""At most N requests at once to one server, over all threads and processes of this device.

N small files are locked with flock: a killed process gives its slots back by dying. Threads of one process first hand
each other the numbers of the files, so that only processes poll.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from sync.errors import Busy, Cancelled

_POLL_SECONDS = 0.01
_guard = threading.Lock()
_numbers: dict[tuple[str, int], queue.SimpleQueue[int]] = {}


class Slots:
    """The slots of one server, told apart by its origin."""

    def __init__(self, folder: Path, origin: str, most: int, *, patience_seconds: float = 600.0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"immich-{sha256(origin.encode()).hexdigest()[:12]}"
        self._paths = [folder / f"{stem}-{number}.slot" for number in range(most)]
        self._patience_seconds = patience_seconds
        with _guard:
            self._free = _numbers.get((str(folder / stem), most)) or _all_free(most)
            _numbers[str(folder / stem), most] = self._free

    @contextlib.contextmanager
    def one(self, cancelled: Callable[[], bool]) -> Iterator[None]:
        """Hold a slot. Raises Cancelled, and Busy when none came free for long."""
        until = time.monotonic() + self._patience_seconds
        number = self._number(until, cancelled)
        try:
            handle = self._lock(number, until, cancelled)
            try:
                yield
            finally:
                os.close(handle)
        finally:
            self._free.put(number)

    def _number(self, until: float, cancelled: Callable[[], bool]) -> int:
        while True:
            with contextlib.suppress(queue.Empty):
                return self._free.get(timeout=0.5)
            self._check(until, cancelled)

    def _lock(self, number: int, until: float, cancelled: Callable[[], bool]) -> int:
        while True:
            # Its own file first: no other thread of this process has it.
            for path in (*self._paths[number:], *self._paths[:number]):
                handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(handle)
                    continue
                return handle
            self._check(until, cancelled)
            time.sleep(_POLL_SECONDS)

    def _check(self, until: float, cancelled: Callable[[], bool]) -> None:
        if cancelled():
            raise Cancelled("Cancelled while waiting for the server's turn.")
        if time.monotonic() >= until:
            raise Busy("Other jobs keep this server busy.", advice="This is tried again by itself.")


def _all_free(most: int) -> queue.SimpleQueue[int]:
    free: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(most):
        free.put(number)
    return free
