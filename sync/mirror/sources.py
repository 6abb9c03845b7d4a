"""Reads a raw listing: which assets we show and why not the others, and what tells that one has changed.

Pure. An asset that is listed but left out by our own rule is an explained removal; one that is in the trash or offline
counts as not listed at all, because that says nothing of what the album's owner wants.
"""

from __future__ import annotations

from datetime import date
from hashlib import blake2b

import msgspec
from msgspec import Struct

from sync.immich.facts import Asset, Kind, Visibility, Wanted
from sync.settings.tree import Album, Source

ABSENT = frozenset({"in the trash", "offline"})
"""Reasons that do not explain a removal."""

NO_MATCH = "outside the rule"
"""Of a source that a rule narrows. It explains no removal: who was in the album and is outside now may be a person
merged by mistake."""

STACKED = "stack members"
"""Only where the primary is listed too: else the stack would show nothing of itself."""

_encode = msgspec.msgpack.Encoder().encode


def wanted_of(album: Album, *, today: date) -> Wanted:
    """What to ask the server for."""
    return Wanted(
        source=album.source,
        id=album.id,
        archived=album.archived,
        partners=album.partners,
        on=today if album.source is Source.MEMORIES else None,
    )


def server_of(album: Album) -> str:
    """The server's name as photos carry it."""
    return album.server or "folder"


def key_of(album: Album, asset: str) -> str:
    """The photo's key, the same in all albums of a server."""
    return f"{server_of(album)}:{asset}"


class Identity(Struct, frozen=True, array_like=True):
    """What a listing was made by. With another `source` the photos may be others by our own rule; with another
    `rule` the same listing may be planned differently."""

    source: tuple[str, str, str, str, bool, bool]
    rule: tuple[int, str]

    def text(self) -> str:
        """As it is kept in the library."""
        return msgspec.json.encode(self).decode()


def identity_of(album: Album) -> Identity:
    """The identity of an album as it is set now."""
    what = album.id if not album.rule else f"{album.id} {_rule_digest(album)}"
    return Identity(
        (album.source, album.server, what, album.folder, album.archived, album.partners), (album.limit, album.pick)
    )


def _rule_digest(album: Album) -> str:
    return blake2b(msgspec.json.encode(album.rule, order="sorted"), digest_size=8).hexdigest()


def read_identity(text: str) -> Identity | None:
    """The identity of a text that `text()` gave; None where there was none yet."""
    return msgspec.json.decode(text, type=Identity) if text else None


def left_out(asset: Asset, album: Album, *, me: str | None) -> str | None:
    """Why the album does not show this asset, or None. `me` is the account's user id; None where it is not known."""
    if asset.trashed:
        return "in the trash"
    if asset.offline:
        return "offline"
    if asset.kind is not Kind.IMAGE:
        return "videos" if asset.kind is Kind.VIDEO else "other files"
    if asset.visibility is Visibility.LOCKED:
        return "locked"
    if asset.visibility is Visibility.HIDDEN:
        return "hidden"
    # A rule by itself lists the archive only where it asks for it.
    if asset.visibility is Visibility.ARCHIVE and not album.archived and album.source is not Source.RULE:
        return "archived"
    if asset.stack_primary_id is not None and asset.stack_primary_id != asset.id:
        return STACKED
    if _is_partners(asset, album, me):
        return "partners' photos"
    return None


def _is_partners(asset: Asset, album: Album, me: str | None) -> bool:
    if album.partners or me is None:
        return False
    return album.source in (Source.ALL, Source.FAVOURITES) and asset.owner_id != me


def facts_of(asset: Asset) -> bytes:
    """The asset as the library keeps it."""
    return _encode(asset)


def fingerprint_of(facts: bytes) -> bytes:
    """16 bytes that differ when any fact does."""
    return blake2b(facts, digest_size=16).digest()


def content_of(asset: Asset) -> bytes:
    """16 bytes that differ when the picture itself may have changed.

    No single field tells (a rewritten upload keeps its checksum, an external file always does), and `updated_at` moves
    with every star: only of an edited picture, whose other fields may stay as they are, does it count.
    """
    parts = (
        asset.checksum,
        asset.modified_at,
        asset.size_bytes,
        asset.thumbhash,
        asset.edited,
        asset.updated_at if asset.edited else None,
    )
    return blake2b(_encode(parts), digest_size=16).digest()


def position_of(asset: Asset) -> int:
    """Sorts the newest first."""
    return -int(asset.created_at.timestamp() * 1000)
