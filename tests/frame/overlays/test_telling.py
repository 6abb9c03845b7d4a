"""Who asks is told: who, where, when, why, and where Immich has it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from frame.overlays.telling import address, telling
from frame.overlays.tongue import tongue
from sync.catalogue import FaceEntry, PhotoEntry
from sync.settings import Server, Settings
from tests.frame.rig import make_home, rig
from tests.sample_catalogues import make

SETTINGS = Settings(servers={"home": Server(url="https://photos.example.org/")})
ENTRY = PhotoEntry(
    key="home:4d8b", display="x", display_width=1, display_height=1, local_time="2023-11-21T10:00:00",
    caption="In the garden", city="Vienna", country="Austria", albums=(("Summer", 0),), file_name="a.jpg",
    faces=(FaceEntry(person_key="a", name="Anna"),),
)  # fmt: skip


def test_everything_is_told_with_the_address_in_immich() -> None:
    assert telling(ENTRY, "Chosen at random.", SETTINGS, tongue("en"), date(2026, 11, 21)) == (
        "In the garden", "Anna", "Vienna, Austria", "21 November 2023 · three years ago today", "Summer",
        "Chosen at random.", "https://photos.example.org/photos/4d8b",
    )  # fmt: skip
    assert address(ENTRY, Settings()) == ""


def test_a_key_tells_and_the_next_key_brings_the_photo_back(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    make(home, count=2)
    with rig(home, renderer) as wall:
        wall.settle()
        photo = wall.display.shown[-1].copy()
        wall.display.keys.append("info")
        wall.settle()
        assert "Anna" in " ".join(wall.player.sign.lines)
        assert wall.display.shown[-1].tobytes() != photo.tobytes()
        wall.display.keys.append("next")
        wall.settle()
        assert wall.player.sign.lines == ()
        assert wall.numbers()[-1] in (0, 1)
