"""How much time certainly passed: by the monotonic clock in one boot, by believed wall clocks across boots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync.mirror.moment import Moment, certainly_passed, read

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at(minutes: float, *, trusted: bool = True, boot: str = "a", wall_minutes: float | None = None) -> Moment:
    wall = minutes if wall_minutes is None else wall_minutes
    return Moment(NOON + timedelta(minutes=wall), trusted, boot, 1000 + 60 * minutes)


CASES = {
    "31 minutes of one boot": (at(0), at(31), True),
    "29 minutes of one boot": (at(0), at(29), False),
    "a stepped wall clock in one boot": (at(0), at(1, wall_minutes=9000), False),
    "a wall clock set back in one boot": (at(0), at(31, wall_minutes=-9000), True),
    "another boot, both believed": (at(0), at(31, boot="b"), True),
    "another boot, too soon": (at(0), at(29, boot="b"), False),
    "another boot, not believed now": (at(0), at(9000, boot="b", trusted=False), False),
    "another boot, not believed then": (at(0, trusted=False), at(9000, boot="b"), False),
    "boots that cannot be told": (at(0, boot=""), at(31, boot=""), True),
}


@pytest.mark.parametrize(("then", "now", "passed"), CASES.values(), ids=CASES)
def test_half_an_hour_certainly_passed_or_not(then: Moment, now: Moment, passed: bool) -> None:
    assert certainly_passed(then, now, seconds=1800) == passed


def test_a_moment_survives_the_library() -> None:
    assert read(at(5).text()) == at(5)
