"""Sample catalogues with real objects, for tests of the frame that need no sync: `make(home, count=…)`."""

from __future__ import annotations

import io
from hashlib import sha1

from PIL import Image

from sync.catalogue import AlbumEntry, FaceEntry, PhotoEntry
from sync.catalogue_writing import write
from sync.home import Home


def colour_of(number: int) -> tuple[int, int, int]:
    """The colour that fills sample photo `number`, so that a test can tell pictures apart by their pixels."""
    return (37 * number + 40) % 200 + 20, (91 * number + 10) % 200 + 20, (53 * number + 90) % 200 + 20


def add_object(home: Home, content: bytes, ext: str) -> str:
    """Put bytes among the objects; gives their object name."""
    name = f"{sha1(content).hexdigest()}.{ext}"
    path = home.object_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return name


def jpeg(size: tuple[int, int], colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def photo(home: Home, number: int, *, size: tuple[int, int] = (320, 240), album: str = "Sample") -> PhotoEntry:
    """A plain photo `number`, taken one day after the one before it."""
    return PhotoEntry(
        key=f"home:asset-{number:05d}",
        display=add_object(home, jpeg(size, colour_of(number)), "jpg"),
        display_width=size[0],
        display_height=size[1],
        taken=1_500_000_000 + 86_400 * number,
        local_time="2017-07-14T04:40:00",
        file_name=f"IMG_{number:04d}.JPG",
        city="Vienna",
        country="Austria",
        faces=(FaceEntry(person_key="home:p1", name="Anna", birth_date="1990-05-06", box=(0.4, 0.2, 0.5, 0.4)),),
        tags=("Holiday",),
        albums=((album, number),),
    )


def make(home: Home, *, count: int = 5, generation: int = 1, weight: float = 1.0) -> list[PhotoEntry]:
    """Publish one album of `count` photos; gives its entries."""
    home.published.mkdir(parents=True, exist_ok=True)
    photos = [photo(home, number) for number in range(count)]
    write(home.catalogue, generation=generation, albums=[AlbumEntry(name="Sample", weight=weight)], photos=photos)
    return photos
