"""Immich's answers as it sends them, typed: only the keys that we use, each of them required.

A missing, null, renamed or retyped key, and an unknown kind or visibility, is SchemaDrift with the key's path. Keys
that we do not use may come and go. Where versions differ there is a struct for each.
"""

from __future__ import annotations

import re
import threading
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from sync.errors import SchemaDrift
from sync.immich.facts import Kind, Version, Visibility

Id = Annotated[str, Meta(min_length=1)]
Instant = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]
"""What JavaScript counts with; more would fit into no table."""
T = TypeVar("T")


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


class _Box(_Wire):
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

    faces: list[_Box]


class FaceOfPerson(_Box):
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


class _AlbumCore(_Wire):
    id: Id
    album_name: str
    description: str
    album_thumbnail_asset_id: str | None
    updated_at: Instant
    asset_count: Count
    shared: bool


class Album12(_AlbumCore):
    owner_id: Id


class Album3(_AlbumCore):
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


class Shapes(Struct, frozen=True):
    """How one version answers."""

    found: type[FoundOld | Found27 | Found3]
    whole: type[WholeOld | Whole27 | Whole3]
    embedded: type[EmbeddedOld | Embedded27] | None
    """An album with its assets; None where the album has none and a search lists them."""
    item: type[AnyAsset]
    album: type[Album12 | Album3]


def shapes_of(version: Version) -> Shapes:
    """The shapes of that version; a newer one than is known answers as the newest known, or drifts."""
    if version.major >= 3:
        return Shapes(Found3, Whole3, None, Asset3, Album3)
    if version >= Version(2, 7, 0):
        return Shapes(Found27, Whole27, Embedded27, Asset27, Album12)
    return Shapes(FoundOld, WholeOld, EmbeddedOld, AssetOld, Album12)


_MISSING = re.compile(r"Object missing required field `([^`]+)`")
_PATH = re.compile(r" - at `\$\.?([^`]*)`")


def decode(body: bytes, kind: type[T], *, what: str) -> T:
    """The answer as `kind`. Raises SchemaDrift, which names the key, and for what is no JSON at all too."""
    try:
        return decode_dated(decoder(kind), body)
    except msgspec.ValidationError as error:
        raise drift(error, what=what) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SchemaDrift(f"The server's answer for {what} is not JSON.", field="$") from None


_BEYOND = re.compile(rb'"([+-]\d{6}|0000)-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?"')


def decode_dated(found: msgspec.json.Decoder[T], body: bytes) -> T:
    """Decode; times before the year 1 or after 9999 become the first or last that there is.

    Programs write 0001:01:01 for no date at all, which in many zones is a time of the year before: one such photo
    must not hide its whole album. Raises what the decoder does.
    """
    try:
        return found.decode(body)
    except msgspec.ValidationError as error:
        if "RFC3339" not in str(error):
            raise
        return found.decode(_BEYOND.sub(_nearest, body))


def _nearest(time: re.Match[bytes]) -> bytes:
    return b'"9999-12-31T00:00:00Z"' if time[1].startswith(b"+") else b'"0001-01-02T00:00:00Z"'


_building = threading.Lock()
_built: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """The decoder of a type, built once; the only way to get one."""
    # msgspec crashes the process when two threads show it a new type at once.
    with _building:
        if kind not in _built:
            _built[kind] = msgspec.json.Decoder(kind)
        return _built[kind]


def drift(error: msgspec.ValidationError, *, what: str) -> SchemaDrift:
    """SchemaDrift from msgspec's complaint, without the value that it may quote."""
    text = str(error)
    path, missing = _PATH.search(text), _MISSING.search(text)
    parts = [path.group(1) if path else "", missing.group(1) if missing else ""]
    field = ".".join(part for part in parts if part) or "$"
    return SchemaDrift(f"The server's answer for {what} has no usable {field!r}.", field=field)
