"""The way back from one file to another, as small as what changed: copies out of the new file, and the bytes it lost.

`make(old, new)` gives it, `apply` follows it. Image data that only moved is found again wherever it lies, so that the
way back from a written original to the one before is a few kilobytes. Pure but for reading the two files.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

_PIECES = 20_000
"""At most so many places of the new file are remembered: some megabytes, however long a video is."""
_LEAST_PIECE = 24
_KEY = 64
_STEP = 1 << 16
"""Larger pieces are asked of the kernel anew each time, which takes longer than to compare them."""

Op = tuple[int, int] | bytes
"""Copy (offset, length) of the new file, or these bytes."""


class _Way(Struct, frozen=True, array_like=True):
    ops: list[tuple[int, int] | bytes]


def make(old: Path, new: Path) -> bytes:
    """What `apply` needs to make `old` out of `new`."""
    with _mapped(old) as before, _mapped(new) as after:
        ops = list(_joined(_ops(before, after)))
    return zlib.compress(msgspec.msgpack.encode(_Way(ops)), 6)


def apply(way: bytes, new: Path, into: BinaryIO) -> None:
    """Write the old file's bytes into `into`; whoever calls it compares their hash. ValueError: it does not fit."""
    try:
        ops = msgspec.msgpack.decode(zlib.decompress(way), type=_Way).ops
    except (msgspec.DecodeError, zlib.error) as error:
        raise ValueError("the way back is damaged") from error
    with _mapped(new) as after:
        for op in ops:
            if isinstance(op, bytes):
                into.write(op)
                continue
            offset, length = op
            for start in range(offset, offset + length, _STEP):
                into.write(after[start : min(start + _STEP, offset + length)])


def _ops(old: bytes | mmap.mmap, new: bytes | mmap.mmap) -> Iterator[Op]:
    head = _common(old, 0, new, 0, min(len(old), len(new)))
    tail = _common_end(old, new, min(len(old), len(new)) - head)
    yield (0, head)
    yield from _middle(old, head, len(old) - tail, new, head, len(new) - tail)
    yield (len(new) - tail, tail)


def _middle(old: bytes | mmap.mmap, at: int, end: int, new: bytes | mmap.mmap, first: int, last: int) -> Iterator[Op]:
    piece = max(_LEAST_PIECE, (last - first) // _PIECES)
    # Known by its beginning: to look up a long piece at every byte of a video's index takes hours.
    key = min(piece, _KEY)
    places = {new[start : start + key]: start for start in range(last - last % piece, first - 1, -piece)}
    unknown = at
    while at + key <= end:
        place = places.get(old[at : at + key])
        if place is None:
            at += 1
            continue
        back = _common_end_at(old, at, new, place, min(at - unknown, place))
        length = back + _common(old, at, new, place, min(end - at, len(new) - place))
        yield old[unknown : at - back]
        yield (place - back, length)
        at += length - back
        unknown = at
    yield old[unknown:end]


def _common(one: bytes | mmap.mmap, i: int, other: bytes | mmap.mmap, j: int, most: int) -> int:
    """How many bytes from `i` and `j` on are the same."""
    done = 0
    while done < most:
        step = min(_STEP, most - done)
        a, b = one[i + done : i + done + step], other[j + done : j + done + step]
        if a != b:
            return done + _first_difference(a, b)
        done += step
    return done


def _first_difference(a: bytes, b: bytes) -> int:
    low, high = 0, len(a)
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _common_end(one: bytes | mmap.mmap, other: bytes | mmap.mmap, most: int) -> int:
    return _common_end_at(one, len(one), other, len(other), most)


def _common_end_at(one: bytes | mmap.mmap, i: int, other: bytes | mmap.mmap, j: int, most: int) -> int:
    """How many bytes before `i` and `j` are the same."""
    done = 0
    while done < most:
        step = min(_STEP, most - done)
        a, b = one[i - done - step : i - done], other[j - done - step : j - done]
        if a != b:
            return done + _first_difference(a[::-1], b[::-1])
        done += step
    return done


def _joined(ops: Iterator[Op]) -> Iterator[Op]:
    for op in ops:
        if op and (isinstance(op, bytes) or op[1]):
            yield op


@contextmanager
def _mapped(path: Path) -> Iterator[bytes | mmap.mmap]:
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped
