"""A real frame for tests of the page: its own process, showing a sample catalogue on no panel."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from frame.control import FrameNotRunning, ask
from sync.home import Home

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0
PROGRAM = """
import sys
from pathlib import Path
from frame.daemon import run
from sync.clock import SystemClock
from sync.home import Home
root, runtime, display = sys.argv[1:]
run(Home(root=Path(root), runtime=Path(runtime)), clock=SystemClock(), overrides={"wall.display": display})
"""


@contextmanager
def hanging(home: Home, *, display: str = "none") -> Iterator[subprocess.Popen[bytes]]:
    """A frame that runs until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home.root), str(home.runtime), display], cwd=ROOT,
        env={**os.environ, "MANTELPIECE_WALL_SIZE": "640x360"},
    )  # fmt: skip
    try:
        until(lambda: bool(ask(home, "now")))
        yield process
    finally:
        process.terminate()
        process.wait(60)


def until(condition: object) -> None:
    """Wait until something is so; a frame that does not answer yet is not so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if condition():  # type: ignore[operator]
                return
        except FrameNotRunning:
            pass
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.02)
