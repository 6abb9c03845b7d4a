"""Immich's answers as it sends them, typed: only the keys that we use, each of them required.

A missing, null, renamed or retyped key, and an unknown kind or visibility, is SchemaDrift with the key's path. Keys
that we do not use may come and go. Where versions differ there is a struct for each;
shapes.py says whose it is, and decoding.py fills it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from sync.immich.facts import Kind, Visibility

Id = Annotated[str, Meta(min_length=1)]
Instant = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]
"""What JavaScript counts with; more would fit into no table."""


class _Wire(Struct, rename="camel", gc=False):
    """No cycles can come of JSON, and 100,000 of these must not keep the collector busy."""


class Exif(_Wire):
    make: str | None
    model: str | None
    file_size_in_byte: Whole | None
    time_zone: str | None
    lens_model: str | None
    latitude: float | None
    longitude: float | None
    city: str | None
    state: str | None
    country: str | None
    description: str | None
    rating: Whole | None


class Box(_Wire):
    image_width: Whole
    image_height: Whole
    bounding_box_x1: Whole
    bounding_box_y1: Whole
    bounding_box_x2: Whole
    bounding_box_y2: Whole


class Person(_Wire):
    id: Id
    name: str
    birth_date: str | None
    is_hidden: bool


class PersonBoxed(Person):
    """1.x and 2.x: boxes come with the person."""

    faces: list[Box]


class FaceOfPerson(Box):
    """GET /faces."""

    person: Person | None


class _Core(_Wire):
    id: Id
    owner_id: Id
    library_id: str | None
    type: Kind
    original_file_name: str
    original_path: str
    checksum: Id
    file_created_at: Instant
    file_modified_at: Instant
    updated_at: Instant
    local_date_time: Instant
    is_favorite: bool
    is_trashed: bool
    is_offline: bool
    visibility: Visibility
    live_photo_video_id: str | None
    thumbhash: str | None


class AssetOld(_Core):
    """Before 2.7: nothing is edited, or this version does not say so."""

    people: list[PersonBoxed]
    exif_info: Exif | None = None
    """Missing for one whose metadata could not be read; that all of an album miss it is drift (see albums.py)."""
    is_edited: bool = False
    width: Whole | None = None
    height: Whole | None = None


class Asset27(_Core):
    people: list[PersonBoxed]
    is_edited: bool
    width: Whole | None
    height: Whole | None
    exif_info: Exif | None = None


class Asset3(_Core):
    exif_info: Exif
    people: list[Person]
    is_edited: bool
    width: Whole | None
    height: Whole | None


AnyAsset = AssetOld | Asset27 | Asset3


class AssetId(_Wire):
    id: Id


class Named(_Wire):
    id: Id
    name: str


class Tag(_Wire):
    value: str


class ListedTag(Tag):
    id: Id


class StackRef(_Wire):
    primary_asset_id: Id


class WholeOld(AssetOld, kw_only=True):
    """GET /assets/{id}."""

    tags: list[Tag]
    stack: StackRef | None


class Whole27(Asset27, kw_only=True):
    tags: list[Tag]
    stack: StackRef | None


class Whole3(Asset3, kw_only=True):
    tags: list[Tag]
    stack: StackRef | None


class AlbumUser(_Wire):
    user: AssetId
    role: str


class AlbumCore(_Wire):
    id: Id
    album_name: str
    description: str
    album_thumbnail_asset_id: str | None
    updated_at: Instant
    asset_count: Count
    shared: bool


class Album12(AlbumCore):
    owner_id: Id


class Album3(AlbumCore):
    album_users: list[AlbumUser]


class EmbeddedOld(Album12):
    """An album with its assets, as 1.x and 2.x give it; decoded with only the last of them inside."""

    assets: list[AssetOld]


class Embedded27(Album12):
    assets: list[Asset27]


class _Page(_Wire):
    next_page: str | None


class ItemsOld(_Page):
    items: list[AssetOld]


class Items27(_Page):
    items: list[Asset27]


class Items3(_Page):
    items: list[Asset3]


class FoundOld(_Wire):
    assets: ItemsOld


class Found27(_Wire):
    assets: Items27


class Found3(_Wire):
    assets: Items3


class ItemIds(_Wire):
    items: list[AssetId]


class FoundIds(_Wire):
    assets: ItemIds


class Total(_Wire):
    total: Count


class Stack(_Wire):
    primary_asset_id: Id
    assets: list[AssetId]


class Month(_Wire):
    time_bucket: Id
    count: Count


class Bucket(_Wire):
    id: list[Id]


class BucketStacked(_Wire):
    id: list[Id]
    stack: list[list[Any] | None]


class Memory(_Wire):
    assets: list[AssetId]


class PeoplePage(_Wire):
    people: list[Person]
    has_next_page: bool


class MarkedPerson(Person):
    updated_at: Instant


class MarkedPeople(_Wire):
    people: list[MarkedPerson]
    has_next_page: bool


class Link(_Wire):
    type: str
    allow_download: bool
    show_metadata: bool
    album: AssetId | None = None


class ServerVersion(_Wire):
    major: Count
    minor: Count
    patch: Count


class Config(_Wire):
    maintenance_mode: bool = False
    """Said from 2.3 on."""


class Me(_Wire):
    id: Id
    name: str
    is_admin: bool


class KeyOfMine(_Wire):
    permissions: list[str]
