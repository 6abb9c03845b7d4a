"""Deadlines that hold against a server that drips: every receive looks at the clock, in head and body alike.

A socket's own timeout begins anew with every byte. Here one deadline covers a whole answer; it is moved on as bytes
arrive, so that only too slow a rate passes it. Cancelling is noticed within half a second, even while nothing comes.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sync.errors import Cancelled, UsageError
from sync.immich.address import refuse_host

_SLICE_SECONDS = 0.5
_BUFFER_BYTES = 64 * 1024


class Patience(Struct, frozen=True, kw_only=True):
    """How long a server may take, and how often it is asked again."""

    connect_seconds: float = 10.0
    head_seconds: float = 15.0
    """From the request to the end of the answer's head."""
    grace_seconds: float = 30.0
    """For a body, beside the time that its size needs at the slowest rate."""
    slowest_bytes_per_second: float = 50_000.0
    silent_seconds: float = 60.0
    """For so long nothing may come in a file's body: of a connection that died without a word, a film's length would
    have us wait for hours."""
    attempts: int = 4
    backoff_seconds: float = 0.5
    """The first pause is random below this, each further one below twice as much."""
    longest_wait_seconds: float = 60.0
    """A longer Retry-After is not waited for inside a job."""


class DeadlinePassed(TimeoutError):
    """The answer as a whole took too long."""


class Deadline:
    """When an answer must be there; belongs to one request and one thread."""

    def __init__(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        self._until = time.monotonic() + seconds
        self._cancelled = cancelled
        self.silent_seconds = math.inf
        """For so long nothing may come at all."""

    def restart(self, seconds: float) -> None:
        """Count anew from now."""
        self._until = time.monotonic() + seconds

    def earn(self, seconds: float) -> None:
        """Move on: so much was received."""
        self._until += seconds

    def check(self) -> None:
        """Raise DeadlinePassed or Cancelled."""
        if self._cancelled():
            raise Cancelled("Cancelled while the server was answering.")
        if time.monotonic() >= self._until:
            raise DeadlinePassed("too slow")


class _Running(threading.local):
    deadline: Deadline | None = None


running = _Running()
"""The deadline of the request that this thread makes now."""


class _Reader(socket.SocketIO):
    """A socket's receiving side under the deadline that was running when the answer began."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock, "r")
        self._socket = sock
        self._deadline = running.deadline or Deadline(Patience().head_seconds, lambda: False)
        self._kernel_waits = not isinstance(sock, ssl.SSLSocket) and _let_kernel_wait(sock)
        if not self._kernel_waits:
            sock.settimeout(_SLICE_SECONDS)

    def readinto(self, buffer: Any) -> int:
        # More than the reader's own buffer is asked for in the midst of a body alone, which has as much to come: then
        # the kernel fills it while the other threads work. A head's end must not be waited beyond.
        flags = socket.MSG_WAITALL if self._kernel_waits and len(buffer) > _BUFFER_BYTES else 0
        began = time.monotonic()
        while True:
            self._deadline.check()
            if time.monotonic() - began > self._deadline.silent_seconds:
                raise DeadlinePassed("silent")
            try:
                return self._socket.recv_into(buffer, 0, flags) if flags else self._socket.recv_into(buffer)
            except (TimeoutError, BlockingIOError):
                continue


def _let_kernel_wait(sock: socket.socket) -> bool:
    """Have each receive end after a slice of time by the kernel's own clock. Tells whether it can."""
    microseconds = int(_SLICE_SECONDS * 1_000_000)
    # Its two numbers are longs, but on 32-bit systems of late.
    for form in ("ll", "qq"):
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack(form, 0, microseconds))
        except OSError:
            continue
        sock.settimeout(None)
        return True
    return False


class _Answering:
    """What http.client asks a socket for when it begins an answer."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        # As socket.makefile counts: http.client closes the socket of an answer that ends with its connection.
        self._sock._io_refs += 1
        return io.BufferedReader(_Reader(self._sock), _BUFFER_BYTES)


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: Any, debuglevel: int = 0, method: str | None = None, url: str | None = None) -> None:
        super().__init__(_Answering(sock), debuglevel, method, url)  # type: ignore[arg-type]


def fill(raw: Any, buffer: memoryview) -> int:
    """Read on in a body straight into `buffer`; 0 at its end, which gives the connection back for the next request.

    urllib3's own reading makes a new object of each piece, and copies it.
    """
    body: http.client.HTTPResponse = raw._original_response
    left = body.length
    count = body.readinto(buffer)
    if not count and not left:
        raw.release_conn()
    return count


class _Plain(HTTPConnection):
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        return _judged(super()._new_conn())


class _Secure(HTTPSConnection):
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        return _judged(super()._new_conn())


def _judged(sock: socket.socket) -> socket.socket:
    """Refuse where a name led to, before a byte is sent there: names can point at addresses that we would refuse."""
    try:
        refuse_host(str(sock.getpeername()[0]))
    except (UsageError, OSError):
        sock.close()
        raise
    return sock


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class DeadlineAdapter(HTTPAdapter):
    """requests over connections that keep our deadlines. Never retries by itself."""

    def __init__(self, *, connections: int, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        self._pool: Any = None
        super().__init__(pool_connections=2, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        if self._fingerprint:
            options["assert_fingerprint"] = self._fingerprint
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:
        """One adapter speaks to one origin under one certificate: where to is not worked out for each request."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*arguments, **options)
        return self._pool

    def build_response(self, _request: PreparedRequest, answer: Any) -> Response:
        """The answer as urllib3 has it: cookies are not kept, and no copy of its headers is looked at."""
        response = Response()
        response.raw = answer
        return response
