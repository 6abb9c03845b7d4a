"""Transitions are timed by the clock, never leave a gap, can be cut short, and end on exactly the new picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from frame.displays.none import NoDisplay
from frame.transitions.crossfade import crossfade
from frame.transitions.timed import FRAME_SECONDS
from sync.errors import DisplayLost
from tests.manual_clock import ManualClock


@dataclass
class Recorder(NoDisplay):
    """A display whose every frame costs time and is remembered."""

    clock: ManualClock = field(default_factory=ManualClock)
    frame_seconds: float = 0.004
    frames: list[tuple[float, float]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    dies_after: int = 10**6

    def blend(self, old: object, new: object, fraction: float) -> None:
        if len(self.frames) >= self.dies_after:
            raise DisplayLost("gone")
        self.clock.advance(self.frame_seconds)
        self.frames.append((self.clock.monotonic(), fraction))

    def show(self, picture: object) -> None:
        self.shown.append(str(picture))


@pytest.mark.parametrize("cost", [0.0, 0.004, 0.03, 0.4], ids=lambda cost: f"{cost} s a frame")
def test_the_mix_is_what_the_clock_says(cost: float) -> None:
    display = Recorder(frame_seconds=cost)
    start = display.clock.monotonic()
    assert crossfade(display, "old", "new", seconds=1.0, clock=display.clock) is True
    assert display.shown == ["new"]
    assert display.clock.monotonic() - start == pytest.approx(1.0, abs=max(cost, 2 * FRAME_SECONDS) + 1e-6)
    for at, fraction in display.frames:
        assert fraction == pytest.approx(at - cost - start + FRAME_SECONDS)
    fractions = [fraction for _, fraction in display.frames]
    assert fractions == sorted(fractions)
    assert all(0 < fraction < 1 for fraction in fractions)


def test_on_a_quick_display_no_gap_is_longer_than_two_frames() -> None:
    display = Recorder()
    crossfade(display, "old", "new", seconds=1.0, clock=display.clock)
    times = [at for at, _ in display.frames]
    assert 55 <= len(times) <= 60
    assert max(b - a for a, b in pairwise(times)) <= 2 * FRAME_SECONDS


def test_it_is_cut_short_on_the_new_picture() -> None:
    display = Recorder()
    assert (
        crossfade(display, "old", "new", seconds=1.0, clock=display.clock, should_stop=lambda: len(display.frames) >= 5)
        is False
    )
    assert len(display.frames) == 5
    assert display.shown == ["new"]


def test_a_fade_of_no_time_is_a_cut() -> None:
    display = Recorder()
    crossfade(display, "old", "new", seconds=0.0, clock=display.clock)
    assert (display.frames, display.shown) == ([], ["new"])


def test_a_lost_panel_ends_it() -> None:
    display = Recorder(dies_after=3)
    with pytest.raises(DisplayLost):
        crossfade(display, "old", "new", seconds=1.0, clock=display.clock)
