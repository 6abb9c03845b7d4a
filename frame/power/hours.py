"""Night hours: windows such as `Mo-Fr 22:30-06:30; Sa,Su 23:30-08:00; sunset+30-22:00 40%`, and what they say now.

Pure. A window belongs to the day it begins on; without a level it means dark. Where windows overlap the darkest
counts. Clock times are the wall's own: on the day the clocks change the night ends when people get up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from frame.power.sun import sun
from sync.settings_wall import DAYS

_WINDOW = re.compile(
    r"(?:(?P<days>[A-Za-z, -]+?)\s+)?"
    r"(?P<start>\d\d?:\d\d|sun(?:rise|set)(?:[+-]\d{1,3})?)\s*[-–]\s*"
    r"(?P<end>\d\d?:\d\d|sun(?:rise|set)(?:[+-]\d{1,3})?)"
    r"(?:\s+(?P<level>\d{1,3})\s*%)?"
)
_NOMINAL = {"sunrise": 6 * 60, "sunset": 18 * 60}
"""Minutes of the day: they only tell whether a window means to end on the next day."""


@dataclass(frozen=True)
class Edge:
    """A clock time (`sun` empty), or so many minutes after sunrise or sunset."""

    sun: str
    minutes: int

    @property
    def nominal(self) -> int:
        return _NOMINAL.get(self.sun, 0) + self.minutes


@dataclass(frozen=True)
class Window:
    """`days` are weekdays, Monday 0; `level` is a percentage, 0 is dark."""

    days: frozenset[int]
    start: Edge
    end: Edge
    level: int


@dataclass(frozen=True)
class Place:
    zone: tzinfo | None
    """None is the machine's own."""
    latitude: float = 0.0
    longitude: float = 0.0

    @property
    def known(self) -> bool:
        return bool(self.latitude or self.longitude)


def read_windows(text: str) -> tuple[Window, ...]:
    """The windows, in the order written. Raises ValueError with a sentence."""
    return tuple(_window(part.strip()) for part in text.split(";") if part.strip())


def needs_place(windows: tuple[Window, ...]) -> bool:
    """Whether one of them goes by the sun."""
    return any(window.start.sun or window.end.sun for window in windows)


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


def _window(text: str) -> Window:
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no window of night hours")
    level = int(found["level"] or 0)
    if level > 100:
        raise ValueError(f"{text!r}: a level is 0 to 100 %")
    days = frozenset(_days(found["days"] or ""))
    return Window(days, _edge(found["start"]), _edge(found["end"]), level)


def _edge(text: str) -> Edge:
    if text.startswith("sun"):
        name = "sunrise" if text.startswith("sunrise") else "sunset"
        return Edge(name, int(text[len(name) :] or 0))
    hours, minutes = (int(part) for part in text.split(":"))
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise ValueError(f"{text!r} is no time of day")
    return Edge("", hours * 60 + minutes)


def _days(text: str) -> Iterator[int]:
    if not text:
        yield from range(7)
    for part in filter(None, re.split(r"[\s,]+", re.sub(r"\s*-\s*", "-", text.strip()))):
        first, _, last = part.partition("-")
        start, end = _day(first), _day(last or first)
        yield from (day % 7 for day in range(start, end + 1 if end >= start else end + 8))


def _day(text: str) -> int:
    try:
        return DAYS.index(text.capitalize()[:2])
    except ValueError:
        raise ValueError(f"{text!r} is no weekday; they are {', '.join(DAYS)}") from None
