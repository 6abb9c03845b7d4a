"""Three stand-in servers over one library of every special kind, and clients with little patience."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.clock import SystemClock
from sync.immich.deadline import Patience
from sync.immich.server import Immich
from sync.secrets import LinkSecrets, Secret, ServerSecrets
from sync.settings.tree import Server
from tests.fakes.immich import FakeImmich, Library
from tests.fakes.immich.special import special_library

STEADY = Patience(
    connect_seconds=20, head_seconds=60, grace_seconds=60, attempts=3, backoff_seconds=0.01, longest_wait_seconds=2
)
"""A busy machine is no slow server."""
HASTY = msgspec.structs.replace(STEADY, connect_seconds=0.3, head_seconds=1)
"""For servers that are slow on purpose to begin an answer, and asked for nothing else."""
BRISK = msgspec.structs.replace(STEADY, grace_seconds=0.6, slowest_bytes_per_second=1_000_000)
"""For servers that are slow on purpose to end one."""
Script = Callable[[bytes], bytes]


class RawServer:
    """Answers each request with the bytes that a script gives, then closes; keeps the requests it saw."""

    def __init__(self, script: Script) -> None:
        self.requests: list[bytes] = []
        self.may_close = threading.Event()
        self.may_close.set()
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                request = b""
                while b"\r\n\r\n" not in request and (chunk := connection.recv(65536)):
                    request += chunk
                self.requests.append(request)
                connection.sendall(self._script(request))
                self.may_close.wait()

    def close(self) -> None:
        self.may_close.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def json_answer(body: bytes, *headers: str) -> bytes:
    """A whole answer of JSON that does not say that the connection will be closed."""
    lines = ["HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


CANARY = "CANARY-7f3a91-secret-key"

Connect = Callable[..., Immich]


@pytest.fixture(scope="session")
def special(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return special_library(tmp_path_factory.mktemp("special"))


@pytest.fixture(scope="session")
def servers(special: Library) -> Iterator[dict[int, FakeImmich]]:
    running = {version: FakeImmich(version=version, library=special) for version in (1, 2, 3)}
    for server in running.values():
        server.__enter__()
    yield running
    for server in running.values():
        server.stop()


@pytest.fixture(params=[1, 2, 3], ids=["v1", "v2", "v3"])
def server(request: pytest.FixtureRequest, servers: dict[int, FakeImmich]) -> Iterator[FakeImmich]:
    """Each version in turn; not to be edited, its faults are cleared behind a test."""
    chosen = servers[request.param]
    chosen.clear_log()
    yield chosen
    chosen.faults.clear()
    chosen.mode = "normal"


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """Makes clients of a server or address."""

    def make(server: FakeImmich | str, *, key: str | None = None, **options: Any) -> Immich:
        url = server if isinstance(server, str) else server.url
        secret = key if key is not None else (CANARY if isinstance(server, str) else server.api_key)
        settings = Server(
            url=url, **{k: options.pop(k) for k in ("requests", "ca_file", "fingerprint") if k in options}
        )
        secrets = ServerSecrets(key=Secret(secret), headers=options.pop("headers", ()))
        options = {"locks": tmp_path / "locks", "clock": SystemClock(), "patience": STEADY} | options
        return Immich("home", settings, secrets, **options)

    return make


@pytest.fixture
def through_link(connect: Connect) -> Callable[[FakeImmich], Immich]:
    """A client of the library's one shared link, without any key."""

    def make(server: FakeImmich) -> Immich:
        return connect(server, key="", link=LinkSecrets(key=Secret(next(iter(server.library.links)))))

    return make


@pytest.fixture
def raw_server() -> Iterator[Callable[[Script], RawServer]]:
    """Makes servers that answer with whatever bytes a test wants."""
    made: list[RawServer] = []

    def make(script: Script) -> RawServer:
        made.append(RawServer(script))
        return made[-1]

    yield make
    for server in made:
        server.close()
