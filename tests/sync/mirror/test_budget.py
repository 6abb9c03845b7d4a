"""The arithmetic of the disk budget."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.mirror.budget import Claim, divide, shares

SHARES = {
    "enough for all": ({"a": 10, "b": 20}, {"a": 1, "b": 1}, 100, {"a": 10, "b": 20}),
    "halves": ({"a": 100, "b": 100}, {"a": 1, "b": 1}, 100, {"a": 50, "b": 50}),
    "by weight": ({"a": 100, "b": 100}, {"a": 3, "b": 1}, 100, {"a": 75, "b": 25}),
    "what one leaves goes to the other": ({"a": 10, "b": 200}, {"a": 1, "b": 1}, 100, {"a": 10, "b": 90}),
    "nothing": ({"a": 10}, {"a": 1}, 0, {"a": 0}),
}


@pytest.mark.parametrize(("needs", "weights", "total", "expected"), SHARES.values(), ids=SHARES)
def test_the_budget_is_shared_by_weight(needs: dict, weights: dict, total: int, expected: dict) -> None:
    assert shares(needs, weights, total) == expected


claims = st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 50), st.integers(0, 200)), max_size=30).map(
    lambda found: [Claim(number, album, small, large) for number, (album, small, large) in enumerate(found)]
)


@given(claims, st.integers(0, 3000))
def test_what_is_on_the_disk_is_within_the_budget(wanted: list[Claim], total: int) -> None:
    off = divide(wanted, {"a": 2, "b": 1}, total)
    used = sum(claim.display_bytes for claim in wanted if off.get(claim.photo) != "all")
    used += sum(claim.original_bytes for claim in wanted if claim.photo not in off)
    assert used <= total


@given(claims)
def test_a_budget_that_suffices_leaves_nothing_off(wanted: list[Claim]) -> None:
    total = sum(claim.display_bytes + claim.original_bytes for claim in wanted)
    assert divide(wanted, {"a": 2, "b": 1}, total) == {}


def test_every_display_copy_comes_before_any_original() -> None:
    wanted = [Claim(number, "a", 10, 100) for number in range(5)]
    assert divide(wanted, {"a": 1}, 160) == dict.fromkeys(range(1, 5), "original")
