"""A file that somebody brought and has not said yes to: kept in private/drafts for an hour, under a name of its own.

It may hold a key or a password: no page ever shows its text again, and it goes as soon as it was taken or forgotten.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from sync.errors import UsageError
from sync.files import disk_errors, write_durably
from sync.home import Home

MOST_BYTES = 200_000
_LIFE_SECONDS = 3600.0
_NAME = re.compile(r"[0-9a-f]{16}\.[a-z]{2,5}")


def put(home: Home, text: str, ending: str) -> str:
    """Keep a text; gives its name, which ends with `.py`, `.json` or the like. Raises UsageError, DiskError."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise UsageError(f"This is larger than {MOST_BYTES // 1000} KB, and no such file.")
    folder = _folder(home)
    folder.mkdir(mode=0o700, exist_ok=True)
    sweep(home)
    name = f"{secrets.token_hex(8)}.{ending}"
    write_durably(folder / name, text.encode(errors="replace"), mode=0o600)
    return name


def put_file(home: Home, stream: BinaryIO, ending: str) -> str:
    """Keep what a stream holds, piece by piece; gives its name. Raises DiskError."""
    folder = _folder(home)
    folder.mkdir(mode=0o700, exist_ok=True)
    sweep(home)
    name = f"{secrets.token_hex(8)}.{ending}"
    with disk_errors("keeping a file that was brought"):
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            shutil.copyfileobj(stream, out)
    return name


def find(home: Home, name: str) -> Path | None:
    """Where it is kept; None where it is not, any more."""
    sweep(home)
    path = _folder(home) / name
    return path if _NAME.fullmatch(name) and path.is_file() else None


def forget(home: Home, name: str) -> None:
    """It was taken, or is not wanted."""
    path = find(home, name)
    if path is not None:
        path.unlink(missing_ok=True)


def sweep(home: Home) -> None:
    """Forget what nobody came back for; a clock that was set meanwhile makes it old."""
    now = time.time()
    for path in _folder(home).glob("*"):
        with suppress(FileNotFoundError):
            if abs(now - path.stat().st_mtime) > _LIFE_SECONDS:
                path.unlink()


def _folder(home: Home) -> Path:
    return home.private / "drafts"
