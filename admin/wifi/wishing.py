"""NetworkManager as the page has it: what is up and known it may see itself, all else is wished of root's part.

The wish goes over a socket that systemd listens on and only the page's service may open. Raises NetworkTrouble.
"""

from __future__ import annotations

import socket
from pathlib import Path

import msgspec

from admin.wifi.manager import Manager, Network, NetworkTrouble
from admin.wifi.wishes import ANSWERS, SOCKET, Answer, Close, Hear, Join, Open, Wish

_PATIENCE_SECONDS = 180.0
"""A network that is tried, and the one before that comes back."""
_MOST_BYTES = 1 << 20


class Wishing(Manager):
    """The same verbs, done by somebody else."""

    def __init__(self, path: Path = SOCKET) -> None:
        super().__init__()
        self._path = path

    def networks(self) -> list[Network]:
        return self._wish(Hear()).networks

    def open_own(self, name: str, code: str) -> None:
        self._wish(Open(name, code))

    def close_own(self) -> None:
        self._wish(Close())

    def join(self, name: str, password: str) -> None:
        self._wish(Join(name, password))

    def _wish(self, wish: Wish) -> Answer:
        try:
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(_PATIENCE_SECONDS)
                door.connect(str(self._path))
                door.sendall(msgspec.json.encode(wish))
                door.shutdown(socket.SHUT_WR)
                with door.makefile("rb") as told:
                    answer = ANSWERS.decode(told.read(_MOST_BYTES))
        except (OSError, msgspec.MsgspecError) as error:
            raise NetworkTrouble("The service that sets up the Wi-Fi does not answer.") from error
        if answer.trouble:
            raise NetworkTrouble(answer.trouble)
        return answer
