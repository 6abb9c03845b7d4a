"""A copy whose picture is another, by whatever little, is never taken for the original's."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageCms

from sync.errors import NotProved
from sync.writeback.changes import Change
from sync.writeback.exiftool import ExifTool
from sync.writeback.look import look
from sync.writeback.verify import picture_of, prove_picture
from sync.writeback.write import write
from tests.sync.writeback import originals


@pytest.mark.parametrize("kind", originals.PICTURES)
def test_another_picture_is_refused(tool: ExifTool, tmp_path: Path, kind: str) -> None:
    found = look(tool, originals.make(tmp_path, kind, seed=1))
    prove_picture(found, originals.make(tmp_path, kind, name="same", seed=1))
    with pytest.raises(NotProved):
        prove_picture(found, originals.make(tmp_path, kind, name="other", seed=2))


@pytest.mark.parametrize(
    ("kind", "mark", "step"),
    [
        ("jpg", b"\xff\xdb", 40),
        ("jpg", b"\xff\xda", 300),
        ("jpg", b"\xff\xd9", 0),
        ("mp4", b"mdat", 200),
        ("mov", b"mdat", 200),
        ("mp4", b"stts", 14),
        ("mp4", b"stsz", 20),
        ("mp4", b"stco", 15),
        ("mp4", b"elst", 12),
        ("heic", b"mdat", 200),
        ("heic", b"ispe", 11),
        ("avif", b"mdat", 200),
        ("png", b"IDAT", 9),
        ("webp", b"VP8 ", 60),
    ],
)
def test_one_other_byte_of_the_picture_is_refused(
    tool: ExifTool, tmp_path: Path, kind: str, mark: bytes, step: int
) -> None:
    path = originals.make(tmp_path, kind)
    data = bytearray(path.read_bytes())
    at = data.index(mark) + step
    if step:
        data[at] ^= 1
    else:
        data.insert(at, 0)
    other = tmp_path / f"other.{kind}"
    other.write_bytes(data)
    with pytest.raises(NotProved):
        prove_picture(look(tool, path), other)


def test_what_hangs_behind_a_jpeg_stays_with_it(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    path.write_bytes(path.read_bytes() + originals.make(tmp_path, "mp4").read_bytes())
    found = look(tool, path)
    film = originals.make(tmp_path, "mp4").read_bytes()
    write(tool, found, [Change("XMP-dc:Description", None, "A motion photo")])
    assert path.read_bytes().endswith(film)
    without = originals.make(tmp_path, "jpg", name="without")
    with pytest.raises(NotProved):
        prove_picture(look(tool, path), without)


KEPT = {"png": b"iCCP", "webp": b"ICCP"}


@pytest.mark.parametrize("kind", KEPT)
def test_colours_without_their_profile_are_another_picture(tool: ExifTool, tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / f"photo.{kind}", tmp_path / f"other.{kind}"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    originals.picture().save(path, icc_profile=profile)
    assert KEPT[kind] in path.read_bytes()
    originals.picture().save(other)
    with pytest.raises(NotProved):
        prove_picture(look(tool, path), other)


def test_a_thumbnail_that_a_phone_keeps_behind_its_exif_is_not_lost(tool: ExifTool, tmp_path: Path) -> None:
    path, told = tmp_path / "photo.heic", Image.Exif()
    told[0x010F] = "Xiaomi"
    exif = told.tobytes()
    behind = b"\xff\xd9\xff\xe2\xff\xffXMTH" + originals.make(tmp_path, "jpg").read_bytes()
    originals.picture().save(path, exif=b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + behind)
    before = path.read_bytes()
    assert behind in before
    with pytest.raises(NotProved, match="picture"):
        write(tool, look(tool, path), [Change("IFD0:ImageDescription", None, "A caption")])
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", originals.TYPES)
def test_a_picture_is_known_by_the_same_whatever_is_said_of_it(tool: ExifTool, tmp_path: Path, kind: str) -> None:
    path = originals.make(tmp_path, kind)
    before = look(tool, path)
    told = [Change("XMP-dc:Description", None, "One"), Change("XMP-dc:Subject", None, ["Anna"])]
    written = write(tool, before, told)
    assert written.picture == picture_of(path, before.file_type)
    originals.tell(path, XMP_dc__Title="theirs", **({} if kind in originals.VIDEOS else {"IFD0__Make": "Theirs"}))
    assert written.picture == picture_of(path, before.file_type)
