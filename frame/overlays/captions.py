"""What the wall says of a photo, line by line, from the catalogue's facts: caption, people, place, day, album, camera.

Pure. What depends on today's date is left out while nobody knows the date. Called by style.py; the child only writes.
"""

from __future__ import annotations

from datetime import date, datetime, time

from frame.overlays.locale import Locale
from frame.render.request import BETWEEN
from sync.catalogue import PhotoEntry
from sync.settings.wall import Hours, Words

_MOST_PEOPLE = 6


def captions(entry: PhotoEntry, words: Words, locale: Locale, today: date | None) -> tuple[str, ...]:
    """At most five lines, the most telling one first; none where nothing is wanted or known."""
    lines = [
        _one_line(entry.caption or "") if words.caption else "",
        people(entry, locale) if words.people else "",
        BETWEEN.join(filter(None, (place(entry) if words.place else "", day(entry, words, locale, today)))),
        BETWEEN.join(filter(None, (album(entry) if words.album else "", camera(entry) if words.camera else ""))),
    ]
    return tuple(line[0].upper() + line[1:] if at else line for at, line in enumerate(lines) if line)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def taken_on(entry: PhotoEntry) -> date | None:
    """The day on the calendars of the place where it was taken."""
    try:
        return date.fromisoformat((entry.local_time or "")[:10])
    except ValueError:
        return None


def people(entry: PhotoEntry, locale: Locale) -> str:
    """Everybody with a name, from the left, with the age that they had."""
    named = sorted((face for face in entry.faces if face.name), key=lambda face: face.box[0] if face.box else 2.0)
    seen = {face.person_key or face.name: face for face in reversed(named)}
    order = [face for face in named if seen.get(face.person_key or face.name) is face]
    day = taken_on(entry)
    told = [locale.person(_one_line(face.name), _born(face.birth_date), day) for face in order]
    if len(told) > _MOST_PEOPLE:
        told = [*told[:_MOST_PEOPLE], f"+{len(told) - _MOST_PEOPLE}"]
    return locale.listed(told)


def _born(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def place(entry: PhotoEntry) -> str:
    """Vienna, Austria; what repeats itself once."""
    return ", ".join(dict.fromkeys(_one_line(part) for part in (entry.city or entry.state, entry.country) if part))


def day(entry: PhotoEntry, words: Words, locale: Locale, today: date | None) -> str:
    """The day of the photo, with how long ago where today is its anniversary."""
    taken = taken_on(entry)
    if taken is None or not words.taken:
        return ""
    ago = locale.ago(taken, today) if today is not None else ""
    return ago if ago in (locale.today, locale.yesterday) else BETWEEN.join(filter(None, (locale.dated(taken), ago)))


def album(entry: PhotoEntry) -> str:
    return _one_line(entry.albums[0][0]) if entry.albums else ""


def camera(entry: PhotoEntry) -> str:
    """Make and model without saying the make twice, and the lens without the model, as phones name theirs."""
    make, model = _one_line(entry.make or ""), _one_line(entry.model or "")
    brand = make.split(" ")[0]
    whole = model if not brand or model.casefold().startswith(brand.casefold()) else f"{make.title()} {model}".strip()
    lens = _one_line(entry.lens or "").removeprefix(model).strip()
    return BETWEEN.join(filter(None, (whole, lens)))


def clock_lines(now: datetime | None, words: Words, locale: Locale) -> tuple[str, ...]:
    """What the clock says at this local time; nothing while nobody knows the time."""
    if now is None:
        return ()
    at = clock_text(now.time(), words, locale) if words.clock else ""
    day = locale.weekday(now.date()) if words.date else ""
    return tuple(filter(None, (at, day)))


def clock_text(now: time, words: Words, locale: Locale) -> str:
    """14:05, or 2:05 pm."""
    half = {Hours.AUTO: None, Hours.HALF: True, Hours.WHOLE: False}[words.hours]
    return locale.clock(now, half_days=half)
