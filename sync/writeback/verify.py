"""Whether a scratch copy is what was meant: every tag reads back, and what it shows is what the original shows.

Raises NotProved with the first thing that is not; then the copy is thrown away and the original stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sync.errors import NotProved
from sync.writeback import image_data
from sync.writeback.changes import Change, same_value
from sync.writeback.exiftool import ExifTool
from sync.writeback.found import Found, items
from sync.writeback.mapping import LISTS, REGIONS, SIDECAR, TABLE, TAGS, VIDEOS
from sync.writeback.part import Unreadable
from sync.writeback.tags import CODED, PICTURE, Ahead, read_tags

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,16})?")
_FACTS = {row.tag: row.fact for row in TABLE}


def prove_tags(
    tool: ExifTool, found: Found, changes: Iterable[Change], scratch: Path, *, ahead: Ahead | None = None
) -> None:
    """The changed tags are as decided, the others of the table, and of all IPTC, as they were."""
    there = read_tags(tool, scratch, fast=found.file_type == "JPEG", ahead=ahead, iptc_utf8=found.iptc_utf8)
    changed = {change.tag: change.new for change in changes}
    for tag in TAGS:
        wanted = changed.get(tag) if tag in changed else found.tags.get(tag)
        if not reads_as(tag, there.get(tag), wanted):
            raise NotProved(f"{tag} does not read back as it was written.", tag=tag, path=found.path)
    for tag in found.tags.keys() - {*TAGS, CODED}:
        # Where all IPTC is written anew, exiftool cuts what is longer than IPTC allows; and of two blocks it makes one.
        if tag.startswith("IPTC") and not tag.endswith("RecordVersion") and there.get(tag) != found.tags[tag]:
            raise NotProved(f"{tag}, which is not ours, would change.", tag=tag, path=found.path)
    if found.exists and found.file_type not in SIDECAR:
        for tag in PICTURE:
            # A name that says MP4 makes a MOV one; the copy has no such name.
            films = tag == "File:FileType" and {there.get(tag), found.tags.get(tag)} <= {*VIDEOS}
            if there.get(tag) != found.tags.get(tag) and not films:
                raise NotProved(f"{tag} would change.", tag=tag, path=found.path)


def prove_picture(found: Found, scratch: Path) -> str:
    """The bytes that are the picture are the same. Gives what the picture can be known by later, as `picture_of` does;
    nothing for a sidecar."""
    if found.file_type in SIDECAR:
        return ""
    try:
        picture = image_data.same(Path(found.path), scratch, found.file_type)
    except Unreadable as error:
        raise NotProved(
            "It is not built as other files of its type, so nothing proves that its picture stays the same.",
            path=found.path,
        ) from error
    if not picture:
        raise NotProved("Its picture would change.", path=found.path)
    return picture


def picture_of(path: Path, file_type: str) -> str:
    """What a picture is known by, whatever is said of it; empty where that cannot be told. Raises OSError."""
    try:
        return image_data.digest(path, file_type)
    except Unreadable:
        return ""


def reads_as(tag: str, there: Any, wanted: Any) -> bool:
    """Whether what a file says under `tag` is what was written there."""
    if tag in LISTS:
        # exiftool puts what comes where something went; the order of keywords says nothing.
        return sorted(map(_caseless, items(there))) == sorted(map(_caseless, items(wanted)))
    if tag == REGIONS:
        return bool(_plain(there) == _plain(wanted))
    return there == wanted or same_value(_FACTS[tag], there, wanted)


def _plain(value: Any) -> Any:
    """A structure with its numbers as numbers, for exiftool may write 0.50 as 0.5."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return round(float(value), 9)
    return _caseless(value)


def _caseless(value: Any) -> Any:
    """exiftool's JSON does not tell True from true."""
    return value.lower() if str(value).lower() in ("true", "false") else value
