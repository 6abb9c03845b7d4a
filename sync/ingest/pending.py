"""Reads the file in which the replaced plugin kept the photos that it had downloaded and not finished."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sync.errors import UsageError


@dataclass(frozen=True)
class PendingGroup:
    """A photo that the plugin had downloaded and not finished."""

    photo: str
    files: tuple[str, ...]
    """Paths as icloudpd saw them."""
    favourite: bool


def read_pending(text: str) -> list[PendingGroup]:
    """The plugin's pending file; entries that are none are passed over. Raises UsageError where it is no such file."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The pending file is not JSON: {error}.") from None
    if not isinstance(listed, list):
        raise UsageError("The pending file holds no list.")
    found = []
    for entry in listed:
        files = entry.get("files") if isinstance(entry, dict) else None
        named = [one.get("path") for one in files if isinstance(one, dict)] if isinstance(files, list) else []
        paths = tuple(path for path in named if isinstance(path, str) and path)
        if paths:
            found.append(PendingGroup(str(entry.get("photo_id", "")), paths, entry.get("is_favorite") is True))
    return found
