"""Whether two files decode to the same pixels: asked of a child process that ends with the answer.

For the formats that only a decoder can tell: PNG, WebP, HEIC, AVIF. Called by write.py before a file is replaced.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

DEADLINE_SECONDS = 180.0
_ONE_AT_A_TIME = threading.Lock()
"""Two large pictures at once would not fit into memory."""


def same_pixels(one: Path, other: Path) -> bool | None:
    """True or False; None where they cannot be decoded, for whatever reason."""
    environment = {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
    environment |= {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    command = [sys.executable, "-P", "-m", "sync.writeback.pixels_child", str(one), str(other)]
    try:
        with _ONE_AT_A_TIME:
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=DEADLINE_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return None
    return {b"same": True, b"other": False}.get(done.stdout.strip())
