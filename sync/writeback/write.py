"""Write decided changes into one file: scratch copy, read back, picture proved, fsync, replace, fsync of the folder.

Whatever goes wrong, however early it ends: the file is the old one or the new one, whole. Called by the run, one file
after another; undo.py takes back what this gives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from sync.errors import DiskFull, NotProved, ToolFailed
from sync.files import disk_errors
from sync.writeback import delta
from sync.writeback.changes import Change
from sync.writeback.command import arguments, why
from sync.writeback.exiftool import ExifTool
from sync.writeback.found import Found
from sync.writeback.replace import dress, put, refuse_another_owner, refuse_moved, scratch_beside, settle
from sync.writeback.verify import prove_picture, prove_tags

_SLOWEST = 4_000_000
"""Bytes a second: so slowly may a film be copied on a network mount before exiftool counts as hanging."""


class Print(Struct, frozen=True):
    """What a file was, to be recognised by."""

    sha256: str
    size_bytes: int
    mtime_ns: int


class Written(Struct, frozen=True, kw_only=True):
    """One file that was written, with everything that undo needs. Some kilobytes, to be kept in the journal."""

    path: str
    before: Print | None
    """None: there was no such file, a sidecar was made."""
    after: Print
    back: bytes
    """From the file as written to the file before; see delta.py."""
    changes: tuple[Change, ...]
    picture: str = ""
    """What its picture is known by; empty for a sidecar."""


def write(
    tool: ExifTool,
    found: Found,
    changes: Sequence[Change],
    *,
    keep_mtime: bool = False,
    owner_any: bool = False,
    before_replace: Callable[[Written], None] | None = None,
) -> Written:
    """Write `changes` into the file that `found` is. `before_replace` is told of what is about to happen, when all of
    it is proved and on the disk; what it raises stops the write.

    Raises Moved, OwnerWouldChange, NotProved, ToolFailed, ToolMissing, DiskError, OSError; then nothing is changed.
    """
    target = Path(found.path)
    with disk_errors(f"Writing into {target.name}"), scratch_beside(target) as scratch:
        refuse_moved(found)
        if found.exists:
            refuse_another_owner(target, owner_any=owner_any)
        _make(tool, found, changes, scratch)
        prove_tags(tool, found, changes, scratch)
        if found.exists:
            picture = prove_picture(found, scratch)
            before = print_of(target)
            dress(scratch, target, owner_any=owner_any, mtime_ns=found.mtime_ns if keep_mtime else None)
            back = delta.make(target, scratch)
        else:
            before, back, picture = None, b"", ""
            scratch.chmod(0o644)
            settle(scratch)
        written = Written(
            path=found.path,
            before=before,
            after=print_of(scratch),
            back=back,
            changes=tuple(changes),
            picture=picture,
        )
        if before_replace is not None:
            before_replace(written)
        put(scratch, found)
    return written


def print_of(path: Path) -> Print:
    """Its bytes and times as they are now."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    status = path.stat()
    return Print(sha256, status.st_size, status.st_mtime_ns)


def _make(tool: ExifTool, found: Found, changes: Sequence[Change], scratch: Path) -> None:
    answer = tool.run(*arguments(found, changes, scratch), more_seconds=found.size_bytes / _SLOWEST)
    if answer.status == 0 and scratch.is_file() and scratch.stat().st_size:
        return
    said = why(answer.err) or "it does not say why"
    if "No space left on device" in answer.err or "Disk quota exceeded" in answer.err:
        raise DiskFull(f"Writing into {Path(found.path).name}: the disk is full.")
    if answer.status == 0:
        raise NotProved("exiftool found nothing to change.", path=found.path, said=said)
    raise ToolFailed(f"exiftool does not write into {Path(found.path).name}: {said}.", path=found.path)
