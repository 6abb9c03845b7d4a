"""Ends the page's server when a signal comes: between two events of its loop, and nowhere else.

An exception out of a signal's handler strikes wherever the loop is just then, and the second of two signals strikes the
ending itself: a lock that was held is let go of twice, or never. Here the handlers do nothing; the loop reads of the
signal as it reads from connections. waitress takes the SystemExit for its end.
"""

from __future__ import annotations

import signal
import socket
from typing import Any

from waitress import wasyncore  # type: ignore[import-untyped]

from admin.restart import BEGIN_ANEW
from admin.security.server import servers_of
from sync.errors import ANEW

_SIGNALS = (signal.SIGTERM, signal.SIGINT, BEGIN_ANEW)


class Ending(wasyncore.dispatcher):  # type: ignore[misc]
    """Made in the main thread, before the server runs. `code` is what the process is to end with."""

    def __init__(self, server: Any) -> None:
        self.code = 0
        reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        super().__init__(reader, servers_of(server)[0]._map)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        self.code = ANEW if self.recv(1)[0] == BEGIN_ANEW else 0
        raise SystemExit

    def close(self) -> None:
        """The process ends: what else comes is ignored, for Python's own end would let it kill."""
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        self._writer.close()
        super().close()
