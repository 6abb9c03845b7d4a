"""Wishes in the running wall: who is left out leaves at once, this day comes first, a resting photo lets others go."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from sync.catalogue import AlbumEntry, FaceEntry
from sync.catalogue_writing import write
from sync.home import Home
from tests.frame.rig import Rig, make_home, rig
from tests.manual_clock import ManualClock
from tests.sample_catalogues import photo


def settings(home: Home, text: str) -> None:
    part = home.settings.with_name("part")
    part.write_text("[wall]\ninterval_seconds = 10\ntransition = 'cut'\nlayout = 'fit'\n" + text)
    part.replace(home.settings)


def publish(home: Home, count: int) -> None:
    people = ("Anna", "Ben", "Carla")
    photos = [
        replace(
            photo(home, number),
            local_time=f"{2010 + number}-11-{21 if number < 2 else 1 + number:02d}T12:00:00",
            taken=1_000_000_000 + number * 1_000_000,
            faces=(FaceEntry(person_key=people[number % 3], name=people[number % 3]),),
        )
        for number in range(count)
    ]
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=photos)


def shown(wall: Rig) -> list[int]:
    return [int(entry.key[-5:]) for entry in wall.state.history]


def test_a_person_who_is_left_out_leaves_the_wall_at_once(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    publish(home, 6)
    settings(home, "")
    with rig(home, renderer) as wall:
        wall.settle()
        name = ("Anna", "Ben", "Carla")[shown(wall)[0] % 3]
        settings(home, f"[choosing]\npeople_out = '{name}'\n")
        wall.pass_time(60)
        assert ("Anna", "Ben", "Carla").index(name) not in {number % 3 for number in shown(wall)[1:]}
        assert len(set(shown(wall)[1:])) == 4
        settings(home, "")
        wall.pass_time(100)
        assert len(set(shown(wall)[-8:])) == 6


def test_this_day_in_other_years_comes_alone_and_says_so(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    publish(home, 8)
    settings(home, "selection = 'this-day'\n[choosing]\naround_days = 0\n")
    clock = ManualClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
    with rig(home, renderer, clock=clock) as wall:
        wall.pass_time(45)
        assert set(shown(wall)) == {0, 1}
        assert "this day in other years" in str(wall.ask("now")["why"])
        clock.believed = False
        wall.pass_time(120)
        assert len(set(shown(wall))) == 8


def test_the_wall_proves_that_every_photo_had_its_turn(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    publish(home, 5)
    settings(home, "")
    with rig(home, renderer) as wall:
        wall.pass_time(21)
        (proof,) = wall.ask("fairness")["albums"]  # type: ignore[misc]
        assert (proof["photos"], proof["shown"], proof["since"]) == (5, 3, None)
    with rig(home, renderer) as wall:
        wall.pass_time(31)
        (proof,) = wall.ask("fairness")["albums"]  # type: ignore[misc]
        assert proof["shown"] == 5
        assert proof["since"] is not None
