"""waitress with limits: few threads, small requests, no patience for slow clients, and never more than a few sockets
an address. A crowd of half-open connections from one phone or one attacker pushes out only its own oldest ones.
"""

from __future__ import annotations

import copy
import socket
from collections.abc import Callable
from typing import Any

from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]

THREADS = 4
MOST_SOCKETS = 128
MOST_OF_ONE_ADDRESS = 24
"""Four tabs of one browser; others of its sockets that do nothing make room."""
SLOWEST_SECONDS = 15
MOST_BYTES = 1_100_000
MOST_HEADER_BYTES = 16_384


class LimitedChannel(HTTPChannel):  # type: ignore[misc]
    """A connection that makes room for itself when its address, or everybody, holds too many."""

    def __init__(self, server: Any, sock: socket.socket, addr: Any, adj: Any, **more: Any) -> None:
        _make_room(server, addr)
        super().__init__(server, sock, addr, adj, **more)


def serve(
    app: Callable[..., Any], *, host: str, port: int, passed: list[socket.socket],
    most_bytes: Callable[[str, str], int] = lambda _path, _cookies: 0,
) -> Any:  # fmt: skip
    """A server that is ready to `run()`; on the sockets that systemd passed, or on host and port.

    `most_bytes(path, cookies)` allows larger bodies than MOST_BYTES, before a byte of one is kept.
    """
    where: dict[str, Any] = {"sockets": passed} if passed else {"listen": _listen(host, port)}
    server = create_server(
        app,
        **where,
        threads=THREADS,
        connection_limit=MOST_SOCKETS + 32,
        channel_timeout=SLOWEST_SECONDS,
        cleanup_interval=5,
        max_request_header_size=MOST_HEADER_BYTES,
        max_request_body_size=MOST_BYTES,
        asyncore_use_poll=True,
        expose_tracebacks=False,
        ident=None,
        clear_untrusted_proxy_headers=True,
        log_socket_errors=False,
    )
    channel = type("Channel", (LimitedChannel,), {"parser_class": _parser(most_bytes)})
    for each in servers_of(server):
        each.channel_class = channel
    return server


def _parser(most_bytes: Callable[[str, str], int]) -> type[Any]:
    class Parser(HTTPRequestParser):  # type: ignore[misc]
        """Strangers may send forms alone: their large bodies would fill the disk before any page said no."""

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            most = most_bytes(self.path, self.headers.get("COOKIE", "")) if self.command == "POST" else 0
            if most:
                roomy: Any = copy.copy(self.adj)
                roomy.max_request_body_size = most
                self.adj: Any = roomy

    return Parser


def _listen(host: str, port: int) -> str:
    if not host:
        return f"*:{port}"
    return f"[{host}]:{port}" if ":" in host and not host.startswith("[") else f"{host}:{port}"


def servers_of(server: Any) -> list[Any]:
    """waitress gives one server for one socket, and a bundle of them for several."""
    if hasattr(server, "active_channels"):
        return [server]
    return [each for each in server.map.values() if hasattr(each, "active_channels")]


def _make_room(server: Any, addr: Any) -> None:
    channels = [each for each in server.active_channels.values() if not each.will_close]
    own = [each for each in channels if _address(each.addr) == _address(addr)]
    for crowd, most in ((own, MOST_OF_ONE_ADDRESS), (channels, MOST_SOCKETS)):
        if len(crowd) >= most:
            idle = [each for each in crowd if not each.requests]
            if idle:
                oldest = min(idle, key=lambda each: each.last_activity)
                oldest.handle_close()


def _address(addr: Any) -> Any:
    return addr[0] if isinstance(addr, tuple) else addr
