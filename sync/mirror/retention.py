"""How long the trash was watched: days that really passed, however the wall clock was set meanwhile.

Every look adds what passed since the one before, at most two days: a clock that runs years ahead makes nothing old.
Days without power may count for less, so that things stay longer. Called by trash.py alone.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from sync.clock import Clock
from sync.library import meta
from sync.library.database import Library

_KEY = "trash_watch"
_DAY_SECONDS = 86400.0
_MOST_DAYS = 2.0


class Look(Struct, frozen=True, array_like=True):
    """What there was when somebody looked."""

    watched_days: float
    wall: float
    """Seconds since 1970."""
    newest: int
    """The highest number of an entry; 0 for none."""


def look(library: Library, *, newest: int, days: float, clock: Clock) -> Look | None:
    """Look, write it down, and give the latest look that was at least `days` watched days ago; None without one."""
    looks = msgspec.json.decode(meta.get(library, _KEY, "[]"), type=list[Look])
    wall = clock.now().timestamp()
    watched = 0.0
    if looks:
        passed = (wall - looks[-1].wall) / _DAY_SECONDS
        watched = looks[-1].watched_days + min(max(passed, 0.0), _MOST_DAYS)
    looks.append(Look(watched, wall, newest))
    old = [one for one in looks if one.watched_days <= watched - days]
    # What is older than the look that counts will never count again, unless somebody keeps things longer.
    kept = old[-1:] + looks[len(old) :]
    with library.transaction() as db:
        meta.put(db, _KEY, msgspec.json.encode(kept).decode())
    return old[-1] if old else None
