"""Files of one asset: its original, and Immich's preview of it (of the edited picture, where it is edited).

What arrives is hashed as it is written. A broken transfer goes on where it stopped, by Range, while ETag and length
are the same; else it begins anew. Refuses bodies that are longer or shorter than announced.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from sync.errors import BadTransfer
from sync.immich import refusal
from sync.immich.deadline import Deadline, fill
from sync.immich.facts import Asset, Downloaded
from sync.immich.retry import Again
from sync.immich.sender import Query
from sync.immich.transport import Transport, in_path

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

_CHUNK_BYTES = 256 * 1024
"""Read, written and hashed at once: between these steps the threads change hands, which costs more than the steps.
What is much larger leaves the processor's cache before it is hashed."""
_UNANNOUNCED_BYTES = 2 * 1024**3
"""The most that is taken of a body without Content-Length; its hash or a second download must prove it."""


class _Buffer(threading.local):
    """A thread's own, for all its transfers: memory that is taken anew costs as much as what is read into it."""

    def __init__(self) -> None:
        self.buffer = memoryview(bytearray(_CHUNK_BYTES))


_mine = _Buffer()
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)$")


def original(
    transport: Transport, asset: Asset, part: BinaryIO, *, etag: str | None, cancelled: Callable[[], bool]
) -> Downloaded | None:
    """The original's bytes into `part`."""
    path = f"/assets/{in_path(asset.id)}/original"
    return _Transfer(transport, path, {}, part, f"original of {asset.file_name}", cancelled).run(etag)


def display(
    transport: Transport, asset: Asset, part: BinaryIO, *, etag: str | None, cancelled: Callable[[], bool]
) -> Downloaded | None:
    """The preview's bytes into `part`."""
    query = {"size": "preview"} | ({"edited": "true"} if asset.edited else {})
    path = f"/assets/{in_path(asset.id)}/thumbnail"
    return _Transfer(transport, path, query, part, f"preview of {asset.file_name}", cancelled).run(etag)


class _Transfer:
    """One file over as many attempts as it takes."""

    def __init__(
        self,
        transport: Transport,
        path: str,
        query: Query,
        part: BinaryIO,
        what: str,
        cancelled: Callable[[], bool],
    ) -> None:
        self._transport = transport
        self._path = path
        self._query = query
        self._part = part
        self._start = part.tell()
        self._what = what
        self._cancelled = cancelled
        self._etag: str | None = None
        self._begin()

    def _begin(self) -> None:
        self._part.seek(self._start)
        self._part.truncate()
        self._hash = hashlib.sha1(usedforsecurity=False)
        self._bytes = 0
        self._announced: int | None = None

    def run(self, known: str | None) -> Downloaded | None:
        """Fetch. None where it is still what `known`, its ETag of then, stood for."""

        def once() -> Downloaded | None:
            headers = {}
            if self._bytes and self._etag and self._announced:
                headers = {"Range": f"bytes={self._bytes}-", "If-Range": self._etag}
            elif known:
                headers = {"If-None-Match": known}
            return self._transport.opened(
                self._path, self._query, headers, what=self._what, take=self._take, cancelled=self._cancelled
            )

        return self._transport.insist(once, self._cancelled)

    def _take(self, raw: BaseHTTPResponse, deadline: Deadline) -> Downloaded | None:
        if raw.status == 304:
            return None
        mime = raw.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if not mime or mime.startswith("text/") or mime == "application/json":
            raise refusal.not_immich(mime, raw.status)
        if raw.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise BadTransfer(f"The {self._what} came packed, which was not asked for.")
        if not self._resumes(raw):
            self._begin()
            self._etag = raw.headers.get("ETag")
            self._announced = _length(raw)
        self._receive(raw, deadline)
        if self._announced is not None and self._bytes < self._announced:
            sentence = f"The {self._what} ended after {self._bytes} of {self._announced} bytes."
            raise Again(BadTransfer(sentence), at_once=True)
        digest = self._hash.hexdigest()
        return Downloaded(sha1=digest, bytes=self._bytes, announced=self._announced, etag=self._etag)

    def _resumes(self, raw: BaseHTTPResponse) -> bool:
        """Whether these bytes follow on those that are here. Raises Again for a part of anything else."""
        if raw.status != 206:
            return False
        found = _RANGE.match(raw.headers.get("Content-Range", ""))
        place = (int(found[1]), int(found[2])) if found else None
        if place != (self._bytes, self._announced) or raw.headers.get("ETag") != self._etag:
            self._begin()
            raise Again(BadTransfer(f"The {self._what} went on at the wrong place, or as another file."), at_once=True)
        return True

    def _receive(self, raw: BaseHTTPResponse, deadline: Deadline) -> None:
        patience = self._transport.patience
        limit = _UNANNOUNCED_BYTES if self._announced is None else self._announced
        left = 0 if self._announced is None else limit - self._bytes
        deadline.restart(patience.grace_seconds + left / patience.slowest_bytes_per_second)
        deadline.silent_seconds = patience.silent_seconds
        while count := fill(raw, _mine.buffer):
            chunk = _mine.buffer[:count]
            self._bytes += count
            if self._bytes > limit:
                raise BadTransfer(f"The {self._what} is longer than announced.", bytes=self._bytes)
            self._part.write(chunk)
            self._hash.update(chunk)
            if self._announced is None:
                deadline.earn(count / patience.slowest_bytes_per_second)


def _length(raw: BaseHTTPResponse) -> int | None:
    text = raw.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
