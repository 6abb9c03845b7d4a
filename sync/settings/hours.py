"""Hours as the settings write them, `Mo-Fr 22:30-06:30; Sa,Su 23:30-08:00; sunset+30-22:00 40%`: from text to windows
and back. Read by the wall, which says what they mean now (frame/power/hours.py), and by the phone page. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sync.settings.wall import DAYS

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


def read_windows(text: str) -> tuple[Window, ...]:
    """The windows, in the order written. Raises ValueError with a sentence."""
    return tuple(_window(part.strip()) for part in text.split(";") if part.strip())


def needs_place(windows: tuple[Window, ...]) -> bool:
    """Whether one of them goes by the sun."""
    return any(window.start.sun or window.end.sun for window in windows)


def write_windows(windows: Iterable[Window]) -> str:
    """The text that `read_windows` reads the same windows from; each has a day at least."""
    return "; ".join(_written(window) for window in windows)


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


def _written(window: Window) -> str:
    days = "" if len(window.days) == len(DAYS) else ",".join(_spans(sorted(window.days))) + " "
    level = f" {window.level}%" if window.level else ""
    return f"{days}{_edge_text(window.start)}-{_edge_text(window.end)}{level}"


def _spans(days: list[int]) -> Iterator[str]:
    """`Mo-We` for three in a row or more, else each by itself."""
    while days:
        count = next(at for at in range(1, len(days) + 1) if at == len(days) or days[at] != days[0] + at)
        run, days = days[:count], days[count:]
        yield from (DAYS[day] for day in run) if count < 3 else [f"{DAYS[run[0]]}-{DAYS[run[-1]]}"]


def _edge_text(edge: Edge) -> str:
    if edge.sun:
        return f"{edge.sun}{edge.minutes:+d}" if edge.minutes else edge.sun
    return f"{edge.minutes // 60:02d}:{edge.minutes % 60:02d}"
