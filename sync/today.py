"""The calendar day where the wall hangs: memories and rolling dates are for it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.work import Work


def today(work: Work) -> date:
    """By the time zone of the settings; the system's where none is set, or none by that name is known."""
    try:
        zone = ZoneInfo(work.settings.time_zone) if work.settings.time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    return work.clock.now().astimezone(zone).date()
