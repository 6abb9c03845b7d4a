"""What the server can filter itself: searches that find at least every photo that a rule matches, so that a narrow
rule costs a narrow listing. Pure; the predicate decides, whatever is found.

A search is only used for what search/statistics counts too (no file names, no paths), since its proof is that count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sync.smart import rules
from sync.smart.calendar import first_day
from sync.smart.compare import is_glob
from sync.smart.rules import Operator, Rule, Type

Params = dict[str, Any]
MOST = 40
"""More searches than this are one of everything."""
_MARGIN = timedelta(hours=48)
"""A day begins up to 14 hours earlier or later elsewhere, and Immich compares instants."""
_OLDEST, _NEWEST = date(1800, 1, 1), date(2900, 1, 1)
_PLAIN = re.compile(r"[A-Za-z0-9 ]+")
_LISTS = ("personIds", "tagIds")
_FIELDS = {
    "country": "country", "state": "state", "city": "city", "make": "make", "model": "model", "lens": "lensModel",
}  # fmt: skip


def narrow(rule: Rule, today: date) -> list[Params] | None:
    """Searches that together find all that matches; None where only the whole library does."""
    if isinstance(rule, rules.All):
        return _all([narrow(part, today) for part in rule.parts])
    if isinstance(rule, rules.Any_):
        return _any([narrow(part, today) for part in rule.parts])
    if isinstance(rule, rules.None_):
        return None
    found = _one(rule, today)
    return found if found and len(found) <= MOST else None


def _all(parts: list[list[Params] | None]) -> list[Params] | None:
    single = [part[0] for part in parts if part is not None and len(part) == 1]
    several = [part for part in parts if part is not None and len(part) > 1]
    common: Params = {}
    for params in single:
        common = _merged(common, params)
    if several:
        # One of them is enough: each product of two would be more requests for fewer photos.
        chosen = min(several, key=lambda part: (not any(key in part[0] for key in _LISTS), len(part)))
        return [_merged(common, params) for params in chosen]
    return [common] if common else None


def _any(parts: list[list[Params] | None]) -> list[Params] | None:
    together: list[Params] = []
    for part in parts:
        if part is None:
            return None
        together += part
    return widest(together) if len(together) <= MOST else None


def _merged(one: Params, other: Params) -> Params:
    """Both at once. Where they exclude each other, the first: it finds enough, and the predicate finds nothing."""
    merged = dict(one)
    for key, value in other.items():
        if key not in merged:
            merged[key] = value
        elif key in _LISTS:
            merged[key] = sorted({*merged[key], *value})
        elif key == "takenAfter":
            merged[key] = max(merged[key], value)
        elif key == "takenBefore":
            merged[key] = min(merged[key], value)
    return merged


def covers(wide: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the first search finds all that the second does."""
    for key, value in wide.items():
        if key not in other:
            return False
        mine = other[key]
        if key in _LISTS:
            if not set(value) <= set(mine):
                return False
        elif key == "takenAfter":
            if value > mine:
                return False
        elif key == "takenBefore":
            if value < mine:
                return False
        elif value != mine:
            return False
    return True


def widest(searches: Iterable[Params]) -> list[Params]:
    """The same without those that another one covers."""
    kept: list[Params] = []
    for params in searches:
        if any(covers(wide, params) for wide in kept):
            continue
        kept = [one for one in kept if not covers(params, one)] + [params]
    return kept


def _one(rule: Rule, today: date) -> list[Params] | None:
    maker = _MAKERS.get(type(rule))
    return maker(rule, today) if maker is not None else None


def _people(test: rules.People, _today: date) -> list[Params] | None:
    if test.who is None or test.operator is Operator.NOT:
        return None
    ids = sorted({one.id for one in test.who})
    if test.operator in (Operator.AND, Operator.ONLY):
        return [{"personIds": ids}]
    return [{"personIds": [one]} for one in ids]


def _tags(test: rules.Tags, _today: date) -> list[Params] | None:
    if test.tags is None or test.operator is Operator.NOT:
        return None
    ids = sorted({one.id for one in test.tags})
    return [{"tagIds": ids}] if test.operator is Operator.AND else [{"tagIds": [one]} for one in ids]


def _types(test: rules.TypeIs, _today: date) -> list[Params]:
    params: dict[Type, Params] = {Type.VIDEO: {"type": "VIDEO"}, Type.LIVE: {"type": "IMAGE", "isMotion": True}}
    return widest([params.get(one, {"type": "IMAGE"}) for one in test.types])


def _days(first: date | None, last: date | None) -> list[Params] | None:
    params = {}
    if first is not None and first > _OLDEST:
        params["takenAfter"] = _instant(first, -_MARGIN)
    if last is not None and last < _NEWEST:
        params["takenBefore"] = _instant(last + timedelta(days=1), _MARGIN)
    return [params] if params else None


def _instant(day: date, margin: timedelta) -> str:
    day = min(max(day, _OLDEST), _NEWEST)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + margin
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _rating(test: rules.Rating, _today: date) -> list[Params] | None:
    if test.least is None and test.most is None:
        return None
    least, most = max(1, test.least or 1), min(5, 5 if test.most is None else test.most)
    # Anything below one star cannot be asked for in every version.
    if test.least is None or test.least < 1 or least > most:
        return None
    return [{"rating": stars} for stars in range(least, most + 1)]


def _text(test: rules.Text, _today: date) -> list[Params] | None:
    key = _FIELDS.get(test.field)
    if key is None or any(is_glob(value) for value in test.values):
        return None
    return [{key: value} for value in sorted(set(test.values))]


def _description(test: rules.Description, _today: date) -> list[Params] | None:
    return [{"description": test.text}] if _PLAIN.fullmatch(test.text) else None


def _library(test: rules.InLibrary, _today: date) -> list[Params] | None:
    return None if "" in test.ids else [{"libraryId": one} for one in sorted(set(test.ids))]


def _key(test: rules.Key, _today: date) -> list[Params] | None:
    if test.key not in ("fileCreatedAt", "localDateTime") or not test.values:
        return None
    if test.operator == "AFTER":
        return _days(date.fromisoformat(test.values[0]), None)
    return _days(None, date.fromisoformat(test.values[0])) if test.operator == "BEFORE" else None


_MAKERS: dict[type, Callable[[Any, date], list[Params] | None]] = {
    rules.People: _people,
    rules.Favourite: lambda test, _: [{"isFavorite": test.wanted}],
    rules.TypeIs: _types,
    rules.Taken: lambda test, _: _days(test.first, test.last),
    rules.Last: lambda test, today: _days(first_day(test, today), today),
    rules.Tags: _tags,
    rules.Rating: _rating,
    rules.Text: _text,
    rules.Description: _description,
    rules.InLibrary: _library,
    rules.Key: _key,
}
