"""Two thousand hostile texts through real exiftool: each comes back letter by letter, nothing runs, no file is made."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sync.settings.writeback import Module
from sync.writeback.changes import Change, changes
from sync.writeback.exiftool import ExifTool
from sync.writeback.found import items
from sync.writeback.knowledge import FaceBox, Knowledge
from sync.writeback.look import look, look_beside
from sync.writeback.mapping import Options
from sync.writeback.sidecar import sidecar_of
from sync.writeback.text import cut_bytes, one_line, plain
from sync.writeback.undo import undo
from sync.writeback.write import write
from tests.sync.writeback import originals

VALUES = 2000
PER_FILE = 100
PIECES = (
    "\n-if\nsystem('touch {canary}')||1", "\n-o\n{canary}", "\n-execute\n", "\r\n-@\n{canary}\n", "-config\n{canary}",
    "\n-W\n{canary}", "-overwrite_original", "#[CSTR]", "$(touch {canary})", "`touch {canary}`", "${{filename}}", "$$",
    "@", "<=", "<", ">", "&", "&amp;", "&#x0a;-o&#x0a;{canary}", "&quot;", '"', "'", "\\", "\\n", "%d%f.%e", "|", "{{",
    "}}", "[", "]", ",", "=", ";", "-", "+=", " ", "  ", "\t", "\n", "\0", "\x07", "\x1b%G", "\x85", "\ud800", "\uffff",
    "\ufeff", "\u202e", "é", "日本", "🎉", "A\u0301", "0", "1e5", "-0", "007", "true", "null", "Bob", "x" * 70,
    "é" * 1100,
)  # fmt: skip


def hostile(random_: random.Random, canary: Path) -> str:
    chosen = random_.choices(PIECES, k=random_.randint(1, 6))
    return "".join(piece.format(canary=canary) for piece in chosen)


def test_two_thousand_hostile_texts_are_only_texts(tool: ExifTool, tmp_path: Path) -> None:
    random_ = random.Random(20)
    here = originals.names(Path())
    canary = tmp_path / "canary"
    for number in range(VALUES // PER_FILE):
        folder = tmp_path / str(number)
        path = originals.make(folder, "jpg")
        values: list[str] = []
        while len(values) < PER_FILE:
            text = plain(hostile(random_, canary))
            values += [text] if text and text not in values else []
        # Two tags, so that an option hidden in the last value would have something behind it.
        new = [Change("XMP-dc:Subject", None, values), Change("IPTC:Caption-Abstract", None, "x")]
        write(tool, look(tool, path), new)
        assert items(look(tool, path).tags["XMP-dc:Subject"]) == values
        assert originals.names(folder) == [path.name]
    assert not canary.exists()
    assert originals.names(Path()) == here
    assert sorted(originals.names(tmp_path)) == sorted(str(number) for number in range(VALUES // PER_FILE))


@pytest.mark.parametrize("where", ["file", "sidecar"])
def test_hostile_knowledge_is_written_whole_once_and_taken_back(tool: ExifTool, tmp_path: Path, where: str) -> None:
    random_ = random.Random(21)
    canary = tmp_path / "canary"
    for number in range(12):
        path = originals.make(tmp_path / str(number), "jpg")
        before = path.read_bytes()
        names = [hostile(random_, canary) for _ in range(4)]
        knowledge = Knowledge(
            people=tuple(names),
            caption=hostile(random_, canary),
            city=names[0],
            albums=(names[1], hostile(random_, canary)),
            tags=(names[2], f"{names[0]}/{names[3]}"),
            faces=tuple(FaceBox(name, 0.1 * at, 0.1, 0.1 * at + 0.1, 0.3) for at, name in enumerate(names)),
        )
        target = path if where == "file" else sidecar_of(path)
        found = look(tool, path) if where == "file" else look_beside(tool, target, path)
        decided = changes(knowledge, found, {}, modules=tuple(Module), options=Options())
        written = write(tool, found, decided.changes)
        again = look(tool, path) if where == "file" else look_beside(tool, target, path)
        assert changes(knowledge, again, decided.ours, modules=tuple(Module), options=Options()).changes == ()
        undo(tool, written)
        assert path.read_bytes() == before
        assert originals.names(path.parent) == [path.name]
    assert not canary.exists()


def test_a_text_of_64_kilobytes_is_kept_whole_where_the_format_can(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    long = "日本 " * 22_000
    write(tool, look(tool, path), [Change("XMP-dc:Description", None, long.strip())])
    assert look(tool, path).tags["XMP-dc:Description"] == long.strip()


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [("Ålice", 1, ""), ("Ålice", 2, "Å"), ("a日本", 6, "a日"), ("ab cd", 3, "ab"), ("🎉🎉", 7, "🎉")],
)
def test_a_byte_limit_cuts_between_characters(text: str, most: int, expected: str) -> None:
    assert cut_bytes(text, most) == expected


@pytest.mark.parametrize(
    ("typed", "kept", "name"),
    [
        (" a\r\nb\rc\n", "a\nb\nc", "a b c"),
        ("a\0b\x07c\x85", "abc", "abc"),
        ("\ud800x\uffff", "x", "x"),
        ("\t tab\there ", "tab\there", "tab here"),
    ],
)
def test_text_is_made_fit_without_losing_its_lines(typed: str, kept: str, name: str) -> None:
    assert plain(typed) == kept
    assert one_line(typed) == name


REGIONS = '<mwg-rs:Regions rdf:parseType="Resource">{}</mwg-rs:Regions>'
BUILT_WRONG = {
    "a text": "<mwg-rs:Regions>text</mwg-rs:Regions>",
    "a list that is a text": REGIONS.format("<mwg-rs:RegionList>text</mwg-rs:RegionList>"),
    "a list of texts": REGIONS.format(
        "<mwg-rs:RegionList><rdf:Bag><rdf:li>text</rdf:li></rdf:Bag></mwg-rs:RegionList>"
    ),
    "an area that is a text": REGIONS.format(
        '<mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType="Resource"><mwg-rs:Area>text</mwg-rs:Area></rdf:li>'
        "</rdf:Bag></mwg-rs:RegionList>"
    ),
}


@pytest.mark.parametrize("regions", BUILT_WRONG.values(), ids=BUILT_WRONG.keys())
def test_regions_that_are_built_wrong_stay_and_stop_nothing_else(
    tool: ExifTool, tmp_path: Path, regions: str
) -> None:
    path = tmp_path / "photo.jpg"
    spaces = (
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"'
    )
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {spaces}><rdf:Description rdf:about="">{regions}'
    xmp += "</rdf:Description></rdf:RDF></x:xmpmeta>"
    originals.picture().save(path, xmp=xmp.encode())
    found = look(tool, path)
    decided = changes(originals.EVERYTHING, found, {}, modules=tuple(Module), options=Options())
    written = write(tool, found, decided.changes)
    after = look(tool, path)
    assert after.tags["XMP-dc:Description"] == originals.EVERYTHING.caption
    assert after.tags["XMP-mwg-rs:RegionInfo"] == found.tags["XMP-mwg-rs:RegionInfo"]
    assert not changes(originals.EVERYTHING, after, decided.ours, modules=tuple(Module), options=Options()).changes
    originals.tell(path, XMP_dc__Title="theirs")
    undo(tool, written)
    assert look(tool, path).tags["XMP-mwg-rs:RegionInfo"] == found.tags["XMP-mwg-rs:RegionInfo"]


def test_fifteen_hundred_people_in_one_picture_are_written_once(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    crowd = Knowledge(people=tuple(f"Person {number} 日" for number in range(1500)))
    decided = changes(crowd, look(tool, path), {}, modules=("people",), options=Options())
    write(tool, look(tool, path), decided.changes)
    again = changes(crowd, look(tool, path), decided.ours, modules=("people",), options=Options())
    assert not again.changes
