"""The last step of any change to an original: a finished scratch copy takes its place, whole or not at all.

The copy lies beside its target under a name of its own, which a later write of the same target removes if a crash
left it. Hard links: the new file is a file of its own, the other names keep the old bytes. Never an in-place write.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sync.errors import Moved, OwnerWouldChange
from sync.files import fsync_folder
from sync.writeback.found import Found

MARK = ".mantelpiece-part"


@contextmanager
def scratch_beside(target: Path) -> Iterator[Path]:
    """A path in the same folder where nothing is; whatever is there in the end is removed.

    The path has no %: in one that it writes to, exiftool takes that for the beginning of a format, and knows no way to
    say a plain one. It would make folders and copies of photos elsewhere.
    """
    name = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:24]
    # exiftool makes a sidecar from nothing only under a name that ends so.
    name = f".{name}{MARK}{'.xmp' if target.suffix.lower() == '.xmp' else ''}"
    with _plainly_called(target.parent) as folder:
        scratch = folder / name
        scratch.unlink(missing_ok=True)
        try:
            yield scratch
        finally:
            with suppress(OSError):
                scratch.unlink(missing_ok=True)


@contextmanager
def _plainly_called(folder: Path) -> Iterator[Path]:
    if "%" not in str(folder):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="mantelpiece-") as elsewhere:
        link = Path(elsewhere, "folder")
        link.symlink_to(folder)
        yield link


def refuse_another_owner(target: Path, *, owner_any: bool) -> None:
    """Raise OwnerWouldChange where it is plain beforehand that the new file cannot be given its owner."""
    if not owner_any and os.geteuid() not in (0, target.stat().st_uid):
        raise OwnerWouldChange(f"{target.name} belongs to another user.", path=str(target))


def dress(scratch: Path, like: Path, *, owner_any: bool, mtime_ns: int | None) -> None:
    """Owner, mode, extended attributes and, if given, the time of `like`; then all of it onto the disk."""
    wanted = like.stat()
    has = scratch.stat()
    if (has.st_uid, has.st_gid) != (wanted.st_uid, wanted.st_gid):
        try:
            os.chown(scratch, wanted.st_uid, wanted.st_gid)
        except PermissionError as error:
            if not owner_any:
                raise OwnerWouldChange(f"{like.name} would get another owner.", path=str(like)) from error
    scratch.chmod(wanted.st_mode & 0o7777)
    for name in _attributes(like):
        # What another file system or the kernel keeps to itself stays behind; it is none of the owner's.
        with suppress(OSError):
            os.setxattr(scratch, name, os.getxattr(like, name))
    if mtime_ns is not None:
        os.utime(scratch, ns=(wanted.st_atime_ns, mtime_ns))
    settle(scratch)


def dress_new(scratch: Path, folder: Path) -> None:
    """A file that nobody had before belongs to whoever its folder belongs to, as far as we may give it away: root's, it
    would be one that its owner cannot change. Then all of it onto the disk."""
    wanted, has = folder.stat(), scratch.stat()
    if (has.st_uid, has.st_gid) != (wanted.st_uid, wanted.st_gid):
        with suppress(OSError):
            os.chown(scratch, wanted.st_uid, wanted.st_gid)
    scratch.chmod(0o644)
    settle(scratch)


def _attributes(path: Path) -> list[str]:
    """Names of its extended attributes; none where its file system (sshfs, SMB) knows of no such thing."""
    try:
        return os.listxattr(path)
    except OSError as error:
        if error.errno not in (errno.ENOTSUP, errno.ENOSYS):
            raise
        return []


def settle(scratch: Path) -> None:
    """Its bytes onto the disk. An fsync that fails is never repeated: the copy is thrown away."""
    with scratch.open("rb") as file:
        os.fsync(file.fileno())


def put(scratch: Path, found: Found) -> None:
    """Take the place of `found`, for ever. Raises Moved."""
    take_place(scratch, found)
    settle_name(Path(found.path))


def take_place(scratch: Path, found: Found) -> None:
    """Be the file that was looked at, provided that it is still that. Raises Moved."""
    refuse_moved(found)
    scratch.replace(found.path)


def settle_name(path: Path) -> None:
    """Its name, or that it has none any more, onto the disk; as far as its file system knows of such a thing."""
    try:
        fsync_folder(path.parent)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF):
            raise


def refuse_moved(found: Found) -> None:
    """Raise Moved where the file is no longer what was looked at."""
    target = Path(found.path)
    try:
        now = target.stat()
    except FileNotFoundError:
        now = None
    if now is None or not found.exists:
        if (now is None) == found.exists:
            raise Moved(f"{target.name} {'is gone' if found.exists else 'was made by somebody else'}.", path=found.path)
        return
    if (now.st_size, now.st_mtime_ns, now.st_ino) != (found.size_bytes, found.mtime_ns, found.inode):
        raise Moved(f"{target.name} was changed by somebody else meanwhile.", path=found.path)
