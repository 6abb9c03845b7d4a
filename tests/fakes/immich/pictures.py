"""The sample photographs: which scene, how large, when and where it was taken, by which camera, with what words.

Each is drawn from its seed, so every start of the demo shows the same; `sample_photos` gives them as Photos that
`photos.add_photo` turns into assets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PIL import Image

from tests.fakes.immich import scenes_land as land
from tests.fakes.immich import scenes_night as night
from tests.fakes.immich import scenes_still as still
from tests.fakes.immich import scenes_water as water
from tests.fakes.immich.model import Exif
from tests.fakes.immich.photos import Photo

Draw = Callable[[tuple[int, int], int], Image.Image]
LANDSCAPE, PORTRAIT, SQUARE, PANORAMA, TINY = (3, 2), (2, 3), (1, 1), (4, 1), (0, 0)
CAMERAS = {
    "phone": Exif("Apple", "iPhone 14 Pro", "back triple camera 6.86mm f/1.78", 1.8, 24, 80, "1/350"),
    "pixel": Exif("Google", "Pixel 7", None, 1.9, 25, 60, "1/540"),
    "mirrorless": Exif("FUJIFILM", "X-T4", "XF35mm F2 R WR", 5.6, 35, 200, "1/250"),
    "canon": Exif("Canon", "Canon EOS R6", "RF24-105mm F4 L IS USM", 8.0, 50, 100, "1/125"),
}
# Latitude, longitude, city, state, country, minutes east of UTC.
PLACES: dict[str, tuple[float, float, str, str, str, int]] = {
    "Bled": (46.3684, 14.1146, "Bled", "Radovljica", "Slovenia", 120),
    "Grindelwald": (46.6242, 8.0414, "Grindelwald", "Bern", "Switzerland", 120),
    "Merzouga": (31.0992, -4.0117, "Merzouga", "Drâa-Tafilalet", "Morocco", 60),
    "Valensole": (43.8375, 5.9831, "Valensole", "Provence-Alpes-Côte d’Azur", "France", 120),
    "Göreme": (38.6431, 34.8289, "Göreme", "Nevşehir", "Türkiye", 180),
    "Lagos": (37.1028, -8.6730, "Lagos", "Faro", "Portugal", 60),
    "Rovinj": (45.0812, 13.6387, "Rovinj", "Istria", "Croatia", 120),
    "Skagen": (57.7209, 10.5839, "Skagen", "North Jutland", "Denmark", 120),
    "Tromsø": (69.6492, 18.9553, "Tromsø", "Troms", "Norway", 60),
    "La Palma": (28.6835, -17.7642, "Los Llanos de Aridane", "Canary Islands", "Spain", 60),
    "Chicago": (41.8781, -87.6298, "Chicago", "Illinois", "United States", -300),
    "Freiburg": (47.9990, 7.8421, "Freiburg", "Baden-Württemberg", "Germany", 120),
}


@dataclass(frozen=True)
class Sample:
    """One sample photograph; `shape` is a ratio, TINY is 240×160 pixels whatever the size asked for."""

    name: str
    draw: Draw
    seed: int
    shape: tuple[int, int]
    taken: datetime
    place: str | None
    camera: str
    words: str = ""
    album: str = "Holidays"
    people: tuple[str, ...] = ()
    orientation: int = 1
    profile: str = "srgb"
    rating: int | None = None
    favourite: bool = False

    def pixels(self, megapixels: float) -> tuple[int, int]:
        if self.shape == TINY:
            return (240, 160)
        width = (megapixels * 1_000_000 * self.shape[0] / self.shape[1]) ** 0.5
        return (round(width), round(width * self.shape[1] / self.shape[0]))

    def photo(self, megapixels: float) -> Photo:
        exif = CAMERAS[self.camera]
        offset = 60
        if self.place is not None:
            latitude, longitude, city, state, country, offset = PLACES[self.place]
            exif = Exif(
                exif.make, exif.model, exif.lens, exif.f_number, exif.focal_length_mm, exif.iso,
                exif.exposure_time, latitude, longitude, city, state, country,
            )  # fmt: skip
        draw = partial(self.draw, self.pixels(megapixels), self.seed)
        return Photo(
            self.name, draw, self.taken, offset, exif, self.words, self.orientation, self.profile,
            rating=self.rating, favourite=self.favourite,
        )  # fmt: skip


SAMPLES = (
    Sample("IMG_2019_0412.jpg", land.dusk_ridges, 11, LANDSCAPE, datetime(2019, 8, 14, 20, 11, 5), "Grindelwald",
           "phone", "Last light over the ridges", rating=5, favourite=True, profile="p3"),
    Sample("IMG_2019_0430.jpg", land.lake, 14, LANDSCAPE, datetime(2019, 8, 17, 20, 40, 31), "Bled", "phone",
           "The lake, an hour after the rain"),
    Sample("DSCF1207.jpg", land.morning_valley, 12, PORTRAIT, datetime(2020, 5, 9, 6, 2, 44), "Grindelwald",
           "mirrorless", "Up before everybody else", orientation=6),
    Sample("DSCF1311.jpg", land.forest_fog, 16, PORTRAIT, datetime(2020, 10, 25, 8, 15, 0), "Freiburg",
           "mirrorless", "Fog in the Black Forest", orientation=8),
    Sample("PXL_20210709_183011.jpg", land.lavender, 17, LANDSCAPE, datetime(2021, 7, 9, 20, 30, 11), "Valensole",
           "pixel", "Bees everywhere", rating=4),
    Sample("PXL_20210712_200502.jpg", water.sun_path, 11, LANDSCAPE, datetime(2021, 7, 12, 21, 5, 2), "Lagos",
           "pixel", "Anna swam out to the sun", people=("Anna",), favourite=True),
    Sample("PXL_20210713_204155.jpg", water.sailing, 12, LANDSCAPE, datetime(2021, 7, 13, 20, 41, 55), "Rovinj",
           "pixel", "Racing home"),
    Sample("_MG_3041.jpg", land.dunes, 15, LANDSCAPE, datetime(2022, 2, 22, 17, 20, 9), "Merzouga", "canon",
           "Erg Chebbi", rating=5),
    Sample("_MG_3055.jpg", night.milky_way, 11, PORTRAIT, datetime(2022, 8, 3, 1, 32, 50), "La Palma", "canon",
           "Thirty seconds, no moon"),
    Sample("IMG_2022_1188.jpg", land.balloons, 18, LANDSCAPE, datetime(2022, 9, 18, 6, 48, 20), "Göreme", "phone",
           "Grandma said she would never", people=("Grandma Erna", "Anna"), rating=5, favourite=True),
    Sample("IMG_2023_0077.jpg", water.aurora, 14, LANDSCAPE, datetime(2023, 1, 21, 22, 14, 8), "Tromsø", "phone",
           "It made no sound at all", profile="p3"),
    Sample("IMG_2023_0301.jpg", night.skyline, 12, LANDSCAPE, datetime(2023, 5, 30, 20, 55, 41), "Chicago", "phone",
           "Ben’s first week", people=("Ben",)),
    Sample("IMG_2023_0310.jpg", night.skyline, 31, PANORAMA, datetime(2023, 5, 31, 21, 2, 12), "Chicago", "phone",
           "From the boat"),
    Sample("DSCF2210.jpg", water.blue_hour, 13, LANDSCAPE, datetime(2023, 8, 11, 22, 3, 0), "Skagen", "mirrorless",
           "Where two seas meet"),
    Sample("DSCF2298.jpg", still.oranges, 11, LANDSCAPE, datetime(2023, 12, 6, 10, 30, 12), None, "mirrorless",
           "St Nicholas was here", album="Family"),
    Sample("DSCF2301.jpg", still.botanical, 12, PORTRAIT, datetime(2024, 3, 3, 15, 12, 40), None, "mirrorless",
           "Grandma’s herbarium", album="Family", people=("Grandma Erna",)),
    Sample("IMG_2024_0415.jpg", still.paper_sun, 13, SQUARE, datetime(2024, 4, 15, 11, 0, 0), None, "phone",
           "Made by Mia, 6", album="Family", people=("Mia",), rating=5, favourite=True),
    Sample("IMG_2024_0902.jpg", land.moonrise, 13, LANDSCAPE, datetime(2024, 9, 2, 21, 30, 33), "Grindelwald",
           "phone", "The moon came up behind us", album="Family"),
    Sample("IMG_2024_0910.jpg", land.dusk_ridges, 41, PANORAMA, datetime(2024, 9, 10, 19, 45, 1), "Grindelwald",
           "phone", "All of it", album="Family"),
    Sample("IMG_2025_0606.jpg", water.sun_path, 33, PORTRAIT, datetime(2025, 6, 6, 21, 20, 7), "Lagos", "phone",
           "Ten years, same beach", album="Family", people=("Anna", "Ben"), favourite=True),
    Sample("scan-1987.jpg", land.lake, 22, TINY, datetime(1987, 7, 1, 12, 0, 0), None, "canon",
           "A very small scan", album="Family"),
)  # fmt: skip


def sample_photos(*, megapixels: float = 2.5) -> list[tuple[Sample, Photo]]:
    """Every sample with its photo, not yet drawn."""
    return [(sample, sample.photo(megapixels)) for sample in SAMPLES]
