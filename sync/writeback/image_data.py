"""What a file shows, apart from what it says: bytes that metadata does not change, and any change of picture does.

How each type is built, still_data.py and box_data.py know. Nothing is decoded: that would miss what no decoder here
shows (depth, gain map, colour profile), and take memory for the largest. Called by verify.py, for the file before and
after.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

from sync.writeback import box_data, still_data
from sync.writeback.mapping import VIDEOS
from sync.writeback.part import Bytes, Part, Unreadable

_CHUNK = 1 << 16
"""Compared at once: larger pieces are asked of the kernel anew each time, which takes longer than to compare them."""
_PARTS: dict[str, Callable[[Bytes], Iterator[Part]]] = {
    "JPEG": still_data.jpeg,
    "TIFF": still_data.tiff,
    "DNG": still_data.tiff,
    "PNG": still_data.png,
    "WEBP": still_data.webp,
    **dict.fromkeys(("HEIC", "HEIF", "AVIF"), box_data.picture),
    **dict.fromkeys(VIDEOS, box_data.film),
}


def same(one: Path, other: Path, file_type: str) -> str:
    """What both show, as `digest` gives it; empty where they differ. Raises Unreadable, OSError."""
    parts = _parts(file_type)
    total = hashlib.sha256()
    with _mapped(one) as first, _mapped(other) as second, _whole(one):
        for a, b in zip_longest(parts(first), parts(second)):
            if not _equal(first, a, second, b):
                return ""
            _add(total, second, b)
    return total.hexdigest()


def digest(path: Path, file_type: str) -> str:
    """Of what it shows. Raises Unreadable, OSError."""
    parts = _parts(file_type)
    total = hashlib.sha256()
    with _mapped(path) as data, _whole(path):
        for part in parts(data):
            _add(total, data, part)
    return total.hexdigest()


def _parts(file_type: str) -> Callable[[Bytes], Iterator[Part]]:
    parts = _PARTS.get(file_type)
    if parts is None:
        raise Unreadable(f"nothing is known of {file_type}")
    return parts


def _equal(first: Bytes, a: Part | None, second: Bytes, b: Part | None) -> bool:
    if not isinstance(a, slice) or not isinstance(b, slice):
        return a == b
    if a.stop - a.start != b.stop - b.start:
        return False
    away = b.start - a.start
    starts = range(a.start, a.stop, _CHUNK)
    return all(first[at : (end := min(at + _CHUNK, a.stop))] == second[at + away : end + away] for at in starts)


def _add(total: hashlib._Hash, data: Bytes, part: Part | None) -> None:
    if isinstance(part, slice):
        total.update(struct.pack(">Q", part.stop - part.start))
        with memoryview(data) as view, view[part] as seen:
            total.update(seen)
    elif part is not None:
        total.update(struct.pack(">Q", len(part)) + part)


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    try:
        yield
    except (struct.error, ValueError, IndexError, KeyError, RecursionError) as error:
        raise Unreadable(f"{path.name} is cut short or damaged") from error


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data
