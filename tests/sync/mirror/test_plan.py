"""The plan: a pure comparison."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.mirror.plan import Change, Member, Plan, Staged, choose, make
from sync.settings.tree import Pick


def member(asset: str, *, facts: bytes = b"f", content: bytes = b"c", kept: bool = False, gone: bool = False) -> Member:
    return Member(ord(asset), asset, facts, content, kept, gone)


def row(asset: str, *, facts: bytes = b"f", content: bytes = b"c", left_out: str | None = None) -> Staged:
    return Staged(asset, facts, content, -ord(asset), left_out=left_out)


def change(asset: str, why: str = "") -> Change:
    return Change(ord(asset), asset, why)


CASES = {
    "nothing anywhere": ([], [], {}),
    "a new asset is added": ([], [row("a")], {"add": ["a"]}),
    "an unchanged one is kept": ([member("a")], [row("a")], {"keep": 1}),
    "other facts update": ([member("a")], [row("a", facts=b"g")], {"update": [change("a", "its facts changed")]}),
    "another picture replaces": (
        [member("a")],
        [row("a", facts=b"g", content=b"d")],
        {"replace": [change("a", "the picture may have changed")]},
    ),
    "an absent one is gone": ([member("a")], [], {"gone": [change("a", "no longer listed")]}),
    "one in the trash counts as absent": (
        [member("a")],
        [row("a", left_out="in the trash")],
        {"gone": [change("a", "no longer listed")], "left_out": {"in the trash": 1}},
    ),
    "an offline one counts as absent": (
        [member("a")],
        [row("a", left_out="offline")],
        {"gone": [change("a", "no longer listed")], "left_out": {"offline": 1}},
    ),
    "a filtered one is explained": (
        [member("a")],
        [row("a", left_out="archived")],
        {"explained": [change("a", "archived")], "left_out": {"archived": 1}},
    ),
    "a filtered newcomer is counted": ([], [row("a", left_out="videos")], {"left_out": {"videos": 1}}),
    "one kept by hand is not asked for again": ([member("a", kept=True)], [], {"kept_by_hand": 1}),
    "one kept by hand stays though filtered": (
        [member("a", kept=True)],
        [row("a", left_out="archived")],
        {"kept_by_hand": 1, "left_out": {"archived": 1}},
    ),
    "one kept by hand that is listed again is an ordinary one": (
        [member("a", kept=True)],
        [row("a")],
        {"update": [change("a", "its facts changed")]},
    ),
    "a gone one that is listed returns": (
        [member("a", gone=True)],
        [row("a")],
        {"returning": [change("a", "listed again")]},
    ),
    "a gone one that is absent stays gone": ([member("a", gone=True)], [], {"still_gone": [change("a")]}),
    "sides of different lengths": (
        [member("b"), member("d")],
        [row("a"), row("b"), row("c")],
        {"add": ["a", "c"], "keep": 1, "gone": [change("d", "no longer listed")]},
    ),
}


@pytest.mark.parametrize(("members", "staged", "expected"), CASES.values(), ids=CASES)
def test_a_complete_listing_is_planned(members: list[Member], staged: list[Staged], expected: dict) -> None:
    plan = make(members, staged, complete=True)
    assert plan == Plan(complete=True, id=plan.id, **expected)


def test_what_a_rule_explains_is_not_gone() -> None:
    plan = make([member("a")], [], complete=True, absence_explained="another day's memory")
    assert plan.explained == [change("a", "another day's memory")]
    assert not plan.gone


def test_beyond_the_limit_is_explained_and_counted() -> None:
    staged = [row("a"), row("b"), row("c")]
    plan = make([member("a")], staged, complete=True, chosen=choose(staged, limit=2, pick=Pick.NEWEST))
    assert plan.add == ["b", "c"]
    assert plan.explained == [change("a", "limit")]
    assert plan.left_out == {"limit": 1}


FIVE = [
    Staged(name, b"", b"", place, favourite=name == "d") for name, place in zip("abcde", (5, 3, 1, 4, 2), strict=True)
]
CHOSEN = {Pick.NEWEST: {"c", "e"}, Pick.OLDEST: {"a", "d"}, Pick.FAVOURITES: {"d", "c"}}


@pytest.mark.parametrize("pick", CHOSEN, ids=str)
def test_a_limited_album_keeps_what_was_picked(pick: Pick) -> None:
    assert choose(FIVE, limit=2, pick=pick) == CHOSEN[pick]


def test_a_random_choice_is_stable_and_a_newcomer_displaces_at_most_one() -> None:
    staged = [Staged(f"asset-{number}", b"", b"", number) for number in range(100)]
    chosen = choose(staged, limit=10, pick=Pick.RANDOM)
    assert chosen == choose(reversed(staged), limit=10, pick=Pick.RANDOM)
    assert len(chosen - choose([*staged, Staged("another", b"", b"", 7)], limit=10, pick=Pick.RANDOM)) <= 1


def test_what_is_left_out_is_never_chosen() -> None:
    assert choose([row("a", left_out="videos"), row("b")], limit=1, pick=Pick.OLDEST) == {"b"}


ids = st.text("abcdefgh", min_size=1, max_size=2)
small = st.binary(max_size=1)
reasons = st.sampled_from([None, None, None, "archived", "videos", "in the trash", "offline"])
member_lists = st.dictionaries(
    ids, st.tuples(st.integers(1, 9), small, small, st.booleans(), st.booleans()), max_size=20
).map(lambda found: [Member(n, a, f, c, k and not g, g) for a, (n, f, c, k, g) in sorted(found.items())])
staged_lists = st.dictionaries(
    ids, st.tuples(small, small, st.integers(0, 9), st.booleans(), reasons), max_size=20
).map(lambda found: [Staged(asset, *facts) for asset, facts in sorted(found.items())])


@given(member_lists, staged_lists)
def test_an_incomplete_listing_removes_nothing(members: list[Member], staged: list[Staged]) -> None:
    plan = make(members, staged, complete=False)
    assert not plan.gone
    assert not plan.explained


@given(member_lists, staged_lists, st.booleans())
def test_every_photo_has_exactly_one_fate(members: list[Member], staged: list[Staged], complete: bool) -> None:
    plan = make(members, staged, complete=complete)
    changes = [*plan.update, *plan.replace, *plan.returning, *plan.gone, *plan.explained, *plan.still_gone]
    fates = [*plan.add, *(change.asset for change in changes)]
    assert len(fates) == len(set(fates))
    assert set(plan.add).isdisjoint(member.asset for member in members)
    assert {change.asset for change in changes} <= {member.asset for member in members}
    if complete:
        assert len(changes) + plan.keep + plan.kept_by_hand == len(members)


@given(staged_lists)
def test_applying_a_plan_leaves_nothing_to_do(staged: list[Staged]) -> None:
    shown = [row for row in staged if row.left_out is None]
    members = [Member(number, row.asset, row.fingerprint, row.content) for number, row in enumerate(shown)]
    plan = make(members, staged, complete=True)
    assert not (plan.add or plan.update or plan.replace or plan.returning or plan.gone or plan.explained)


@given(member_lists, staged_lists)
def test_the_same_plan_has_the_same_id(members: list[Member], staged: list[Staged]) -> None:
    assert make(members, staged, complete=True).id == make(members, staged, complete=True).id
