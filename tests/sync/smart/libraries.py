"""Random libraries for a stand-in: photos without files, with everything that a rule can ask of them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.fakes.immich import Library
from tests.fakes.immich.model import Asset, Exif, Person, make_id

PEOPLE = ("Anna", "Ben", "Carl", "Dora")
TAGS = ("Trips", "Trips/Sea", "Trips/Sea/Night", "Work")
ALBUMS = ("Screens", "Best")
PLACES = (("Vienna", "Vienna", "Austria", 48.2085, 16.3721), ("Graz", "Styria", "Austria", 47.0707, 15.4395),
          ("Lima", "Lima", "Peru", -12.0464, -77.0428))  # fmt: skip
_NEWEST = datetime(2026, 11, 21, 12, tzinfo=UTC)


def empty_library(folder: Path) -> Library:
    """Everybody and every tag, and no photo."""
    library = Library(folder)
    for number, name in enumerate(PEOPLE):
        library.add_person(name, birth_date=f"19{80 + number}-0{number + 2}-29")
    library.add_person("")
    shy = library.add_person("Shy")
    shy.hidden = True
    for tag in TAGS:
        library.add_tag(tag)
    for name in ALBUMS:
        library.add_album(name)
    return library


def person(library: Library, name: str) -> Person:
    return next(one for one in library.people.values() if one.name == name)


def add(library: Library, name: str, *people: str, taken: datetime = _NEWEST, **facts: object) -> Asset:
    """A photo of these people."""
    moment = int(taken.timestamp() * 1000)
    values: dict[str, object] = {
        "id": make_id("smart", name), "owner_id": library.me.id, "name": name, "path": f"/data/{taken:%Y}/{name}",
        "checksum": f"sum {name}", "taken_ms": moment, "original": None, "width": 4000, "height": 3000,
        "stored_width": 4000, "stored_height": 3000, "modified_ms": moment,
    }  # fmt: skip
    asset = library.add_asset(Asset(**(values | facts)))  # type: ignore[arg-type]
    for one in people:
        library.add_face(asset, person(library, one), (1, 1, 9, 9))
    return asset


def random_library(folder: Path, seed: int, *, photos: int = 60) -> Library:
    """The same for the same seed."""
    chance = random.Random(seed)
    library = empty_library(folder)
    everybody = list(library.people.values())
    for number in range(photos):
        # Some share a moment to the millisecond, many their calendar day with today.
        taken = _NEWEST - chance.choice((timedelta(days=chance.randrange(3000)), timedelta(days=365.25 * number // 9),
                                         timedelta(days=chance.randrange(40)), timedelta(0)))  # fmt: skip
        city, state, country, latitude, longitude = chance.choice(PLACES)
        exif = Exif(
            chance.choice(("Canon", "Apple", None)), chance.choice(("EOS R6", "iPhone 14")), None, city=city,
            state=state, country=country, latitude=latitude, longitude=longitude,
            orientation=chance.choice((None, "1", "6")), projection=chance.choice((None, None, "EQUIRECTANGULAR")),
        ) if chance.random() < 0.8 else Exif()  # fmt: skip
        stored = chance.choice(((4000, 3000), (1000, 1000), (6000, 2000)))
        turned = stored[::-1] if exif.orientation == "6" else stored
        asset = add(
            library, chance.choice(("IMG", "DSC", "PXL")) + f"_{number:04d}.jpg", taken=taken, exif=exif,
            kind=chance.choice(("IMAGE", "IMAGE", "IMAGE", "VIDEO")), rating=chance.choice((None, 1, 3, 4, 5)),
            favourite=chance.random() < 0.3, description=chance.choice(("", "at the beach", "Über den Wolken")),
            visibility=chance.choice(("timeline",) * 6 + ("archive", "hidden", "locked")),
            trashed=chance.random() < 0.1, offset_minutes=chance.choice((0, 120, -600, 840)),
            live_video_id=make_id("motion", number) if chance.random() < 0.2 else None,
            tag_ids=tuple(tag.id for tag in library.tags.values() if chance.random() < 0.15),
            stored_width=stored[0], stored_height=stored[1], width=turned[0], height=turned[1],
        )  # fmt: skip
        for someone in chance.sample(everybody, chance.choice((0, 0, 1, 1, 2, 3))):
            library.add_face(asset, someone, (1, 1, 9, 9))
        for album in library.albums.values():
            if chance.random() < 0.3:
                album.asset_ids[asset.id] = None
    library.changed()
    return library
