"""What was written is taken back; what others wrote since is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.errors import Moved, NotProved
from sync.settings.writeback import Module
from sync.writeback import delta
from sync.writeback.changes import changes
from sync.writeback.exiftool import ExifTool
from sync.writeback.knowledge import FaceBox, Knowledge
from sync.writeback.look import look, look_beside
from sync.writeback.mapping import Options
from sync.writeback.sidecar import sidecar_of
from sync.writeback.undo import undo
from sync.writeback.write import Written, write
from tests.sync.writeback import originals
from tests.sync.writeback.originals import EVERYTHING


def written(tool: ExifTool, path: Path, knowledge: Knowledge = EVERYTHING) -> Written:
    found = look(tool, path)
    return write(tool, found, changes(knowledge, found, {}, modules=tuple(Module), options=Options()).changes)


@pytest.mark.parametrize("kind", ["jpg", "heic", "mp4"])
def test_where_others_wrote_since_only_ours_goes(tool: ExifTool, tmp_path: Path, kind: str) -> None:
    path = originals.make(tmp_path, kind)
    originals.tell(path, XMP_dc__Subject=["sea"], XMP_dc__Description="before", XMP_xmp__Rating="2")
    before = originals.lasting(path)
    done = written(tool, path)
    originals.tell(path, XMP_dc__Title="theirs", XMP_xmp__Rating="1")
    subjects = originals.read(path)["XMP-dc:Subject"]
    originals.tell(path, XMP_dc__Subject=[*subjects, "added"])
    undone = undo(tool, done)
    assert not undone.exact
    assert undone.left == ("XMP-xmp:Rating",)
    told = originals.lasting(path)
    assert told["XMP-dc:Subject"] == ["sea", "added"]
    assert told["XMP-dc:Description"] == "before"
    assert told["XMP-dc:Title"] == "theirs"
    assert told["XMP-xmp:Rating"] == 1
    assert "XMP-mwg-rs:RegionInfo" not in told
    touched = {"XMP-dc:Subject", "XMP-dc:Title", "XMP-xmp:Rating"}
    changed = {tag.split(":")[0] for tag in told if told[tag] != before.get(tag)} if kind == "jpg" else set()
    # What exiftool makes with the first EXIF or IPTC of a file, and which then nobody takes out.
    assert changed - {tag.split(":")[0] for tag in touched} <= {"IFD0", "ExifIFD", "GPS", "IPTC", "File", "Photoshop"}
    assert {tag for tag in told if tag.startswith("XMP-")} - set(before) <= touched | {"XMP-x:XMPToolkit"}


def test_regions_that_others_drew_since_stay(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    done = written(tool, path, Knowledge(faces=(FaceBox("Bob", 0.1, 0.1, 0.3, 0.3),)))
    theirs = "{Area={X=0.8,Y=0.8,W=0.1,H=0.1,Unit=normalized},Name=Mia,Type=Pet}"
    originals.tell(path, XMP_mwg_rs__RegionInfo="{AppliedToDimensions={W=240,H=160,Unit=pixel},RegionList=["
                   "{Area={X=0.2,Y=0.2,W=0.2,H=0.2,Unit=normalized},Name=Bob,Type=Face}," + theirs + "]}")  # fmt: skip
    undo(tool, done)
    [left] = originals.read(path)["XMP-mwg-rs:RegionInfo"]["RegionList"]
    assert left["Name"] == "Mia"


def test_the_time_of_the_file_comes_back_too(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    time = path.stat().st_mtime_ns
    done = written(tool, path)
    assert path.stat().st_mtime_ns != time
    undo(tool, done)
    assert path.stat().st_mtime_ns == time


def test_a_file_that_is_gone_is_named(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    done = written(tool, path)
    path.unlink()
    with pytest.raises(Moved):
        undo(tool, done)


def test_a_damaged_journal_changes_nothing(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    done = written(tool, path)
    bytes_ = path.read_bytes()
    for back in (b"", done.back[:-3], delta.make(path, path)):
        broken = Written(path=done.path, before=done.before, after=done.after, back=back, changes=done.changes)
        with pytest.raises(NotProved):
            undo(tool, broken)
    assert path.read_bytes() == bytes_
    assert originals.names(tmp_path) == [path.name]


def test_two_writes_are_taken_back_in_their_order(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    before = path.read_bytes()
    first = written(tool, path, Knowledge(caption="one"))
    second = written(tool, path, Knowledge(caption="two", people=("Ann",)))
    assert undo(tool, second).exact
    assert undo(tool, first).exact
    assert path.read_bytes() == before


SIDECAR = """<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:dt='http://example.org/develop/'
 dt:history='exposure 1.5'><dc:subject><rdf:Bag><rdf:li>sea</rdf:li></rdf:Bag></dc:subject></rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end='w'?>"""


def test_a_sidecar_of_another_program_is_merged_and_comes_back_to_the_byte(tool: ExifTool, tmp_path: Path) -> None:
    original = originals.make(tmp_path, "jpg")
    sidecar = tmp_path / "photo.jpg.xmp"
    sidecar.write_text(SIDECAR, encoding="utf-8")
    found = look_beside(tool, sidecar_of(original), original)
    decided = changes(EVERYTHING, found, {}, modules=tuple(Module), options=Options())
    done = write(tool, found, decided.changes)
    text = sidecar.read_text(encoding="utf-8")
    assert "exposure 1.5" in text, "what we do not know of stays"
    told = originals.read(sidecar)
    assert told["XMP-dc:Subject"] == ["sea", "Bob", "Santiago", "Ålice 日"] or set(told["XMP-dc:Subject"]) == {
        "sea", "Santiago", "Bob", "Ålice 日"
    }  # fmt: skip
    assert told["XMP-exif:GPSLatitude"] == pytest.approx(-33.45)
    assert told["XMP-mwg-rs:RegionInfo"]["AppliedToDimensions"] == {"W": 240, "H": 160, "Unit": "pixel"}
    assert undo(tool, done).exact
    assert sidecar.read_text(encoding="utf-8") == SIDECAR


def test_a_sidecar_that_we_made_goes_again_unless_somebody_wrote_into_it(tool: ExifTool, tmp_path: Path) -> None:
    original = originals.make(tmp_path, "jpg")
    for theirs in (False, True):
        found = look_beside(tool, sidecar_of(original), original)
        assert not found.exists
        done = write(tool, found, changes(EVERYTHING, found, {}, modules=tuple(Module), options=Options()).changes)
        sidecar = sidecar_of(original)
        assert sidecar.stat().st_mode & 0o777 == 0o644
        if theirs:
            originals.tell(sidecar, XMP_dc__Title="theirs")
        assert undo(tool, done).exact is not theirs
        assert sidecar.exists() is theirs
    assert [tag for tag in originals.read(sidecar) if tag.startswith("XMP-") and tag != "XMP-x:XMPToolkit"] == [
        "XMP-dc:Title"
    ]


def test_a_sidecar_of_somebody_who_was_faster_is_not_replaced(tool: ExifTool, tmp_path: Path) -> None:
    original = originals.make(tmp_path, "jpg")
    found = look_beside(tool, sidecar_of(original), original)
    sidecar_of(original).write_text(SIDECAR, encoding="utf-8")
    with pytest.raises(Moved):
        write(tool, found, changes(EVERYTHING, found, {}, modules=tuple(Module), options=Options()).changes)
    assert sidecar_of(original).read_text(encoding="utf-8") == SIDECAR


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ([], "photo.jpg.xmp"),
        (["photo.xmp"], "photo.xmp"),
        (["photo.XMP"], "photo.XMP"),
        (["photo.xmp", "photo.jpg.xmp"], "photo.jpg.xmp"),
        (["photo.xmp", "photo.dng"], "photo.jpg.xmp"),
        (["photo.dng"], "photo.jpg.xmp"),
    ],
    ids=" ".join,
)
def test_which_sidecar_belongs_to_a_photo(tmp_path: Path, beside: list[str], expected: str) -> None:
    original = tmp_path / "photo.jpg"
    for name in ["photo.jpg", *beside]:
        (tmp_path / name).touch()
    assert sidecar_of(original) == tmp_path / expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"", b"abc"),
        (b"abc", b""),
        (b"same" * 100, b"same" * 100),
        (bytes(range(256)) * 40, b"header" * 30 + bytes(range(256)) * 40 + b"trailer"),
        (b"a" * 1000 + bytes(range(200)) + b"b" * 5000, b"b" * 5000 + bytes(range(200))),
        (b"abab" * 3, b"ab" * 5),
    ],
)
def test_the_way_back_leads_back(tmp_path: Path, old: bytes, new: bytes) -> None:
    (tmp_path / "old").write_bytes(old)
    (tmp_path / "new").write_bytes(new)
    way = delta.make(tmp_path / "old", tmp_path / "new")
    with (tmp_path / "back").open("xb") as file:
        delta.apply(way, tmp_path / "new", file)
    assert (tmp_path / "back").read_bytes() == old
