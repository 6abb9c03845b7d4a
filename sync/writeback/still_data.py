"""What pictures show that are no films and not built of boxes: JPEG, TIFF and DNG, PNG, WebP.

JPEG: every segment but EXIF, XMP, IPTC and comments, all bytes from the first scan to the end, and where in them the
pictures lie that MPF tells of. TIFF and DNG: strips, tiles, thumbnails and the tags that give them meaning. PNG and
WebP: the chunks that are no words. Called by image_data.py.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sync.writeback.part import Bytes, Part, Unreadable, slices

_JPEG_META = {0xE1: (b"Exif\0", b"http://ns.adobe.com/x"), 0xE2: (b"MPF\0",), 0xED: (b"Photoshop 3.0",), 0xFE: (b"",)}
_MPF_ENTRIES = 0xB002
_TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TIFF_DATA = {273: 279, 324: 325, 513: 514}
"""Offsets to lengths: of strips, of tiles, of a thumbnail."""
_TIFF_PICTURE = {
    254, 256, 257, 258, 259, 262, 266, 277, 278, 284, 292, 317, 320, 322, 323, 332, 338, 339, 347, 529, 530,
    34675, 37724,
}  # fmt: skip
_DNG = range(50706, 50740)
_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_PNG_WORDS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}
_WEBP_WORDS = {b"EXIF", b"XMP ", b"VP8X"}
"""VP8X says whether there are any words; its size is that of the picture."""


def jpeg(data: Bytes) -> Iterator[Part]:
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
            yield from slices(data, at, len(data))
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        segment = data[at + 4 : at + 2 + length]
        if marker not in _JPEG_META or not segment.startswith(_JPEG_META[marker]):
            yield bytes([marker]) + segment
        elif segment.startswith(b"MPF\0"):
            yield from _others(data, at + 8)
        at += 2 + length


def _others(data: Bytes, start: int) -> Iterator[bytes]:
    """How far from the end of the file each other picture begins that the first one knows of: where MPF stands before
    EXIF and XMP, exiftool does not move the offsets with it."""
    order = {b"II": "<", b"MM": ">"}[data[start : start + 2]]
    directory = start + struct.unpack_from(order + "I", data, start + 4)[0]
    (count,) = struct.unpack_from(order + "H", data, directory)
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, _, size, place = struct.unpack_from(order + "HHII", data, entry)
        if tag == _MPF_ENTRIES:
            for each in range(start + place, start + place + size, 16):
                (offset,) = struct.unpack_from(order + "I", data, each + 8)
                if offset:
                    yield struct.pack(">q", len(data) - start - offset)


def tiff(data: Bytes) -> Iterator[Part]:
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
                    yield from slices(data, offset, offset + length)
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


def png(data: Bytes) -> Iterator[Part]:
    if data[:8] != _PNG_MARK:
        raise Unreadable("it is no PNG")
    at, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        if name not in _PNG_WORDS:
            yield name
            yield from slices(data, at, at + 12 + length)
        at += 12 + length
    yield from slices(data, at, len(data))


def webp(data: Bytes) -> Iterator[Part]:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise Unreadable("it is no WebP")
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        if name not in _WEBP_WORDS:
            yield name
            yield from slices(data, at + 8, at + 8 + length)
        at += 8 + length + length % 2
