"""Who hangs beside whom: of the same day, of the same people, and never at the cost of fairness."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from frame.selection.partner import MOST, candidates, kinship
from frame.selection.pool import gather
from sync.catalogue import AlbumEntry, Candidate, FaceEntry, PhotoEntry
from sync.catalogue_writing import write
from sync.home import Home
from tests.frame.rig import make_home, rig, set_wall
from tests.sample_catalogues import photo

UPRIGHT = (180, 240)
WALL = {"interval_seconds": 10, "transition": "cut"}


def publish(home: Home, photos: list[PhotoEntry]) -> None:
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=photos)


def upright(home: Home, number: int, day: str) -> PhotoEntry:
    return replace(photo(home, number, size=UPRIGHT), local_time=f"{day}T12:00:0{number % 10}")


def shown_pairs(wall) -> list[tuple[str, ...]]:
    return [tuple(key.rpartition("-")[2] for key in entry.keys) for entry in wall.state.history]


def test_two_upright_photos_of_a_day_hang_together_and_each_has_its_turn_once(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    days = ("2020-05-01", "2020-05-01", "2019-01-01", "2019-01-01", "2001-01-01")
    publish(home, [upright(home, number, day) for number, day in enumerate(days)])
    set_wall(home, **WALL)
    with rig(home, renderer) as wall:
        wall.pass_time(21)
        pairs = sorted(tuple(sorted(pair)) for pair in shown_pairs(wall))
        assert pairs == [("00000", "00001"), ("00002", "00003"), ("00004",)]
        assert len(wall.ask("shown")["shown"]) == 5  # type: ignore[arg-type]


def test_a_restart_remembers_both_of_a_pair(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    publish(home, [upright(home, number, f"2020-05-0{1 + number // 2}") for number in range(6)])
    set_wall(home, **WALL)
    shown: list[str] = []
    for run in range(3):
        with rig(home, renderer, resume=False, seed=run) as wall:
            wall.settle()
            shown += shown_pairs(wall)[-1]
    assert sorted(shown) == [f"{number:05d}" for number in range(6)]


def test_wide_photos_and_pairs_that_are_switched_off_hang_alone(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    wide = replace(photo(home, 0), local_time="2020-05-01T12:00:00")
    publish(home, [wide, upright(home, 1, "2020-05-01"), upright(home, 2, "2020-05-01")])
    set_wall(home, **WALL, pairs=False)
    with rig(home, renderer) as wall:
        wall.pass_time(21)
        assert all(len(pair) == 1 for pair in shown_pairs(wall))
        set_wall(home, **WALL)
        wall.pass_time(31)
        assert ("00000",) in shown_pairs(wall)[3:]


def test_a_photo_that_cannot_be_decoded_leaves_its_partner_on_the_wall(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    publish(home, [upright(home, number, "2020-05-01") for number in range(2)])
    home.object_path(photo(home, 1, size=UPRIGHT).display).write_bytes(b"not what it was")
    set_wall(home, **WALL)
    with rig(home, renderer) as wall:
        wall.settle()
        assert shown_pairs(wall) == [("00000",)]


def test_kinship_counts_day_people_place_and_album() -> None:
    anna = FaceEntry(person_key="home:anna", name="Anna")
    one = PhotoEntry(
        key="a", display="x", display_width=1, display_height=1, local_time="2020-05-01T10:00:00", city="Graz",
        faces=(anna,), albums=(("Trip", 0),),
    )  # fmt: skip
    stranger = replace(one, local_time="2019-01-01T00:00:00", city=None, faces=(), albums=(("Other", 0),))
    assert kinship(one, stranger) == 0
    worth = [
        kinship(one, each)
        for each in (
            replace(stranger, albums=one.albums),
            replace(stranger, city="Graz"),
            replace(stranger, faces=(anna,)),
            replace(stranger, local_time="2020-05-01T23:00:00"),
            one,
        )
    ]
    assert worth == sorted(worth)
    assert worth[0] > 0


def test_of_a_box_of_scans_with_one_date_only_the_neighbours_are_looked_at() -> None:
    pool = gather(
        Candidate(place, f"home:{place}", 1.0, 500_000_000, (0, place), (1440, 1920), "1985-11-05T00:00:00")
        for place in range(6000)
    )
    found = list(candidates(pool, 4000, lambda shape: shape < 1))
    assert len(found) == MOST
    assert all(abs(other - 4000) <= 1000 for other in found)
