"""The search body: validated as each version does, then a predicate over assets.

Shared by search/metadata, search/random and search/statistics. null is not "no filter": tagIds, rating and city
of null mean "has none", libraryId of null is ignored, anything else null is refused.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from tests.fakes.immich import dates
from tests.fakes.immich.access import can_read_album, timeline_owners
from tests.fakes.immich.model import Album, Asset
from tests.fakes.immich.refusal import (
    Refusal,
    bad_uuid,
    invalid,
    no_access,
    not_one_of,
    out_of_range,
    wrong_type,
)
from tests.fakes.immich.routing import Call, is_uuid

Predicate = Callable[[Asset], bool]

_BOOLEANS = (
    "isFavorite", "isMotion", "isOffline", "isEncoded", "isNotInAlbum",
    "withExif", "withPeople", "withStacked", "withDeleted",
)  # fmt: skip
_ENUMS = {
    "type": ["IMAGE", "VIDEO", "AUDIO", "OTHER"],
    "visibility": ["archive", "timeline", "hidden", "locked"],
    "order": ["asc", "desc"],
}
_DATES = (
    "takenAfter", "takenBefore", "createdAfter", "createdBefore",
    "updatedAfter", "updatedBefore", "trashedAfter", "trashedBefore",
)  # fmt: skip
_TEXTS = ("originalFileName", "originalPath", "description", "checksum", "id")
_NULLABLE_TEXTS = ("city", "state", "country", "make", "model", "lensModel")
_LISTS = ("albumIds", "personIds", "tagIds")


def read(call: Call) -> dict[str, Any]:
    """The validated body; numbers, booleans and dates converted. Refusal(400) as recorded."""
    body = call.body
    if body is None:
        if call.version >= 3:
            error = {
                "expected": "object", "code": "invalid_type", "path": [],
                "message": "Invalid input: expected object, received undefined",
            }  # fmt: skip
            raise Refusal(400, "Validation failed", errors=[error])
        body = {}
    answer: dict[str, Any] = dict(body)
    for name in _BOOLEANS:
        if name in body:
            answer[name] = _boolean(call.version, name, body[name])
    for name, values in _ENUMS.items():
        if name in body and body[name] not in values:
            raise not_one_of(call.version, name, values)
    for name, high in (("size", 1000), ("page", 1_000_000_000)):
        if name in body:
            answer[name] = _number(call.version, name, body[name], high)
    for name in _LISTS:
        if name in body:
            _check_list(call.version, name, body[name])
    for name in _DATES:
        if name in body:
            answer[name] = _date(call.version, name, body[name])
    _check_texts(call.version, body)
    _check_rating(call.version, body)
    return answer


def _boolean(version: int, name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if version < 3 and value in ("true", "false"):
        return bool(value == "true")
    raise wrong_type(version, name, "boolean", value, [f"{name} must be a boolean value"])


def _number(version: int, name: str, value: Any, high: int) -> int:
    if version < 3 and isinstance(value, str) and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        too_high = [f"{name} must not be greater than {high}"] if name == "size" else []
        messages = [*too_high, f"{name} must not be less than 1", f"{name} must be an integer number"]
        raise wrong_type(version, name, "number", value, messages)
    if not 1 <= value <= high:
        raise out_of_range(version, name, value, 1, high)
    return value


def _check_list(version: int, name: str, value: Any) -> None:
    if value is None and name == "tagIds" and version >= 2:
        return
    if not isinstance(value, list):
        messages = [f"each value in {name} must be a UUID", f"{name} must be an array"]
        raise wrong_type(version, name, "array", value, messages)
    for index, item in enumerate(value):
        if not is_uuid(item):
            raise bad_uuid(version, name, index=index)


def _date(version: int, name: str, value: Any) -> int | None:
    if version == 1 and value is None:
        return None
    try:
        # v3 wants the time of day too; what is refused here is refused as every other unreadable date is.
        return dates.parse_ms(value if isinstance(value, str) and (version < 3 or "T" in value) else "")
    except ValueError:
        received = "object" if value is None else "string"
        sentence = f"Invalid input: expected ISO 8601 datetime string, received {received}"
        error: dict[str, Any] = {"code": "invalid_type", "expected": "string"}
        if value is not None:
            error = {"origin": "string", "code": "invalid_format", "format": "datetime", "pattern": "…"}
        error |= {"path": [name], "message": sentence}
        raise invalid(version, [f"{name} must be a Date instance"], error) from None


def _check_texts(version: int, body: dict[str, Any]) -> None:
    for name in _TEXTS:
        if version == 1 and body.get(name) == "":
            raise invalid(version, [f"{name} should not be empty"], {})
        if name not in body or isinstance(body[name], str):
            continue
        if version == 2 and name == "originalFileName" and body[name] is None:
            continue
        messages = [f"{name} should not be empty", f"{name} must be a string"]
        raise wrong_type(version, name, "string", body[name], messages)


def _check_rating(version: int, body: dict[str, Any]) -> None:
    rating = body.get("rating", 1)
    if rating is None and version >= 2:
        return
    if not isinstance(rating, int):
        messages = ["rating must not be less than -1", "rating must not be greater than 5"]
        messages.append("rating must be an integer number")
        raise wrong_type(version, "rating", "number", rating, messages)
    if not (1 if version >= 3 else -1) <= rating <= 5:
        raise out_of_range(version, "rating", rating, 1 if version >= 3 else -1, 5)


def matching(call: Call, wanted: dict[str, Any], *, albums_of_others: bool) -> list[Asset]:
    """Every asset that fits, newest first. `albums_of_others`: whether v3 looks into them (it does in metadata)."""
    visibility = wanted.get("visibility")
    if visibility == "locked":
        raise Refusal(401, "Elevated permission is required")
    albums = [call.library.albums.get(i) for i in wanted.get("albumIds") or []]
    readable = [a for a in albums if a is not None and can_read_album(call, a)]
    if len(readable) < len(albums) and call.version >= 3 and albums_of_others:
        raise no_access("album.read")
    tests = _tests(call, wanted, readable, len(albums))
    any_owner = (call.version >= 3 and albums_of_others and bool(albums)) or call.link is not None
    if not any_owner:
        owners = timeline_owners(call)
        tests.insert(0, lambda a: a.owner_id in owners)
    pool: Any = call.library.assets.values()
    if readable:
        pool = [call.library.assets[i] for i in readable[0].asset_ids if i in call.library.assets]
    found = [asset for asset in pool if all(test(asset) for test in tests)]
    # Trashed and offline ones come only when asked for; that is one of the tests above.
    found.sort(key=lambda a: (a.taken_ms, a.id), reverse=wanted.get("order", "desc") == "desc")
    return found


def _tests(call: Call, wanted: dict[str, Any], albums: list[Album], asked_albums: int) -> list[Predicate]:
    library = call.library
    tests: list[Predicate] = []
    if "visibility" in wanted:
        tests.append(lambda a: a.visibility == wanted["visibility"])
    elif call.version >= 3:
        tests.append(lambda a: a.visibility != "locked")
    else:
        tests.append(lambda a: a.visibility == "timeline")
    trash_too = wanted.get("withDeleted") or wanted.get("isOffline") or wanted.get("trashedAfter")
    if not trash_too:
        tests.append(lambda a: not a.trashed)
    if wanted.get("trashedAfter"):
        tests.append(lambda a: a.trashed)
    if asked_albums:
        complete = len(albums) == asked_albums
        tests.append(lambda a: complete and all(a.id in album.asset_ids for album in albums))
    if wanted.get("personIds"):
        people = set(wanted["personIds"])
        tests.append(lambda a: people <= {face.person_id for face in a.faces})
    tests += _tag_tests(library.tags, wanted)
    tests += _value_tests(wanted)
    tests += _text_tests(wanted)
    tests += _date_tests(wanted)
    if wanted.get("isNotInAlbum"):
        used = {i for album in library.albums.values() for i in album.asset_ids}
        tests.append(lambda a: a.id not in used)
    if wanted.get("withStacked") is False and call.version >= 2:
        tests.append(lambda a: a.stack_id is None)
    return tests


def _tag_tests(tags: dict[str, Any], wanted: dict[str, Any]) -> list[Predicate]:
    if "tagIds" not in wanted:
        return []
    if wanted["tagIds"] is None:
        return [lambda a: not a.tag_ids]
    families = []
    for tag_id in wanted["tagIds"]:
        family = {tag_id}
        while grown := {t.id for t in tags.values() if t.parent_id in family} - family:
            family |= grown
        families.append(family)
    return [lambda a, family=family: not family.isdisjoint(a.tag_ids) for family in families]  # type: ignore[misc]


def _value_tests(wanted: dict[str, Any]) -> list[Predicate]:
    tests: list[Predicate] = []
    for name, attribute in (("isFavorite", "favourite"), ("isOffline", "offline"), ("type", "kind")):
        if name in wanted:
            tests.append(lambda a, k=attribute, v=wanted[name]: getattr(a, k) == v)  # type: ignore[misc]
    if wanted.get("libraryId"):
        tests.append(lambda a: a.library_id == wanted["libraryId"])
    if "rating" in wanted:
        tests.append(lambda a: a.rating == wanted["rating"])
    if "isMotion" in wanted:
        tests.append(lambda a: (a.live_video_id is not None) == wanted["isMotion"])
    for name in _NULLABLE_TEXTS:
        if name in wanted:
            attribute = "lens" if name == "lensModel" else name
            tests.append(lambda a, k=attribute, v=wanted[name]: getattr(a.exif, k) == v)  # type: ignore[misc]
    if "id" in wanted:
        tests.append(lambda a: a.id == wanted["id"])
    if "checksum" in wanted:
        checksum = _as_base64(wanted["checksum"])
        tests.append(lambda a: a.checksum == checksum)
    return tests


def _as_base64(checksum: str) -> str:
    if len(checksum) == 28:
        return checksum
    try:
        return base64.b64encode(bytes.fromhex(checksum)).decode()
    except (ValueError, binascii.Error):
        return checksum


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _text_tests(wanted: dict[str, Any]) -> list[Predicate]:
    tests: list[Predicate] = []
    for name, attribute in (
        ("originalFileName", "name"), ("originalPath", "path"), ("description", "description"),
    ):  # fmt: skip
        if wanted.get(name):
            # As SQL's ILIKE: in any place, `_` is any letter and `%` any letters.
            part = re.escape(_plain(wanted[name])).replace("_", ".").replace("%", ".*")
            tests.append(lambda a, k=attribute, v=re.compile(part): v.search(_plain(getattr(a, k))))  # type: ignore[misc]
    return tests


def _date_tests(wanted: dict[str, Any]) -> list[Predicate]:
    moments: dict[str, Callable[[Asset], int]] = {
        "taken": lambda a: a.taken_ms,
        "created": lambda a: a.created_ms,
        "updated": lambda a: a.updated_us // 1000,
    }
    tests: list[Predicate] = []
    for name, moment in moments.items():
        after, before = wanted.get(f"{name}After"), wanted.get(f"{name}Before")
        if after is not None:
            tests.append(lambda a, m=moment, v=after: m(a) >= v)  # type: ignore[misc]
        if before is not None:
            tests.append(lambda a, m=moment, v=before: m(a) <= v)  # type: ignore[misc]
    return tests
