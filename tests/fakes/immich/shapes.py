"""Assets and people as each version writes them: which keys, in which order, with which dates.

One function per record; `form` says where an asset stands: "get" (GET /assets/{id}), "update" (PUT), "search",
"album", "stack", "stacks" (in a list) or "memory", because the same asset has other keys and other dates in each.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.immich import dates
from tests.fakes.immich.library import Library
from tests.fakes.immich.model import Asset, Face, Person, Tag, User

THUMBHASH = "3PcNBQJ4h3iAd3eIhneICIeAd4eHeHg="


def user_shape(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "profileImagePath": "",
        "avatarColor": user.colour,
        "profileChangedAt": dates.nested(user.created_us),
    }


def exif_shape(asset: Asset) -> dict[str, Any]:
    exif = asset.exif
    return {
        "make": exif.make,
        "model": exif.model,
        "exifImageWidth": asset.stored_width or asset.width,
        "exifImageHeight": asset.stored_height or asset.height,
        "fileSizeInByte": asset.size_bytes,
        "orientation": exif.orientation,
        "dateTimeOriginal": dates.nested(asset.taken_ms * 1000),
        "modifyDate": dates.nested(asset.modified_ms * 1000),
        "timeZone": exif.zone,
        "lensModel": exif.lens,
        "fNumber": exif.f_number,
        "focalLength": exif.focal_length_mm,
        "iso": exif.iso,
        "exposureTime": exif.exposure_time,
        "latitude": exif.latitude,
        "longitude": exif.longitude,
        "city": exif.city,
        "state": exif.state,
        "country": exif.country,
        "description": asset.description,
        "projectionType": exif.projection,
        "rating": asset.rating,
    }


def _duration(asset: Asset, version: int) -> str | int | None:
    if version >= 3:
        return asset.duration_ms
    if asset.duration_ms is None:
        return "0:00:00.00000"
    seconds, ms = divmod(asset.duration_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{ms:03d}"


def face_shape(face: Face, version: int) -> dict[str, Any]:
    x1, y1, x2, y2 = face.box
    if version == 1:
        return {
            "id": face.id,
            "imageHeight": face.image_height,
            "imageWidth": face.image_width,
            "boundingBoxX1": x1,
            "boundingBoxX2": x2,
            "boundingBoxY1": y1,
            "boundingBoxY2": y2,
            "sourceType": face.source,
        }
    return {
        "id": face.id,
        "boundingBoxX1": x1,
        "boundingBoxY1": y1,
        "boundingBoxX2": x2,
        "boundingBoxY2": y2,
        "imageWidth": face.image_width,
        "imageHeight": face.image_height,
        "sourceType": face.source,
    }


def person_shape(person: Person, *, is_nested: bool) -> dict[str, Any]:
    folder = f"/data/thumbs/{person.owner_id}/{person.id[:2]}/{person.id[2:4]}"
    answer = {
        "id": person.id,
        "name": person.name,
        "birthDate": person.birth_date,
        "thumbnailPath": f"{folder}/{person.id}.jpeg" if person.thumbnail else "",
        "isHidden": person.hidden,
        "isFavorite": person.favourite,
    }
    if person.colour:
        answer["color"] = person.colour
    answer["updatedAt"] = dates.nested(person.updated_us) if is_nested else dates.top(person.updated_us // 1000)
    return answer


def tag_shape(tag: Tag, *, is_nested: bool) -> dict[str, Any]:
    write = dates.nested if is_nested else lambda us: dates.top(us // 1000)
    answer: dict[str, Any] = {"id": tag.id}
    if tag.parent_id:
        answer["parentId"] = tag.parent_id
    answer |= {
        "name": tag.value.rpartition("/")[2],
        "value": tag.value,
        "createdAt": write(tag.created_us),
        "updatedAt": write(tag.updated_us),
    }
    if tag.colour:
        answer["color"] = tag.colour
    return answer


def people_of(library: Library, asset: Asset, version: int) -> list[dict[str, Any]]:
    """One entry per person; v3 leaves the boxes to GET /faces."""
    listed: dict[str, dict[str, Any]] = {}
    for face in asset.faces:
        person = library.people.get(face.person_id or "")
        if person is None:
            continue
        entry = listed.setdefault(person.id, person_shape(person, is_nested=True))
        if version < 3:
            entry.setdefault("faces", []).append(face_shape(face, version))
    return list(listed.values())


def _identity(library: Library, asset: Asset, version: int, form: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": asset.id}
    in_database_form = form in ("album", "stack", "stacks", "memory")
    if version >= 2:
        created = asset.created_ms
        answer["createdAt"] = dates.nested(created * 1000) if in_database_form else dates.top(created)
    if version < 3:
        answer["deviceAssetId"] = asset.name if asset.library_id else f"{asset.name}-{asset.size_bytes}"
    answer["ownerId"] = asset.owner_id
    if form == "get":
        answer["owner"] = user_shape(library.users[asset.owner_id])
    if version < 3:
        answer["deviceId"] = "Library Import" if asset.library_id else "test"
    answer |= {
        "libraryId": asset.library_id,
        "type": asset.kind,
        "originalPath": asset.path,
        "originalFileName": asset.name,
        "originalMimeType": asset.mime,
        "thumbhash": THUMBHASH if asset.preview else None,
    }
    if in_database_form:
        answer["fileCreatedAt"] = dates.nested(asset.taken_ms * 1000)
        answer["fileModifiedAt"] = dates.nested(asset.modified_ms * 1000)
        answer["localDateTime"] = dates.nested(asset.local_ms * 1000)
        answer["updatedAt"] = dates.nested(asset.updated_us)
    else:
        answer["fileCreatedAt"] = dates.top(asset.taken_ms)
        answer["fileModifiedAt"] = dates.top(asset.modified_ms)
        answer["localDateTime"] = dates.top(asset.local_ms)
        answer["updatedAt"] = dates.top(asset.updated_us // 1000)
    return answer


def asset_shape(
    library: Library, asset: Asset, version: int, form: str, *, with_exif: bool, with_people: bool = False
) -> dict[str, Any]:
    """The asset as `version` writes it in `form`."""
    answer = _identity(library, asset, version, form)
    answer["isFavorite"] = asset.favourite
    answer["isArchived"] = asset.visibility == "archive"
    answer["isTrashed"] = asset.trashed
    answer["visibility"] = asset.visibility
    answer["duration"] = _duration(asset, version)
    if with_exif:
        answer["exifInfo"] = exif_shape(asset)
    answer["livePhotoVideoId"] = asset.live_video_id
    if form in ("get", "stack"):
        answer["tags"] = [tag_shape(library.tags[i], is_nested=True) for i in asset.tag_ids]
    answer["people"] = people_of(library, asset, version) if with_people else []
    if version < 3 and with_people:
        answer["unassignedFaces"] = [face_shape(f, version) for f in asset.faces if f.person_id is None]
    answer["checksum"] = asset.checksum
    if form == "get":
        answer["stack"] = _stack_of(library, asset)
    answer["isOffline"] = asset.offline
    answer["hasMetadata"] = True
    answer["duplicateId"] = None
    answer["resized"] = True
    if version >= 2:
        answer["width"] = asset.width
        answer["height"] = asset.height
        answer["isEdited"] = asset.edited
    return answer


def _stack_of(library: Library, asset: Asset) -> dict[str, Any] | None:
    stack = library.stacks.get(asset.stack_id or "")
    if stack is None:
        return None
    return {"id": stack.id, "primaryAssetId": stack.primary_id, "assetCount": len(stack.asset_ids)}
