"""The stage: what stands in for a panel gives way to one that appears."""

from __future__ import annotations

from frame.stage import STAND_IN_SECONDS, Stage
from sync.settings.wall import Wall
from tests.frame.rig import MemoryDisplay
from tests.manual_clock import ManualClock


def test_a_panel_that_is_plugged_in_later_replaces_what_stood_in_for_it() -> None:
    clock, offered = ManualClock(), [MemoryDisplay(stand_in=True), MemoryDisplay(stand_in=True), MemoryDisplay()]
    first, second, panel = offered
    stage = Stage(lambda _spec, _size: (offered.pop(0), []), clock)
    assert stage.open_if_due(Wall())
    assert stage.seconds_to_retry() == STAND_IN_SECONDS
    clock.advance(STAND_IN_SECONDS - 1)
    assert not stage.open_if_due(Wall())
    clock.advance(2)
    assert not stage.open_if_due(Wall()), "another stand-in is no reason to change"
    assert (stage.display, first.closed, second.closed) == (first, 0, 1)
    clock.advance(STAND_IN_SECONDS + 1)
    assert stage.open_if_due(Wall())
    assert (stage.display, first.closed) == (panel, 1)
    assert stage.seconds_to_retry() is None
