"""Real files, real exiftool: what is written reads back, the picture stays, and a second run writes nothing."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sync.errors import DiskError, Moved, NotProved, OwnerWouldChange, ToolFailed, Unwritable
from sync.replaced.ultra_sync import ALL
from sync.settings.writeback import Module
from sync.writeback.changes import Change, Decided, changes
from sync.writeback.exiftool import ExifTool
from sync.writeback.found import Found
from sync.writeback.knowledge import Knowledge
from sync.writeback.look import look, look_beside
from sync.writeback.mapping import Options
from sync.writeback.replace import MARK, scratch_beside
from sync.writeback.sidecar import sidecar_of
from sync.writeback.undo import undo
from sync.writeback.write import Draft, Written, write, write_all
from tests.sync.writeback import originals
from tests.sync.writeback.exiftools import REAL, wrapped
from tests.sync.writeback.originals import EVERYTHING

MODULE_SETS = {"all": ALL, "everything": tuple(Module), **{module: (module,) for module in tuple(Module)}}
CAPTION = [Change("XMP-dc:Description", None, "Hello")]


def decide(found: Found, knowledge: Knowledge = EVERYTHING, modules=tuple(Module), ours=None) -> Decided:
    return changes(knowledge, found, ours or {}, modules=modules, options=Options())


@pytest.mark.parametrize("kind", originals.TYPES)
def test_everything_is_written_once_and_undone_to_the_last_byte(tool: ExifTool, tmp_path: Path, kind: str) -> None:
    path = originals.make(tmp_path, kind)
    before, shown = path.read_bytes(), originals.shown(path)
    decided = decide(look(tool, path))
    written = write(tool, look(tool, path), decided.changes)
    assert originals.shown(path) == shown
    again = decide(look(tool, path), ours=decided.ours)
    assert again == Decided((), decided.ours)
    assert len(written.back) < 2000
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(written), type=Written)
    assert undo(tool, kept).exact
    assert path.read_bytes() == before
    assert originals.names(tmp_path) == [path.name]


@pytest.mark.parametrize("kind", ["jpg", "heic", "png", "tif", "webp", "dng", "mp4", "mov", "xmp"])
def test_no_module_writes_twice(tool: ExifTool, tmp_path: Path, kind: str) -> None:
    for name, modules in MODULE_SETS.items():
        folder = tmp_path / name
        if kind == "xmp":
            original = originals.make(folder, "jpg")
            path = sidecar_of(original)
            found = look_beside(tool, path, original)
        else:
            path = originals.make(folder, kind)
            found = look(tool, path)
        decided = decide(found, modules=modules)
        if not decided.changes:
            assert (name, kind) in {("time", kind)}, "only a time may already be what it should be"
            continue
        write(tool, found, decided.changes)
        after = look_beside(tool, path, folder / "photo.jpg") if kind == "xmp" else look(tool, path)
        assert decide(after, modules=modules, ours=decided.ours) == Decided((), decided.ours), name
        # Nor does a run that has lost its memory.
        assert decide(after, modules=modules).changes == (), name


@pytest.mark.parametrize(
    "name", ["a b.jpg", "-x.jpg", "#x.jpg", " x.jpg", "x .jpg", "100%d %f.jpg", "é日.jpg", "&amp;.jpg"]
)
def test_a_name_is_only_a_name(tool: ExifTool, tmp_path: Path, name: str) -> None:
    path = originals.make(tmp_path, "jpg").rename(tmp_path / name)
    write(tool, look(tool, path), CAPTION)
    assert originals.names(tmp_path) == [name]
    assert look(tool, path).tags["XMP-dc:Description"] == "Hello"


def test_a_name_with_a_line_break_is_refused(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg").rename(tmp_path / "a\n-o\nb.jpg")
    with pytest.raises(Unwritable):
        look(tool, path)


@pytest.mark.parametrize("content", [b"GIF89a" + bytes(40), b"no picture", b""], ids=["gif", "text", "empty"])
def test_what_nothing_is_written_into_is_named_so(tool: ExifTool, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(Unwritable) as refused:
        look(tool, path)
    assert refused.value.facts["reason"] == "format"
    assert path.read_bytes() == content


def test_mode_attributes_and_if_wanted_the_time_stay(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    path.chmod(0o640)
    os.utime(path, ns=(1_500_000_000_123_456_789, 1_500_000_000_123_456_789))
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        pytest.skip("no extended attributes here")
    write(tool, look(tool, path), CAPTION, keep_mtime=True)
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.stat().st_mtime_ns == 1_500_000_000_123_456_789
    assert os.getxattr(path, "user.note") == b"mine"
    write(tool, look(tool, path), [Change("XMP-dc:Description", "Hello", "Other")])
    assert path.stat().st_mtime_ns > 1_500_000_000_123_456_789


def test_a_file_system_without_extended_attributes_is_no_hindrance(
    tool: ExifTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> list[str]:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "listxattr", refuse)
    path = originals.make(tmp_path, "jpg")
    write(tool, look(tool, path), CAPTION)
    assert originals.read(path, "XMP-dc:Description")["XMP-dc:Description"] == "Hello"


def test_other_names_of_the_file_keep_the_old_bytes_and_a_link_stays_a_link(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path / "library", "jpg")
    before = path.read_bytes()
    other = tmp_path / "snapshot.jpg"
    os.link(path, other)
    pointer = tmp_path / "pointer.jpg"
    pointer.symlink_to(path)
    found = look(tool, pointer)
    assert path.stat().st_nlink == 2
    write(tool, found, CAPTION)
    assert other.read_bytes() == before != path.read_bytes()
    assert pointer.is_symlink()
    assert originals.names(path.parent) == [path.name]


def test_a_file_that_changes_meanwhile_is_left_alone(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    found = look(tool, path)
    originals.tell(path, XMP_dc__Title="theirs")
    theirs = path.read_bytes()
    with pytest.raises(Moved):
        write(tool, found, CAPTION)
    found = look(tool, path)

    def meddle(_: Written) -> None:
        path.write_bytes(theirs + b"!")

    with pytest.raises(Moved):
        write(tool, found, CAPTION, before_replace=meddle)
    assert path.read_bytes() == theirs + b"!"
    assert originals.names(tmp_path) == [path.name]


def test_what_the_journal_cannot_take_is_not_done(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    before = path.read_bytes()

    def full(_: Written) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(Exception, match="No space left"):
        write(tool, look(tool, path), CAPTION, before_replace=full)
    assert path.read_bytes() == before
    assert originals.names(tmp_path) == [path.name]


def test_a_value_that_does_not_read_back_is_never_kept(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    before = path.read_bytes()
    with pytest.raises(NotProved) as refused:
        write(tool, look(tool, path), [Change("XMP-dc:Description", None, "a\x07b ")])
    assert refused.value.facts["tag"] == "XMP-dc:Description"
    with pytest.raises((NotProved, ToolFailed)):
        write(tool, look(tool, path), [Change("XMP-xmp:Rating", None, "many")])
    assert path.read_bytes() == before
    assert originals.names(tmp_path) == [path.name]


def test_a_damaged_picture_is_left_as_it_is(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "png")
    path.write_bytes(path.read_bytes()[:-2000])
    before = path.read_bytes()
    with pytest.raises((NotProved, ToolFailed)):
        write(tool, look(tool, path), CAPTION)
    assert path.read_bytes() == before
    assert originals.names(tmp_path) == [path.name]


def test_a_leftover_of_a_crash_stops_no_later_write(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path, "jpg")
    with scratch_beside(path) as scratch:
        name = scratch
    name.write_bytes(b"half")
    write(tool, look(tool, path), CAPTION)
    assert originals.names(tmp_path) == [path.name]


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that other users reach too; pytest's own are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.root
def test_a_file_of_another_user_is_replaced_only_where_its_owner_stays_or_may_change(
    tool: ExifTool, open_to_all: Path
) -> None:
    path = originals.make(open_to_all, "jpg")
    os.chown(path, 1234, 1234)
    write(tool, look(tool, path), CAPTION)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1234)
    before = path.read_bytes()
    os.seteuid(4321)
    try:
        with pytest.raises(OwnerWouldChange):
            write(tool, look(tool, path), [Change("XMP-dc:Description", "Hello", "Other")])
    finally:
        os.seteuid(0)
    assert path.read_bytes() == before
    assert originals.names(open_to_all) == [path.name]


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="giving files away needs root")
def test_a_new_sidecar_belongs_to_whoever_the_folder_does(tool: ExifTool, tmp_path: Path) -> None:
    path = originals.make(tmp_path / "theirs", "jpg")
    os.chown(path.parent, 12345, 23456)
    sidecar = sidecar_of(path)
    found = look_beside(tool, sidecar, path)
    write(tool, found, decide(found).changes)
    status = sidecar.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (12345, 23456, 0o644)


def test_a_disk_that_fails_as_exiftool_dies_is_the_trouble_of_each_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapped(tmp_path, monkeypatch, f"while read -r line; do case $line in -o) kill -9 0;; esac; "
                                   f'printf "%s\\n" "$line"; done | {REAL} "$@"')  # fmt: skip
    paths = [originals.make(tmp_path / "photos", "jpg", name=name) for name in ("one", "two")]
    real, seen = os.unlink, set()

    def unlink(path: Path, **options: int) -> None:
        if MARK in str(path) and path in seen:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        seen.add(path)
        real(path, **options)

    with ExifTool() as tool:
        drafts = [Draft(look(tool, path), CAPTION) for path in paths]
        monkeypatch.setattr(os, "unlink", unlink)
        write_all(tool, drafts, before_replace=lambda _: None)
    assert all(isinstance(draft.error, DiskError) for draft in drafts)
