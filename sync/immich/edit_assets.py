"""Changes to many assets of ours at once, and the link of a photo to its live video. Each twice is the same as once."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from sync.errors import SchemaDrift
from sync.immich.answers import Id
from sync.immich.facts import Visibility
from sync.immich.transport import Transport, in_path


class _Linked(Struct, rename="camel"):
    id: Id
    live_photo_video_id: str | None


def set_favourites(transport: Transport, asset_ids: Sequence[str], *, value: bool) -> None:
    """At most a thousand at once. NotAvailable: one of them is not ours, and none is changed."""
    body = {"ids": list(asset_ids), "isFavorite": value}
    transport.order("PUT", "/assets", what=f"favourites of {len(asset_ids)} assets", body=body)


def set_visibility(transport: Transport, asset_ids: Sequence[str], value: Visibility) -> None:
    """Archive at most a thousand assets, or bring them back. NotAvailable as `set_favourites`."""
    body = {"ids": list(asset_ids), "visibility": value.value}
    transport.order("PUT", "/assets", what=f"visibility of {len(asset_ids)} assets", body=body)


def link_live_video(transport: Transport, asset_id: str, video_id: str | None) -> None:
    """Let a photo play this video, which is hidden by it; None: no video, which then stands by itself again. (Only the
    request for a single asset knows this field.)"""
    path, what = f"/assets/{in_path(asset_id)}", f"live video of asset {asset_id}"
    body = {"livePhotoVideoId": video_id}
    told, _ = transport.tell("PUT", path, _Linked, what=what, body=body, again=True)
    if told.id != asset_id or told.live_photo_video_id != video_id:
        raise SchemaDrift(f"The server's answer for the {what} is about something else.", field="livePhotoVideoId")
