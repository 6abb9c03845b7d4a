"""From the landing folder, where icloudpd writes, into the library folder, which Immich scans.

A photo appears in the library whole and under a name that was free, its sidecar before it: a crash leaves nothing
half, and the same call again completes it. What others put there stays as it is, files and sidecars alike. The
landing folder is never written to (but by fill.py), so that icloudpd goes on with its own files.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from glob import escape
from hashlib import file_digest
from io import FileIO
from pathlib import Path
from uuid import uuid4

from sync.errors import DiskFull, NotAvailable, UsageError
from sync.files import disk_errors, free_bytes, fsync_folder, make_folder, part_head, write_durably
from sync.ingest.sidecar_writing import normalised
from sync.ingest.sidecars import SidecarRefused, bytes_of, read, sidecar_of

_CHUNK = 1 << 20
_LONGEST_BYTES = 250
"""Of a name, with room for the sidecar's ending."""
_NO_LINKS = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS}
"""Another disk, one without hard links, another owner's file, or a file with too many of them: it is copied."""


class Done(StrEnum):
    """What became of a photo."""

    LINKED = "linked"
    COPIED = "copied"
    THERE = "there"


class Beside(StrEnum):
    """What became of its sidecar."""

    NONE = "none"
    WRITTEN = "written"
    THERE = "there"
    KEPT = "kept"
    """Somebody else's lies there, or Immich's; it stays."""
    REFUSED = "refused"


@dataclass(frozen=True)
class Published:
    """A photo in the library folder."""

    path: str
    """Below the library folder; another name where a stranger has the photo's own."""
    photo: Done
    sidecar: Beside
    why: str = ""
    """Why a sidecar was refused."""


def publish(path: str, *, landing: Path, library: Path, stars: bool = False) -> Published:
    """Put one file of the landing folder, with its sidecar, into the library folder.

    Raises NotAvailable where the file is gone, a link or unreadable; UsageError where its folder leads out of the
    library; DiskError.
    """
    source = landing / path
    with _opened(source) as file:
        target, there = _free_name(file, library, path)
        make_folder(target.parent)
        beside, why = _publish_sidecar(source, target, stars=stars)
        done = Done.THERE if there else _place(source, file, target)
    return Published(target.relative_to(library).as_posix(), done, beside, why)


def _opened(source: Path) -> FileIO:
    try:
        file = open(os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb", buffering=0)  # noqa: SIM115
    except OSError as error:
        raise NotAvailable(f"{source} cannot be taken: {error.strerror}.", path=str(source)) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotAvailable(f"{source} is no plain file.", path=str(source))
    return file


def _free_name(file: FileIO, library: Path, path: str) -> tuple[Path, bool]:
    """A name for the file in the library folder, and whether the file is already there under it."""
    own = library / path
    if not own.parent.resolve().is_relative_to(library.resolve()):
        raise UsageError(f"{own.parent} leads out of the library folder.", advice="Remove that link.", path=path)
    state = _state(file, own)
    if state is not None:
        return own, state
    # Named by its bytes, so that the same call finds it again.
    room = _LONGEST_BYTES - len(os.fsencode(f"~12345678{own.suffix}"))
    stem = os.fsencode(own.stem)[:room].decode("utf-8", "ignore")
    other = own.with_name(f"{stem}~{_digest(file)[:8]}{own.suffix}")
    state = _state(file, other)
    if state is None:
        raise UsageError(f"{own} and {other.name} are taken by other files.", advice="Move one of them away.")
    return other, state


def _state(file: FileIO, target: Path) -> bool | None:
    """True: the file lies there already; False: the name is free; None: a stranger has it."""
    mine = os.fstat(file.fileno())
    try:
        theirs = target.lstat()
    except FileNotFoundError:
        return False
    if (mine.st_dev, mine.st_ino) == (theirs.st_dev, theirs.st_ino):
        return True
    if not stat.S_ISREG(theirs.st_mode) or mine.st_size != theirs.st_size:
        return None
    with _opened(target) as other:
        return True if _digest(other) == _digest(file) else None


def _digest(file: FileIO) -> str:
    file.seek(0)
    return file_digest(file, "sha1").hexdigest()


def _publish_sidecar(source: Path, target: Path, *, stars: bool) -> tuple[Beside, str]:
    raw = bytes_of(sidecar_of(source))
    if raw is None:
        return Beside.NONE, ""
    try:
        wanted = normalised(raw, stars=stars)
    except SidecarRefused as error:
        return Beside.REFUSED, error.sentence
    own = sidecar_of(target)
    if os.path.lexists(own):
        present = bytes_of(own)
        if present == wanted:
            return Beside.THERE, ""
        if present is None or not _is_replaceable(present, raw):
            return Beside.KEPT, ""
    write_durably(own, wanted)
    return Beside.WRITTEN, ""


def _is_replaceable(present: bytes, raw: bytes) -> bool:
    """Ours and untouched since, or icloudpd's own, of which the landing folder has the same."""
    try:
        return present == raw or read(present).ours
    except SidecarRefused:
        return False


def _place(source: Path, file: FileIO, target: Path) -> Done:
    try:
        with disk_errors(f"Publishing {target.name}"):
            os.link(source, target, follow_symlinks=False)
        done = Done.LINKED
        if target.lstat().st_ino != os.fstat(file.fileno()).st_ino:
            # Replaced between being opened and linked: what is there now was never looked at.
            target.unlink()
            raise NotAvailable(f"{source} changed while it was taken.", path=str(source))
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _copy(file, target)
        done = Done.COPIED
    fsync_folder(target.parent)
    return done


def _copy(file: FileIO, target: Path) -> None:
    status = os.fstat(file.fileno())
    if free_bytes(target.parent) < status.st_size:
        raise DiskFull(
            f"{target.parent} is too full for {target.name}.", advice="Free some space; what is missing comes then."
        )
    beginning = part_head(target.name)
    for leftover in target.parent.glob(f"{escape(beginning)}{'[0-9a-f]' * 32}.part"):
        leftover.unlink()  # of a copy that a crash cut short
    part = target.with_name(f"{beginning}{uuid4().hex}.part")
    try:
        with disk_errors(f"Copying {target.name}"), open(part, "xb") as copy:
            file.seek(0)
            while chunk := file.read(_CHUNK):
                copy.write(chunk)
            os.fchmod(copy.fileno(), stat.S_IMODE(status.st_mode))
            copy.flush()
            os.utime(copy.fileno(), ns=(status.st_atime_ns, status.st_mtime_ns))
            os.fsync(copy.fileno())
        if part.stat().st_size != status.st_size or os.fstat(file.fileno()).st_mtime_ns != status.st_mtime_ns:
            raise NotAvailable(f"{target.name} changed while it was copied.")
        _name(part, target)
    finally:
        part.unlink(missing_ok=True)


def _name(part: Path, target: Path) -> None:
    """Give the copy its name, unless somebody took it meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise NotAvailable(f"{target} appeared while it was copied.") from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A disk without hard links has no way to name a file only where the name is free.
        if os.path.lexists(target):
            raise NotAvailable(f"{target} appeared while it was copied.") from error
        part.rename(target)
