"""Whether one asset is a favourite, whose it is, and when it last changed; and making it one, or none."""

from __future__ import annotations

from msgspec import Struct

from sync.errors import SchemaDrift
from sync.immich.answers import Id, Instant
from sync.immich.transport import Transport, in_path


class Favourite(Struct, frozen=True, rename="camel"):
    """Of one asset, as the server has it now."""

    id: Id
    owner_id: Id
    is_favorite: bool
    updated_at: Instant
    """When anything of the asset last changed."""


def read_favourite(transport: Transport, asset_id: str) -> Favourite:
    """One request. Raises NotAvailable."""
    what = f"asset {asset_id}"
    return transport.read("GET", f"/assets/{in_path(asset_id)}", Favourite, what=what)


def set_favourite(transport: Transport, asset_id: str, *, value: bool) -> None:
    """One request; twice is the same as once. Raises PermissionMissing, NotAvailable."""
    path, what = f"/assets/{in_path(asset_id)}", f"favourite of asset {asset_id}"
    # PUT is in every version; 3.x calls it old, and has it.
    told, _ = transport.tell("PUT", path, Favourite, what=what, body={"isFavorite": value}, again=True)
    if told.id != asset_id or told.is_favorite is not value:
        raise SchemaDrift(f"The server's answer for the {what} is about something else.", field="isFavorite")
