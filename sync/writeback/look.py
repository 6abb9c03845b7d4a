"""What a file is before anything is decided: its tags, its real type, how its picture is stored and turned.

Refuses what is no plain file, what nothing may be written into and names that exiftool cannot be told.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sync.errors import Unwritable
from sync.writeback.exiftool import ExifTool
from sync.writeback.found import Found, Tags, word
from sync.writeback.mapping import FILES, SIDECAR
from sync.writeback.regions import orientation_of
from sync.writeback.tags import CODED, Ahead, read_tags

_JPEG = (".jpg", ".jpeg")


def look(tool: ExifTool, path: Path, *, ahead: Ahead | None = None) -> Found:
    """The file behind `path` (a symbolic link is followed), which may have been read ahead. Raises Unwritable,
    ToolFailed, OSError."""
    real = real_path(path)
    status = real.stat()
    if not stat.S_ISREG(status.st_mode):
        raise Unwritable(f"{real.name} is no file.", reason="not-a-file")
    tags = _read(tool, real, ahead)
    file_type = word(tags.get("File:FileType", ""))
    if file_type not in FILES:
        raise Unwritable(f"Nothing is written into files of type {file_type or 'unknown'}.", reason="format")
    utf8 = CODED not in tags and any(_looks_utf8(value) for tag, value in tags.items() if tag.startswith("IPTC:"))
    if utf8:
        tags = read_tags(tool, real, iptc_utf8=True)
    return _found(real, status, tags, of=tags, file_type=file_type, iptc_utf8=utf8)


def look_beside(tool: ExifTool, sidecar: Path, original: Path, *, ahead: Ahead | None = None) -> Found:
    """The sidecar, which need not exist yet; size and turning are those of `original`'s picture."""
    real = real_path(sidecar)
    of = _read(tool, real_path(original), ahead)
    if not real.exists():
        return _found(real, None, {}, of=of, file_type=SIDECAR[0])
    status = real.stat()
    tags = read_tags(tool, real)
    if tags.get("File:FileType") not in SIDECAR:
        raise Unwritable(f"{real.name} is no XMP.", reason="format")
    return _found(real, status, tags, of=of, file_type=SIDECAR[0])


def real_path(path: Path) -> Path:
    """Absolute and without links. Raises Unwritable for a name that exiftool would take apart, or that the library
    cannot keep: what was written there could not be taken back."""
    # Path.resolve raises RuntimeError for a link to itself.
    real = Path(os.path.realpath(path))
    if any(letter in str(real) for letter in "\n\r"):
        raise Unwritable(f"The name {str(real)!r} has a line break in it.", reason="name")
    if any("\ud800" <= letter <= "\udfff" for letter in str(real)):
        raise Unwritable(f"The name {str(real)!a} is not in UTF-8.", reason="name")
    return real


def look_ahead(tool: ExifTool, paths: Iterable[Path]) -> Ahead:
    """Read what will be looked at, as far as that can be done at once."""
    return Ahead(tool, [Path(os.path.realpath(path)) for path in paths if path.suffix.lower() in _JPEG])


def _read(tool: ExifTool, real: Path, ahead: Ahead | None) -> Tags:
    fast = real.suffix.lower() in _JPEG
    tags = read_tags(tool, real, fast=fast, ahead=ahead)
    # A name may lie, and what is fast leaves out what other types say.
    return read_tags(tool, real) if fast and tags.get("File:FileType") != "JPEG" else tags


def _looks_utf8(value: Any) -> bool:
    """Whether a text that was read as Latin is UTF-8: no honest Latin text is, by more than rare chance."""
    if isinstance(value, list):
        return any(map(_looks_utf8, value))
    text = word(value)
    if text.isascii():
        return False
    try:
        return not b"".join(map(_latin, text)).decode("utf-8").isascii()
    except ValueError:
        return False


def _latin(letter: str) -> bytes:
    """The byte that was read as this letter; ValueError where none was."""
    return letter.encode("latin-1" if ord(letter) < 256 else "cp1252")


def _found(
    real: Path, status: os.stat_result | None, tags: Tags, *, of: Tags, file_type: str, iptc_utf8: bool = False
) -> Found:
    size: list[Any] = word(of.get("Composite:ImageSize", "")).split()
    wide, high = (int(size[0]), int(size[1])) if len(size) == 2 and all(map(str.isdigit, size)) else (None, None)
    common = {
        "path": str(real),
        "file_type": file_type,
        "width": wide,
        "height": high,
        "orientation": orientation_of(word(of.get("File:FileType", "")), of),
        "tags": tags,
        "iptc_utf8": iptc_utf8,
    }
    if status is None:
        return Found(**common, exists=False)  # type: ignore[arg-type]
    return Found(
        **common,  # type: ignore[arg-type]
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
    )
