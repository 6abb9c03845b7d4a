"""What is read ahead of several files is what each says, as long as it is the file that was read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.errors import ToolFailed
from sync.writeback.exiftool import ExifTool
from sync.writeback.look import look, look_ahead
from sync.writeback.tags import SOONER_SECONDS, Ahead, read_tags
from tests.sync.writeback import originals


@pytest.fixture
def tool() -> Iterator[ExifTool]:
    with ExifTool() as tool:
        yield tool


def bottomless(path: Path) -> None:
    """A photo with a structure in a structure in a structure, as no program makes them."""
    inside = b'<q:a rdf:parseType="Resource">' * 1200 + b"<q:b>x</q:b>" + b"</q:a>" * 1200
    told = b'''http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/">
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:q="http://q/">'''
    told += inside + b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    plain = originals.make(path.parent, "jpg", name=path.stem).read_bytes()
    path.write_bytes(plain[:2] + b"\xff\xe1" + (len(told) + 2).to_bytes(2, "big") + told + plain[2:])


def test_a_file_that_says_what_nobody_can_follow_is_named(tool: ExifTool, tmp_path: Path) -> None:
    bottomless(tmp_path / "deep.jpg")
    with pytest.raises(ToolFailed, match=r"deep\.jpg"):
        look(tool, tmp_path / "deep.jpg")


def test_what_is_read_ahead_is_what_is_read_alone(tool: ExifTool, tmp_path: Path) -> None:
    paths = [originals.make(tmp_path, "jpg", name=name) for name in ("one", "a 'second' %f", "-three", "日本")]
    for number, path in enumerate(paths):
        originals.tell(path, **{"XMP-dc:Description": f"Photo {number}"})
    alone = [look(tool, path) for path in paths]
    ahead = look_ahead(tool, paths)
    commands = tool._commands
    assert [look(tool, path, ahead=ahead) for path in paths] == alone
    assert tool._commands == commands


def test_a_file_that_changed_since_is_read_again(tool: ExifTool, tmp_path: Path) -> None:
    paths = [originals.make(tmp_path, "jpg", name=name) for name in ("one", "two")]
    ahead = look_ahead(tool, paths)
    originals.tell(paths[0], **{"XMP-dc:Description": "somebody was faster"})
    assert look(tool, paths[0], ahead=ahead).tags["XMP-dc:Description"] == "somebody was faster"


@pytest.mark.parametrize("other", ["gone", "damaged", "line\nbreak", "bottomless"])
def test_one_that_cannot_be_read_keeps_none_from_being_read(tool: ExifTool, tmp_path: Path, other: str) -> None:
    good = [originals.make(tmp_path, "jpg", name=name) for name in ("one", "two")]
    bad = tmp_path / f"{other}.jpg"
    if other == "bottomless":
        bottomless(bad)
    elif other != "gone":
        bad.write_bytes(b"\xff\xd8\xff\xe1")
    ahead = Ahead(tool, [good[0], bad, good[1]])
    for path in good:
        assert read_tags(tool, path, fast=True, ahead=ahead)["File:FileType"] == "JPEG"


def test_a_name_that_lies_about_its_type_misleads_nobody(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "png").rename(tmp_path / "photo.jpg")
    other = originals.make(tmp_path, "jpg", name="other")
    found = look(tool, path, ahead=look_ahead(tool, [path, other]))
    assert (found.file_type, found.width, found.height) == ("PNG", 240, 160)


def test_reading_ahead_gives_up_long_before_a_file_by_itself_does(tmp_path: Path) -> None:
    paths = [originals.make(tmp_path, "jpg", name=name) for name in ("a", "b")]
    with ExifTool(deadline_seconds=SOONER_SECONDS) as tool:
        ahead = look_ahead(tool, paths)
        assert ahead.of(paths[0], paths[0].stat()) is None
        assert look(tool, paths[0], ahead=ahead).file_type == "JPEG"
