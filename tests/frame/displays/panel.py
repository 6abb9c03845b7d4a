"""A real panel without hardware: Xvfb keeps its screen in a memory-mapped file, which the framebuffer display draws on.

The file is an XWD dump: a header of big-endian words, then the pixels. `Panel.ioctl` answers the framebuffer's
ioctls from that header, and `Panel.shown()` asks the X server itself what its screen shows.
"""

from __future__ import annotations

import errno
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from frame.displays import fbdev


@dataclass
class Panel:
    """A screen of Xvfb. `pans` counts flips, `waits` the waits for the vertical blank."""

    display: str
    file: Path
    vsync: bool = True
    gone: bool = False
    pans: int = 0
    waits: int = 0
    resized_to: tuple[int, int] | None = None
    header: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.header = struct.unpack(">25I", self.file.read_bytes()[:100])

    @property
    def size(self) -> tuple[int, int]:
        return (self.header[4], self.header[5])

    @property
    def start(self) -> int:
        return self.header[0] + self.header[19] * 12

    def ioctl(self, handle: int, request: int, buffer: bytearray) -> int:
        """Answer as the kernel's framebuffer does."""
        if self.gone:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        width, height = self.resized_to or self.size
        bits, stride = self.header[11], self.header[12]
        if request == fbdev.GET_VARIABLE:
            fields = [part for mask in self.header[14:17] for part in (_offset(mask), mask.bit_count(), 0)]
            struct.pack_into("=20I", buffer, 0, width, height, width, height, 0, 0, bits, 0, *fields, 0, 0, 0)
        elif request == fbdev.GET_FIXED:
            memory = stride * height
            struct.pack_into(
                "@16sL4I3HIL2I3H", buffer, 0, b"Xvfb", self.start, memory, 0, 0, 2, 1, 1, 0, stride, 0, 0, 0, 0, 0, 0
            )
        elif request == fbdev.WAIT_FOR_VSYNC and self.vsync:
            self.waits += 1
        else:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        return 0

    def shown(self) -> Image.Image:
        """What the X server says is on its screen, as RGB."""
        command = ["xwd", "-root", "-silent", "-display", self.display]
        return read_xwd(subprocess.run(command, capture_output=True, check=True).stdout)


def _offset(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def read_xwd(data: bytes) -> Image.Image:
    """An XWD dump of 16 or 32 bits as RGB."""
    words = struct.unpack(">25I", data[:100])
    header, width, height, bits, stride, colours = words[0], words[4], words[5], words[11], words[12], words[19]
    body = data[header + colours * 12 :]
    if bits == 16:
        return Image.frombytes("RGB", (width, height), body, "raw", "BGR;16", stride)
    return Image.frombytes("RGB", (width, height), body, "raw", "BGRX", stride)


@contextmanager
def xvfb(width: int, height: int, depth: int) -> Iterator[Panel]:
    """Start an X server of that size and depth for a panel; it is ended and its file removed afterwards."""
    if shutil.which("Xvfb") is None or shutil.which("xwd") is None:
        import pytest

        pytest.skip("needs Xvfb and xwd")
    folder = Path(tempfile.mkdtemp(prefix="panel-"))
    read, write = os.pipe()
    # A reset clears the screen whenever the last client leaves, which is each look at it; a cursor would be seen on it.
    quiet = ("-noreset", "-nocursor")
    screen = f"{width}x{height}x{depth}"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", screen, "-fbdir", str(folder), *quiet],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        yield Panel(f":{number}", folder / "Xvfb_screen0")
    finally:
        server.terminate()
        server.wait(60)
        shutil.rmtree(folder)
