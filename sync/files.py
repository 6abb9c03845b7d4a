"""Durable files: nothing appears under its final name before its bytes are on the disk.

Write order everywhere: part file, fsync, rename, fsync of the folder, and only then a row that speaks of it.
A failed fsync means that the data is unknown: the part is thrown away, never fsynced again.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from sync.errors import Busy, DiskError, DiskFailing, DiskFull, DiskReadOnly

RESERVE_BYTES = 500_000_000
RESERVE_SHARE = 0.05

Signature = tuple[int, int, int] | None


def storable_ns(nanoseconds: int) -> int:
    """A file's time as a row can hold it: those outside of the years 1678 to 2261, which a broken clock or a damaged
    disk leaves behind, are the nearest that it can."""
    return min(max(nanoseconds, -(2**63)), 2**63 - 1)


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turn the errno of a full, read-only or failing disk into the error that names it; others pass as they are."""
    try:
        yield
    except OSError as error:
        kinds: dict[int, type[DiskError]] = {
            errno.ENOSPC: DiskFull,
            errno.EDQUOT: DiskFull,
            errno.EROFS: DiskReadOnly,
            errno.EIO: DiskFailing,
        }
        kind = kinds.get(error.errno or 0)
        if kind is None:
            raise
        raise kind(f"{doing}: {os.strerror(error.errno or 0)}.", doing=doing, errno=error.errno) from error


def fsync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path, mode: int = 0o755) -> None:
    """`mkdir -p` whose new names survive a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    try:
        folder.mkdir(mode)
    except FileExistsError:
        return
    fsync_folder(folder.parent)


def write_durably(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace `path` by `content`, whole or not at all, on the disk when this returns."""
    part = path.with_name(f"{part_head(path.name)}{uuid.uuid4().hex}.part")
    with disk_errors(f"Writing {path.name}"):
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                os.fchmod(file.fileno(), mode)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        fsync_folder(path.parent)


def part_head(name: str) -> str:
    """What the part file of a file of that name begins with. A name may have 255 bytes, and letters up to four each."""
    return f".{os.fsencode(name)[:100].decode('utf-8', 'ignore')}."


def sweep_parts(folder: Path) -> None:
    """Remove the part files that an interrupted run left in `folder`; its sub-folders are not looked into."""
    if folder.is_dir():
        for leftover in folder.glob("*.part"):
            if leftover.is_file():
                leftover.unlink(missing_ok=True)


def signature(path: Path) -> Signature:
    """Differs when the file was replaced or written; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - the phone page calls it with every request
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def free_bytes(folder: Path) -> int:
    """What may still be written below `folder` before the reserve (500 MB or 5 %, whichever is less) is touched."""
    usage = shutil.disk_usage(folder)
    return max(0, usage.free - min(RESERVE_BYTES, int(usage.total * RESERVE_SHARE)))


@contextmanager
def locked(path: Path, holder: str, *, wait_seconds: float = 0.1) -> Iterator[None]:
    """Hold the lock file `path`, or raise Busy with the other holder's words. It ends with its process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file:
        patience = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                # A moment's patience in any case: whoever looks (`holder_of`) touches the lock too.
                if time.monotonic() >= patience:
                    other = file.read().strip() or "another process"
                    raise Busy(f"Busy: {other} is running.", holder=other) from error
                time.sleep(0.02)
        file.truncate(0)
        file.write(holder)
        file.flush()
        yield
        file.seek(0)
        file.truncate(0)


def holder_of(path: Path) -> str | None:
    """Who holds the lock file `path`, in their own words; None when nobody does."""
    try:
        with open(path, encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return file.read().strip() or "another process"
    except FileNotFoundError:
        pass
    return None


def id_of_path(path: Path) -> str:
    """What stands for a file that no server knows; the same for the same path."""
    return blake2b(os.fsencode(path), digest_size=16).hexdigest()
