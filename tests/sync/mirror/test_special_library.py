"""A library with every special kind of asset, mirrored from each version: the expected result is written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.catalogue import FaceEntry, PhotoEntry
from sync.settings.tree import Album, Source
from tests.fakes.immich import FakeImmich, special_library
from tests.fakes.mirror import SERVER, Mirror, album_of, mirror_of

# File name in album order: proofs of original and display copy, size of the display copy, kind of the original.
EVERYTHING = {
    "same-moment": ("checksum", "decoded", (640, 480), "jpg"),
    "same-moment ": ("checksum", "decoded", (640, 480), "jpg"),
    "bea-in-everything.jpg": ("checksum", "decoded", (640, 480), "jpg"),
    "live.jpg": ("checksum", "decoded", (640, 480), "jpg"),
    "stack-primary.jpg": ("checksum", "decoded", (640, 480), "jpg"),
    "no-preview.jpg": ("checksum", "rendered", (640, 480), "jpg"),
    "external-rewritten.jpg": ("decoded", "decoded", (640, 480), "jpg"),
    "external.jpg": ("decoded", "decoded", (640, 480), "jpg"),
    "rewritten.jpg": ("rewritten", "decoded", (640, 480), "jpg"),
    "edited.jpg": ("checksum", "decoded", (480, 640), "jpg"),
    "tagged.jpg": ("checksum", "decoded", (640, 480), "jpg"),
    "people.jpg": ("checksum", "decoded", (640, 480), "jpg"),
    "p3.jpg": ("checksum", "decoded", (640, 480), "jpg"),
    "phone.heic": ("checksum", "decoded", (640, 480), "heic"),
    "picture.webp": ("checksum", "decoded", (640, 480), "webp"),
    "square.png": ("checksum", "decoded", (500, 500), "png"),
    "tiny.jpg": ("checksum", "decoded", (1, 1), "jpg"),
    "panorama.jpg": ("checksum", "decoded", (2000, 400), "jpg"),
    "upside-down.jpg": ("checksum", "decoded", (640, 480), "jpg"),
    "portrait.jpg": ("checksum", "decoded", (640, 480), "jpg"),
    "favourite.jpg": ("checksum", "decoded", (640, 480), "jpg"),
    "described.jpg": ("checksum", "decoded", (640, 480), "jpg"),
    "plain.jpg": ("checksum", "decoded", (640, 480), "jpg"),
}
LEFT_OUT = {"videos": 1, "archived": 1, "stack members": 2}


@pytest.fixture(scope="module", params=[1, 2, 3], ids=["v1", "v2", "v3"])
def mirrored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Mirror, dict]:
    """Version, the mirror after one sync of several sources, and that run's facts by album."""
    folder = tmp_path_factory.mktemp("special")
    with FakeImmich(version=request.param, library=special_library(folder / "server")) as server:
        mirror = mirror_of(
            server,
            folder,
            album_of(server, "Everything"),
            album_of(server, "Shared by Bea"),
            album_of(server, "Archived only", archived=True),
            album_of(server, "Empty"),
            Album(name="All", source=Source.ALL, server=SERVER),
            Album(name="With partners", source=Source.ALL, server=SERVER, partners=True),
            Album(name="Favourites", source=Source.FAVOURITES, server=SERVER),
        )
        result = mirror.run()
    assert result.exit_code == 0, result.problems
    return request.param, mirror, result.facts["albums"]


def proofs(mirror: Mirror) -> dict[str, tuple[str, str]]:
    with mirror.work() as work:
        rows = work.library.rows("SELECT key, original_proof, display_proof FROM photos")
        return {row["key"]: (row["original_proof"], row["display_proof"]) for row in rows}


def test_every_kind_of_asset_is_mirrored_or_left_out_as_it_should(mirrored: tuple[int, Mirror, dict]) -> None:
    version, mirror, facts = mirrored
    known = proofs(mirror)
    found = {}
    for entry in mirror.entries("Everything"):
        # Taken in the same millisecond: either may be first, but they are two.
        name = entry.file_name if not entry.file_name.startswith("same-moment") else "same-moment"
        size = (entry.display_width, entry.display_height)
        found[name if name not in found else name + " "] = (
            *known[entry.key], size, (entry.original or "").split(".")[1],
        )  # fmt: skip
    # 1.135 knows no edits: there the photo is the plain one that it was before.
    expected = EVERYTHING | ({"edited.jpg": ("checksum", "decoded", (640, 480), "jpg")} if version == 1 else {})
    assert found == expected
    assert list(found) == list(expected)
    assert facts["Everything"]["left_out"] == LEFT_OUT
    assert facts["Everything"]["problems"] == ["1 photo has changed on the server since upload."]
    mirror.check()


def test_other_sources_show_what_is_theirs(mirrored: tuple[int, Mirror, dict]) -> None:
    _, mirror, facts = mirrored
    own = [name for name in EVERYTHING if not name.startswith(("bea", "same"))]
    assert mirror.shown("Shared by Bea") == ["bea-1.jpg", "bea-0.jpg"]
    assert mirror.shown("Archived only") == ["archived.jpg"]
    assert mirror.shown("Empty") == []
    assert [name for name in mirror.shown("All") if not name.startswith("same")] == own
    assert set(mirror.shown("With partners")) - set(mirror.shown("All")) == {
        "bea-in-everything.jpg", "bea-0.jpg", "bea-1.jpg", "bea-2.jpg",
    }  # fmt: skip
    assert mirror.shown("Favourites") == ["favourite.jpg"]
    assert facts["All"]["bytes"] == 0


def test_what_the_wall_may_say_is_in_the_catalogue(mirrored: tuple[int, Mirror, dict]) -> None:
    _, mirror, _ = mirrored
    entries: dict[str, PhotoEntry] = {entry.file_name: entry for entry in mirror.entries()}
    favourite = entries["favourite.jpg"]
    assert (favourite.favourite, favourite.rating) == (True, 5)
    assert (favourite.city, favourite.country, favourite.make, favourite.lens) == (
        "Vienna", "Austria", "Canon", "RF24-105mm F4 L IS USM",
    )  # fmt: skip
    assert (favourite.local_time, favourite.zone, favourite.taken) == ("2019-06-20T09:33:15", "UTC+1", 1561019595)
    assert entries["tagged.jpg"].tags == ("Places/Vienna",)
    assert entries["live.jpg"].live
    assert entries["described.jpg"].caption is not None
    assert "<script>" in entries["described.jpg"].caption
    anna, hidden = entries["people.jpg"].faces
    assert (anna.name, anna.birth_date) == ("Anna", "1991-05-06")
    assert anna.box == pytest.approx((100 / 640, 80 / 480, 220 / 640, 230 / 480))
    assert hidden == FaceEntry(box=hidden.box)


def test_a_second_sync_of_it_downloads_nothing(tmp_path: Path) -> None:
    with FakeImmich(version=3, library=special_library(tmp_path / "server")) as server:
        mirror = mirror_of(server, tmp_path, album_of(server, "Everything"))
        mirror.run()
        before = mirror.disk()
        server.clear_log()
        mirror.run()
        assert server.count(r"/(original|thumbnail)$") == 0
        assert mirror.disk() == before
