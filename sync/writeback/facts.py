"""Immich's knowledge as the values that the table's tags want, module by module. Pure; used by changes.py.

A fact that is None is known to be nothing; one that is missing is left alone; a module that is None as a whole is
left alone altogether, because what Immich knows of it is not known, or is not of this file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from sync.writeback.found import Found, items, word
from sync.writeback.knowledge import Knowledge
from sync.writeback.mapping import Options
from sync.writeback.moments import moment_facts
from sync.writeback.regions import stored_region
from sync.writeback.text import cut_letters, one_line, plain

_PERCENT = {1: "1", 2: "25", 3: "50", 4: "75", 5: "99"}
"""Of stars, on Windows' scale."""

FAVOURITE_LABEL = "Favorite"
ALBUMS_ROOT = "Albums"

Facts = dict[str, Any]
Ours = Mapping[str, Mapping[str, Any]]


def facts_of(module: str, knowledge: Knowledge, found: Found, ours: Ours, options: Options) -> Facts | None:
    """The module's values by the names that the table uses."""
    if module == "people":
        return None if knowledge.people is None else {"people": _names(knowledge.people)}
    if module == "gps":
        return _place(knowledge, found)
    if module == "caption":
        caption = knowledge.caption
        return None if caption is None else {"caption": cut_letters(plain(caption), options.caption_limit) or None}
    if module == "time":
        return moment_facts(knowledge.local_time, knowledge.offset_minutes, found.tags)
    if module == "rating":
        return _rating(knowledge, options)
    if module == "favourite":
        return {"label": FAVOURITE_LABEL if knowledge.favourite else None}
    if module == "albums":
        return _albums(knowledge)
    if module == "tags":
        return _tags(knowledge, ours)
    return _faces(knowledge, found)


def _names(names: Iterable[str]) -> list[str]:
    return sorted({one_line(name) for name in names} - {""})


def _place(knowledge: Knowledge, found: Found) -> Facts | None:
    latitude, longitude = knowledge.latitude, knowledge.longitude
    facts: Facts = {
        "city": one_line(knowledge.city or "") or None,
        "state": one_line(knowledge.state or "") or None,
        "country": one_line(knowledge.country or "") or None,
    }
    if latitude is None and longitude is None:
        nothing = ("latitude", "latitude_ref", "longitude", "longitude_ref")
        return facts | dict.fromkeys((*nothing, "latitude_signed", "longitude_signed", "coordinates"))
    if latitude is None or longitude is None or not (_within(latitude, 90) and _within(longitude, 180)):
        return None
    there = word(found.tags.get("Keys:GPSCoordinates", found.tags.get("UserData:GPSCoordinates", ""))).split()
    altitude = there[2:3]
    return facts | {
        "latitude": _degrees(abs(latitude)),
        "latitude_ref": "S" if latitude < 0 else "N",
        "longitude": _degrees(abs(longitude)),
        "longitude_ref": "W" if longitude < 0 else "E",
        "latitude_signed": _degrees(latitude),
        "longitude_signed": _degrees(longitude),
        "coordinates": " ".join([_degrees(latitude), _degrees(longitude), *altitude]),
    }


def _within(degrees: float, most: float) -> bool:
    return math.isfinite(degrees) and abs(degrees) <= most


def _degrees(value: float) -> str:
    text = f"{value:.8f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _rating(knowledge: Knowledge, options: Options) -> Facts:
    stars = knowledge.rating or None
    if stars is None and knowledge.favourite and options.favourite_as_rating:
        stars = 5
    if stars == -1:
        return {"rating": "-1", "stars": None, "percent": None}
    if stars is None or stars not in _PERCENT:
        return {"rating": None, "stars": None, "percent": None}
    return {"rating": str(stars), "stars": str(stars), "percent": _PERCENT[stars]}


def _albums(knowledge: Knowledge) -> Facts | None:
    if knowledge.albums is None:
        return None
    names = _names(knowledge.albums)
    return {
        "event": "; ".join(names) or None,
        "album_list": ", ".join(names) or None,
        "album_branches": [f"{ALBUMS_ROOT}|{_branch(name)}" for name in names],
    }


def _tags(knowledge: Knowledge, ours: Ours) -> Facts | None:
    if knowledge.tags is None:
        return None
    paths = sorted({"/".join(filter(None, map(one_line, path.split("/")))) for path in knowledge.tags} - {""})
    # What Immich read back from what the other modules wrote is no tag of its own: it would never go again.
    echoed = set(items(ours.get("people", {}).get("XMP-dc:Subject")))
    echoed |= {own.replace("|", "/") for own in items(ours.get("albums", {}).get("XMP-lr:HierarchicalSubject"))}
    echoed |= {f"{ALBUMS_ROOT}/{name}" for name in _names(knowledge.albums or ())}
    # A tag that we wrote as a tag was one before it could be an echo.
    echoed -= set(items(ours.get("tags", {}).get("XMP-digiKam:TagsList")))
    paths = [path for path in paths if path not in echoed]
    return {
        "tags": paths,
        "tag_branches": ["|".join(map(_branch, path.split("/"))) for path in paths],
        "tag_leaves": sorted({path.rsplit("/", 1)[-1] for path in paths}),
    }


def _branch(name: str) -> str:
    """A name as one level of a hierarchy, whose levels `|` parts."""
    return name.replace("|", "¦")


def _faces(knowledge: Knowledge, found: Found) -> Facts | None:
    if knowledge.faces is None or knowledge.edited or not (found.width and found.height):
        return None
    regions = [stored_region(box, found.orientation) for box in knowledge.faces]
    return {"regions": [region for region in regions if region is not None]}
