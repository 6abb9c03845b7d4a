"""Which assets are stacked, and under which primary: no listing says so, in no version.

Our own stacks: one GET /stacks. Those of others, in an album shared with us or behind a link: the timeline's months
with and without stacks folded, and both forms of the months whose counts differ. A key that may not ask (403) gets
nothing: then every member shows, and the probe names what is missing.
"""

from __future__ import annotations

from sync.errors import NotAvailable, PermissionMissing, SchemaDrift
from sync.immich.answers import Bucket, BucketStacked, Month, Stack
from sync.immich.arrays import read_list
from sync.immich.sender import Query
from sync.immich.stored import Stored
from sync.immich.transport import Transport

UNKNOWN = "unknown"
"""In place of a primary's id: a member, nobody tells of whom."""


def ask_stacks(transport: Transport) -> Stored | None:
    """Our own stacks, unread; None where the key may not read stacks."""
    try:
        return transport.ask("GET", "/stacks", what="stacks", head_seconds=60.0).body
    except PermissionMissing:
        return None


def own_stacks(answer: Stored | None) -> dict[str, str]:
    """The primary's id by every member's id (the primary's too)."""
    if answer is None:
        return {}
    # Its members come with all their metadata: a large library's stacks are many megabytes.
    stacks: list[Stack] = list(read_list(answer.pieces(), Stack, what="stacks"))
    return {member.id: stack.primary_asset_id for stack in stacks for member in stack.assets}


def stacks_of_album(transport: Transport, album_id: str) -> dict[str, str]:
    """As `own_stacks`, of one album, whoever owns its photos; sure only of who is not a primary.

    Immich does not tell which primary a member belongs to: it gets one of its month's, or UNKNOWN. A primary whose
    members lie in other months is in no stack by this.
    """
    members: dict[str, str] = {}
    try:
        folded = _months(transport, {"albumId": album_id, "withStacked": "true"})
        for month, count in _months(transport, {"albumId": album_id}).items():
            if folded.get(month, 0) != count:
                members |= _of_month(transport, {"albumId": album_id, "timeBucket": month})
    except (PermissionMissing, NotAvailable):
        return {}
    return members


def _months(transport: Transport, query: Query) -> dict[str, int]:
    months = transport.read("GET", "/timeline/buckets", list[Month], what="months", query=query, head_seconds=30.0)
    return {month.time_bucket: month.count for month in months}


def _of_month(transport: Transport, query: Query) -> dict[str, str]:
    path, what, seconds = "/timeline/bucket", "a month", 30.0
    everything = transport.read("GET", path, Bucket, what=what, query=query, head_seconds=seconds)
    query = {**query, "withStacked": "true"}
    folded = transport.read("GET", path, BucketStacked, what=what, query=query, head_seconds=seconds)
    if len(folded.id) != len(folded.stack):
        raise SchemaDrift("The server's answer for a month has columns of different lengths.", field="stack")
    primaries = [asset for asset, stack in zip(folded.id, folded.stack, strict=True) if stack]
    # A stack whose primary lies in another month or outside the album: any other id says "not the primary".
    primary = primaries[0] if primaries else UNKNOWN
    return {asset: asset for asset in primaries} | dict.fromkeys(set(everything.id) - set(folded.id), primary)
