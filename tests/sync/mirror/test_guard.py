"""The guard: promise 5, as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.mirror.guard import doubt, judge, too_much
from sync.mirror.plan import Change, Plan

# gone, live before, remaining after: whether a person is asked.
TABLE = {
    "nothing gone": (0, 100, 100, False),
    "one of many": (1, 100, 99, False),
    "ten of twenty": (10, 20, 10, False),
    "eleven of twenty-two": (11, 22, 11, True),
    "ten of a hundred": (10, 100, 90, False),
    "twenty of a hundred": (20, 100, 80, False),
    "twenty-one of a hundred": (21, 100, 79, True),
    "eleven of fifty": (11, 50, 39, True),
    "ten of fifty": (10, 50, 40, False),
    "ten of nineteen, more than half": (10, 19, 9, True),
    "two of three": (2, 3, 1, True),
    "one of two": (1, 2, 1, False),
    "the only one": (1, 1, 0, True),
    "the only one, and another came": (1, 1, 1, True),
    "the last one beside explained removals": (1, 4, 0, True),
    "all of many": (1000, 1000, 0, True),
    "two hundred of a thousand": (200, 1000, 800, False),
    "two hundred and one of a thousand": (201, 1000, 799, True),
}


@pytest.mark.parametrize(("gone", "live", "remaining", "asked"), TABLE.values(), ids=TABLE)
def test_too_large_a_removal_needs_a_persons_yes(gone: int, live: int, remaining: int, asked: bool) -> None:
    assert bool(too_much(gone, live=live, remaining=remaining)) == asked


def plan_of(gone: int, keep: int, *, explained: int = 0, complete: bool = True) -> Plan:
    return Plan(
        complete=complete,
        gone=[Change(number, f"gone-{number}") for number in range(gone)],
        explained=[Change(1000 + number, f"ours-{number}") for number in range(explained)],
        keep=keep,
    )


def test_explained_removals_are_never_held_and_do_not_count() -> None:
    verdict = judge(plan_of(2, 10, explained=90))
    assert len(verdict.remove) == 2
    assert not verdict.hold


def test_a_person_allows_exactly_what_was_held_and_no_more() -> None:
    plan = plan_of(30, 20)
    allowed = {f"gone-{number}" for number in range(25)}
    verdict = judge(plan, allowed=allowed)
    assert {change.asset for change in verdict.remove} == allowed
    assert not verdict.hold
    more = judge(plan_of(40, 10), allowed=allowed)
    assert {change.asset for change in more.remove} == allowed
    assert len(more.hold) == 15


def test_what_is_held_stays_held_however_the_album_grows() -> None:
    plan = plan_of(6, 200)
    waiting = {f"gone-{number}" for number in range(5)}
    verdict = judge(plan, waiting=waiting)
    assert {change.asset for change in verdict.hold} == waiting
    assert [change.asset for change in verdict.remove] == ["gone-5"]


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20), st.booleans())
def test_whatever_is_removed_unasked_is_little(gone: int, keep: int, explained: int, complete: bool) -> None:
    plan = plan_of(gone, keep, explained=explained, complete=complete)
    verdict = judge(plan)
    removed = len(verdict.remove)
    assert removed <= max(10, 0.2 * plan.live)
    assert removed * 2 <= plan.live
    assert not (removed and keep == 0)
    if complete:
        assert removed + len(verdict.hold) == gone


DOUBTS = {
    "an empty album has nothing to lose": ("2.0.0", None, "me", None, 0, False),
    "the same server": ("2.0.0", "2.0.0", "me", "me", 5, False),
    "an upgraded server": ("3.0.0", "2.0.0", "me", "me", 5, True),
    "a server never asked before, photos from before": ("3.0.0", None, "me", None, 5, True),
    "another account": ("2.0.0", "2.0.0", "you", "me", 5, True),
    "an account that cannot be told": ("2.0.0", "2.0.0", "", "me", 5, False),
}


@pytest.mark.parametrize(("version", "last", "account", "before", "members", "doubtful"), DOUBTS.values(), ids=DOUBTS)
def test_a_first_run_after_a_change_of_server_only_adds(
    version: str, last: str | None, account: str, before: str | None, members: int, doubtful: bool
) -> None:
    found = doubt(version=version, last_version=last, account=account, last_account=before, members=members)
    assert bool(found) == doubtful
