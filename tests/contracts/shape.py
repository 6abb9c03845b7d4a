"""Compares an answer with a recorded one by shape: keys, types, and the way dates and ids are written.

Values may differ, their form may not: a date with Z is another form than one with an offset. Where the
recording has several items in a list, a key they do not all have is optional.
"""

from __future__ import annotations

import re
from typing import Any

_FORMS = {
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "date with Z": r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z",
    "date with offset": r"\d{4}-\d\d-\d\dT[\d:]{8}(\.\d+)?\+00:00",
    "date without zone": r"\d{4}-\d\d-\d\dT[\d:]{8}(\.\d+)?",
    "day": r"\d{4}-\d\d-\d\d",
    "checksum": r"[A-Za-z0-9+/]{27}=",
}
# Sentences are compared word for word; so are the values a client branches on.
_EXACT = {"message", "error", "statusCode", "code", "expected", "format", "type", "visibility", "res"}

# Written only where there is something to write.
_OPTIONAL = {"color", "parentId"}


def differences(recorded: Any, given: Any, where: str = "answer") -> list[str]:
    """What is wrong with `given`, one sentence each; empty when it has the recorded shape."""
    if recorded is None or given is None:
        return []
    if isinstance(recorded, dict) and isinstance(given, dict):
        return _keys([recorded], given, where) + _values(recorded, given, where)
    if isinstance(recorded, list) and isinstance(given, list):
        return _items(recorded, given, where)
    if isinstance(recorded, bool) or isinstance(given, bool) or isinstance(recorded, str | list | dict):
        same = type(recorded) is type(given)
    else:
        same = isinstance(recorded, int | float) and isinstance(given, int | float)
    if not same:
        return [f"{where}: {type(given).__name__} in place of {type(recorded).__name__}"]
    if isinstance(recorded, str) and form(recorded) != form(given):
        return [f"{where}: {given!r} is {form(given)}, recorded was {form(recorded)} ({recorded!r})"]
    return []


def form(text: str) -> str:
    return next((name for name, pattern in _FORMS.items() if re.fullmatch(pattern, text)), "text")


def _without_ids(value: Any) -> Any:
    return re.sub(_FORMS["uuid"], "ID", value) if isinstance(value, str) else value


def _keys(recorded: list[dict[str, Any]], given: dict[str, Any], where: str) -> list[str]:
    required = set.intersection(*(set(one) for one in recorded))
    allowed = set.union(*(set(one) for one in recorded))
    missing = sorted(required - set(given) - _OPTIONAL)
    unknown = sorted(set(given) - allowed - _OPTIONAL)
    return [f"{where}: lacks {name}" for name in missing] + [f"{where}: has {name}" for name in unknown]


def _values(recorded: dict[str, Any], given: dict[str, Any], where: str) -> list[str]:
    found = []
    for name in recorded.keys() & given.keys():
        inner = f"{where}.{name}"
        is_exact = name in _EXACT and not isinstance(recorded[name], dict | list)
        if name == "message" or (is_exact and where == "answer"):
            if _without_ids(recorded[name]) != _without_ids(given[name]):
                found.append(f"{inner}: {given[name]!r}, recorded was {recorded[name]!r}")
        else:
            found += differences(recorded[name], given[name], inner)
    return found


def _items(recorded: list[Any], given: list[Any], where: str) -> list[str]:
    if not recorded:
        return []
    if not given:
        return [f"{where}: empty, recorded had items"]
    if not all(isinstance(item, dict) for item in recorded):
        return [] if isinstance(given[0], type(recorded[0])) or recorded[0] is None or given[0] is None else [where]
    found = []
    for index, item in enumerate(given):
        inner = f"{where}[{index}]"
        if not isinstance(item, dict):
            return [f"{inner}: not an object"]
        found += _keys(recorded, item, inner)
        by_model = [_values(model, item, inner) for model in recorded]
        found += min(by_model, key=len)
    return found
