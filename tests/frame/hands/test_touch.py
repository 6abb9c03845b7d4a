"""What a finger means, however the panel hangs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.hands.touch import HELD_SECONDS, Touch, verb_of
from sync.settings.wall import Rotation

# where it is seen to begin and to end, how long, what it means
CASES = {
    "left": ((0.1, 0.5), (0.1, 0.5), 0.1, "back"),
    "right": ((0.9, 0.5), (0.9, 0.52), 0.1, "next"),
    "in the middle": ((0.5, 0.1), (0.5, 0.1), 0.1, "info"),
    "held": ((0.5, 0.5), (0.52, 0.5), HELD_SECONDS, "favourite"),
    "to the left": ((0.8, 0.5), (0.3, 0.55), 0.3, "next"),
    "to the right": ((0.2, 0.5), (0.6, 0.5), 0.3, "back"),
    "down": ((0.5, 0.2), (0.5, 0.8), 0.3, "screen"),
    "up": ((0.5, 0.8), (0.5, 0.2), 0.3, "pause"),
}
TO_PANEL = {
    # where a point that is seen at (x, y) lies on the panel's own glass
    Rotation.NONE: lambda x, y: (x, y),
    Rotation.RIGHT: lambda x, y: (y, 1 - x),
    Rotation.HALF: lambda x, y: (1 - x, 1 - y),
    Rotation.LEFT: lambda x, y: (1 - y, x),
}


@pytest.mark.parametrize("rotation", Rotation)
@pytest.mark.parametrize(("start", "end", "seconds", "verb"), CASES.values(), ids=CASES)
def test_a_finger_means_what_the_person_sees(start, end, seconds: float, verb: str, rotation: Rotation) -> None:
    on_glass = TO_PANEL[rotation]
    assert verb_of(Touch(on_glass(*start), on_glass(*end), seconds), rotation) == verb


places = st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(places, places, st.floats(0, 100), st.sampled_from(Rotation))
def test_every_touch_means_something(start, end, seconds: float, rotation: Rotation) -> None:
    assert verb_of(Touch(start, end, seconds), rotation) in ("next", "back", "pause", "info", "favourite", "screen")
