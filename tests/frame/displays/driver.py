"""A framebuffer driver over a plain file, which answers its ioctls as told."""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from frame.displays import fbdev

XRGB = ((16, 8), (8, 8), (0, 8))


@dataclass
class Driver:
    """A framebuffer driver over a plain file."""

    width: int = 50
    height: int = 20
    virtual: int = 20
    bits: int = 32
    fields: tuple[tuple[int, int], ...] = XRGB
    stride: int = 256
    can_pan: bool = True
    can_wait: bool = True
    gone: bool = False
    y_offset: int = 0
    waits: int = 0

    def ioctl(self, handle: int, request: int, buffer: bytearray) -> int:
        if self.gone:
            raise OSError(errno.ENODEV, "No such device")
        if request == fbdev.GET_VARIABLE:
            fields = [word for offset, length in self.fields for word in (offset, length, 0)]
            size = (self.width, self.height, self.width, self.virtual, 0, self.y_offset, self.bits, 0)
            struct.pack_into("=17I", buffer, 0, *size, *fields)
        elif request == fbdev.GET_FIXED:
            memory = self.stride * self.virtual
            struct.pack_into("@16sL4I3HIL2I3H", buffer, 0, b"t", 0, memory, 0, 0, 2, 1, 1, 0, self.stride, *[0] * 6)
        elif request == fbdev.PAN and self.can_pan:
            self.y_offset = struct.unpack_from("=6I", buffer)[5]
        elif request == fbdev.WAIT_FOR_VSYNC and self.can_wait:
            self.waits += 1
        else:
            raise OSError(errno.EINVAL, "Invalid argument")
        return 0

    def file(self, folder: Path) -> Path:
        path = folder / "fb0"
        path.write_bytes(b"\xa5" * self.stride * self.virtual)
        return path

    def seen(self, path: Path) -> Image.Image:
        """What the panel scans out."""
        mode = {32: "BGRX", 24: "BGR", 16: "BGR;16"}[self.bits]
        data = path.read_bytes()[self.y_offset * self.stride :]
        return Image.frombytes("RGB", (self.width, self.height), data, "raw", mode, self.stride)
