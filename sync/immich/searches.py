"""The whole library, favourites, a person: searches by page, proved by search/statistics with the same filter.

Every filter names its visibility: 3.x would list hidden videos of live photos without it. 1.x and 2.x order by time
alone, so equal times may repeat on one page and vanish from another: one repetition is allowed to fill the gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sync.errors import PermissionMissing, SchemaDrift
from sync.immich.answers import AnyAsset, Shapes, Total
from sync.immich.convert import to_asset
from sync.immich.facts import Asset, Wanted
from sync.immich.listing import Listing
from sync.immich.stacks import own_stacks
from sync.immich.transport import Transport
from sync.settings import Source

PAGE_SIZE = 1000
_HEAD_SECONDS = 60.0
_MOST_PAGES = 2000


class PageFault(Exception):
    """Pages that lead nowhere or round in a circle; `reason` goes into the proof."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def filters_of(wanted: Wanted) -> list[dict[str, Any]]:
    """The searches that together are a source; what is archived needs one of its own."""
    own: dict[str, Any] = {}
    if wanted.source is Source.FAVOURITES:
        own["isFavorite"] = True
    if wanted.source is Source.PERSON:
        own["personIds"] = [wanted.id]
    visibilities = ("timeline", "archive") if wanted.archived else ("timeline",)
    return [{**own, "visibility": visibility} for visibility in visibilities]


def count_found(transport: Transport, filters: list[dict[str, Any]]) -> int | None:
    """How many assets the searches find, as the server counts them; None where the key may not count."""
    path, what = "/search/statistics", "the count of a search"
    try:
        return sum(
            transport.read("POST", path, Total, what=what, body=question, head_seconds=_HEAD_SECONDS).total
            for question in filters
        )
    except PermissionMissing:
        return None


def search_pages(
    transport: Transport, shapes: Shapes, question: dict[str, Any], *, most: int
) -> Iterator[list[AnyAsset]]:
    """The pages of one search. Raises PageFault for a page that is not followed by the next, or too many of them."""
    page = 1
    while True:
        body = {**question, "page": page, "size": PAGE_SIZE}
        path, what = "/search/metadata", "a search"
        found = transport.read("POST", path, shapes.found, what=what, body=body, head_seconds=_HEAD_SECONDS)
        if not all(item.exif_info for item in found.assets.items):
            # A search joins the metadata: it never lists an asset without.
            raise SchemaDrift("The server's answer for a search has no 'exifInfo'.", field="assets.items[].exifInfo")
        yield list(found.assets.items)
        if found.assets.next_page is None:
            return
        page += 1
        if found.assets.next_page != str(page):
            raise PageFault(f"page {page - 1} is followed by page {found.assets.next_page}")
        if page > most:
            raise PageFault("there are more pages than the count needs")


def list_search(transport: Transport, shapes: Shapes, wanted: Wanted, *, owner_id: str | None) -> Listing:
    """What the searches of a source find; only what `owner_id` owns is handed out, all of it is counted.

    Requests: the pages, and for each visibility 2; 1 for stacks.
    """
    filters = filters_of(wanted)

    def run(listing: Listing) -> Iterator[Asset]:
        before = count_found(transport, filters)
        stacks = own_stacks(transport)
        seen: set[str] = set()
        faults: list[str] = []
        rounds = 1 if shapes.embedded is None else 2
        for _ in range(rounds):
            faults.clear()
            for asset in _round(transport, shapes, filters, before, faults):
                if asset.id in seen:
                    continue
                seen.add(asset.id)
                if owner_id is None or asset.owner_id == owner_id:
                    yield to_asset(asset, stacks)
            if before is None or len(seen) >= before:
                break
        after = count_found(transport, filters)
        if after is None:
            faults.append("the key lacks the permission asset.statistics, so that nothing can be counted")
        elif before != after:
            faults.append(f"the count went from {before} to {after} while it was listed")
        if after is not None and len(seen) != after:
            faults.append(f"{len(seen)} assets were listed, but the server counts {after}")
        proof = "; ".join(faults) or f"statistics {after}, read before and after"
        listing.conclude(len(seen), complete=not faults, proof=proof)

    return Listing(run)


def _round(
    transport: Transport, shapes: Shapes, filters: list[dict[str, Any]], count: int | None, faults: list[str]
) -> Iterator[AnyAsset]:
    for question in filters:
        question = {**question, "withExif": True, "withPeople": True}
        most = _MOST_PAGES if count is None else count // PAGE_SIZE + 3
        try:
            for page in search_pages(transport, shapes, question, most=most):
                yield from page
        except PageFault as fault:
            faults.append(fault.reason)
