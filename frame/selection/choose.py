"""The one place that knows which selection is which class, and what to say of its choice."""

from __future__ import annotations

from typing import Protocol

from frame.selection.memory import Memory
from frame.selection.ordered import Ordered
from frame.selection.pool import Pool
from frame.selection.shuffle import Resting, Shuffle, never
from frame.selection.story import Story
from frame.selection.why import Why
from sync.settings.wall import Selection


class Chooser(Protocol):
    """What the player knows of a selection. `peek` may be asked often; only `take` goes on."""

    def peek(self, resting: Resting = never) -> int | None:
        """Index into the pool of the photo that is next; None where there is none. Who rests lets others go first."""

    def take(self, digest: int) -> None:
        """That photo was shown or passed over."""

    def may_join(self, index: int) -> bool:
        """Whether that photo may hang beside the one that is next without coming too often or out of turn."""


def chooser(mode: Selection, pool: Pool, memory: Memory, *, story_photos: int = 8) -> Chooser:
    """The selection that the settings name, going on where `memory` says."""
    if mode in (Selection.RANDOM, Selection.THIS_DAY):
        return Shuffle(pool, memory)
    if mode is Selection.STORY:
        return Story(pool, memory, story_photos)
    return Ordered(pool, memory, mode)


def reason(mode: Selection, choice: Chooser, pool: Pool, index: int, album: str, *, narrowed: bool = False) -> Why:
    """Why this photo is next. `narrowed` says that this day's photos alone are chosen from."""
    count, weight = len(pool), pool.weights[index]
    if count == 1:
        return Why("only", album=album)
    if isinstance(choice, Ordered):
        return Why(mode.value, rank=choice.rank(index), count=count, album=album)
    kind = "story" if mode is Selection.STORY else "this-day" if narrowed else "random"
    return Why(kind, count=count, album=album, weight=weight)
