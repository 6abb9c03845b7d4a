"""Decide what one file's tags become: the pure heart of write-back, over the table of mapping.py.

`ours` remembers, per file, module and tag, what write-back put there itself: a list's items, a value. Only that is
ever taken away again when Immich no longer knows it; whatever else is in the file stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct

from sync.writeback.facts import Facts, Ours, facts_of
from sync.writeback.found import Found, items, same_word, word
from sync.writeback.knowledge import Knowledge
from sync.writeback.mapping import LISTS, REGIONS, TAGS, How, Options, Row, rows_for
from sync.writeback.moments import same_moment
from sync.writeback.regions import merged, understood
from sync.writeback.text import cut_bytes

_TIME_FACTS = {"moment", "subsec", "offset", "stamp", "day", "clock", "zoned"}
_DEGREE_FACTS = {"latitude", "longitude", "latitude_signed", "longitude_signed", "coordinates"}
_POSITION = _DEGREE_FACTS | {"latitude_ref", "longitude_ref"}
_DEGREES_SAME = 0.000001
"""A tenth of a metre: coarser than any rounding of a tag, finer than any move."""


class Change(Struct, frozen=True):
    """One tag of one file; None is no such tag. Lists are whole lists, regions the whole structure."""

    tag: str
    old: Any
    new: Any


class Decided(Struct, frozen=True):
    changes: tuple[Change, ...]
    ours: dict[str, dict[str, Any]]
    """To be remembered once the changes are in the file (at once, where there are none)."""


def changes(knowledge: Knowledge, found: Found, ours: Ours, *, modules: Collection[str], options: Options) -> Decided:
    """What to write into `found`, and what of it will be ours."""
    rows = rows_for(found.file_type)
    known = {module: facts_of(module, knowledge, found, ours, options) for module in modules}
    active = {module: facts for module, facts in known.items() if facts is not None}
    remembered = {module: dict(tags) for module, tags in ours.items()}
    became: dict[str, Any] = {}
    _decide_position(rows, active, found, ours)
    for row in rows:
        if row.module in active and row.tag not in LISTS and row.fact in active[row.module]:
            _decide_one(row, active[row.module][row.fact], found, remembered, became)
    for tag in LISTS:
        _decide_list(tag, [row for row in rows if row.tag == tag], active, found, remembered, became)
    changed = tuple(Change(tag, found.tags.get(tag), became[tag]) for tag in TAGS if tag in became)
    return Decided(changed, {module: tags for module, tags in remembered.items() if tags})


def _decide_position(rows: tuple[Row, ...], active: Mapping[str, Facts], found: Found, ours: Ours) -> None:
    """A position that Immich no longer knows goes as a whole, or stays as a whole where anybody has touched it."""
    facts = active.get("gps", {})
    if facts.get("latitude", "") is not None:
        return
    own = ours.get("gps", {})
    for row in rows:
        touched = row.tag in own and not same_value(row.fact, found.tags.get(row.tag), own[row.tag])
        if row.fact in _POSITION and touched:
            for fact in _POSITION:
                facts.pop(fact, None)
            return


def _decide_one(
    row: Row, wanted: Any, found: Found, remembered: dict[str, dict[str, Any]], became: dict[str, Any]
) -> None:
    there = found.tags.get(row.tag)
    if found.file_type not in row.where and there is None:
        return
    mine = remembered.setdefault(row.module, {})
    if row.tag == REGIONS:
        if not understood(there):
            return
        new, own = merged(wanted, there, mine.get(row.tag, []), (found.width or 0, found.height or 0))
        _remember(mine, row.tag, own or None)
        if new != (there or None):
            became[row.tag] = new
        return
    if wanted is not None and row.most_bytes:
        wanted = cut_bytes(wanted, row.most_bytes)
    untouched = row.tag in mine and same_value(row.fact, there, mine[row.tag])
    if wanted is None:
        mine.pop(row.tag, None)
        if untouched:
            became[row.tag] = None
    elif same_value(row.fact, there, wanted):
        if not untouched:
            mine.pop(row.tag, None)
    elif _may_replace(row, there, found, untouched):
        became[row.tag] = wanted
        mine[row.tag] = wanted
    else:
        mine.pop(row.tag, None)


def _may_replace(row: Row, there: Any, found: Found, untouched: bool) -> bool:
    if row.how is How.SET:
        return True
    if row.how is How.YIELD:
        return untouched or there is None or not word(there).strip()
    return untouched or _repeats_original(row, word(there), found)


def _repeats_original(row: Row, there: str, found: Found) -> bool:
    """Whether a time of digitising only says again when the photo was taken, as cameras write it."""
    original = word(found.tags.get("ExifIFD:DateTimeOriginal", found.tags.get("XMP-exif:DateTimeOriginal", "")))
    if row.fact in ("moment", "stamp"):
        return bool(original) and there[:19] == original[:19]
    # Sub-second and offset belong to the time beside them.
    return bool(original) and word(found.tags.get("ExifIFD:CreateDate", ""))[:19] == original[:19]


def _decide_list(
    tag: str,
    rows: list[Row],
    active: Mapping[str, Facts],
    found: Found,
    remembered: dict[str, dict[str, Any]],
    became: dict[str, Any],
) -> None:
    rows = [row for row in rows if found.file_type in row.where]
    at_work = [row for row in rows if row.module in active]
    if not at_work:
        return
    there = items(found.tags.get(tag))
    added_before = {row.module: items(remembered.get(row.module, {}).get(tag)) for row in rows}
    wanted = {row.module: _cut(row, active[row.module][row.fact]) for row in at_work}
    staying = [item for items_ in wanted.values() for item in items_]
    staying += [item for module, items_ in added_before.items() if module not in wanted for item in items_]
    ours_now = [item for items_ in added_before.values() for item in items_]
    # By sets: a crowd of thousands would take minutes otherwise.
    mine, stays, has = set(ours_now), {*map(_known_by, staying)}, {*map(_known_by, there)}
    going = [item for item in there if item in mine and _known_by(item) not in stays]
    coming = list(dict.fromkeys(i for items_ in wanted.values() for i in items_ if _known_by(i) not in has))
    came, went = set(coming), set(going)
    for module, items_ in wanted.items():
        own = [item for item in items_ if item in came or item in mine]
        _remember(remembered.setdefault(module, {}), tag, own or None)
    new = [item for item in there if item not in went] + coming
    if new != there:
        became[tag] = new or None


def _cut(row: Row, values: list[str]) -> list[str]:
    if row.most_bytes is None:
        return values
    cut = (cut_bytes(value, row.most_bytes) for value in values)
    return list(dict.fromkeys(value for value in cut if value))


def _known_by(item: str) -> str:
    """Equal where exiftool's JSON does not tell two apart; as `same_word`."""
    return item.lower() if item.lower() in ("true", "false") else item


def _remember(mine: dict[str, Any], tag: str, value: Any) -> None:
    if value is None:
        mine.pop(tag, None)
    else:
        mine[tag] = value


def same_value(fact: str, found: Any, wanted: Any) -> bool:
    """Whether a tag that holds `found` says `wanted`, as precisely as such a tag can."""
    if found is None or wanted is None:
        return found is None and wanted is None
    there, value = word(found), word(wanted)
    if fact in _TIME_FACTS:
        return same_moment(fact, there, value)
    if fact in _DEGREE_FACTS:
        return _same_degrees(there, value)
    return same_word(there, value)


def _same_degrees(found: str, wanted: str) -> bool:
    try:
        pairs = zip(map(float, found.split()[:2]), map(float, wanted.split()[:2]), strict=True)
        return all(abs(a - b) < _DEGREES_SAME for a, b in pairs)
    except ValueError:
        return False
