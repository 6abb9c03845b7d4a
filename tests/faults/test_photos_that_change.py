"""Photos that move, are replaced, or have names made to do harm: mirrored as they are, one object a content."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.immich import FakeImmich, quick_photo
from tests.fakes.immich.photos import add_photo
from tests.fakes.mirror import Mirror, album_of, mirror_of
from tests.faults.conftest import album_of as album_library

PHOTOS = 6
AN_HOUR = 3600.0

HOSTILE = [
    "../../../etc/passwd", "/etc/cron.d/x.jpg", "-rf", "#x.jpg", "a\nb.jpg", "\u202egpj.exe", "CON", ".part",
    "SHA1SUMS", "x" * 300 + ".jpg", "Ärger.jpg", "A\u0308rger.jpg", "ärger.JPG", " ", "a\x00b.jpg", "tab\there.jpg",
]  # fmt: skip


@pytest.fixture(params=[1, 2, 3], ids=["v1", "v2", "v3"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeImmich]:
    library = album_library(tmp_path / "immich", PHOTOS, "Many")
    library.add_album("Other", [add_photo(library, quick_photo(50))])
    with FakeImmich(version=request.param, library=library) as server:
        yield server


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    mirror = mirror_of(server, tmp_path, album_of(server, "Many"), album_of(server, "Other"))
    assert mirror.run().exit_code == 0
    return mirror


def bodies(server: FakeImmich) -> int:
    return sum(entry.status == 200 and entry.path.endswith(("/original", "/thumbnail")) for entry in server.log)


def test_a_photo_that_moves_between_albums_is_one_object_all_along(server: FakeImmich, mirror: Mirror) -> None:
    name, objects = mirror.shown("Many")[0], mirror.objects()
    server.clear_log()
    server.edits.add_to_album(name, "Other")
    mirror.run()
    assert name in mirror.shown("Many")
    assert name in mirror.shown("Other")
    server.edits.remove_from_album(name, "Many")
    for _ in range(3):
        mirror.run()
        mirror.clock.advance(AN_HOUR)
    assert name not in mirror.shown("Many")
    assert name in mirror.shown("Other")
    assert mirror.objects() == objects
    assert bodies(server) == 0
    mirror.check()


def test_a_replaced_photo_keeps_its_old_bytes_until_no_wall_shows_them(server: FakeImmich, mirror: Mirror) -> None:
    name, before = mirror.shown("Many")[0], mirror.objects()
    old = next(entry.original for entry in mirror.entries("Many") if entry.file_name == name)
    server.edits.rewrite_upload(name)
    asset = server.library.asset_named(name)
    assert asset.original
    asset.checksum, asset.size_bytes = asset.original.checksum(), asset.original.size_bytes()
    server.library.touch(asset)
    facts = mirror.facts("Many")
    assert (facts["replaced"], facts["removed"]) == (1, 0)
    new = next(entry.original for entry in mirror.entries("Many") if entry.file_name == name)
    assert new != old
    assert before.keys() <= mirror.objects().keys(), "a wall that shows the catalogue before still opens them"
    mirror.clock.advance(2 * AN_HOUR)
    mirror.run()
    assert old not in mirror.objects()
    assert new in mirror.objects()
    mirror.check()


def test_hostile_names_reach_neither_an_objects_path_nor_outside_the_view(
    server: FakeImmich, mirror: Mirror, tmp_path: Path
) -> None:
    for asset, name in zip(server.library.assets.values(), HOSTILE[: PHOTOS + 1], strict=False):
        asset.name = name
    for number, name in enumerate(HOSTILE[PHOTOS + 1 :], start=100):
        asset = add_photo(server.library, quick_photo(number))
        server.edits.add_to_album(asset.id, "Many")
        asset.name = name
    for asset in server.library.assets.values():
        server.library.touch(asset)
    outside = set(tmp_path.iterdir())
    assert mirror.run().exit_code == 0
    assert sorted(mirror.shown()) == sorted(HOSTILE)
    mirror.check()
    for album, photos in (("Many", len(HOSTILE) - 1), ("Other", 1)):
        folder = mirror.home.albums / album
        names = [path.name for path in folder.iterdir() if path.name != "SHA1SUMS"]
        assert len(names) == photos
        checked = subprocess.run(["sha1sum", "-c", "--strict", "SHA1SUMS"], cwd=folder, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert checked.stdout.count(": OK") == photos
    assert set(tmp_path.iterdir()) == outside
