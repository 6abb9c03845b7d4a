from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.selection.memory import Memory
from sync.settings.wall import Selection
from tests.frame.selection.album import reborn, walk

SEQUENTIAL, NEWEST, OLDEST = Selection.SEQUENTIAL, Selection.NEWEST, Selection.OLDEST
TAKEN = {"a": 300, "b": 100, "c": 200, "d": 0, "e": -50}


@pytest.mark.parametrize(
    ("mode", "order"),
    [(SEQUENTIAL, "abcde"), (NEWEST, "acbed"), (OLDEST, "ebcad")],
    ids=["album order", "newest first, without a date last", "oldest first, without a date last"],
)
def test_the_order_and_its_beginning_again(mode: Selection, order: str) -> None:
    assert walk(mode, list("abcde"), Memory(seed=1), 12, taken=TAKEN) == list((order * 3)[:12])


@pytest.mark.parametrize("mode", [SEQUENTIAL, NEWEST, OLDEST])
def test_the_position_survives_a_restart(mode: Selection) -> None:
    memory = Memory(seed=1)
    shown: list[str | None] = []
    for _ in range(7):
        shown += walk(mode, list("abcde"), memory, 1, taken=TAKEN)
        memory = reborn(memory)
    assert shown == walk(mode, list("abcde"), Memory(seed=1), 7, taken=TAKEN)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("abdxe", "d"),
        ("abde", "d"),
        ("xyabcde", "d"),
        ("cab", "a"),
        ("abcxd", "x"),
        ("abe", "e"),
        ("ab", "a"),
        ("dxye", "d"),
    ],
    ids=["it went", "others too", "more before", "it moved", "one more after", "two", "all after", "all before"],
)
def test_album_order_goes_on_where_it_was_after_a_change(after: str, expected: str) -> None:
    memory = Memory(seed=1)
    assert walk(SEQUENTIAL, list("abcde"), memory, 3) == ["a", "b", "c"]
    assert walk(SEQUENTIAL, list(after), memory, 1) == [expected]


def test_a_newcomer_that_is_the_newest_sends_newest_back_to_the_front() -> None:
    memory = Memory(seed=1)
    assert walk(NEWEST, list("abc"), memory, 2, taken=TAKEN) == ["a", "c"]
    taken = TAKEN | {"x": 900, "y": 800}
    # The process may end before the newcomer was on the wall: it must still come first afterwards.
    walk(NEWEST, list("abcxy"), memory, 0, taken=taken)
    assert walk(NEWEST, list("abcxy"), reborn(memory), 3, taken=taken) == ["x", "y", "a"]


def test_an_older_newcomer_waits_for_its_place() -> None:
    memory = Memory(seed=1)
    walk(NEWEST, list("abc"), memory, 2, taken=TAKEN)
    assert walk(NEWEST, list("abcx"), memory, 2, taken=TAKEN | {"x": 150}) == ["x", "b"]


def test_a_photo_that_left_the_front_does_not_restart_newest() -> None:
    memory = Memory(seed=1)
    walk(NEWEST, list("abc"), memory, 2, taken=TAKEN)
    assert walk(NEWEST, list("bc"), memory, 1, taken=TAKEN) == ["b"]


def test_newest_of_one_is_always_the_latest() -> None:
    memory = Memory(seed=1)
    assert walk(NEWEST, ["a"], memory, 3, taken=TAKEN) == ["a"] * 3
    assert walk(NEWEST, ["x"], memory, 2, taken={"x": 900}) == ["x"] * 2


def test_each_order_has_a_position_of_its_own() -> None:
    memory = Memory(seed=1)
    walk(SEQUENTIAL, list("abcde"), memory, 2)
    walk(OLDEST, list("abcde"), memory, 1, taken=TAKEN)
    assert walk(SEQUENTIAL, list("abcde"), memory, 1) == ["c"]


@given(
    before=st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1),
    after=st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1),
    mode=st.sampled_from([SEQUENTIAL, NEWEST, OLDEST]),
    steps=st.integers(0, 10),
    taken=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-3, 3)),
)
def test_whatever_changes_every_photo_comes_within_one_pass(
    before: list[str], after: list[str], mode: Selection, steps: int, taken: dict[str, int]
) -> None:
    memory = Memory(seed=1)
    walk(mode, before, memory, steps, taken=taken)
    assert sorted(filter(None, walk(mode, after, reborn(memory), len(after), taken=taken))) == sorted(after)
