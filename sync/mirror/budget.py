"""How much of the disk the mirror may take, and who gets it: shares by weight, display copies before originals.

The arithmetic is pure. `Room` watches one run: what would touch the reserve or pass the budget is not fetched, the
trash makes room first, and photos that are here are never deleted for others but by a budget that a person set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sync.errors import DiskFull
from sync.files import free_bytes
from sync.library import objects, space
from sync.library.photos import PhotoRow
from sync.mirror import trash
from sync.mirror.plan import Staged, order_of
from sync.settings.tree import Album, Keep
from sync.work import Work

PREVIEW_BYTES = 600_000
"""What a display copy is taken to need before it is here."""
ORIGINAL_BYTES = 4_000_000
"""The same of an original whose size the server does not say."""
GIGABYTE = 1_000_000_000
_MARGIN_BYTES = 32_000_000
"""At most so much is kept clear of the reserve for rows, the catalogue and the other downloads under way."""
_LOOK_BYTES = 100_000_000
"""While eight times this is free, so much is fetched without another look at the disk."""


class Claim(NamedTuple):
    """What one photo needs; on the account of the first album that has it."""

    photo: int
    album: str
    display_bytes: int
    original_bytes: int
    """0 where no album keeps it."""


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


def divide(claims: Sequence[Claim], weights: Mapping[str, float], total_bytes: int) -> dict[int, str]:
    """Which photos have no place: 'all' of one, or its 'original' alone. `claims` in the order of preference."""
    off: dict[int, str] = {}
    displays = _admit(((claim, claim.display_bytes) for claim in claims), weights, total_bytes)
    used = sum(claim.display_bytes for claim in claims if claim.photo in displays)
    wanted = [(claim, claim.original_bytes) for claim in claims if claim.original_bytes and claim.photo in displays]
    originals = _admit(wanted, weights, total_bytes - used)
    for claim in claims:
        if claim.photo not in displays:
            off[claim.photo] = "all"
        elif claim.original_bytes and claim.photo not in originals:
            off[claim.photo] = "original"
    return off


def _admit(wanted: Iterable[tuple[Claim, int]], weights: Mapping[str, float], total_bytes: int) -> set[int]:
    """The photos whose bytes fit into their album's share; after the first that does not, none."""
    items = list(wanted)
    needs: dict[str, int] = {}
    for claim, size in items:
        needs[claim.album] = needs.get(claim.album, 0) + size
    left = shares(needs, weights, max(0, total_bytes))
    admitted: set[int] = set()
    for claim, size in items:
        left[claim.album] -= size
        if left[claim.album] >= 0:
            admitted.add(claim.photo)
    return admitted


def keep_budget(work: Work) -> int:
    """Mark what has no place within the budget, and let go of its objects; gives how many marks changed."""
    total = int(work.settings.mirror.budget_gb * GIGABYTE)
    weights = {album.name: album.weight for album in work.settings.albums}
    off = divide(_claims(work, work.settings.albums), weights, total) if total else {}
    with work.library.transaction() as db:
        return space.mark(db, off)


def _claims(work: Work, albums: Sequence[Album]) -> list[Claim]:
    claims: list[Claim] = []
    seen: set[int] = set()
    keeping = tuple(album.name for album in albums if album.kept is Keep.ORIGINAL)
    for album in albums:
        rows = [row for row in space.wanted(work.library, album.name, keeping=keeping) if row.photo not in seen]
        prefer = order_of(album.pick)
        rows.sort(key=lambda row: prefer(Staged(row.asset, b"", b"", row.position, row.favourite)))
        for row in rows:
            seen.add(row.photo)
            original = (row.original_bytes or row.size_bytes or ORIGINAL_BYTES) if row.keeps_original else 0
            claims.append(Claim(row.photo, album.name, row.display_bytes or PREVIEW_BYTES, original))
    return claims


class Room:
    """Asked before each download."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._ample_bytes = 0
        self._budget_bytes = int(work.settings.mirror.budget_gb * GIGABYTE)
        self._used_bytes = 0
        if self._budget_bytes:
            self._used_bytes = objects.bytes_on_disk(work.library) + space.trash_bytes(work.library)

    def for_photo(self, photo: PhotoRow, *, original: bool) -> None:
        """Raises DiskFull where the photo's bytes have no place, even with an empty trash."""
        need = (photo.asset_facts().size_bytes or ORIGINAL_BYTES) if original else PREVIEW_BYTES
        self._within_reserve(need)
        if self._budget_bytes:
            self._within_budget(need)

    def _within_reserve(self, need: int) -> None:
        self._ample_bytes -= need
        if self._ample_bytes > 0:
            return
        free = free_bytes(self._work.home.objects)
        # Nobody fills the rest meanwhile; close to the reserve every photo is a new look.
        self._ample_bytes = _LOOK_BYTES if free > 8 * _LOOK_BYTES else 0
        lacking = need + min(_MARGIN_BYTES, 8 * need) - free
        if lacking > 0 and trash.make_room(self._work.library, self._work.home, lacking) < lacking:
            raise DiskFull("The disk is full up to its reserve; no further photos are fetched.")

    def _within_budget(self, need: int) -> None:
        lacking = self._used_bytes + need - self._budget_bytes
        if lacking > 0:
            freed = trash.make_room(self._work.library, self._work.home, lacking)
            self._used_bytes -= freed
            if freed < lacking:
                raise DiskFull("The disk budget is used up; no further photos are fetched.")
        self._used_bytes += need
