"""What films and pictures that are built of boxes show: MP4 and MOV, HEIC and AVIF.

Of a film the media data, and which sample lies where in it. Of a picture each of its items (tiles, depth, gain map,
thumbnails) with its properties and references; but not its EXIF and XMP, which are items too. Called by image_data.py.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator

from sync.writeback.part import Bytes, Part, Unreadable, slices

_PARENTS = {b"trak", b"mdia", b"minf", b"stbl"}
_SAYS = {b"udta", b"meta", b"free", b"skip", b"wide", b"saio"}
"""What a track holds that is not shown: words, room, and places in the file."""
_XMP = b"application/rdf+xml"
_ITEMS = (b"pitm", b"iprp", b"grpl")
_WHOLE = (b"mpvd", b"sefd")
"""A phone's motion photo: the film, and Samsung's own, lie in boxes beside the picture."""


def film(data: Bytes) -> Iterator[Part]:
    """Parts of a film. Raises Unreadable."""
    top = list(_children(data, 0, len(data)))
    media = [(start, end) for name, start, end in top if name == b"mdat"]
    if not media:
        raise Unreadable("it has no media data")
    # Whether the index stands before or after the media data is no difference.
    for name, start, end in sorted(top, key=lambda box: box[0] == b"moov"):
        if name in (b"mdat", b"moof"):
            yield from _named(data, name, start, end)
        elif name == b"moov":
            for inner, begin, after in _children(data, start, end):
                if inner == b"trak":
                    yield from _track(data, begin, after, media)


def _track(data: Bytes, start: int, end: int, media: list[tuple[int, int]]) -> Iterator[Part]:
    for name, inner, after in _children(data, start, end):
        if name in _PARENTS:
            yield name
            yield from _track(data, inner, after, media)
        elif name in (b"stco", b"co64"):
            (count,) = struct.unpack_from(">I", data, inner + 4)
            offsets = struct.unpack_from(f">{count}{'I' if name == b'stco' else 'Q'}", data, inner + 8)
            # A chunk may move with its media data; it must stay where it is in there.
            yield b"".join(struct.pack(">IQ", *_within(offset, media)) for offset in offsets)
        elif name not in _SAYS:
            yield from _named(data, name, inner, after)


def _within(offset: int, media: list[tuple[int, int]]) -> tuple[int, int]:
    for number, (start, end) in enumerate(media):
        if start <= offset < end:
            return number, offset - start
    raise Unreadable("a sample lies outside of the media data")


def picture(data: Bytes) -> Iterator[Part]:
    """Parts of a picture that is built of items. Raises Unreadable."""
    top = list(_children(data, 0, len(data)))
    [(start, end)] = [(start, end) for name, start, end in top if name == b"meta"]
    boxes = {name: (inner, after) for name, inner, after in _children(data, start + 4, end)}
    kinds = dict(_kinds(data, *boxes[b"iinf"]))
    words = {item for item, kind in kinds.items() if kind in (b"Exif", _XMP)}
    for name in _ITEMS:
        if name in boxes:
            yield from _named(data, name, *boxes[name])
    if b"iref" in boxes:
        yield from _references(data, *boxes[b"iref"], words)
    for item, extents in sorted(_places(data, *boxes[b"iloc"], boxes.get(b"idat", (0, 0)))):
        if item not in words:
            yield struct.pack(">I", item) + kinds[item]
        for begin, after in extents:
            if item in words:
                begin = _behind_exif(data, begin, after)
            elif begin == after:
                raise Unreadable("an item is the whole file")
            yield from slices(data, begin, after)
    for name, start, end in top:
        if name in _WHOLE:
            yield from _named(data, name, start, end)


def _kinds(data: Bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The kind of each item by its number; of what is no picture, what its content is."""
    first = start + (6 if data[start] == 0 else 8)
    for _, inner, after in _children(data, first, end):
        version = data[inner]
        if version not in (2, 3):
            raise Unreadable("its items are of an old kind")
        item, _, kind = struct.unpack_from(">HH4s" if version == 2 else ">IH4s", data, inner + 4)
        words = data[inner + (12 if version == 2 else 14) : after].split(b"\0")
        yield item, words[1] if kind == b"mime" else kind


def _references(data: Bytes, start: int, end: int, words: Collection[int]) -> Iterator[bytes]:
    """What refers to what, but for EXIF and XMP, which refer to the picture that they describe."""
    letter = "H" if data[start] == 0 else "I"
    for name, inner, after in _children(data, start + 4, end):
        (item,) = struct.unpack_from(f">{letter}", data, inner)
        if item not in words:
            yield name + data[inner:after]


def _places(
    data: Bytes, start: int, end: int, inside: tuple[int, int]
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Where the bytes of each item lie; `inside` is the box in which some do."""
    version, at = data[start], start + 6
    sizes = [size for byte in data[start + 4 : at] for size in (byte >> 4, byte & 15)]

    def number(size: int) -> int:
        nonlocal at
        at += size
        if at > end:
            raise Unreadable("the list of its items is cut short")
        return int.from_bytes(data[at - size : at], "big")

    wide = 2 if version < 2 else 4
    for _ in range(number(wide)):
        item = number(wide)
        how = number(2) & 15 if version else 0
        number(2)
        base = number(sizes[2]) + (inside[0] if how == 1 else 0)
        extents = []
        for _ in range(number(2)):
            number(sizes[3] if version else 0)
            begin, length = base + number(sizes[0]), number(sizes[1])
            extents.append((begin, begin + length))
        if how > 1:
            raise Unreadable("where an item lies is told in a way that is not known")
        yield item, extents


def _behind_exif(data: Bytes, start: int, end: int) -> int:
    """Where EXIF ends, if it is that of a JPEG with more behind it, as Xiaomi's phones keep a large thumbnail there:
    exiftool would leave nothing of that."""
    behind = start + 6 + int.from_bytes(data[start + 6 : start + 8], "big")
    headed = data[start + 4 : start + 6] == b"\xff\xe1"
    return behind if headed and behind < end and data[behind : behind + 2] == b"\xff\xd9" else end


def _named(data: Bytes, name: bytes, start: int, end: int) -> Iterator[Part]:
    yield name + struct.pack(">Q", end - start)
    yield from slices(data, start, end)


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
