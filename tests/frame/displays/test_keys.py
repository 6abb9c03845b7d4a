"""Keys as verbs, from bytes, from a real terminal and from SDL's own queue."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import closing

import pytest

from frame.displays.keys import VERBS, verbs_of
from frame.displays.window import WindowDisplay


@pytest.mark.parametrize(
    ("typed", "verbs"),
    [
        (b"n", ["next"]),
        (b"N", ["next"]),
        (b"\x1b[C\x1b[D", ["next", "back"]),
        (b"\x1bOC", ["next"]),
        (b"\x1b[6~\x1b[5~", ["next", "back"]),
        (b" q", ["pause", "quit"]),
        (b"\x1b", ["quit"]),
        (b"\x1b[1;5A", []),
        (b"\x1b[", []),
        (b"xyz\xff\x00", []),
        (b"", []),
    ],
    ids=repr,
)
def test_what_a_terminal_sends_is_read_as_verbs(typed: bytes, verbs: list[str]) -> None:
    assert verbs_of(typed) == verbs


_IN_A_TERMINAL = """
import os, termios, time
os.setsid()
import fcntl
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from frame.displays.keys import TerminalKeys
before = termios.tcgetattr(0)
keys = TerminalKeys()
os.write(1, b"ready\\n")
verbs = []
deadline = time.monotonic() + 60
while len(verbs) < 2 and time.monotonic() < deadline:
    verbs += keys.verbs()
    time.sleep(0.01)
keys.close()
os.write(1, (" ".join(verbs) + " " + str(termios.tcgetattr(0) == before)).encode())
"""


def test_keys_typed_into_a_terminal_arrive_and_the_terminal_is_given_back() -> None:
    outer, inner = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", _IN_A_TERMINAL], stdin=inner, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        os.write(outer, b"n\x1b[D")
        assert process.stdout.read() == b"next back True"
    os.close(outer)
    os.close(inner)


def test_a_window_turns_its_keys_into_verbs_and_closing_it_into_quit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with closing(WindowDisplay(size=(64, 36))) as window:
        from frame.displays.sdl import pygame

        pygame.event.clear()
        keys = {"right": pygame.K_RIGHT, "left": pygame.K_LEFT, "space": pygame.K_SPACE, "q": pygame.K_q,
                "page down": pygame.K_PAGEDOWN, "page up": pygame.K_PAGEUP, "escape": pygame.K_ESCAPE,
                "return": pygame.K_RETURN, "backspace": pygame.K_BACKSPACE, "n": pygame.K_n, "b": pygame.K_b,
                "p": pygame.K_p, "f": pygame.K_f, "i": pygame.K_i, "s": pygame.K_s,
                "power": pygame.K_POWER}  # fmt: skip
        assert keys.keys() == VERBS.keys()
        for name, key in keys.items():
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
            assert window.events() == [VERBS[name]], name
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_F5))
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        assert window.events() == ["quit"]
