"""Reads the few EXIF tags by which files of one photo are known: when it was taken, by what camera, and Apple's
content identifier in its maker notes. Bytes in, facts out; a torn or hostile structure gives what was read before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

_EXIF_IFD = 0x8769
_MAKE, _MODEL, _DATE, _ORIGINAL_DATE, _MAKER_NOTE = 0x010F, 0x0110, 0x0132, 0x9003, 0x927C
_APPLE_IDENTIFIER = 0x0011
_WANTED = frozenset({_EXIF_IFD, _MAKE, _MODEL, _DATE, _ORIGINAL_DATE, _MAKER_NOTE, _APPLE_IDENTIFIER})
_APPLE = b"Apple iOS\0"
_ASCII = 2
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MOST_ENTRIES = 500
_LONGEST_BYTES = 1 << 20


@dataclass(frozen=True)
class Exif:
    """What a file's EXIF says of the shot."""

    identifier: str = ""
    taken: datetime | None = None
    """The wall clock's time where it was taken; of no zone."""
    camera: str = ""


@dataclass(frozen=True)
class _Entry:
    tag: int
    kind: int
    value: bytes


def read_exif(data: bytes) -> Exif:
    """The facts of a TIFF structure (the content of EXIF, or the head of a RAW file)."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return Exif()
    first = _entries(data, struct.unpack_from(order + "I", data, 4)[0], order)
    main = {entry.tag: entry for entry in first}
    exif: dict[int, _Entry] = {}
    if pointer := main.get(_EXIF_IFD):
        exif = {entry.tag: entry for entry in _entries(data, _number(pointer, order), order)}
    note = exif.get(_MAKER_NOTE)
    return Exif(
        identifier=_apple_identifier(note.value) if note else "",
        taken=_time(exif.get(_ORIGINAL_DATE)) or _time(main.get(_ORIGINAL_DATE)) or _time(main.get(_DATE)),
        camera=_camera(main),
    )


def _entries(data: bytes, offset: int, order: str) -> Iterator[_Entry]:
    if not 0 < offset <= len(data) - 2:
        return
    (count,) = struct.unpack_from(order + "H", data, offset)
    for number in range(min(count, _MOST_ENTRIES)):
        at = offset + 2 + 12 * number
        if at + 12 > len(data):
            return
        tag, kind, length = struct.unpack_from(order + "HHI", data, at)
        if tag not in _WANTED:
            continue  # a file may point from many tags to the same megabyte
        size = _SIZES.get(kind, 1) * length
        start = at + 8 if size <= 4 else struct.unpack_from(order + "I", data, at + 8)[0]
        if size <= _LONGEST_BYTES and start + size <= len(data):
            yield _Entry(tag, kind, data[start : start + size])


def _number(entry: _Entry, order: str) -> int:
    width = {2: "H", 4: "I"}.get(len(entry.value))
    return int(struct.unpack(order + width, entry.value)[0]) if width else 0


def _apple_identifier(note: bytes) -> str:
    if not note.startswith(_APPLE):
        return ""
    order = {b"II": "<", b"MM": ">"}.get(note[12:14], ">")
    # Offsets of Apple's notes count from the notes' own beginning.
    for entry in _entries(note, 14, order):
        if entry.tag == _APPLE_IDENTIFIER and entry.kind == _ASCII:
            return _text(entry)
    return ""


def _time(entry: _Entry | None) -> datetime | None:
    try:
        return datetime.strptime(_text(entry)[:19], "%Y:%m:%d %H:%M:%S") if entry else None  # noqa: DTZ007 - wall clock
    except ValueError:
        return None


def _camera(main: dict[int, _Entry]) -> str:
    make = _text(main[_MAKE]) if _MAKE in main else ""
    model = _text(main[_MODEL]) if _MODEL in main else ""
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def _text(entry: _Entry) -> str:
    text = entry.value.split(b"\0")[0].decode("utf-8", "replace")
    return "".join(char for char in text if char.isprintable()).strip()
