"""The frame's end of the control socket. It never waits and never raises for what a caller sends.

A line that is too long, a caller that does not read its answers, or one too many callers is cut off; anything else
gets an answer, if only `{"ok": false, "error": …}`. Who may connect is decided by the socket's group.
"""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from frame.control import MOST_LINE_BYTES, connect
from sync.errors import Busy, MantelpieceError

log = logging.getLogger(__name__)

Answer = Callable[[dict[str, Any]], dict[str, Any]]
_MOST_CALLERS = 16


class ControlServer:
    """Listens at `path`; `serve` answers whatever came in."""

    def __init__(self, path: Path) -> None:
        """Raises Busy when another frame listens there, and OSError when the socket cannot be made."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_left_behind(path)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._listener.bind(str(path))
        path.chmod(0o660)
        self._listener.listen(_MOST_CALLERS)
        self._inode = path.stat().st_ino
        self._callers: dict[socket.socket, bytes] = {}

    def filenos(self) -> list[int]:
        """Readable when `serve` has something to do."""
        return [self._listener.fileno(), *(caller.fileno() for caller in self._callers)]

    def serve(self, answer: Answer) -> None:
        """Take new callers and answer every whole line that has arrived."""
        with suppress(BlockingIOError, ConnectionError):
            while True:
                caller, _ = self._listener.accept()
                caller.setblocking(False)
                self._callers[caller] = b""
                if len(self._callers) > _MOST_CALLERS:
                    self._drop(next(iter(self._callers)))
        for caller in list(self._callers):
            self._hear(caller, answer)

    def close(self) -> None:
        """Hang up and take the socket's name away, if it is still ours."""
        for caller in list(self._callers):
            self._drop(caller)
        self._listener.close()
        with suppress(OSError):
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()

    def _hear(self, caller: socket.socket, answer: Answer) -> None:
        try:
            some = caller.recv(MOST_LINE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._drop(caller)
            return
        *lines, rest = (self._callers[caller] + some).split(b"\n")
        self._callers[caller] = rest
        too_long = len(rest) > MOST_LINE_BYTES
        answers = [_answer(line, answer) for line in lines if line.strip()]
        if too_long:
            answers.append(_refusal(f"A line has at most {MOST_LINE_BYTES} bytes."))
        if not self._send(caller, b"".join(answers)) or too_long or not some:
            self._drop(caller)

    def _send(self, caller: socket.socket, content: bytes) -> bool:
        try:
            # What does not fit is a caller that never reads: the player waits for nobody.
            return not content or caller.send(content) == len(content)
        except OSError:
            return False

    def _drop(self, caller: socket.socket) -> None:
        self._callers.pop(caller, None)
        caller.close()


def _answer(line: bytes, answer: Answer) -> bytes:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return _refusal("That is not a line of JSON.")
    if not isinstance(request, dict):
        return _refusal('Write {"verb": "now"}.')
    try:
        return json.dumps({"ok": True, **answer(request)}).encode() + b"\n"
    except MantelpieceError as error:
        return _refusal(str(error))
    except Exception:
        log.exception("control request failed")
        return _refusal("The frame could not do that; its log says why.")


def _refusal(sentence: str) -> bytes:
    return json.dumps({"ok": False, "error": sentence}).encode() + b"\n"


def _remove_left_behind(path: Path) -> None:
    """A killed frame leaves its socket's name; one that listens is a frame that runs, however busy."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            connect(probe, path, timeout_seconds=1.0)
        except BlockingIOError:
            pass
        except FileNotFoundError:
            return
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise Busy("Another frame is running.", holder="another frame")
