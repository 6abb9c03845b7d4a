"""Asking a server until it answers: slots, deadlines, retries, byte caps; JSON typed, files handed on.

What changes nothing on the server may be asked twice; changes go through `tell`, which says how often it asked. Every
way of failing ends as an error of sync/errors.py without a secret in it. Thread-safe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct

from sync.clock import Clock
from sync.errors import (
    KeyRefused,
    Maintenance,
    SchemaDrift,
    ServerError,
    ServerFailure,
)
from sync.immich import refusal
from sync.immich.answers import Config
from sync.immich.deadline import Deadline, Patience
from sync.immich.decoding import decode
from sync.immich.retry import Again, Retry
from sync.immich.sender import Query, Sender
from sync.immich.slots import Slots
from sync.immich.stored import Stored
from sync.immich.streamed import Earning, Streamed

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

T = TypeVar("T")
_MESSAGE_BYTES = 64 * 1024
_TELL_SECONDS = 60.0
"""A change of a thousand assets takes its time."""
_NO_KEY_ADVICE = "Give it with 'mantelpiece server add', under the same name, or on the phone page."
_LINK_ADVICE = "The link was deleted, has expired, or needs another password; make a new one in Immich."


def in_path(text: str) -> str:
    """An id from an answer, safe inside a path."""
    return quote(text, safe="")


class Reply(Struct, frozen=True):
    """An answer of JSON; `body` is None for 204 and 304, and where it was to be left unread."""

    status: int
    etag: str | None
    date: str | None
    body: Stored | None

    def content(self) -> bytes:
        """The body unpacked; empty where there is none."""
        return self.body.whole() if self.body else b""

    def stored(self, what: str) -> Stored:
        """The body, to be read in pieces. Raises SchemaDrift where there is none."""
        if self.body is None:
            raise SchemaDrift(f"The server's answer for {what} is empty.", field="$", status=self.status)
        return self.body


class Transport:
    """The way to one server."""

    def __init__(
        self, sender: Sender, *, slots: Slots, clock: Clock, patience: Patience, cancelled: Callable[[], bool]
    ) -> None:
        self.patience = patience
        self.sender = sender
        self._clock = clock
        self._cancelled = cancelled
        self._retry = Retry(slots, clock, patience)

    def read(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        what: str,
        query: Query | None = None,
        body: Any = None,
        head_seconds: float | None = None,
    ) -> T:
        """Ask for JSON of that type; `what` names it in errors. Raises SchemaDrift where it has another."""
        reply = self.ask(method, path, what=what, query=query, body=body, head_seconds=head_seconds)
        return decode(reply.content(), kind, what=what)

    def ask(
        self,
        method: str,
        path: str,
        *,
        what: str,
        query: Query | None = None,
        body: Any = None,
        etag: str | None = None,
        unread: bool = False,
        head_seconds: float | None = None,
    ) -> Reply:
        """Ask for JSON. With `etag` the answer may be 304; `unread` leaves the body of a 200 where it is."""
        once = self._asking(method, path, what, query or {}, body, etag, unread=unread, head_seconds=head_seconds)
        return self.insist(once, self._cancelled)

    def tell(
        self, method: str, path: str, kind: type[T], *, what: str, body: Any, again: bool
    ) -> tuple[T, int]:
        """Change something: the answer, and at which attempt it came. `again` is whether doing it twice is doing it
        once; without it a lost answer is an error, and the change may have been made."""
        attempt = self._asking(method, path, what, {}, body, None, head_seconds=_TELL_SECONDS)
        attempts = 0

        def once() -> Reply:
            nonlocal attempts
            attempts += 1
            try:
                return attempt()
            except Again as failed:
                if again:
                    raise
                raise failed.error from None

        reply = self.insist(once, self._cancelled)
        return decode(reply.content(), kind, what=what), attempts

    def order(self, method: str, path: str, *, what: str, body: Any = None) -> None:
        """Have something done that Immich answers with nothing; doing it twice must be doing it once."""
        once = self._asking(method, path, what, {}, body, None, head_seconds=_TELL_SECONDS, empty=True)
        self.insist(once, self._cancelled)

    def send_file(self, path: str, kind: type[T], *, what: str, headers: Mapping[str, str], body: Streamed) -> T:
        """POST a body that is read anew for each attempt; sending it twice must be sending it once. The time it may
        take grows with what is sent."""
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", **headers}

        def once() -> Reply:
            deadline = Deadline(_TELL_SECONDS, self._cancelled)
            sent = Earning(body, deadline, self.patience.slowest_bytes_per_second)
            raw = self.sender.send("POST", path, query={}, headers=headers, body=sent, deadline=deadline)
            try:
                return self._reply(raw, what, deadline, unread=False)
            finally:
                _let_go(raw)

        return decode(self.insist(once, self._cancelled).content(), kind, what=what)

    def opened(
        self,
        path: str,
        query: Query,
        headers: Mapping[str, str],
        *,
        what: str,
        take: Callable[[BaseHTTPResponse, Deadline], T],
        cancelled: Callable[[], bool],
    ) -> T:
        """One attempt to GET a file: `take` gets an answer of status 200, 206 or 304. May raise Again."""
        deadline = Deadline(self.patience.head_seconds, cancelled)
        headers = {"Accept-Encoding": "identity", **headers}
        raw = self.sender.send("GET", path, query=query, headers=headers, body=None, deadline=deadline)
        try:
            if raw.status not in (200, 206, 304):
                raise self._refused(raw, what, deadline)
            return self.sender.receiving(lambda: take(raw, deadline))
        finally:
            _let_go(raw)

    def insist(self, once: Callable[[], T], cancelled: Callable[[], bool]) -> T:
        """Call `once` until it gives an answer, an error that stays, or the attempts are used up (retry.py)."""
        try:
            return self._retry.until_answered(once, cancelled)
        except ServerError as error:
            explained = self._explained(error)
            if explained is error:
                raise
            raise explained from error

    def _explained(self, error: ServerError) -> ServerError:
        if error.facts.get("no_such_route") and self._in_maintenance():
            return Maintenance("The server is in maintenance mode.")
        return error

    def _in_maintenance(self) -> bool:
        """Every route is missing in maintenance mode; only the configuration says so."""
        what = "configuration"
        answer, _ = self._retry.once(self._asking("GET", "/server/config", what, {}, None, None), self._cancelled)
        return isinstance(answer, Reply) and decode(answer.content(), Config, what=what).maintenance_mode

    def _asking(
        self,
        method: str,
        path: str,
        what: str,
        query: Query,
        body: Any,
        etag: str | None,
        *,
        unread: bool = False,
        empty: bool = False,
        head_seconds: float | None = None,
    ) -> Callable[[], Reply]:
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        if etag is not None:
            headers["If-None-Match"] = etag
        packed = None if body is None else msgspec.json.encode(body)
        if packed is not None:
            headers["Content-Type"] = "application/json"

        def once() -> Reply:
            deadline = Deadline(head_seconds or self.patience.head_seconds, self._cancelled)
            raw = self.sender.send(method, path, query=query, headers=headers, body=packed, deadline=deadline)
            try:
                return self._reply(raw, what, deadline, unread=unread, empty=empty)
            finally:
                _let_go(raw)

        return once

    def _reply(
        self, raw: BaseHTTPResponse, what: str, deadline: Deadline, *, unread: bool, empty: bool = False
    ) -> Reply:
        etag, date = raw.headers.get("ETag"), raw.headers.get("Date")
        if raw.status in (204, 304):
            return Reply(raw.status, etag, date, None)
        if raw.status not in (200, 201):
            raise self._refused(raw, what, deadline)
        content_type = raw.headers.get("Content-Type", "")
        if empty and not content_type and raw.headers.get("Content-Length", "0") == "0":
            # 1.x says 200 where later versions say 204.
            return Reply(raw.status, etag, date, None)
        encoding = raw.headers.get("Content-Encoding", "identity").lower()
        if not refusal.is_json(content_type) or encoding not in ("gzip", "identity"):
            raise refusal.not_immich(content_type, raw.status)
        if unread:
            return Reply(raw.status, etag, date, None)
        stored = Stored(gzipped=encoding == "gzip")
        self.sender.receiving(lambda: self._store(raw, stored, deadline))
        return Reply(raw.status, etag, date, stored)

    def _store(self, raw: BaseHTTPResponse, stored: Stored, deadline: Deadline) -> None:
        deadline.restart(self.patience.grace_seconds)
        while chunk := raw.read(65536, decode_content=False):
            stored.add(chunk)
            # Bytes earn time at the slowest rate that is accepted: a drip earns none.
            deadline.earn(len(chunk) / self.patience.slowest_bytes_per_second)
        stored.close()

    def _refused(self, raw: BaseHTTPResponse, what: str, deadline: Deadline) -> Exception:
        """The error of a refusing answer, wrapped in Again where another attempt may help."""
        deadline.restart(self.patience.head_seconds)
        body = self.sender.receiving(lambda: raw.read(_MESSAGE_BYTES, decode_content=True))
        error = refusal.from_status(
            raw.status,
            content_type=raw.headers.get("Content-Type", ""),
            message=self.sender.blot(refusal.message_of(body)),
            what=what,
            retry_after=refusal.seconds_to_wait(raw.headers.get("Retry-After"), self._clock.now()),
        )
        if isinstance(error, KeyRefused) and self.sender.by_link:
            return KeyRefused("The server does not accept the shared link.", advice=_LINK_ADVICE, status=raw.status)
        if isinstance(error, KeyRefused) and not self.sender.has_key:
            return KeyRefused("There is no key for this server here.", advice=_NO_KEY_ADVICE, status=raw.status)
        return Again(error) if isinstance(error, ServerFailure) else error


def _let_go(raw: BaseHTTPResponse) -> None:
    """Back into the pool where it was read to its end, else closed: an unread rest must not meet the next request."""
    if raw.status in (204, 304):
        raw.drain_conn()
    raw.close()
