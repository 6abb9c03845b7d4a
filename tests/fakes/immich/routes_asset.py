"""One asset: its facts, changes to it, its original, thumbnails and video."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.fakes.immich import dates
from tests.fakes.immich.access import asset_for
from tests.fakes.immich.model import Asset, Blob
from tests.fakes.immich.refusal import Refusal, bad_uuid, no_access, not_one_of
from tests.fakes.immich.routing import ANY, Answer, Call, Empty, Json, Redirect, Stored, is_uuid, route, uuid_of
from tests.fakes.immich.shapes import asset_shape

_SIZES = {
    1: ["fullsize", "preview", "thumbnail"],
    2: ["original", "fullsize", "preview", "thumbnail"],
    3: ["original", "fullsize", "preview", "thumbnail"],
}
_WEB = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/bmp")


def _shown(call: Call, asset: Asset, form: str) -> Answer:
    return Json(asset_shape(call.library, asset, call.version, form, with_exif=True, with_people=True))


@route("GET", "/assets/:id", "asset.read", v1=ANY, link=True)
def get_asset(call: Call) -> Answer:
    return _shown(call, asset_for(call, uuid_of(call), "asset.read"), "get")


@route("PUT", "/assets/:id", "asset.update", v1=ANY)
def put_asset(call: Call) -> Answer:
    asset = asset_for(call, uuid_of(call), "asset.update")
    _change(call, asset, one=True)
    return _shown(call, asset, "update")


@route("PATCH", "/assets/:id", "asset.update", versions=(3,))
def patch_asset(call: Call) -> Answer:
    return put_asset(call)


def _link(call: Call, asset: Asset, video_id: str | None) -> None:
    """The video is hidden while it belongs to a photo, and back in the timeline when it no longer does."""
    before = call.library.assets.get(asset.live_video_id or "")
    if video_id is not None:
        video = call.library.assets.get(video_id)
        if video is None or video.owner_id != asset.owner_id:
            raise Refusal(400, "Live photo video not found")
        if video.kind != "VIDEO":
            raise Refusal(400, "Live photo video must be a video")
        video.visibility = "hidden"
    elif before is not None:
        before.visibility = asset.visibility
    asset.live_video_id = video_id


def _change(call: Call, asset: Asset, *, one: bool) -> None:
    """`one`: of a single asset; a bulk change does not know links to videos, and ignores them."""
    body: dict[str, Any] = call.body or {}
    if "isFavorite" in body:
        asset.favourite = body["isFavorite"]
    if "visibility" in body:
        asset.visibility = body["visibility"]
    if "rating" in body:
        asset.rating = body["rating"]
    if "description" in body:
        asset.description = body["description"]
    if "dateTimeOriginal" in body:
        asset.taken_ms = dates.parse_ms(body["dateTimeOriginal"])
    if "livePhotoVideoId" in body and one:
        _link(call, asset, body["livePhotoVideoId"])
    call.library.touch(asset)


def _owned(call: Call, permission: str) -> list[Asset]:
    """The assets of a bulk request; one unknown or foreign id refuses the whole of it."""
    chosen = []
    for index, asset_id in enumerate((call.body or {}).get("ids", [])):
        if not is_uuid(asset_id):
            raise bad_uuid(call.version, "ids", index=index)
        asset = call.library.assets.get(asset_id)
        if asset is None or asset.owner_id != call.me.id or asset.visibility == "locked":
            raise no_access(permission)
        chosen.append(asset)
    return chosen


@route("PUT", "/assets", "asset.update", v1=ANY)
def put_assets(call: Call) -> Answer:
    for asset in _owned(call, "asset.update"):
        _change(call, asset, one=False)
    return Empty()


@route("PATCH", "/assets", "asset.update", versions=(3,))
def patch_assets(call: Call) -> Answer:
    return put_assets(call)


@route("DELETE", "/assets", "asset.delete", v1=ANY)
def delete_assets(call: Call) -> Answer:
    for asset in _owned(call, "asset.delete"):
        if (call.body or {}).get("force"):
            del call.library.assets[asset.id]
        asset.trashed = True
        call.library.touch(asset)
    return Empty()


@route("POST", "/trash/restore/assets", "asset.delete")
def restore_assets(call: Call) -> Answer:
    chosen = _owned(call, "asset.delete")
    for asset in chosen:
        asset.trashed = False
        call.library.touch(asset)
    return Json({"count": len(chosen)})


@route("GET", "/assets/statistics", "asset.statistics", v1=ANY)
def asset_statistics(call: Call) -> Answer:
    mine = [a for a in call.library.assets.values() if a.owner_id == call.me.id and not a.trashed]
    mine = [a for a in mine if a.visibility in ("timeline", "archive")]
    images = sum(a.kind == "IMAGE" for a in mine)
    return Json({"images": images, "videos": len(mine) - images, "total": len(mine)})


def _file(call: Call, blob: Blob, mime: str, name: str, *, named: bool) -> Stored:
    cache = "private, max-age=86400, no-transform"
    if call.version >= 2:
        cache += ", stale-while-revalidate=2592000, stale-if-error=2592000"
    disposition = f"inline; filename*=UTF-8''{quote(name)}" if named else None
    return Stored(blob, mime, disposition, cache)


def _missing_file(call: Call, mime: str, disposition: str | None = None) -> Refusal:
    """A file the server knows of and cannot read: 404 in v3, 500 before."""
    if call.version >= 3:
        return Refusal(404, "Not Found")
    refusal = Refusal(500, "Internal server error")
    refusal.headers = {"Content-Type": f"{mime}; charset=utf-8", "Cache-Control": "none"}
    if disposition:
        refusal.headers["Content-Disposition"] = disposition
    return refusal


@route("GET", "/assets/:id/original", "asset.download", v1=ANY, link=True)
def original(call: Call) -> Answer:
    try:
        asset = asset_for(call, uuid_of(call), "asset.download")
    except Refusal as refusal:
        if call.version >= 3 and refusal.errors is None:
            raise Refusal(404, "Not Found") from None
        refusal.headers = {"Cache-Control": "none"}
        raise
    if call.version >= 2 and call.query.get("edited") == "true" and asset.edited_original is not None:
        name = asset.name.rpartition(".")[0] + ".jpeg"
        return _file(call, asset.edited_original, "image/jpeg", name, named=True)
    if asset.original is None or asset.offline or not asset.original.path.exists():
        disposition = f"inline; filename*=UTF-8''{quote(asset.name)}" if call.version >= 2 else None
        raise _missing_file(call, asset.mime, disposition)
    return _file(call, asset.original, asset.mime, asset.name, named=call.version >= 2)


@route("GET", "/assets/:id/thumbnail", "asset.view", v1=ANY, link=True)
def thumbnail(call: Call) -> Answer:
    asset_id = uuid_of(call)
    size = call.query.get("size", "thumbnail")
    if size not in _SIZES[call.version]:
        raise not_one_of(call.version, "size", _SIZES[call.version])
    if size == "original" and call.version == 2:
        raise Refusal(400, "May not request original file")
    asset = asset_for(call, asset_id, "asset.view")
    if size == "original":
        return Redirect("original?")
    if size == "fullsize":
        if asset.kind == "IMAGE" and asset.mime in _WEB and not asset.edited:
            return Redirect("original?")
        return Redirect(f"/api/assets/{asset.id}/thumbnail?size=preview")
    stem = asset.name.rpartition(".")[0]
    edited = call.version >= 2 and call.query.get("edited") == "true"
    preview = asset.edited_preview if edited and asset.edited_preview else asset.preview
    if size == "thumbnail" and asset.thumbnail is not None:
        return _file(call, asset.thumbnail, "image/webp", f"{stem}_thumbnail.webp", named=True)
    if preview is None or not preview.path.exists():
        raise Refusal(404, "Asset media not found")
    return _file(call, preview, "image/jpeg", f"{stem}_preview.jpeg", named=True)


@route("GET", "/assets/:id/video/playback", "asset.view", v1=ANY, link=True)
def playback(call: Call) -> Answer:
    asset = asset_for(call, uuid_of(call), "asset.view")
    if asset.kind != "VIDEO":
        raise _no_video(call.version)
    if asset.original is None:
        raise _missing_file(call, asset.mime)
    return _file(call, asset.original, "video/mp4", asset.name, named=False)


def _no_video(version: int) -> Refusal:
    if version >= 3:
        return Refusal(404, "Not Found")
    sentence = "Asset not found or asset is not a video" if version == 2 else "Asset is not a video"
    refusal = Refusal(404 if version == 2 else 400, sentence)
    refusal.headers = {"Cache-Control": "none"}
    return refusal
