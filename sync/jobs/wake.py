"""The bell: a datagram socket in the runtime directory, so that an idle daemon sleeps and a queued job starts at once.

Whoever changed the queue or the settings rings; a ring says only "look", or that the daemon is to begin anew. Nothing
is lost when nobody hears it: the daemon also looks by itself every few seconds.
"""

from __future__ import annotations

import socket
from pathlib import Path

from sync.home import Home


def bell_path(home: Home) -> Path:
    return home.runtime / "sync.sock"


RING, BEGIN_ANEW = b"!", b"anew"


def ring(home: Home, message: bytes = RING) -> bool:
    """Tell the daemon to look, or to end and begin anew; False when none listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.setblocking(False)
        try:
            bell.sendto(message, str(bell_path(home)))
        except BlockingIOError:
            return True  # Full: it has not looked yet at earlier rings.
        except OSError:
            return False
    return True


class Bell:
    """The daemon's end; the holder of locks/daemon alone makes one."""

    def __init__(self, home: Home) -> None:
        self._path = bell_path(home)
        self._path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(str(self._path))
        self._path.chmod(0o660)

    def drain(self) -> bool:
        """Take every ring that came; whether one of them was to begin anew."""
        anew = False
        try:
            while True:
                anew |= self.socket.recv(16) == BEGIN_ANEW
        except BlockingIOError:
            return anew

    def close(self) -> None:
        self.socket.close()
        self._path.unlink(missing_ok=True)
