"""What was updated since a moment, a page a request; and the boxes of faces, which no update time tells of.

Not proved whole: a page that was missed is found again by the overlap of the next look, or by a whole listing. So
nothing may be concluded of what these lists lack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sync.errors import Incomplete
from sync.immich.answers import FaceOfPerson
from sync.immich.convert import from_faces, to_asset
from sync.immich.decoding import decode
from sync.immich.facts import Asset, PersonInPhoto
from sync.immich.searches import PAGE_SIZE
from sync.immich.shapes import Shapes
from sync.immich.transport import Transport

_HEAD_SECONDS = 60.0
_MOST_PAGES = 2000


def pages(
    transport: Transport, shapes: Shapes, question: Mapping[str, Any]
) -> Iterator[tuple[list[Asset], datetime | None]]:
    """The pages of a search with people, and the server's own time at each; Incomplete where they lead nowhere."""
    number = 1
    while True:
        body = {**question, "withExif": True, "withPeople": True, "page": number, "size": PAGE_SIZE}
        path, what = "/search/metadata", "a search"
        reply = transport.ask("POST", path, what=what, body=body, head_seconds=_HEAD_SECONDS)
        page = decode(reply.content(), shapes.found, what=what).assets
        yield [to_asset(item, {}) for item in page.items if item.exif_info], _time(reply.date)
        if page.next_page is None:
            return
        number += 1
        if page.next_page != str(number) or number > _MOST_PAGES:
            raise Incomplete(f"Page {number - 1} of a search is followed by page {page.next_page}.")


def read_faces(transport: Transport, asset_id: str) -> tuple[PersonInPhoto, ...]:
    """Who is in one picture, and where. Raises NotAvailable, PermissionMissing."""
    query = {"id": asset_id}
    return from_faces(transport.read("GET", "/faces", list[FaceOfPerson], what="faces", query=query))


def _time(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header or "").astimezone(UTC)
    except ValueError:
        return None
