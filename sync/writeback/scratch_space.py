"""Space beside originals for the scratch copies of all hands: several films at once could fill a disk that has room for
each of them. Called by put.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

SMALL_BYTES = 32_000_000
"""So much, or less, waits for nobody."""
_MOST_BYTES = 4 * SMALL_BYTES


class ScratchSpace:
    """Shared by the hands of a run."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken_bytes = 0

    @contextmanager
    def of(self, size_bytes: int) -> Iterator[None]:
        """Have so much of it, as soon as that is so; what is larger than all of it, beside small ones alone."""
        taken = size_bytes if size_bytes > SMALL_BYTES else 0
        with self._changed:
            self._changed.wait_for(lambda: not (taken and self._taken_bytes) or self._fits(taken))
            self._taken_bytes += taken
        try:
            yield
        finally:
            with self._changed:
                self._taken_bytes -= taken
                self._changed.notify_all()

    def _fits(self, size_bytes: int) -> bool:
        return self._taken_bytes + size_bytes <= _MOST_BYTES
