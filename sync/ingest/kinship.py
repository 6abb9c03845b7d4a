"""Whether two files can be of one photo, by what they say themselves: identifiers first, then moments. Pure.

Names are not asked here: grouping.py lets one decide only where this knows nothing against it.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

from sync.ingest.group import Found


class Kin(Enum):
    SAME = "same moment"
    IDENTIFIED = "content identifier"
    STRANGERS = ""
    UNKNOWN = "name"


_TOGETHER = timedelta(seconds=1)
_VIDEO_TOGETHER = timedelta(seconds=4)
_SECOND_NS = 1_000_000_000
_CARD_SECONDS = 10
"""A camera writes the files of one shot within this time."""
_FIRST_TIME_NS = 86_400 * 366 * _SECOND_NS
"""Times of 1970 say only that there is none."""


def kinship(one: Found, other: Found, *, either_edited: bool = False) -> Kin:
    """What identifiers and times say of two files whose names could belong together."""
    mine, theirs = one.facts, other.facts
    if mine.identifier and theirs.identifier:
        return Kin.IDENTIFIED if mine.identifier == theirs.identifier else Kin.STRANGERS
    timed = _whole(one) and _whole(other)
    if timed and one.modified_ns == other.modified_ns:
        return Kin.SAME
    if mine.taken and theirs.taken:
        room = _VIDEO_TOGETHER if mine.video or theirs.video else _TOGETHER
        return Kin.SAME if abs(mine.taken - theirs.taken) <= room else Kin.STRANGERS
    apart = abs(one.modified_ns - other.modified_ns) > _CARD_SECONDS * _SECOND_NS
    return Kin.STRANGERS if timed and apart and not either_edited else Kin.UNKNOWN


def _whole(found: Found) -> bool:
    """Whether the file's time was set by a program that knows it, and not by being copied just now."""
    return found.modified_ns % _SECOND_NS == 0 and found.modified_ns > _FIRST_TIME_NS
