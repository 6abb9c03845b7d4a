"""What files decode to, as a digest of their pixels: asked of a child process that ends with the answer.

For the formats that only a decoder can tell: PNG, WebP, HEIC, AVIF. Called by verify.py before a file is replaced.
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


def digests(*paths: Path) -> list[str] | None:
    """One of each; None where any of them cannot be decoded, for whatever reason."""
    environment = {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
    environment |= {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    command = [sys.executable, "-P", "-m", "sync.writeback.pixels_child", *map(str, paths)]
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
    told = done.stdout.decode().split()
    return told if done.returncode == 0 and len(told) == len(paths) else None
