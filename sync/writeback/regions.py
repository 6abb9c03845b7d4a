"""Face regions as the Metadata Working Group wants them: centre and size, as fractions of the *stored* picture.

Immich's boxes are of the upright picture; what turns it upright is EXIF's Orientation, in HEIC and AVIF the file's
own rotation (Immich and most viewers ignore EXIF's there). Others' regions stay as they are. Pure.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from sync.writeback.found import same_word
from sync.writeback.knowledge import FaceBox
from sync.writeback.text import one_line

_SAME_SHARE = 0.01
"""Of the picture: a box that comes back from Immich is moved by its rounding to whole pixels of a preview."""
_EXACT = 0.00001
"""As written, whatever a program rounds."""
_SAME_OVERLAP = 0.5
"""From here on a region of the same name that somebody else wrote is the same face."""

_OWN_ROTATION = {"0": 1, "90": 8, "180": 3, "270": 6, "1": 8, "2": 3, "3": 6}
"""`irot` turns anticlockwise; exiftool gives degrees, newer ones the count of quarter turns."""

Region = dict[str, Any]


def orientation_of(file_type: str, tags: Mapping[str, Any]) -> int:
    """1 to 8, as EXIF counts: how the stored picture is turned for display."""
    if file_type in ("HEIC", "HEIF", "AVIF"):
        return _OWN_ROTATION.get(str(tags.get("QuickTime:Rotation", "0")), 1)
    value = str(tags.get("IFD0:Orientation", tags.get("XMP-tiff:Orientation", "1")))
    return int(value) if value in tuple("12345678") else 1


def stored_region(box: FaceBox, orientation: int) -> Region | None:
    """The region of a box of the upright picture; None where nothing of it lies in the picture."""
    x1, x2 = sorted((min(max(box.x1, 0.0), 1.0), min(max(box.x2, 0.0), 1.0)))
    y1, y2 = sorted((min(max(box.y1, 0.0), 1.0), min(max(box.y2, 0.0), 1.0)))
    if not one_line(box.name) or round(x2 - x1, 6) <= 0 or round(y2 - y1, 6) <= 0:
        return None
    x, y = _stored_point((x1 + x2) / 2, (y1 + y2) / 2, orientation)
    wide, high = (x2 - x1, y2 - y1) if orientation < 5 else (y2 - y1, x2 - x1)
    area = {"X": _number(x), "Y": _number(y), "W": _number(wide), "H": _number(high), "Unit": "normalized"}
    return {"Area": area, "Name": one_line(box.name), "Type": "Face"}


def _stored_point(x: float, y: float, orientation: int) -> tuple[float, float]:
    """Where a point of the upright picture lies in the stored one."""
    return {
        1: (x, y),
        2: (1 - x, y),
        3: (1 - x, 1 - y),
        4: (x, 1 - y),
        5: (y, x),
        6: (y, 1 - x),
        7: (1 - y, 1 - x),
        8: (1 - y, x),
    }[orientation]


def understood(found: Any) -> bool:
    """Whether what a file has as RegionInfo is built so that others' regions can be kept in it."""
    if found is None:
        return True
    if not isinstance(found, dict) or not isinstance(found.get("AppliedToDimensions", {}), dict):
        return False
    there = found.get("RegionList", [])
    return isinstance(there, list) and all(
        isinstance(region, dict) and isinstance(region.get("Area", {}), dict) for region in there
    )


def merged(
    wanted: Sequence[Region], found: Mapping[str, Any] | None, ours: Sequence[Region], size: tuple[int, int]
) -> tuple[dict[str, Any] | None, list[Region]]:
    """The RegionInfo that the file should have (None: none at all), and which of its regions are ours.

    `size` is the stored width and height. Where everything is there already, `found` itself is given back.
    """
    there = [dict(region) for region in (found or {}).get("RegionList", [])]
    near = _Near(there)
    mine = {place for own in ours for place in near.places(own, _EXACT) if _equal(there[place], own)}
    left, missing = set(mine), []
    staying: list[Region] = []
    for region in wanted:
        faces = near.places(region, _SAME_SHARE)
        same = next((place for place in faces if place in left and _same_face(region, there[place])), None)
        if same is not None:
            staying.append(there[same])
            left.remove(same)
        elif not any(
            place not in mine and _overlap(region, there[place]) > _SAME_OVERLAP
            for place in near.places(region, _overlap_reach(region))
        ):
            missing.append(region)
    if not left and not missing:
        return (dict(found) if found else None), staying
    regions = [region for place, region in enumerate(there) if place not in left] + missing
    if not regions:
        return None, []
    dimensions = (found or {}).get("AppliedToDimensions")
    if not dimensions:
        dimensions = {"W": str(size[0]), "H": str(size[1]), "Unit": "pixel"}
    rest = {key: value for key, value in (found or {}).items() if key not in ("AppliedToDimensions", "RegionList")}
    return {"AppliedToDimensions": dimensions, "RegionList": regions, **rest}, staying + missing


class _Near:
    """Regions by name and place: in a crowd of thousands, comparing each with each takes hours."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self._by_name: dict[str, list[tuple[float, int]]] = {}
        for place, region in enumerate(regions):
            area = _area(region)
            if area is not None:
                self._by_name.setdefault(_name(region), []).append((area[0], place))
        for row in self._by_name.values():
            row.sort()

    def places(self, region: Mapping[str, Any], reach: float) -> list[int]:
        """Where in the list those of the same name are whose centre is at most so far to the left or right of its."""
        area = _area(region)
        row = self._by_name.get(_name(region), [])
        if area is None or not row:
            return []
        first = bisect_left(row, (area[0] - reach - _EXACT, 0))
        last = bisect_left(row, (area[0] + reach + _EXACT, 0))
        return sorted(place for _, place in row[first:last])


def _overlap_reach(region: Mapping[str, Any]) -> float:
    """No box further away covers half of what both cover together: it would have to be twice as wide."""
    area = _area(region)
    return 1.5 * area[2] if area is not None else 0.0


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") or "0"


def _area(region: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """x, y, width, height; None for a region that is no box (a point, a circle)."""
    area = region.get("Area", {})
    try:
        x, y, wide, high = (float(area[key]) for key in ("X", "Y", "W", "H"))
    except (KeyError, TypeError, ValueError):
        return None
    return (x, y, wide, high) if all(map(math.isfinite, (x, y, wide, high))) else None


def _name(region: Mapping[str, Any]) -> str:
    return str(region.get("Name", "")).casefold()


def _same_face(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if not same_word(str(one.get("Name")), str(other.get("Name"))):
        return False
    a, b = _area(one), _area(other)
    return a is not None and b is not None and all(abs(p - q) <= _SAME_SHARE for p, q in zip(a, b, strict=True))


def _equal(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    a, b = _area(one), _area(other)
    if a is None or b is None:
        return False
    exact = all(abs(p - q) < _EXACT for p, q in zip(a, b, strict=True))
    return exact and same_word(str(one.get("Name")), str(other.get("Name"))) and one.get("Type") == other.get("Type")


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Common area over the area of both together, 0 to 1."""
    a, b = _area(one), _area(other)
    if a is None or b is None:
        return 0.0
    wide = min(a[0] + a[2] / 2, b[0] + b[2] / 2) - max(a[0] - a[2] / 2, b[0] - b[2] / 2)
    high = min(a[1] + a[3] / 2, b[1] + b[3] / 2) - max(a[1] - a[3] / 2, b[1] - b[3] / 2)
    common = max(0.0, wide) * max(0.0, high)
    both = a[2] * a[3] + b[2] * b[3] - common
    return common / both if both > 0 else 0.0
