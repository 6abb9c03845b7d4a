"""Tells systemd that a process of ours is ready, alive and ending. Without a service manager it does nothing.

`alive` is called by real work alone (the player's tick, the runner's turn, a page that was answered): when that stands
still, the watchdog restarts the process.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from sync.clock import Clock


class Notifier:
    """Speaks to $NOTIFY_SOCKET; never raises."""

    def __init__(self, environ: Mapping[str, str], clock: Clock) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._clock = clock
        watchdog = environ.get("WATCHDOG_USEC", "")
        for_us = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._every_seconds = int(watchdog) / 3e6 if watchdog.isdigit() and for_us else None
        self._fed_at: float | None = None

    @property
    def watched(self) -> bool:
        """Whether somebody waits for `alive`."""
        return self._every_seconds is not None

    def ready(self) -> None:
        self._send("READY=1")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog when a third of its time is over."""
        if self._every_seconds is None:
            return
        now = self._clock.monotonic()
        if self._fed_at is None or now - self._fed_at >= self._every_seconds:
            self._fed_at = now
            self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # A leading @ stands for the abstract namespace's zero byte.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as channel:
                channel.sendto(message.encode(), address)
        except OSError:
            return
