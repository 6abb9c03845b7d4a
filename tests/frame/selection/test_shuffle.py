from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from frame.selection.memory import Memory
from frame.selection.pool import digest_of
from frame.selection.shuffle import Shuffle
from sync.settings.wall import Selection
from tests.frame.selection.album import pool_of, reborn, step, walk

RANDOM = Selection.RANDOM


def names(count: int) -> list[str]:
    return [f"home:{number}" for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 50])
def test_every_photo_comes_once_before_any_repeats(count: int) -> None:
    shown = walk(RANDOM, names(count), Memory(seed=4), count * 20)
    for start in range(0, count * 20, count):
        assert sorted(shown[start : start + count]) == sorted(names(count))


def test_the_order_differs_from_round_to_round_and_from_seed_to_seed() -> None:
    first = walk(RANDOM, names(30), Memory(seed=1), 60)
    assert first[:30] != first[30:]
    assert first[:30] != walk(RANDOM, names(30), Memory(seed=2), 30)
    assert first[:30] != names(30)


def test_a_restart_after_each_photo_changes_no_order() -> None:
    """What a process works out at its start is what one that goes on works out photo by photo."""
    weights = {name: (1.0, 0.5, 2.0, 3.7)[number % 4] for number, name in enumerate(names(20))}
    whole = walk(RANDOM, names(20), Memory(seed=9), 300, weights=weights)
    memory, apart = Memory(seed=9), []
    for _ in range(300):
        memory = reborn(memory)
        apart += walk(RANDOM, names(20), memory, 1, weights=weights)
    assert apart == whole


@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_same_photo_never_comes_twice_running_where_there_are_others(count: int) -> None:
    for seed in range(30):
        shown = walk(RANDOM, names(count), Memory(seed=seed), 60)
        assert all(one != other for one, other in pairwise(shown))


def test_many_photos_keep_their_distance() -> None:
    shown = walk(RANDOM, names(100), Memory(seed=9), 1000)
    last: dict[str | None, int] = {}
    gaps = [place - last[name] for place, name in enumerate(shown) if name in last or last.update({name: place})]  # type: ignore[func-returns-value]
    assert min(gaps) >= 10


def test_weights_decide_how_often() -> None:
    weights = {"home:0": 3.0, "home:1": 0.5, "home:2": 1.0, "home:3": 1.0}
    shown = Counter(walk(RANDOM, names(4), Memory(seed=6), 5500, weights=weights))
    assert {name: round(count / 1000, 1) for name, count in shown.items()} == weights


def test_a_weight_that_is_changed_neither_floods_nor_starves() -> None:
    memory = Memory(seed=3)
    walk(RANDOM, names(4), memory, 400)
    more = Counter(walk(RANDOM, names(4), reborn(memory), 50, weights={"home:0": 2.0}))
    assert 18 <= more["home:0"] <= 22
    less = Counter(walk(RANDOM, names(4), reborn(memory), 70, weights={"home:0": 0.5}))
    assert 8 <= less["home:0"] <= 12


def test_a_newcomer_comes_in_this_round_and_not_many_times_to_catch_up() -> None:
    memory = Memory(seed=5)
    walk(RANDOM, names(10), memory, 505)
    rest = walk(RANDOM, names(11), reborn(memory), 6)
    assert "home:10" in rest
    assert Counter(walk(RANDOM, names(11), memory, 6 + 110))["home:10"] == 11


def test_a_photo_that_was_away_within_a_round_does_not_come_again_in_it() -> None:
    memory = Memory(seed=8)
    seen = walk(RANDOM, names(6), memory, 3)
    away = [name for name in names(6) if name != seen[0]]
    seen += walk(RANDOM, away, memory, 1)
    seen += walk(RANDOM, names(6), memory, 2)
    assert sorted(seen) == names(6)


def test_one_heavy_photo_may_repeat_but_the_light_one_keeps_its_share() -> None:
    shown = Counter(walk(RANDOM, names(2), Memory(seed=2), 1010, weights={"home:0": 100.0}))
    assert 8 <= shown["home:1"] <= 12


def test_a_restart_after_every_photo_changes_no_share() -> None:
    memory, shown = Memory(seed=2), Counter[str | None]()
    for _ in range(1010):
        shown += Counter(walk(RANDOM, names(2), memory, 1, weights={"home:0": 100.0}))
        memory = reborn(memory)
    assert 8 <= shown["home:1"] <= 12


@pytest.mark.parametrize("mark", [1e300, -5.0, 12345.0], ids=["huge", "negative", "ahead"])
def test_a_damaged_mark_keeps_no_photo_off_the_wall(mark: float) -> None:
    memory = Memory(seed=2, now=4.0, marks={digest_of("home:1"): mark})
    assert "home:1" in walk(RANDOM, names(3), memory, 6)


def test_marks_of_rounds_that_are_over_are_forgotten() -> None:
    memory = Memory(seed=2)
    for number in range(30):
        walk(RANDOM, [f"home:{number}", f"home:{number + 1}"], memory, 4)
    assert len(memory.marks) < 8


def test_an_empty_pool_has_no_next() -> None:
    assert Shuffle(pool_of([]), Memory(seed=1)).peek() is None


class Wall(RuleBasedStateMachine):
    """Adds, removals and restarts between shows; the model knows who had a turn in the running round."""

    def __init__(self) -> None:
        super().__init__()
        self.here: list[str] = []
        self.seen: set[str] = set()
        self.memory = Memory(seed=0)
        self.shown: list[str] = []

    @initialize(seed=st.integers(0, 2**63 - 1), count=st.integers(1, 6), weight=st.sampled_from([1.0, 0.3, 2.0]))
    def begin(self, seed: int, count: int, weight: float) -> None:
        self.weight = weight
        self.memory = Memory(seed=seed)
        self.here = [f"n{number}" for number in range(count)]
        self._open()

    def _open(self) -> None:
        self.pool = pool_of(self.here, weights=dict.fromkeys(self.here, self.weight))
        self.choice = Shuffle(self.pool, self.memory)

    @precondition(lambda self: self.here)
    @rule(times=st.integers(1, 8))
    def show(self, times: int) -> None:
        for _ in range(times):
            name = step(self.choice, self.pool, self.memory, self.here)
            assert name is not None
            if self.seen >= set(self.here):
                self.seen.clear()
            assert name not in self.seen, f"{name} repeats before {set(self.here) - self.seen}"
            if self.shown and len(self.here) > 1:
                assert name != self.shown[-1], "twice running"
            self.seen.add(name)
            self.shown.append(name)

    @rule(name=st.integers(0, 12).map("n{}".format), place=st.randoms(use_true_random=False))
    def add(self, name: str, place: random.Random) -> None:
        if name not in self.here:
            self.here.insert(place.randint(0, len(self.here)), name)
            self._open()

    @precondition(lambda self: self.here)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        self.here.remove(data.draw(st.sampled_from(self.here)))
        self._open()

    @rule(new_seed=st.booleans())
    def restart(self, new_seed: bool) -> None:
        self.memory = reborn(self.memory)
        if new_seed:
            self.memory.seed += 1  # the seed was lost
        self._open()

    @invariant()
    def little_is_remembered(self) -> None:
        assert len(self.memory.marks) <= 13


Wall.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestWall = Wall.TestCase
