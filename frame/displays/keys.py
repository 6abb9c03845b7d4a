"""What keys mean, the same on every display, and reading them from a terminal.

Right, Page Down, N, Enter: next. Left, Page Up, B, Backspace: back. Space, P: pause or go on. F: favourite.
I: what this is. S, Power: screen off or on. Q, Escape: quit.
Page Up and Page Down are what presentation clickers send.
"""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from typing import TextIO

VERBS = {
    "right": "next",
    "page down": "next",
    "n": "next",
    "return": "next",
    "left": "back",
    "page up": "back",
    "b": "back",
    "backspace": "back",
    "space": "pause",
    "p": "pause",
    "f": "favourite",
    "s": "screen",
    "power": "screen",
    "i": "info",
    "q": "quit",
    "escape": "quit",
}

_SEQUENCES = {
    b"\x1b[C": "right",
    b"\x1bOC": "right",
    b"\x1b[D": "left",
    b"\x1bOD": "left",
    b"\x1b[6~": "page down",
    b"\x1b[5~": "page up",
    b"\r": "return",
    b"\n": "return",
    b"\x7f": "backspace",
    b"\x08": "backspace",
    b" ": "space",
    b"\x1b": "escape",
}


def verbs_of(typed: bytes) -> list[str]:
    """The control verbs in what a terminal sent; unknown keys and escape sequences mean nothing."""
    verbs = []
    while typed:
        length = _length(typed)
        name = _SEQUENCES.get(typed[:length]) or typed[:length].decode("ascii", "replace").lower()
        verb = VERBS.get(name)
        if verb:
            verbs.append(verb)
        typed = typed[length:]
    return verbs


def _length(typed: bytes) -> int:
    """How many bytes the first key takes: an escape sequence runs to its final letter or tilde."""
    if typed[:1] != b"\x1b" or len(typed) == 1:
        return 1
    if typed[1:2] not in (b"[", b"O"):
        return 2
    for at in range(2, len(typed)):
        if 0x40 <= typed[at] <= 0x7E:
            return at + 1
    return len(typed)


class TerminalKeys:
    """Keys typed into the terminal that this process is in the foreground of; without one there are none."""

    def __init__(self, terminal: TextIO | None = None) -> None:
        stream = sys.stdin if terminal is None else terminal
        self._handle: int | None = None
        self._saved: list[object] = []
        try:
            handle = stream.fileno()
            # A background process that touches its terminal is stopped by the kernel: then the wall would stand still.
            if os.isatty(handle) and os.tcgetpgrp(handle) == os.getpgrp():
                self._saved = termios.tcgetattr(handle)
                tty.setcbreak(handle, termios.TCSANOW)
                self._handle = handle
        except (OSError, ValueError, AttributeError, termios.error):
            self._handle = None

    def verbs(self) -> list[str]:
        """What was asked for since the last call."""
        typed = b""
        try:
            while self._handle is not None and select.select([self._handle], [], [], 0)[0]:
                some = os.read(self._handle, 256)
                if not some:
                    self.close()
                typed += some
        except OSError:
            self._handle = None
        return verbs_of(typed)

    def close(self) -> None:
        """Leave the terminal as it was found."""
        handle, self._handle = self._handle, None
        if handle is not None:
            try:
                termios.tcsetattr(handle, termios.TCSANOW, self._saved)  # type: ignore[arg-type]
            except (OSError, termios.error):
                return
