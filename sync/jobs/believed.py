"""The latest time that was ever believed, kept across boots in the library: what makes a clock without battery known.

A time is noted only while it is believed; where systemd says that the clock is synchronised, also an earlier one, so
that a clock that once ran five years ahead does not stay disbelieved for five years.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sync.clock import BUILT, Clock, SystemClock
from sync.library import meta
from sync.library.database import Library

KEY = "last_good_time"
WORTH_NOTING = timedelta(hours=6)


def clock(library: Library, given: Clock) -> Clock:
    """The system's clock with what the library knows; any other clock as it is."""
    return replace(given, last_good=_noted(library)) if isinstance(given, SystemClock) else given


def note(library: Library, given: Clock) -> None:
    """Remember this moment, if it is believed and far enough from the one that is remembered."""
    if not given.trusted():
        return
    now, noted = given.now(), _noted(library)
    certain = isinstance(given, SystemClock) and given.certain()
    if now - noted >= WORTH_NOTING or (certain and noted > now):
        with library.transaction() as db:
            meta.put(db, KEY, now.isoformat(timespec="seconds"))


def _noted(library: Library) -> datetime:
    try:
        return datetime.fromisoformat(meta.get(library, KEY))
    except ValueError:
        return BUILT
