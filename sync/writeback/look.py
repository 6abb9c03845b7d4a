"""Read what a file says of itself: the table's tags, its real type, how its picture is stored and turned.

Promises the tags exactly as they stand in the file; refuses what is no plain file, what nothing may be written into
and names that exiftool cannot be told. Called before every decision and after every write.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from sync.errors import ToolFailed, Unwritable
from sync.writeback.exiftool import ExifTool
from sync.writeback.found import Found, Tags, word
from sync.writeback.mapping import FILES, SIDECAR, TAGS
from sync.writeback.regions import orientation_of

CODED = "IPTC:CodedCharacterSet"
IPTC_DIGEST = "File:CurrentIPTCDigest"
"""There as soon as there is any IPTC."""
PICTURE = ("File:FileType", "Composite:ImageSize", "IFD0:Orientation", "XMP-tiff:Orientation", "QuickTime:Rotation")
_WANTED = dict.fromkeys((*TAGS, *PICTURE, CODED, IPTC_DIGEST))
# -m: else only the first thousand items of a list are read.
_HOW = ("-j", "-G1", "-struct", "-n", "-m", "-api", "LargeFileSupport=1")


def look(tool: ExifTool, path: Path) -> Found:
    """The file behind `path` (a symbolic link is followed). Raises Unwritable, ToolFailed, OSError."""
    real = real_path(path)
    status = real.stat()
    if not stat.S_ISREG(status.st_mode):
        raise Unwritable(f"{real.name} is no file.", reason="not-a-file")
    tags = read_tags(tool, real, fast=real.suffix.lower() in (".jpg", ".jpeg"))
    file_type = word(tags.get("File:FileType", ""))
    if file_type not in FILES:
        raise Unwritable(f"Nothing is written into files of type {file_type or 'unknown'}.", reason="format")
    utf8 = CODED not in tags and any(_looks_utf8(value) for tag, value in tags.items() if tag.startswith("IPTC:"))
    if utf8:
        tags = read_tags(tool, real, iptc_utf8=True)
    return _found(real, status, tags, of=tags, file_type=file_type, iptc_utf8=utf8)


def look_beside(tool: ExifTool, sidecar: Path, original: Path) -> Found:
    """The sidecar, which need not exist yet; size and turning are those of `original`'s picture."""
    real = real_path(sidecar)
    of = read_tags(tool, real_path(original))
    if not real.exists():
        return _found(real, None, {}, of=of, file_type=SIDECAR[0])
    status = real.stat()
    tags = read_tags(tool, real)
    if tags.get("File:FileType") not in SIDECAR:
        raise Unwritable(f"{real.name} is no XMP.", reason="format")
    return _found(real, status, tags, of=of, file_type=SIDECAR[0])


def real_path(path: Path) -> Path:
    """Absolute and without links. Raises Unwritable for a name that exiftool would take apart."""
    # Path.resolve raises RuntimeError for a link to itself.
    real = Path(os.path.realpath(path))
    if any(letter in str(real) for letter in "\n\r"):
        raise Unwritable(f"The name {str(real)!r} has a line break in it.", reason="name")
    return real


def read_tags(tool: ExifTool, path: Path, *, fast: bool = False, iptc_utf8: bool = False) -> Tags:
    """All tags of the table that `path` has, and what describes its picture.

    `fast` is for JPEG; `iptc_utf8` reads IPTC that does not say its encoding as UTF-8 instead of Latin.
    """
    # Trailers and maker notes hold nothing of the table, and are slow; so are tags asked for by name, and composites.
    how = ["-fast2", "-e"] if fast else [f"-{tag}" for tag in _WANTED]
    charset = ["-charset", "iptc=UTF8"] if iptc_utf8 else []
    answer = tool.run(*_HOW, *charset, *how, os.fspath(path))
    try:
        [read] = json.loads(answer.out, parse_int=str, parse_float=str)
    except ValueError as error:
        reason = " ".join(answer.err.split())[:300]
        raise ToolFailed(f"exiftool cannot read {path.name}: {reason or 'it says nothing'}.", name=path.name) from error
    if fast:
        size = (read.get("File:ImageWidth", ""), read.get("File:ImageHeight", ""))
        read["Composite:ImageSize"] = " ".join(map(word, size))
    # A WebP file becomes an extended one by having any metadata.
    if read.get("File:FileType") == "Extended WEBP":
        read["File:FileType"] = "WEBP"
    return {tag: _as_text(value) for tag, value in read.items() if tag in _WANTED}


def _as_text(value: Any) -> Any:
    """exiftool's JSON makes the words true and false, in any case, bare ones."""
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    if isinstance(value, dict):
        return {key: _as_text(inner) for key, inner in value.items()}
    return word(value)


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
