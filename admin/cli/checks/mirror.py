"""The library, the catalogue, the objects, and what the last runs came to."""

from __future__ import annotations

import os
from collections.abc import Iterator

from admin.cli.checks.finding import Finding, bad, ok, waits, warn
from sync.catalogue import Catalogue
from sync.counted import counted
from sync.errors import CatalogueUnreadable, LibraryCorrupt
from sync.home import Home
from sync.library import albums, held, jobs
from sync.library.damage import count as count_objects
from sync.library.database import SCHEMA_VERSION, Library
from sync.library.jobs import State
from sync.library.reading import reading
from sync.settings.last_good import Kept


def library(home: Home, kept: Kept) -> Iterator[Finding]:
    """Readable, of this version, and what it says of albums, jobs and held removals."""
    for left in sorted(home.private.glob("library.db.corrupt.*")) if home.private.is_dir() else []:
        if not left.name.endswith(("-wal", "-shm")):
            yield warn("library", f"A damaged library was set aside as {left.name}.", "It may be deleted.")
    try:
        with reading(home) as rows:
            if rows is None:
                yield warn("library", "Nothing was synced yet.", "mantelpiece sync, or mantelpiece run")
                return
            version = rows.db.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                yield bad("library", "The library was written by a newer version.", "Install that version again.")
                return
            check = rows.db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if check != "ok":
                yield bad("library", f"The library is damaged: {check}.", "Restart the sync service: it begins anew.")
                return
            yield ok("library", "The library is whole.")
            yield from _told(rows, home, kept)
    except LibraryCorrupt as error:
        yield bad("library", error.sentence, "Restart the sync service: it begins anew, the wall goes on.")


def _told(rows: Library, home: Home, kept: Kept) -> Iterator[Finding]:
    wanted = {album.name for album in kept.settings.albums}
    for album in albums.every(rows):
        if album.problem and album.name in wanted:
            since = f" (since {album.problem_since[:16]} UTC)" if album.problem_since else ""
            yield bad("albums", f"{album.name}: {album.problem}{since}",
                      "Its photos stay, and the next sync looks again. If the album was deleted or is no longer "
                      "shared with you, 'mantelpiece album list --on-server SERVER' does not name it.")  # fmt: skip
    for row in held.every(rows):
        if row.decision is None:
            yield waits("held", counted(_WAITS, album=row.album, number=len(row.photos)), "mantelpiece held list")
    for job in jobs.in_state(rows, State.PARKED):
        yield bad("jobs", f"Job {job.id} ({job.kind}) failed three times and is parked.",
                  f"'mantelpiece jobs history' says why; try again with 'mantelpiece jobs run {job.id}'.")  # fmt: skip
    listed = count_objects(rows)
    there = sum(len(folder.files) for folder in _folders(home))
    if listed != there:
        yield warn("objects", counted(_STRAYS, number=there, listed=listed), "mantelpiece verify")
    else:
        yield ok("objects", counted("{number} {number:object|objects}.", number=there))


_WAITS = "{album}: {number} {number:removal waits|removals wait} for your yes."
_STRAYS = "{number} {number:file lies|files lie} among the objects, {listed} are known."


class _Folder:
    def __init__(self, path: str) -> None:
        with os.scandir(path) as entries:
            self.files = [entry.name for entry in entries if not entry.name.startswith(".")]


def _folders(home: Home) -> Iterator[_Folder]:
    if not home.objects.is_dir():
        return
    for folder in home.objects.iterdir():
        if len(folder.name) == 2 and folder.is_dir():
            yield _Folder(str(folder))


def catalogue(home: Home, _kept: Kept) -> Iterator[Finding]:
    """What the wall reads."""
    if not home.catalogue.exists():
        yield warn("catalogue", "Nothing is published for the wall yet.", "mantelpiece sync, or mantelpiece run")
        return
    try:
        published = Catalogue(home.catalogue)
    except CatalogueUnreadable as error:
        yield bad("catalogue", error.sentence, "The wall uses the one before; the next sync writes it anew.")
        return
    count = published.count
    published.close()
    yield ok("catalogue", counted("{number} {number:photo is|photos are} published for the wall.", number=count))
