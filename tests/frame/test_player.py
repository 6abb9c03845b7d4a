"""Photos follow each other, people say otherwise, and displays, clocks and processes come and go."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from frame.render.request import RenderRequest
from sync.errors import UsageError
from sync.home import Home
from tests.frame.rig import MemoryDisplay, Rig, make_home, number_on, rig, set_wall
from tests.manual_clock import ManualClock
from tests.sample_catalogues import make

SEQUENTIAL = {"selection": "sequential", "interval_seconds": 10, "layout": "fit"}


def test_photos_follow_each_other_at_their_interval(home: Home, renderer) -> None:
    make(home, count=4)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        assert wall.numbers() == [0]
        wall.pass_time(9)
        assert wall.numbers() == [0]
        wall.pass_time(32)
        assert wall.numbers() == [0, 1, 2, 3, 0]


def test_next_and_back_walk_through_the_history_and_forward_again(home: Home, renderer) -> None:
    make(home, count=5)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        with pytest.raises(UsageError):
            wall.ask("back")
        for verb in ("next", "next", "back", "back", "next", "next", "next"):
            wall.ask(verb)
        assert wall.numbers() == [0, 1, 2, 1, 0, 1, 2, 3]
        wall.pass_time(11)
        assert wall.numbers()[-1] == 4


def test_pause_holds_and_resume_gives_a_whole_interval(home: Home, renderer) -> None:
    make(home, count=3)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.pass_time(5)
        assert wall.ask("pause")["paused"] is True
        wall.pass_time(100)
        assert wall.numbers() == [0]
        wall.ask("next")
        assert wall.numbers() == [0, 1]
        wall.pass_time(50)
        wall.ask("resume")
        wall.pass_time(9)
        assert wall.numbers() == [0, 1]
        wall.pass_time(2)
        assert wall.numbers() == [0, 1, 2]


def test_one_key_pauses_and_goes_on(home: Home, renderer) -> None:
    make(home, count=3)
    with rig(home, renderer) as wall:
        for expected in (True, False, True):
            wall.display.keys.append("pause")
            wall.settle()
            assert wall.player.turn.paused is expected
        wall.display.keys.append("quit")
        wall.settle()
        assert wall.player.orders.ended


def test_a_crossfade_runs_by_the_clock_and_a_key_cuts_it_short(home: Home, renderer) -> None:
    make(home, count=4)
    set_wall(home, **SEQUENTIAL, transition="crossfade", transition_seconds=1.0)
    with rig(home, renderer, display=MemoryDisplay(animated=True)) as wall:
        wall.settle()
        wall.ask("next")
        assert wall.display.blended > 10
        whole, presses = wall.display.blended, ["next"]

        def press_once() -> None:
            if wall.display.blended == whole + 3 and presses:
                wall.display.keys.append(presses.pop())

        wall.player.attend = press_once
        wall.ask("next")
        assert wall.numbers() == [0, 1, 2, 3]
        assert wall.display.blended < 3 * whole - 10


def test_a_restart_resumes_with_the_photo_that_was_on_the_wall(home: Home, renderer) -> None:
    make(home, count=6)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.pass_time(21)
        assert wall.numbers() == [0, 1, 2]
    with rig(home, renderer) as wall:
        wall.pass_time(11)
        assert wall.numbers() == [2, 3]
        assert [line["asset"] for line in wall.ask("shown")["shown"]] == [f"asset-0000{n}" for n in (3, 2, 1, 0)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("lost", ["the process", "the runtime folder too"])
def test_random_goes_on_over_restarts_without_repeating(home: Home, renderer, lost: str) -> None:
    make(home, count=12)
    set_wall(home, interval_seconds=10, layout="fit")
    shown = []
    for run in range(4):
        with rig(home, renderer, resume=False, seed=run) as wall:
            wall.pass_time(21)
            shown += wall.numbers()
            if lost == "the process":
                wall.state._keep = False  # nothing more is written, as after SIGKILL
        if lost == "the runtime folder too":
            (home.runtime / "frame.json").unlink()
    assert sorted(shown) == list(range(12))


def test_without_photos_a_calm_picture_says_what_to_do_and_gives_way(home: Home, renderer) -> None:
    with rig(home, renderer) as wall:
        wall.pass_time(3)
        assert len(wall.display.shown) == 1
        assert wall.ask("now")["showing"] == "welcome"
        wall.ask("welcome", lines=["Open http://192.168.1.20:8080", "1234 5678"])
        assert len(wall.display.shown) == 2
        make(home, count=2)
        wall.pass_time(2)
        assert wall.numbers()[-1] in (0, 1)
        assert wall.ask("now")["showing"] == "photo"
        wall.ask("welcome", lines=[])
        assert len(wall.display.shown) == 3


def test_a_lost_display_is_tried_again_every_five_seconds(home: Home, renderer) -> None:
    make(home, count=9)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.pass_time(11)
        wall.display.lost = True
        wall.pass_time(60)
        assert wall.numbers() == [0, 1]
        assert "The cable is out." in str(wall.ask("now")["problems"])
        wall.display.lost, wall.display.size = False, (160, 120)
        wall.pass_time(6)
        assert wall.numbers()[:3] == [0, 1, 1], "the photo that was on the wall comes back first"
        wall.pass_time(10)
        assert wall.numbers()[3:][-1] in (2, 3)


def test_a_display_that_comes_late_finds_the_wall_where_it_was(home: Home, renderer) -> None:
    make(home, count=5)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.pass_time(11)
    with rig(home, renderer, display=MemoryDisplay(lost=True)) as wall:
        wall.pass_time(7)
        wall.display.lost = False
        wall.pass_time(6)
        assert wall.numbers() == [1]


def test_now_says_what_hangs_there_and_why(home: Home, renderer) -> None:
    entries = make(home, count=2)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        wall.ask("favourite")
        answer = wall.ask("now")
    assert answer["key"] == entries[0].key
    assert answer["asset"] == "asset-00000"
    assert answer["server"] == "home"
    assert answer["object"] == entries[0].display
    assert answer["place"] == "Vienna, Austria"
    assert answer["people"] == ["Anna"]
    assert answer["favourite"] is True
    assert answer["why"] == "Number 1 of 2 in album order, from “Sample”."
    assert answer["since"] == int(ManualClock().wall.timestamp())


def test_a_wrong_clock_and_a_clock_that_steps_change_no_interval(home: Home, renderer) -> None:
    make(home, count=9)
    set_wall(home, **SEQUENTIAL)
    clock = ManualClock(believed=False)
    with rig(home, renderer, clock=clock) as wall:
        for jump in (0, -90 * 86_400, 5 * 365 * 86_400, 3600):
            clock.step(jump)
            wall.pass_time(10)
        wall.pass_time(1)
        assert wall.numbers() == [0, 1, 2, 3, 4]


def test_a_quarter_of_a_day_writes_less_than_a_quarter_of_five_megabytes(tmp_path: Path, renderer) -> None:
    """Counted in blocks of 4 KB, with two more a write for the file system's own books."""
    home = make_home(tmp_path)
    make(home, count=40)
    pictures: dict[Path, Image.Image] = {}

    class Caching:
        def render(self, request: RenderRequest) -> Image.Image:
            if request.path not in pictures:
                pictures[request.path] = renderer.render(request)
            return pictures[request.path]

    def card() -> dict[Path, tuple[int, int]]:
        folders = (home.root, home.frame, home.intents, home.settings.parent, home.private)
        files = [path for folder in folders for path in folder.iterdir() if path.is_file()]
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files}

    written, writes, before = 0, 0, card()
    with rig(home, Caching(), display=MemoryDisplay(size=(32, 24))) as wall:
        for _ in range(6 * 60):
            wall.pass_time(60)
            now = card()
            for path in now.keys() - {path for path in now if before.get(path) == now[path]}:
                grown = abs(now[path][1] - before.get(path, (0, 0))[1])
                written += (grown // 4096 + 1) * 4096 + 8192
                writes += 1
            before = now
        assert len(wall.display.shown) > 700
    assert 30 < writes < 40
    assert written < 5_000_000 / 4


def test_the_rig_tells_photos_apart(home: Home, renderer) -> None:
    make(home, count=60)
    with rig(home, renderer) as wall:
        wall.settle()
        assert isinstance(wall, Rig)
        assert number_on(wall.display.shown[0]) is not None
