"""The page behind its real server, in threads of the tests' own process, which go on when the page is gone."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from flask import Flask

from admin.app import create_app
from admin.context import EXTENSION, Context
from admin.security.gate import most_bytes
from admin.security.server import serve
from sync.clock import SystemClock
from sync.home import Home
from tests.patience import PATIENCE_SECONDS


@contextmanager
def answering(home: Home) -> Iterator[tuple[str, Context]]:
    """The page of a home; gives its address and its context."""
    app = create_app(home, SystemClock())
    with serving(app) as (_, (host, port)):
        yield f"http://{host}:{port}", app.extensions[EXTENSION]


@contextmanager
def serving(app: Flask) -> Iterator[tuple[Any, tuple[str, int]]]:
    """The server of an application, and where it answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server: Any = serve(app, host="", port=0, passed=[listener], most_bytes=most_bytes(app.extensions[EXTENSION]))
        thread = Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield server, listener.getsockname()
        finally:
            _end(server, thread)


def _end(server: Any, thread: Thread) -> None:
    """Let its threads end before its descriptors are closed, and by the thread that waits for them: a thread that is
    late wakes another one by a byte, and writes it to whatever has that number by then. In the pipe by which a program
    that is being started tells that it could not be, this byte is waited behind for ever."""

    def close() -> None:
        server.close()
        for channel in list(server.active_channels.values()):
            channel.handle_close()

    assert server.task_dispatcher.shutdown(timeout=PATIENCE_SECONDS)
    server.trigger.pull_trigger(close)
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
