"""What a picture's file is compared by, piece by piece: bytes, or where in the file what is long lies. Used by
image_data.py and by who knows how files are built: still_data.py, box_data.py.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator

Bytes = bytes | mmap.mmap
Part = bytes | slice
"""A slice is one of the file that it is found in: what is long is compared and hashed where it lies."""
_LONGEST = 1 << 20


class Unreadable(Exception):
    """The file is not built as its type says; what it shows cannot be told apart."""


def slices(data: Bytes, start: int, end: int) -> Iterator[slice]:
    """Where those bytes lie. Raises Unreadable where the file ends before."""
    if end > len(data) or start > end:
        raise Unreadable("its picture is cut short")
    for at in range(start, end, _LONGEST):
        yield slice(at, min(at + _LONGEST, end))
