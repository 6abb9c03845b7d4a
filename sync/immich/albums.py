"""Albums: which there are, and what is in one of them, proved by its count.

A listing of an album is complete when its different ids are as many as `assetCount`, read before and after, and the
album did not change meanwhile. 1.x and 2.x embed the assets (only so are other people's there), 3.x is searched.
"""

from __future__ import annotations

from collections.abc import Iterator

from sync.errors import SchemaDrift
from sync.immich.answers import Album3, Album12, AnyAsset
from sync.immich.arrays import read_list
from sync.immich.asked import Ask, Asked, Place
from sync.immich.convert import to_asset
from sync.immich.embedded import read_embedded
from sync.immich.facts import AlbumInfo, Asset, Visibility
from sync.immich.listing import Listing
from sync.immich.searches import PageFault, ask_page, pages_of, search_pages
from sync.immich.shapes import Shapes
from sync.immich.stacks import ask_stacks, own_stacks, stacks_of_album
from sync.immich.stored import Stored
from sync.immich.transport import Transport, in_path

AnyAlbum = Album12 | Album3
_ALBUMS_HEAD_SECONDS = 60.0
COUNTED = (Visibility.TIMELINE, Visibility.ARCHIVE)
"""What an album's `assetCount` counts."""


def read_albums(transport: Transport, shapes: Shapes) -> list[AlbumInfo]:
    """Own albums first, then those shared with me, each once. Two requests."""
    own = read_own_albums(transport, shapes)
    query = {"isOwned": "false"} if shapes.album is Album3 else {"shared": "true"}
    merged = {album.id: album for album in own}
    for album in _read_albums(transport, shapes, query, owned=False):
        merged.setdefault(album.id, album)
    return list(merged.values())


def read_own_albums(transport: Transport, shapes: Shapes) -> list[AlbumInfo]:
    """The key's own. One request."""
    return _read_albums(transport, shapes, {"isOwned": "true"} if shapes.album is Album3 else {}, owned=True)


def _read_albums(transport: Transport, shapes: Shapes, query: dict[str, str], *, owned: bool) -> list[AlbumInfo]:
    # With everybody whom they are shared with, ten thousands of albums are a hundred megabytes.
    reply = transport.ask("GET", "/albums", what="albums", query=query, head_seconds=_ALBUMS_HEAD_SECONDS)
    pieces = reply.stored("albums").pieces()
    return [to_album(album, owned=owned) for album in read_list(pieces, shapes.album, what="albums")]


def read_album(transport: Transport, shapes: Shapes, album_id: str) -> AnyAlbum:
    """One album without its assets. Raises NotAvailable."""
    path = f"/albums/{in_path(album_id)}"
    return transport.read("GET", path, shapes.album, what=f"album {album_id}", query={"withoutAssets": "true"})


def to_album(album: AnyAlbum, *, owned: bool) -> AlbumInfo:
    """The fact of an answer."""
    return AlbumInfo(
        id=album.id,
        name=album.album_name,
        owner_id=_owner(album),
        owned=owned,
        asset_count=album.asset_count,
        updated_at=album.updated_at,
        description=album.description,
        cover_asset_id=album.album_thumbnail_asset_id,
    )


def _owner(album: AnyAlbum) -> str:
    if isinstance(album, Album12):
        return album.owner_id
    for entry in album.album_users:
        if entry.role == "owner":
            return entry.user.id
    raise SchemaDrift("The server's answer for an album names no owner.", field="albumUsers[].role")


def list_album(
    transport: Transport, shapes: Shapes, album_id: str, *, by_link: bool, known: str | None
) -> Listing:
    """What is in an album; with the mark of a listing that is `known`, nothing where it would be the same.

    Requests: 3 and the pages of a search, one or two more for stacks, two more for each month that holds a stack of
    others."""

    def run(listing: Listing) -> Iterator[Asset]:
        before = read_album(transport, shapes, album_id)
        asked = Asked(known, before)
        ask = _ask_embedded(transport, before) if shapes.embedded else _ask_page(transport, before)
        answer = None if by_link else ask_stacks(transport)
        asked.add(answer)
        # Others' stacks take many small answers: they are not worth a mark.
        alone = not by_link and not before.shared
        places = [(0, 0)] if shapes.embedded else [(0, page) for page in pages_of(before.asset_count)]
        if alone and asked.same(places, ask) and read_album(transport, shapes, album_id) == before:
            listing.repeat()
            return
        stacks = own_stacks(answer)
        if not alone:
            stacks = stacks_of_album(transport, album_id) | stacks
        reading = _Reading()
        source = _embedded if shapes.embedded else _searched
        for asset in source(shapes, before, reading, lambda place: asked.answer(place, ask)):
            if asset.visibility not in COUNTED:
                # A search lists the video of a live photo that somebody put into the album; no version counts it.
                continue
            if asset.id in reading.seen:
                reading.faults.append("an asset is listed twice")
                continue
            reading.seen.add(asset.id)
            yield to_asset(asset, stacks)
        after = read_album(transport, shapes, album_id)
        _conclude(listing, reading, before, after, mark=asked.mark() if alone else None)

    return Listing(run)


class _Reading:
    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.faults: list[str] = []


def _ask_embedded(transport: Transport, album: AnyAlbum) -> Ask:
    # The server writes the whole answer before it sends the first byte of it.
    seconds = transport.patience.head_seconds + album.asset_count / 500

    def ask(_place: Place) -> Stored:
        path = f"/albums/{in_path(album.id)}"
        reply = transport.ask("GET", path, what=f"album {album.id}", head_seconds=seconds)
        return reply.stored(f"album {album.id}")

    return ask


def _ask_page(transport: Transport, album: AnyAlbum) -> Ask:
    return lambda place: ask_page(transport, {"albumIds": [album.id]}, place[1])


def _embedded(shapes: Shapes, before: AnyAlbum, reading: _Reading, answer: Ask) -> Iterator[AnyAsset]:
    what = f"album {before.id}"
    bare = full = 0
    for part in read_embedded(answer((0, 0)).pieces(), shapes, what=what):
        if isinstance(part, Album12):
            if bare and not full:
                raise SchemaDrift(f"The server's answer for {what} has no 'exifInfo'.", field="assets[].exifInfo")
            if part.asset_count != before.asset_count or part.updated_at != before.updated_at:
                reading.faults.append("the album changed while it was listed")
        else:
            # A file whose metadata the server could not read has none; an album that has none at all is drift.
            bare, full = (bare, full + 1) if part.exif_info else (bare + 1, full)
            yield part


def _searched(shapes: Shapes, before: AnyAlbum, reading: _Reading, answer: Ask) -> Iterator[AnyAsset]:
    most = pages_of(before.asset_count)[-1] + 3
    try:
        for page in search_pages(shapes, lambda page: answer((0, page)), most=most):
            yield from page
    except PageFault as fault:
        reading.faults.append(fault.reason)


def _conclude(
    listing: Listing, reading: _Reading, before: AnyAlbum, after: AnyAlbum, *, mark: str | None
) -> None:
    count = len(reading.seen)
    faults = reading.faults
    if (before.asset_count, before.updated_at) != (after.asset_count, after.updated_at):
        faults.append("the album changed while it was listed")
    if count != after.asset_count:
        faults.append(f"{count} assets were listed, but assetCount is {after.asset_count}")
    proof = "; ".join(dict.fromkeys(faults)) or f"complete: {count}, counted before and after"
    listing.conclude(count, complete=not faults, proof=proof, mark=mark)
