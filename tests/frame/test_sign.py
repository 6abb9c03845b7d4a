"""A sign over the photos: it comes, covers them, and goes by itself."""

from __future__ import annotations

import pytest

from sync.errors import UsageError
from sync.home import Home
from tests.frame.rig import number_on, rig, set_wall
from tests.sample_catalogues import make

LINES = ["Hello", "Open this:", "http://192.168.1.5:8080", "1234 5678"]
SEQUENTIAL = {"selection": "sequential", "interval_seconds": 10, "layout": "fit"}


def test_a_sign_covers_the_photos_for_its_time_and_the_photo_comes_back(home: Home, renderer) -> None:
    make(home, count=4)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        assert wall.ask("sign", lines=LINES, seconds=60)["seconds"] == 60
        assert wall.numbers() == [0, None]
        wall.pass_time(59)
        assert wall.numbers() == [0, None], "no photo comes meanwhile"
        assert wall.ask("now")["sign_seconds"] == 1
        wall.pass_time(2)
        assert wall.numbers() == [0, None, 0]
        assert wall.ask("now")["sign_seconds"] == 0
        wall.pass_time(10)
        assert wall.numbers() == [0, None, 0, 1]


@pytest.mark.parametrize(("verb", "values"), [("next", {}), ("back", {}), ("sign", {"lines": [], "seconds": 0})])
def test_a_sign_is_taken_down_before_its_time(home: Home, renderer, verb: str, values: dict[str, object]) -> None:
    make(home, count=4)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        wall.ask("sign", lines=LINES, seconds=60)
        wall.ask(verb, **values)
        assert wall.numbers() == [0, None, 0]


def test_the_only_photo_comes_back_too(home: Home, renderer) -> None:
    make(home, count=1)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        wall.ask("sign", lines=LINES, seconds=30)
        wall.pass_time(31)
        assert wall.numbers()[-1] == 0


def test_a_sign_on_an_empty_wall_gives_way_to_its_words(home: Home, renderer) -> None:
    with rig(home, renderer) as wall:
        wall.settle()
        before = wall.display.shown[-1].tobytes()
        wall.ask("sign", lines=LINES, seconds=30)
        assert wall.display.shown[-1].tobytes() != before
        wall.pass_time(31)
        assert wall.display.shown[-1].tobytes() == before


def test_a_sign_is_drawn_anew_on_a_panel_that_was_turned(home: Home, renderer) -> None:
    make(home, count=2)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        wall.ask("sign", lines=LINES, seconds=60)
        before = wall.display.shown[-1].tobytes()
        set_wall(home, **SEQUENTIAL, rotation="180")
        wall.pass_time(2)
        assert wall.display.shown[-1].tobytes() not in (before, wall.display.shown[0].tobytes())
        assert number_on(wall.display.shown[-1]) is None


@pytest.mark.parametrize("seconds", [-1, 1e9, "x", True, None])
def test_a_senseless_time_is_refused(home: Home, renderer, seconds: object) -> None:
    make(home, count=1)
    with rig(home, renderer) as wall:
        wall.settle()
        with pytest.raises(UsageError, match="seconds"):
            wall.ask("sign", lines=LINES, seconds=seconds)
