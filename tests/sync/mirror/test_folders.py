from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from hashlib import sha1
from pathlib import Path

import msgspec
import pillow_heif
import pytest
from PIL import Image

from sync.errors import BadTransfer, NotAvailable
from sync.home import MARKER
from sync.immich.facts import Asset, Kind, Wanted
from sync.mirror import folders
from sync.mirror.folders import FolderSource
from sync.settings.tree import Source

WANTED = Wanted(source=Source.FOLDER)


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "pictures"
    made.mkdir()
    return made


def exif() -> Image.Exif:
    made = Image.Exif()
    made[0x0112], made[0x010E], made[0x010F], made[0x0110] = 6, "Sommer in Köln".encode(), "Canon", "EOS R5"
    made[0x4746] = 4
    made.get_ifd(0x8769).update({0x9003: "2020:06:06 05:35:05", 0x9011: "+02:00", 0xA434: "RF 50mm"})
    made.get_ifd(0x8825).update(
        {1: "S", 2: (Fraction(33), Fraction(30), Fraction(0)), 3: "E", 4: (Fraction(151), Fraction(15), Fraction(0))}
    )
    return made


def put(folder: Path, name: str, **how) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), (9, 99, 199)).save(path, **how)
    return path


def listed(source: FolderSource) -> tuple[dict[str, Asset], object]:
    listing = source.listing(WANTED)
    return {asset.original_path: asset for asset in listing}, listing


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.heic"])
def test_a_picture_is_listed_with_what_it_says_of_itself(folder, name):
    if name.endswith("heic"):
        pillow_heif.from_pillow(Image.new("RGB", (40, 30))).save(folder / name, exif=exif().tobytes())
    else:
        put(folder, name, exif=exif())
    [asset] = listed(FolderSource(folder))[0].values()
    assert asset.created_at == datetime(2020, 6, 6, 3, 35, 5, tzinfo=UTC)
    assert asset.local_time == datetime(2020, 6, 6, 5, 35, 5)
    assert (asset.make, asset.model, asset.lens, asset.rating) == ("Canon", "EOS R5", "RF 50mm", 4)
    assert asset.caption == "Sommer in Köln"
    assert (asset.latitude, asset.longitude) == (-33.5, 151.25)
    # HEIC says how it is turned in its own boxes, which this file does not.
    assert (asset.width, asset.height) in ([(30, 40)] if name != "a.heic" else [(40, 30), (30, 40)])
    assert asset.file_name == name


def test_a_picture_without_exif_has_its_files_time(folder):
    when = datetime(2019, 5, 1, 12, 0, tzinfo=UTC)
    os.utime(put(folder, "a.jpg"), (when.timestamp(), when.timestamp()))
    [asset] = listed(FolderSource(folder))[0].values()
    assert asset.created_at == when


@pytest.mark.parametrize(("seconds", "year"), [(10**10, 2262), (10**14, 2262), (-(10**11), 1677)])
def test_a_file_of_an_impossible_time_is_listed_like_any_other(folder, monkeypatch, seconds, year):
    monkeypatch.setattr(folders, "_note", lambda entry, path, walk: walk.files.append((path, 9, seconds * 10**9)))
    put(folder, "a.jpg")
    [asset] = listed(FolderSource(folder))[0].values()
    assert asset.created_at.year == year


def test_folders_in_folders_without_end_are_not_gone_into(folder):
    put(folder, "a.jpg")
    deep = folder
    for _ in range(200):
        deep /= "d"
        deep.mkdir()
    found, listing = listed(FolderSource(folder))
    assert list(found) == ["a.jpg"]
    assert not listing.complete


def test_what_is_hidden_linked_or_no_picture_is_passed_over_and_videos_are_named(folder, tmp_path):
    put(folder, "sub/deep/b.JPG", format="JPEG")
    put(folder, "a.png")
    put(folder, ".hidden.jpg")
    put(folder, ".thumbs/c.jpg")
    put(folder, "@eaDir/d.jpg")
    outside = put(tmp_path, "outside/e.jpg")
    (folder / "link.jpg").symlink_to(outside)
    (folder / "linked").symlink_to(outside.parent)
    (folder / "notes.txt").write_text("x")
    (folder / "film.mp4").write_bytes(b"x")
    (folder / "raw.NEF").write_bytes(b"x")
    (folder / "broken.jpg").write_bytes(b"no jpeg")
    os.mkfifo(folder / "pipe.jpg")
    assets, listing = listed(FolderSource(folder))
    assert {path: asset.kind for path, asset in assets.items()} == {
        "a.png": Kind.IMAGE, "sub/deep/b.JPG": Kind.IMAGE, "broken.jpg": Kind.IMAGE, "film.mp4": Kind.VIDEO,
        "raw.NEF": Kind.OTHER,
    }  # fmt: skip
    assert list(assets) == sorted(assets)
    assert (listing.complete, listing.count) == (True, 5)


def test_names_that_are_no_text_are_listed_and_copied(folder):
    name = os.fsdecode(b"caf\xe9\n.jpg")
    put(folder, name, format="JPEG")
    source = FolderSource(folder)
    [asset] = listed(source)[0].values()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(asset), type=Asset) == asset
    part = io.BytesIO()
    assert source.download_original(asset, part).bytes == (folder / name).stat().st_size


def test_a_missing_folder_is_an_error_and_an_empty_one_proves_nothing(folder):
    source = FolderSource(folder / "not mounted")
    for ask in (lambda: list(source.listing(WANTED)), lambda: source.unchanged(WANTED, None)):
        with pytest.raises(NotAvailable):
            ask()
    assets, listing = listed(FolderSource(folder))
    assert (assets, listing.complete) == ({}, False)
    assert "mounted" in listing.proof
    assert FolderSource(folder).unchanged(WANTED, "x") == (False, None)


def test_a_folder_that_changes_while_it_is_listed_is_not_complete(folder):
    put(folder, "a.jpg")
    put(folder, "b.jpg")
    listing = FolderSource(folder).listing(WANTED)
    for _ in listing:
        (folder / "a.jpg").unlink(missing_ok=True)
    assert not listing.complete
    assert "changed" in listing.proof


def test_nothing_changed_is_told_without_opening_a_file(folder):
    path = put(folder, "a.jpg")
    source = FolderSource(folder)
    same, token = source.unchanged(WANTED, None)
    assert not same
    assert source.unchanged(WANTED, token) == (True, token)
    os.utime(path, (1, 1))
    assert source.unchanged(WANTED, token)[0] is False


def test_what_the_library_knows_is_not_read_again(folder):
    path = put(folder, "a.jpg", exif=exif())
    [asset] = listed(FolderSource(folder))[0].values()
    marked = msgspec.structs.replace(asset, caption="from the library")
    source = FolderSource(folder, known={asset.id: marked}.get)
    assert listed(source)[0]["a.jpg"].caption == "from the library"
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    changed = listed(source)[0]["a.jpg"]
    assert changed.caption == "Sommer in Köln"
    assert changed.id == asset.id
    assert changed.checksum != asset.checksum


def test_an_original_is_copied_whole_and_never_linked(folder):
    path = put(folder, "a.jpg")
    source = FolderSource(folder)
    [asset] = listed(source)[0].values()
    part = io.BytesIO(b"left from before" * 10000)
    got = source.download_original(asset, part)
    assert part.getvalue() == path.read_bytes()
    assert (got.sha1, got.bytes) == (sha1(path.read_bytes()).hexdigest(), got.announced)
    assert path.stat().st_nlink == 1
    assert source.download_original(asset, part, etag=got.etag) is None
    path.unlink()
    with pytest.raises(NotAvailable):
        source.download_original(asset, part)
    with pytest.raises(NotAvailable):
        source.download_display(asset, part, cancelled=lambda: False)


def test_a_file_that_changes_while_it_is_copied_is_refused(folder):
    path = put(folder, "a.jpg")
    source = FolderSource(folder)
    [asset] = listed(source)[0].values()

    def write_meanwhile() -> bool:
        path.write_bytes(b"longer" * 100000)
        return False

    with pytest.raises(BadTransfer):
        source.download_original(asset, io.BytesIO(), cancelled=write_meanwhile)


def test_a_date_from_nowhere_falls_back_to_the_files_time(folder):
    made = Image.Exif()
    made.get_ifd(0x8769)[0x9003] = "2020:13:45 99:99:99"
    put(folder, "a.jpg", exif=made)
    [asset] = listed(FolderSource(folder))[0].values()
    assert datetime.now(UTC) - asset.created_at < timedelta(minutes=5)


def test_a_data_folder_of_ours_is_passed_over(folder):
    put(folder, "mine.jpg")
    put(folder, "frame/published/albums/Sea/theirs.jpg")
    (folder / "frame" / MARKER).touch()
    assets, _ = listed(FolderSource(folder))
    assert list(assets) == ["mine.jpg"]
