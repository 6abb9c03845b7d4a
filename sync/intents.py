"""Takes what the frame left in its folder of intents: records it, then deletes the file. Called by the service.

A file goes only after its row is durable; found again after a crash it is recognised by its name. The frame decodes
strangers' pictures and is trusted less than we are: only small plain files of the right form are read, no link is
followed, and nothing of what else lies there is quoted anywhere.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import Struct

from sync.errors import LibraryCorrupt
from sync.home import Home
from sync.library import intents
from sync.library.database import Library
from sync.library.intents import FAVOURITE, HIDE, IntentRow, State

log = logging.getLogger(__name__)

MOST_AT_ONCE = 500
_MOST_BYTES = 2000


class _Written(Struct, frozen=True):
    """As frame/intents.py writes it."""

    kind: Literal["favourite", "hide"]
    key: str
    value: bool
    at: int


class Intents:
    """The folder. `take` looks into it only when something in it has changed: an idle look is one `stat`."""

    def __init__(self, home: Home) -> None:
        self._folder = home.intents
        self._seen: tuple[int, ...] = ()
        """When the folder had changed at the last two looks."""

    def take(self, library: Library) -> int:
        """Record and delete what is there, in the order of the names; gives how many files went."""
        try:
            changed = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return 0
        # Twice: a file may come in the same tick of the clock, after the look.
        if self._seen == (changed, changed):
            return 0
        names = sorted(entry.name for entry in os.scandir(self._folder) if entry.name.endswith(".json"))
        found = {name: self._read(name) for name in names[:MOST_AT_ONCE]}
        wishes = {name: written for name, written in found.items() if isinstance(written, _Written)}
        _record(library, wishes.items())
        gone = [name for name, written in found.items() if written is not None]
        for name in gone:
            (self._folder / name).unlink(missing_ok=True)
        self._seen = (*self._seen[-1:], changed) if len(names) <= MOST_AT_ONCE else ()
        return len(gone)

    def _read(self, name: str) -> _Written | str | None:
        """What the file says; a text where it is nothing of use, None where it is no plain file and stays."""
        try:
            handle = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            content = os.read(handle, _MOST_BYTES + 1)
        finally:
            os.close(handle)
        try:
            written = msgspec.json.decode(content, type=_Written)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            log.warning("a file among the intents says nothing that is known here, and is deleted")
            return "unknown"
        return written if len(written.key) <= 300 and abs(written.at) < 1 << 62 else "unknown"


def _record(library: Library, wishes: Iterable[tuple[str, _Written]]) -> None:
    """One transaction; of several wishes for one photo the last counts."""
    last = {(written.kind, written.key): (name, written) for name, written in wishes}
    rows = []
    for (kind, key), (name, written) in last.items():
        before = intents.get(library, kind, key)
        if before is not None and before.file == name:
            continue
        known = _known(library, key) if kind == FAVOURITE else None
        state = State.DONE if kind == HIDE else State.WAITING
        rows.append(
            IntentRow(kind=kind, key=key, value=written.value, at=written.at, file=name, known=known, state=state)
        )
    if rows:
        with library.transaction() as db:
            for row in rows:
                intents.put(db, row)


def _known(library: Library, key: str) -> bool | None:
    # The service itself imports nothing of Immich's while nobody touches the wall.
    from sync.library import photos

    photo = photos.find(library, key)
    try:
        return None if photo is None else photo.asset_facts().favourite
    except LibraryCorrupt:
        return None
