"""An append-only file of JSON lines on the card: little is written at a time, and damage costs only the damaged lines.

A database would rewrite a page per remembered photo; this appends some bytes. Reading never raises. A file of a newer
format is moved aside, not read and not written into.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from sync.counted import counted
from sync.files import disk_errors, write_durably

FORMAT = 1
_HEADER: list[Any] = ["mantelpiece frame", FORMAT]
_TAIL_BYTES = 8192

_DAMAGED = "{number} damaged {number:line|lines} of {file} {number:was|were} left out: some photos may repeat early."


@dataclass
class Journal:
    """Lists, one a line. `problem` is a sentence once something could not be read."""

    path: Path
    problem: str = ""

    def read(self) -> Iterator[list[Any]]:
        """All whole lines in order, without the header; `problem` is right once it ended."""
        damaged = 0
        try:
            with self.path.open("rb") as file:
                for place, raw in enumerate(file):
                    line = _decoded(raw)
                    if line is not None and line[:1] == _HEADER[:1]:
                        if place == 0 and line != _HEADER:
                            self._put_aside()
                            return
                    elif line is not None:
                        yield line
                    elif raw.strip():
                        damaged += 1
        except FileNotFoundError:
            return
        except OSError as error:
            self.problem = f"What was shown before cannot be read ({error.strerror}); some photos may repeat early."
        if damaged:
            self.problem = counted(_DAMAGED, number=damaged, file=self.path.name)

    def tail(self) -> list[list[Any]]:
        """The last few lines, without reading the whole file; empty when in doubt."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _TAIL_BYTES))
                content = file.read()
        except OSError:
            return []
        lines = [line for line in map(_decoded, content.split(b"\n")) if line is not None]
        return [line for line in lines if line[:1] != _HEADER[:1]]

    def holds(self, line: list[Any]) -> bool:
        """Whether this very line was ever written; quicker than reading."""
        try:
            return _encode([line]) in self.path.read_bytes()
        except OSError:
            return False

    def size_bytes(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def append(self, lines: list[list[Any]]) -> None:
        """Add lines, on the disk when this returns. Raises DiskError, or OSError."""
        if not self.size_bytes():
            self.rewrite(lines)
            return
        with disk_errors(f"Writing {self.path.name}"), self.path.open("ab") as file:
            # An empty line first: it ends a line that a power cut left torn.
            file.write(b"\n" + _encode(lines))
            file.flush()
            os.fsync(file.fileno())

    def rewrite(self, lines: list[list[Any]]) -> None:
        """Replace the whole file. Raises DiskError, or OSError."""
        write_durably(self.path, _encode([_HEADER, *lines]))

    def _put_aside(self) -> None:
        aside = self.path.with_name(self.path.name + ".newer")
        self.problem = f"{self.path.name} was written by a newer version; it is kept as {aside.name}."
        try:
            self.path.replace(aside)
        except OSError:
            self.path = self.path.with_name(self.path.name + ".older")


def _encode(lines: list[list[Any]]) -> bytes:
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _decoded(raw: bytes) -> list[Any] | None:
    try:
        return _LINE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


_LINE = msgspec.json.Decoder(list[Any])
