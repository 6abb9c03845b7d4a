"""Originals as phones make them, or as disks leave them: what lies behind the picture stays, and nothing is guessed."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from sync.errors import MantelpieceError, NotProved, ToolFailed, Unwritable
from sync.settings.writeback import Module
from sync.writeback.changes import changes
from sync.writeback.exiftool import ExifTool
from sync.writeback.look import look, look_beside
from sync.writeback.mapping import Options
from sync.writeback.sidecar import sidecar_of
from sync.writeback.undo import undo
from sync.writeback.write import Written, write
from tests.sync.writeback import originals
from tests.sync.writeback.originals import EVERYTHING


def everything(tool: ExifTool, path: Path) -> Written:
    found = look(tool, path)
    return write(tool, found, changes(EVERYTHING, found, {}, modules=tuple(Module), options=Options()).changes)


def samsung(film: bytes) -> bytes:
    """The trailer of a Samsung phone: a named block, and a directory that counts from the end of the file."""
    name = b"MotionPhoto_Data"
    block = struct.pack("<HHI", 0, 0x0A30, len(name)) + name + film
    directory = b"SEFH" + struct.pack("<II", 101, 1) + struct.pack("<HHII", 0, 0x0A30, len(block), len(block))
    return block + directory + struct.pack("<I", len(directory)) + b"SEFT"


def several(first: bytes, second: bytes) -> bytes:
    """Two pictures in one file (Ultra HDR, 3D): the first one says by an offset where the second one lies."""
    after = 4 + struct.unpack(">H", first[4:6])[0]
    entries = [(0xB000, 7, 4, b"0100"), (0xB001, 4, 1, struct.pack(">I", 2)), (0xB002, 7, 32, struct.pack(">I", 50))]
    index = struct.pack(">H", 3) + b"".join(struct.pack(">HHI", *each[:3]) + each[3] for each in entries) + bytes(4)
    whole = len(first) + 4 + 4 + 8 + len(index) + 32
    places = struct.pack(">IIIHH", 0x20030000, whole, 0, 0, 0)
    places += struct.pack(">IIIHH", 0, len(second), whole - after - 8, 0, 0)
    body = b"MPF\0MM\0*" + struct.pack(">I", 8) + index + places
    return first[:after] + b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body + first[after:] + second


@pytest.mark.parametrize("kind", ["a film", "Samsung's", "zeros", "noise", "another picture", "both"])
def test_what_lies_behind_a_picture_stays_byte_for_byte(tool: ExifTool, tmp_path: Path, kind: str) -> None:
    film = originals.make(tmp_path, "mp4").read_bytes()
    first, second = (originals.make(tmp_path, "jpg", seed=seed).read_bytes() for seed in (1, 2))
    behind = {"a film": film, "Samsung's": samsung(film), "zeros": bytes(5000), "noise": os.urandom(5000),
              "another picture": second, "both": second + film}[kind]  # fmt: skip
    path = tmp_path / "photo.jpg"
    pictured = kind in ("another picture", "both")
    path.write_bytes((several(first, second) if pictured else first + behind) + (film if kind == "both" else b""))
    before = path.read_bytes()
    written = everything(tool, path)
    assert path.read_bytes() != before
    assert path.read_bytes().endswith(behind)
    if pictured:
        found = subprocess.run(["exiftool", "-b", "-MPImage2", str(path)], capture_output=True, check=True).stdout
        assert found.startswith(second), "the offset follows"
    assert undo(tool, written).exact
    assert path.read_bytes() == before


def test_a_second_picture_that_would_not_be_found_any_more_stops_the_write(tool: ExifTool, tmp_path: Path) -> None:
    first, second = (originals.make(tmp_path, "jpg", seed=seed).read_bytes() for seed in (1, 2))
    path = tmp_path / "photo.jpg"
    originals.tell(path, IFD0__Make="Somebody")
    told = path.read_bytes()
    exif = told[told.index(b"\xff\xe1") :][: 2 + int.from_bytes(told[told.index(b"\xff\xe1") + 2 :][:2], "big")]
    # JFIF, then where the pictures lie, and only then EXIF.
    after = 4 + struct.unpack(">H", first[4:6])[0]
    path.write_bytes(several(first[:after] + exif + first[after:], second))
    before = path.read_bytes()
    assert before.index(b"MPF\0") < before.index(b"Exif\0")
    with pytest.raises(NotProved, match="picture"):
        everything(tool, path)
    assert path.read_bytes() == before


_FAR = b"\x7f\xff\xff\xff"
DAMAGE = {"a count": (8, b"\xff\xff"), "where it begins": (4, _FAR), "a value": (14, _FAR)}


@pytest.mark.parametrize(("at", "bad"), DAMAGE.values(), ids=DAMAGE)
def test_damaged_metadata_is_never_written_over(tool: ExifTool, tmp_path: Path, at: int, bad: bytes) -> None:
    path = originals.make(tmp_path, "jpg")
    originals.tell(path, IFD0__Model="A long name of a camera")
    data = bytearray(path.read_bytes())
    start = data.index(b"Exif\0\0") + 6 + at
    data[start : start + len(bad)] = bad
    path.write_bytes(data)
    with pytest.raises(MantelpieceError) as refused:
        everything(tool, path)
    assert path.read_bytes() == data
    assert str(tmp_path) not in refused.value.sentence
    assert "uninitialized" not in refused.value.sentence
    assert originals.names(tmp_path) == [path.name]


def test_camera_notes_stay(tool: ExifTool, tmp_path: Path) -> None:
    path, notes, exif = tmp_path / "photo.jpg", b"NOTES\0\1" + os.urandom(3000), Image.Exif()
    exif[0x010F] = "Nobody"
    exif.get_ifd(0x8769)[0x927C] = notes
    originals.picture().save(path, exif=exif)
    before = path.read_bytes()
    assert notes in before
    written = everything(tool, path)
    assert notes in path.read_bytes()
    assert undo(tool, written).exact
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("kind", "name"),
    [("heic", "IMG_1.JPG"), ("png", "a.jpg"), ("webp", "a.jpeg"), ("jpg", "a.heic"), ("jpg", "a.png"), ("jpg", "a.tif"),
     ("heic", "a.png"), ("avif", "a.jpg"), ("mov", "a.mp4"), ("mp4", "a.mov"), ("jpg", "a.jpe"), ("tif", "a.jpg")],
)  # fmt: skip
def test_a_name_that_lies_about_its_type_is_no_hindrance(tool: ExifTool, tmp_path: Path, kind: str, name: str) -> None:
    path = originals.make(tmp_path, kind).rename(tmp_path / name)
    before, shown = path.read_bytes(), look(tool, path).file_type
    written = everything(tool, path)
    assert path.read_bytes() != before
    found = look(tool, path)
    assert (found.file_type, found.tags["XMP-dc:Description"]) == (shown, EVERYTHING.caption)
    assert not changes(EVERYTHING, found, {}, modules=tuple(Module), options=Options()).changes
    assert originals.names(tmp_path) == [name]
    assert undo(tool, written).exact
    assert path.read_bytes() == before


def test_a_film_in_fragments_is_told_in_plain_words(tool: ExifTool, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    whole = originals.make(tmp_path, "mp4")
    how = ["-c", "copy", "-movflags", "frag_keyframe+empty_moov"]
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", str(whole), *how, str(path)], check=True)
    before = path.read_bytes()
    with pytest.raises(ToolFailed, match=r"Can't yet handle movie fragments when writing\.$"):
        everything(tool, path)
    assert path.read_bytes() == before


NAMES = ("-all=.jpg", "@args.jpg", "100%f %d.jpg", "it's \"a\".jpg", " a .jpg", "$x`y`;z.jpg", "写🎉.jpg", "a|b.jpg",
         "#a.jpg", "[x]*?.jpg", "~a.jpg", "back\\slash.jpg", "tab\there.jpg", "noext", "UP.JPG")  # fmt: skip


@pytest.mark.parametrize("folder", ["plain", "-o @x", "50%d off/100%/%%f"])
def test_whatever_a_file_is_called_it_is_written_and_taken_back(tool: ExifTool, tmp_path: Path, folder: str) -> None:
    made = originals.make(tmp_path / "made", "jpg").read_bytes()
    place = tmp_path / "photos" / folder
    place.mkdir(parents=True)
    names = NAMES if folder == "plain" else NAMES[:3]
    for name in names:
        (place / name).write_bytes(made)
    before = sorted(tmp_path.rglob("*"))
    written = [everything(tool, place / name) for name in names]
    assert all((place / name).read_bytes() != made for name in names)
    beside = place / "a.jpg.xmp"
    found = look_beside(tool, beside, place / names[0])
    sidecar = write(tool, found, changes(EVERYTHING, found, {}, modules=tuple(Module), options=Options()).changes)
    assert sorted(tmp_path.rglob("*")) == sorted([*before, beside]), "and nothing anywhere else"
    assert all(undo(tool, each).exact for each in (*written, sidecar))
    assert all((place / name).read_bytes() == made for name in names)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_picture_named_after_a_raw_one_leaves_the_raw_ones_sidecar_alone(tmp_path: Path) -> None:
    raw, picture = tmp_path / "IMG_1.CR2", tmp_path / "IMG_1.CR2.jpg"
    for path in (raw, picture, sidecar := tmp_path / "IMG_1.CR2.xmp"):
        path.touch()
    assert sidecar_of(raw) == sidecar
    assert sidecar_of(picture) == tmp_path / "IMG_1.CR2.jpg.xmp"
    raw.unlink()
    assert sidecar_of(picture) == sidecar


def test_a_name_of_two_lines_is_left_alone(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg").rename(tmp_path / "new\nline.jpg")
    before = path.read_bytes()
    with pytest.raises(Unwritable, match="line break"):
        everything(tool, path)
    assert path.read_bytes() == before


def test_what_iptc_has_no_room_for_is_not_cut(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    originals.tell(path, "-m", IPTC__By_line="Somebody with a name of more than thirty-two letters", IPTC__Keywords="a")
    before = path.read_bytes()
    with pytest.raises(NotProved, match=r"^IPTC:By-line, which is not ours, would change\."):
        everything(tool, path)
    assert path.read_bytes() == before


def test_a_list_of_nothing_is_filled(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    data = path.read_bytes()
    told = b"""http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/">
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
        xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/jpeg"><dc:subject><rdf:Bag/></dc:subject>
        </rdf:Description></rdf:RDF></x:xmpmeta>"""
    path.write_bytes(data[:2] + b"\xff\xe1" + (len(told) + 2).to_bytes(2, "big") + told + data[2:])
    everything(tool, path)
    assert set(originals.read(path, "XMP-dc:all")["XMP-dc:Subject"]) >= set(EVERYTHING.people)
    found = look(tool, path)
    assert not changes(EVERYTHING, found, {}, modules=tuple(Module), options=Options()).changes


def test_webp_of_programs_that_head_their_exif_as_in_jpeg(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "webp")
    originals.tell(path, ExifIFD__DateTimeOriginal="2019:01:01 01:01:01", IFD0__Model="A camera")
    data = path.read_bytes()
    at = data.index(b"EXIF")
    (size,) = struct.unpack_from("<I", data, at + 4)
    data = data[: at + 4] + struct.pack("<I", size + 6) + b"Exif\0\0" + data[at + 8 :]
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
    assert look(tool, path).tags["ExifIFD:DateTimeOriginal"] == "2019:01:01 01:01:01"
    written = everything(tool, path)
    assert originals.read(path, "IFD0:Model")["IFD0:Model"] == "A camera"
    assert not changes(EVERYTHING, look(tool, path), {}, modules=tuple(Module), options=Options()).changes
    assert undo(tool, written).exact
    assert path.read_bytes()[8:] == data[8:]
