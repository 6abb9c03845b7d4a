"""A listing: assets as the server gives them, page by page, and in the end whether that was everything.

Iterate once. Only after the last asset do `complete`, `proof` and `count` mean anything; an error that the iteration
raises means that nothing may be concluded. Nothing is filtered here but whose photos they are (see Wanted).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sync.immich.facts import Asset


class Listing(Protocol):
    """What every source gives."""

    complete: bool
    """Whether everything that is in the source was listed, each asset once."""
    proof: str
    """How that is known, or why it is not."""
    count: int
    """How many different assets were listed."""

    def __iter__(self) -> Iterator[Asset]: ...
