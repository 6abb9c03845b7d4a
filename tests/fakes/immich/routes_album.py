"""Albums: list, read, make, change, delete; putting assets in and taking them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from tests.fakes.immich import dates
from tests.fakes.immich.access import album_for, can_read_album, can_see
from tests.fakes.immich.model import Album
from tests.fakes.immich.refusal import Refusal, bad_uuid, no_access, wrong_type
from tests.fakes.immich.routing import ANY, Answer, Call, Empty, Json, Large, is_uuid, route, uuid_of
from tests.fakes.immich.shapes import asset_shape, user_shape

LARGE = 2000


def album_shape(call: Call, album: Album, *, single: bool, nested_dates: bool = False) -> dict[str, Any]:
    """The album without its assets (v1 and v2 have an empty `assets` where theirs would stand)."""
    library, version = call.library, call.version
    listed = library.album_assets(album)
    linked = any(link.album_id == album.id for link in library.links.values())
    users = [{"user": user_shape(library.users[user_id]), "role": role} for user_id, role in album.shared_with.items()]
    owner = user_shape(library.users[album.owner_id])
    answer: dict[str, Any] = {
        "albumName": album.name,
        "description": album.description,
        "albumThumbnailAssetId": album.thumbnail_id or (listed[0].id if listed else None),
        "createdAt": _stamp(album.created_us, nested_dates),
        "updatedAt": _stamp(album.updated_us, nested_dates),
        "id": album.id,
    }
    if version < 3:
        answer |= {"ownerId": album.owner_id, "owner": owner, "albumUsers": users}
    else:
        answer["albumUsers"] = [{"user": owner, "role": "owner"}, *users]
    shared = bool(users) or linked
    answer |= {"shared": shared, "hasSharedLink": linked}
    if listed:
        first = min(asset.local_ms for asset in listed)
        last = max(asset.local_ms for asset in listed)
        answer["startDate"] = dates.nested(first * 1000) if nested_dates else dates.midnight(first)
        answer["endDate"] = dates.nested(last * 1000) if nested_dates else dates.midnight(last)
    if version < 3:
        answer["assets"] = []
    answer["assetCount"] = len(listed) if album.wrong_count is None else album.wrong_count
    answer |= {"isActivityEnabled": True, "order": album.order}
    if listed and not nested_dates:
        answer["lastModifiedAssetTimestamp"] = dates.top(max(a.updated_us for a in listed) // 1000)
    if single and version >= 2 and shared and not nested_dates:
        counts = Counter(asset.owner_id for asset in listed)
        answer["contributorCounts"] = [{"userId": u, "assetCount": n} for u, n in counts.items()]
    return answer


def _stamp(us: int, nested_dates: bool) -> str:
    return dates.nested(us) if nested_dates else dates.top(us // 1000)


@route("GET", "/albums", "album.read")
def list_albums(call: Call) -> Answer:
    query, me = call.query, call.me
    readable = [a for a in call.library.albums.values() if can_read_album(call, a)]
    if query.get("assetId"):
        readable = [a for a in readable if query["assetId"] in a.asset_ids]
    if call.version >= 3:
        listed = _filter_v3(call, readable)
    elif query.get("assetId"):
        listed = readable
    elif query.get("shared") == "true":
        listed = [a for a in readable if _is_shared(call, a)]
    elif query.get("shared") == "false":
        listed = [a for a in readable if a.owner_id == me.id and not _is_shared(call, a)]
    else:
        listed = [a for a in readable if a.owner_id == me.id]
    newest_first = sorted(listed, key=lambda a: -a.created_us)
    return Json([album_shape(call, album, single=False) for album in newest_first])


def _is_shared(call: Call, album: Album) -> bool:
    return bool(album.shared_with) or any(link.album_id == album.id for link in call.library.links.values())


def _filter_v3(call: Call, albums: list[Album]) -> list[Album]:
    query, me = call.query, call.me.id
    if "isOwned" in query:
        albums = [a for a in albums if (a.owner_id == me) == (query["isOwned"] == "true")]
    if "isShared" in query:
        albums = [a for a in albums if _is_shared(call, a) == (query["isShared"] == "true")]
    if "name" in query:
        albums = [a for a in albums if a.name == query["name"]]
    if "id" in query:
        albums = [a for a in albums if a.id == query["id"]]
    return albums


@route("GET", "/albums/statistics", "album.statistics")
def album_statistics(call: Call) -> Answer:
    mine = [a for a in call.library.albums.values() if a.owner_id == call.me.id]
    shared = [a for a in mine if a.shared_with]
    return Json({"owned": len(mine), "shared": len(shared), "notShared": len(mine) - len(shared)})


@route("GET", "/albums/:id", "album.read", link=True)
def get_album(call: Call) -> Answer:
    album = album_for(call, uuid_of(call))
    answer = album_shape(call, album, single=True)
    if call.version >= 3 or call.query.get("withoutAssets") == "true":
        return Json(answer)
    listed = call.library.album_assets(album)
    if len(listed) <= LARGE:
        answer["assets"] = [_embedded(call, album, i) for i in range(len(listed))]
        return Json(answer)
    viewer = call.link.key if call.link else call.me.id
    return Large(f"album-{album.id}-{viewer}", lambda: _pieces(call, album, answer))


def _embedded(call: Call, album: Album, index: int) -> dict[str, Any]:
    asset = call.library.album_assets(album)[index]
    return asset_shape(call.library, asset, call.version, "album", with_exif=True)


def _pieces(call: Call, album: Album, answer: dict[str, Any]) -> Iterator[bytes]:
    """The album's JSON in pieces of a thousand assets, so that a hundred thousand are never held at once."""
    before, after = msgspec.json.encode(answer).split(b'"assets":[]', 1)
    yield before + b'"assets":['
    count = len(call.library.album_assets(album))
    for start in range(0, count, 1000):
        page = [_embedded(call, album, i) for i in range(start, min(start + 1000, count))]
        yield (b"," if start else b"") + msgspec.json.encode(page)[1:-1]
    yield b"]" + after


@route("POST", "/albums", "album.create")
def create_album(call: Call) -> Answer:
    body = call.body if isinstance(call.body, dict) else {}
    if "description" in body and not isinstance(body["description"], str):
        value = body["description"]
        raise wrong_type(call.version, "description", "string", value, ["description must be a string"])
    library = call.library
    chosen = [library.assets[i] for i in body.get("assetIds", []) if i in library.assets]
    mine = [asset for asset in chosen if can_see(call, asset, "asset.share") and asset.owner_id == call.me.id]
    album = library.add_album(body["albumName"], mine, owner=call.me, description=body.get("description", ""))
    for entry in body.get("albumUsers", []):
        album.shared_with[entry["userId"]] = entry["role"]
    return Json(_written_shape(call, album), status=201)


def _written_shape(call: Call, album: Album) -> dict[str, Any]:
    """POST and PATCH give startDate and endDate with time and zone, and no lastModifiedAssetTimestamp."""
    answer = album_shape(call, album, single=True, nested_dates=True)
    answer["createdAt"] = dates.top(album.created_us // 1000)
    answer["updatedAt"] = dates.top(album.updated_us // 1000)
    return answer


@route("PATCH", "/albums/:id", "album.update")
def change_album(call: Call) -> Answer:
    album = album_for(call, uuid_of(call), "album.update")
    if album.owner_id != call.me.id:
        raise no_access("album.update")
    body = call.body or {}
    cover = body.get("albumThumbnailAssetId")
    if cover is not None and cover not in album.asset_ids:
        raise Refusal(400, "Invalid album thumbnail")
    album.name = body.get("albumName", album.name)
    album.description = body.get("description", album.description)
    album.order = body.get("order", album.order)
    album.thumbnail_id = cover or album.thumbnail_id
    album.updated_us = call.library.tick_us()
    call.library.changed()
    return Json(_written_shape(call, album))


@route("PUT", "/albums/:id/users", "albumUser.create", v1=ANY)
def share_album(call: Call) -> Answer:
    album = album_for(call, uuid_of(call), "album.share")
    if album.owner_id != call.me.id:
        raise no_access("album.share")
    for entry in (call.body or {}).get("albumUsers", []):
        if entry["userId"] in album.shared_with:
            raise Refusal(400, "User already added")
        album.shared_with[entry["userId"]] = entry.get("role", "editor")
    call.library.changed()
    return Json(_written_shape(call, album))


@route("DELETE", "/albums/:id", "album.delete")
def delete_album(call: Call) -> Answer:
    album = album_for(call, uuid_of(call), "album.delete")
    if album.owner_id != call.me.id:
        raise no_access("album.delete")
    del call.library.albums[album.id]
    call.library.changed()
    return Empty(200 if call.version == 1 else 204)


@route("PUT", "/albums/:id/assets", "albumAsset.create", v1=ANY)
def add_assets(call: Call) -> Answer:
    album = call.library.albums.get(uuid_of(call))
    ids = _ids(call)
    if album is None:
        raise Refusal(400, "Album not found")
    role = "owner" if album.owner_id == call.me.id else album.shared_with.get(call.me.id)
    if role not in ("owner", "editor"):
        raise no_access("album.addAsset" if call.version == 1 else "albumAsset.create")
    answer = [_add_one(call, album, asset_id) for asset_id in ids]
    if any(entry["success"] for entry in answer):
        album.updated_us = call.library.tick_us()
    call.library.changed()
    return Json(answer)


def _add_one(call: Call, album: Album, asset_id: str) -> dict[str, Any]:
    if asset_id in album.asset_ids:
        return {"id": asset_id, "success": False, "error": "duplicate"}
    asset = call.library.assets.get(asset_id)
    if asset is None or asset.owner_id != call.me.id or asset.visibility == "locked":
        return {"id": asset_id, "success": False, "error": "no_permission"}
    album.asset_ids[asset_id] = None
    return {"id": asset_id, "success": True}


@route("DELETE", "/albums/:id/assets", "albumAsset.delete", v1=ANY)
def remove_assets(call: Call) -> Answer:
    album = album_for(call, uuid_of(call), "albumAsset.delete")
    answer: list[dict[str, Any]] = []
    for asset_id in _ids(call):
        if asset_id in album.asset_ids:
            del album.asset_ids[asset_id]
            answer.append({"id": asset_id, "success": True})
        else:
            answer.append({"id": asset_id, "success": False, "error": "not_found"})
    call.library.changed()
    return Json(answer)


def _ids(call: Call) -> list[str]:
    ids = (call.body or {}).get("ids")
    if not isinstance(ids, list):
        messages = ["each value in ids must be a UUID", "ids must be an array"]
        raise wrong_type(call.version, "ids", "array", ids, messages)
    for index, value in enumerate(ids):
        if not is_uuid(value):
            raise bad_uuid(call.version, "ids", index=index)
    return ids
