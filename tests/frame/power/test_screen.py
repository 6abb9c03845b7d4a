"""The wall at night: real player, real files, a clock set by hand, and a panel that does as it is told, or not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from frame.power.panel import AGAIN_SECONDS, LOOK_SECONDS, Panel
from frame.power.screen import Screen
from sync.errors import PanelRefused, UsageError
from sync.home import Home
from sync.settings.edit import set_value
from tests.frame.rig import MemoryDisplay, Rig, number_on, rig
from tests.manual_clock import ManualClock
from tests.sample_catalogues import make

EVENING = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
_HUNG_SECONDS = 60


@dataclass
class Light:
    """A panel: `obeys` says whether it does what it is told."""

    name: str = "light"
    dims: bool = False
    obeys: bool = True
    refuses: bool = False
    lit: bool = True
    told: list[int] = field(default_factory=list)

    def set(self, level: int) -> None:
        if self.refuses:
            raise PanelRefused("It does not answer.")
        self.told.append(level)
        self.lit = bool(level) if self.obeys else self.lit

    def read(self) -> bool | None:
        return self.lit


@contextmanager
def wall(home: Home, renderer, *lights: Light, clock: ManualClock | None = None) -> Iterator[Rig]:
    clock = clock or ManualClock(wall=EVENING)
    set_value(home, "time_zone", "UTC")
    panel = Panel(lambda _method, _display: (list(lights), [] if lights else ["wlopm: not installed"]), clock)
    screen = Screen(home.runtime / "screen.json", clock, panel)
    with rig(home, renderer, clock=clock, display=MemoryDisplay(animated=True), screen=screen) as made:
        yield made


def told(made: Rig) -> dict[str, Any]:
    """What the frame says of its screen, once the panel was told all."""
    panel = made.player.screen._panel
    end = time.monotonic() + _HUNG_SECONDS
    while True:
        made.settle()
        if panel._job is None and panel.told is not None:
            return made.answers({"verb": "now"})["screen"]
        assert time.monotonic() < end, "the panel hangs"
        time.sleep(0.002)


def pass_hours(made: Rig, hours: float) -> None:
    """In strides: a display with keys is asked ten times a second otherwise."""
    for _ in range(int(hours * 60)):
        made.clock.advance(60)
        made.settle()


def is_black(made: Rig) -> bool:
    return made.display.shown[-1].getextrema() == ((0, 0), (0, 0), (0, 0))


@pytest.fixture
def photos(home: Home) -> Home:
    make(home, count=6)
    for key, value in {"selection": "sequential", "interval_seconds": "600", "transition": "cut"}.items():
        set_value(home, f"wall.{key}", value)
    return home


def test_at_night_the_panel_is_off_and_nothing_is_shown_till_it_wakes_with_a_new_photo(photos: Home, renderer) -> None:
    set_value(photos, "power.night", "22:00-06:00")
    light = Light()
    with wall(photos, renderer, light) as made:
        assert told(made)["lit"] is True
        pass_hours(made, 1)
        assert told(made).items() >= {"level": 0, "why": "night", "lit": False}.items()
        assert is_black(made), "dark also where the panel stays lit"
        shown, before = len(made.display.shown), made.answers({"verb": "now"})["key"]
        pass_hours(made, 8 - 1 / 60)
        made.clock.advance(30)
        assert (len(made.display.shown), told(made)["lit"]) == (shown, False), "nobody saw a photo that night"
        made.pass_time(15)
        assert told(made).items() >= {"level": 100, "lit": True}.items(), "awake before it is needed"
        assert made.answers({"verb": "now"})["key"] != before


def test_a_person_wakes_the_wall_and_night_takes_over_again(photos: Home, renderer) -> None:
    set_value(photos, "power.night", "22:00-06:00")
    clock = ManualClock(wall=datetime(2026, 11, 21, 23, 0, tzinfo=UTC))
    with wall(photos, renderer, Light(), clock=clock) as made:
        assert told(made)["lit"] is False
        made.ask("screen", set="on")
        assert told(made).items() >= {"level": 100, "why": "person", "said": "on", "lit": True}.items()
        assert number_on(made.display.shown[-1]) is not None
        pass_hours(made, 8)
        assert told(made)["said"] == "on", "the morning says nothing else"
        pass_hours(made, 15)
        assert told(made).items() >= {"level": 0, "why": "night", "said": "auto"}.items()


def test_switched_off_by_day_it_stays_off_until_the_morning_also_over_a_restart(photos: Home, renderer) -> None:
    set_value(photos, "power.night", "20:30-22:00 40%; 22:00-06:00")
    clock = ManualClock(wall=datetime(2026, 11, 21, 20, 0, tzinfo=UTC))
    with wall(photos, renderer, Light(), clock=clock) as made:
        made.ask("screen", set="off")
        assert told(made)["lit"] is False
        pass_hours(made, 1)
        assert told(made).items() >= {"level": 0, "why": "person"}.items(), "a dim evening does not light it again"
    with wall(photos, renderer, Light(), clock=clock) as made:
        assert told(made).items() >= {"level": 0, "why": "person"}.items()
        pass_hours(made, 9)
        assert told(made).items() >= {"level": 100, "said": "auto"}.items()


@pytest.mark.parametrize("verb", ["next", "back"])
def test_whoever_asks_for_a_photo_at_night_gets_light_first(photos: Home, renderer, verb: str) -> None:
    with wall(photos, renderer, Light()) as made:
        made.ask("screen", set="off")
        assert told(made)["lit"] is False
        made.ask(verb)
        assert told(made).items() >= {"said": "on", "lit": True}.items()


def test_a_sign_is_lit_at_night_and_dark_again_after_it(photos: Home, renderer) -> None:
    set_value(photos, "power.night", "20:00-06:00")
    with wall(photos, renderer, Light()) as made:
        assert told(made)["lit"] is False
        made.ask("sign", lines=["Code", "1234 5678"], seconds=120)
        assert told(made)["lit"] is True
        assert not is_black(made)
        pass_hours(made, 3 / 60)
        assert told(made)["lit"] is False
        assert is_black(made)


def test_without_motion_it_goes_dark_and_motion_wakes_it(photos: Home, renderer) -> None:
    set_value(photos, "power.motion_minutes", "10")
    with wall(photos, renderer, Light()) as made:
        assert told(made)["lit"] is True
        pass_hours(made, 9 / 60)
        made.ask("motion")
        pass_hours(made, 9 / 60)
        assert told(made)["lit"] is True
        pass_hours(made, 2 / 60)
        assert told(made).items() >= {"lit": False, "why": "motion"}.items()
        made.ask("motion")
        assert told(made)["lit"] is True


@pytest.mark.parametrize("dims", [True, False])
def test_dimming_is_the_panels_own_where_it_can_and_else_drawn(photos: Home, renderer, dims: bool) -> None:
    set_value(photos, "power.brightness", "40")
    set_value(photos, "wall.transition", "cut")
    light = Light(dims=dims)
    with wall(photos, renderer, light) as made:
        told(made)
        told(made)
        mixed = made.display.blended
        made.ask("next")
        assert light.told[-1] == 40
        assert made.display.blended - mixed == (0 if dims else 1)


def test_while_the_clock_cannot_be_believed_night_waits(photos: Home, renderer) -> None:
    set_value(photos, "power.night", "20:00-06:00")
    clock = ManualClock(wall=EVENING, believed=False)
    with wall(photos, renderer, Light(), clock=clock) as made:
        assert told(made).items() >= {"level": 100, "clock_trusted": False}.items()
        clock.believed = True
        made.pass_time(2)
        assert told(made)["level"] == 0
        clock.step(-400 * 86_400 + 12 * 3600)
        made.pass_time(2)
        assert told(made)["level"] == 100, "it goes by the clock as it is now"


def test_a_panel_that_does_not_follow_is_told_by_another_way(photos: Home, renderer) -> None:
    deaf, broken, obedient = Light("deaf", obeys=False), Light("broken", refuses=True), Light("obedient")
    with wall(photos, renderer, deaf, broken, obedient) as made:
        told(made)
        made.ask("screen", set="off")
        screen = told(made)
        assert (screen["way"], screen["lit"]) == ("obedient", False)
        assert screen["reasons"][0] == "The panel was switched off by deaf and says that it is on."
        assert screen["reasons"][1:] == ["It does not answer."]


def test_a_panel_that_follows_no_way_is_named_and_told_again(photos: Home, renderer) -> None:
    deaf = Light("deaf", obeys=False)
    with wall(photos, renderer, deaf) as made:
        told(made)
        made.ask("screen", set="off")
        told(made)
        assert "The panel was switched off by deaf and says that it is on." in made.answers({"verb": "now"})["problems"]
        assert is_black(made)
        deaf.obeys = True
        made.clock.advance(AGAIN_SECONDS)
        told(made)
        assert told(made)["lit"] is False


def test_a_panel_that_comes_back_by_itself_is_switched_off_again(photos: Home, renderer) -> None:
    light = Light()
    with wall(photos, renderer, light) as made:
        made.ask("screen", set="off")
        told(made)
        light.lit = True
        made.clock.advance(LOOK_SECONDS)
        told(made)
        told(made)
        assert light.lit is False


def test_where_there_is_no_way_the_wall_is_black_and_says_why(photos: Home, renderer) -> None:
    with wall(photos, renderer) as made:
        made.ask("screen", set="off")
        assert told(made).items() >= {"way": "", "lit": None, "reasons": ["wlopm: not installed"]}.items()
        assert is_black(made)


@pytest.mark.parametrize(("night", "is_said"), [("sunset-sunrise", True), ("22:00-06:00", False)])
def test_night_hours_that_cannot_be_kept_are_a_problem(photos: Home, renderer, night: str, is_said: bool) -> None:
    set_value(photos, "power.night", night)
    with wall(photos, renderer, Light()) as made:
        told(made)
        problems = made.answers({"verb": "now"})["problems"]
        assert any("need power.latitude" in problem for problem in problems) is is_said


def test_words_that_mean_nothing_are_refused(photos: Home, renderer) -> None:
    with wall(photos, renderer, Light()) as made, pytest.raises(UsageError, match="on, off or auto"):
        made.ask("screen", set="dim")
    with rig(photos, renderer) as plain, pytest.raises(UsageError, match="always lit"):
        plain.ask("screen", set="off")


def test_a_damaged_word_is_none(photos: Home, renderer) -> None:
    (photos.runtime / "screen.json").write_bytes(b"\0\0")
    with wall(photos, renderer, Light()) as made:
        assert told(made)["said"] == "auto"
