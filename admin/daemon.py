"""The page's process: the application behind waitress, and the threads beside it."""

from __future__ import annotations

import logging
import os
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from flask import Flask

from admin import drafts
from admin.app import create_app
from admin.context import EXTENSION, Context
from admin.ending import Ending
from admin.heartbeat import keep_beating
from admin.mqtt.bridge import keep_talking
from admin.network import answering, page_address
from admin.security import gate
from admin.security.server import serve
from admin.setup_sign import keep_telling
from admin.wifi.watch import Watch
from admin.wifi.wishes import SOCKET
from sync import logs, secrets
from sync.clock import Clock
from sync.errors import MantelpieceError
from sync.home import Home, prepare
from sync.notify import Notifier
from sync.settings.tree import Admin

log = logging.getLogger(__name__)

_FIRST_PASSED = 3
"""systemd passes its sockets from this descriptor on."""


class CannotListen(MantelpieceError):
    """The port is taken, or may not be had without being root. The wall and sync go on without the page."""

    exit_code = 2
    default_advice = "Choose another one with 'mantelpiece settings set admin.port 8081', or end what uses it."


def run(home: Home, *, clock: Clock, environ: Mapping[str, str] = os.environ) -> int:
    """Serve until SIGTERM or SIGINT, or until somebody asks for a new beginning (ANEW)."""
    prepare(home)
    app = create_app(home, clock)
    context: Context = app.extensions[EXTENSION]
    logs.set_up(home, context.settings.log)
    with suppress(MantelpieceError, OSError):
        # Keys that somebody tried or brought and left; what is wrong with the file the page itself says.
        drafts.sweep(home)
        secrets.sweep_candidates(home.secrets)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # Uploads on their way would fill the memory of a small machine whose /tmp is one.
    tempfile.tempdir = str(home.private)
    server = _listen(app, context, environ)
    host = context.settings.admin.host
    ended, ending = Event(), Ending(server)
    notifier = Notifier(environ, clock)
    _begin_threads(context, server, notifier, ended)
    log.info("the phone page answers at %s", page_address(context.port, host))
    notifier.ready()
    try:
        with answering(home, context.port, host):
            server.run()
    finally:
        ended.set()
        # The server is left to the end of the process: a request that is still answered wakes it by a byte, which
        # would be written to whatever has its descriptor's number by then, the library perhaps.
        ending.close()
        notifier.stopping()
    return ending.code


def _listen(app: Flask, context: Context, environ: Mapping[str, str]) -> Any:
    """waitress, on what systemd passed or the settings say. Raises CannotListen."""
    wanted = context.settings.admin
    passed = _passed_sockets(environ)
    context.passed_port = passed[0].getsockname()[1] if passed else None
    try:
        return serve(app, host=wanted.host, port=wanted.port, passed=passed, most_bytes=gate.most_bytes(context))
    except (OSError, ValueError) as error:
        raise CannotListen(_sentence(wanted, error)) from error


def _begin_threads(context: Context, server: Any, notifier: Notifier, ended: Event) -> None:
    """What goes on beside the page's answers, until `ended`."""
    Thread(target=keep_talking, args=(context, ended), name="mqtt", daemon=True).start()
    if SOCKET.exists():  # else somebody else looks after the network
        context.wifi = Watch(context)
        Thread(target=context.wifi.keep_watching, args=(ended,), name="wifi", daemon=True).start()
    Thread(target=keep_telling, args=(context, ended), name="sign", daemon=True).start()
    if notifier.watched:
        Thread(target=keep_beating, args=(server, notifier, ended), name="heartbeat", daemon=True).start()


def _passed_sockets(environ: Mapping[str, str]) -> list[socket.socket]:
    """What systemd listens on for us."""
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(environ.get("LISTEN_FDS", "0"))
    return [socket.socket(fileno=number) for number in range(_FIRST_PASSED, _FIRST_PASSED + count)]


def _sentence(wanted: Admin, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"The phone page cannot listen on port {wanted.port} ({reason})."
