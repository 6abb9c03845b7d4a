"""Colour profiles written by hand, and what sRGB they must come out as, computed from the standards' own numbers."""

from __future__ import annotations

import struct

_P3_COLOURS = {
    b"rXYZ": (0.51512, 0.2412, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.1571, 0.06657, 0.78407),
}
"""Primaries of Display P3, adapted to D50 as profiles want them."""


def display_p3() -> bytes:
    """The profile that Immich's previews carry by default: P3 primaries with sRGB's curve."""
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0)
    curve += b"".join(map(_fixed, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)))
    tags = {b"desc": _text("Display P3"), b"cprt": _text("none"), b"wtpt": _xyz((0.9642, 1.0, 0.82491))}
    tags |= {name: _xyz(value) for name, value in _P3_COLOURS.items()}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    return _profile(tags, b"RGB ")


def grey_gamma(gamma: float) -> bytes:
    """A grey profile with a plain power curve."""
    curve = b"para" + bytes(4) + struct.pack(">HH", 0, 0) + _fixed(gamma)
    tags = {b"desc": _text("grey"), b"cprt": _text("none"), b"wtpt": _xyz((0.9642, 1.0, 0.82491)), b"kTRC": curve}
    return _profile(tags, b"GRAY")


def p3_to_srgb(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """What a Display P3 colour is in sRGB, clipped, by the two standards' matrices."""
    red, green, blue = (_linear(value / 255) for value in colour)
    mixed = (
        1.2249 * red - 0.2247 * green,
        -0.0420 * red + 1.0419 * green,
        -0.0197 * red - 0.0786 * green + 1.0979 * blue,
    )
    first, second, third = (round(255 * _curved(min(1.0, max(0.0, value)))) for value in mixed)
    return (first, second, third)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _curved(value: float) -> float:
    return value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, values))


def _text(text: str) -> bytes:
    body = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(body), 28) + body


def _profile(tags: dict[bytes, bytes], space: bytes) -> bytes:
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", start + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"lcms", 0x04300000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"APPL" + bytes(24)
    head += _fixed(0.9642) + _fixed(1.0) + _fixed(0.82491)
    return head.ljust(128, b"\0") + table + body
