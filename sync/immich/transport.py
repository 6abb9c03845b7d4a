"""Requests to one origin with one key: slots, deadlines, retries, byte caps, redirects followed by hand.

Every way of failing ends as an error of sync/errors.py without a secret in it. The key goes into a header for that
origin and nowhere else; a shared link's key goes where Immich wants it, into that server's query. Keeps no cookies and
reads neither the environment's proxies nor ~/.netrc. Thread-safe.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

import msgspec
import requests
from msgspec import Struct
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from sync.clock import Clock
from sync.errors import (
    BadTransfer,
    Cancelled,
    CertificateProblem,
    ForeignRedirect,
    KeyRefused,
    Maintenance,
    NotAvailable,
    ServerError,
    ServerFailure,
    TooManyRequests,
    Unreachable,
    UsageError,
)
from sync.immich import refusal, trouble
from sync.immich.address import Address
from sync.immich.answers import decode
from sync.immich.deadline import Deadline, DeadlineAdapter, Patience, running
from sync.immich.slots import Slots
from sync.immich.stored import Stored
from sync.secrets import LinkSecrets, ServerSecrets, blotted
from sync.settings import Server

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

T = TypeVar("T")
Query = Mapping[str, str]
_MOST_REDIRECTS = 3
_MESSAGE_BYTES = 64 * 1024


def in_path(text: str) -> str:
    """An id from an answer, safe inside a path."""
    return quote(text, safe="")


def never() -> bool:
    """Nobody cancels."""
    return False


class Reply(Struct, frozen=True):
    """An answer of JSON; `body` is None for 304."""

    status: int
    etag: str | None
    date: str | None
    body: Stored | None

    def content(self) -> bytes:
        """The body unpacked; empty where there is none."""
        return self.body.whole() if self.body else b""


class Again(Exception):
    """Inside this package: an error that another attempt may cure."""

    def __init__(self, error: ServerError, *, at_once: bool = False) -> None:
        super().__init__()
        self.error = error
        self.at_once = at_once


class Transport:
    """The way to one server."""

    def __init__(
        self,
        address: Address,
        server: Server,
        secrets: ServerSecrets,
        link: LinkSecrets | None,
        *,
        slots: Slots,
        clock: Clock,
        patience: Patience,
    ) -> None:
        self.address = address
        self.patience = patience
        self._clock = clock
        self._slots = slots
        self._random = random.Random()  # noqa: S311
        self._headers = _headers(secrets, link)
        self._link_query = _link_query(link)
        self._secret_texts = [text for text in (*self._headers.values(), *self._link_query.values()) if len(text) >= 4]
        self._headers["User-Agent"] = "mantelpiece"
        self._verify: bool | str = server.ca_file or True
        if server.fingerprint:
            self._verify = False
        self._adapter = DeadlineAdapter(connections=server.requests, fingerprint=server.fingerprint)

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
        cancelled: Callable[[], bool] = never,
    ) -> Reply:
        """Ask for JSON; only for what changes nothing, since it may be asked twice. `unread` leaves the body there."""
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        if etag is not None:
            headers["If-None-Match"] = etag
        packed = None if body is None else msgspec.json.encode(body)
        if packed is not None:
            headers["Content-Type"] = "application/json"

        def once() -> Reply:
            deadline = Deadline(head_seconds or self.patience.head_seconds, cancelled)
            raw = self._send(method, path, query or {}, headers, packed, deadline)
            try:
                return self._reply(raw, what, deadline, unread=unread)
            finally:
                _let_go(raw)

        return self.insist(once, cancelled)

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
        """Ask for JSON of that type. Raises SchemaDrift where it has another."""
        reply = self.ask(method, path, what=what, query=query, body=body, head_seconds=head_seconds)
        return decode(reply.content(), kind, what=what)

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
        raw = self._send("GET", path, query, {"Accept-Encoding": "identity", **headers}, None, deadline)
        try:
            if raw.status not in (200, 206, 304):
                raise self._refused(raw, what, deadline)
            return self.receiving(lambda: take(raw, deadline))
        finally:
            _let_go(raw)

    def insist(self, once: Callable[[], T], cancelled: Callable[[], bool], *, attempts: int | None = None) -> T:
        """Call `once` in a slot until it gives an answer, an error that stays, or the attempts are used up."""
        most = attempts or self.patience.attempts
        waited = 0.0
        for attempt in range(1, most + 1):
            error, at_once = self._try(once, cancelled)
            if not isinstance(error, ServerError):
                return error
            pause = self._pause(error, attempt, at_once=at_once)
            waited += pause or 0.0
            if pause is None or attempt == most or waited > self.patience.longest_wait_seconds:
                raise self._explained(error)
            self._sleep(pause, cancelled)
        raise AssertionError("unreachable")

    def receiving(self, receive: Callable[[], T]) -> T:
        """Run what reads from a connection; what breaks there becomes Again."""
        try:
            return receive()
        except (HTTPError, OSError, requests.RequestException) as failure:
            caught = failure
        raise self._broken(caught)

    def blot(self, text: str) -> str:
        """`text` without any secret of this server."""
        return blotted(text, self._secret_texts)

    def _try(self, once: Callable[[], T], cancelled: Callable[[], bool]) -> tuple[T | ServerError, bool]:
        try:
            with self._slots.one(cancelled):
                return once(), False
        except Again as again:
            return again.error, again.at_once
        except (TooManyRequests, NotAvailable) as error:
            return error, False

    def _pause(self, error: ServerError, attempt: int, *, at_once: bool) -> float | None:
        """Seconds until the next attempt; None where another attempt is of no use."""
        if isinstance(error, NotAvailable):
            return None
        asked = error.facts.get("retry_after_seconds")
        if isinstance(asked, float):
            return asked + self._random.uniform(0, 0.1 * asked)
        if at_once and attempt == 1:
            return 0.0
        return self._random.uniform(0, self.patience.backoff_seconds * 2 ** (attempt - 1))

    def _sleep(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        left = seconds
        while left > 0:
            if cancelled():
                raise Cancelled("Cancelled while waiting for the server.")
            self._clock.sleep(min(left, 0.5))
            left -= 0.5

    def _explained(self, error: ServerError) -> ServerError:
        """In maintenance every route is missing; only the configuration says so."""
        if error.facts.get("no_such_route") and self._in_maintenance():
            return Maintenance("The server is in maintenance mode.")
        return error

    def _in_maintenance(self) -> bool:
        def once() -> Reply:
            deadline = Deadline(self.patience.head_seconds, never)
            raw = self._send("GET", "/server/config", {}, {"Accept": "application/json"}, None, deadline)
            try:
                return self._reply(raw, "configuration", deadline)
            finally:
                raw.close()

        answer, _ = self._try(once, never)
        if not isinstance(answer, Reply) or answer.body is None:
            return False
        try:
            tree = msgspec.json.decode(answer.body.whole())
        except (msgspec.DecodeError, BadTransfer):
            return False
        return isinstance(tree, dict) and tree.get("maintenanceMode") is True

    def _reply(self, raw: BaseHTTPResponse, what: str, deadline: Deadline, *, unread: bool = False) -> Reply:
        etag, date = raw.headers.get("ETag"), raw.headers.get("Date")
        if raw.status == 304 or (raw.status == 200 and unread):
            return Reply(raw.status, etag, date, None)
        if raw.status != 200:
            raise self._refused(raw, what, deadline)
        content_type = raw.headers.get("Content-Type", "")
        if not refusal.is_json(content_type):
            raise refusal.not_immich(content_type, 200)
        encoding = raw.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("gzip", "identity"):
            raise refusal.not_immich(f"{content_type}, {encoding}", 200)
        stored = Stored(gzipped=encoding == "gzip")
        self.receiving(lambda: self._store(raw, stored, deadline))
        return Reply(200, etag, date, stored)

    def _store(self, raw: BaseHTTPResponse, stored: Stored, deadline: Deadline) -> None:
        deadline.restart(self.patience.grace_seconds)
        total = 0
        while chunk := raw.read(65536, decode_content=False):
            stored.add(chunk)
            total += len(chunk)
            # Bytes earn time at the slowest rate that is accepted: a drip earns none.
            deadline.earn(len(chunk) / self.patience.slowest_bytes_per_second)
        stored.close()

    def _refused(self, raw: BaseHTTPResponse, what: str, deadline: Deadline) -> Exception:
        """The error of a refusing answer, wrapped in Again where another attempt may help."""
        deadline.restart(self.patience.head_seconds)
        body = self.receiving(lambda: raw.read(_MESSAGE_BYTES, decode_content=True))
        error = refusal.from_status(
            raw.status,
            content_type=raw.headers.get("Content-Type", ""),
            message=self.blot(refusal.message_of(body)),
            what=what,
            retry_after=refusal.seconds_to_wait(raw.headers.get("Retry-After"), self._clock.now()),
        )
        if isinstance(error, KeyRefused) and self._link_query:
            return KeyRefused("The server does not accept the shared link.", advice=_LINK_ADVICE, status=raw.status)
        return Again(error) if isinstance(error, ServerFailure) else error

    def _send(
        self,
        method: str,
        path: str,
        query: Query,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: Deadline,
    ) -> BaseHTTPResponse:
        """Send, and follow redirects within the origin. Raises Again for what broke on the way."""
        pairs = {**query, **self._link_query}
        url = f"{self.address.api}{path}" + (f"?{urlencode(pairs)}" if pairs else "")
        for _ in range(_MOST_REDIRECTS + 1):
            raw = self._request(method, url, {**self._headers, **headers}, body, deadline)
            if raw.status not in (301, 302, 303, 307, 308):
                return raw
            target = urljoin(url, raw.headers.get("Location", ""))
            raw.close()
            self._refuse_foreign(target, method)
            url = target
        raise ForeignRedirect("The server redirects in a circle.", advice="Check the address.")

    def _refuse_foreign(self, target: str, method: str) -> None:
        try:
            parts = urlsplit(target)
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        except ValueError:
            raise ForeignRedirect("The server redirects to somewhere unreadable.") from None
        here = self.address
        if (parts.scheme, parts.hostname, port) != (here.scheme, here.host, here.port) or "@" in parts.netloc:
            to = f"{parts.scheme}://{parts.hostname}"
            raise ForeignRedirect(f"The server redirects to {to}; the key was not sent there.", to=to)
        if method != "GET":
            raise ForeignRedirect("The server redirects what was sent to another path.", to=parts.path)

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: Deadline
    ) -> BaseHTTPResponse:
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, url, body
        request.headers = CaseInsensitiveDict(headers)
        if body is not None:
            request.headers["Content-Length"] = str(len(body))
        request.hooks = {}
        timeout = (self.patience.connect_seconds, self.patience.head_seconds)
        running.deadline = deadline
        try:
            response = self._adapter.send(request, stream=True, timeout=timeout, verify=self._verify)
        except (requests.RequestException, HTTPError, OSError) as failure:
            caught = failure
        else:
            raw: BaseHTTPResponse = response.raw
            return raw
        finally:
            running.deadline = None
        raise self._broken(caught)

    def _broken(self, failure: BaseException) -> Exception:
        """What broke, as Again where another attempt may help: not for names, certificates or slowness."""
        if isinstance(failure, FileNotFoundError) or "CA certificate bundle" in str(failure):
            return CertificateProblem("The file of the certificate authority cannot be read.", reason="other")
        error = trouble.from_failure(failure, host=self.address.host, clock=self._clock)
        if not isinstance(error, Unreachable) or trouble.lasting(failure):
            return error
        return Again(error, at_once=True)


def _let_go(raw: BaseHTTPResponse) -> None:
    """Back into the pool where it was read to its end, else closed: an unread rest must not meet the next request."""
    if raw.status == 304:
        raw.drain_conn()
    raw.close()


_LINK_ADVICE = "The link was deleted, has expired, or needs another password; make a new one in Immich."


def _headers(secrets: ServerSecrets, link: LinkSecrets | None) -> dict[str, str]:
    headers = {name: secret.reveal() for name, secret in secrets.headers}
    if link is None:
        headers["x-api-key"] = secrets.key.reveal().strip()
    for name, value in headers.items():
        # http.client would quote the value in its own complaint.
        if not value.isprintable() or not value.isascii() or not name.isascii() or not name.isprintable():
            raise UsageError("A key or request header has characters that no header may have.", header=name)
    return headers


def _link_query(link: LinkSecrets | None) -> dict[str, str]:
    if link is None:
        return {}
    query = {"key": link.key.reveal()}
    if link.password:
        query["password"] = link.password.reveal()
    return query
