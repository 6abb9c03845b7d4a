"""Applies the fault rules that matched a request: to the request, to the decoded answer, to the response."""

from __future__ import annotations

import functools
import json
import time
import zlib
from collections.abc import Callable
from typing import Any

from tests.fakes.immich import keys
from tests.fakes.immich.answering import HTML
from tests.fakes.immich.faults import Rule
from tests.fakes.immich.wire import Request, Response, read_span

Mutate = Callable[[Any], Any]


def wait(milliseconds: float) -> None:
    time.sleep(milliseconds / 1000)


def instead(rules: list[Rule]) -> Response | None:
    """The answer given in place of the real one, if any rule says so; delays happen here."""
    for rule in rules:
        options = rule.options
        if rule.do == "delay":
            wait(options.get("ms", 60))
        elif rule.do == "status":
            status = options.get("status", 500)
            body = json.dumps({"message": options.get("message", "refused by script")}).encode()
            headers = {"Content-Type": "application/json; charset=utf-8"}
            return Response(status, headers | options.get("headers", {}) | _retry_after(options), body)
        elif rule.do == "html":
            return Response(200, {"Content-Type": "text/html; charset=utf-8"}, HTML)
        elif rule.do == "redirect":
            return Response(options.get("status", 302), {"Location": options["location"]}, b"moved")
        elif rule.do == "reset":
            return Response(200, reset=True)
        elif rule.do == "garbage":
            return Response(200, {"Content-Type": "application/json; charset=utf-8"}, b'{"assets": [')
        elif rule.do == "gzip_bomb":
            headers = {"Content-Type": "application/json; charset=utf-8", "Content-Encoding": "gzip"}
            return Response(200, headers, bomb(options.get("megabytes", 200)))
    return None


def _retry_after(options: dict[str, Any]) -> dict[str, str]:
    return {"Retry-After": str(options["retry_after"])} if "retry_after" in options else {}


@functools.cache
def bomb(megabytes: int) -> bytes:
    """A gzip stream of spaces: one flushed block of a megabyte, repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b" " * 1_000_000
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.flush(zlib.Z_FINISH)
    crc = 0
    for _ in range(megabytes):
        crc = zlib.crc32(block, crc)
    trailer = crc.to_bytes(4, "little") + (megabytes * 1_000_000 % 2**32).to_bytes(4, "little")
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + first + again * (megabytes - 1) + end + trailer


def rewrite(request: Request, rules: list[Rule]) -> None:
    """Faults of paging: the request for one page becomes that for another."""
    for rule in rules:
        if rule.do not in ("duplicate_page", "loop") or not request.body:
            continue
        body = json.loads(request.body)
        page = int(body.get("page", 1))
        body["page"] = 1 if rule.do == "loop" else max(1, page - 1)
        rule.options["page"] = page
        request.body = json.dumps(body).encode()


def mutation(rules: list[Rule]) -> Mutate | None:
    """What happens to the decoded JSON, or None when nothing does."""
    steps = [_STEPS[rule.do] for rule in rules if rule.do in _STEPS]
    chosen = [rule for rule in rules if rule.do in _STEPS]
    if not steps:
        return None

    def mutate(value: Any) -> Any:
        for step, rule in zip(steps, chosen, strict=True):
            value = step(value, rule.options)
        return value

    return mutate


def _spoil_key(value: Any, options: dict[str, Any]) -> Any:
    return keys.spoil(value, options["key"], options["op"], options.get("value"))


def _short_page(value: Any, options: dict[str, Any]) -> Any:
    """Fewer items than there are, with counts that agree with the shortened list."""
    items = options.get("items", 1)
    if isinstance(value, list):
        return value[: max(0, len(value) - items)]
    if isinstance(value, dict) and isinstance(value.get("assets"), dict):
        page = value["assets"]
        page["items"] = page["items"][: max(0, len(page["items"]) - items)]
        page["total"] = page["count"] = len(page["items"])
    elif isinstance(value, dict) and isinstance(value.get("assets"), list):
        value["assets"] = value["assets"][: max(0, len(value["assets"]) - items)]
    elif isinstance(value, dict):
        for name, column in value.items():
            if isinstance(column, list):
                value[name] = column[: max(0, len(column) - items)]
    return value


def _repeat_item(value: Any, options: dict[str, Any]) -> Any:
    """The count stays right, one asset is there twice and another not at all."""
    items = value.get("assets", []) if isinstance(value, dict) else value
    items = items["items"] if isinstance(items, dict) else items
    columns = list(value.values()) if isinstance(value, dict) and "assets" not in value else [items]
    for column in columns:
        if isinstance(column, list) and len(column) > 1:
            column[-1] = column[0]
    return value


def _loop(value: Any, options: dict[str, Any]) -> Any:
    if isinstance(value, dict) and isinstance(value.get("assets"), dict):
        value["assets"]["nextPage"] = str(options.get("page", 1) + 1)
    return value


def _duplicate(value: Any, options: dict[str, Any]) -> Any:
    """Page 1 in place of page 2; what follows it is then page 3, so that the reader comes to an end."""
    page = options.get("page", 1)
    if page > 1 and value["assets"]["nextPage"] is not None:
        value["assets"]["nextPage"] = None if options.get("last") else str(page + 1)
    return value


def _wrong_count(value: Any, options: dict[str, Any]) -> Any:
    for album in value if isinstance(value, list) else [value]:
        if isinstance(album, dict) and "assetCount" in album:
            album["assetCount"] += options.get("by", 1)
    return value


_STEPS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "json": _spoil_key,
    "short_page": _short_page,
    "repeat_item": _repeat_item,
    "loop": _loop,
    "duplicate_page": _duplicate,
    "wrong_count": _wrong_count,
}


def damage(response: Response, rules: list[Rule]) -> Response:
    """Faults below the content: what the bytes on the wire do."""
    for rule in rules:
        options = rule.options
        if rule.do == "truncate":
            response.truncate = options.get("part", 0.5)
        elif rule.do == "drip_headers":
            response.drip_headers_s = options.get("seconds", 0.2)
        elif rule.do == "drip_body":
            response.drip_body_s = options.get("seconds", 0.2)
        elif rule.do == "no_length":
            response.no_length, response.chunked = True, False
        elif rule.do == "wrong_bytes" and response.length():
            seen = 1 if options.get("same") else rule.seen
            response.body = _flipped(_bytes(response), seen)
        elif rule.do == "longer":
            response.body = _bytes(response) + b"x" * options.get("bytes", 1000)
    return response


def _bytes(response: Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else read_span(response.body)


def _flipped(body: bytes, seen: int) -> bytes:
    spoilt = bytearray(body)
    spoilt[(len(body) // 2 + 7 * seen) % len(body)] ^= 0x55
    return bytes(spoilt)
