"""From a request to a response: authenticate, route, and write the answer as Express would.

Adds what every answer has (ETags, conditions, ranges, gzip, correlation ids). Faults are applied by the caller,
to the decoded answer and to the response.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import secrets
import string
import tempfile
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import msgspec

from tests.fakes.immich import (  # noqa: F401 - importing the routes registers them
    routes_album,
    routes_asset,
    routes_library,
    routes_more,
    routes_people,
    routes_reread,
    routes_search,
    routes_server,
    routes_stack,
    routes_timeline,
    routes_upload,
)
from tests.fakes.immich.access import authenticate
from tests.fakes.immich.library import Library
from tests.fakes.immich.model import Blob
from tests.fakes.immich.refusal import Refusal
from tests.fakes.immich.routing import Answer, Call, Empty, Json, Large, Redirect, Stored, find
from tests.fakes.immich.wire import Request, Response, Span

GZIP_FROM = 1024
_JSON = "application/json; charset=utf-8"
_PUBLIC_WHEN_DOWN = ("/api/server/ping", "/api/server/version")
Mutate = Callable[[Any], Any]


class Answering:
    """Answers requests on a library as one version does. `mode`: "normal", "maintenance" or "db-down"."""

    def __init__(self, version: int, library: Library) -> None:
        self.version = version
        self.library = library
        self.mode = "normal"
        self._spool = tempfile.TemporaryDirectory(prefix="spool-", dir=library.folder)

    def close(self) -> None:
        """Remove the large answers that were written to files."""
        self._spool.cleanup()

    def respond(self, request: Request, *, mutate: Mutate | None = None) -> Response:
        if not request.path.startswith("/api/") and request.path != "/.well-known/immich":
            return _web_page()
        correlation_id = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))
        try:
            answer = self._answer(request)
            response = self._write(request, answer, mutate)
        except Refusal as refusal:
            body = msgspec.json.encode(refusal.body(self.version, correlation_id))
            response = self._json(request, body, refusal.status)
            response.headers |= refusal.headers
        name = "X-Correlation-ID" if self.version >= 3 else "x-immich-cid"
        response.headers = {"X-Powered-By": "Express", name: correlation_id} | response.headers
        response.head_only = request.method == "HEAD"
        return response

    def _answer(self, request: Request) -> Answer:
        if request.path == "/.well-known/immich":
            return Json({"api": {"endpoint": "/api"}})
        if self.mode == "db-down" and request.path not in _PUBLIC_WHEN_DOWN:
            raise Refusal(500, "Internal server error")
        if self.mode == "maintenance":
            return self._in_maintenance(request)
        found = find(request.method, request.path, self.version)
        body, body_error = _decode(request)
        if body_error:
            raise body_error
        if found is None:
            raise Refusal(404, f"Cannot {request.method} {request.path}")
        route, params = found
        call = Call(
            self.version, self.library, request.method, request.path, request.query, request.headers, body,
            request.body, params,
        )  # fmt: skip
        with self.library.lock:
            authenticate(call, route)
            return route.handler(call)

    def _in_maintenance(self, request: Request) -> Answer:
        if request.path == "/api/server/config":
            return Json({"maintenanceMode": True})
        found = find(request.method, request.path, self.version)
        if request.path in _PUBLIC_WHEN_DOWN and found is not None:
            call = Call(self.version, self.library, "GET", request.path, {}, {})
            return found[0].handler(call)
        raise Refusal(404, f"Cannot {request.method} {request.path}")

    def _write(self, request: Request, answer: Answer, mutate: Mutate | None) -> Response:
        match answer:
            case Stored():
                return _stored(request, answer, self.version)
            case Redirect(location):
                text = f"Found. Redirecting to {location}".encode()
                headers = {"Location": location, "Vary": "Accept, Accept-Encoding"}
                return Response(302, headers | {"Content-Type": "text/plain; charset=utf-8"}, text)
            case Empty(status):
                return Response(status, {}, b"", chunked=status == 200)
            case Large():
                if mutate is None:
                    return self._large(request, answer)
                return self._json(request, _mutated(b"".join(answer.pieces()), mutate), 200)
            case Json():
                body = answer.encoded if answer.encoded is not None else msgspec.json.encode(answer.value)
                return self._json(request, _mutated(body, mutate) if mutate else body, answer.status)

    def _json(self, request: Request, body: bytes, status: int) -> Response:
        digest = base64.b64encode(hashlib.sha1(body).digest()).decode()[:27]
        headers = {"ETag": f'"{len(body):x}-{digest}"'}
        if status == 200 and request.method == "GET" and _same(request, headers["ETag"]):
            return Response(304, headers)
        headers = {"Content-Type": _JSON, "ETag": headers["ETag"], "Vary": "Accept-Encoding"}
        if len(body) > GZIP_FROM and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(status, headers, gzip.compress(body, 1, mtime=0), chunked=True)
        return Response(status, headers, body)

    def _large(self, request: Request, answer: Large) -> Response:
        """Written to a file once per revision, hashed on the way; sent from there, gzipped or not."""
        name = f"{answer.name}-v{self.version}"
        plain = Path(self._spool.name) / f"{name}.json"
        packed = plain.with_suffix(".json.gz")

        def write() -> str:
            digest = hashlib.sha1()
            with plain.open("wb") as file, gzip.open(packed, "wb", 1) as zipped:
                for piece in answer.pieces():
                    digest.update(piece)
                    file.write(piece)
                    zipped.write(piece)
            text = base64.b64encode(digest.digest()).decode()[:27]
            return f'"{plain.stat().st_size:x}-{text}"'

        etag = self.library.remember(("large", name), write)
        if _same(request, etag):
            return Response(304, {"ETag": etag})
        headers = {"Content-Type": _JSON, "ETag": etag, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(200, headers, Span(packed, 0, packed.stat().st_size), chunked=True)
        return Response(200, headers, Span(plain, 0, plain.stat().st_size))


HTML = b"<!DOCTYPE html><html><head><title>Immich</title></head><body>Immich</body></html>"


def _web_page() -> Response:
    """What any path outside /api gives: the web application, 200, HTML."""
    return Response(200, {"X-Powered-By": "Express", "Content-Type": "text/html; charset=utf-8"}, HTML)


def _decode(request: Request) -> tuple[Any, Refusal | None]:
    if "json" not in request.headers.get("content-type", "") or not request.body:
        return None, None
    try:
        return msgspec.json.decode(request.body), None
    except msgspec.DecodeError:
        sentence = "Expected property name or '}' in JSON at position 1 (line 1 column 2)"
        return None, Refusal(400, sentence, uncorrelated=True)


def _mutated(body: bytes, mutate: Mutate) -> bytes:
    return msgspec.json.encode(mutate(msgspec.json.decode(body)))


def _same(request: Request, etag: str) -> bool:
    given = request.headers.get("if-none-match", "")
    weak = etag.removeprefix("W/")
    return given == "*" or any(g.strip().removeprefix("W/") == weak for g in given.split(","))


def _stored(request: Request, answer: Stored, version: int) -> Response:
    blob = answer.blob
    size, etag = blob.size_bytes(), blob.etag()
    modified_ms = int(etag.rpartition("-")[2].rstrip('"'), 16)
    headers = {"Cache-Control": answer.cache, "Content-Type": answer.mime}
    if answer.disposition:
        headers["Content-Disposition"] = answer.disposition
    modified = formatdate(modified_ms // 1000, usegmt=True)
    headers |= {"Accept-Ranges": "bytes", "Last-Modified": modified, "ETag": etag}
    unmodified = request.headers.get("if-modified-since") == modified and "if-none-match" not in request.headers
    if _same(request, etag) or unmodified:
        del headers["Content-Type"]
        return Response(304, headers)
    wanted = request.headers.get("range")
    if wanted and request.headers.get("if-range", etag) in (etag, modified):
        span = _range(wanted, size)
        if span is None:
            return _beyond(headers, size, version)
        first, last = span
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        return Response(206, headers, _cut(blob, first, last + 1))
    return Response(200, headers, _cut(blob, 0, size))


def _range(text: str, size: int) -> tuple[int, int] | None:
    first_text, _, last_text = text.removeprefix("bytes=").partition("-")
    if not first_text:
        return max(0, size - int(last_text)), size - 1
    first, last = int(first_text), int(last_text) if last_text else size - 1
    return (first, min(last, size - 1)) if first < size else None


def _beyond(headers: dict[str, str], size: int, version: int) -> Response:
    """Never 416: the servers lose the status on the way (404 in v3, 500 before)."""
    headers["Content-Range"] = f"bytes */{size}"
    headers["Content-Type"] += "; charset=utf-8"
    if version >= 3:
        return Response(404, headers, b'{"message":"Not Found"}')
    headers["Cache-Control"] = "none"
    body = b'{"message":"Internal server error","statusCode":500,"correlationId":"00000000"}'
    return Response(500, headers, body)


def _cut(blob: Blob, first: int, end: int) -> Span:
    file_size = blob.path.stat().st_size
    start = min(first, file_size)
    length = max(0, min(end, file_size) - start)
    return Span(blob.path, start, length, blob.tail[max(0, first - file_size) : max(0, end - file_size)])
