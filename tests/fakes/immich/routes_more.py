"""Tags, memories, partners and shared links."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.immich import dates
from tests.fakes.immich.model import SharedLink
from tests.fakes.immich.refusal import Refusal, invalid, no_access
from tests.fakes.immich.routes_album import album_shape
from tests.fakes.immich.routing import ANY, Answer, Call, Json, route
from tests.fakes.immich.shapes import asset_shape, tag_shape, user_shape


@route("GET", "/tags", "tag.read")
def list_tags(call: Call) -> Answer:
    mine = [tag for tag in call.library.tags.values() if tag.owner_id == call.me.id]
    return Json([tag_shape(tag, is_nested=False) for tag in sorted(mine, key=lambda tag: tag.value)])


@route("GET", "/memories", "memory.read")
def list_memories(call: Call) -> Answer:
    day = call.query.get("for")
    mine = [m for m in call.library.memories.values() if m.owner_id == call.me.id]
    if day is not None:
        if call.version >= 3 and not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            error = {
                "origin": "string", "code": "invalid_format", "format": "date", "pattern": "…", "path": ["for"],
                "message": "Invalid input: expected ISO date string (YYYY-MM-DD), received string",
            }  # fmt: skip
            raise invalid(3, [], error)
        mine = [m for m in mine if m.month_day == (int(day[5:7]), int(day[8:10]))]
    return Json([_memory_shape(call, memory.id) for memory in mine])


def _memory_shape(call: Call, memory_id: str) -> dict[str, Any]:
    memory = call.library.memories[memory_id]
    shown = [call.library.assets[i] for i in memory.asset_ids if i in call.library.assets]
    shown = [a for a in shown if not a.trashed and a.visibility == "timeline"]
    month, day = memory.month_day
    return {
        "id": memory.id,
        "createdAt": dates.top(memory.created_ms),
        "updatedAt": dates.top(memory.created_ms),
        "memoryAt": f"{memory.year}-{month:02d}-{day:02d}T00:00:00.000Z",
        "ownerId": memory.owner_id,
        "type": "on_this_day",
        "data": {"year": memory.year},
        "isSaved": False,
        "assets": [asset_shape(call.library, a, call.version, "memory", with_exif=False) for a in shown],
    }


@route("GET", "/partners", "partner.read")
def list_partners(call: Call) -> Answer:
    mine, direction = call.me.id, call.query.get("direction", "shared-with")
    answer = []
    for partner in call.library.partners:
        here = partner.viewer_id if direction == "shared-with" else partner.sharer_id
        there = partner.sharer_id if direction == "shared-with" else partner.viewer_id
        if here == mine:
            shape = user_shape(call.library.users[there])
            answer.append(shape | {"inTimeline": partner.in_timeline})
    return Json(answer)


def _link_shape(call: Call, link: SharedLink, *, with_album: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "id": link.id,
        "description": None,
        "password": link.password,
        "userId": link.user_id,
        "key": link.key,
        "type": "ALBUM" if link.album_id else "INDIVIDUAL",
        "createdAt": dates.top(link.created_ms),
        "expiresAt": None,
        "assets": [],
    }
    album = call.library.albums.get(link.album_id or "")
    if album is not None and with_album:
        shape = album_shape(call, album, single=True, nested_dates=True)
        if call.version >= 3:
            shape["albumUsers"] = []
        answer["album"] = shape
    answer |= {"allowUpload": True, "allowDownload": link.allow_download, "showMetadata": link.show_metadata}
    if call.version >= 2:
        answer["slug"] = None
    return answer


@route("GET", "/shared-links/me", "all", v1=ANY, link=True)
def link_me(call: Call) -> Answer:
    if call.link is None:
        raise Refusal(403, "Forbidden")
    given = call.query.get("password") if call.version < 3 else None
    if call.link.password and given != call.link.password:
        raise Refusal(401, "Invalid password" if call.version < 3 else "Password required")
    return Json(_link_shape(call, call.link, with_album=True))


@route("POST", "/shared-links/login", "all", link=True, versions=(2, 3))
def link_login(call: Call) -> Answer:
    """Read in the source: a link without a password refuses to be logged in to."""
    if call.link is None:
        raise Refusal(403, "Forbidden")
    if not call.link.password:
        raise Refusal(400, "Shared link is not password protected")
    if (call.body or {}).get("password") != call.link.password:
        raise Refusal(401, "Invalid password")
    return Json(_link_shape(call, call.link, with_album=True), status=201)


@route("POST", "/shared-links", "sharedLink.create")
def create_link(call: Call) -> Answer:
    album = call.library.albums.get((call.body or {}).get("albumId", ""))
    if album is None or album.owner_id != call.me.id:
        raise no_access("album.share")
    return Json(_link_shape(call, call.library.add_link(album), with_album=False), status=201)
