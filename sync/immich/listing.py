"""A listing: assets as the server gives them, page by page, and in the end whether that was everything.

Iterate once. Only after the last asset do `complete`, `proof` and `count` mean anything; an error that the iteration
raises means that nothing may be concluded. Made by albums.py, searches.py and memories.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sync.immich.facts import Asset


class Listing:
    """What a source holds, once through."""

    def __init__(self, run: Callable[[Listing], Iterator[Asset]]) -> None:
        self.complete = False
        """Whether everything that is in the source was listed, each asset once."""
        self.proof = "not listed to its end"
        """How that is known, or why it is not."""
        self.count = 0
        """How many different assets the server listed, with those that are left out because a partner owns them."""
        self.mark: str | None = None
        """Stands for all the answers that it was made of; None where more than they decides."""
        self.left_out: dict[str, str] = {}
        """Why our own rule does not show some of what was listed, by asset id."""
        self.same = False
        """Nothing was handed out, because every answer is as it was in the listing of the mark that was given."""
        self._run: Callable[[Listing], Iterator[Asset]] | None = run

    def __iter__(self) -> Iterator[Asset]:
        run, self._run = self._run, None
        if run is None:
            raise RuntimeError("a listing is iterated once")
        return run(self)

    def conclude(self, count: int, *, complete: bool, proof: str, mark: str | None = None) -> None:
        """Called by who lists, after its last asset."""
        self.count, self.complete, self.proof = count, complete, proof
        self.mark = mark if complete else None

    def repeat(self) -> None:
        """Called by who lists, in place of every asset and of `conclude`."""
        self.same = True
