"""Whether a source is as it was, for the price of one to four small requests. A "no" only costs a listing.

What a "yes" misses is what no version tells cheaply; the caller lists in full once a week for its sake:
- everywhere: faces drawn, people renamed, stacks made or broken; bytes rewritten on the server without a rescan.
- album: nothing else. 1.x and 2.x hash the whole answer, assets included; in 3.x `assetCount`, `updatedAt` (moved by
  every addition) and `lastModifiedAssetTimestamp` (moved by every edit, restoring included) cover removal, addition,
  replacement and edits.
- whole library, favourites: as many assets came as went, and all of those that came were last updated before the
  token (a partner began to share exactly as many old photos as we deleted).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sync.errors import PermissionMissing
from sync.immich.answers import FoundIds, Total
from sync.immich.decoding import decode
from sync.immich.shapes import Shapes
from sync.immich.transport import Transport, in_path

_MARGIN = timedelta(seconds=120)
"""API and database may have clocks of their own."""
_EMBEDDED_HEAD_SECONDS = 120.0
_COUNT_HEAD_SECONDS = 60.0

Verdict = tuple[bool, str | None]


def album_unchanged(transport: Transport, shapes: Shapes, album_id: str, token: str | None) -> Verdict:
    """One conditional request."""
    stem = f"album-1 {album_id} "
    known = token.removeprefix(stem) if token and token.startswith(stem) else None
    embeds = shapes.embedded is not None
    reply = transport.ask(
        "GET",
        f"/albums/{in_path(album_id)}",
        what=f"album {album_id}",
        etag=known,
        unread=embeds,
        head_seconds=_EMBEDDED_HEAD_SECONDS if embeds else None,
    )
    if reply.status == 304 and known is not None:
        return True, token
    # A weak tag would promise less than the same bytes.
    usable = reply.etag is not None and reply.etag.startswith('"')
    return False, f"{stem}{reply.etag}" if usable else None


def searches_unchanged(transport: Transport, filters: Sequence[dict[str, Any]], token: str | None) -> Verdict:
    """As many assets as then, and none updated since: for each visibility one or two requests."""
    total, moment = 0, None
    for question in filters:
        try:
            reply = transport.ask("POST", "/search/statistics", what="the count of a search", body=question)
        except PermissionMissing:
            return False, None
        total += decode(reply.content(), Total, what="the count of a search").total
        moment = moment or _moment(reply.date)
    fresh = f"count-1 {total} {moment.isoformat()}" if moment else None
    parts = (token or "").split(" ")
    if len(parts) != 3 or parts[:2] != ["count-1", str(total)]:
        return False, fresh
    if moment is None or moment < datetime.fromisoformat(parts[2]):
        # The server's clock was set back: what was updated since has a time before the token's.
        return False, fresh
    for question in filters:
        body = {**question, "updatedAfter": parts[2], "page": 1, "size": 1}
        found = transport.read("POST", "/search/metadata", FoundIds, what="a search", body=body)
        if found.assets.items:
            return False, fresh
    return True, token


def narrowed(token: str, count: int) -> str:
    """The token of a narrower search, of which a listing of the wider one found so many."""
    form, _, moment = token.split(" ")
    return f"{form} {count} {moment}"


def counted(transport: Transport, question: Mapping[str, Any]) -> tuple[int, str | None] | None:
    """How many a search finds, and a token of now for `searches_unchanged` of that search alone; None where the key may
    not count."""
    path, what = "/search/statistics", "the count of a search"
    try:
        reply = transport.ask("POST", path, what=what, body=dict(question), head_seconds=_COUNT_HEAD_SECONDS)
    except PermissionMissing:
        return None
    total, moment = decode(reply.content(), Total, what=what).total, _moment(reply.date)
    return total, f"count-1 {total} {moment.isoformat()}" if moment else None


def _moment(header: str | None) -> datetime | None:
    """The server's own time, less a margin; None where it does not say."""
    try:
        return parsedate_to_datetime(header or "").astimezone(UTC) - _MARGIN
    except ValueError:
        return None
