"""Which photos may come at present and how often, from all that there are: albums of this hour, bursts, days, weights.

Pure: gives the indices that stay and their weights. Nothing here ever leaves the wall empty: a wish that would is let
go, for as long as it would. Called by the playlist whenever criteria, hour or catalogue change.
"""

from __future__ import annotations

from array import array
from calendar import isleap
from collections.abc import Callable, Sequence
from datetime import date

from msgspec import Struct

from frame.selection.pool import FAVOURITE, SPARE, Pool, part

BIRTHDAY = 8.0
"""How much more often a person's photos come on the birthday."""
_MOST_WEIGHT = 100.0
_LONG_MONTH_DAYS = 366
_FIRST_YEAR = 1826


class Criteria(Struct, frozen=True, kw_only=True):
    """What the settings want at this hour."""

    favourites: float = 1.0
    """Favourites come so many times as often."""
    recent: float = 1.0
    recent_since: int = 0
    """UTC seconds: taken later is recent; 0 where nobody knows the time."""
    recent_until: int = 1 << 62
    """Taken later than this was a camera whose clock is ahead: years on, its photos would still be new."""
    bursts: bool = True
    """Of pictures that are nearly one, only the best comes."""
    albums: int = -1
    """A bit for each album that may come now."""
    today: date | None = None
    within_days: int | None = None
    """Only photos of other years, taken so many days around today."""
    celebrated: frozenset[int] = frozenset()
    """The catalogue's ids of photos of whoever has a birthday."""


def narrow(pool: Pool, criteria: Criteria) -> Pool:
    """The pool that is chosen from now; never empty where `pool` is not."""
    kept: Sequence[int] = range(len(pool))
    if criteria.albums != -1:
        kept = _kept(kept, lambda index: bool(pool.albums[index] & criteria.albums))
    if criteria.bursts:
        kept = _kept(kept, lambda index: not pool.flags[index] & SPARE)
    if criteria.today is not None and criteria.within_days is not None:
        days = days_around(criteria.today, criteria.within_days)
        kept = _kept(kept, lambda index: pool.days[index] in days)
    whole = len(kept) == len(pool)
    narrowed = pool if whole else part(pool, kept)
    return _weighted(narrowed, criteria)


def _kept(among: Sequence[int], wanted: Callable[[int], bool]) -> Sequence[int]:
    """Those that are wanted; all of them where that would be none."""
    return [index for index in among if wanted(index)] or among


def days_around(today: date, within: int) -> frozenset[int]:
    """Ordinals of the days around this one in other years, as far back as there are photographs."""
    found = set()
    for year in range(_FIRST_YEAR, today.year):
        first = last = _on(today, year)
        if today.month == 2 and today.day == 28 and not isleap(today.year) and isleap(year):
            last = date(year, 2, 29)  # this year has no other day for it
        found |= set(range(first.toordinal() - within, last.toordinal() + within + 1))
    return frozenset(day for day in found if today.toordinal() - day > _LONG_MONTH_DAYS // 2)


def _on(today: date, year: int) -> date:
    try:
        return today.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _weighted(pool: Pool, criteria: Criteria) -> Pool:
    favourites, recent = criteria.favourites != 1, criteria.recent != 1 and criteria.recent_since > 0
    if not (favourites or recent or criteria.celebrated):
        return pool
    liked, new = criteria.favourites if favourites else 1.0, criteria.recent if recent else 1.0
    since, until, celebrated = criteria.recent_since, criteria.recent_until, criteria.celebrated
    weights = array("d")
    for weight, flags, taken, number in zip(pool.weights, pool.flags, pool.taken, pool.numbers, strict=True):
        if flags & FAVOURITE:
            weight *= liked
        if since <= taken <= until:
            weight *= new
        if number in celebrated:
            weight *= BIRTHDAY
        weights.append(weight if weight < _MOST_WEIGHT else _MOST_WEIGHT)
    return pool.with_weights(weights)
