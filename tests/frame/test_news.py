"""New settings and a new catalogue take effect on a wall that hangs."""

from __future__ import annotations

import json

import pytest

from sync.catalogue import AlbumEntry
from sync.catalogue_writing import write
from sync.home import Home
from tests.frame.rig import rig, set_wall
from tests.sample_catalogues import make

SEQUENTIAL = {"selection": "sequential", "interval_seconds": 10, "layout": "fit"}


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"interval_seconds": 1}, lambda wall: len(wall.display.shown) > 1),
        ({"selection": "newest"}, lambda wall: wall.ask("next") is not None and wall.numbers()[-1] == 4),
        ({"rotation": "90"}, lambda wall: len(wall.display.shown) == 2 and wall.numbers() == [0, 0]),
        ({"layout": "fill"}, lambda wall: len(wall.display.shown) == 2 and wall.numbers() == [0, 0]),
    ],
    ids=["interval", "selection", "rotation", "layout"],
)
def test_settings_take_effect_within_two_seconds(home: Home, renderer, change, seen) -> None:
    make(home, count=5)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.pass_time(4)
        set_wall(home, **SEQUENTIAL | change)
        wall.pass_time(2)
        assert seen(wall)


def test_torn_settings_leave_the_last_good_ones(home: Home, renderer) -> None:
    make(home, count=5)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        home.settings.write_text("[wall\nselection = ")
        wall.pass_time(12)
        assert wall.numbers() == [0, 1]
        assert "TOML" in str(wall.ask("now")["problems"])
        set_wall(home, **SEQUENTIAL)
        wall.pass_time(2)
        assert wall.ask("now")["problems"] == []


def test_a_photo_that_left_the_albums_leaves_the_wall_at_once(home: Home, renderer) -> None:
    entries = make(home, count=4)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        write(home.catalogue, generation=2, albums=[AlbumEntry(name="Sample")], photos=entries[1:])
        wall.pass_time(2)
        assert wall.numbers() == [0, 1]
        write(home.catalogue, generation=3, albums=[AlbumEntry(name="Sample")], photos=[])
        wall.pass_time(2)
        assert wall.ask("now")["showing"] == "welcome"


def test_a_newcomer_that_is_the_newest_is_next(home: Home, renderer) -> None:
    make(home, count=4)
    set_wall(home, **SEQUENTIAL | {"selection": "newest"})
    with rig(home, renderer) as wall:
        wall.pass_time(11)
        make(home, count=6, generation=2)
        wall.pass_time(10)
        assert wall.numbers() == [3, 2, 5]


def test_what_hangs_in_a_moment_gives_way_to_no_newcomer(home: Home, renderer) -> None:
    make(home, count=4)
    set_wall(home, **SEQUENTIAL | {"selection": "newest"})
    with rig(home, renderer) as wall:
        wall.pass_time(17.9)
        ready = wall.player._upcoming.ready
        make(home, count=6, generation=2)
        wall.pass_time(1.2)
        assert len(wall.player.playlist) == 6
        assert wall.player._upcoming.ready is ready is not None
        wall.pass_time(11)
        assert wall.numbers() == [3, 2, 1, 5]


def test_hiding_takes_the_photo_off_this_wall_at_once_and_for_good(home: Home, renderer) -> None:
    make(home, count=3)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        assert wall.ask("hide")["key"] == "home:asset-00000"
        assert wall.numbers() == [0, 1]
        wall.pass_time(31)
    with rig(home, renderer) as wall:
        make(home, count=3, generation=2)
        wall.pass_time(31)
        assert 0 not in wall.numbers()
        wall.ask("hide", key="home:asset-00000", value=False)
        wall.pass_time(31)
        assert 0 in wall.numbers()
    intents = [json.loads(path.read_text()) for path in sorted(home.intents.iterdir())]
    assert [(i["kind"], i["key"], i["value"]) for i in intents] == [
        ("hide", "home:asset-00000", True),
        ("hide", "home:asset-00000", False),
    ]


def test_a_hidden_photo_is_not_resumed(home: Home, renderer) -> None:
    make(home, count=3)
    set_wall(home, **SEQUENTIAL)
    with rig(home, renderer) as wall:
        wall.settle()
        wall.player.stage.close()
        wall.answers({"verb": "hide"})
    with rig(home, renderer) as wall:
        wall.settle()
        assert wall.numbers() == [1]
