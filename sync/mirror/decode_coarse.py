"""Reads a progressive JPEG at an eighth of its size from its first scan alone, for those too large to decode whole.

libjpeg keeps every coefficient of a progressive picture: 600 MB for 200 megapixels. The first scan holds each block's
mean, and that is all that an eighth needs. The bit that later scans add to it is left out (an error of about one
grey level). Raises Refused for what is damaged or unusual. Called by decode.py alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from sync.mirror.decode_open import Refused

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_SCAN_MOST = 64 << 20


@dataclass
class _Component:
    across: int
    down: int
    """Blocks in one unit of an interleaved scan."""
    quantum: int
    columns: int = 0
    rows: int = 0
    """Blocks in its plane, whole units."""
    plane: bytearray = field(default_factory=bytearray)


@dataclass
class _Table:
    """For every 16 bits that may come: how many of them are a code with its value, and the value; 0: it is longer."""

    lengths: bytearray
    values: list[int]
    codes: list[tuple[int, int]]
    """For every 16 bits: the length of the code alone, and how many bits of value follow."""


@dataclass
class _Frame:
    width: int = 0
    height: int = 0
    components: dict[int, _Component] = field(default_factory=dict)
    quanta: dict[int, int] = field(default_factory=dict)
    tables: dict[int, _Table] = field(default_factory=dict)
    restart: int = 0
    rgb: bool = False


def read_coarse(path: Path) -> Image.Image:
    """The picture at an eighth of its width and height, rounded up, as RGB."""
    data = path.read_bytes()
    frame, done = _Frame(), set[int]()
    for marker, at, end in _segments(data):
        body = data[at:end]
        if marker == 0xDB:
            _quanta(body, frame)
        elif marker == 0xC4:
            _tables(body, frame)
        elif marker == 0xC2:
            _start(body, frame)
        elif marker == 0xDD:
            frame.restart = int.from_bytes(body[:2], "big")
        elif marker == 0xEE and body.startswith(b"Adobe"):
            frame.rgb = body[11:12] == b"\0"
        elif marker == 0xDA:
            done |= _scan(body, data, end, frame)
            if done == frame.components.keys():
                return _picture(frame)
    raise Refused("It ends before its first scan does.", "damaged")


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, begin and end of each header segment's body; the scans between them are skipped."""
    at = 2
    while found := _MARKER.search(data, at):
        at, marker = found.end(), data[found.end() - 1]
        if marker == 0xD9:
            return
        end = at + int.from_bytes(data[at : at + 2], "big")
        yield marker, at + 2, end
        at = end


def _quanta(body: bytes, frame: _Frame) -> None:
    at = 0
    while at < len(body):
        wide, number = body[at] >> 4, body[at] & 15
        frame.quanta[number] = int.from_bytes(body[at + 1 : at + 2 + bool(wide)], "big")
        at += 1 + 64 * (1 + bool(wide))


def _tables(body: bytes, frame: _Frame) -> None:
    at = 0
    while at < len(body):
        kind, counts = body[at], body[at + 1 : at + 17]
        symbols = body[at + 17 : at + 17 + sum(counts)]
        if kind >> 4 == 0:
            frame.tables[kind & 15] = _table(counts, symbols)
        at += 17 + sum(counts)


def _table(counts: bytes, symbols: bytes) -> _Table:
    table = _Table(bytearray(65536), [0] * 65536, [(0, 0)] * 65536)
    code, index = 0, 0
    for length, count in enumerate(counts, start=1):
        for bits in symbols[index : index + count]:
            first, room = code << (16 - length), 16 - length - bits
            if bits > 15 or first >= 65536:
                raise Refused("Its codes are damaged.", "damaged")
            for following in range(first, first + (1 << (16 - length))):
                table.codes[following] = (length, bits)
                if room >= 0:
                    table.lengths[following] = length + bits
                    table.values[following] = _value((following >> room) & ((1 << bits) - 1), bits)
            code += 1
        index += count
        code <<= 1
    return table


def _value(raw: int, bits: int) -> int:
    return raw if bits == 0 or raw >> (bits - 1) else raw - (1 << bits) + 1


def _start(body: bytes, frame: _Frame) -> None:
    frame.height, frame.width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if body[0] != 8 or body[5] not in (1, 3) or not frame.width or not frame.height:
        raise Refused("It is too large to decode, and too unusual to read coarsely.", "too-large")
    for at in range(6, 6 + 3 * body[5], 3):
        across, down = body[at + 1] >> 4, body[at + 1] & 15
        frame.components[body[at]] = _Component(max(1, across), max(1, down), frame.quanta[body[at + 2]])
    most_across, most_down = _most(frame)
    for one in frame.components.values():
        one.columns = -(-frame.width // (8 * most_across)) * one.across
        one.rows = -(-frame.height // (8 * most_down)) * one.down
        one.plane = bytearray(one.columns * one.rows)


def _most(frame: _Frame) -> tuple[int, int]:
    parts = frame.components.values()
    return max(one.across for one in parts), max(one.down for one in parts)


def _scan(body: bytes, data: bytes, at: int, frame: _Frame) -> set[int]:
    """Read a first scan of means into its components' planes; gives their ids, none for a scan of another kind."""
    chosen = {body[1 + 2 * n]: body[2 + 2 * n] >> 4 for n in range(body[0])}
    first, last, approximation = body[1 + 2 * body[0] : 4 + 2 * body[0]]
    if (first, last, approximation >> 4) != (0, 0, 0):
        return set()
    found = _MARKER.search(data, at)
    coded = data[at : found.start() if found else len(data)]
    if len(coded) > _SCAN_MOST:
        raise Refused("Its first scan is too large.", "too-large")
    parts = [(frame.components[id_], frame.tables[table]) for id_, table in chosen.items()]
    units = _alone(parts, frame) if len(parts) == 1 else _together(parts)
    columns, rows, steps = units
    pieces = [piece.replace(b"\xff\0", b"\xff") for piece in _RESTART.split(coded)]
    each = frame.restart or columns * rows
    for number, piece in enumerate(pieces):
        begin = number * each
        _read(piece, range(begin, min(begin + each, columns * rows)), columns, steps, approximation & 15)
    if len(pieces) * each < columns * rows:
        raise Refused("It ends before its first scan does.", "damaged")
    return set(chosen)


_Step = tuple[_Component, _Table, int, int, int]
"""Component, codes, its index in the scan, and which block of the unit it is (across, down)."""


def _together(parts: list[tuple[_Component, _Table]]) -> tuple[int, int, list[_Step]]:
    one = parts[0][0]
    steps = [
        (part, table, index, x, y)
        for index, (part, table) in enumerate(parts)
        for y in range(part.down)
        for x in range(part.across)
    ]
    return one.columns // one.across, one.rows // one.down, steps


def _alone(parts: list[tuple[_Component, _Table]], frame: _Frame) -> tuple[int, int, list[_Step]]:
    # A scan of one component has no whole units: blocks beyond the picture's edge are left out.
    [(one, table)] = parts
    most_across, most_down = _most(frame)
    columns = -(-frame.width * one.across // (8 * most_across))
    rows = -(-frame.height * one.down // (8 * most_down))
    part = _Component(1, 1, one.quantum, one.columns, one.rows, one.plane)
    return columns, rows, [(part, table, 0, 0, 0)]


def _read(piece: bytes, units: range, columns: int, steps: list[_Step], shift: int) -> None:
    """The hot loop: a mean for every block of the units, each told as the difference from the one before."""
    means = [0] * len(steps)
    bits, left, at = 0, 0, 0
    data = piece + b"\0" * 16
    # Looked up once here, not once a block: a picture of this size has millions.
    plan = [
        (part.plane, part.across, part.down * part.columns, y * part.columns + x, part.quantum << shift, table, index)
        for part, table, index, x, y in steps
    ]
    for unit in units:
        row, column = divmod(unit, columns)
        for plane, across, stride, offset, quantum, table, index in plan:
            if left < 32:
                bits = ((bits & ((1 << left) - 1)) << 32) | int.from_bytes(data[at : at + 4], "big")
                at += 4
                left += 32
            peek = (bits >> (left - 16)) & 0xFFFF
            length = table.lengths[peek]
            if length:
                left -= length
                mean = means[index] + table.values[peek]
            else:
                length, more = table.codes[peek]
                if not length:
                    raise Refused("Its first scan is damaged.", "damaged")
                left -= length + more
                mean = means[index] + _value((bits >> left) & ((1 << more) - 1), more)
            means[index] = mean
            level = (mean * quantum >> 3) + 128
            plane[row * stride + column * across + offset] = 0 if level < 0 else 255 if level > 255 else level
        if at > len(data):
            raise Refused("It ends before its first scan does.", "damaged")


def _picture(frame: _Frame) -> Image.Image:
    size = (-(-frame.width // 8), -(-frame.height // 8))
    most_across, most_down = _most(frame)
    bands = []
    for one in frame.components.values():
        band = Image.frombytes("L", (one.columns, one.rows), bytes(one.plane))
        if (one.across, one.down) != (most_across, most_down):
            whole = (one.columns * most_across // one.across, one.rows * most_down // one.down)
            band = band.resize(whole, Image.Resampling.BILINEAR)
        bands.append(band.crop((0, 0, *size)))
    if len(bands) == 1:
        return bands[0].convert("RGB")
    return Image.merge("RGB" if frame.rgb else "YCbCr", bands).convert("RGB")
