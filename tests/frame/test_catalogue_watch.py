from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest

from sync.catalogue import FORMAT, AlbumEntry, previous
from sync.catalogue_writing import write
from sync.home import Home
from tests.frame.rig import rig, set_wall
from tests.sample_catalogues import make

WALL = {"selection": "sequential", "interval_seconds": 10, "layout": "fit"}


def newer_format(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(FORMAT + 1),))
    db.close()


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil_rows(path: Path) -> None:
    """SQLite is content; what stands in the rows is not."""
    with sqlite3.connect(path) as db:
        db.execute("UPDATE photos SET taken = 'when', display = x'00ff', key = id")
        db.execute("UPDATE albums SET weight = 'heavy'")
    db.close()


DAMAGE = {
    "torn": halve,
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(b"\0" * path.stat().st_size),
    "garbage": lambda path: path.write_bytes(Random(1).randbytes(path.stat().st_size)),
    "garbage pages": lambda path: path.write_bytes(path.read_bytes()[:4096] + Random(1).randbytes(40_000)),
    "newer format": newer_format,
    "spoiled rows": spoil_rows,
    "gone": lambda path: path.unlink(),
}


def replaced(home: Home, damage) -> None:
    """A damaged catalogue takes the place of the good one, which others may hold open."""
    part = home.catalogue.with_name("part")
    part.write_bytes(home.catalogue.read_bytes())
    damage(part)
    if part.exists():
        part.replace(home.catalogue)
    else:
        home.catalogue.unlink()


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_running_frame_keeps_its_last_good_catalogue(home: Home, renderer, damage) -> None:
    make(home, count=2)
    make(home, count=4, generation=2)
    set_wall(home, **WALL)
    with rig(home, renderer) as wall:
        wall.settle()
        replaced(home, damage)
        wall.pass_time(31)
        assert wall.numbers() == [0, 1, 2, 3]
        if home.catalogue.exists():
            assert wall.ask("now")["problems"]
        make(home, count=6, generation=3)
        wall.pass_time(21)
        assert wall.numbers() == [0, 1, 2, 3, 4, 5]
        assert wall.ask("now")["problems"] == []


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_starting_frame_takes_the_catalogue_before(home: Home, renderer, damage) -> None:
    make(home, count=4)
    make(home, count=4, generation=2)
    set_wall(home, **WALL)
    with rig(home, renderer) as wall:
        wall.settle()
    replaced(home, damage)
    with rig(home, renderer) as wall:
        wall.pass_time(31)
        assert set(wall.numbers()) == {0, 1, 2, 3}
        if home.catalogue.exists():
            assert any("catalogue" in str(problem).lower() for problem in wall.ask("now")["problems"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_with_nothing_readable_at_all_the_wall_stays_calm(home: Home, renderer, damage) -> None:
    make(home, count=4)
    replaced(home, damage)
    assert not previous(home.catalogue).exists()
    with rig(home, renderer) as wall:
        wall.pass_time(5)
        assert len(wall.display.shown) == 1
        make(home, count=4, generation=2)
        wall.pass_time(2)
        assert wall.numbers()[-1] in range(4)


def test_a_damaged_page_under_an_open_catalogue_costs_only_its_photos(home: Home, renderer) -> None:
    make(home, count=300)
    set_wall(home, **WALL | {"interval_seconds": 1})
    with rig(home, renderer) as wall:
        wall.settle()
        home.catalogue.chmod(0o644)
        with home.catalogue.open("r+b") as file:
            file.seek(home.catalogue.stat().st_size // 3)
            file.write(b"\xff" * 8192)
        wall.pass_time(20)
        assert len(wall.display.shown) > 10


def test_the_catalogue_before_is_kept_by_publishing(home: Home) -> None:
    for generation in (1, 2, 3):
        make(home, count=generation, generation=generation)
    names = sorted(path.name for path in home.published.iterdir() if path.is_file())
    assert names == ["catalogue.db", "catalogue.db.prev"]
    with sqlite3.connect(f"file:{previous(home.catalogue)}?immutable=1", uri=True) as db:
        assert db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone() == ("2",)
    db.close()


def test_a_catalogue_of_no_photos_is_no_problem(home: Home, renderer) -> None:
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Empty")], photos=[])
    with rig(home, renderer) as wall:
        wall.pass_time(2)
        assert (wall.ask("now")["showing"], wall.ask("now")["problems"]) == ("welcome", [])
