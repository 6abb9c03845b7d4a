"""What a root's folder can do, tried out when it is set up: in a folder of our own inside it that is removed again.

Network mounts are tried as any other. Whether its disk is there at all is asked before every run, without a write.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from msgspec import Struct

from sync.home import file_system

_SAMPLE = 50


class Probed(Struct, frozen=True, kw_only=True):
    """What was found; with a `problem` nothing may be written there."""

    problem: str = ""
    file_system: str = "unknown"
    resolution_ns: int = 1
    """The finest difference in time that a file keeps."""
    fsync_folder: bool = True
    """Whether a folder's names can be made to survive a power cut."""
    uid: int = 0
    """Whom files that we make belong to."""
    gives_away: bool = False
    """Whether we may give a file its former owner."""

    def keeps_owner(self, found: os.stat_result) -> bool:
        """Whether a file still belongs to its owner after it was replaced."""
        return self.gives_away or found.st_uid == self.uid


def probe(folder: Path) -> Probed:
    """Try the folder out. Never raises for what the folder cannot do."""
    if not folder.is_dir():
        return Probed(problem=f"There is no folder {folder}.")
    inside = folder / f".mantelpiece-{uuid.uuid4().hex[:12]}"
    try:
        inside.mkdir()
    except OSError as error:
        return Probed(problem=f"{folder} cannot be written into: {error.strerror}.", file_system=file_system(folder))
    try:
        return _tried(inside)
    except OSError as error:
        problem = f"{folder} does not do what is needed: {error.strerror}."
        return Probed(problem=problem, file_system=file_system(folder))
    finally:
        for left in inside.glob("*"):
            left.unlink(missing_ok=True)
        inside.rmdir()


def _tried(inside: Path) -> Probed:
    one, other = inside / "one", inside / "Other"
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    with one.open("rb") as file:
        os.fsync(file.fileno())
    one.replace(other)
    if other.read_bytes() != b"1" or one.exists():
        raise OSError(0, "a file cannot take another's place")
    made = other.stat()
    return Probed(
        file_system=file_system(inside),
        resolution_ns=_resolution(other),
        fsync_folder=_fsyncs(inside),
        uid=made.st_uid,
        gives_away=_gives_away(other),
    )


def _resolution(path: Path) -> int:
    moment = 1_700_000_001_123_456_789
    os.utime(path, ns=(moment, moment))
    lost = abs(moment - path.stat().st_mtime_ns)
    return next((step for step in (1, 100, 1_000, 1_000_000, 1_000_000_000) if lost < step), 2_000_000_000)


def _fsyncs(folder: Path) -> bool:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _gives_away(path: Path) -> bool:
    before = path.stat()
    try:
        os.chown(path, before.st_uid + 1, -1)
        given = path.stat().st_uid == before.st_uid + 1
        os.chown(path, before.st_uid, -1)
    except OSError:
        return False
    return given


def trouble(folder: Path, known: Iterable[str]) -> str:
    """Why nothing may be done in the folder now, without a write; empty where it is as it should be. `known` are
    originals that lay there before."""
    if not folder.is_dir():
        return f"There is no folder {folder}: its disk may not be mounted."
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"{folder} cannot be written into."
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return f"{folder} is mounted read-only."
    sample = list(islice(known, _SAMPLE))
    if sample and not any(os.path.lexists(path) for path in sample):
        return f"None of the originals known in {folder} is there: its disk may not be mounted."
    return ""
