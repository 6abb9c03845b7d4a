"""Who asks is told: who, where, when, why, and where Immich has it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest
from PIL import ImageStat

from frame.overlays.details import address, details
from frame.overlays.locale import FOLDER, locale_of
from frame.overlays.welcome import draw_welcome
from frame.selection.why import OFTEN, SENTENCES, Why
from sync.catalogue import FaceEntry, PhotoEntry
from sync.settings.tree import Server, Settings
from tests.frame.rig import make_home, rig
from tests.sample_catalogues import make

SETTINGS = Settings(servers={"home": Server(url="https://photos.example.org/")})
ENTRY = PhotoEntry(
    key="home:4d8b", display="x", display_width=1, display_height=1, local_time="2023-11-21T10:00:00",
    caption="In the garden", city="Vienna", country="Austria", albums=(("Summer", 0),), file_name="a.jpg",
    faces=(FaceEntry(person_key="a", name="Anna"),),
)  # fmt: skip


def test_everything_is_told_with_the_address_in_immich() -> None:
    why = Why("wished")
    assert details(ENTRY, None, why, SETTINGS, locale_of("en"), date(2026, 11, 21)) == (
        "In the garden", "Anna", "Vienna, Austria", "21 November 2023 · three years ago today", "Summer",
        "Somebody asked for it.", "https://photos.example.org/photos/4d8b",
    )  # fmt: skip
    assert address(ENTRY, Settings()) == ""


def test_of_a_pair_each_photo_has_a_line() -> None:
    beside = msgspec.structs.replace(ENTRY, caption="On the bench", faces=())
    told = details(ENTRY, beside, Why("resumed"), SETTINGS, locale_of("en"), None)
    assert told[0].startswith("In the garden · Anna · Vienna")
    assert told[1].startswith("On the bench · Vienna")
    assert told[2:] == ("It was on the wall when the frame stopped.", "https://photos.example.org/photos/4d8b")


def test_the_reason_is_said_in_the_language_of_the_wall() -> None:
    why = Why("random", album="Sommer", count=12, weight=2.0)
    everyone = "each of the 12 photos that may come now has its turn before any repeats."
    assert why == f"Chosen at random from “Sommer”, with weight 2: {everyone}"
    assert locale_of("de").because(why).startswith("Zufällig gewählt aus „Sommer“, mit Gewicht 2: Jedes der 12 Fotos")
    assert locale_of("en").because(why) == why


@pytest.mark.parametrize("language", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_every_language_knows_every_reason(language: str) -> None:
    def places(text: str) -> set[str]:
        return {place.replace("!r", "") for place in re.findall(r"\{[^}]*\}", text)}

    words = locale_of(language)
    if not language.startswith("en"):
        assert words.why.keys() == SENTENCES.keys()
        assert places(words.often) == places(OFTEN)
    assert all(places(text) == places(SENTENCES[kind]) for kind, text in words.why.items())


def test_a_key_tells_and_the_next_key_brings_the_photo_back(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    make(home, count=2)
    with rig(home, renderer) as wall:
        wall.settle()
        photo = wall.display.shown[-1].copy()
        wall.display.keys.append("info")
        wall.settle()
        assert "Anna" in " ".join(wall.player.curtain.sign)
        behind = ImageStat.Stat(wall.display.mixed).mean
        assert wall.display.mixed.tobytes() != photo.tobytes()
        words = draw_welcome(photo.size, lines=wall.player.curtain.sign)
        assert behind != ImageStat.Stat(words).mean, "no photo behind"
        wall.display.keys.append("next")
        wall.settle()
        assert wall.player.curtain.sign == ()
        assert wall.numbers()[-1] in (0, 1)
