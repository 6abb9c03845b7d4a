"""The calendar day where the wall hangs: memories and rolling dates are for it."""

from __future__ import annotations

from datetime import date, datetime

from sync.clock import zone_of
from sync.work import Work


def today(work: Work) -> date:
    """By the time zone of the settings; the system's where none is set, or none by that name is known."""
    return here(work).date()


def here(work: Work) -> datetime:
    """Now, on the clocks of that place."""
    return moment_in(work.clock.now(), work.settings.time_zone)


def moment_in(moment: datetime, time_zone: str) -> datetime:
    """A moment on the clocks of a named zone; on the system's where it has no name, or none that is known."""
    return moment.astimezone(zone_of(time_zone))
