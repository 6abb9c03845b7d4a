"""The job `thumbs`: small pictures for the phone page, made for what it shows and has none of.

A thumbnail of every photo would be a gigabyte for 100,000 of them, and nearly all would never be looked at; so the page
asks for those that it is about to show (the last ones on the wall, what is held, the trash), once, and shows the
display copy until they are there. They are named by their display copy's hash and go when it goes, or when there are
too many; any may be lost at any time, for the page asks again.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sync.counted import counted
from sync.errors import DiskFull, PictureRefused
from sync.files import disk_errors, free_bytes
from sync.home import Home
from sync.mirror.rendition import THUMB_BYTES, Decoders
from sync.work import Result, Work

MOST_AT_ONCE = 100
MOST_KEPT = 2000
"""At most 24 MB."""
COVER_SECONDS = 7 * 86400.0
"""A cover is no object's; it is kept for so long, and fetched anew when it is asked for again."""
_NAME = re.compile(r"[0-9a-f]{40}\.[a-z0-9]{1,8}")


def thumbs(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"objects": [names of display copies]}`, at most a hundred. Facts: {"made", "problems"}.

    A name that is none, or whose object is gone, is passed over.
    """
    wanted = [name for name in arguments.get("objects", []) if isinstance(name, str) and _NAME.fullmatch(name)]
    made, problems = 0, []
    with Decoders(workers=1, deadline_seconds=20, cancelled=work.cancelled) as decoders:
        for name in list(dict.fromkeys(wanted))[:MOST_AT_ONCE]:
            work.check()
            source = next((path for path in _places(work.home, name) if path.exists()), None)
            if source is None or path_of(work.home, name).exists():
                continue
            try:
                make(work.home, source, path_of(work.home, name), decoders)
                made += 1
            except PictureRefused as error:
                problems.append(f"{name}: {error.sentence}")
    sweep(work)
    sentence = counted("{number} small {number:picture|pictures} made.", number=made)
    return Result({"made": made, "problems": problems}, sentence, problems=problems)


def _places(home: Home, name: str) -> tuple[Path, Path]:
    """Where an object lies: with the others, or in the trash."""
    return home.object_path(name), home.trash / name


def path_of(home: Home, name: str) -> Path:
    """Where the thumbnail of an object lies."""
    return home.thumbs / f"{name.partition('.')[0]}.jpg"


def make(home: Home, source: Path, path: Path, decoders: Decoders) -> None:
    """Draw one. Raises PictureRefused, DiskError. Its name may be lost in a power cut, never half its bytes."""
    if free_bytes(home.thumbs) < THUMB_BYTES:
        raise DiskFull("There is no room for small pictures.")
    part = home.thumbs / f".{uuid.uuid4().hex}.part"
    try:
        with disk_errors("Writing a small picture"):
            part.touch(0o600)
            decoders.make_thumb(source, part)
            with part.open("rb") as file:
                if not 0 < os.fstat(file.fileno()).st_size <= THUMB_BYTES:
                    raise PictureRefused("It cannot be made small enough.", reason="too-large")
                os.fchmod(file.fileno(), 0o444)
                os.fsync(file.fileno())
            part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def sweep(work: Work) -> int:
    """Delete those whose object is gone, old covers, the oldest of too many, and leftovers; gives how many."""
    # Against the clock that stamped the files; where that jumps, some are made anew.
    now = time.time()
    found: list[tuple[float, Path]] = []
    gone: list[Path] = []
    for entry in os.scandir(work.home.thumbs):
        made, path = entry.stat(follow_symlinks=False).st_mtime, Path(entry.path)
        keep = abs(now - made) < COVER_SECONDS or (path.suffix == ".jpg" and _has_object(work.home, path.stem))
        if keep:
            found.append((made, path))
        else:
            gone.append(path)
    found.sort(reverse=True)
    gone += [path for _, path in found[MOST_KEPT:]]
    for path in gone:
        with suppress(OSError):
            path.unlink()
    return len(gone)


def drop(home: Home, names: Iterable[str]) -> None:
    """Delete the thumbnails of objects that go; what cannot be deleted now is swept later."""
    for name in names:
        with suppress(OSError):
            path_of(home, name).unlink(missing_ok=True)


def _has_object(home: Home, digest: str) -> bool:
    return next((home.objects / digest[:2]).glob(f"{digest}.*"), None) is not None
