"""How much of the disk the mirror may take, and who gets it: shares by weight, display copies before originals.

The arithmetic is pure. `Room` watches one run: what would touch the reserve or pass the budget is not fetched, the
trash makes room first, and photos that are here are never deleted for others.
"""

from __future__ import annotations

from collections.abc import Mapping

from sync.errors import DiskFull
from sync.files import free_bytes
from sync.library.photos import PhotoRow
from sync.mirror import trash
from sync.work import Work

PREVIEW_BYTES = 600_000
"""What a display copy is taken to need before it is here."""
GIGABYTE = 1_000_000_000
_MARGIN_BYTES = 32_000_000
"""Kept clear of the reserve for rows, the catalogue and the downloads under way beside the one that is judged."""


def shares(needs: Mapping[str, int], weights: Mapping[str, float], total_bytes: int) -> dict[str, int]:
    """Divide the budget by weight; what an album does not need goes to the others, by weight again."""
    left = dict(needs)
    given = dict.fromkeys(needs, 0)
    budget = total_bytes
    while left and budget > 0:
        weight = sum(weights[name] for name in left)
        modest = {name: need for name, need in left.items() if need <= budget * weights[name] / weight}
        if not modest:
            for name in left:
                given[name] = int(budget * weights[name] / weight)
            break
        for name, need in modest.items():
            given[name] = need
            budget -= need
            del left[name]
    return given


class Room:
    """Asked before each download."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._budget_bytes = int(work.settings.mirror.budget_gb * GIGABYTE)

    def for_photo(self, photo: PhotoRow) -> None:
        """Raises DiskFull where the photo's bytes have no place, even with an empty trash."""
        need = _MARGIN_BYTES + max(PREVIEW_BYTES, photo.asset_facts().size_bytes or 0)
        free = free_bytes(self._work.home.objects)
        if free >= need:
            return
        freed = trash.make_room(self._work.library, self._work.home, need - free)
        if free + freed < need:
            raise DiskFull("The disk is full up to its reserve; no further photos are fetched.")
