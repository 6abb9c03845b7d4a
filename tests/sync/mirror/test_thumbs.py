"""Small pictures for the page: small, upright, made once for what is asked for, gone with their object."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from sync import inquiries
from sync.errors import PictureRefused
from sync.mirror import trash
from sync.mirror.rendition import THUMB_BYTES, Decoders
from sync.mirror.thumbs import MOST_AT_ONCE, path_of, sweep, thumbs
from sync.work import Result
from tests.fakes.immich import FakeImmich
from tests.fakes.mirror import SERVER, Mirror, album_of, mirror_of

WEEKS_AGO = time.time() - 30 * 86400


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    made = mirror_of(server, tmp_path, album_of(server, "Holidays"))
    made.run()
    return made


def ask(mirror: Mirror, *objects: object) -> Result:
    with mirror.work() as work:
        return thumbs(work, {"objects": list(objects)})


def offered(mirror: Mirror) -> dict[str, str | None]:
    """Covers by album."""
    with mirror.work(asked=True) as work:
        facts = inquiries.albums(work, {"server": SERVER}).facts
    return {album["name"]: album["cover"] for album in facts["albums"]}


def files(mirror: Mirror) -> set[str]:
    return {path.name for path in mirror.home.thumbs.iterdir()}


def test_thumbnails_are_made_once_for_what_is_asked_for(mirror: Mirror) -> None:
    names = [entry.display for entry in mirror.entries()][:3]
    assert ask(mirror, *names, names[0]).facts == {"made": 3, "problems": []}
    assert files(mirror) == {path_of(mirror.home, name).name for name in names}
    for name in names:
        with Image.open(path_of(mirror.home, name)) as small, Image.open(mirror.home.object_path(name)) as full:
            assert small.format == "JPEG"
            assert small.width <= 360
            assert small.height <= 360
            assert min(small.size) <= 240
            assert small.width / small.height == pytest.approx(full.width / full.height, rel=0.02)
        assert path_of(mirror.home, name).stat().st_size <= THUMB_BYTES
    assert ask(mirror, *names).facts["made"] == 0
    path_of(mirror.home, names[1]).unlink()
    assert ask(mirror, *names).facts["made"] == 1


@pytest.mark.parametrize(
    "name", ["../../private/secrets.toml", "x.jpg", "", None, 7, "0" * 40 + ".jpg", "0" * 40, "/etc/passwd"]
)
def test_what_is_no_object_is_passed_over(mirror: Mirror, name: object) -> None:
    assert ask(mirror, name).facts == {"made": 0, "problems": []}
    assert files(mirror) == set()


def test_a_page_cannot_ask_for_everything(mirror: Mirror) -> None:
    many = [f"{number:040x}.jpg" for number in range(MOST_AT_ONCE)]
    assert ask(mirror, *many, mirror.entries()[0].display).facts["made"] == 0


@pytest.mark.parametrize("size", [(1440, 1080), (1080, 1440), (6000, 400), (3, 3)], ids=str)
def test_the_noisiest_picture_is_small_enough(tmp_path: Path, size: tuple[int, int]) -> None:
    noise = Image.frombytes("RGB", size, Random(1).randbytes(size[0] * size[1] * 3))
    noise.save(tmp_path / "noise.png")
    with Decoders() as decoders:
        decoders.make_thumb(tmp_path / "noise.png", tmp_path / "part")
    assert 0 < (tmp_path / "part").stat().st_size <= THUMB_BYTES


def test_a_damaged_picture_is_a_sentence_and_stops_no_other(mirror: Mirror) -> None:
    bad, good = (entry.display for entry in mirror.entries()[:2])
    path = mirror.home.object_path(bad)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:200])
    result = ask(mirror, bad, good)
    assert result.facts["made"] == 1
    assert bad in result.problems[0]
    assert files(mirror) == {path_of(mirror.home, good).name}


def test_a_thumbnail_goes_with_its_object(mirror: Mirror) -> None:
    names = [entry.display for entry in mirror.entries()]
    ask(mirror, *names)
    with mirror.work() as work:
        with work.library.transaction() as db:
            db.execute("UPDATE photos SET display = NULL WHERE display = ?", (names[0],))
        trash.move_out(work.library, mirror.home, [names[0]])
    assert not path_of(mirror.home, names[0]).exists()
    assert path_of(mirror.home, names[1]).exists()


def test_old_ones_stay_while_their_object_does_and_leftovers_go(mirror: Mirror) -> None:
    name = mirror.entries()[0].display
    ask(mirror, name)
    stray = mirror.home.thumbs / f"{'a' * 40}.jpg"
    part = mirror.home.thumbs / ".x.part"
    for path in (stray, part):
        path.write_bytes(b"x")
    for path in (stray, part, path_of(mirror.home, name)):
        os.utime(path, (WEEKS_AGO, WEEKS_AGO))
    with mirror.work() as work:
        assert sweep(work) == 2
    assert files(mirror) == {path_of(mirror.home, name).name}


def test_of_too_many_the_oldest_go(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.mirror.thumbs.MOST_KEPT", 2)
    for number in range(4):
        path = mirror.home.thumbs / f"{number:040x}.jpg"
        path.write_bytes(b"x")
        os.utime(path, (time.time() - number, time.time() - number))
    with mirror.work() as work:
        assert sweep(work) == 2
    assert files(mirror) == {f"{number:040x}.jpg" for number in range(2)}


def test_every_album_that_has_photos_has_a_cover(server: FakeImmich, mirror: Mirror) -> None:
    covers = offered(mirror)
    filled = {album.name for album in server.library.albums.values() if album.asset_ids}
    assert {name for name, cover in covers.items() if cover} == filled & covers.keys()
    for cover in filter(None, covers.values()):
        path = path_of(mirror.home, cover)
        with Image.open(path) as small:
            assert small.format == "JPEG"
        assert path.stat().st_size <= THUMB_BYTES
    server.clear_log()
    assert offered(mirror) == covers
    assert not any("thumbnail" in entry.path for entry in server.log), "they are here already"


@pytest.mark.parametrize(
    ("fault", "options"),
    [("status", {"status": 404}), ("status", {"status": 403}), ("html", {}), ("truncate", {}), ("garbage", {})],
    ids=str,
)
def test_without_covers_the_list_is_there(
    server: FakeImmich, tmp_path: Path, fault: str, options: dict[str, int]
) -> None:
    bare = mirror_of(server, tmp_path)
    server.faults.add(fault, path="/thumbnail", **options)
    covers = offered(bare)
    assert set(covers.values()) == {None}
    assert len(covers) > 0


def test_a_strangers_bytes_never_become_a_cover(server: FakeImmich, mirror: Mirror, tmp_path: Path) -> None:
    hostile = io.BytesIO(b"<svg onload=alert(1)>" + b"\0" * 500)
    source = tmp_path / "cover"
    source.write_bytes(hostile.getvalue())
    with Decoders() as decoders, pytest.raises(PictureRefused):
        decoders.make_thumb(source, tmp_path / "part")
