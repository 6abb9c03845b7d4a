"""The text console under a framebuffer: told to stop drawing while the wall shows pictures, and given back.

Without it the login prompt and kernel messages write across the photo. Where there is no console, or no right to
it, there is nothing to do. Called by framebuffer.py.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
from pathlib import Path

_GET_MODE = 0x4B3B
_SET_MODE = 0x4B3A
_GRAPHICS = 1


def own_console() -> Path:
    """The console that this process runs on, else the one that is in front."""
    try:
        name = os.ttyname(0)
    except OSError:
        name = ""
    return Path(name if re.fullmatch(r"/dev/tty\d+", name) else "/dev/tty0")


class Console:
    """`quiet` is whether it was put into graphics mode; `close` restores what it was in."""

    def __init__(self, path: Path) -> None:
        self.quiet = False
        self._handle = -1
        self._before = 0
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
            answer = bytearray(4)
            fcntl.ioctl(self._handle, _GET_MODE, answer)
            self._before = struct.unpack("i", answer)[0]
            fcntl.ioctl(self._handle, _SET_MODE, _GRAPHICS)
            self.quiet = True
        except OSError:
            self._drop()

    def close(self) -> None:
        """Let the console draw again, if it did before."""
        if self._handle >= 0:
            try:
                fcntl.ioctl(self._handle, _SET_MODE, self._before)
            except OSError:
                pass
        self._drop()

    def _drop(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1
