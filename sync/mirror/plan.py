"""What a sync would change in one album: a pure comparison of what is here with what was listed.

Both sides are given sorted by asset id and read once, so that 100,000 of each need no memory of their own. An
incomplete listing adds and updates, and removes nothing; whether removals may be applied is for guard.py to say.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from sync.mirror.sources import ABSENT
from sync.settings.tree import Pick


class Member(NamedTuple):
    """A photo that the library has in the album."""

    photo: int
    asset: str
    fingerprint: bytes | None
    content: bytes
    kept_by_hand: bool = False
    gone: bool = False
    """Already off the wall, waiting to go from the disk."""


class Staged(NamedTuple):
    """An asset that was listed."""

    asset: str
    fingerprint: bytes
    content: bytes
    position: int
    favourite: bool = False
    left_out: str | None = None


class Change(NamedTuple):
    """A photo that is here, and why it goes or stays."""

    photo: int
    asset: str
    why: str = ""


@dataclass
class Plan:
    """The comparison's outcome. The lists are disjoint; `id` tells two plans apart."""

    complete: bool
    add: list[str] = field(default_factory=list)
    """Asset ids that are new in the album."""
    update: list[Change] = field(default_factory=list)
    """Facts differ, the picture does not."""
    replace: list[Change] = field(default_factory=list)
    """The picture itself may have changed."""
    returning: list[Change] = field(default_factory=list)
    """Were gone and are listed again (their facts are taken anew)."""
    gone: list[Change] = field(default_factory=list)
    """Not listed although the listing is complete; nothing of ours explains it."""
    explained: list[Change] = field(default_factory=list)
    """Leave by our own rule."""
    still_gone: list[Change] = field(default_factory=list)
    """Gone before, and still not listed by a complete listing."""
    keep: int = 0
    kept_by_hand: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    id: str = ""

    @property
    def live(self) -> int:
        """How many photos the album showed before, but for those kept by hand."""
        return self.keep + len(self.update) + len(self.replace) + len(self.gone) + len(self.explained)

    @property
    def remaining(self) -> int:
        """How many listed photos it shows when everything is applied."""
        return self.keep + len(self.update) + len(self.replace) + len(self.returning) + len(self.add)


def choose(staged: Iterable[Staged], *, limit: int, pick: Pick) -> Set[str] | None:
    """The assets that a limited album keeps, or None where there is no limit."""
    if not limit:
        return None
    shown = (row for row in staged if row.left_out is None)
    return {row.asset for row in heapq.nsmallest(limit, shown, key=_ORDER[pick])}


def order_of(pick: Pick) -> Callable[[Staged], Any]:
    """What to sort by so that the preferred photos come first."""
    return _ORDER[pick]


def _at_random(row: Staged) -> tuple[bytes, str]:
    # By a hash of the id: the same choice at every sync, and a new photo displaces at most one.
    return blake2b(row.asset.encode(), digest_size=8).digest(), row.asset


_ORDER: dict[Pick, Callable[[Staged], Any]] = {
    Pick.NEWEST: lambda row: (row.position, row.asset),
    Pick.OLDEST: lambda row: (-row.position, row.asset),
    Pick.FAVOURITES: lambda row: (not row.favourite, row.position, row.asset),
    Pick.RANDOM: _at_random,
}


def make(
    members: Iterable[Member],
    staged: Iterable[Staged],
    *,
    complete: bool,
    chosen: Set[str] | None = None,
    absence_explained: str = "",
) -> Plan:
    """Compare; both sides sorted by asset. `absence_explained` is why not being listed is our own rule's doing."""
    plan = Plan(complete=complete)
    for member, row in _side_by_side(members, staged):
        why = row.left_out if row is not None else None
        if row is not None and why is None and chosen is not None and row.asset not in chosen:
            why = "limit"
        if row is not None and why is not None:
            plan.left_out[why] = plan.left_out.get(why, 0) + 1
        if row is None or why in ABSENT:
            if member is not None:
                _absent(plan, member, absence_explained)
        elif why is not None:
            if member is not None:
                _filtered(plan, member, why)
        else:
            _listed(plan, member, row)
    plan.id = _digest(plan)
    return plan


def _absent(plan: Plan, member: Member, explained: str) -> None:
    if not plan.complete:
        plan.keep += not member.gone
    elif member.gone:
        plan.still_gone.append(Change(member.photo, member.asset))
    elif member.kept_by_hand:
        plan.kept_by_hand += 1
    elif explained:
        plan.explained.append(Change(member.photo, member.asset, explained))
    else:
        plan.gone.append(Change(member.photo, member.asset, "no longer listed"))


def _filtered(plan: Plan, member: Member, why: str) -> None:
    if not plan.complete:
        plan.keep += not member.gone
    elif member.gone:
        plan.still_gone.append(Change(member.photo, member.asset, why))
    elif member.kept_by_hand:
        plan.kept_by_hand += 1
    else:
        plan.explained.append(Change(member.photo, member.asset, why))


def _listed(plan: Plan, member: Member | None, row: Staged) -> None:
    if member is None:
        plan.add.append(row.asset)
    elif member.gone:
        plan.returning.append(Change(member.photo, member.asset, "listed again"))
    elif member.fingerprint == row.fingerprint and not member.kept_by_hand:
        plan.keep += 1
    elif member.content != row.content:
        plan.replace.append(Change(member.photo, member.asset, "the picture may have changed"))
    else:
        plan.update.append(Change(member.photo, member.asset, "its facts changed"))


def _side_by_side(members: Iterable[Member], staged: Iterable[Staged]) -> Iterator[tuple[Member | None, Staged | None]]:
    """Merge two sorted sides by asset id."""
    left, right = iter(members), iter(staged)
    member, row = next(left, None), next(right, None)
    while member is not None or row is not None:
        if row is None or (member is not None and member.asset < row.asset):
            yield member, None
            member = next(left, None)
        elif member is None or row.asset < member.asset:
            yield None, row
            row = next(right, None)
        else:
            yield member, row
            member, row = next(left, None), next(right, None)


def _digest(plan: Plan) -> str:
    state = blake2b(digest_size=6)
    state.update(b"complete" if plan.complete else b"incomplete")
    for asset in plan.add:
        state.update(b"+" + asset.encode())
    for sign, changes in ((b"~", plan.update), (b"!", plan.replace), (b"<", plan.returning), (b"-", plan.gone)):
        for change in changes:
            state.update(sign + change.asset.encode())
    for change in plan.explained:
        state.update(b"/" + change.asset.encode() + change.why.encode())
    return state.hexdigest()
