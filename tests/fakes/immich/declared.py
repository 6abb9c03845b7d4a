"""What each version declares of its requests, and what of ours it does not know, would refuse, or misses.

A real server passes over fields and parameters that it does not know, so that a misspelt or vanished filter would only
find too much: the stand-in tells of them instead. `declared.json` is trimmed from the servers' own descriptions of
their interfaces; only our own client is judged by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.fakes.immich.wire import Request

_VERSIONS = {1: "1.135.3", 2: "2.7.5", 3: "3.1.0"}
_DECLARED = json.loads((Path(__file__).parent / "declared.json").read_text(encoding="utf-8"))
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PART = re.compile(rb'form-data; name="(\w+)"(; filename=)?[^\r]*\r\n(?:[\w-]+: [^\r]*\r\n)*\r\n([^\r]*)')
_PASSED_OVER = {(3, "withoutAssets"), (3, "deviceAssetId"), (3, "deviceId")}
"""Said to every version alike, and recorded to be passed over by this one."""
_EVERYWHERE = ("key", "apiKey")


def strange(version: int, request: Request) -> list[str]:
    """A sentence for each thing in a request that the version does not declare."""
    route = _route(version, request)
    if route is None:
        return [f"{request.method} {request.path} is no route of version {version}"]
    found = [] if "key" in request.query else list(_query(version, request.query, route.get("query", {})))
    body = route.get("body")
    if "json" in request.headers.get("content-type", ""):
        found += _told(version, json.loads(request.body), body or {"fields": {}, "required": []}, "body")
    elif "multipart" in request.headers.get("content-type", "") and body:
        parts = {part[0].decode(): None if part[1] else part[2].decode() for part in _PART.findall(request.body)}
        missing = set(body["required"]) - parts.keys()
        found += [f"form lacks {name}" for name in sorted(missing)]
        found += _fields(version, {name: text for name, text in parts.items() if text is not None}, body, "form")
    elif body and body["required"]:
        found.append("there is no body")
    return [f"{request.method} {request.path} to version {version}: {each}" for each in found]


def _route(version: int, request: Request) -> dict[str, Any] | None:
    path, method = request.path.removeprefix("/api").rstrip("/"), "GET" if request.method == "HEAD" else request.method
    known = _DECLARED[_VERSIONS[version]]
    exact: dict[str, Any] | None = known.get(f"{method} {path}")
    if exact is not None:
        return exact
    for name, route in known.items():
        kind, _, pattern = name.partition(" ")
        if kind == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path):
            return dict(route)
    return None


def _query(version: int, query: dict[str, str], known: dict[str, Any]) -> Iterator[str]:
    for name, kind in known.items():
        if kind.get("required") and name not in query:
            yield f"?{name} is missing"
    for name, text in query.items():
        if name in known:
            yield from _told(version, _plain(text, known[name]), known[name], f"?{name}")
        elif name not in _EVERYWHERE and (version, name) not in _PASSED_OVER:
            yield f"?{name} is not known"


def _plain(text: str, kind: dict[str, Any]) -> Any:
    if kind.get("type") == "number":
        return int(text) if text.isdigit() else text
    return {"true": True, "false": False}.get(text, text) if kind.get("type") == "boolean" else text


def _told(version: int, value: Any, kind: dict[str, Any], where: str) -> Iterator[str]:
    """What is wrong with one value."""
    if value is None:
        if not kind.get("null"):
            yield f"{where} is null"
    elif "fields" in kind:
        yield from (_fields(version, value, kind, where) if isinstance(value, dict) else [f"{where} is no object"])
        if isinstance(value, dict):
            yield from (f"{where} lacks {name}" for name in kind["required"] if name not in value)
    elif "list" in kind:
        items = value if isinstance(value, list) else [None]
        for item in items:
            yield from _told(version, item, kind["list"], f"{where}[]")
    elif "one_of" in kind:
        if value not in kind["one_of"]:
            yield f"{where} is {value!r}"
    elif not _fits(version, value, kind):
        yield f"{where} is {value!r}"


def _fields(version: int, value: dict[str, Any], kind: dict[str, Any], where: str) -> Iterator[str]:
    for name, inner in value.items():
        if name in kind["fields"]:
            yield from _told(version, inner, kind["fields"][name], f"{where}.{name}")
        elif (version, name) not in _PASSED_OVER:
            yield f"{where}.{name} is not known"


def _fits(version: int, value: Any, kind: dict[str, Any]) -> bool:
    match kind.get("type"):
        case "boolean":
            return isinstance(value, bool)
        case "number":
            least, most = kind.get("least", float("-inf")), kind.get("most", float("inf"))
            return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
        case "string" | "uuid":
            # What is no id is refused by the routes themselves, as it is by real servers.
            return isinstance(value, str)
        case "moment":
            return isinstance(value, str) and (_is_moment(value) or (version < 3 and bool(_DAY.fullmatch(value))))
        case "day":
            return isinstance(value, str) and bool(_DAY.fullmatch(value))
    return True


def _is_moment(text: str) -> bool:
    try:
        return "T" in text and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
