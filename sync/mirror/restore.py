"""Rebuilds a lost library from the published catalogue and the objects, without a server and without a download.

Every photo of the catalogue whose objects lie on the disk gets its rows back; their bytes are hashed again by the
scrub, these first. What only the server knows is taken from the next listing, which may not remove anything.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from sync.catalogue import Catalogue, FaceEntry, PhotoEntry
from sync.errors import CatalogueUnreadable
from sync.home import Home
from sync.immich.facts import Asset, Details, Face, Kind, PersonInPhoto, Visibility
from sync.library import memberships, meta, objects, photos
from sync.library.database import Library
from sync.library.objects import ObjectRow
from sync.library.photos import PhotoRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Origin(Struct, frozen=True, array_like=True):
    """What a photo's row says beyond what the wall may know; as short as can be, for the catalogue carries it."""

    content: bytes
    display_for: bytes
    display_proof: str
    display_etag: str | None
    original_for: bytes | None
    original_proof: str | None
    original_etag: str | None
    owner_id: str
    kept_in: tuple[str, ...] = ()
    """Albums that a person keeps it in by hand."""


def pack(photo: PhotoRow, kept_in: tuple[str, ...] = ()) -> bytes:
    """The origin that the catalogue carries for a photo."""
    origin = Origin(
        photo.content,
        photo.display_for or b"",
        photo.display_proof or "",
        photo.display_etag,
        photo.original_for,
        photo.original_proof,
        photo.original_etag,
        photo.asset_facts().owner_id,
        kept_in,
    )
    return msgspec.msgpack.encode(origin)


def restore(library: Library, home: Home) -> int:
    """Fill an empty library from the catalogue; gives how many photos came back. Does nothing to one in use.

    All in one transaction: half a library would publish half a catalogue over the whole one.
    """
    if photos.count(library) or meta.get(library, "generation"):
        return 0
    try:
        published = Catalogue(home.catalogue)
    except CatalogueUnreadable:
        return 0
    restored = 0
    with closing(published), library.transaction() as db:
        for candidate in published.candidates():
            origin = published.origin(candidate.id)
            if origin:
                restored += _take(db, home, published.photo(candidate.id), origin)
        meta.put(db, "generation", str(published.generation))
    return restored


def _take(db: sqlite3.Connection, home: Home, entry: PhotoEntry, packed: bytes) -> bool:
    origin = msgspec.msgpack.decode(packed, type=Origin)
    display = _object(db, home, entry.display, origin.display_proof)
    if not display:
        return False
    original = entry.original is not None and _object(db, home, entry.original, origin.original_proof or "")
    server, _, asset = entry.key.partition(":")
    number = photos.upsert(
        db,
        server=server,
        asset=asset,
        facts=msgspec.msgpack.encode(_asset(entry, asset, origin)),
        content=origin.content,
        added=datetime.fromtimestamp(entry.added, UTC).isoformat(),
    )
    size = (entry.display_width, entry.display_height)
    photos.set_display(
        db, number, name=entry.display, content=origin.display_for, size=size, proof=origin.display_proof,
        etag=origin.display_etag,
    )  # fmt: skip
    if original:
        photos.set_original(
            db, number, name=entry.original, content=origin.original_for, proof=origin.original_proof,
            etag=origin.original_etag,
        )  # fmt: skip
    details = Details(tags=entry.tags, people=tuple(_people(entry.faces)))
    photos.set_details(db, number, details=msgspec.msgpack.encode(details), details_for=None)
    for album, place in entry.albums:
        memberships.put(db, album=album, photo=number, position=place, fingerprint=None)
        if album in origin.kept_in:
            memberships.keep_by_hand(db, album=album, assets=(asset,))
    return True


def _object(db: sqlite3.Connection, home: Home, name: str, proof: str) -> bool:
    try:
        found = home.object_path(name).stat()
    except OSError:
        return False
    row = ObjectRow(name=name, bytes=found.st_size, mtime_ns=found.st_mtime_ns, proof=proof, checked_at="")
    objects.put(db, row)
    return True


def _people(faces: tuple[FaceEntry, ...]) -> list[PersonInPhoto]:
    people: dict[str, PersonInPhoto] = {}
    for number, face in enumerate(faces):
        key = face.person_key or f":{number}"
        boxes = (Face(*face.box),) if face.box is not None else ()
        known = people.get(key)
        if known is not None:
            people[key] = msgspec.structs.replace(known, faces=known.faces + boxes)
            continue
        id_ = key.partition(":")[2]
        people[key] = PersonInPhoto(id=id_, name=face.name, birth_date=face.birth_date, faces=boxes)
    return list(people.values())


def _asset(entry: PhotoEntry, asset: str, origin: Origin) -> Asset:
    """The facts as far as the catalogue has them; the next listing brings the rest."""
    taken = datetime.fromtimestamp(entry.taken or 0, UTC)
    local = datetime.fromisoformat(entry.local_time) if entry.local_time else taken.replace(tzinfo=None)
    return Asset(
        id=asset, owner_id=origin.owner_id, library_id=None, kind=Kind.IMAGE, file_name=entry.file_name,
        original_path="", checksum="", size_bytes=None, created_at=taken, modified_at=_EPOCH, updated_at=_EPOCH,
        local_time=local, zone=entry.zone, favourite=entry.favourite, trashed=False, offline=False,
        visibility=Visibility.TIMELINE, live_video_id="unknown" if entry.live else None, edited=False,
        thumbhash=entry.thumbhash,
        caption=entry.caption, rating=entry.rating, city=entry.city, state=entry.state, country=entry.country,
        latitude=entry.latitude, longitude=entry.longitude, make=entry.make, model=entry.model, lens=entry.lens,
    )  # fmt: skip
