"""What a stand-in library holds: users, keys, assets, albums, people, tags, stacks, memories, links.

Plain mutable records without any HTTP or version in them: the same library is served as 1.135, 2.7 and 3.1.
Times are integers: milliseconds since the epoch in UTC, `updated_us` in microseconds as the database keeps it.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

ALL = ("all",)


def make_id(kind: str, number: int | str) -> str:
    """A version-4 shaped UUID that is the same in every run for the same kind and number."""
    digest = hashlib.sha256(f"{kind}:{number}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def path_checksum(original_path: str) -> str:
    """What Immich calls the checksum of an external-library asset: a hash of its path, not of its bytes."""
    return base64.b64encode(hashlib.sha1(f"path:{original_path}".encode()).digest()).decode()


@dataclass(slots=True)
class Blob:
    """Bytes the server sends: a file, and a short tail that makes copies of one file distinct.

    `modified_ms` overrides the file's own time in Last-Modified and ETag.
    """

    path: Path
    tail: bytes = b""
    modified_ms: int | None = None

    def size_bytes(self) -> int:
        return self.path.stat().st_size + len(self.tail)

    def read(self) -> bytes:
        return self.path.read_bytes() + self.tail

    def etag(self) -> str:
        stat = self.path.stat()
        modified_ms = self.modified_ms if self.modified_ms is not None else stat.st_mtime_ns // 1_000_000
        return f'W/"{stat.st_size + len(self.tail):x}-{modified_ms:x}"'

    def checksum(self) -> str:
        """Base64 SHA-1 of the bytes, as Immich gives it for uploads."""
        return base64.b64encode(hashlib.sha1(self.read()).digest()).decode()


@dataclass(slots=True, frozen=True)
class Exif:
    """Camera facts; frozen, so that a hundred thousand synthetic assets can share a few."""

    make: str | None = None
    model: str | None = None
    lens: str | None = None
    f_number: float | None = None
    focal_length_mm: float | None = None
    iso: int | None = None
    exposure_time: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    zone: str | None = "UTC"
    orientation: str | None = None
    projection: str | None = None


@dataclass(slots=True)
class Face:
    """A box in pixels of an image of the given size; upright for faces from metadata."""

    id: str
    person_id: str | None
    box: tuple[int, int, int, int]
    image_width: int
    image_height: int
    source: str = "machine-learning"


@dataclass(slots=True)
class Asset:
    id: str
    owner_id: str
    name: str
    path: str
    checksum: str
    taken_ms: int
    original: Blob | None
    preview: Blob | None = None
    thumbnail: Blob | None = None
    kind: str = "IMAGE"
    mime: str = "image/jpeg"
    width: int = 0
    height: int = 0
    stored_width: int = 0
    stored_height: int = 0
    size_bytes: int = 0
    offset_minutes: int = 0
    modified_ms: int = 0
    created_ms: int = 0
    updated_us: int = 0
    exif: Exif = field(default_factory=Exif)
    description: str = ""
    rating: int | None = None
    favourite: bool = False
    visibility: str = "timeline"
    trashed: bool = False
    offline: bool = False
    edited: bool = False
    edited_original: Blob | None = None
    edited_preview: Blob | None = None
    library_id: str | None = None
    live_video_id: str | None = None
    content_id: str | None = None
    duration_ms: int | None = None
    stack_id: str | None = None
    tag_ids: tuple[str, ...] = ()
    faces: tuple[Face, ...] = ()

    @property
    def local_ms(self) -> int:
        return self.taken_ms + self.offset_minutes * 60_000


@dataclass(slots=True)
class User:
    id: str
    name: str
    email: str
    admin: bool = False
    colour: str = "primary"
    created_us: int = 1_700_000_000_000_000


@dataclass(slots=True)
class Key:
    id: str
    secret: str
    user_id: str
    name: str
    permissions: tuple[str, ...] = ALL
    created_ms: int = 1_700_000_000_000


@dataclass(slots=True)
class Album:
    id: str
    owner_id: str
    name: str
    asset_ids: dict[str, None] = field(default_factory=dict)
    description: str = ""
    shared_with: dict[str, str] = field(default_factory=dict)
    order: str = "desc"
    created_us: int = 0
    updated_us: int = 0
    thumbnail_id: str | None = None
    wrong_count: int | None = None


@dataclass(slots=True)
class Person:
    id: str
    owner_id: str
    name: str
    birth_date: str | None = None
    hidden: bool = False
    favourite: bool = False
    colour: str | None = None
    thumbnail: Blob | None = None
    updated_us: int = 0


@dataclass(slots=True)
class Tag:
    id: str
    owner_id: str
    value: str
    parent_id: str | None = None
    colour: str | None = None
    created_us: int = 0
    updated_us: int = 0


@dataclass(slots=True)
class Stack:
    id: str
    owner_id: str
    primary_id: str
    asset_ids: list[str]


@dataclass(slots=True)
class Memory:
    id: str
    owner_id: str
    year: int
    month_day: tuple[int, int]
    asset_ids: list[str]
    created_ms: int = 0


@dataclass(slots=True)
class SharedLink:
    id: str
    key: str
    user_id: str
    album_id: str | None
    asset_ids: list[str] = field(default_factory=list)
    allow_download: bool = True
    show_metadata: bool = True
    created_ms: int = 0
    password: str | None = None


@dataclass(slots=True)
class ExternalLibrary:
    id: str
    owner_id: str
    name: str
    import_paths: list[str]
    exclusions: list[str] = field(default_factory=list)
    created_ms: int = 0


@dataclass(slots=True)
class Partner:
    """`sharer_id` shows all photos to `viewer_id`; in the viewer's timeline when so chosen."""

    sharer_id: str
    viewer_id: str
    in_timeline: bool = False
