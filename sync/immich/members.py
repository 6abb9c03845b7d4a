"""Which assets are in an album: their ids alone, proved by its count, or Incomplete."""

from __future__ import annotations

from msgspec import Struct

from sync.errors import Incomplete
from sync.immich.albums import COUNTED, read_album
from sync.immich.answers import AlbumCore, AssetId
from sync.immich.arrays import read_elements
from sync.immich.decoding import decode
from sync.immich.embedded import read_head
from sync.immich.facts import Visibility
from sync.immich.searches import PAGE_SIZE
from sync.immich.shapes import Shapes
from sync.immich.transport import Transport, in_path

_HEAD_SECONDS = 60.0


class _Member(AssetId):
    visibility: Visibility


class _Members(Struct):
    items: list[_Member]


class _Found(Struct):
    assets: _Members


class _Embedding(AlbumCore):
    assets: list[_Member]


def album_members(transport: Transport, shapes: Shapes, album_id: str) -> frozenset[str]:
    """The ids of everything that the album lists, whoever owns it. Raises Incomplete, NotAvailable."""
    before = read_album(transport, shapes, album_id)
    read = _searched if shapes.embedded is None else _embedded
    listed = read(transport, album_id, before.asset_count)
    after = read_album(transport, shapes, album_id)
    if (before.asset_count, before.updated_at) != (after.asset_count, after.updated_at):
        raise Incomplete(f"The album {before.album_name!r} changed while it was listed.")
    counted = sum(visibility in COUNTED for visibility in listed.values())
    # A video of a live photo may be in an album: a search lists it, and no version counts it.
    if after.asset_count not in (len(listed), counted):
        raise Incomplete(f"The server listed {len(listed)} of the {after.asset_count} photos in {after.album_name!r}.")
    return frozenset(listed)


def _searched(transport: Transport, album_id: str, _count: int) -> dict[str, Visibility]:
    listed: dict[str, Visibility] = {}
    number = 0
    while number * PAGE_SIZE <= len(listed):
        number += 1
        body = {"albumIds": [album_id], "page": number, "size": PAGE_SIZE}
        found = transport.read(
            "POST", "/search/metadata", _Found, what="a search", body=body, head_seconds=_HEAD_SECONDS
        )
        listed |= {item.id: item.visibility for item in found.assets.items}
    return listed


def _embedded(transport: Transport, album_id: str, count: int) -> dict[str, Visibility]:
    what = f"album {album_id}"
    # The server writes the whole answer before it sends the first byte of it.
    seconds = transport.patience.head_seconds + count / 500
    reply = transport.ask("GET", f"/albums/{in_path(album_id)}", what=what, head_seconds=seconds)
    pieces = iter(reply.body.pieces() if reply.body else ())
    head, buffer = read_head(pieces, what)
    listed = {one.id: one.visibility for one in read_elements(pieces, buffer, _Member, what=what)}
    rest = decode(head + bytes(buffer), _Embedding, what=what)
    return listed | {one.id: one.visibility for one in rest.assets}
