"""The Linux framebuffer's ioctls: what they are called, what they answer, nothing of what is drawn.

`Ioctl` is fcntl.ioctl or a stand-in with its signature. Called by framebuffer.py.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from frame.displays.pixels import PixelFormat

Ioctl = Callable[[int, int, bytearray], int]
"""(descriptor, request, buffer changed in place); raises OSError."""

GET_VARIABLE = 0x4600
GET_FIXED = 0x4602
PAN = 0x4606
WAIT_FOR_VSYNC = 0x40044620

VARIABLE_BYTES = 160
_VARIABLE = struct.Struct("=40I")
_FIXED = struct.Struct("@16sL4I3HIL2I3H")
FIXED_BYTES = 96
"""More than the kernel's 80 (or 68 on 32 bit), so that no layout writes past it."""

X_OFFSET, Y_OFFSET = 4, 5
"""Places of the pan offsets among the words of the variable information."""


@dataclass(frozen=True)
class Mode:
    """What a framebuffer shows now. Sizes in pixels, `stride` and `memory` in bytes."""

    width: int
    height: int
    height_virtual: int
    pixels: PixelFormat
    stride: int
    start: int
    """Where the pixels begin in the mapping: mappings begin at a page, a framebuffer need not."""
    memory: int
    identity: str


def read_variable(ioctl: Ioctl, handle: int) -> bytearray:
    """The raw variable information; panning hands it back changed."""
    answer = bytearray(VARIABLE_BYTES)
    ioctl(handle, GET_VARIABLE, answer)
    return answer


def read_mode(ioctl: Ioctl, handle: int, page_bytes: int) -> Mode:
    """Ask the kernel. Raises OSError."""
    words = _VARIABLE.unpack(read_variable(ioctl, handle))
    fixed = bytearray(FIXED_BYTES)
    ioctl(handle, GET_FIXED, fixed)
    identity, physical, memory, _, _, _, _, _, _, stride, *_ = _FIXED.unpack_from(fixed)
    return Mode(
        width=words[0],
        height=words[1],
        height_virtual=words[3],
        pixels=PixelFormat(words[6], (words[8], words[9]), (words[11], words[12]), (words[14], words[15])),
        stride=stride or words[2] * words[6] // 8,
        start=physical % page_bytes,
        memory=memory,
        identity=identity.split(b"\0")[0].decode("ascii", "replace"),
    )


def pan(ioctl: Ioctl, handle: int, variable: bytearray, y_offset: int) -> None:
    """Show the rows from `y_offset` on. Raises OSError where the driver cannot."""
    struct.pack_into("=2I", variable, X_OFFSET * 4, 0, y_offset)
    ioctl(handle, PAN, variable)


def wait_for_vsync(ioctl: Ioctl, handle: int) -> None:
    """Return when the panel begins its next picture. Raises OSError where the driver cannot tell."""
    ioctl(handle, WAIT_FOR_VSYNC, bytearray(4))
