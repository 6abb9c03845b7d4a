"""What is new in the files: settings, this hour's criteria, the catalogue. Keeps theme and playlist up to date.

`look` says what changed; what follows from that for panel and pictures is the player's business.
"""

from __future__ import annotations

from dataclasses import dataclass

from frame.criteria import CurrentCriteria
from frame.playlist import Playlist
from frame.state import State
from frame.theme import Theme
from frame.watch import CatalogueWatch, SettingsWatch
from frame.worker import Job
from sync.clock import Clock
from sync.settings.reading import Loaded
from sync.settings.tree import Settings

LOOK_SECONDS = 1.0
"""How often the files are looked at."""


@dataclass(frozen=True)
class Change:
    """Since the look before."""

    settings: Settings | None = None
    """New ones."""
    display: bool = False
    """Another display, or another size of it, is wanted."""
    looks: bool = False
    """Pictures look otherwise."""
    choice: bool = False
    """Other photos are wanted, or in another order."""


class News:
    """`begin` once, `look` with each tick, `take_in` with each job that the worker finished."""

    def __init__(
        self, settings: SettingsWatch, catalogue: CatalogueWatch, *, playlist: Playlist, theme: Theme, state: State,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._settings, self._catalogue = settings, catalogue
        self._playlist, self._theme, self._state, self._clock = playlist, theme, state, clock
        self._criteria = CurrentCriteria()
        self._looked_at: float | None = None
        self._wrong: list[str] = []

    @property
    def busy(self) -> bool:
        """Whether a catalogue is being read."""
        return self._catalogue.busy

    @property
    def certain(self) -> bool:
        """Whether it is known by now which photos there are, or that none can be known."""
        return not self.busy and (self._catalogue.failed or self._playlist.collection is not None)

    @property
    def troubled(self) -> bool:
        """Whether the newest catalogue cannot be read."""
        return bool(self._catalogue.problem)

    def begin(self) -> Change:
        """Read the settings; the catalogue takes longer, and waits until `look`."""
        return self._use(self._settings.load())

    def look(self, *, at_once: bool = False) -> Change:
        """What is new, asked of the files once a second or `at_once`."""
        now = self._clock.monotonic()
        if not at_once and self._looked_at is not None and now - self._looked_at < LOOK_SECONDS:
            return Change()
        self._looked_at = now
        loaded = self._settings.look()
        change = Change() if loaded is None else self._use(loaded)
        choice = self._follow_the_hour()
        if self._state.loaded:
            nothing_yet = self._playlist.collection is None
            self._catalogue.look(self._state.hidden, or_previous=nothing_yet, only=self._theme.settings.wall.album)
        return Change(change.settings, change.display, change.looks, choice)

    def look_again(self) -> None:
        """Read the catalogue again, though it did not change: other photos of it may come."""
        self._catalogue.look_again()

    def take_in(self, job: Job) -> bool:
        """A job of the worker ended; whether it brought a new catalogue, which the playlist uses from now on."""
        collection = self._catalogue.take_in(job)
        if collection is None:
            return False
        self._playlist.use(collection)
        for key in filter(self._playlist.contains, list(self._state.hidden)):
            self._playlist.hide(key, True)  # hidden while it was being read
        return True

    def all_problems(self) -> list[str]:
        """Sentences that a person should read."""
        collection = self._playlist.collection
        found = [*self._wrong, self._catalogue.problem, collection.problem if collection is not None else ""]
        return [sentence for sentence in found if sentence]

    def _use(self, loaded: Loaded) -> Change:
        old, new = self._theme.settings.wall, loaded.settings.wall
        looks = self._theme.use(loaded.settings)
        self._wrong = [
            problem.sentence
            for problem in loaded.problems
            if problem.key in ("", "wall") or "wall." in problem.key
        ]
        self._catalogue.leave_out(loaded.settings.choosing)
        if old.album != new.album:
            self._catalogue.look_again()
        return Change(loaded.settings, (old.display, old.size) != (new.display, new.size), looks)

    def _follow_the_hour(self) -> bool:
        """What this hour wants; whether that is another choice than before."""
        collection, settings = self._playlist.collection, self._theme.settings
        criteria = self._criteria.at(settings, self._theme.now(), collection.catalogue if collection else None)
        return self._playlist.select_by(settings.wall.selection, settings.choosing, criteria)
