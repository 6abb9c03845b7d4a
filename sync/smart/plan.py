"""What a run would change in one album on the server, and which of it waits for a person: pure.

What we added and a person took out stays out; what a person added stays in, unless the album is wholly ours.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from sync.counted import counted
from sync.loss import Loss, loss_of
from sync.settings.tree import Mode

_NO_LONGER = "no longer matches the rule"
_FADED = "its time has passed"
_REWRITTEN = "the rule is another one now"
_FOREIGN = "was put in by somebody else"


class Removal(NamedTuple):
    asset: str
    why: str
    explained: bool
    """Follows from the calendar or from a change of the rule, and is never held."""


@dataclass(frozen=True)
class Ledger:
    """What we remember of an album."""

    ours: Set[str] = frozenset()
    """Added by us."""
    unsure: Set[str] = frozenset()
    """Asked to be added, and the answer was lost."""
    out: Set[str] = frozenset()
    """Added by us, taken out by a person."""


@dataclass(frozen=True)
class Plan:
    id: str
    add: tuple[str, ...] = ()
    remove: tuple[Removal, ...] = ()
    hold: tuple[Removal, ...] = ()
    reason: str = ""
    """Why something is held."""
    taken_out: tuple[str, ...] = ()
    """Taken out by a person since the last run."""
    put_back: tuple[str, ...] = ()
    """Put in again by a person: theirs now."""
    arrived: tuple[str, ...] = ()
    """Were asked for, and are in the album."""
    lost: tuple[str, ...] = ()
    """Were asked for, never arrived, and are no longer wanted."""
    total: int = 0
    """Photos in the album when everything but what is held is done."""


def make(
    *,
    matched: Set[str],
    members: Set[str],
    ledger: Ledger,
    mode: Mode,
    faded: Set[str] = frozenset(),
    rewritten: bool = False,
    only_add: bool = False,
    confirmed: str | None = None,
) -> Plan:
    """Compare. `members` is what is in the album now; `only_add` keeps everything in; `confirmed` is the id of the
    plan that a person said yes to: nothing of exactly that plan is held."""
    taken_out = set() if mode is Mode.OWN else (ledger.ours & matched) - members
    out = set() if mode is Mode.OWN else (ledger.out - members) | taken_out
    add = sorted(matched - members - out)
    mine = (ledger.ours | ledger.unsure) & members
    leaving = set() if only_add or mode is Mode.ADD else (members if mode is Mode.OWN else mine) - matched
    removals = tuple(_removal(asset, mine, faded, rewritten=rewritten) for asset in sorted(leaving))
    number = _digest(add, removals)
    asked = tuple(one for one in removals if not one.explained)
    live = len(members) if mode is Mode.OWN else len(mine)
    left = len(members) + len(add) - len(removals)
    reason = "" if confirmed == number else too_much(len(asked), live=live, remaining=left)
    hold = asked if reason else ()
    return Plan(
        id=number,
        add=tuple(add),
        remove=tuple(one for one in removals if one.explained) if reason else removals,
        hold=hold,
        reason=reason,
        taken_out=tuple(sorted(taken_out)),
        put_back=tuple(sorted(ledger.out & members)),
        arrived=tuple(sorted((ledger.unsure & members) - leaving)),
        lost=tuple(sorted(ledger.unsure - members - set(add))),
        total=left + len(hold),
    )


def _removal(asset: str, mine: Set[str], faded: Set[str], *, rewritten: bool) -> Removal:
    if asset not in mine:
        return Removal(asset, _FOREIGN, False)
    if asset in faded:
        return Removal(asset, _FADED, True)
    return Removal(asset, _REWRITTEN, True) if rewritten else Removal(asset, _NO_LONGER, False)


def too_much(gone: int, *, live: int, remaining: int) -> str:
    """Why taking `gone` of `live` photos out needs a person's yes; empty where it does not."""
    if gone == 0:
        return ""
    photos = counted("{number} {number:photo|photos}", number=gone)
    if remaining == 0:
        return f"{photos} would leave, and the album would be empty."
    loss = loss_of(gone, of=live)
    if loss is Loss.MOST:
        return f"{photos} of {live} would leave, more than half of them."
    if loss is Loss.LARGE:
        return f"{photos} of {live} would leave, more than a fifth of them."
    return ""


def _digest(add: list[str], removals: tuple[Removal, ...]) -> str:
    state = blake2b(digest_size=6)
    for asset in add:
        state.update(b"+" + asset.encode())
    for one in removals:
        state.update(b"-" + one.asset.encode() + one.why.encode())
    return state.hexdigest()
