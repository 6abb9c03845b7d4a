"""The stand-in server: threads on loopback, one connection each, over a library, with faults and a request log.

    with FakeImmich(version=2, library=sample_library(folder)) as server:
        requests.get(server.url + "/api/albums", headers={"x-api-key": server.api_key})

Private endpoints for other processes: POST /__fault__, POST /__edit__, GET and DELETE /__log__.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self

from tests.fakes.immich import breaking
from tests.fakes.immich.answering import Answering
from tests.fakes.immich.declared import strange
from tests.fakes.immich.edits import Edits
from tests.fakes.immich.faults import Faults
from tests.fakes.immich.library import Library
from tests.fakes.immich.wire import Request, Response, read_request, send

IDLE_SECONDS = 5
OURS = "mantelpiece"
"""How our own client calls itself."""


@dataclass(slots=True, frozen=True)
class Entry:
    """One answered request. `path` is without query, `key` what the caller showed (API or share key).

    `status` is 0 where the connection was reset; `headers` are the request's, names in lower case.
    """

    method: str
    path: str
    key: str | None
    status: int
    target: str
    headers: dict[str, str]


class FakeImmich:
    """A running stand-in. `version` is 1, 2 or 3; `port` 0 takes any free one; `tls` makes it https.

    `peak` is the largest number of requests in work at once since the last `clear_log`.
    """

    def __init__(
        self,
        *,
        version: int = 2,
        library: Library,
        port: int = 0,
        delay_ms: int = 0,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.library = library
        self.faults = Faults()
        self.delay_ms = delay_ms
        self.answering = Answering(version, library)
        self.edits = Edits(library, self)
        self.strange: list[str] = []
        """What our own client asked that this version does not declare; leaving a server that has any fails."""
        self._log: list[Entry] = []
        self._log_lock = threading.Lock()
        self._in_work = self.peak = 0
        self.tls = tls
        self._server = _Server((host, port), _Connection)
        self._server.fake = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse new connections and cut the open ones, as a stopped server does."""
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self._server.open_connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.answering.close()
        assert not self.strange, "\n".join(dict.fromkeys(self.strange))

    @property
    def connections(self) -> int:
        """How many were ever opened."""
        return self._server.accepted

    @property
    def version(self) -> int:
        return self.answering.version

    @version.setter
    def version(self, version: int) -> None:
        self.answering.version = version
        self.library.changed()

    @property
    def mode(self) -> str:
        return self.answering.mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self.answering.mode = mode

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def api_key(self) -> str:
        return self.library.api_key

    @property
    def albums(self) -> dict[str, str]:
        """Album ids by name."""
        return {album.name: album.id for album in self.library.albums.values()}

    @property
    def log(self) -> list[Entry]:
        with self._log_lock:
            return list(self._log)

    def clear_log(self) -> None:
        with self._log_lock:
            self._log.clear()
            self.peak = self._in_work

    def count(self, pattern: str = "", *, method: str | None = None) -> int:
        """How many answered requests had a target that the pattern finds."""
        hits = (e for e in self.log if re.search(pattern, e.target))
        return sum(method is None or entry.method == method for entry in hits)

    def handle(self, request: Request) -> Response:
        """The response to one request, faults applied, logged unless it is private."""
        if request.path.startswith("/__"):
            return self._private(request)
        rules = self.faults.for_request(request.method, request.target)
        if self.delay_ms:
            breaking.wait(self.delay_ms)
        response = breaking.instead(rules)
        if request.headers.get("user-agent") == OURS:
            self.strange += strange(self.version, request)
        if response is None:
            breaking.rewrite(request, rules)
            response = self.answering.respond(request, mutate=breaking.mutation(rules))
        response = breaking.damage(response, rules)
        response.head_only = request.method == "HEAD"
        query, headers = request.query, request.headers
        key = headers.get("x-api-key") or query.get("apiKey") or query.get("key")
        status = 0 if response.reset else response.status
        entry = Entry(request.method, request.path, key, status, request.target, headers)
        with self._log_lock:
            self._log.append(entry)
        return response

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Counts a request from its last byte read to the last byte of its answer."""
        with self._log_lock:
            self._in_work += 1
            self.peak = max(self.peak, self._in_work)
        try:
            yield
        finally:
            with self._log_lock:
                self._in_work -= 1

    def _private(self, request: Request) -> Response:
        headers = {"Content-Type": "application/json"}
        try:
            answer = self._command(request)
        except (KeyError, ValueError, TypeError, AttributeError, StopIteration) as error:
            return Response(400, headers, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        return Response(200, headers, json.dumps(answer).encode())

    def _command(self, request: Request) -> Any:
        body = json.loads(request.body) if request.body else {}
        match (request.method, request.path):
            case ("GET", "/__log__"):
                return [asdict(entry) for entry in self.log]
            case ("DELETE", "/__log__"):
                self.clear_log()
            case ("POST", "/__fault__"):
                self.faults.add_json(body)
            case ("DELETE", "/__fault__"):
                self.faults.clear()
            case ("POST", "/__edit__"):
                return self.edits.run(body)
            case _:
                raise ValueError(f"no such command: {request.method} {request.path}")
        return {"ok": True}


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    fake: FakeImmich

    def __init__(self, address: tuple[str, int], handler: type[socketserver.BaseRequestHandler]) -> None:
        self.open_connections: set[socket.socket] = set()
        self.accepted = 0
        super().__init__(address, handler)


class _Connection(socketserver.BaseRequestHandler):
    server: _Server
    request: socket.socket

    def handle(self) -> None:
        connection = self.request
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A receive timeout of the kernel keeps the socket blocking, which sendfile needs.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", IDLE_SECONDS, 0))
        self.server.open_connections.add(connection)
        self.server.accepted += 1
        try:
            tls = self.server.fake.tls
            self._serve(tls.wrap_socket(connection, server_side=True) if tls else connection)
        except OSError:
            return  # A client that goes away in the middle is a test's business, not news.
        finally:
            self.server.open_connections.discard(connection)

    def _serve(self, connection: socket.socket) -> None:
        fake = self.server.fake
        with connection.makefile("rb") as stream:
            while request := read_request(stream, connection):
                with fake.working():
                    keep = send(connection, fake.handle(request))
                if not keep or request.headers.get("connection", "").lower() == "close":
                    break
        if isinstance(connection, ssl.SSLSocket):
            connection.close()
