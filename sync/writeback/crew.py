"""Several hands for many files: while some are written, others are read and proved. Each has a connection to the
library of its own; they share two exiftools, which share what they have loaded (family.py), for one for each hand
would not fit into memory.

Few files are done by one hand. An error that is every file's (a full disk, no exiftool, cancelled) ends all of them,
each after the files that it is at.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from queue import LifoQueue

from sync.library.database import Library
from sync.work import Work
from sync.writeback.copies import Copies
from sync.writeback.examine import Around
from sync.writeback.exiftool import Answer, ExifTool
from sync.writeback.family import Family
from sync.writeback.put import Put

HANDS = 4 if (os.cpu_count() or 1) > 1 else 1
"""So many, that no exiftool ever waits for one."""
TOOLS = 2
"""So many exiftools fit into memory."""
BATCH = 4
"""So many files share a command and an entry in the journal: what a crash leaves open, and a second of waiting for who
cancels."""
_ENOUGH = 12
"""So many files are worth another exiftool's start."""


class Several(ExifTool):
    """Several exiftools as one, for several threads: whichever is free does what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self._family = Family()
        self._tools = [ExifTool(starting=self._family.start) for _ in range(TOOLS)]
        self._free: LifoQueue[ExifTool] = LifoQueue()
        for tool in self._tools:
            self._free.put(tool)

    def run_all(self, commands: Sequence[Sequence[str]], *, more_seconds: float = 0.0) -> list[Answer]:
        """As soon as one is free. Raises as ExifTool's."""
        tool = self._free.get()
        try:
            return tool.run_all(commands, more_seconds=more_seconds)
        finally:
            self._free.put(tool)

    def close(self) -> None:
        """When nobody asks any more."""
        for tool in self._tools:
            tool.close()
        self._family.close()


class Shift:
    """The files of one root, taken by whichever hand is free."""

    def __init__(
        self, work: Work, around: Around, put: Put, numbers: list[int], only: Mapping[str, str] | None
    ) -> None:
        self._work, self._around, self._put, self._only = work, around, put, only
        self._numbers, self._next = numbers, 0
        self._lock = threading.Lock()
        self._copies = Copies(work.home, around.root)
        self._error: Exception | None = None
        self._puts: list[Put] = []
        """Of the other hands that are done; counted when all are, for nobody else may count meanwhile."""

    @property
    def left(self) -> int:
        """How many were not looked at."""
        return len(self._numbers) - self._next

    def run(self) -> None:
        """Write all of them. Raises what ended it."""
        if HANDS < 2 or len(self._numbers) < _ENOUGH:
            self._guarded(self._around, self._put)
        else:
            with Several() as tools:
                others: list[threading.Thread] = []
                # A hand that cannot start ends the others; they still write until they were waited for.
                with self._noting():
                    for number in range(1, HANDS):
                        other = threading.Thread(target=self._hand, args=(tools,), name=f"hand-{number}", daemon=True)
                        other.start()
                        others.append(other)
                self._guarded(replace(self._around, tool=tools), self._put)
                for other in others:
                    other.join()
            for put in self._puts:
                self._put.counts.update(put.counts)
                self._put.problems.extend(put.problems)
        if self._error is not None:
            raise self._error

    def _hand(self, tools: ExifTool) -> None:
        with self._noting():
            library = Library(self._work.home.library, repair=False, beside=self._work.library)
            work = replace(self._work, library=library, report=lambda _progress: None)
            put = replace(self._put, work=work, counts=Counter(), problems=[], _later=[])
            try:
                self._guarded(replace(self._around, work=work, tool=tools), put)
            finally:
                library.close()
                self._puts.append(put)

    def _guarded(self, around: Around, put: Put) -> None:
        with self._noting():
            try:
                while numbers := self._take(around.work):
                    put.some(around, self._copies, numbers, only=self._only)
            finally:
                put.finish()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """What one hand meets ends the others too, whatever it is: a thread's own error would be nobody's."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - raised by run(), once all hands rest
            self._error = self._error or error

    def _take(self, work: Work) -> list[int]:
        work.check()
        with self._lock:
            done = self._next
            if self._error is not None:
                return []
            numbers = self._numbers[done : done + BATCH]
            self._next += len(numbers)
        if numbers:
            work.report({"doing": "Writing", "album": self._around.root.name, "done": done, "of": len(self._numbers)})
        return numbers
