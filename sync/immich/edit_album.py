"""Changes to albums: what is in them, and what they are called. Nothing here changes an asset.

Immich answers a bulk change asset by asset, and each answer is read: a list that was half refused is no success. Asked
twice after a lost answer, what was done the first time comes back as `duplicate` or `not_found`; that is told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct

from sync.errors import SchemaDrift
from sync.immich.albums import to_album
from sync.immich.answers import AlbumUser
from sync.immich.batches import MOST
from sync.immich.facts import AlbumDress, AlbumInfo
from sync.immich.shapes import Shapes
from sync.immich.transport import Transport, in_path

_DONE_BEFORE = ("duplicate", "not_found")


class _One(Struct):
    id: str
    success: bool
    error: str | None = None


class _Dressed(Struct, rename="camel"):
    description: str
    album_thumbnail_asset_id: str | None
    album_users: list[AlbumUser]
    order: str = ""


@dataclass(frozen=True)
class Changed:
    """What came of a bulk change, asset by asset."""

    done: tuple[str, ...]
    was_so: tuple[str, ...]
    """In the album already, or not in it: somebody else did it."""
    refused: tuple[tuple[str, str], ...]
    """Asset id and Immich's word for why."""


def add(transport: Transport, album_id: str, asset_ids: Sequence[str]) -> Changed:
    """Put assets in."""
    return _bulk(transport, "PUT", album_id, asset_ids)


def take(transport: Transport, album_id: str, asset_ids: Sequence[str]) -> Changed:
    """Take assets out."""
    return _bulk(transport, "DELETE", album_id, asset_ids)


def _bulk(transport: Transport, method: str, album_id: str, asset_ids: Sequence[str]) -> Changed:
    if len(asset_ids) > MOST:
        raise ValueError(f"at most {MOST} assets at once")
    path, what = f"/albums/{in_path(album_id)}/assets", f"change of album {album_id}"
    told, attempts = transport.tell(method, path, list[_One], what=what, body={"ids": list(asset_ids)}, again=True)
    if [one.id for one in told] != list(asset_ids):
        raise SchemaDrift(f"The server's answer for {what} is about other assets.", field="[].id")
    done, was_so, refused = [], [], []
    for one in told:
        if one.success or (attempts > 1 and one.error in _DONE_BEFORE):
            done.append(one.id)
        elif one.error in _DONE_BEFORE:
            was_so.append(one.id)
        else:
            refused.append((one.id, one.error or "unknown"))
    return Changed(tuple(done), tuple(was_so), tuple(refused))


def create(transport: Transport, shapes: Shapes, name: str, description: str) -> AlbumInfo:
    """Make an empty album of mine."""
    body = {"albumName": name, "description": description}
    made, _ = transport.tell("POST", "/albums", shapes.album, what="new album", body=body, again=False)
    return to_album(made, owned=True)


def delete(transport: Transport, album_id: str) -> None:
    """Take the album away; its assets stay. Raises NotAvailable, PermissionMissing."""
    transport.order("DELETE", f"/albums/{in_path(album_id)}", what=f"album {album_id}")


def dress_of(transport: Transport, album_id: str) -> AlbumDress:
    """How the album is dressed now. Raises NotAvailable."""
    path, what = f"/albums/{in_path(album_id)}", f"album {album_id}"
    found = transport.read("GET", path, _Dressed, what=what, query={"withoutAssets": "true"})
    return AlbumDress(
        description=found.description,
        order=found.order,
        cover_asset_id=found.album_thumbnail_asset_id,
        roles={entry.user.id: entry.role for entry in found.album_users},
    )


def change(transport: Transport, shapes: Shapes, album_id: str, values: dict[str, str]) -> None:
    """Set what the album's owner may set."""
    path = f"/albums/{in_path(album_id)}"
    transport.tell("PATCH", path, shapes.album, what=f"change of album {album_id}", body=values, again=True)


def share(transport: Transport, shapes: Shapes, album_id: str, roles: dict[str, str]) -> None:
    """Let users see the album, or edit it."""
    body = {"albumUsers": [{"userId": user, "role": role} for user, role in roles.items()]}
    path = f"/albums/{in_path(album_id)}/users"
    transport.tell("PUT", path, shapes.album, what=f"sharing of album {album_id}", body=body, again=True)
