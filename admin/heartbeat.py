"""Asks the page for itself, as a browser would, and tells the watchdog when an answer came.

A server whose threads all hang still has a process: only an answer proves that it works. Its own thread, and only under
a watchdog.
"""

from __future__ import annotations

import logging
import socket
from threading import Event
from typing import Any

from admin.security.server import servers_of
from sync.notify import Notifier

log = logging.getLogger(__name__)

EVERY_SECONDS = 15.0
PATIENCE_SECONDS = 10.0
_REQUEST = b"GET /healthz HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def keep_beating(server: Any, notifier: Notifier, ended: Event) -> None:
    """Until `ended`; `server` is waitress's, listening already."""
    address = own_address(server)
    while not ended.wait(EVERY_SECONDS):
        if answers(address):
            notifier.alive()


def own_address(server: Any) -> tuple[str, int]:
    """Where this machine reaches the page: the address that is listened on, or loopback for all of them."""
    listening = servers_of(server)[0].socket
    family, (host, port, *_) = listening.family, listening.getsockname()
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened on
        host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    return host, port


def answers(address: tuple[str, int]) -> bool:
    """Whether anything like an answer comes."""
    try:
        with socket.create_connection(address, timeout=PATIENCE_SECONDS) as channel:
            channel.sendall(_REQUEST)
            return channel.recv(16).startswith(b"HTTP/1.")
    except OSError as error:
        log.warning("the page does not answer itself: %s", error)
        return False
