"""Everything that Immich knows about one asset and that may be written into its file. Plain frozen data.

Made by the gatherer, read by changes.py. `None` is "not known now": what such a fact would have written stays as it
is. An empty tuple or an empty text is knowledge: "nobody", "no caption".
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class FaceBox(Struct, frozen=True):
    """One face as fractions of the upright picture, from its top left."""

    name: str
    x1: float
    y1: float
    x2: float
    y2: float


class Knowledge(Struct, frozen=True, kw_only=True):
    people: tuple[str, ...] | None = None
    """Names of everybody in the picture who has one."""
    latitude: float | None = None
    longitude: float | None = None
    """Degrees, south and west negative; Immich does not know the altitude, so it is never written."""
    city: str | None = None
    state: str | None = None
    country: str | None = None
    caption: str | None = None
    """Empty where Immich has none."""
    local_time: datetime | None = None
    """When it was taken, on the clocks of that place: naive, with its milliseconds."""
    offset_minutes: int | None = None
    """Of those clocks from UTC; None where Immich does not know the zone."""
    rating: int | None = None
    """1 to 5, -1 for rejected; None or 0 where it is unrated."""
    favourite: bool = False
    albums: tuple[str, ...] | None = None
    """Names of the albums; None where what is known of them is too old to be written."""
    tags: tuple[str, ...] | None = None
    """Full paths, `Places/Vienna`."""
    faces: tuple[FaceBox, ...] | None = None
    edited: bool = False
    """Immich shows an edited picture: its boxes are of that one, not of the file."""
