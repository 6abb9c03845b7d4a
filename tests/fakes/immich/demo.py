"""The library of `make demo`: photographs worth looking at, over several years, in albums, with people and places."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from tests.fakes.immich import dates
from tests.fakes.immich.library import Library
from tests.fakes.immich.model import Asset
from tests.fakes.immich.photos import Photo, add_photo, file_key, write_files
from tests.fakes.immich.pictures import sample_photos

_BORN = {"Anna": "1991-05-06", "Ben": "1989-11-23", "Mia": "2018-02-14", "Grandma Erna": "1942-09-01"}


def demo_library(folder: Path, *, megapixels: float = 2.5) -> Library:
    """Albums "Holidays", "Family", "Best of" and "Empty"; drawn once, found again in `folder`."""
    library = Library(folder)
    people = {name: library.add_person(name, birth_date=born) for name, born in _BORN.items()}
    made: list[tuple[str, Asset]] = []
    samples = sample_photos(megapixels=megapixels)
    _draw_ahead(library, [photo for _, photo in samples])
    for sample, photo in samples:
        asset = add_photo(library, photo)
        made.append((sample.album, asset))
        for place, name in enumerate(sample.people):
            left = round(asset.width * (0.35 + 0.2 * place))
            side = round(asset.height * 0.16)
            top = round(asset.height * 0.55)
            library.add_face(asset, people[name], (left, top, left + side, top + side))
            people[name].thumbnail = people[name].thumbnail or asset.thumbnail
        if photo.exif.city:
            tag = library.add_tag(f"Places/{photo.exif.country}")
            asset.tag_ids = (tag.id,)
    for name, words in (("Holidays", "Where we have been"), ("Family", "At home")):
        library.add_album(name, [asset for album, asset in made if album == name], description=words)
    library.add_album("Best of", [asset for _, asset in made if asset.favourite])
    library.add_album("Empty")
    for album, asset in made:
        if album == "Holidays":
            year, month, day = _day(asset)
            library.add_memory(year, (month, day), [asset])
    return library


def _draw_ahead(library: Library, photos: list[Photo]) -> None:
    """Draw what is not there yet on all processors; it takes about a second each."""
    keys = [file_key(photo, library.me) for photo in photos]
    missing = [key for key in keys if not (library.folder / f"{key}-thumb.webp").exists()]
    if not missing:
        return
    print(f"drawing {len(missing)} sample photographs …", file=sys.stderr, flush=True)
    with ProcessPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(write_files, photos, repeat(library.folder), keys))


def _day(asset: Asset) -> tuple[int, int, int]:
    """Year, month and day on which it was taken, by the clock of the place."""
    text = dates.top(asset.local_ms)
    return int(text[:4]), int(text[5:7]), int(text[8:10])
