"""Files from a phone on their way to sync: bounded in size and number, kept unopened, whole or not at all.

The album that shows them is an ordinary one whose source is the folder private/uploads.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path, PurePath
from typing import BinaryIO

from sync.errors import DiskFull, UsageError
from sync.files import disk_errors, free_bytes, fsync_folder, id_of_path
from sync.home import Home
from sync.settings.tree import Album, Settings, Source

MOST_BYTES = 50_000_000
MOST_AT_ONCE = 20
MOST_FILES = 1_000
MOST_TOTAL_BYTES = 3_000_000_000
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif", ".avif", ".tif", ".tiff")
_LONGEST_NAME = 60
_FORGOTTEN_SECONDS = 3600.0
_CHUNK = 1 << 18


def album_of(settings: Settings, home: Home) -> Album | None:
    """The album that shows uploads, once there is one."""
    folder = str(home.uploads)
    return next((each for each in settings.albums if each.source is Source.FOLDER and each.folder == folder), None)


def put(home: Home, stream: BinaryIO, name: str) -> str:
    """Keep one file for the job `upload`; gives the name it got. Raises UsageError with a sentence, or DiskError."""
    clean = clean_name(name)
    if PurePath(clean).suffix.lower() not in ENDINGS:
        raise UsageError(f"{clean} is not a photo that can be shown here.")
    _refuse_too_much(home)
    part = home.new_uploads / f".{secrets.token_hex(8)}"
    with disk_errors("Keeping a photo"):
        try:
            _copy(stream, part, clean)
            return _place(home, part, clean)
        finally:
            part.unlink(missing_ok=True)
            fsync_folder(home.new_uploads)


def key_of(home: Home, name: str) -> str:
    """By which the wall will know the photo of that name."""
    return f"folder:{id_of_path(home.uploads / name)}"


def clean_name(name: str) -> str:
    """The last part of a name, of characters that any folder takes; never hidden, never empty."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(each if each.isalnum() or each in " ._-()" else "_" for each in last).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    return f"{(stem or 'photo')[:_LONGEST_NAME]}{dot}{ending[:8].lower()}" if dot else plain[:_LONGEST_NAME] or "photo"


def _refuse_too_much(home: Home) -> None:
    now, count, total = time.time(), 0, 0
    for folder in (home.uploads, home.new_uploads):
        for path in folder.iterdir():
            found = path.stat()
            if folder == home.new_uploads and path.name.startswith(".") and now - found.st_mtime > _FORGOTTEN_SECONDS:
                # What a power cut left of an upload.
                path.unlink(missing_ok=True)
                continue
            count, total = count + 1, total + found.st_size
    if count >= MOST_FILES or total >= MOST_TOTAL_BYTES:
        raise UsageError("There are very many photos from phones already; remove some first.")
    if free_bytes(home.root) < 2 * MOST_BYTES:
        raise DiskFull("There is not enough space for another photo.")


def _copy(stream: BinaryIO, part: Path, name: str) -> None:
    size = 0
    with part.open("xb") as file:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise UsageError(f"{name} is larger than {MOST_BYTES // 1_000_000} MB.")
            file.write(chunk)
        if size == 0:
            raise UsageError(f"{name} is empty.")
        file.flush()
        os.fsync(file.fileno())
    part.chmod(0o600)


def _place(home: Home, part: Path, name: str) -> str:
    stem, _, ending = name.rpartition(".")
    for each in (name, *(f"{stem} ({number}).{ending}" for number in range(2, MOST_FILES + 2))):
        if (home.uploads / each).exists():
            continue
        try:
            (home.new_uploads / each).hardlink_to(part)
        except FileExistsError:
            continue
        return each
    raise UsageError(f"There are very many photos called {name} already.")
