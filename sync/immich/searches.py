"""The whole library, favourites, a person: searches by page, proved by search/statistics with the same filter.

Every filter names its visibility: 3.x would list hidden videos of live photos without it. 1.x and 2.x order by time
alone, so equal times may repeat on one page and vanish from another: one repetition is allowed to fill the gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from sync.errors import PermissionMissing, SchemaDrift
from sync.immich.answers import AnyAsset, Total
from sync.immich.asked import Ask, Asked, Place
from sync.immich.convert import to_asset
from sync.immich.decoding import decode
from sync.immich.facts import Asset, Wanted
from sync.immich.listing import Listing
from sync.immich.shapes import Shapes
from sync.immich.stacks import ask_stacks, own_stacks
from sync.immich.stored import Stored
from sync.immich.transport import Transport
from sync.settings.tree import Source

PAGE_SIZE = 1000
_WHAT = "a search"
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
    counts = _counts(transport, filters)
    return None if counts is None else sum(counts)


def _counts(transport: Transport, filters: list[dict[str, Any]]) -> list[int] | None:
    path, what = "/search/statistics", "the count of a search"
    try:
        return [
            transport.read("POST", path, Total, what=what, body=question, head_seconds=_HEAD_SECONDS).total
            for question in filters
        ]
    except PermissionMissing:
        return None


def ask_page(transport: Transport, question: dict[str, Any], page: int) -> Stored:
    """One page of a search, unread."""
    body = {**question, "withExif": True, "withPeople": True, "page": page, "size": PAGE_SIZE}
    reply = transport.ask("POST", "/search/metadata", what=_WHAT, body=body, head_seconds=_HEAD_SECONDS)
    return reply.stored(_WHAT)


def search_pages(shapes: Shapes, ask: Callable[[int], Stored], *, most: int) -> Iterator[list[AnyAsset]]:
    """The pages that `ask` gives by their number, read. Raises PageFault for a page that is not followed by the next,
    or too many of them."""
    page = 1
    while True:
        found = decode(ask(page).whole(), shapes.found, what=_WHAT)
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


def list_search(
    transport: Transport, shapes: Shapes, wanted: Wanted, *, owner_id: str | None, known: str | None
) -> Listing:
    """What the searches of a source find; only what `owner_id` owns is handed out, all of it is counted. With the
    mark of a listing that is `known`, nothing where it would be the same.

    Requests: the pages, and for each visibility 2; 1 for stacks.
    """
    filters = filters_of(wanted)

    def run(listing: Listing) -> Iterator[Asset]:
        counts = _counts(transport, filters)
        before = None if counts is None else sum(counts)
        asked = Asked(known, filters, owner_id, counts)
        answer = ask_stacks(transport)
        asked.add(answer)
        ask = partial(_ask, transport, filters)
        if counts is not None and asked.same(_places(counts), ask) and _counts(transport, filters) == counts:
            listing.repeat()
            return
        stacks = own_stacks(answer)
        seen: set[str] = set()
        faults: list[str] = []
        rounds = 1 if shapes.embedded is None else 2
        for _ in range(rounds):
            faults.clear()
            for asset in _round(shapes, asked, ask, counts or [None] * len(filters), faults):
                if asset.id in seen:
                    continue
                seen.add(asset.id)
                if owner_id is None or asset.owner_id == owner_id:
                    yield to_asset(asset, stacks)
            if before is None or len(seen) >= before:
                break
        after = count_found(transport, filters)
        faults += _doubts(len(seen), before, after)
        proof = "; ".join(faults) or f"complete: {after}, counted before and after"
        listing.conclude(len(seen), complete=not faults, proof=proof, mark=asked.mark())

    return Listing(run)


def _doubts(listed: int, before: int | None, after: int | None) -> Iterator[str]:
    """What speaks against a listing of so many assets, by the server's counts from before and after it."""
    if after is None:
        yield "the key lacks the permission asset.statistics, so that nothing can be counted"
        return
    if before != after:
        yield f"the count went from {before} to {after} while it was listed"
    if listed != after:
        yield f"{listed} assets were listed, but the server counts {after}"


def pages_of(count: int) -> range:
    """The numbers of the pages on which so many assets are found."""
    return range(1, max(1, -(-count // PAGE_SIZE)) + 1)


def _ask(transport: Transport, filters: list[dict[str, Any]], place: Place) -> Stored:
    return ask_page(transport, filters[place[0]], place[1])


def _page(asked: Asked, ask: Ask, number: int, page: int) -> Stored:
    return asked.answer((number, page), ask)


def _places(counts: list[int]) -> Iterator[Place]:
    return ((number, page) for number, count in enumerate(counts) for page in pages_of(count))


def _round(
    shapes: Shapes, asked: Asked, ask: Ask, counts: Sequence[int | None], faults: list[str]
) -> Iterator[AnyAsset]:
    for number, count in enumerate(counts):
        most = _MOST_PAGES if count is None else pages_of(count)[-1] + 3
        try:
            for page in search_pages(shapes, partial(_page, asked, ask, number), most=most):
                yield from page
        except PageFault as fault:
            faults.append(fault.reason)
