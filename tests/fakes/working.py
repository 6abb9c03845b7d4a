"""What a job's handler is given, with the library opened anew, as a new process does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sync.clock import Clock
from sync.home import Home
from sync.library.database import Library
from sync.settings.tree import Settings
from sync.work import Work


@contextmanager
def working(
    home: Home, settings: Settings, clock: Clock, *, asked: bool = True, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Work]:
    library = Library(home.library)
    try:
        yield Work(
            home=home, settings=settings, settings_whole=True, library=library, clock=clock, asked=asked,
            cancelled=cancelled,
        )  # fmt: skip
    finally:
        library.close()
