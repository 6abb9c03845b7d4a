"""How many things Immich is told of in one request, and long lists cut to that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

MOST = 1000


def batches(things: Sequence[T], size: int = MOST) -> Iterator[Sequence[T]]:
    """The things in pieces of at most `size`, in their order."""
    for start in range(0, len(things), size):
        yield things[start : start + size]
