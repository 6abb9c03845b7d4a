"""Small libraries for tests: a dozen quick pictures in three albums, and a hundred thousand synthetic ones."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw

from tests.fakes.immich.library import Library
from tests.fakes.immich.model import Asset, Blob, Exif
from tests.fakes.immich.photos import Photo, add_photo, write_files

_START = datetime(2019, 3, 1, 9, 30, 15, tzinfo=UTC)
_CAMERA = Exif("Apple", "iPhone 14 Pro", "back camera 6.86mm f/1.78", 1.8, 24, 100, "1/120")


def quick_picture(seed: int, size: tuple[int, int] = (640, 480)) -> Callable[[], Image.Image]:
    """A two-coloured gradient with a few discs: cheap to draw, different for every seed."""

    def draw() -> Image.Image:
        chance = random.Random(seed)
        first, second = ((chance.randrange(256), chance.randrange(256), chance.randrange(256)) for _ in "ab")
        mask = Image.linear_gradient("L").resize(size)
        picture = Image.composite(Image.new("RGB", size, first), Image.new("RGB", size, second), mask)
        pencil = ImageDraw.Draw(picture)
        for _ in range(6):
            x, y, r = chance.randrange(size[0]), chance.randrange(size[1]), chance.randrange(8, 90)
            colour = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
            pencil.ellipse((x - r, y - r, x + r, y + r), fill=colour)
        return picture

    return draw


def noisy_picture(seed: int, size: tuple[int, int]) -> Callable[[], Image.Image]:
    """The same under grain, so that its JPEG is as large as a camera's (about 0.7 bytes a pixel)."""

    def draw() -> Image.Image:
        grain = Image.effect_noise(size, 40).convert("RGB")
        return Image.blend(quick_picture(seed, size)(), grain, 0.35)

    return draw


def quick_photo(seed: int, size: tuple[int, int] = (640, 480), **facts: object) -> Photo:
    """A photo of its own day and bytes; `facts` are further fields of Photo."""
    values: dict[str, object] = {
        "name": f"IMG_{seed:04d}.jpg",
        "draw": quick_picture(seed, size),
        "taken": (_START + timedelta(days=37 * seed, minutes=seed)).replace(tzinfo=None),
        "offset_minutes": 60,
        "exif": _CAMERA,
    }
    return Photo(**(values | facts))  # type: ignore[arg-type]


def sample_library(folder: Path, *, photos: int = 12, size: tuple[int, int] = (640, 480)) -> Library:
    """Albums "Holidays" (two thirds), "Family" (half, overlapping) and "Empty"; some people and a favourite."""
    library = Library(folder)
    assets = [add_photo(library, quick_photo(number, size)) for number in range(1, photos + 1)]
    library.add_album("Holidays", assets[: max(1, photos * 2 // 3)], description="By the sea")
    library.add_album("Family", assets[photos // 2 :])
    library.add_album("Empty")
    anna = library.add_person("Anna", birth_date="1991-05-06")
    for asset in assets[::4]:
        library.add_face(asset, anna, (100, 80, 220, 230))
        asset.description = f"Anna, picture {asset.name[4:8]}"
    anna.thumbnail = assets[0].preview
    assets[-1].favourite = True
    library.changed()
    return library


def synthetic_library(
    folder: Path,
    count: int,
    *,
    size: tuple[int, int] = (640, 480),
    noise: bool = False,
    templates: int = 4,
    distinct: bool = True,
) -> Library:
    """`count` assets in the album "Big", a hundredth of them in "Small" too, sharing a few template files.

    Each has bytes and a checksum of its own (a 16-byte tail after the picture's end), unless not `distinct`.
    """
    library = Library(folder)
    draw = noisy_picture if noise else quick_picture
    files = [
        write_files(quick_photo(9000 + n, size, draw=draw(9000 + n, size)), folder, f"model-{n}-{size[0]}-{noise}")
        for n in range(templates)
    ]
    states = [hashlib.sha1(original.read_bytes()) for original, _, _ in files]
    sizes = [original.stat().st_size for original, _, _ in files]
    start_ms, me = int(_START.timestamp() * 1000), library.me.id
    shared = [Exif("Canon", "EOS R6", "RF24-105mm", 2.8, 24.0 + n, 200, "1/120") for n in range(templates)]
    for number in range(count):
        which = number % templates
        original, preview, thumbnail = files[which]
        tail = b"%016d" % number if distinct else b""
        state = states[which].copy()
        state.update(tail)
        stamp = start_ms + number * 61_000
        name = f"{number:08x}-0000-4000-8000-{number:012x}"
        library.assets[name] = Asset(
            name, me, f"IMG_{number:06d}.jpg", f"/data/upload/{me}/{name}.jpg",
            base64.b64encode(state.digest()).decode(), stamp, Blob(original, tail, stamp),
            Blob(preview, tail, stamp), Blob(thumbnail, tail, stamp), "IMAGE", "image/jpeg", size[0], size[1],
            size[0], size[1], sizes[which] + len(tail), 0, stamp, stamp, stamp * 1000, shared[which],
        )  # fmt: skip
    library.changed()
    everything = list(library.assets.values())
    library.add_album("Big", everything)
    library.add_album("Small", everything[:: 100 if count >= 1000 else 3])
    return library
