"""Publishes the catalogue from the library's rows: only photos whose display copy is here, only what stays in an album.

Nothing is written unless the wall would notice. Coalesced: at once for the first photo, then after 20, then at most
every ten minutes, and at the end of a run. The catalogue also carries what a lost library is rebuilt from.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b

import msgspec

from sync import catalogue_writing
from sync.catalogue import AlbumEntry, Catalogue, FaceEntry, PhotoEntry
from sync.errors import CatalogueUnreadable
from sync.home import Home
from sync.immich.facts import PersonInPhoto
from sync.library import albums, meta, objects, shown
from sync.library.database import Library
from sync.library.photos import PhotoRow
from sync.mirror.restore import pack
from sync.settings.tree import Settings
from sync.work import Work

GENERATION = "generation"
"""Where the library keeps the number of the last publication."""
SOON = 20
SECONDS = 600.0


class Publisher:
    """Decides when; made once a run."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._first = _published_photos(work.home) == 0
        self._landed = 0
        self._last = work.clock.monotonic()
        self.published = False
        """Whether anything was published since this was made."""

    def landed(self, photos: int) -> None:
        """So many photos more are here; publishes when it is time."""
        self._landed += photos
        soon = self._first and (self._landed == photos or self._landed - photos < SOON <= self._landed)
        if soon or self._work.clock.monotonic() - self._last >= SECONDS:
            self.finish()

    def finish(self) -> bool:
        """Publish what the wall would notice; tells whether there was any."""
        self._last = self._work.clock.monotonic()
        published = publish(self._work.library, self._work.home, settings=self._work.settings)
        self.published |= published
        return published


def publish(library: Library, home: Home, *, settings: Settings) -> bool:
    """Publish, unless the published catalogue says the same. Tells whether it did."""
    entries = _albums(library, settings)
    signature = _signature(library, entries)
    published = _generation(home)
    if published is not None and meta.get(library, "published") == f"{published} {signature}":
        return False
    generation = max(published or 0, int(meta.get(library, GENERATION, "0"))) + 1
    photos = _photos(library, {entry.name for entry in entries})
    catalogue_writing.write(home.catalogue, generation=generation, albums=entries, photos=photos)
    counts = objects.count_albums(library)
    with library.transaction() as db:
        objects.keep_counts(db, counts)
        meta.put(db, GENERATION, str(generation))
        meta.put(db, "published", f"{generation} {signature}")
    return True


def entry_of(photo: PhotoRow, places: tuple[tuple[str, int], ...] = ()) -> PhotoEntry:
    """What the wall may know of a photo whose display copy is here."""
    asset = photo.asset_facts()
    details = photo.detail_facts()
    return PhotoEntry(
        key=photo.key,
        display=photo.display or "",
        display_width=photo.display_width or 0,
        display_height=photo.display_height or 0,
        original=photo.original,
        taken=int(asset.created_at.timestamp()),
        local_time=asset.local_time.isoformat(timespec="seconds"),
        zone=asset.zone,
        file_name=asset.file_name,
        caption=asset.caption,
        rating=asset.rating,
        favourite=asset.favourite,
        city=asset.city,
        state=asset.state,
        country=asset.country,
        latitude=asset.latitude,
        longitude=asset.longitude,
        make=asset.make,
        model=asset.model,
        lens=asset.lens,
        live=asset.live_video_id is not None,
        added=_seconds(photo.added),
        thumbhash=asset.thumbhash,
        faces=tuple(_faces(photo.server, details.people if details is not None else asset.people)),
        tags=details.tags if details is not None else (),
        albums=places,
    )


def _faces(server: str, people: tuple[PersonInPhoto, ...]) -> Iterator[FaceEntry]:
    for person in people:
        boxes = [(face.x1, face.y1, face.x2, face.y2) for face in person.faces]
        if person.hidden or not person.name:
            # Worth keeping in the picture, but nobody to speak of.
            yield from (FaceEntry(box=box) for box in boxes)
            continue
        known = FaceEntry(person_key=f"{server}:{person.id}", name=person.name, birth_date=person.birth_date)
        yield from [msgspec.structs.replace(known, box=box) for box in boxes] or [known]


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _albums(library: Library, settings: Settings) -> list[AlbumEntry]:
    """Albums in the order of the settings, then those that the settings lost but whose photos are still shown."""
    problems = {row.name: row.problem or "" for row in albums.every(library) if row.problem_lasts}
    named = [
        AlbumEntry(name=album.name, weight=album.weight, source=album.source, problem=problems.get(album.name, ""))
        for album in settings.albums
    ]
    names = {entry.name for entry in named}
    others = [name for name in shown.albums(library) if name not in names]
    return named + [AlbumEntry(name=name, problem=problems.get(name, "")) for name in others]


def _photos(library: Library, names: set[str]) -> Iterator[PhotoEntry]:
    for photo, places in shown.photos(library):
        entry = entry_of(photo, tuple((place.album, place.place) for place in places if place.album in names))
        kept_in = tuple(place.album for place in places if place.kept_by_hand)
        yield msgspec.structs.replace(entry, origin=pack(photo, kept_in))


def _signature(library: Library, entries: list[AlbumEntry]) -> str:
    state = blake2b(msgspec.json.encode(entries), digest_size=8)
    state.update(meta.get(library, "wall", "0").encode())
    return state.hexdigest()


def _generation(home: Home) -> int | None:
    try:
        published = Catalogue(home.catalogue)
    except CatalogueUnreadable:
        return None
    try:
        return published.generation
    finally:
        published.close()


def _published_photos(home: Home) -> int:
    try:
        published = Catalogue(home.catalogue)
    except CatalogueUnreadable:
        return 0
    try:
        return published.count
    finally:
        published.close()
