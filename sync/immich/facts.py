"""What we know of Immich's things, the same for all its versions: plain frozen data, no HTTP.

Made by the readers in this package, used by mirror, smart, writeback and ingest.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from sync.settings.tree import Source


class Kind(StrEnum):
    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"
    OTHER = "OTHER"


class Visibility(StrEnum):
    TIMELINE = "timeline"
    ARCHIVE = "archive"
    HIDDEN = "hidden"
    LOCKED = "locked"


class Face(Struct, frozen=True, gc=False):
    """A box as fractions of the upright picture (edited, where it is edited), from its top left."""

    x1: float
    y1: float
    x2: float
    y2: float


class PersonInPhoto(Struct, frozen=True, kw_only=True, gc=False):
    id: str
    name: str
    birth_date: str | None = None
    hidden: bool = False
    faces: tuple[Face, ...] = ()


class Asset(Struct, frozen=True, kw_only=True, gc=False):
    """One asset as the server lists it. (Holds nothing that could form a cycle: 100,000 need no collector.)"""

    id: str
    owner_id: str
    library_id: str | None
    kind: Kind
    file_name: str
    original_path: str
    checksum: str
    """Base64 SHA-1: of the bytes at upload time, or of the path where `library_id` is set."""
    size_bytes: int | None
    """As the metadata says; may be old."""
    created_at: datetime
    """When it was taken, an instant in UTC."""
    modified_at: datetime
    updated_at: datetime
    local_time: datetime
    """When it was taken, on the wall clocks of that place (naive)."""
    zone: str | None
    favourite: bool
    trashed: bool
    offline: bool
    visibility: Visibility
    live_video_id: str | None
    edited: bool
    thumbhash: str | None
    width: int | None = None
    height: int | None = None
    caption: str | None = None
    rating: int | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    people: tuple[PersonInPhoto, ...] = ()
    stack_primary_id: str | None = None
    """The primary of its stack; None where it is in no stack."""


class Found(Struct, frozen=True, kw_only=True, gc=False):
    """What a search lists, and what only rules of smart albums ask of it; see sync/immich/find.py."""

    asset: Asset
    width: int = 0
    """Upright pixels; 0 where they were not asked for, or are not known."""
    height: int = 0
    panorama: bool = False
    """A sphere, or at least twice as wide as high."""
    keys: dict[str, Any] = {}
    """The top-level keys of Immich's own answer that were asked for."""


class AlbumInfo(Struct, frozen=True, kw_only=True):
    """An album without its assets."""

    id: str
    name: str
    owner_id: str
    owned: bool
    asset_count: int
    updated_at: datetime
    description: str = ""
    cover_asset_id: str | None = None


class AlbumDress(Struct, frozen=True, kw_only=True):
    """What an album's owner may choose for it, beside what is in it."""

    description: str
    order: str
    """asc or desc; empty where the server does not say."""
    cover_asset_id: str | None
    roles: dict[str, str]
    """Role (viewer, editor, owner) by user id."""


class TagInfo(Struct, frozen=True):
    id: str
    path: str
    """With its parents: `Places/Vienna`."""


class Version(Struct, frozen=True, order=True):
    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class Probe(Struct, frozen=True, kw_only=True):
    """Whom a key belongs to and what it may do; None where this version cannot tell."""

    version: Version
    user_id: str | None
    user_name: str | None
    admin: bool | None
    permissions: tuple[str, ...] | None
    """Immich's own names; `('all',)` is everything; None on 1.x, which cannot tell."""
    missing: tuple[tuple[str, str], ...] = ()
    """Permission and what will not work without it."""


class Details(Struct, frozen=True, kw_only=True):
    """What a listing does not tell of one asset."""

    tags: tuple[str, ...]
    """Full paths of tags, `Places/Vienna`, sorted."""
    people: tuple[PersonInPhoto, ...]
    """Everybody in the picture, with face boxes where the key may read them."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What to list: a source on one server."""

    source: Source
    id: str = ""
    """Immich's id of the album or person; empty for the other sources."""
    archived: bool = False
    """Whole library, person, favourites: list what is archived too. (Albums, links and memories list everything.)"""
    partners: bool = False
    """Whole library, person, favourites: keep what a partner owns."""
    on: date | None = None
    """Memories: the day they are for."""


class Downloaded(Struct, frozen=True, kw_only=True):
    """What arrived in a file; proved only by its length, unless the caller compares the hash."""

    sha1: str
    """In hex, of the bytes written."""
    bytes: int
    announced: int | None
    """Content-Length; None where the server gave none (then nothing but the hash proves that all is there)."""
    etag: str | None
