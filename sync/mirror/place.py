"""Turns proved part files into objects: synced, then renamed to the hash of their bytes, never over good ones.

The folder's fsync is left to `settle`, once for many objects: rows may speak of an object only after it.
"""

from __future__ import annotations

import io
import os
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import Any, BinaryIO, cast

from sync.files import disk_errors, fsync_folder
from sync.home import Home
from sync.mirror.sniff import EXTENSIONS, HEAD_BYTES, extension

_FOLDERS = threading.Lock()
"""Of several that place their first objects at once one makes the folders, and the others go on when they are there."""


class _Part(io.FileIO):
    """A part file that writes whole or says what is wrong with the disk.

    A disk that is nearly full takes the beginning of a write without a word; and whoever downloads takes any other
    OSError for the network's.
    """

    def write(self, content: Any) -> int:
        left = memoryview(content)
        with disk_errors("Writing a download"):
            while left:
                left = left[super().write(left) :]
        return len(content)


@contextmanager
def part_file(home: Home) -> Iterator[tuple[BinaryIO, Path]]:
    """A new part file, open for writing and reading; gone afterwards unless it was placed."""
    path = home.parts / f"{uuid.uuid4().hex}.part"
    with disk_errors("Writing a download"):
        file = _Part(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "r+b")
    try:
        yield cast("BinaryIO", file), path
    finally:
        file.close()
        # A disk that refuses this too has said so already; the next run sweeps what stays.
        with suppress(OSError):
            path.unlink(missing_ok=True)


def place(home: Home, file: BinaryIO, part: Path, digest: str) -> tuple[str, os.stat_result]:
    """Give the part its object name; its bytes are on the disk when this returns, its name after `settle`.

    An object of that name that is whole stays as it is, for other folders link to it.
    """
    with disk_errors("Writing an object"):
        name = f"{digest}.{extension(os.pread(file.fileno(), HEAD_BYTES, 0))}"
        path = home.object_path(name)
        if path.exists() and hash_of(path) == digest:
            return name, path.stat()
        # fsync may fail only once: what it says after that is no proof of anything.
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())
        with _FOLDERS:
            if not path.parent.is_dir():
                _make_folders(home)
        part.replace(path)
        return name, os.fstat(file.fileno())


def _make_folders(home: Home) -> None:
    """All 256 at once: one by one, each would cost a sync of its own."""
    for number in range(256):
        (home.objects / f"{number:02x}").mkdir(exist_ok=True)
    fsync_folder(home.objects)


def settle(home: Home, names: Iterable[str]) -> None:
    """Make the names of placed objects survive a power cut."""
    with disk_errors("Writing objects"):
        for folder in sorted({name[:2] for name in names}):
            fsync_folder(home.objects / folder)


def present(home: Home, digest: str) -> str | None:
    """The name of a whole object with that hash that lies on the disk, whether or not a row speaks of it."""
    folder = home.objects / digest[:2]
    # One look at the folder: asking for each extension in turn costs as much as a small download.
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all that is wanted
    except FileNotFoundError:
        return None
    for name in names:
        stem, _, ext = name.partition(".")
        if stem == digest and ext in EXTENSIONS and hash_of(folder / name) == digest:
            return name
    return None


def hash_of(path: Path) -> str:
    """The SHA-1 of a file, in hex."""
    with disk_errors(f"Reading {path.name}"), open(path, "rb", buffering=0) as file:
        return file_digest(file, "sha1").hexdigest()
