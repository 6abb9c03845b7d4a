"""A run of write-back in a process that is killed at a chosen point of its first writes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from sync.home import Home
from sync.library import writeback as ledger
from sync.library.database import Library
from sync.settings.tree import Settings
from sync.work import Work
from sync.writeback import write as writing
from sync.writeback.run import run
from tests.manual_clock import ManualClock


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def second(real: Callable[..., None]) -> Callable[..., None]:
    """Do it once, and die of the second time."""
    calls = count()
    return lambda *words: die() if next(calls) else real(*words)


def main(root: str, runtime: str, settings: str, point: str) -> None:
    if point == "before any file is replaced":
        writing.take_place = die
    elif point == "between two files":
        writing.take_place = second(writing.take_place)
    else:
        ledger.done = second(ledger.done)
    home = Home(root=Path(root), runtime=Path(runtime))
    library = Library(home.library)
    told = msgspec.json.decode(settings, type=Settings)
    run(Work(home=home, settings=told, settings_whole=True, library=library, clock=ManualClock(), asked=True), {})


if __name__ == "__main__":
    main(*sys.argv[1:])
