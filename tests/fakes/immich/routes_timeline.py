"""timeline/buckets and timeline/bucket: months, and columns of arrays."""

from __future__ import annotations

from typing import Any

from tests.fakes.immich import dates
from tests.fakes.immich.access import album_for, timeline_owners
from tests.fakes.immich.model import Asset
from tests.fakes.immich.refusal import Refusal
from tests.fakes.immich.routing import Answer, Call, Json, route
from tests.fakes.immich.shapes import THUMBHASH

_COLUMNS_FIRST = ("duration", "id", "visibility", "isFavorite", "isImage", "isTrashed", "livePhotoVideoId")
_COLUMNS_LAST = ("ownerId", "projectionType", "ratio", "status", "thumbhash")


def _chosen(call: Call) -> list[Asset]:
    query = call.query
    if call.link is not None and "albumId" not in query:
        raise Refusal(403, "Forbidden")
    if "albumId" in query:
        album = album_for(call, query["albumId"])
        pool = [call.library.assets[i] for i in album.asset_ids if i in call.library.assets]
    else:
        with_partners = query.get("withPartners") == "true"
        owners = timeline_owners(call) if with_partners else {query.get("userId", call.me.id)}
        pool = [a for a in call.library.assets.values() if a.owner_id in owners]
    if query.get("visibility") == "locked":
        raise Refusal(401, "Elevated permission is required")
    visible = [query["visibility"]] if "visibility" in query else ["timeline", "archive"]
    trashed = query.get("isTrashed") == "true"
    pool = [a for a in pool if a.visibility in visible and a.trashed == trashed]
    if "isFavorite" in query:
        pool = [a for a in pool if a.favourite == (query["isFavorite"] == "true")]
    if "personId" in query:
        pool = [a for a in pool if any(f.person_id == query["personId"] for f in a.faces)]
    if "tagId" in query:
        pool = [a for a in pool if query["tagId"] in a.tag_ids]
    if query.get("withStacked") == "true":
        stacks = call.library.stacks
        pool = [a for a in pool if a.stack_id is None or stacks[a.stack_id].primary_id == a.id]
    newest_first = query.get("order", "desc") == "desc"
    return sorted(pool, key=lambda a: (a.local_ms, a.id), reverse=newest_first)


def _months(call: Call) -> dict[str, list[Asset]]:
    """The chosen assets by month, remembered per revision."""
    filters = tuple(sorted((k, v) for k, v in call.query.items() if k != "timeBucket"))
    viewer = call.link.key if call.link else call.me.id

    def collect() -> dict[str, list[Asset]]:
        months: dict[str, list[Asset]] = {}
        for asset in _chosen(call):
            months.setdefault(dates.month(asset.local_ms), []).append(asset)
        return months

    months: dict[str, list[Asset]] = call.library.remember(("timeline", viewer, filters), collect)
    return months


@route("GET", "/timeline/buckets", "asset.read", link=True)
def buckets(call: Call) -> Answer:
    return Json([{"timeBucket": m, "count": len(assets)} for m, assets in _months(call).items()])


@route("GET", "/timeline/bucket", "asset.read", link=True)
def bucket(call: Call) -> Answer:
    assets = _months(call).get(call.query.get("timeBucket", "")[:10], [])
    answer: dict[str, Any] = {}
    if call.version < 3:
        answer |= {"city": [a.exif.city for a in assets], "country": [a.exif.country for a in assets]}
    for name in _COLUMNS_FIRST:
        answer[name] = [_value(a, name, call.version) for a in assets]
    answer["fileCreatedAt"] = [dates.bare(a.taken_ms * 1000) for a in assets]
    answer["localOffsetHours"] = [_hours(a) for a in assets]
    if call.version >= 3:
        answer["createdAt"] = [dates.bare(a.created_ms * 1000) for a in assets]
    for name in _COLUMNS_LAST:
        answer[name] = [_value(a, name, call.version) for a in assets]
    if call.version >= 3:
        answer |= {"city": [a.exif.city for a in assets], "country": [a.exif.country for a in assets]}
    if call.query.get("withStacked") == "true":
        stacks = call.library.stacks
        answer["stack"] = [[a.stack_id, str(len(stacks[a.stack_id].asset_ids))] if a.stack_id else None for a in assets]
    return Json(answer)


def _hours(asset: Asset) -> float | int:
    hours = asset.offset_minutes / 60
    return int(hours) if hours.is_integer() else hours


def _value(asset: Asset, name: str, version: int) -> Any:
    if name == "duration":
        if asset.duration_ms is None:
            return None
        seconds, ms = divmod(asset.duration_ms, 1000)
        text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{ms:03d}"
        return asset.duration_ms if version >= 3 else text
    if name == "ratio":
        return round(asset.width / asset.height, 3) if asset.height else 1.0
    values = {
        "id": asset.id,
        "visibility": asset.visibility,
        "isFavorite": asset.favourite,
        "isImage": asset.kind == "IMAGE",
        "isTrashed": asset.trashed,
        "livePhotoVideoId": asset.live_video_id,
        "ownerId": asset.owner_id,
        "projectionType": asset.exif.projection,
        "status": "trashed" if asset.trashed else "active",
        "thumbhash": THUMBHASH if asset.preview else None,
    }
    return values[name]
