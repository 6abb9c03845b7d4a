"""Hours as a form asks for them, the night's and an album's own: a row a window, with days to tick, from, to and (for
the night) how bright. The text of the settings becomes rows and rows become that text again; a row that nobody touched
is written as it was. Pure.

A window that begins at 24:00 has no place in a form: it is shown as it is written, and stays or goes whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from sync.settings.hours import Edge, Window, read_windows, write_windows
from sync.settings.wall import DAYS

CLOCK = "clock"
EDGES = (CLOCK, "sunrise", "sunset")
MOST = 20
_MIDNIGHT = 24 * 60
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::\d\d)?")
_MINUTES = re.compile(r"[+-]?\d{1,3}|[-\u2212]\d{1,3}|")


@dataclass(frozen=True)
class TypedEdge:
    """`kind` is one of EDGES; `time` counts for the clock, `minutes` for the sun."""

    kind: str = CLOCK
    time: str = ""
    minutes: str = "0"


@dataclass(frozen=True)
class Row:
    """One window as it was typed; `days` are weekdays, Monday "0". With `text` it is shown as it is written."""

    days: tuple[str, ...] = ()
    start: TypedEdge = TypedEdge()
    end: TypedEdge = TypedEdge()
    level: str = "0"
    text: str = ""


ALL_DAYS = tuple(str(day) for day in range(len(DAYS)))
NIGHT = Row(ALL_DAYS, TypedEdge(time="22:30"), TypedEdge(time="06:30"))
EVENING = Row(ALL_DAYS, TypedEdge(time="17:00"), TypedEdge(time="22:00"))
"""What is added when somebody wants one more, for the night and for an album."""


def rows_of(text: str) -> tuple[Row, ...]:
    """The rows for what is set; none where it cannot be read."""
    try:
        return tuple(_row(window) for window in read_windows(text))
    except ValueError:
        return ()


def typed_rows(form: MultiDict[str, str]) -> tuple[Row, ...]:
    """The rows that a browser sent, whatever is in them."""
    return tuple(_typed(form, number) for number in form.getlist("window")[:MOST])


def more_or_less(form: MultiDict[str, str], rows: tuple[Row, ...], fresh: Row) -> tuple[Row, ...] | None:
    """The rows after one more, or one less, was asked for in place of saving; None where it was not."""
    if "add" not in form and "remove" not in form:
        return None
    left = tuple(row for number, row in enumerate(rows) if str(number) != form.get("remove"))
    return (*left, fresh)[:MOST] if "add" in form else left


def text_of(rows: Iterable[Row]) -> tuple[str, Mapping[int, str]]:
    """The text for the settings, and what is wrong with which row: `days`, `times` or `text`."""
    windows: list[Window] = []
    wrong: dict[int, str] = {}
    for number, row in enumerate(rows):
        try:
            windows += _windows(row)
        except _Wrong as error:
            wrong[number] = str(error)
    return write_windows(windows), wrong


def by_sun(rows: Iterable[Row]) -> bool:
    """Whether one of them goes by the sun, and so needs to know where the wall hangs."""
    return any("sun" in row.text + row.start.kind + row.end.kind for row in rows)


class _Wrong(Exception):
    """Its text says what of a row."""


def _row(window: Window) -> Row:
    if not window.start.sun and window.start.minutes == _MIDNIGHT:
        return Row(text=write_windows([window]))
    days = tuple(str(day) for day in sorted(window.days))
    return Row(days, _shown(window.start), _shown(window.end), str(window.level))


def _shown(edge: Edge) -> TypedEdge:
    if edge.sun:
        return TypedEdge(edge.sun, "", str(edge.minutes))
    # A window that ends at 24:00 ends at 00:00: it is the next day's as soon as it is not after its beginning.
    hours, minutes = divmod(edge.minutes % _MIDNIGHT, 60)
    return TypedEdge(CLOCK, f"{hours:02d}:{minutes:02d}")


def _typed(form: MultiDict[str, str], number: str) -> Row:
    def edge(which: str) -> TypedEdge:
        kind, time, minutes = (form.get(f"w{number}_{which}{part}", "").strip() for part in ("", "_time", "_minutes"))
        if kind not in EDGES or kind == CLOCK:
            return TypedEdge(CLOCK, time)
        return TypedEdge(kind, "", minutes or "0")

    if written := form.get(f"w{number}_text"):
        return Row(text=written)
    ticked = {day for day in form.getlist(f"w{number}_days") if day in ALL_DAYS}
    return Row(tuple(sorted(ticked)), edge("from"), edge("to"), form.get(f"w{number}_level", "0"))


def _windows(row: Row) -> tuple[Window, ...]:
    if row.text:
        try:
            return read_windows(row.text)
        except ValueError:
            raise _Wrong("text") from None
    if not row.days:
        raise _Wrong("days")
    level = int(row.level) if re.fullmatch(r"\d{1,3}", row.level) else 101
    if level > 100:
        raise _Wrong("times")
    return (Window(frozenset(int(day) for day in row.days), _edge(row.start), _edge(row.end), level),)


def _edge(typed: TypedEdge) -> Edge:
    if typed.kind == CLOCK:
        found = _TIME.fullmatch(typed.time)
        if found is None:
            raise _Wrong("times")
        return Edge("", int(found[1]) * 60 + int(found[2]))
    if not _MINUTES.fullmatch(typed.minutes):
        raise _Wrong("times")
    return Edge(typed.kind, int(typed.minutes.replace("\u2212", "-") or 0))
