"""The page behind its real server, in this process, on a port of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from admin.app import create_app
from admin.context import EXTENSION, Context
from admin.security.gate import most_bytes
from admin.security.server import serve
from sync.clock import SystemClock
from sync.home import Home


@contextmanager
def answering(home: Home) -> Iterator[tuple[str, Context]]:
    """The page behind its real server; gives its address and its context."""
    app = create_app(home, SystemClock())
    listener = socket.create_server(("127.0.0.1", 0))
    context: Context = app.extensions[EXTENSION]
    server = serve(app, host="", port=0, passed=[listener], most_bytes=most_bytes(context))
    Thread(target=server.run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", context
    finally:
        server.close()
