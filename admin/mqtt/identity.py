"""Who this frame is on a broker: a name for people, and an id that no other frame has, not even a copy of its card."""

from __future__ import annotations

import re
import socket
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from sync.errors import DiskError
from sync.files import write_durably
from sync.home import Home

_SERIAL = Path("/proc/device-tree/serial-number")


def frame_id(home: Home, *, serial: Path = _SERIAL) -> str:
    """Twelve hex digits, the same after every restart: of a number drawn once, and the board's own where it has one."""
    file = home.private / "frame-id"
    try:
        drawn = file.read_text(encoding="ascii").strip()
    except OSError:
        drawn = ""
    if not re.fullmatch(r"[0-9a-f]{32}", drawn):
        drawn = uuid4().hex
        try:
            write_durably(file, drawn.encode(), mode=0o600)
        except (DiskError, OSError):
            drawn = "0" * 32  # a card that cannot be written: the board's number alone
    try:
        board = serial.read_bytes().strip(b"\0\n")
    except OSError:
        board = socket.gethostname().encode() if drawn == "0" * 32 else b""
    return sha256(drawn.encode() + board).hexdigest()[:12]
