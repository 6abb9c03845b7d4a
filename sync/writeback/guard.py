"""Whether a run may take out of files what write-back put there: of a few it does, for many a person is asked. Pure.

A server whose recognition was reset, or that lost its albums, says the same as one whose owner tidied up; only the
owner can tell. What is held stays in the files until a person says yes to it, or Immich knows it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct

from sync.loss import Loss, loss_of
from sync.writeback.facts import Ours

LEAST = 3
"""Fewer files are never held: a person who names somebody anew would be asked each time."""


class Losing(Struct, frozen=True):
    """A photo out of whose files something of ours would be taken."""

    number: int
    """Of the asset."""
    root: str
    modules: frozenset[str]
    """Of which there would be less than we wrote."""
    digest: str
    """Of all that would be written."""
    waits: bool
    """It was held before, and nobody has said yes."""
    ground: str = ""
    """What that stands on; see still_held.py."""


class Verdict(Struct, frozen=True):
    go: tuple[Losing, ...]
    hold: tuple[Losing, ...]
    reasons: tuple[str, ...]
    """One sentence for each kind of fact of which too much would go."""


def losses(before: Ours, after: Ours, changed: Collection[str]) -> frozenset[str]:
    """The modules of which less of ours would be in a file: `changed` are the tags that would be written. One name
    for another is no loss."""
    return frozenset(
        module
        for module, tags in before.items()
        for tag, mine in tags.items()
        if tag in changed and _count(after.get(module, {}).get(tag)) < _count(mine)
    )


def _count(value: Any) -> int:
    if isinstance(value, list):
        return len(value)
    return int(value is not None)


def judge(losing: Collection[Losing], having: Mapping[str, int]) -> Verdict:
    """Which may lose it; `having` tells of how many photos' files each module has something of ours in."""
    held: dict[int, Losing] = {one.number: one for one in losing if one.waits}
    reasons = []
    for module in sorted({module for one in losing for module in one.modules}):
        theirs = [one for one in losing if module in one.modules]
        reason = too_much(module, len(theirs), having.get(module, 0))
        if reason:
            reasons.append(reason)
            held |= {one.number: one for one in theirs}
    if held and not reasons:
        reasons.append(f"What we wrote would be taken out of files ({len(held):,}), and nobody has said yes yet.")
    go = tuple(one for one in losing if one.number not in held)
    return Verdict(go, tuple(one for one in losing if one.number in held), tuple(reasons))


def too_much(module: str, losing: int, having: int) -> str:
    """Why taking something out of so many photos' files needs a person's yes; empty where it does not."""
    loss = loss_of(losing, of=having)
    if loss is Loss.MOST and losing >= LEAST:
        return f"What we wrote of {module} would be taken out of {losing:,} photos, more than half of what has it."
    if loss is Loss.LARGE:
        return f"What we wrote of {module} would be taken out of {losing:,} photos, more than a fifth of what has it."
    return ""

