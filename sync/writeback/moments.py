"""When a photo was taken, as each tag wants it said. Pure; used by facts.py and changes.py.

The clock of the place is written, with its offset where that is known, never a time in UTC. Sub-seconds that are in
the file stay unless Immich knows others. A time that Immich guessed from the file's own dates is not written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sync.clock import named_zone
from sync.writeback.found import word

_TIMES = (
    "ExifIFD:DateTimeOriginal",
    "XMP-exif:DateTimeOriginal",
    "XMP-photoshop:DateCreated",
    "ExifIFD:CreateDate",
    "XMP-xmp:CreateDate",
    "Keys:CreationDate",
)
_STAMP = re.compile(r"(\d{4}:\d\d:\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$")
_ZONE = re.compile(r"[+-]\d\d:\d\d$")
_FIXED = re.compile(r"UTC(?:([+-])(\d{1,2})(?::(\d\d))?)?$")
_SAME = timedelta(seconds=1)


def known_offset(*, local: datetime, created: datetime, modified: datetime, zone: str | None) -> int | None:
    """Minutes from UTC of the clocks where a photo was taken; None where Immich only guessed the time.

    A file with a place and no date gets its own file's time for both clocks, beside the zone of the place: then the
    two are equal where that zone says that they differ, or the time is the file's.
    """
    if zone is None:
        return None
    offset = round((local - created.astimezone(UTC).replace(tzinfo=None)).total_seconds() / 60)
    fixed = _FIXED.match(zone)
    guessed = not offset and fixed is None and abs(created - modified) <= _SAME
    return None if guessed or (not offset and _says(zone, created)) else offset


def _says(zone: str, at: datetime) -> int:
    """Minutes that a zone differs from UTC then; 0 also where it cannot be told."""
    if fixed := _FIXED.match(zone):
        minutes = int(fixed[2] or 0) * 60 + int(fixed[3] or 0)
        return -minutes if fixed[1] == "-" else minutes
    there = named_zone(zone)
    offset = at.astimezone(there).utcoffset() if there else None
    return round(offset.total_seconds() / 60) if offset else 0


def moment_facts(
    local: datetime | None, offset_minutes: int | None, tags: Mapping[str, Any]
) -> dict[str, str | None] | None:
    """Values by fact; a missing one is left as it is. None: nothing may be written of the time at all."""
    if local is None or (offset_minutes is None and not any(tags.get(tag) for tag in _TIMES)):
        # Without a zone and without any time in the file, Immich shows the time of the file itself.
        return None
    day = f"{local.year:04}:{local.month:02}:{local.day:02}"
    clock = f"{local.hour:02}:{local.minute:02}:{local.second:02}"
    thousandths = local.microsecond // 1000
    facts: dict[str, str | None] = {"moment": f"{day} {clock}", "day": day}
    if thousandths:
        facts["subsec"] = f"{thousandths:03}"
    fraction = f"{thousandths:03}" if thousandths else word(tags.get("ExifIFD:SubSecTimeOriginal", "")).strip()
    zone = "" if offset_minutes is None else _zone(offset_minutes)
    if zone:
        facts["offset"] = zone
        facts["zoned"] = f"{day} {clock}{zone}"
    facts["stamp"] = f"{day} {clock}" + (f".{fraction}" if fraction.isdigit() else "") + zone
    there = zone or _zone_in(tags)
    if there:
        facts["clock"] = f"{clock}{there}"
    return facts


def same_moment(fact: str, found: str, wanted: str) -> bool:
    """Whether a tag says already what it should. A finer sub-second in the file is no difference."""
    if fact == "subsec":
        return found.isdigit() and (found + "000")[:3] == wanted
    if fact not in ("stamp", "zoned"):
        return found.strip() == wanted
    there, known = _STAMP.match(found.strip()), _STAMP.match(wanted)
    if there is None or known is None:
        return found == wanted
    if there.group(1, 2) != known.group(1, 2):
        return False
    fraction = (known[3] or "")[:3].ljust(3, "0")
    finer = fraction == "000" or (there[3] or "").ljust(3, "0")[:3] == fraction
    return finer and (known[4] is None or (there[4] or "").replace("Z", "+00:00") == known[4])


def _zone(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _zone_in(tags: Mapping[str, Any]) -> str:
    for tag in ("ExifIFD:OffsetTimeOriginal", "IPTC:TimeCreated"):
        zone = _ZONE.search(word(tags.get(tag, "")))
        if zone:
            return zone[0]
    return ""
