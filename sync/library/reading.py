"""The library for those who only look: opened read-only, never checked, moved, migrated or made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sync.errors import LibraryCorrupt
from sync.home import Home
from sync.library.database import SCHEMA_VERSION, Library


@contextmanager
def reading(home: Home) -> Iterator[Library | None]:
    """The library, or None where there is none yet. Raises LibraryCorrupt where it cannot be read."""
    if not home.library.exists():
        yield None
        return
    try:
        library = Library.to_read(home.library)
        try:
            version = library.db.execute("PRAGMA user_version").fetchone()[0]
            yield library if version >= SCHEMA_VERSION else None
        finally:
            library.close()
    except sqlite3.DatabaseError as error:
        raise LibraryCorrupt(
            f"The library cannot be read: {error}.", advice="The sync service begins it anew; the wall goes on."
        ) from error
