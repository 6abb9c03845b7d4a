"""How others speak to a running frame: one line of JSON there, one line back, over its Unix socket.

`ask` is the client, for the phone page and the command line; it imports nothing of the player. The other end is
frame/control_server.py.
"""

from __future__ import annotations

import json
import socket
import struct
from pathlib import Path
from typing import Any

from sync.errors import MantelpieceError
from sync.home import Home

VERBS = (
    "next", "back", "pause", "resume", "quit", "now", "show", "shown", "welcome", "sign", "favourite", "hide", "hidden",
    "screen", "motion", "restart", "fairness", "info",
)  # fmt: skip
MOST_LINE_BYTES = 16_384
"""Longest request."""
_MOST_ANSWER_BYTES = 1_000_000


class FrameNotRunning(MantelpieceError):
    """Nobody answers at the frame's control socket."""

    default_advice = "Start it with 'mantelpiece run', or look at the frame service."


class FrameSilent(FrameNotRunning):
    """It runs, and did not answer in time: a small machine has much to do."""

    default_advice = "Try again in a moment; 'mantelpiece doctor' says what is wrong."


class FrameRefused(MantelpieceError):
    """The frame answered that it cannot do this; the sentence is its own."""


def ask(home: Home, verb: str, *, timeout_seconds: float = 5.0, **values: object) -> dict[str, Any]:
    """The frame's answer. Raises FrameNotRunning, or FrameRefused with the frame's own sentence."""
    request = json.dumps({"verb": verb, **values}).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX) as channel:
            connect(channel, home.control_socket, timeout_seconds=timeout_seconds)
            channel.sendall(request)
            line = _line(channel)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        # No socket, or one that a killed frame left.
        raise FrameNotRunning("The wall is not running.", socket=str(home.control_socket)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise FrameSilent(f"The frame does not answer ({reason}).", socket=str(home.control_socket)) from error
    try:
        answer = json.loads(line)
    except ValueError as error:
        raise FrameNotRunning("The frame ended before it answered.") from error
    if not answer.get("ok"):
        raise FrameRefused(str(answer.get("error", "The frame refused.")))
    return dict(answer)


def connect(channel: socket.socket, path: Path, *, timeout_seconds: float) -> None:
    """Connect, waiting for a place in the frame's queue: with settimeout() alone a full queue is an error at once.

    Raises OSError; BlockingIOError when no place became free in time.
    """
    seconds, rest = divmod(timeout_seconds, 1)
    channel.settimeout(None)
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(seconds), int(rest * 1e6)))
    channel.connect(str(path))
    channel.settimeout(timeout_seconds)


def _line(channel: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) < _MOST_ANSWER_BYTES:
        some = channel.recv(65_536)
        if not some:
            break
        line += some
    return line
