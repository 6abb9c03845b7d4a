"""Whether removals that nothing of ours explains may be applied: the rule of promise 5, pure.

More than half of an album, more than max(10, 20 %) of it, or its last photo is held: it keeps showing until a person
says. What a person allowed is removed, exactly that and no more. A run that is in doubt is planned as an incomplete
listing is, and so removes nothing at all, explained or not.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from sync.counted import counted
from sync.loss import Loss, loss_of
from sync.mirror.plan import Change, Plan


@dataclass(frozen=True)
class Verdict:
    """Which removals may be applied and which wait."""

    remove: tuple[Change, ...] = ()
    hold: tuple[Change, ...] = ()
    reason: str = ""
    """One sentence why something is held."""

    @property
    def judged(self) -> int:
        """How many removals are decided; others wait for the next listing."""
        return len(self.remove) + len(self.hold)


def judge(plan: Plan, *, allowed: Set[str] = frozenset(), waiting: Set[str] = frozenset()) -> Verdict:
    """Judge `plan.gone`; `allowed` are asset ids whose removal a person said yes to, `waiting` those that are held."""
    agreed = tuple(change for change in plan.gone if change.asset in allowed)
    asked = tuple(change for change in plan.gone if change.asset not in allowed)
    reason = too_much(len(asked), live=plan.live - len(agreed), remaining=plan.remaining)
    if reason:
        return Verdict(remove=agreed, hold=asked, reason=reason)
    still = tuple(change for change in asked if change.asset in waiting)
    if still:
        # An album that grew meanwhile makes the removal look small; it is still unanswered.
        fresh = tuple(change for change in asked if change.asset not in waiting)
        reason = f"The server no longer lists {_photos(len(still))}, and nobody has said yet whether they may go."
        return Verdict(remove=agreed or fresh, hold=still, reason=reason)
    # What a person agreed to is applied alone: the rest is judged by the listing after.
    return Verdict(remove=agreed or asked)


def too_much(gone: int, *, live: int, remaining: int) -> str:
    """Why removing `gone` of `live` photos, leaving `remaining`, needs a person's yes; empty where it does not."""
    if gone == 0:
        return ""
    if remaining == 0:
        return f"The server no longer lists {_photos(gone)}; the album would be empty."
    loss = loss_of(gone, of=live)
    if loss is Loss.MOST:
        return f"The server no longer lists {_photos(gone)} of {live}, more than half of the album."
    if loss is Loss.LARGE:
        return f"The server no longer lists {_photos(gone)} of {live}, more than a fifth of the album."
    return ""


def hold_all(plan: Plan) -> tuple[Plan, Verdict]:
    """The plan and the verdict where another account answers: whatever it does not list waits for a person, and our
    own rules judge nothing by its eyes."""
    kept = replace(plan, keep=plan.keep + len(plan.explained), explained=[])
    if not plan.gone:
        return kept, Verdict()
    reason = f"The server answers for another account than before, and lists {_photos(len(plan.gone))} no more."
    return kept, Verdict(hold=tuple(plan.gone), reason=reason)


def is_stranger(*, account: str, last_account: str | None) -> bool:
    """Whether the server answers for another account than at the last listing."""
    return bool(last_account and account and account != last_account)


def doubt(*, version: str, last_version: str | None, account: str, last_account: str | None, members: int) -> str:
    """Why a run may only add: the first one after an upgrade, or one that asks another account than before."""
    if not members:
        return ""
    if is_stranger(account=account, last_account=last_account):
        return "the server answers for another account than before"
    if version != last_version:
        before = f"after {last_version}" if last_version else "and this is the first run that asks it"
        return f"the server has version {version} now, {before}"
    return ""


def _photos(count: int) -> str:
    return counted("{number} {number:photo|photos}", number=count)


def assets(changes: Sequence[Change]) -> list[str]:
    """Their asset ids, sorted."""
    return sorted(change.asset for change in changes)
