"""People, their thumbnails, and the faces on an asset."""

from __future__ import annotations

from tests.fakes.immich.access import asset_for
from tests.fakes.immich.model import Person
from tests.fakes.immich.refusal import Refusal, bad_uuid, no_access, out_of_range, wrong_type
from tests.fakes.immich.routing import Answer, Call, Json, Stored, is_uuid, route, uuid_of
from tests.fakes.immich.shapes import face_shape, person_shape


def _number(call: Call, name: str, default: int, high: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isdigit():
        messages = [f"{name} must be an integer number"]
        raise wrong_type(call.version, name, "number", text, messages)
    if not 1 <= int(text) <= high:
        raise out_of_range(call.version, name, int(text), 1, high)
    return int(text)


@route("GET", "/people", "person.read")
def list_people(call: Call) -> Answer:
    size, page = _number(call, "size", 500, 1000), _number(call, "page", 1, 1_000_000)
    mine = [p for p in call.library.people.values() if p.owner_id == call.me.id]
    faces: dict[str, int] = {}
    for asset in call.library.assets.values():
        for face in asset.faces:
            if face.person_id and not asset.trashed:
                faces[face.person_id] = faces.get(face.person_id, 0) + 1
    # A nameless person shows only with three faces, the server's default of minFaces.
    mine = [p for p in mine if p.name or faces.get(p.id, 0) >= 3]
    hidden = sum(person.hidden for person in mine)
    shown = [p for p in mine if call.query.get("withHidden") == "true" or not p.hidden]
    shown.sort(key=lambda p: (p.hidden, not p.favourite, not p.name, -faces.get(p.id, 0), p.name))
    start = (page - 1) * size
    return Json(
        {
            "people": [person_shape(p, is_nested=False) for p in shown[start : start + size]],
            "hasNextPage": start + size < len(shown),
            "total": len(mine),
            "hidden": hidden,
        }
    )


def _person(call: Call) -> Person:
    person = call.library.people.get(uuid_of(call))
    if person is None or person.owner_id != call.me.id:
        raise no_access("person.read")
    return person


@route("GET", "/people/:id", "person.read")
def get_person(call: Call) -> Answer:
    return Json(person_shape(_person(call), is_nested=False))


@route("GET", "/people/:id/statistics", "person.statistics")
def person_statistics(call: Call) -> Answer:
    person = _person(call)
    assets = call.library.assets.values()
    return Json({"assets": sum(any(f.person_id == person.id for f in a.faces) for a in assets)})


@route("GET", "/people/:id/thumbnail", "person.read")
def person_thumbnail(call: Call) -> Answer:
    person = _person(call)
    if person.thumbnail is None:
        refusal = Refusal(404, "Not Found", plain=True)
        refusal.headers = {"Cache-Control": "none"} if call.version < 3 else {}
        raise refusal
    return Stored(person.thumbnail, "image/jpeg", None, "private, no-cache, no-transform")


@route("GET", "/faces", "face.read")
def list_faces(call: Call) -> Answer:
    asset_id = call.query.get("id")
    if not is_uuid(asset_id):
        raise bad_uuid(call.version, "id")
    asset = asset_for(call, str(asset_id), "asset.read")
    answer = []
    for face in asset.faces:
        person = call.library.people.get(face.person_id or "")
        shape = face_shape(face, call.version)
        shape["person"] = person_shape(person, is_nested=True) if person else None
        answer.append(shape)
    return Json(answer)
