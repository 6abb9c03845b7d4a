"""Inboxes: folders whose photos become assets, and what becomes of each group of files. Part of tree.py.

Where a value cannot work (a template, a folder), sync/ingest says why when it is set and when a run begins.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct


class Way(StrEnum):
    """How files become assets."""

    LIBRARY = "library"
    """They stay on the disk, in a folder that an external library of Immich scans; needs an admin's key."""
    UPLOAD = "upload"
    """They go up to Immich; any key."""


class After(StrEnum):
    """What becomes of an uploaded file, once the server has confirmed the same bytes."""

    KEEP = "keep"
    MOVE = "move"
    DELETE = "delete"


class Size(StrEnum):
    """icloudpd's names for the forms of one photo."""

    ORIGINAL = "original"
    ADJUSTED = "adjusted"
    ALTERNATIVE = "alternative"
    MEDIUM = "medium"
    THUMB = "thumb"


class LiveSize(StrEnum):
    """icloudpd's sizes of a live photo's video; its third one, thumb, ends it with an error."""

    ORIGINAL = "original"
    MEDIUM = "medium"


class Naming(StrEnum):
    """How icloudpd keeps files of one name apart."""

    SUFFIXED = "name-size-dedup-with-suffix"
    ID7 = "name-id7"


class AlignRaw(StrEnum):
    """Which of RAW and JPEG icloudpd calls the original."""

    AS_IS = "as-is"
    ORIGINAL = "original"
    ALTERNATIVE = "alternative"


_Seconds = Annotated[float, Meta(ge=0, le=604_800)]
_Count = Annotated[int, Meta(ge=0, le=1_000_000)]


class Icloudpd(Struct, frozen=True, kw_only=True):
    """What icloudpd downloads into an inbox; its fields are icloudpd's options."""

    account: str = ""
    """The Apple account's address; empty: icloudpd is not run from here."""
    sizes: tuple[Size, ...] = (Size.ORIGINAL, Size.ADJUSTED)
    live: bool = True
    live_size: LiveSize = LiveSize.ORIGINAL
    album: tuple[str, ...] = ()
    """Only these albums of iCloud; empty: everything."""
    library: str = "PrimarySync"
    """Which of iCloud's libraries; shared ones have other names."""
    videos: bool = True
    interval_hours: Annotated[float, Meta(ge=1, le=168)] = 6
    recent_days: _Count = 0
    """Only photos taken in so many days; 0: all."""
    until_found: _Count = 0
    """End after so many photos in a row that are already here; 0: look at all, so that edits and favourites of old
    photos are seen too."""
    folder_structure: str = "{:%Y/%m/%d}"
    """`none`: all in one folder."""
    names: Naming = Naming.SUFFIXED
    keep_unicode: bool = False
    set_exif_datetime: bool = False
    align_raw: AlignRaw = AlignRaw.AS_IS
    live_names: Annotated[str, Meta(pattern="^(suffix|original)$", examples=["suffix or original"])] = "suffix"
    china: bool = False
    """The account lives on iCloud's servers in mainland China."""
    program: str = "icloudpd"
    """Its name or path."""
    arguments: tuple[str, ...] = ()
    """Further options, from this file alone; no page sets them."""


class Inbox(Struct, frozen=True, kw_only=True):
    """A folder where photos arrive."""

    name: Annotated[str, Meta(min_length=1)]
    server: str = ""
    way: Way = Way.LIBRARY
    folder: str = ""
    """The library's folder here (or, for uploads, where the files arrive)."""
    landing: str = ""
    """Where files arrive, apart from what Immich scans; empty: in `folder` itself."""
    library: str = ""
    """Immich's id of the external library."""
    server_folder: str = ""
    """How Immich calls `folder`; empty: the same."""
    after: After = After.KEEP
    move_to: str = ""
    stack: tuple[Size, ...] = ()
    """Sizes that are stacked, the one on top first; the others stay apart."""
    live_sizes: tuple[Size, ...] = ()
    """Sizes beside the original that play the live video too."""
    favourite_rating: Annotated[int, Meta(ge=0, le=5)] = 5
    """The rating in a sidecar that means a favourite; 0: none does. icloudpd writes 5."""
    favourite_sizes: tuple[Size, ...] = (Size.ORIGINAL, Size.ADJUSTED, Size.ALTERNATIVE, Size.MEDIUM, Size.THUMB)
    stars: bool = False
    """Also keep that rating as stars."""
    albums: tuple[str, ...] = ()
    """Templates of album names: `iCloud/{:%Y/%m}`, `[adjusted]:iCloud`."""
    batch: _Count = 0
    """So many groups are registered by one scan; 0: all."""
    wait_seconds: _Seconds = 300
    """How long to wait for Immich to list what it scanned; 0: for ever."""
    poll_seconds: Annotated[float, Meta(ge=0.05, le=3600)] = 2
    quiet_seconds: _Seconds = 60
    """A group is taken when none of its files has changed for so long."""
    interval_minutes: Annotated[float, Meta(ge=1, le=10080)] = 15
    paused: bool = False
    icloudpd: Icloudpd = Icloudpd()
