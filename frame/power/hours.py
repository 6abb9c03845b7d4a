"""What night hours say now: `Mo-Fr 22:30-06:30; Sa,Su 23:30-08:00; sunset+30-22:00 40%`, as settings write them.

Pure. A window belongs to the day it begins on; without a level it means dark. Where windows overlap the darkest
counts. Clock times are the wall's own: on the day the clocks change the night ends when people get up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from frame.power.sun import sun
from sync.settings.hours import Edge, Window


@dataclass(frozen=True)
class Place:
    zone: tzinfo | None
    """None is the machine's own."""
    latitude: float = 0.0
    longitude: float = 0.0

    @property
    def known(self) -> bool:
        return bool(self.latitude or self.longitude)


def level_at(windows: tuple[Window, ...], moment: datetime, place: Place) -> int:
    """How bright the wall is meant to be, 0 to 100 %. `moment` is aware."""
    today = moment.astimezone(place.zone).date()
    level = 100
    for window in windows:
        for day in (today - timedelta(days=1), today):
            if day.weekday() in window.days and _holds(window, day, moment, place):
                level = min(level, window.level)
    return level


def _holds(window: Window, day: date, moment: datetime, place: Place) -> bool:
    if not place.known and (window.start.sun or window.end.sun):
        return False
    overnight = window.end.nominal <= window.start.nominal
    start = _moment(window.start, day, place)
    end = _moment(window.end, day + timedelta(days=1) if overnight else day, place)
    return start <= moment < end


def _moment(edge: Edge, day: date, place: Place) -> datetime:
    if edge.sun:
        rise, fall = sun(day, latitude=place.latitude, longitude=place.longitude)
        return (rise if edge.sun == "sunrise" else fall) + timedelta(minutes=edge.minutes)
    days, minutes = divmod(edge.minutes, 24 * 60)
    local = datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60))
    # UTC: two times of one zone are compared by their hands, which turn back once a year.
    return (local if place.zone is None else local.replace(tzinfo=place.zone)).astimezone(UTC)
