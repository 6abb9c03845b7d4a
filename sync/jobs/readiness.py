"""Tells systemd that the service is ready, alive or ending. Does nothing where systemd did not start it."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


def notify(state: str, *, environ: Mapping[str, str] = os.environ) -> None:
    """Send `READY=1`, `WATCHDOG=1`, `STOPPING=1` or `STATUS=...`; a deaf systemd is no reason to stop."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as outlet:
        try:
            outlet.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            return
