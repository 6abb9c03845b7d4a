"""Tags by their paths."""

from __future__ import annotations

from sync.immich.answers import ListedTag
from sync.immich.facts import TagInfo
from sync.immich.transport import Transport


def read_tags(transport: Transport) -> list[TagInfo]:
    """Every tag of mine, parents too."""
    found = transport.read("GET", "/tags", list[ListedTag], what="tags", head_seconds=30.0)
    return [TagInfo(tag.id, tag.value) for tag in found]
