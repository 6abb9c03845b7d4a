"""Walks the boxes of HEIC, CR3, MOV and MP4 files: where the EXIF of a HEIC lies, and what a video says of itself.

Only heads are read, a few kilobytes of files of any size; a torn or hostile structure gives nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_LARGEST_HEAD_BYTES = 8 << 20
_MOST_BOXES = 1000
_LONGEST_TEXT_BYTES = 1 << 16


@dataclass(frozen=True)
class Box:
    kind: bytes
    start: int
    """Where its content begins, in bytes of the file."""
    length: int


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes between two offsets."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        head = file.read(16)
        if len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head[:8])
        skip = 8
        if length == 1 and len(head) == 16:
            length, skip = struct.unpack(">Q", head[8:])[0], 16
        elif length == 0:
            length = end - start
        if length < skip or start + length > end:
            return
        yield Box(kind, start + skip, length - skip)
        start += length


def find(file: BinaryIO, path: tuple[bytes, ...], start: int, end: int) -> Box | None:
    """The first box of that path of kinds."""
    for box in boxes(file, start, end):
        if box.kind == path[0]:
            if len(path) == 1:
                return box
            inside = box.start + (4 if box.kind == b"meta" and _is_full(file, box) else 0)
            return find(file, path[1:], inside, box.start + box.length)
    return None


def content(file: BinaryIO, box: Box) -> bytes:
    """The box's bytes; none where it is larger than any head."""
    if box.length > _LARGEST_HEAD_BYTES:
        return b""
    file.seek(box.start)
    return file.read(box.length)


def quicktime_keys(file: BinaryIO, size_bytes: int) -> dict[str, str]:
    """The texts that a video's `moov/meta` names, such as `com.apple.quicktime.content.identifier`."""
    meta = find(file, (b"moov", b"meta"), 0, size_bytes)
    if meta is None:
        return {}
    inside, end = meta.start + (4 if _is_full(file, meta) else 0), meta.start + meta.length
    names = find(file, (b"keys",), inside, end)
    values = find(file, (b"ilst",), inside, end)
    if names is None or values is None:
        return {}
    keys = _key_names(content(file, names))
    found = {}
    for box in boxes(file, values.start, values.start + values.length):
        number = int.from_bytes(box.kind, "big")
        data = find(file, (b"data",), box.start, box.start + box.length)
        if data is not None and 0 < number <= len(keys) and data.length <= _LONGEST_TEXT_BYTES:
            found[keys[number - 1]] = content(file, data)[8:].decode("utf-8", "replace").strip("\0 ")
    return found


def heif_exif(file: BinaryIO, size_bytes: int) -> bytes:
    """The TIFF structure of a HEIC or AVIF file; nothing where it has none."""
    meta = find(file, (b"meta",), 0, size_bytes)
    if meta is None:
        return b""
    inside, end = meta.start + 4, meta.start + meta.length
    infos, places = find(file, (b"iinf",), inside, end), find(file, (b"iloc",), inside, end)
    if infos is None or places is None:
        return b""
    item = _exif_item(file, infos)
    start, length = _place(content(file, places), item) if item is not None else (0, 0)
    if not 4 < length <= _LARGEST_HEAD_BYTES or start + length > size_bytes:
        return b""
    file.seek(start)
    data = file.read(length)
    # The first four bytes say how far behind them the TIFF structure begins (past "Exif\0\0").
    return data[4 + int.from_bytes(data[:4], "big") :]


def _is_full(file: BinaryIO, box: Box) -> bool:
    """Whether four bytes of version and flags come first: always in HEIC, never in QuickTime's own `meta`."""
    file.seek(box.start)
    return file.read(8)[4:] != b"hdlr"


def _key_names(data: bytes) -> list[str]:
    names: list[str] = []
    at = 8
    while at + 8 <= len(data) and len(names) < _MOST_BOXES:
        length = int.from_bytes(data[at : at + 4], "big")
        if length < 8:
            break
        names.append(data[at + 8 : at + length].decode("utf-8", "replace"))
        at += length
    return names


def _exif_item(file: BinaryIO, infos: Box) -> int | None:
    head = content(file, infos)[:8]
    if len(head) < 8:
        return None
    # Version 0 counts its entries in two bytes, later ones in four.
    for box in boxes(file, infos.start + (6 if head[0] == 0 else 8), infos.start + infos.length):
        entry = content(file, box)[:16] if box.kind == b"infe" else b""
        wide = bool(entry) and entry[0] >= 3
        kind = entry[10:14] if wide else entry[8:12]
        if kind == b"Exif":
            return int.from_bytes(entry[4:8] if wide else entry[4:6], "big")
    return None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def number(self, width: int) -> int:
        if self.at + width > len(self._data):
            raise ValueError("the structure ends too early")
        value = int.from_bytes(self._data[self.at : self.at + width], "big")
        self.at += width
        return value


def _place(data: bytes, wanted: int) -> tuple[int, int]:
    """Where the item of that number lies: start and length in bytes of the file; (0, 0) where it is not told."""
    reader = _Reader(data)
    try:
        version = reader.number(1)
        reader.number(3)
        sizes, more = reader.number(1), reader.number(1)
        offset_width, length_width, base_width = sizes >> 4, sizes & 15, more >> 4
        index_width = more & 15 if version in (1, 2) else 0
        for _ in range(min(reader.number(4 if version == 2 else 2), _MOST_BOXES)):
            item = reader.number(4 if version == 2 else 2)
            method = reader.number(2) & 15 if version in (1, 2) else 0
            reader.number(2)
            base = reader.number(base_width)
            extents = []
            for _ in range(min(reader.number(2), _MOST_BOXES)):
                reader.number(index_width)
                extents.append((base + reader.number(offset_width), reader.number(length_width)))
            if item == wanted:
                return extents[0] if len(extents) == 1 and method == 0 else (0, 0)
    except ValueError:
        pass
    return 0, 0
