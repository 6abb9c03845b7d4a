"""From the settings and the hour to what selection wants now: albums of this time of day, this day in other years,
birthdays, weights. What depends on the date waits until somebody knows it. Used by news.py, for the playlist.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from frame.power.hours import Place, level_at
from frame.selection.narrow import Criteria
from sync.catalogue import Catalogue
from sync.errors import CatalogueUnreadable
from sync.settings.hours import read_windows
from sync.settings.tree import Settings
from sync.settings.wall import Selection

MOST_ALBUMS = 62
"""Albums beyond this count share a bit that is always set."""


class CurrentCriteria:
    """The criteria of this minute; worked out once for it."""

    def __init__(self) -> None:
        self._made: tuple[object, Criteria] | None = None
        self._celebrated: tuple[object, frozenset[int]] | None = None

    def at(self, settings: Settings, now: datetime | None, catalogue: Catalogue | None) -> Criteria:
        minute = None if now is None else now.replace(second=0, microsecond=0)
        asked = (settings, minute, catalogue)
        if self._made is None or self._made[0] != asked:
            names = [album.name for album in catalogue.albums()] if catalogue is not None else []
            today = None if now is None or not settings.choosing.birthdays else now.date()
            self._made = (asked, criteria_at(settings, now, names, self._people(catalogue, today)))
        return self._made[1]

    def _people(self, catalogue: Catalogue | None, today: date | None) -> frozenset[int]:
        if catalogue is None or today is None:
            return frozenset()
        asked = (catalogue, today)
        if self._celebrated is None or self._celebrated[0] != asked:
            self._celebrated = (asked, celebrated_on(catalogue, today))
        return self._celebrated[1]


def criteria_at(settings: Settings, now: datetime | None, names: Sequence[str], celebrated: frozenset[int]) -> Criteria:
    """`now` is local and aware, None while nobody knows it; `names` are the catalogue's albums in their order."""
    choosing = settings.choosing
    criteria = Criteria(
        favourites=choosing.favourites, recent=choosing.recent, bursts=choosing.bursts, celebrated=celebrated
    )
    if now is None:
        return criteria
    since = datetime.combine(now.date(), datetime.min.time(), now.tzinfo) - timedelta(days=choosing.recent_days)
    around = choosing.around_days if settings.wall.selection is Selection.THIS_DAY else None
    return Criteria(
        favourites=criteria.favourites,
        recent=criteria.recent,
        recent_since=int(since.timestamp()),
        recent_until=int((since + timedelta(days=choosing.recent_days + 2)).timestamp()),
        bursts=criteria.bursts,
        albums=albums_at(settings, now, names),
        today=now.date(),
        within_days=around,
        celebrated=celebrated,
    )


def albums_at(settings: Settings, now: datetime, names: Sequence[str]) -> int:
    """A bit for each album whose hours these are; all of them where none has hours, or none is due."""
    place = Place(now.tzinfo, settings.power.latitude, settings.power.longitude)
    if not any(album.hours for album in settings.albums):
        return -1
    bits = 0
    for number, name in enumerate(names):
        album = settings.album(name)
        if album is None or not album.hours or level_at(read_windows(album.hours), now, place) < 100:
            bits |= 1 << min(number, MOST_ALBUMS)
    return bits | 1 << MOST_ALBUMS if bits else -1


def celebrated_on(catalogue: Catalogue, today: date | None) -> frozenset[int]:
    """Ids of the photos of everybody who was born on this day of another year."""
    if today is None:
        return frozenset()
    days = [f"-{today.month:02d}-{today.day:02d}"]
    if days == ["-02-28"] and (today + timedelta(days=1)).month == 3:
        days.append("-02-29")
    try:
        return frozenset(number for day in days for number in catalogue.of_people_born_on(day))
    except CatalogueUnreadable:
        return frozenset()
