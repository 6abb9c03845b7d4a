"""The one place that knows which selection is which class, and what to say of its choice."""

from __future__ import annotations

from typing import Protocol

from frame.selection.memory import Memory
from frame.selection.ordered import Ordered
from frame.selection.pool import Pool
from frame.selection.shuffle import Shuffle
from sync.settings import Selection


class Chooser(Protocol):
    """What the player knows of a selection. `peek` may be asked often; only `take` goes on."""

    def peek(self) -> int | None:
        """Index into the pool of the photo that is next; None where there is none."""

    def take(self, digest: int) -> None:
        """That photo was shown or passed over."""

    def may_join(self, index: int) -> bool:
        """Whether that photo may hang beside the one that is next without coming too often or out of turn."""


def chooser(mode: Selection, pool: Pool, memory: Memory) -> Chooser:
    """The selection that the settings name, going on where `memory` says."""
    if mode is Selection.RANDOM:
        return Shuffle(pool, memory)
    return Ordered(pool, memory, mode)


def reason(mode: Selection, choice: Chooser, pool: Pool, index: int, album: str) -> str:
    """Why this photo is next, as a sentence."""
    count = len(pool)
    if count == 1:
        return f"The only photo on the wall, from {album!r}."
    if not isinstance(choice, Ordered):
        weight = pool.weights[index]
        often = "" if weight == 1 else f", with weight {weight:g}"
        return f"Chosen at random from {album!r}{often}: each of the {count} photos has its turn before any repeats."
    rank = choice.rank(index)
    if mode is Selection.SEQUENTIAL:
        return f"Number {rank} of {count} in album order, from {album!r}."
    return f"Number {rank} of {count} from the {mode.value}, from {album!r}."
