"""Reads the replaced tool's flat filters: `[{"key": "people", "val": ["Anna"], "operator": "AND"}, …]`, all of them.

`people` and what its README calls `is_favorite` and `asset_type` become our own tests; any other top-level key of
Immich's asset is compared as that tool compared it. An unknown key is refused: there it matched nothing, silently.
"""

from __future__ import annotations

from collections.abc import Mapping

from sync.errors import RuleError, did_you_mean
from sync.smart import rules
from sync.smart.parse import day, named, visibility, yes
from sync.smart.rules import Named, Operator, Rule, Test

KEYS = (
    "checksum", "createdAt", "deviceAssetId", "deviceId", "duplicateId", "duration", "fileCreatedAt", "fileModifiedAt",
    "hasMetadata", "height", "id", "isArchived", "isEdited", "isFavorite", "isOffline", "isTrashed", "libraryId",
    "livePhotoVideoId", "localDateTime", "originalFileName", "originalMimeType", "originalPath", "ownerId", "people",
    "resized", "thumbhash", "type", "updatedAt", "visibility", "width",
)  # fmt: skip
"""Immich's own, of any version, but for those that hold more than one value."""
_ALIASES = {"is_favorite": "isFavorite", "asset_type": "type"}
_ORDERED = ("BEFORE", "AFTER")
_TYPES = {"image": rules.Type.PHOTO, "photo": rules.Type.PHOTO, "video": rules.Type.VIDEO}


def parse_flat(filters: object) -> Rule:
    """The rule of a list of filters. Raises RuleError."""
    if not isinstance(filters, list | tuple) or not filters:
        raise RuleError("'filters' needs a list with at least one filter in it.")
    parts = tuple(_filter(one) for one in filters)
    return parts[0] if len(parts) == 1 else rules.All(parts)


def _filter(one: object) -> Rule:
    if not isinstance(one, Mapping) or not isinstance(one.get("key"), str):
        raise RuleError(f"A filter needs a 'key', a 'val' and perhaps an 'operator', not {one!r}.")
    for word in one:
        if word not in ("key", "val", "operator", "unnamed", "hidden"):
            raise RuleError(f"{word!r} is no part of a filter.{did_you_mean(str(word), ['key', 'val', 'operator'])}")
    key = _ALIASES.get(one["key"], one["key"])
    if key not in KEYS:
        known = [*KEYS, *_ALIASES]
        raise RuleError(f"Immich's photos have no key {one['key']!r}.{did_you_mean(one['key'], known)}")
    operator = one.get("operator") or "OR"
    operators = [*Operator, *_ORDERED]
    if operator not in operators:
        raise RuleError(f"{operator!r} is no operator.{did_you_mean(str(operator), operators)}")
    value = one.get("val")
    if operator in _ORDERED:
        return rules.Key(key, operator, (day(key, value).isoformat(),))
    if key == "people":
        counted = (yes("unnamed", one.get("unnamed", True)), yes("hidden", one.get("hidden", True)))
        return rules.People(Operator(operator), _named(value), *counted)
    return _plain(key, Operator(operator), value)


def _named(value: object) -> tuple[Named, ...] | None:
    return None if value is None else named("people", value)


def _plain(key: str, operator: Operator, value: object) -> Rule:
    values = None if value is None else tuple(value) if isinstance(value, list | tuple) else (value,)
    if values is not None and (not values or not all(isinstance(one, str | int | float | bool) for one in values)):
        raise RuleError(f"{key!r} is compared with a text, a number, true or false, not with {value!r}.")
    if key in ("isTrashed", "isOffline") and values != (False,):
        raise RuleError(f"What {key!r} says is never in a list of photos; leave this filter out.")
    if values is None or operator is not Operator.OR:
        return rules.Key(key, operator, values)
    if key == "isFavorite" and len(values) == 1:
        return rules.Favourite(yes(key, values[0]))
    if key == "type" and all(str(one).lower() in _TYPES for one in values):
        return rules.TypeIs(tuple(_TYPES[str(one).lower()] for one in values))
    if key == "visibility":
        return visibility(list(values), {})
    if key == "isArchived" and values == (True,):
        return _archived()
    return rules.Key(key, operator, values)


def _archived() -> Test:
    return rules.VisibilityIs(("archive",))
