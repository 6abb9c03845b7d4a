"""Reads the tags of the table, and all IPTC, out of files by exiftool: of one file, or of many JPEGs with one command.

Promises the tags exactly as they stand in the file. What was read ahead counts only for the file as it was then.
Called by look.py before every decision, by verify.py after every write.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sync.errors import ToolFailed
from sync.writeback.exiftool import ExifTool
from sync.writeback.found import Tags, word
from sync.writeback.mapping import TAGS

CODED = "IPTC:CodedCharacterSet"
IPTC_DIGEST = "File:CurrentIPTCDigest"
"""There as soon as there is any IPTC."""
PICTURE = ("File:FileType", "Composite:ImageSize", "IFD0:Orientation", "XMP-tiff:Orientation", "QuickTime:Rotation")
_WANTED = dict.fromkeys((*TAGS, *PICTURE, CODED, IPTC_DIGEST))
_HOW = ("-j", "-G1", "-struct", "-n", "-api", "LargeFileSupport=1")
_WHOLE_LISTS = "-m"
"""Only where a list may have been cut: with it, other tags are passed over, as EXIF with a header too many in WebP."""
_MOST_ITEMS = 1000
"""Of a list, that exiftool reads otherwise."""
# Trailers and maker notes hold nothing of the table, and are slow; so are tags asked for by name, and composites.
_FAST = ("-fast2", "-e")
SOONER_SECONDS = 40.0
"""So much sooner than a file that is read by itself is one that hangs exiftool given up where it is read ahead: its own
time is yet to come, and its neighbours wait for it."""


class Ahead:
    """What some JPEGs say, read with one command; nothing of the files where that is not certain."""

    def __init__(self, tool: ExifTool, paths: Iterable[Path]) -> None:
        self._read: dict[str, tuple[tuple[int, ...], Tags]] = {}
        before = {}
        for path in paths:
            try:
                before[os.fspath(path)] = _state(path.stat())
            except OSError:
                continue
        if len(before) < 2:
            return
        try:
            found = _ask(tool, [*before], fast=True, more_seconds=-SOONER_SECONDS)
        except ToolFailed:
            # Whichever file it was: it is named when each is read by itself.
            return
        if [read.get("SourceFile") for read in found] == [*before]:
            self._read = {
                path: (before[path], _tags(read, fast=True))
                for path, read in zip(before, found, strict=True)
                if not _is_cut(read)
            }

    def of(self, path: Path, status: os.stat_result) -> Tags | None:
        """What was read of the file that `status` is of."""
        state, tags = self._read.get(os.fspath(path), ((), None))
        return tags if state == _state(status) else None


def read_tags(
    tool: ExifTool, path: Path, *, fast: bool = False, ahead: Ahead | None = None, iptc_utf8: bool = False
) -> Tags:
    """All tags of the table and of IPTC that `path` has, and what describes its picture. Raises ToolFailed, OSError.

    `fast` is for JPEG; `iptc_utf8` reads IPTC that does not say its encoding as UTF-8 instead of Latin.
    """
    known = ahead.of(path, path.stat()) if fast and ahead and not iptc_utf8 else None
    if known is not None:
        return known
    charset = ["-charset", "iptc=UTF8"] if iptc_utf8 else []
    read = _ask(tool, [os.fspath(path)], *charset, fast=fast)
    if any(map(_is_cut, read)):
        read = _ask(tool, [os.fspath(path)], *charset, _WHOLE_LISTS, fast=fast)
    if len(read) != 1:
        raise ToolFailed(f"exiftool cannot read {path.name}: it says nothing.", name=path.name)
    return _tags(read[0], fast=fast)


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _is_cut(value: Any) -> bool:
    """Whether a list in it is as long as exiftool lets one be."""
    if isinstance(value, dict):
        return any(map(_is_cut, value.values()))
    return isinstance(value, list) and (len(value) >= _MOST_ITEMS or any(map(_is_cut, value)))


def _ask(
    tool: ExifTool, paths: Sequence[str], *options: str, fast: bool, more_seconds: float = 0.0
) -> list[dict[str, Any]]:
    how = _FAST if fast else (*(f"-{tag}" for tag in _WANTED), "-IPTC:all")
    answer = tool.run(*_HOW, *options, *how, *paths, more_seconds=more_seconds)
    try:
        read: list[dict[str, Any]] = json.loads(answer.out, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        name = Path(paths[0]).name
        reason = " ".join(answer.err.split())[:300] or "it says nothing"
        raise ToolFailed(f"exiftool cannot read {name}: {reason}.", name=name) from error
    return read


def _tags(read: dict[str, Any], *, fast: bool) -> Tags:
    if fast:
        size = (read.get("File:ImageWidth", ""), read.get("File:ImageHeight", ""))
        read["Composite:ImageSize"] = " ".join(map(word, size))
    # A WebP file becomes an extended one by having any metadata.
    if read.get("File:FileType") == "Extended WEBP":
        read["File:FileType"] = "WEBP"
    return {tag: _as_text(value) for tag, value in read.items() if tag in _WANTED or tag.startswith("IPTC")}


def _as_text(value: Any) -> Any:
    """exiftool's JSON makes the words true and false, in any case, bare ones."""
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    if isinstance(value, dict):
        return {key: _as_text(inner) for key, inner in value.items()}
    return word(value)
