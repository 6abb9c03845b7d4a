"""Notices new settings and new catalogues by their files' signatures, and keeps the last good one of each.

A look is one `stat`. Loading a catalogue of 100,000 photos takes a second and more, so `load_catalogue` is made to run
beside the player. What cannot be read is said in `problem`, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from frame.selection.pool import Pool, digest_of, gather
from sync.catalogue import Catalogue, previous
from sync.errors import CatalogueUnreadable
from sync.settings import Loaded, Settings, load

Signature = tuple[int, int, int] | None


def signature(path: Path) -> Signature:
    """Something that changes when the file does; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


@dataclass
class SettingsWatch:
    """The settings in use; `look` reads them again when their file changed."""

    path: Path
    overrides: Mapping[str, str] = field(default_factory=dict)
    _seen: Signature = None
    _good: Settings | None = None

    def load(self) -> Loaded:
        """Read now. Never raises."""
        self._seen = signature(self.path)
        loaded = load(self.path, overrides=self.overrides, last_good=self._good)
        self._good = loaded.settings
        return loaded

    def look(self) -> Loaded | None:
        """The settings when their file changed since, else None. A file that vanished leaves the last good ones."""
        found = signature(self.path)
        if found is None or found == self._seen:
            return None
        return self.load()


@dataclass(frozen=True)
class Collection:
    """An open catalogue and all that may be shown of it. `problem` is a sentence when it is not the newest one."""

    catalogue: Catalogue
    pool: Pool
    problem: str = ""


def open_catalogue(path: Path) -> Catalogue:
    """The catalogue, or else the one before it. Raises CatalogueUnreadable when neither can be read."""
    try:
        return Catalogue(path)
    except CatalogueUnreadable as error:
        with suppress(CatalogueUnreadable):
            return Catalogue(previous(path))
        raise error from None


def load_catalogue(path: Path, hidden: Set[str], *, or_previous: bool) -> Collection:
    """All of it, or (`or_previous`) of the one before it. Raises CatalogueUnreadable when that cannot be read."""
    digests = {digest_of(key) for key in hidden}
    try:
        return _load(path, digests)
    except CatalogueUnreadable as error:
        if or_previous:
            with suppress(CatalogueUnreadable):
                return replace(_load(previous(path), digests), problem=str(error))
        raise


def _load(path: Path, digests: Set[int]) -> Collection:
    catalogue = Catalogue(path)
    try:
        return Collection(catalogue, gather(catalogue.candidates(), digests))
    except CatalogueUnreadable:
        catalogue.close()
        raise
    except (TypeError, ValueError, OverflowError) as error:  # damage that SQLite does not see
        catalogue.close()
        raise CatalogueUnreadable(f"The catalogue {path} is damaged: {error}.") from error
