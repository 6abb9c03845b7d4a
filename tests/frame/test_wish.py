"""A photo that somebody asks for by its key: it comes next, at once, and changes nothing of the order of the others."""

from __future__ import annotations

import pytest

from frame.turn import WISH_SECONDS
from sync.errors import UsageError
from sync.home import Home
from tests.frame.rig import rig, set_wall
from tests.sample_catalogues import make

SEQUENTIAL = {"selection": "sequential", "interval_seconds": 10, "layout": "fit"}

KEY = "home:asset-0000{}"


def test_what_is_asked_for_comes_at_once_and_the_order_goes_on(home: Home, renderer) -> None:
    make(home, count=6)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        assert wall.ask("show", key=KEY.format(4)) == {"key": KEY.format(4), "here": True}
        assert wall.numbers() == [0, 4]
        assert wall.ask("now")["why"] == "Somebody asked for it."
        wall.ask("next")
        assert wall.numbers() == [0, 4, 1]
        wall.ask("back")
        assert wall.numbers()[-1] == 4


def test_a_held_wall_shows_it_and_stays_held(home: Home, renderer) -> None:
    make(home, count=3)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        wall.ask("pause")
        wall.ask("show", key=KEY.format(2))
        wall.pass_time(100)
        assert wall.numbers() == [0, 2]


def test_what_is_on_the_wall_already_stays(home: Home, renderer) -> None:
    make(home, count=3)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        wall.ask("show", key=KEY.format(0))
        assert wall.numbers() == [0]
        wall.ask("next")
        assert wall.numbers() == [0, 1]


def test_what_is_on_its_way_comes_when_it_arrives(home: Home, renderer) -> None:
    make(home, count=3)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        assert wall.ask("show", key=KEY.format(4))["here"] is False
        assert wall.numbers() == [0]
        make(home, count=5)
        wall.pass_time(2)
        assert wall.numbers() == [0, 4]


def test_what_never_arrives_is_waited_for_in_vain_and_costs_nothing(home: Home, renderer) -> None:
    make(home, count=3)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        wall.ask("show", key="home:nothing")
        wall.pass_time(WISH_SECONDS + 1)
        make(home, count=5)
        wall.pass_time(1)
        assert set(wall.numbers()) <= {0, 1, 2, 3, 4}
        wall.ask("next")
        assert wall.ask("now")["why"] != "Somebody asked for it."


def test_a_button_pressed_since_counts_more(home: Home, renderer) -> None:
    make(home, count=3)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        wall.ask("show", key=KEY.format(4))
        wall.ask("next")
        make(home, count=5)
        wall.pass_time(2)
        assert wall.numbers() == [0, 1]


def test_a_hidden_photo_is_not_shown(home: Home, renderer) -> None:
    make(home, count=3)
    with rig(home, renderer) as wall:
        wall.settle()
        wall.ask("hide", key=KEY.format(2))
        with pytest.raises(UsageError):
            wall.answers({"verb": "show", "key": KEY.format(2)})
        with pytest.raises(UsageError):
            wall.answers({"verb": "show"})
