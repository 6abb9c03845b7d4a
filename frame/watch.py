"""Notices new settings and new catalogues by their files' signatures, and keeps the last good one of each.

A look is one `stat`. Reading a catalogue of 100,000 photos takes a second and more, so the worker does it, beside
the pictures. What cannot be read is said in `problem`, and changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Set
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from frame.selection.pool import Pool, digest_of, gather
from frame.worker import Job, Worker
from sync.catalogue import Catalogue, PhotoEntry, previous
from sync.clock import Clock
from sync.errors import CatalogueUnreadable
from sync.files import Signature, signature
from sync.settings.reading import Loaded, load
from sync.settings.tree import Settings
from sync.settings.wall import Choosing

log = logging.getLogger(__name__)

RELOAD_SECONDS = 60.0
"""A catalogue that could not be read is tried again after this long, though its file did not change."""


PACE = "wall.interval_seconds"


def _hurry(overrides: Mapping[str, str]) -> float | None:
    """A pace that no setting may have: of who has pictures made one after the other, at the command line."""
    seconds = float(overrides.get(PACE, 1))
    return seconds if seconds < 1 else None


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
        hurry = _hurry(self.overrides)
        overrides = {key: value for key, value in self.overrides.items() if hurry is None or key != PACE}
        loaded = load(self.path, overrides=overrides, last_good=self._good)
        self._good = loaded.settings
        if hurry is None:
            return loaded
        wall = msgspec.structs.replace(loaded.settings.wall, interval_seconds=hurry)
        return replace(loaded, settings=msgspec.structs.replace(loaded.settings, wall=wall))

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


def find_photo(path: Path, key: str) -> PhotoEntry | None:
    """One photo, straight from the file: without reading all of it. None where it is not there, or damaged."""
    try:
        with closing(open_catalogue(path)) as catalogue:
            number = catalogue.number_of(key)
            return None if number is None else catalogue.photo(number)
    except (CatalogueUnreadable, TypeError, ValueError) as error:
        log.warning("%s", error)
        return None


class CatalogueWatch:
    """Has a new catalogue read in the worker, and hands it over whole."""

    def __init__(self, path: Path, worker: Worker, clock: Clock) -> None:
        self._path = path
        self._worker = worker
        self._clock = clock
        self._seen: Signature = None
        self._job: Job | None = None
        self._started_at: float | None = None
        self.out = Choosing()
        """Whose people, albums and tags stay off the wall; see `leave_out`."""
        self.problem = ""
        self.failed = False
        """Whether the latest attempt gave nothing, also because there is no catalogue yet."""

    @property
    def busy(self) -> bool:
        return self._job is not None

    def look(self, hidden: Set[str], *, or_previous: bool, only: str = "") -> None:
        """Begin to read when there is something new, or when it is time to try again what failed."""
        if self._job is not None:
            return
        now, found = self._clock.monotonic(), signature(self._path)
        first = self._started_at is None
        again = self.failed and self._started_at is not None and now - self._started_at >= RELOAD_SECONDS
        if first or again or (found is not None and found != self._seen):
            self._started_at, self._seen = now, found
            keys = frozenset(hidden)
            out = self.out
            self._job = self._worker.submit_beside(
                lambda: _read(self._path, keys, out, or_previous=or_previous, only=only)
            )

    def leave_out(self, choosing: Choosing) -> None:
        """From the next look on, nothing of the people, albums and tags that these settings name."""
        if _named(choosing) != _named(self.out):
            self.look_again()
        self.out = choosing

    def look_again(self) -> None:
        """Read it at the next look, though it did not change."""
        self._seen = None

    def take_in(self, job: Job) -> Collection | None:
        """A job of the worker ended; if it was ours, what it read, or None with a problem."""
        if job is not self._job:
            return None
        self._job = None
        self.failed = job.error is not None
        self.problem = str(job.error) if self.failed and self._seen is not None else ""
        return None if self.failed else job.result


def _read(path: Path, hidden: Set[str], out: Choosing, *, or_previous: bool, only: str) -> Collection:
    """All of it, or of the one before it. Raises CatalogueUnreadable when that cannot be read to its end either."""
    digests = {digest_of(key) for key in hidden}
    try:
        return _load(path, digests, out, only)
    except CatalogueUnreadable as error:
        if or_previous:
            with suppress(CatalogueUnreadable):
                return replace(_load(previous(path), digests, out, only), problem=str(error))
        raise


def _load(path: Path, digests: Set[int], out: Choosing, only: str) -> Collection:
    catalogue = Catalogue(path)
    try:
        people, albums, tags = _named(out)
        without = catalogue.ids_of(people=people, albums=albums, tags=tags)
        with closing(catalogue.candidates(only)) as candidates:
            return Collection(catalogue, gather(candidates, digests, without))
    except CatalogueUnreadable:
        catalogue.close()
        raise
    except (TypeError, ValueError, OverflowError) as error:  # damage that SQLite does not see
        catalogue.close()
        raise CatalogueUnreadable(f"The catalogue {path} is damaged: {error}.") from error


def _named(choosing: Choosing) -> tuple[tuple[str, ...], ...]:
    """People, albums and tags that never come."""
    texts = (choosing.people_out, choosing.albums_out, choosing.tags_out)
    return tuple(tuple(name.strip() for name in text.split(";") if name.strip()) for text in texts)
