"""Whether sync has come to rest, as its library says."""

from __future__ import annotations

import sqlite3

from sync.home import Home
from sync.library import jobs, runs
from sync.library.jobs import State
from sync.library.reading import reading


def synced(home: Home) -> bool:
    """The first sync is over, and its process gone."""
    try:
        with reading(home) as library:
            found = runs.history(library, limit=1, kind="sync") if library else []
    except sqlite3.Error:
        return False  # it is being made
    return bool(found) and found[0].ended_at is not None


def at_rest(home: Home) -> bool:
    """Nothing runs and nothing waits."""
    with reading(home) as library:
        return library is not None and not jobs.in_state(library, State.RUNNING, State.WAITING)


def last_run(home: Home) -> int:
    """The number of the newest run; 0 while there is none."""
    with reading(home) as library:
        found = runs.history(library, limit=1) if library else []
    return found[0].id if found else 0
