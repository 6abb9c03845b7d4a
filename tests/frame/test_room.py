"""Where memory is too small for pictures that move on such a panel they stand, and a person can read why."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from frame.room import Room, needed_bytes, room_here
from tests.frame.rig import MemoryDisplay, make_home, rig, set_wall
from tests.sample_catalogues import make

MEMORY = "MemTotal:         900000 kB\nMemFree:          100000 kB\n"
HALF = 450_000 * 1024


@pytest.mark.parametrize(
    ("own", "limits", "found"),
    [
        ("0::/a.slice/b.service\n", {"a.slice/b.service": "170000000"}, 170_000_000),
        ("0::/a.slice/b.service\n", {"a.slice/b.service": "max", "a.slice": "99000000"}, 99_000_000),
        ("1:name=old:/x\n0::/wall.service\n", {"wall.service": "900000000"}, HALF),
        ("0::/wall.service\n", {"wall.service": "nonsense"}, HALF),
        ("1:name=old:/x\n", {}, HALF),
        ("0::/../../outside\n", {}, HALF),
    ],
    ids=["its own group's", "one above it", "the machine's", "nonsense", "no such groups", "outside of a container"],
)
def test_the_least_of_what_groups_and_the_machine_leave_counts(
    tmp_path: Path, own: str, limits: dict[str, str], found: int
) -> None:
    (tmp_path / "own").write_text(own)
    (tmp_path / "meminfo").write_text(MEMORY)
    for group, limit in limits.items():
        (tmp_path / "groups" / group).mkdir(parents=True, exist_ok=True)
        (tmp_path / "groups" / group / "memory.max").write_text(limit + "\n")
    here = room_here(groups=tmp_path / "groups", own=tmp_path / "own", memory=tmp_path / "meminfo")
    assert here.limit_bytes == found


def test_what_cannot_be_read_sets_no_limit(tmp_path: Path) -> None:
    assert room_here(groups=tmp_path, own=tmp_path / "none", memory=tmp_path / "none").limit_bytes == inf


def test_this_machine_has_some_memory() -> None:
    assert 50_000_000 < room_here().limit_bytes < inf


@pytest.mark.parametrize("enough", [True, False])
def test_a_photo_is_approached_only_where_there_is_memory_for_it(tmp_path: Path, renderer, enough: bool) -> None:
    home, display = make_home(tmp_path), MemoryDisplay(animated=True)
    make(home)
    set_wall(home, motion="zoom", layout="fill", transition="cut")
    room = Room(needed_bytes(display.size) - (not enough))
    with rig(home, renderer, display=display, room=room) as wall:
        wall.settle()
        assert wall.player._hanging.moves is enough
        told = [problem for problem in wall.player.all_problems() if "stand still" in problem]
        assert bool(told) is not enough
    set_wall(home, motion="still")
    with rig(home, renderer, display=display, room=room) as wall:
        wall.settle()
        assert wall.player.all_problems() == [], "nobody wanted motion"
