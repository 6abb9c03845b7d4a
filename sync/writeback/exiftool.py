"""exiftool behind a deadline: kept running from command to command, killed when it hangs, started again when needed.

Paths are absolute, no user configuration is read, and a value is always only a value: `assignment` encodes it so that
no caption can become an option, a second argument or a file. Called by tags.py and write.py.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Sequence
from secrets import token_hex
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from sync.errors import ToolFailed
from sync.writeback.start import Started, refuse_unfit, start

DEADLINE_SECONDS = 60.0
_MOST_BYTES = 32_000_000
"""Who says more in one answer says it without end."""


class Answer(Struct, frozen=True):
    out: str
    err: str
    status: int


class ExifTool:
    """One exiftool, used from one thread. `started` tells whether it was ever needed."""

    def __init__(self, *, deadline_seconds: float = DEADLINE_SECONDS, starting: Callable[[], Started] = start) -> None:
        self._deadline_seconds = deadline_seconds
        self._start = starting
        self._process: Started | None = None
        self._commands = 0
        self._mark = token_hex(8)
        self.started = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def run(self, *arguments: str, more_seconds: float = 0.0) -> Answer:
        """One command, with so many seconds beyond the deadline where much is copied. Raises ToolMissing, or ToolFailed
        where it died or passed its deadline."""
        return self.run_all([arguments], more_seconds=more_seconds)[0]

    def run_all(self, commands: Sequence[Sequence[str]], *, more_seconds: float = 0.0) -> list[Answer]:
        """Several commands, told at once, so that exiftool waits for nobody between them; the deadline is each one's.
        Raises as `run`: then nobody knows which of them were done."""
        if any(letter in text for text in map("".join, commands) for letter in "\n\r\0"):
            raise ToolFailed("An argument with a line break would be two.")
        process = self._process or self._begin()
        try:
            return self._converse(process, commands, self._deadline_seconds + more_seconds)
        except BaseException as error:
            # Half an answer would be the beginning of the next one.
            self._end()
            if isinstance(error, OSError):
                raise ToolFailed("exiftool ended by itself.", hung=False) from error
            raise

    def close(self) -> None:
        """End it; it starts again when it is needed again."""
        if self._process is not None:
            self._end()

    def _begin(self) -> Started:
        if not self.started:
            refuse_unfit()
        self._process = self._start()
        os.set_blocking(self._process.stdin.fileno(), False)
        self.started = True
        return self._process

    def _converse(self, process: Started, commands: Sequence[Sequence[str]], patience_seconds: float) -> list[Answer]:
        """Tell and listen at once: either side may be the one whose pipe is full."""
        first = self._commands
        self._commands += len(commands)
        unsaid = memoryview(b"".join(self._told(command, first + at) for at, command in enumerate(commands)))
        heard = {process.stdout: bytearray(), process.stderr: bytearray()}
        answers: list[Answer] = []
        give_up = time.monotonic() + patience_seconds
        while True:
            wait = max(0.0, give_up - time.monotonic())
            readable, writable, _ = select.select([*heard], [process.stdin] if unsaid else [], [], wait)
            if writable:
                unsaid = unsaid[os.write(process.stdin.fileno(), unsaid[: select.PIPE_BUF]) :]
            for stream in readable:
                data = os.read(stream.fileno(), 1 << 16)
                if not data:
                    raise BrokenPipeError
                heard[stream] += data
            while (answer := self._answer(*heard.values(), number=first + len(answers))) is not None:
                answers.append(answer)
                give_up = time.monotonic() + patience_seconds
            if len(answers) == len(commands):
                return answers
            if time.monotonic() >= give_up:
                raise ToolFailed(f"exiftool took longer than {self._deadline_seconds:g} seconds.", hung=True)
            if sum(map(len, heard.values())) > _MOST_BYTES:
                raise ToolFailed("exiftool does not stop talking.", hung=False)

    def _told(self, command: Sequence[str], number: int) -> bytes:
        lines = [*command, "-echo4", f"{self._mark}=${{status}}", f"-execute{number}"]
        return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")

    def _answer(self, out: bytearray, err: bytearray, *, number: int) -> Answer | None:
        """The answer to that command once all of it was heard, which is then taken out of both."""
        ready, mark = f"{{ready{number}}}\n".encode(), f"{self._mark}=".encode()
        said = out.find(ready)
        while said > 0 and out[said - 1 : said] != b"\n":
            said = out.find(ready, said + 1)
        ended = err.find(mark)
        line_end = err.find(b"\n", ended)
        if said < 0 or ended < 0 or line_end < 0:
            return None
        answer = Answer(
            out=out[:said].decode("utf-8", "surrogateescape"),
            err=err[:ended].decode("utf-8", "replace")[-4000:],
            status=int(err[ended + len(mark) : line_end]),
        )
        del out[: said + len(ready)], err[: line_end + 1]
        return answer

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


def assignment(tag: str, value: Any, *, sign: str = "=") -> str:
    """`-tag=value` for a command that has `-E`; a dict or a list of dicts is written as a structure."""
    text = _structure(value) if isinstance(value, dict | list) else str(value)
    return f"-{tag}{sign}{_escape(text)}"


def _structure(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}={_structure(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_structure, value)) + "]"
    # exiftool takes entities out of a structure's fields once more.
    text = _escape(("true" if value else "false") if isinstance(value, bool) else str(value))
    return text.translate(_IN_STRUCTURES)


_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#x0a;", "\r": "&#x0d;", "\0": ""}
)
_IN_STRUCTURES = str.maketrans({letter: f"|{letter}" for letter in "|{}[],="})


def _escape(text: str) -> str:
    escaped = text.translate(_ENTITIES)
    # exiftool drops white space at the ends of an argument's line.
    if escaped[:1] in (" ", "\t"):
        escaped = f"&#x{ord(escaped[0]):02x};{escaped[1:]}"
    if escaped[-1:] in (" ", "\t"):
        escaped = f"{escaped[:-1]}&#x{ord(escaped[-1]):02x};"
    return escaped
