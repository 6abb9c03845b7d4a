"""How much memory a benchmark's own process takes at its peak: PSS, as the promises count it."""

from __future__ import annotations

import threading
from pathlib import Path


class Memory:
    """The largest PSS of this process while it is watched, five times a second."""

    def __init__(self) -> None:
        self.most_mb = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
            pss = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            self.most_mb = max(self.most_mb, pss / 1024)
            if self._over.wait(0.2):
                return
