"""A run of write-back in a process that is killed at a chosen point of its first or second write."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec

from sync.home import Home
from sync.library import writeback as ledger
from sync.library.database import Library
from sync.settings import Settings
from sync.work import Work
from sync.writeback import write as writing
from sync.writeback.run import run
from tests.manual_clock import ManualClock


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(root: str, runtime: str, settings: str, point: str) -> None:
    if point == "before the file is replaced":
        writing.put = die  # type: ignore[attr-defined]
    else:
        real, calls = ledger.done, []

        def done(*words: Any) -> None:
            calls.append(words)
            if len(calls) == 2:
                die()
            real(*words)

        ledger.done = done
    home = Home(root=Path(root), runtime=Path(runtime))
    library = Library(home.library)
    told = msgspec.json.decode(settings, type=Settings)
    run(Work(home=home, settings=told, settings_whole=True, library=library, clock=ManualClock(), asked=True), {})


if __name__ == "__main__":
    main(*sys.argv[1:])
