"""What every template may use: texts in the language of whoever asks, numbers, dates, sizes, the form's token."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from flask import Flask, g, request

from admin.context import context
from admin.security.gate import form_token
from admin.words import said
from sync.clock import zone_of

_UNITS = ("B", "KB", "MB", "GB", "TB")


def install(app: Flask) -> None:
    """Give all templates these functions."""
    app.jinja_env.filters["said"] = say
    version = _version(Path(app.static_folder or ""))
    app.jinja_env.globals.update(
        t=text, counted=counted, language=language, token=form_token, size=size, when=when, day=day, clock=clock,
        duration=duration, words=words, static_version=version,
    )  # fmt: skip


def language() -> str:
    """The browser's language where there is a catalogue for it, else the one in the settings."""
    if "language" not in g:
        offered = context().texts.languages
        best = request.accept_languages.best_match(offered)
        g.language = best or (context().settings.language if context().settings.language in offered else "en")
    return str(g.language)


def text(key: str, **values: object) -> str:
    """The text behind a key."""
    return context().texts.look_up(language(), key, **values)


def say(sentence: str | None) -> str:
    """What sync or the wall said, where it is known in that language."""
    return said.said(language(), sentence or "")


def rule_word(english: str) -> str:
    """One of the words of which a rule is told."""
    return said.rule_words(language()).get(english, english)


def counted(key: str, number: int, **values: object) -> str:
    """The text for so many."""
    return context().texts.counted(language(), key, number, **values)


def words(prefix: str, keys: Iterable[str]) -> list[tuple[str, str]]:
    """What a person chooses from: each key with its text; the empty one's is called `any`."""
    return [(key, text(f"{prefix}.{key or 'any'}")) for key in keys]


def size(number_bytes: float) -> str:
    """3.4 GB."""
    unit = 0
    while number_bytes >= 1000 and unit < len(_UNITS) - 1:
        number_bytes, unit = number_bytes / 1000, unit + 1
    digits = 1 if unit > 1 and number_bytes < 100 and number_bytes != int(number_bytes) else 0
    return f"{context().texts.number(language(), number_bytes, digits)}\N{NO-BREAK SPACE}{_UNITS[unit]}"


def when(moment: str | float | None) -> str:
    """A past moment (ISO text or seconds since 1970) as people say it: just now, 5 minutes ago, 3 June at 14:05."""
    found = _moment(moment)
    if found is None:
        return text("when.never")
    passed = (context().clock.now() - found).total_seconds()
    if -60 < passed < 60:
        return text("when.now")
    if 0 < passed < 3600:
        return counted("when.minutes", int(passed // 60))
    zone = zone_of(context().settings.time_zone)
    local, today = found.astimezone(zone), context().clock.now().astimezone(zone).date()
    clock = f"{local:%H:%M}"
    days = (today - local.date()).days
    if days in (0, 1):
        return text("when.today" if days == 0 else "when.yesterday", time=clock)
    return text("when.day", day=_day(local, year=local.year != today.year), time=clock)


def clock(moment: str) -> str:
    """Day and time of a moment where this frame hangs."""
    local = datetime.fromisoformat(moment).astimezone(zone_of(context().settings.time_zone))
    return text("when.day", day=_day(local, year=True), time=f"{local:%H:%M}")


def duration(seconds: str | float) -> str:
    """45 seconds, 5 minutes, 2 hours, 1 day; what is no number stays what it is."""
    try:
        amount = float(seconds)
    except ValueError:
        return str(seconds)
    if not 0 <= amount < 1e9:
        return str(seconds)
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if amount >= length:
            whole = round(amount / length, 1)
            return (
                counted(f"duration.{unit}", int(whole))
                if whole == int(whole)
                else text(f"duration.{unit}.other", number=context().texts.number(language(), whole, 1))
            )
    return counted("duration.second", round(amount)) if amount >= 1 or amount == 0 else text("duration.under")


def day(local_time: str | None) -> str:
    """The day of a local time without zone, `2020-06-06T05:35:05`: 6 June 2020; empty where it is unknown."""
    try:
        return _day(datetime.fromisoformat(local_time or ""), year=True)
    except ValueError:
        return ""


def _day(moment: datetime, *, year: bool) -> str:
    month = text(f"month.{moment.month}")
    return text("when.date_year" if year else "when.date", day=moment.day, month=month, year=moment.year)


def _moment(moment: str | float | None) -> datetime | None:
    if not moment:
        return None
    if isinstance(moment, str):
        return datetime.fromisoformat(moment)
    return datetime.fromtimestamp(moment, UTC)


def _version(folder: Path) -> str:
    """Changes with the style and the script, so that a browser never mixes old and new."""
    digest = sha256()
    for path in sorted(folder.glob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
