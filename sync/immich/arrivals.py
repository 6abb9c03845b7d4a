"""What an external library holds, or what of it is new: searches by page, never by file.

Not proved whole: whoever looks for a file and does not find it looks again. An asset is listed once its metadata has
been read. Every search names its visibility, for versions differ in what they list without; live videos are hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from sync.immich.answers import Id, Instant
from sync.immich.facts import Visibility
from sync.immich.searches import PAGE_SIZE
from sync.immich.transport import Transport

_HEAD_SECONDS = 60.0
EVERYWHERE = (Visibility.TIMELINE, Visibility.ARCHIVE, Visibility.HIDDEN)


class Arrival(Struct, frozen=True, rename="camel", gc=False):
    """What ingest needs of an asset."""

    id: Id
    original_path: str
    updated_at: Instant
    is_favorite: bool
    live_photo_video_id: str | None
    owner_id: Id


class _Page(Struct, rename="camel"):
    items: list[Arrival]
    next_page: str | None


class _Found(Struct):
    assets: _Page


def arrivals(
    transport: Transport, library_id: str, *, since: datetime | None, where: Sequence[Visibility] = EVERYWHERE
) -> Iterator[list[Arrival]]:
    """The assets of a library that changed since then (None: all), page by page of a thousand."""
    for visibility in where:
        question: dict[str, Any] = {"libraryId": library_id, "visibility": visibility.value, "withExif": True}
        if since is not None:
            moment = since.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            question["updatedAfter"] = moment
        page: int | None = 1
        while page is not None:
            body = {**question, "page": page, "size": PAGE_SIZE}
            found = transport.read(
                "POST", "/search/metadata", _Found, what="a search", body=body, head_seconds=_HEAD_SECONDS
            ).assets
            yield found.items
            page = page + 1 if found.next_page is not None else None
