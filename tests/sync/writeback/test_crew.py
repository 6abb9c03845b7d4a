"""Many files are written by two hands: each once, all of them, and what ends one hand ends both."""

from __future__ import annotations

import itertools
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.errors import Cancelled
from sync.library import writeback as ledger
from sync.settings.writeback import Module
from sync.writeback import crew, scratch_space
from sync.writeback.family import LOADS
from sync.writeback.replace import MARK, scratch_beside
from tests.fakes.writeback import Originals, originals_of, root_of
from tests.sync.writeback.exiftools import REAL, wrapped

NAMES = [f"{number:02}.jpg" for number in range(16)]


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Originals]:
    monkeypatch.setattr(crew, "HANDS", 2)
    monkeypatch.setattr(crew, "BATCH", 3)
    made = originals_of(tmp_path, 3, *NAMES)
    for name in NAMES:
        made.server.edits.describe(name, f"Caption of {name}")
    made.set(root_of(made.folder, modules=(Module.CAPTION,)))
    yield made
    made.server.stop()


def test_every_file_is_written_once_and_taken_back(many: Originals) -> None:
    before = {path.name: path.read_bytes() for path in many.folder.rglob("*.jpg")}
    assert many.counts() == {"total": 16, "updated": 16, "files_written": 16}
    for name in NAMES:
        assert many.tags(name, "XMP-dc:Description") == {"XMP-dc:Description": f"Caption of {name}"}
    assert many.counts() == {"total": 16}
    with many.work() as work:
        (run,) = ledger.runs(work.library)
        assert run.changes == 16
    many.undo()
    assert {path.name: path.read_bytes() for path in many.folder.rglob("*.jpg")} == before


def test_a_cancelled_run_leaves_nothing_open_and_goes_on(many: Originals) -> None:
    with pytest.raises(Cancelled):
        many.run(cancelled=lambda: any(b"Caption of" in many.file(name).read_bytes() for name in NAMES))
    with many.work() as work:
        assert ledger.unsettled(work.library) == []
        done = sum(run.changes for run in ledger.runs(work.library))
    assert 0 < done < 16
    assert many.counts()["updated"] == 16 - done
    assert many.server.library.asset_named("00.jpg").size_bytes == many.file("00.jpg").stat().st_size


@pytest.mark.parametrize("hand", ["MainThread", "hand-1"])
def test_what_nobody_foresaw_in_either_hand_ends_the_run(many: Originals, hand: str) -> None:
    calls, others = itertools.count(), itertools.count()
    broke = threading.Event()

    def breaks() -> bool:
        if threading.current_thread().name == hand:
            if next(calls) > 0:
                broke.set()
                raise ZeroDivisionError
        elif hand in {each.name for each in threading.enumerate()} and next(others) > 0:
            broke.wait(60)  # the other hand may be given the processor late: all would be done by then
        return False

    with pytest.raises(ZeroDivisionError):
        many.run(cancelled=breaks)
    with many.work() as work:
        assert ledger.unsettled(work.library) == []
        done = sum(run.changes for run in ledger.runs(work.library))
    assert many.counts() == {"total": 16, "updated": 16 - done, "files_written": 16 - done}


def test_a_hand_that_cannot_start_ends_the_run_once_the_others_rest(
    many: Originals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "HANDS", 3)
    real = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if thread.name == "hand-2":
            raise RuntimeError("can't start new thread")
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError, match="can't start"):
        many.run()
    assert not [thread for thread in threading.enumerate() if thread.name == "hand-1"]
    monkeypatch.undo()
    with many.work() as work:
        assert ledger.unsettled(work.library) == []
        done = sum(run.changes for run in ledger.runs(work.library))
    assert many.counts().get("updated", 0) == 16 - done


_DIES = """
    require 'Image/ExifTool/Writer.pl';
    BEGIN { no warnings; *open = \\&Image::ExifTool::Open }
    no warnings;
    *Image::ExifTool::Open = sub { kill 9, $$ if $_[2] =~ /04.jpg$/; goto &open };
"""


@pytest.mark.parametrize("family", [True, False], ids=["of a family", "each by itself"])
def test_a_file_that_exiftool_dies_of_costs_no_other(
    many: Originals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: bool
) -> None:
    deadly = tmp_path / "deadly"
    deadly.write_text(f"{_DIES} 1;")
    deadly.with_suffix(".pl").write_text(f"{_DIES} require '{LOADS}' if {int(family)}; 1;")
    choice = f'case "$2" in *.pl) deadly={deadly}.pl;; *) deadly={deadly};; esac'
    with monkeypatch.context() as with_it:
        wrapped(tmp_path, with_it, f'{choice}; shift 2; exec {REAL} -config $deadly "$@"')
        assert many.counts() == {"total": 16, "updated": 15, "files_written": 15, "errors": 1}
    assert "XMP-dc:Description" not in many.tags("04.jpg", "XMP-dc:Description")


def test_films_lie_beside_their_originals_one_at_a_time(many: Originals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch_space, "SMALL_BYTES", 1)
    monkeypatch.setattr(scratch_space, "_MOST_BYTES", 4)
    monkeypatch.setattr(crew, "BATCH", 1)
    at_once: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        until = time.monotonic() + (1 if len(at_once) < 2 else 0)
        while (there := len(list(many.folder.glob(f"*{MARK}")))) < 2 and time.monotonic() < until:
            os.sched_yield()  # the other hand's chance
        at_once.append(there)

    monkeypatch.setattr(os, "fsync", fsync)
    assert many.counts()["files_written"] == 16
    assert max(at_once) == 1


def test_what_somebody_else_writes_at_the_last_moment_is_none_of_ours(
    many: Originals, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = many.file("04.jpg")
    with scratch_beside(theirs) as path:
        scratch = path
    real = os.fsync

    def fsync(handle: int) -> None:
        """What is to take the place of their file is on the disk: no step but the journal lies between."""
        real(handle)
        if Path(f"/proc/self/fd/{handle}").readlink() == scratch:
            words = ["-XMP-dc:Title=theirs", "-XMP-dc:Description=Caption of 04.jpg"]
            subprocess.run(["exiftool", "-q", "-overwrite_original", *words, str(theirs)], check=True)

    monkeypatch.setattr(crew, "HANDS", 1)
    monkeypatch.setattr(crew, "BATCH", 16)
    monkeypatch.setattr(os, "fsync", fsync)
    assert many.counts() == {"total": 16, "updated": 15, "files_written": 15, "waiting": 1}
    monkeypatch.undo()
    before = theirs.read_bytes()
    many.undo()
    assert theirs.read_bytes() == before
