"""Tags, stacks, memories, partners, shared links and external libraries."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.immich import dates
from tests.fakes.immich.model import ExternalLibrary, SharedLink, Stack
from tests.fakes.immich.refusal import Refusal, invalid, no_access
from tests.fakes.immich.routes_album import album_shape
from tests.fakes.immich.routing import ANY, Answer, Call, Json, route, uuid_of
from tests.fakes.immich.shapes import asset_shape, tag_shape, user_shape


@route("GET", "/tags", "tag.read")
def list_tags(call: Call) -> Answer:
    mine = [tag for tag in call.library.tags.values() if tag.owner_id == call.me.id]
    return Json([tag_shape(tag, is_nested=False) for tag in sorted(mine, key=lambda tag: tag.value)])


def _stack_shape(call: Call, stack: Stack, form: str) -> dict[str, Any]:
    members = [call.library.assets[i] for i in stack.asset_ids]
    shapes = [asset_shape(call.library, a, call.version, form, with_exif=True) for a in members]
    return {"id": stack.id, "primaryAssetId": stack.primary_id, "assets": shapes}


@route("GET", "/stacks", "stack.read")
def list_stacks(call: Call) -> Answer:
    mine = [s for s in call.library.stacks.values() if s.owner_id == call.me.id]
    if "primaryAssetId" in call.query:
        mine = [s for s in mine if s.primary_id == call.query["primaryAssetId"]]
    return Json([_stack_shape(call, stack, "stacks") for stack in mine])


@route("GET", "/stacks/:id", "stack.read")
def get_stack(call: Call) -> Answer:
    stack = call.library.stacks.get(uuid_of(call))
    if stack is None or stack.owner_id != call.me.id:
        raise no_access("stack.read")
    return Json(_stack_shape(call, stack, "stack"))


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


def _library_shape(library: ExternalLibrary) -> dict[str, Any]:
    """assetCount is always 0, as on all three real servers."""
    stamp = dates.top(library.created_ms)
    return {
        "id": library.id,
        "ownerId": library.owner_id,
        "name": library.name,
        "createdAt": stamp,
        "updatedAt": stamp,
        "refreshedAt": stamp,
        "assetCount": 0,
        "importPaths": library.import_paths,
        "exclusionPatterns": library.exclusions,
    }


def _library(call: Call) -> ExternalLibrary:
    library = call.library.libraries.get(uuid_of(call))
    if library is None:
        raise Refusal(400, "Library not found")
    return library


@route("GET", "/libraries", "library.read", admin=True)
def list_libraries(call: Call) -> Answer:
    return Json([_library_shape(library) for library in call.library.libraries.values()])


@route("GET", "/libraries/:id", "library.read", admin=True)
def get_library(call: Call) -> Answer:
    return Json(_library_shape(_library(call)))


@route("GET", "/libraries/:id/statistics", "library.statistics", admin=True)
def library_statistics(call: Call) -> Answer:
    library = _library(call)
    inside = [a for a in call.library.assets.values() if a.library_id == library.id and not a.trashed]
    photos = sum(a.kind == "IMAGE" for a in inside)
    usage = sum(a.size_bytes for a in inside)
    return Json({"photos": photos, "videos": len(inside) - photos, "usage": usage, "total": len(inside)})
