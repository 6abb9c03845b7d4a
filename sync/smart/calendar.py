"""Days that a rule counts: how far back "the last 2 years" goes, and anniversaries across leap years. Pure."""

from __future__ import annotations

from calendar import isleap
from datetime import MAXYEAR, MINYEAR, date, timedelta

from sync.smart.rules import Last


def first_day(test: Last, today: date) -> date:
    """The first day that belongs to it; today is the last. "The last 1 days" is today."""
    try:
        if test.unit in ("days", "weeks"):
            return today - timedelta(days=test.count * (7 if test.unit == "weeks" else 1) - 1)
        months = today.year * 12 + today.month - 1 - test.count * (12 if test.unit == "years" else 1)
        year, month = divmod(months, 12)
        # The 31st of a shorter month is its last day.
        return min(today.day, _length(year, month + 1)) * timedelta(days=1) + date(year, month + 1, 1)
    except (OverflowError, ValueError):
        return date.min


def same_day_in(today: date, year: int) -> date:
    """Today's day and month in that year."""
    return birthday_in((today.month, today.day), year)


def birthday_in(month_day: tuple[int, int], year: int) -> date:
    """29 February is the 28th where there is none."""
    year = min(max(year, MINYEAR), MAXYEAR)
    month, day = month_day
    return date(year, month, 28 if (month, day) == (2, 29) and not isleap(year) else day)


def _length(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day
