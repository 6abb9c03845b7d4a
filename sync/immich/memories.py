"""Memories of a day. Immich gives no count of them: two equal answers are the proof.

They come without metadata, so each photo is asked for once; there are a few dozen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from sync.errors import NotAvailable, SchemaDrift
from sync.immich.answers import Memory
from sync.immich.convert import to_asset
from sync.immich.facts import Asset
from sync.immich.listing import Listing
from sync.immich.shapes import Shapes
from sync.immich.transport import Transport, in_path


def list_memories(transport: Transport, shapes: Shapes, on: date) -> Listing:
    """The photos of that day's memories, each once. Requests: 2, and one a photo."""

    def run(listing: Listing) -> Iterator[Asset]:
        first = _ids(transport, on)
        second = _ids(transport, on)
        gone = 0
        for asset_id in dict.fromkeys(first + second):
            try:
                yield _asset(transport, shapes, asset_id)
            except NotAvailable:
                gone += 1
        if first != second:
            proof = "two listings differ"
        elif gone:
            proof = f"{gone} of its photos went away while it was listed"
        else:
            proof = "complete: two equal lists"
        complete = first == second and not gone
        listing.conclude(len(set(first)) - gone, complete=complete, proof=proof)

    return Listing(run)


def _ids(transport: Transport, on: date) -> list[str]:
    query = {"for": on.isoformat()}
    memories = transport.read("GET", "/memories", list[Memory], what="memories", query=query)
    return [asset.id for memory in memories for asset in memory.assets]


def _asset(transport: Transport, shapes: Shapes, asset_id: str) -> Asset:
    whole = transport.read("GET", f"/assets/{in_path(asset_id)}", shapes.whole, what=f"asset {asset_id}")
    if whole.exif_info is None:
        raise SchemaDrift("The server's answer for an asset has no 'exifInfo'.", field="exifInfo")
    asset = to_asset(whole, {})
    return msgspec.structs.replace(asset, stack_primary_id=whole.stack.primary_asset_id if whole.stack else None)
