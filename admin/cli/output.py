"""How a verb speaks: sentences and tables for people, one JSON value for programs, progress on a terminal.

Results go to standard output, everything else to standard error. With --json an error is JSON on standard output too.
"""

from __future__ import annotations

import codecs
import json
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_STEERING = ("Cc", "Cf", "Cs", "Co")


@dataclass
class Output:
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    _bar: bool = field(default=False, init=False)
    _told: set[str] = field(default_factory=set, init=False)

    def say(self, text: str) -> None:
        """A sentence of the result."""
        if not self.as_json and not self.quiet:
            self._clear()
            print(plain(text))

    def result(self, value: Any) -> None:
        """The whole result, for programs."""
        if self.as_json:
            print(written(value))

    def table(self, rows: Sequence[Sequence[object]], *, heads: Sequence[str], empty: str = "") -> None:
        """Rows in columns; `empty` where there are none."""
        if not rows:
            if empty:
                self.say(empty)
            return
        texts = [[plain(str(cell)) for cell in row] for row in [heads, *rows]]
        widths = [max(_width(row[column]) for row in texts) for column in range(len(heads))]
        for row in texts:
            cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
            self.say("  ".join(cells).rstrip())

    def problem(self, text: str, *, once: bool = False) -> None:
        """Something that is wrong, in a sentence; also with --quiet. What was told `once` is not told again."""
        if text in self._told:
            return
        if once:
            self._told.add(text)
        self._clear()
        print(plain(text), file=sys.stderr)

    def detail(self, text: str) -> None:
        """Said with --verbose only."""
        if self.verbose:
            self._clear()
            print(plain(text), file=sys.stderr)

    def fail(self, kind: str, sentence: str, advice: str, exit_code: int) -> int:
        """An error that ends the verb; gives its exit code."""
        self._clear()
        if self.as_json:
            print(json.dumps({"error": sentence, "advice": advice, "kind": kind, "exit_code": exit_code}))
        else:
            print(plain(f"{sentence} {advice}".strip()), file=sys.stderr)
        return exit_code

    def progress(self, told: dict[str, Any]) -> None:
        """One line that is written over and over, on a terminal."""
        if self.quiet or self.as_json or not sys.stderr.isatty():
            return
        line = plain(describe_progress(told))[: shutil.get_terminal_size().columns - 1]
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        self._bar = True

    def _clear(self) -> None:
        if self._bar:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._bar = False


def describe_progress(told: dict[str, Any]) -> str:
    """`Holidays: Fetching photos  [######....]  120 of 300`"""
    album = f"{told['album']}: " if told.get("album") else ""
    done, total = told.get("done"), told.get("of")
    text = f"{album}{told.get('doing', 'Working')}"
    if isinstance(done, int) and isinstance(total, int) and total > 0:
        filled = min(20, done * 20 // total)
        return f"{text}  [{'#' * filled}{'.' * (20 - filled)}]  {done} of {total}"
    return text if done is None else f"{text}  {done}"


def plain(text: str) -> str:
    """Names come from strangers: nothing in them may steer the terminal."""
    return "".join(" " if one != "\n" and unicodedata.category(one) in _STEERING else one for one in text)


def written(value: Any) -> str:
    """JSON for standard output: what could steer a terminal, or its encoding lacks, is written as its number."""
    if codecs.lookup(sys.stdout.encoding).name != "utf-8":
        return json.dumps(value)
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(json.dumps(one)[1:-1] if unicodedata.category(one) in _STEERING else one for one in text)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 0 if unicodedata.combining(one) else 1
               for one in text)  # fmt: skip


def moment(stamp: str | None) -> str:
    """A stored moment as tables show it, to the minute; its heading says UTC. Empty where there is none."""
    return (stamp or "")[:16].replace("T", " ")


def left_out(album: dict[str, Any]) -> str:
    """What an album lists and is not shown, or not whole on the disk: `archived 1, videos 3, off disk 20`."""
    counts = album.get("left_out", {}) | {"off disk": album.get("off_disk", 0)}
    return ", ".join(f"{kind} {count}" for kind, count in counts.items() if count)


def size(count: int) -> str:
    """Bytes for people: `3.1 MB`."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit in ("bytes", "kB") else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
