"""A real frame for tests of the page: its own process, showing a sample catalogue on no panel."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from frame.control import ask
from sync.home import Home
from tests.patience import PATIENCE_SECONDS, until

ROOT = Path(__file__).resolve().parents[2]
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
        process.wait(PATIENCE_SECONDS)
