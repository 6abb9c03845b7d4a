"""exiftool behind a deadline: started when first needed, killed when it hangs, started again for the next file.

Paths are absolute, no user configuration is read, and a value is always only a value: `assignment` encodes it so that
no caption can become an option, a second argument or a file. Called by look.py and write.py.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from sync.errors import ToolFailed, ToolMissing

DEADLINE_SECONDS = 60.0
_NOT_PASSED = ("MANTELPIECE_", "EXIFTOOL", "PERL")
"""What begins so could be a secret of ours, or make exiftool another program."""


class Answer(Struct, frozen=True):
    out: str
    err: str
    status: int


class ExifTool:
    """One exiftool, used from one thread. `started` tells whether it was ever needed."""

    def __init__(self, *, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._deadline_seconds = deadline_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self.started = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def run(self, *arguments: str, more_seconds: float = 0.0) -> Answer:
        """One command, with so many seconds beyond the deadline where much is copied. Raises ToolMissing, or ToolFailed
        where it died or passed its deadline."""
        if any(letter in argument for argument in arguments for letter in "\n\r\0"):
            raise ToolFailed("An argument with a line break would be two.")
        give_up = time.monotonic() + self._deadline_seconds + more_seconds
        process = self._process or self._start(give_up)
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps({"arguments": arguments}).encode() + b"\n")
            process.stdin.flush()
        except OSError as error:
            self._end()
            raise ToolFailed("exiftool ended by itself.") from error
        said = self._read(process, give_up)
        return Answer(said["out"], said["err"], said["status"])

    def close(self) -> None:
        """End it; it starts again when it is needed again."""
        if self._process is not None:
            self._end()

    def _start(self, give_up: float) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_PASSED)}
        environment |= {"LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent", "MALLOC_ARENA_MAX": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sync.writeback.exiftool_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self.started = True
        hello = self._read(self._process, give_up)
        if "missing" in hello:
            self._end()
            raise ToolMissing(f"Nothing can be written into files: {hello['missing']}.")
        return self._process

    def _read(self, process: subprocess.Popen[bytes], give_up: float) -> dict[str, Any]:
        assert process.stdout is not None
        said = bytearray()
        while not said.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, give_up - time.monotonic()))
            data = os.read(process.stdout.fileno(), 1 << 16) if ready else b""
            if not data:
                self._end()
                what = "ended by itself" if ready else f"took longer than {self._deadline_seconds:g} seconds"
                raise ToolFailed(f"exiftool {what}.", hung=not ready)
            said += data
        answer: dict[str, Any] = json.loads(said)
        return answer

    def _end(self) -> None:
        """Kill the child with its exiftool: they are a session of their own."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass


def assignment(tag: str, value: Any, *, sign: str = "=") -> str:
    """`-tag=value` for a command that has `-E`; a dict or a list of dicts is written as a structure."""
    text = _structure(value) if isinstance(value, dict | list) else str(value)
    return f"-{tag}{sign}{_escape(text)}"


def output_path(path: Path) -> str:
    """A path for `-o`, where `%` would begin a format."""
    return str(path).replace("%", "%%")


def _structure(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}={_structure(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_structure, value)) + "]"
    # exiftool takes entities out of a structure's fields once more.
    text = _escape(("true" if value else "false") if isinstance(value, bool) else str(value))
    return "".join(f"|{letter}" if letter in "|{}[],=" else letter for letter in text)


_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#x0a;", "\r": "&#x0d;"}


def _escape(text: str) -> str:
    escaped = "".join(_ENTITIES.get(letter, letter) for letter in text.replace("\0", ""))
    # exiftool drops white space at the ends of an argument's line.
    if escaped[:1] in (" ", "\t"):
        escaped = f"&#x{ord(escaped[0]):02x};{escaped[1:]}"
    if escaped[-1:] in (" ", "\t"):
        escaped = f"{escaped[:-1]}&#x{ord(escaped[-1]):02x};"
    return escaped
