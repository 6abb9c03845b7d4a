"""A copy whose picture is another, by whatever little, is never taken for the original's."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.errors import NotProved
from sync.writeback.changes import Change
from sync.writeback.exiftool import ExifTool
from sync.writeback.look import look
from sync.writeback.verify import prove_picture
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
