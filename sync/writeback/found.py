"""What a file says of itself, as exiftool read it, before anything is decided. Plain frozen data."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

Tags = dict[str, Any]
"""By exiftool's `-G1` name. Numbers are text as they stand in the file; lists are lists, structures dicts."""


class Found(Struct, frozen=True, kw_only=True):
    path: str
    """Absolute, real. The file need not exist where it is a sidecar still to be made."""
    file_type: str
    """As exiftool names what it really is, whatever its name ends with."""
    width: int | None
    """Of the stored picture, before any turning."""
    height: int | None
    orientation: int = 1
    """1 to 8: how the stored picture is turned for display."""
    tags: Tags
    iptc_utf8: bool = False
    """Its IPTC is UTF-8 although it does not say so."""
    exists: bool = True
    size_bytes: int = 0
    mtime_ns: int = 0
    inode: int = 0


def items(value: Any) -> list[str]:
    """A list tag's items; exiftool gives a single one bare, and an empty list as an empty text."""
    if value is None:
        return []
    return [item for each in (value if isinstance(value, list) else [value]) if (item := word(each))]


def word(value: Any) -> str:
    """A plain value as text. exiftool's JSON makes `True` and `TRUE` a bare true."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def same_word(one: str, other: str) -> bool:
    """Equal, as far as exiftool's JSON lets us know."""
    return one == other or (one.lower() == other.lower() and one.lower() in ("true", "false"))
