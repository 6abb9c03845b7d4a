"""What is done at the wall is answered there: a sign comes above the picture and goes again, a held wall keeps one."""

from __future__ import annotations

from threading import Event

import pytest
from PIL import ImageStat

from frame.nods import COMES_SECONDS, GOES_SECONDS, STAYS_SECONDS, WAITS_SECONDS
from frame.overlays.locale import locale_of
from frame.overlays.marks import Mark, drawn
from frame.power.panel import Panel
from frame.power.screen import Screen
from sync.home import Home
from tests.frame.rig import MemoryDisplay, Rig, rig, set_wall
from tests.manual_clock import ManualClock
from tests.sample_catalogues import make

WHOLE = COMES_SECONDS + STAYS_SECONDS + GOES_SECONDS
PANEL = (640, 480)


def hung(home: Home, renderer, **how):  # type: ignore[no-untyped-def]
    make(home, count=3)
    set_wall(home, interval_seconds=600, transition="cut")
    return rig(home, renderer, display=MemoryDisplay(animated=True, size=PANEL), **how)


def press(wall: Rig, verb: str) -> None:
    wall.display.keys.append(verb)
    wall.pass_time(COMES_SECONDS + 0.1)


def test_a_favourite_shows_a_heart_amid_the_wall_for_a_moment(home: Home, renderer) -> None:
    with hung(home, renderer) as wall:
        wall.settle()
        wall.player.input.mark = wall.answers.toggle_favourite
        press(wall, "favourite")
        (heart,) = wall.display.above
        middle = [corner + length / 2 for corner, length in zip(heart.corner, heart.picture.size, strict=True)]
        assert middle == pytest.approx([320, 240], abs=1)
        red, green, _blue, _alpha = heart.picture.getpixel((heart.picture.width // 2, heart.picture.height // 2))
        assert red > green + 80, "it is red"
        wall.pass_time(WHOLE)
        assert wall.display.above == ()
        press(wall, "favourite")
        (empty,) = wall.display.above
        assert empty.picture.tobytes() != heart.picture.tobytes(), "and none any more looks otherwise"


def test_a_sign_comes_and_goes_softly_and_stands_at_once_where_nothing_is_to_move(home: Home, renderer) -> None:
    with hung(home, renderer) as wall:
        wall.settle()
        seen = []
        wall.display.keys.append("pause")
        for _ in range(80):
            wall.settle()
            nod = wall.display.above[-1] if len(wall.display.above) > 1 else None
            seen.append(0 if nod is None else ImageStat.Stat(nod.picture.getchannel("A")).extrema[0][1])
            wall.clock.advance(0.025)
        most = seen.index(max(seen))
        assert len({each for each in seen if each}) > 6
        assert sorted(seen[:most]) == seen[:most]
        assert sorted(seen[most:], reverse=True) == seen[most:]
        assert seen[-1] == 0
    home.settings.write_text("[wall]\nreduce_motion = true\n")
    with hung(home, renderer) as wall:
        home.settings.write_text("[wall]\nreduce_motion = true\ninterval_seconds = 600\n")
        wall.pass_time(2)
        wall.display.keys.append("resume")
        wall.ask("pause")
        assert len(wall.display.above) == 2
        first = wall.display.above[-1]
        wall.pass_time(COMES_SECONDS + 0.1)
        assert wall.display.above[-1] is first


def test_who_waits_for_a_picture_sees_that_the_key_was_heard(home: Home, renderer) -> None:
    with hung(home, renderer) as wall:
        wall.settle()
        free = Event()
        busy = wall.player.worker.submit(lambda: free.wait(60))
        wall.display.keys.append("next")
        wall.player.tick()  # this one was made ahead
        assert wall.display.shown
        assert wall.display.above == (), "what comes at once is its own answer"
        wall.display.keys.append("next")
        wall.player.tick()
        wall.clock.advance(WAITS_SECONDS - 0.1)
        wall.player.tick()
        assert wall.display.above == ()
        wall.clock.advance(0.2)
        wall.player.tick()
        (dots,) = wall.display.above
        assert dots.picture.height < PANEL[1] / 4
        wall.clock.advance(5)
        wall.player.tick()
        assert wall.display.above == (dots,), "it stands still"
        free.set()
        wall.settle()
        assert busy.result is True
        assert wall.display.above == ()


def test_a_held_wall_keeps_a_small_mark_in_a_corner_of_its_own_until_it_goes_on(home: Home, renderer) -> None:
    with hung(home, renderer) as wall:
        wall.settle()
        press(wall, "pause")
        wall.pass_time(WHOLE)
        (mark,) = wall.display.above
        assert max(mark.picture.size) < 50
        assert mark.corner[0] > 500, "words stand at the left, nobody at the right"
        assert mark.corner[1] < 100
        wall.ask("next")
        assert wall.display.above == (mark,), "another photo does not end it"
        press(wall, "pause")
        wall.pass_time(WHOLE)
        assert wall.display.above == ()


def test_the_mark_of_a_held_wall_keeps_out_of_the_clocks_corner_and_wanders(home: Home, renderer) -> None:
    with hung(home, renderer) as wall:
        home.settings.write_text("[wall]\ninterval_seconds = 600\n[words]\nclock = true\n")
        wall.pass_time(2)
        wall.ask("pause")
        wall.pass_time(WHOLE)
        places = set()
        for _ in range(4):
            wall.pass_time(700)
            (mark,) = wall.display.above
            assert mark.corner[0] < 100
            places.add(mark.corner)
        assert len(places) > 2


def test_back_at_the_beginning_is_answered_in_the_walls_language(home: Home, renderer) -> None:
    with hung(home, renderer) as wall:
        wall.settle()
        press(wall, "back")
        (nod,) = wall.display.above
        assert nod.picture.width > 2 * nod.picture.height, "words stand beside it"
        assert wall.ask("now")["showing"] == "photo"


def test_a_favourite_that_cannot_be_written_is_not_shown_as_one(home: Home, renderer) -> None:
    with hung(home, renderer) as wall:
        wall.settle()
        wall.player.input.mark = wall.answers.toggle_favourite
        home.intents.rmdir()
        home.intents.write_text("no folder")
        press(wall, "favourite")
        (nod,) = wall.display.above
        assert nod.picture.width > 2 * nod.picture.height
        assert "favourite" in wall.player.problems


def test_screen_off_by_hand_shows_the_moon_before_the_panel_goes_dark_and_on_the_sun(home: Home, renderer) -> None:
    told: list[int] = []

    class Way:
        name, dims = "fake", False

        def set(self, level: int) -> None:
            told.append(level)

        def read(self) -> bool:
            return bool(told[-1])

    clock = ManualClock()
    screen = Screen(home.runtime / "screen.json", clock, Panel(lambda *_: ([Way()], []), clock))  # type: ignore[list-item]
    with hung(home, renderer, clock=clock, screen=screen) as wall:
        wall.pass_time(2)
        press(wall, "screen")
        assert len(wall.display.above) == 1
        assert wall.player.stage.level == 0
        assert 0 not in told
        wall.pass_time(WHOLE)
        assert wall.display.above == ()
        screen._panel._worker.close()  # type: ignore[union-attr]
        assert told[-1] == 0
        press(wall, "screen")
        assert len(wall.display.above) == 1
        assert wall.player.stage.level == 100


def test_in_the_dark_nobodys_word_from_afar_lights_the_wall(home: Home, renderer) -> None:
    clock = ManualClock()
    screen = Screen(home.runtime / "screen.json", clock, Panel(lambda *_: ([], []), clock))
    with hung(home, renderer, clock=clock, screen=screen) as wall:
        wall.settle()
        wall.ask("screen", set="off")
        wall.ask("favourite")
        assert wall.display.above == ()


def test_a_display_that_came_back_shows_the_mark_too(home: Home, renderer) -> None:
    with hung(home, renderer) as wall:
        wall.settle()
        wall.ask("pause")
        wall.pass_time(WHOLE)
        wall.display.lost = True
        wall.ask("next")
        wall.display.lost, wall.display.above = False, ()
        wall.pass_time(6)
        assert len(wall.display.above) == 1


@pytest.mark.parametrize("mark", list(Mark), ids=[mark.value for mark in Mark])
def test_each_sign_is_one_of_its_own_and_fits_the_smallest_wall(mark: Mark) -> None:
    for canvas in ((320, 240), (480, 800), (3840, 2160)):
        for language in ("en", "de", "es", "fr", "it", "nl"):
            made = drawn(mark, canvas, locale_of(language).nods.get(mark.value, ""))
            assert made.width <= canvas[0]
            assert made.height < canvas[1] / 3
    others = {drawn(other, (640, 480)).tobytes() for other in Mark if other is not mark}
    assert drawn(mark, (640, 480)).tobytes() not in others
