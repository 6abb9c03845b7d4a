"""Roots: folders of originals that write-back may touch, and how it writes. Part of tree.py.

Where a folder cannot work, sync/writeback says why when it is set and when a run begins.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct


class Module(StrEnum):
    """What write-back writes of what Immich knows."""

    PEOPLE = "people"
    GPS = "gps"
    CAPTION = "caption"
    TIME = "time"
    RATING = "rating"
    FAVOURITE = "favourite"
    ALBUMS = "albums"
    TAGS = "tags"
    FACES = "faces"


class Where(StrEnum):
    """Where write-back writes."""

    FILE = "file"
    SIDECAR = "sidecar"
    BOTH = "both"


class Owner(StrEnum):
    """Whether a file may change its owner by being replaced."""

    KEEP = "keep"
    """Where it would, a sidecar is written beside it."""
    ANY = "any"


class Root(Struct, frozen=True, kw_only=True):
    """A folder of originals that write-back may touch, and how Immich calls it."""

    name: Annotated[str, Meta(min_length=1)]
    server: str = ""
    prefix: str = ""
    """How Immich's paths of these originals begin: `/usr/src/app/external/photos`."""
    folder: str = ""
    """The same folder on this machine."""
    modules: tuple[Module, ...] = (Module.PEOPLE, Module.GPS, Module.CAPTION, Module.TIME, Module.RATING)
    where: Where | None = None
    """None: into the file for external libraries, into a sidecar for what was uploaded to Immich."""
    owner: Owner = Owner.KEEP
    keep_mtime: bool = False
    """Files keep their time; Immich is asked to read them again."""
    backup_gb: Annotated[float, Meta(ge=0, le=1_000_000)] = 0
    """Space for copies of originals as they were before the first write; 0 keeps none."""
    backup_folder: str = ""
    """Where these copies lie; empty is the data folder of mantelpiece."""
    caption_limit: Annotated[int, Meta(ge=1, le=60000)] = 2000
    """Longest caption, in characters."""
    favourite_as_rating: bool = False
    """A favourite without stars gets five."""
    interval_hours: Annotated[float, Meta(ge=1, le=720)] = 24
    paused: bool = False
