"""What a file shows, apart from what it says: bytes that metadata does not change, and any change of picture does.

JPEG: every segment but EXIF, XMP, IPTC, comments and MPF's offsets, and all bytes from the first scan to the end.
TIFF and DNG: strips, tiles and the tags that give them meaning. MP4 and MOV: the media data, and which sample lies
where in it. Other pictures are decoded, by pixels.py. Called by verify.py, for the file before and after.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

from sync.writeback.mapping import VIDEOS

Bytes = bytes | mmap.mmap
Part = bytes | slice
"""A slice is one of the file that it is found in: what is long is compared and hashed where it lies."""
_CHUNK = 1 << 16
"""Compared at once: larger pieces are asked of the kernel anew each time, which takes longer than to compare them."""

_JPEG_META = {0xE1: (b"Exif\0", b"http://ns.adobe.com/x"), 0xE2: (b"MPF\0",), 0xED: (b"Photoshop 3.0",), 0xFE: (b"",)}
_TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TIFF_DATA = {273: 279, 324: 325}
"""Offsets to lengths, of strips and of tiles."""
_TIFF_PICTURE = {
    254,
    256,
    257,
    258,
    259,
    262,
    266,
    277,
    278,
    284,
    292,
    317,
    320,
    322,
    323,
    332,
    338,
    339,
    347,
    529,
    530,
}
_DNG = range(50706, 50740)
_BOX_PARENTS = {b"trak", b"mdia", b"minf", b"stbl"}
_BOX_PICTURE = {b"tkhd", b"mdhd", b"elst"}
_BOX_PICTURE |= {b"stsd", b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stz2"}


class Unreadable(Exception):
    """The file is not built as its type says; what it shows cannot be told apart."""


def same(one: Path, other: Path, file_type: str) -> str | None:
    """What both show, as `digest` gives it; empty where they differ, None for the types that must be decoded to know.
    Raises Unreadable, OSError."""
    parts = _PARTS.get(file_type)
    if parts is None:
        return None
    total = hashlib.sha256()
    with _mapped(one) as first, _mapped(other) as second, _whole(one):
        for a, b in zip_longest(parts(first), parts(second)):
            if not _equal(first, a, second, b):
                return ""
            _add(total, second, b)
    return total.hexdigest()


def digest(path: Path, file_type: str) -> str | None:
    """Of what it shows; None for the types that must be decoded to know. Raises Unreadable, OSError."""
    parts = _PARTS.get(file_type)
    if parts is None:
        return None
    total = hashlib.sha256()
    with _mapped(path) as data, _whole(path):
        for part in parts(data):
            _add(total, data, part)
    return total.hexdigest()


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


def _jpeg(data: Bytes) -> Iterator[Part]:
    at = 2
    if data[:2] != b"\xff\xd8":
        raise Unreadable("it is no JPEG")
    while True:
        if data[at] != 0xFF:
            raise Unreadable("its segments are damaged")
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == 0xDA:
            yield from _slices(data, at, len(data))
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        segment = data[at + 4 : at + 2 + length]
        if marker not in _JPEG_META or not segment.startswith(_JPEG_META[marker]):
            yield bytes([marker]) + segment
        at += 2 + length


def _tiff(data: Bytes) -> Iterator[Part]:
    order = {b"II": "<", b"MM": ">"}[data[:2]]
    if struct.unpack_from(order + "H", data, 2)[0] != 42:
        raise Unreadable("it is no classic TIFF")
    seen: set[int] = set()
    waiting = [struct.unpack_from(order + "I", data, 4)[0]]
    while waiting:
        start = waiting.pop(0)
        if start == 0 or start in seen:
            continue
        seen.add(start)
        tags, following = _directory(data, order, start)
        for tag, raw in sorted(tags.items()):
            if tag in _TIFF_PICTURE or tag in _DNG:
                yield struct.pack(">H", tag) + raw[1]
        for offsets, lengths in _TIFF_DATA.items():
            if offsets in tags:
                for offset, length in zip(_numbers(tags[offsets], order), _numbers(tags[lengths], order), strict=True):
                    yield from _slices(data, offset, offset + length)
        waiting += [*_numbers(tags.get(330, (4, b"")), order), following]


def _directory(data: Bytes, order: str, start: int) -> tuple[dict[int, tuple[int, bytes]], int]:
    """Type and raw value by tag, and where the next directory is."""
    (count,) = struct.unpack_from(order + "H", data, start)
    tags: dict[int, tuple[int, bytes]] = {}
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, amount = struct.unpack_from(order + "HHI", data, entry)
        size = _TIFF_SIZES.get(kind, 1) * amount
        at = entry + 8 if size <= 4 else struct.unpack_from(order + "I", data, entry + 8)[0]
        if at + size > len(data):
            raise Unreadable("a value lies beyond its end")
        tags[tag] = (kind, data[at : at + size])
    return tags, struct.unpack_from(order + "I", data, start + 2 + 12 * count)[0]


def _numbers(value: tuple[int, bytes], order: str) -> tuple[int, ...]:
    kind, raw = value
    letter = {3: "H", 4: "I", 13: "I"}[kind]
    return struct.unpack(f"{order}{len(raw) // _TIFF_SIZES[kind]}{letter}", raw)


def _boxes(data: Bytes) -> Iterator[Part]:
    top = list(_children(data, 0, len(data)))
    media = [(start, end) for name, start, end in top if name == b"mdat"]
    if not media:
        raise Unreadable("it has no media data")
    # Whether the index stands before or after the media data is no difference.
    for name, start, end in sorted(top, key=lambda box: box[0] == b"moov"):
        if name in (b"mdat", b"moof"):
            yield name + struct.pack(">Q", end - start)
            yield from _slices(data, start, end)
        elif name == b"moov":
            yield from _of_boxes(data, start, end, media)


def _of_boxes(data: Bytes, start: int, end: int, media: list[tuple[int, int]]) -> Iterator[Part]:
    for name, inner, after in _children(data, start, end):
        if name in _BOX_PARENTS:
            yield name
            yield from _of_boxes(data, inner, after, media)
        elif name in (b"stco", b"co64"):
            (count,) = struct.unpack_from(">I", data, inner + 4)
            offsets = struct.unpack_from(f">{count}{'I' if name == b'stco' else 'Q'}", data, inner + 8)
            # A chunk may move with its media data; it must stay where it is in there.
            yield b"".join(struct.pack(">IQ", *_within(offset, media)) for offset in offsets)
        elif name in _BOX_PICTURE:
            yield name + struct.pack(">Q", after - inner)
            yield from _slices(data, inner, after)


def _within(offset: int, media: list[tuple[int, int]]) -> tuple[int, int]:
    for number, (start, end) in enumerate(media):
        if start <= offset < end:
            return number, offset - start
    raise Unreadable("a sample lies outside of the media data")


def _children(data: Bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin of the content and end of each box."""
    while start + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, start)
        inner = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            inner = start + 16
        after = end if size == 0 else start + size
        if after > end or after < inner:
            raise Unreadable("a box is longer than what it is in")
        yield name, inner, after
        start = after


_PARTS: dict[str, Callable[[Bytes], Iterator[Part]]] = {
    "JPEG": _jpeg,
    "TIFF": _tiff,
    "DNG": _tiff,
    **dict.fromkeys(VIDEOS, _boxes),
}


def _slices(data: Bytes, start: int, end: int) -> Iterator[slice]:
    if end > len(data):
        raise Unreadable("its picture is cut short")
    for at in range(start, end, 1 << 20):
        yield slice(at, min(at + (1 << 20), end))
