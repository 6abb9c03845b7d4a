"""A request's body that is never held whole: pieces of bytes, of a known length, that can be read anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sync.immich.deadline import Deadline


class Streamed(Protocol):
    """Iterated once for each attempt."""

    def __len__(self) -> int:
        """Bytes in all."""

    def __iter__(self) -> Iterator[bytes | memoryview]: ...


class Earning:
    """A body whose every piece earns time at the slowest rate that is accepted."""

    def __init__(self, body: Streamed, deadline: Deadline, bytes_per_second: float) -> None:
        self._body, self._deadline, self._rate = body, deadline, bytes_per_second

    def __len__(self) -> int:
        return len(self._body)

    def __iter__(self) -> Iterator[bytes | memoryview]:
        for piece in self._body:
            self._deadline.check()
            self._deadline.earn(len(piece) / self._rate)
            yield piece
