"""One request on the wire: to one origin, with its key, redirects followed by hand, failures as our errors.

The key goes into a header for that origin and nowhere else; a shared link's key goes where Immich wants it, into that
server's query. Keeps no cookies (they would beat the key) and reads neither the environment's proxies nor ~/.netrc.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from sync.clock import Clock
from sync.errors import BadTransfer, CertificateProblem, ForeignRedirect, Unreachable, UsageError
from sync.immich import trouble
from sync.immich.address import Address
from sync.immich.deadline import Deadline, DeadlineAdapter, Patience, running
from sync.immich.retry import Again
from sync.immich.streamed import Streamed
from sync.secrets import LinkSecrets, ServerSecrets, blotted
from sync.settings.tree import Server

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

T = TypeVar("T")
Query = Mapping[str, str]
_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)


class Sender:
    """The wire to one server. Thread-safe."""

    def __init__(
        self,
        address: Address,
        server: Server,
        secrets: ServerSecrets,
        link: LinkSecrets | None,
        *,
        clock: Clock,
        patience: Patience,
    ) -> None:
        self.address = address
        self.by_link = link is not None
        self.has_key = bool(secrets.key)
        self._clock = clock
        self._timeout = (patience.connect_seconds, patience.head_seconds)
        self._headers = _headers(secrets, link)
        self._link_query = _link_query(link)
        texts = (*self._headers.values(), *self._link_query.values(), link.password.reveal() if link else "")
        self._secret_texts = [text for text in texts if len(text) > 3]
        self._headers["User-Agent"] = "mantelpiece"
        # A pinned certificate is trusted for itself, whoever signed it.
        self._verify: bool | str = False if server.fingerprint else server.ca_file or True
        self._adapter = DeadlineAdapter(connections=server.requests, fingerprint=server.fingerprint)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Query,
        headers: Mapping[str, str],
        body: bytes | Streamed | None,
        deadline: Deadline,
    ) -> BaseHTTPResponse:
        """An answer whose head is read; the caller closes it. Raises Again, ForeignRedirect, CertificateProblem, …"""
        pairs = {**query, **self._link_query}
        url = f"{self.address.api}{path}" + (f"?{urlencode(pairs)}" if pairs else "")
        for _ in range(_MOST_REDIRECTS + 1):
            raw = self._request(method, url, headers, body, deadline)
            if raw.status not in _REDIRECTS:
                return raw
            location = raw.headers.get("Location", "")
            raw.close()
            url = self._next(url, location, method)
        raise ForeignRedirect("The server redirects in a circle.", advice="Check the address.")

    def receiving(self, receive: Callable[[], T]) -> T:
        """Run what reads from a connection; what breaks there becomes Again or an error."""
        try:
            return receive()
        except (HTTPError, HTTPException, OSError, requests.RequestException) as failure:
            caught = failure
        # Raised out here: inside, the cause with its URL would hang on to our error.
        raise self._broken(caught)

    def blot(self, text: str) -> str:
        """`text` without any secret of this server."""
        return blotted(text, self._secret_texts)

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Streamed | None, deadline: Deadline
    ) -> BaseHTTPResponse:
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, url, body  # type: ignore[assignment]
        request.headers = CaseInsensitiveDict({**self._headers, **headers})
        if body is not None:
            request.headers["Content-Length"] = str(len(body))
        request.hooks = {}

        def attempt() -> BaseHTTPResponse:
            response = self._adapter.send(request, stream=True, timeout=self._timeout, verify=self._verify)
            raw: BaseHTTPResponse = response.raw
            return raw

        running.deadline = deadline
        try:
            return self.receiving(attempt)
        finally:
            running.deadline = None

    def _next(self, url: str, location: str, method: str) -> str:
        """Where a redirect leads within the origin. Raises ForeignRedirect before anything is sent elsewhere."""
        try:
            target = urljoin(url, location)
            parts = urlsplit(target)
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        except ValueError:
            raise ForeignRedirect("The server redirects to somewhere unreadable.") from None
        here = self.address
        if (parts.scheme, parts.hostname, port) != (here.scheme, here.host, here.port) or "@" in parts.netloc:
            to = _origin_of(parts)
            raise ForeignRedirect(f"The server redirects to {to}; the key was not sent there.", to=to)
        if method != "GET":
            raise ForeignRedirect("The server redirects what was sent to another path.", advice="Check the address.")
        return target

    def _broken(self, failure: BaseException) -> Exception:
        """What broke, as Again where another attempt may help: not for names, certificates or slowness."""
        if "CA certificate bundle" in str(failure):
            advice = "Check ca_file in the server's settings."
            return CertificateProblem("The certificate authority's file is missing.", advice=advice, reason="other")
        if trouble.cut_short(failure):
            return Again(BadTransfer(f"An answer of {self.address.host} ended early."), at_once=True)
        error = trouble.from_failure(failure, host=self.address.host, clock=self._clock)
        if isinstance(error, Unreachable) and not trouble.lasting(failure):
            return Again(error, at_once=True)
        return error


def _origin_of(parts: SplitResult) -> str:
    """Where a redirect leads, without anybody's name, path or secret in it."""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


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
    return {} if link is None else {"key": link.key.reveal()}
