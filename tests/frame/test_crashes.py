"""A frame that dies again and again: it passes over the photo in question, then starts plainly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from frame.crashes import PLAIN, QUICK_SECONDS, Crashes, Record, judge
from sync.home import Home
from sync.settings.reading import parse_value
from tests.frame.rig import set_wall
from tests.manual_clock import ManualClock
from tests.sample_catalogues import make

PROGRAM = """
import os, signal, sys
from pathlib import Path
from frame.daemon import run
from frame.making import Maker
from sync.clock import SystemClock
from sync.home import Home
root, runtime, wall, poison, steps = sys.argv[1:]
before = Maker.make
def deadly(self, item):
    if item.entry.key.endswith(poison):
        os.kill(os.getpid(), signal.SIGKILL)
    made = before(self, item)
    if len(list(Path(wall).glob("0*.png"))) >= int(steps):
        os._exit(9)
    return made
Maker.make = deadly
run(Home(root=Path(root), runtime=Path(runtime)), clock=SystemClock(),
    overrides={"wall.display": f"file:{wall}", "wall.size": "320x240", "wall.interval_seconds": "0.01"})
"""


def test_a_photo_that_kills_the_frame_is_passed_over_after_three_deaths(home: Home, tmp_path: Path) -> None:
    make(home, count=4)
    set_wall(home, selection="sequential", transition="cut", layout="fit")
    wall = tmp_path / "wall"
    command = [sys.executable, "-c", PROGRAM, str(home.root), str(home.runtime), str(wall), "asset-00002", "6"]
    codes = [
        subprocess.run(command, cwd=Path(__file__).parents[2], env=os.environ, timeout=180, check=False).returncode
        for _ in range(4)
    ]
    assert codes == [-9, -9, -9, 9], "after three deaths it goes on to the others"


def lives(path: Path, *, deaths: int, photo: str = "") -> Crashes:
    for _ in range(deaths):
        Crashes(path, ManualClock()).making(photo)
    return Crashes(path, ManualClock())


@pytest.mark.parametrize(("deaths", "plain"), [(0, False), (5, False), (6, True), (9, True)])
def test_after_six_deaths_it_starts_plainly(tmp_path: Path, deaths: int, plain: bool) -> None:
    assert lives(tmp_path / "crashes.json", deaths=deaths).verdict.plain is plain


def test_a_second_deadly_photo_is_passed_over_beside_the_first(tmp_path: Path) -> None:
    path = tmp_path / "crashes.json"
    assert lives(path, deaths=3, photo="a").verdict.poison == {"a"}
    assert lives(path, deaths=2, photo="b").verdict.poison == {"a"}
    assert lives(path, deaths=1, photo="b").verdict.poison == {"a", "b"}


def test_a_frame_that_is_killed_over_and_over_blames_no_photo(tmp_path: Path) -> None:
    path = tmp_path / "crashes.json"
    for number in range(60):
        assert lives(path, deaths=1, photo=str(number % 30)).verdict.poison == frozenset()


def test_a_minute_of_life_or_a_proper_end_forgives(tmp_path: Path) -> None:
    path, clock = tmp_path / "crashes.json", ManualClock()
    lives(path, deaths=2, photo="a")
    one = Crashes(path, clock)
    clock.advance(QUICK_SECONDS)
    one.lived()
    one.making("b")
    assert Crashes(path, clock)._record.deaths == 0
    Crashes(path, clock).ended()
    assert Crashes(path, clock)._record.deaths == 0


def test_a_damaged_record_or_a_folder_that_cannot_be_written_costs_only_the_guard(tmp_path: Path) -> None:
    (tmp_path / "crashes.json").write_bytes(b"[[[")
    assert Crashes(tmp_path / "crashes.json", ManualClock()).verdict.poison == frozenset()
    assert Crashes(tmp_path / "gone" / "crashes.json", ManualClock()).verdict.plain is False
    assert judge(Record())[0].plain is False


@pytest.mark.parametrize("key", PLAIN)
def test_what_plain_means_is_a_setting(key: str) -> None:
    parse_value(key, PLAIN[key])
