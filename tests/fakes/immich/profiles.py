"""ICC profiles of sRGB and Display P3, built here: the same bytes in every run, and no file of another origin."""

from __future__ import annotations

import struct

# Red, green and blue as XYZ, adapted to D50; D50 itself.
_COLORANTS = {
    "sRGB": ((0.436066, 0.222488, 0.013916), (0.385147, 0.716873, 0.097076), (0.143066, 0.060608, 0.714096)),
    "Display P3": ((0.515102, 0.241182, -0.001050), (0.291965, 0.692236, 0.041882), (0.157153, 0.066582, 0.784378)),
}
_D50 = (0.964203, 1.0, 0.824905)
# The sRGB transfer curve as a parametric curve of type 3.
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in values)


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II", 1, 12) + b"enUS" + struct.pack(">II", len(encoded), 28) + encoded


def matrix_profile(name: str) -> bytes:
    """A version 4 matrix profile of "sRGB" or "Display P3"."""
    red, green, blue = _COLORANTS[name]
    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + b"".join(_fixed(value) for value in _CURVE)
    tags = {
        b"desc": _text(name), b"cprt": _text("public domain"), b"wtpt": _xyz(_D50),
        b"rXYZ": _xyz(red), b"gXYZ": _xyz(green), b"bXYZ": _xyz(blue),
        b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }  # fmt: skip
    offset = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for tag, content in tags.items():
        padded = content + b"\0" * (-len(content) % 4)
        table += tag + struct.pack(">II", offset + len(data), len(content))
        data += padded
    head = bytearray(128)
    head[0:4] = struct.pack(">I", offset + len(data))
    head[8:12] = bytes((4, 0x20, 0, 0))
    head[12:24] = b"mntrRGB XYZ "
    head[24:36] = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    head[36:40] = b"acsp"
    head[68:80] = b"".join(_fixed(value) for value in _D50)
    return bytes(head) + table + data
