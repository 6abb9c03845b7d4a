"""Dates, ages and what else the wall says, in the chosen language: a TOML file each in `words/`, English for others.

Pure but for reading the file once. Called by whatever writes words on the wall.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from frame.selection.why import OFTEN, SENTENCES, Why, said

FOLDER = Path(__file__).parent / "words"
FALLBACK = "en"
_LONGEST_LIFE = timedelta(days=366 * 125)
"""A birthday whose year nobody knows is entered with the year 1 or 1800: an age that nobody reaches is not told."""


class Locale(Struct, frozen=True):
    """What a file of `words/` holds."""

    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    """From Monday."""
    numbers: tuple[str, ...]
    """One, two, … twelve, as they stand in `years_ago`."""
    taken: str
    """The day of a photo: {day} {month} {year}."""
    day: str
    """Today: {weekday} {day} {month}."""
    today: str
    yesterday: str
    year_ago: str
    years_ago: str
    """{number}"""
    both: str
    """Between the last two of a list."""
    age: str
    """{name} {years}"""
    age_month: str
    age_months: str
    """{name} {months}: below two years."""
    age_day: str
    age_days: str
    """{name} {days}: below one month."""
    age_new: str
    """{name}: on the day of birth."""
    empty: dict[str, tuple[str, ...]]
    """What a wall without a photo says: `set_up`, `on_the_way`, `trouble`, `left_out`; the large line first."""
    nods: dict[str, str]
    """Beside a sign that says too little alone; the names are values of marks.Mark."""
    first: str = ""
    """How the first of a month is written, where not as a number."""
    often: str = OFTEN
    """{weight}: of a photo from an album that comes more or less often than others."""
    why: dict[str, str] = {}
    """The sentences of frame/selection/why.py; English where one is missing."""
    half_days: bool = False
    """12-hour clock."""

    def dated(self, day: date) -> str:
        """6 June 2020."""
        return self.taken.format(day=self._day(day), month=self.months[day.month - 1], year=day.year)

    def weekday(self, day: date) -> str:
        """Saturday, 6 June."""
        month = self.months[day.month - 1]
        return self.day.format(weekday=self.weekdays[day.weekday()], day=self._day(day), month=month)

    def _day(self, day: date) -> str:
        return self.first if day.day == 1 and self.first else str(day.day)

    def ago(self, day: date, today: date) -> str:
        """`three years ago today` and its like, where today is such a day; else empty."""
        if day == today:
            return self.today
        if (today - day).days == 1:
            return self.yesterday
        years = today.year - day.year
        same = (day.month, day.day) == (today.month, today.day)
        leap = (day.month, day.day, today.month, today.day) == (2, 29, 2, 28) and not _leap(today.year)
        if years < 1 or not (same or leap):
            return ""
        number = self.numbers[years - 1] if years <= len(self.numbers) else str(years)
        return self.year_ago if years == 1 else self.years_ago.format(number=number)

    def person(self, name: str, born: date | None, day: date | None) -> str:
        """A name with the age on that day, where both days are known."""
        if born is None or day is None or not timedelta(0) <= day - born <= _LONGEST_LIFE:
            return name
        months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
        if months >= 24:
            return self.age.format(name=name, years=months // 12)
        if months < 1:
            days = (day - born).days
            return (self.age_new, self.age_day, self.age_days)[min(days, 2)].format(name=name, days=days)
        return (self.age_month if months == 1 else self.age_months).format(name=name, months=months)

    def because(self, why: Why) -> str:
        """Why a photo hangs there."""
        return said(self.why.get(why.kind, SENTENCES[why.kind]), self.often, why.facts)

    def listed(self, words: Sequence[str]) -> str:
        """Anna, Ben and Carla."""
        return ", ".join(words[:-1]) + self.both + words[-1] if len(words) > 1 else "".join(words)

    def clock(self, now: time, *, half_days: bool | None = None) -> str:
        """14:05, or 2:05 where the language (or `half_days`) counts to twelve."""
        if self.half_days if half_days is None else half_days:
            return f"{(now.hour + 11) % 12 + 1}:{now.minute:02d} {'am' if now.hour < 12 else 'pm'}"
        return f"{now.hour}:{now.minute:02d}"


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@cache
def locale_of(language: str) -> Locale:
    """The language's own file above its parent's (`de` for `de-AT`), or English."""
    found = _read(language[:2]) or _read(FALLBACK)
    if language != language[:2]:
        found |= _read(language)
    return msgspec.convert(found, Locale)


def reasons(why: Why) -> dict[str, str]:
    """Why a photo hangs there in each language that has its own words for it: who asks may read another than the
    wall."""
    return {name: locale_of(name).because(why) for name in _languages() if why.kind in locale_of(name).why}


@cache
def _languages() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("??.toml")))


def _read(name: str) -> dict[str, object]:
    path = FOLDER / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
