"""What comes next and what came before: selection, history and what cannot be shown, put together.

Reads the catalogue's rows, writes nothing but the state. Called by the player and its parts.
"""

from __future__ import annotations

from dataclasses import dataclass

from frame.render.layout import shape_suits_a_pair
from frame.selection.choose import Chooser, chooser, reason
from frame.selection.narrow import Criteria, narrow
from frame.selection.partner import candidates, kinship
from frame.selection.pool import Pool, digest_of, without
from frame.selection.why import Why
from frame.state import State
from frame.watch import Collection
from sync.catalogue import PhotoEntry
from sync.clock import Clock
from sync.errors import CatalogueUnreadable
from sync.settings.wall import Choosing, Selection

RETRY_SECONDS = 600.0
"""A display copy that was missing or damaged may have been mended by then."""
REFUSED_SECONDS = 86400.0
"""A machine short of time or memory kills decoders of good pictures too, and a wall runs for years."""
_TRIES = 200
"""So many unshowable photos are passed over at once before the player looks at its other duties."""


@dataclass(frozen=True)
class Item:
    """One photo to show, and why."""

    entry: PhotoEntry
    why: Why
    steps_back: int | None = None
    """How far back in the history it is; None for a new choice."""
    partner: PhotoEntry | None = None
    """What hangs beside it."""
    wished: bool = False
    """Somebody asked for it; the order of the others goes on as if it had not come."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Of the one photo or the two."""
        return (self.entry.key,) if self.partner is None else (self.entry.key, self.partner.key)


class Playlist:
    """`next` and `back` look; only `shown` and `refuse` move on."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._mode = Selection.RANDOM
        self._criteria = Criteria()
        self._choosing = Choosing()
        self._pool: Pool | None = None
        """What is chosen from at present: those of the collection that the criteria leave."""
        self._chooser: Chooser | None = None
        self._steps_back = 0
        self._refused: dict[str, tuple[str, float]] = {}
        self._alone: set[str] = set()
        self.collection: Collection | None = None
        self.canvas: tuple[int, int] | None = None
        """The wall as its viewer sees it, where photos may hang in pairs."""

    def __len__(self) -> int:
        return len(self.collection.pool) if self.collection else 0

    @property
    def left_out(self) -> bool:
        """Whether there are photos, and a person wants none of them here."""
        return self.collection is not None and not len(self) and self.collection.catalogue.count > 0

    @property
    def refused(self) -> dict[str, str]:
        """Object name (or key) to the reason, of what is passed over at present."""
        now = self._clock.monotonic()
        return {name: reason for name, (reason, until) in self._refused.items() if now < until}

    def use(self, collection: Collection) -> None:
        """Choose from a new catalogue; the one before is closed."""
        old, self.collection = self.collection, collection
        if old is not None:
            old.catalogue.close()
        self._state.forget_old(len(collection.pool))
        self._rebuild()

    def select_by(self, mode: Selection, choosing: Choosing, criteria: Criteria) -> bool:
        """Choose that way from now on; whether that is another way than before."""
        if (mode, choosing, criteria) == (self._mode, self._choosing, self._criteria):
            return False
        self._mode, self._choosing, self._criteria = mode, choosing, criteria
        self._rebuild()
        return True

    def hide(self, key: str, hidden: bool) -> None:
        """Keep a photo off the wall from now on; one that may come again does so with the next catalogue."""
        self._state.hide(key, hidden)
        if self.collection is not None and hidden:
            pool = without(self.collection.pool, digest_of(key))
            self.collection = Collection(self.collection.catalogue, pool, self.collection.problem)
            self._rebuild()

    def contains(self, key: str) -> bool:
        return self.collection is not None and self.collection.pool.find(digest_of(key)) is not None

    def find(self, key: str) -> PhotoEntry | None:
        """The facts of a photo of this catalogue, shown or hidden, or None."""
        if self.collection is None:
            return None
        try:
            number = self.collection.catalogue.number_of(key)
            return None if number is None else self.collection.catalogue.photo(number)
        except CatalogueUnreadable:
            return None

    def next(self) -> Item | None:
        """Forward through the history to its end, then a new choice."""
        for steps in range(self._steps_back - 1, -1, -1):
            if (item := self._from_history(steps, Why("forward"))) is not None:
                return item
        return self._choose()

    def back(self) -> Item | None:
        """What was on the wall before, or None at the history's beginning."""
        here = self._history(self._steps_back)
        for steps in range(self._steps_back + 1, len(self._state.history)):
            if self._history(steps) == here:
                continue
            if (item := self._from_history(steps, Why("back"))) is not None:
                return item
        return None

    def wished(self, key: str) -> Item | None:
        """That very photo, or None where it is not here, hidden or cannot be shown."""
        entry = self.find(key) if self.contains(key) else None
        if entry is None or entry.display in self.refused:
            return None
        return Item(entry, Why("wished"), wished=True)

    def shown(self, item: Item) -> None:
        """It is on the wall."""
        key = item.entry.key
        if item.steps_back is not None:
            self._steps_back = item.steps_back
            self._state.seen_again(key)
            return
        self._steps_back = 0
        if self._chooser is not None and not (item.wished and self._mode is not Selection.RANDOM):
            for each in item.keys:
                self._chooser.take(digest_of(each))
        self._state.shown(*item.keys)

    def refuse(self, item: Item, why: str, *, for_long: bool) -> None:
        """It cannot be shown: pass it over, for a day or for a short while."""
        if item.partner is not None:
            self._alone |= {item.entry.display, item.partner.display}  # one of them will say alone what is wrong
            return
        seconds = REFUSED_SECONDS if for_long else RETRY_SECONDS
        self._refused[item.entry.display] = (why, self._clock.monotonic() + seconds)
        if item.steps_back is None and self._chooser is not None:
            self._chooser.take(digest_of(item.entry.key))

    def _rebuild(self) -> None:
        self._pool = self._chooser = None
        if self.collection is not None:
            self._pool = narrow(self.collection.pool, self._criteria)
            memory, length = self._state.memory, self._choosing.story_photos
            self._chooser = chooser(self._mode, self._pool, memory, story_photos=length)

    def _rests(self, digest: int) -> bool:
        """Whether it was on the wall a short while ago, as far as anybody knows the time."""
        at = self._state.memory.seen.get(digest)
        if at is None or not self._clock.trusted():
            return False
        return 0 <= self._clock.now().timestamp() - at < self._choosing.rest_hours * 3600

    def _choose(self) -> Item | None:
        pool = self._pool
        if self._chooser is None or self.collection is None or pool is None:
            return None
        narrowed = self._criteria.within_days is not None and len(pool) < len(self.collection.pool)
        refused = self.refused
        for _ in range(min(_TRIES, len(pool))):
            index = self._chooser.peek(self._rests)
            if index is None:
                break
            try:
                entry = self.collection.catalogue.photo(pool.numbers[index])
            except CatalogueUnreadable as error:
                self._refused[f"photo {pool.numbers[index]}"] = (str(error), self._clock.monotonic() + RETRY_SECONDS)
            else:
                if entry.display not in refused:
                    album = entry.albums[0][0] if entry.albums else ""
                    why = reason(self._mode, self._chooser, pool, index, album, narrowed=narrowed)
                    return Item(entry, why, partner=self._partner(entry, index))
            self._chooser.take(pool.digests[index])
        return None

    def _partner(self, entry: PhotoEntry, index: int) -> PhotoEntry | None:
        """The photo that belongs most to this one and may hang beside it."""
        canvas, chooser, collection, pool = self.canvas, self._chooser, self.collection, self._pool
        if canvas is None or chooser is None or collection is None or pool is None or entry.display in self._alone:
            return None
        if not shape_suits_a_pair(pool.shapes[index], canvas):
            return None
        best, found = 0.0, None
        for other in candidates(pool, index, lambda shape: shape_suits_a_pair(shape, canvas)):
            if not chooser.may_join(other):
                continue
            try:
                beside = collection.catalogue.photo(pool.numbers[other])
            except CatalogueUnreadable:
                continue
            usable = beside.display not in self.refused and beside.display not in self._alone | {entry.display}
            if usable and (worth := kinship(entry, beside)) > best:
                best, found = worth, beside
        return found

    def _history(self, steps: int) -> str | None:
        history = self._state.history
        return history[-1 - steps].key if steps < len(history) else None

    def _from_history(self, steps: int, why: Why) -> Item | None:
        key = self._history(steps)
        if key is None:
            return None
        entry = self._usable(key)
        beside = self._state.history[-1 - steps].partner
        partner = None if beside is None or self.canvas is None else self._usable(beside)
        return None if entry is None else Item(entry, why, steps, partner)

    def _usable(self, key: str) -> PhotoEntry | None:
        entry = self.find(key) if self.contains(key) else None
        return None if entry is None or entry.display in self.refused else entry
