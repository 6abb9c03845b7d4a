"""A run that is killed leaves whole files and a journal that knows which; the next one goes on, and undo takes all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from sync.library import writeback as ledger
from sync.writeback.settle import settle
from tests.fakes.writeback import Originals, originals_of


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Originals]:
    made = originals_of(tmp_path, 3, "a.jpg", "b.jpg", "c.jpg")
    for name in "abc":
        made.server.edits.describe(f"{name}.jpg", f"Caption of {name}")
    yield made
    made.server.stop()


def killed(originals: Originals, point: str) -> None:
    settings = msgspec.json.encode(originals.settings).decode()
    home = originals.home
    done = subprocess.run(
        [sys.executable, "-m", "tests.sync.writeback.dying", str(home.root), str(home.runtime), settings, point],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("point", ["before any file is replaced", "between two files", "after all are replaced"])
def test_a_killed_run_goes_on_and_can_be_taken_back(three: Originals, point: str) -> None:
    before = {path.name: path.read_bytes() for path in three.folder.rglob("*.jpg")}
    killed(three, point)
    for path in three.folder.rglob("*.jpg"):
        with Image.open(path) as picture:
            picture.load()
    with three.work() as work:
        assert len(ledger.unsettled(work.library)) == 3
    three.run()
    for name in "abc":
        tags = three.tags(f"{name}.jpg", "XMP-dc:Description")
        assert tags["XMP-dc:Description"] == f"Caption of {name}"
    assert three.counts() == {"total": 3}
    with three.work() as work:
        runs = len(ledger.runs(work.library))
    for _ in range(runs):
        assert three.undo().facts["merged"] == 0
    assert {path.name: path.read_bytes() for path in three.folder.rglob("*.jpg")} == before
    assert [path for path in three.folder.rglob("*") if path.name not in before] == []


def test_what_was_written_as_a_run_died_is_known_when_the_disk_is_back(three: Originals) -> None:
    before = {path.name: path.read_bytes() for path in three.folder.rglob("*.jpg")}
    killed(three, "after all are replaced")
    away = three.folder.rename(three.folder.with_name("away"))
    three.folder.mkdir()
    three.run()
    three.folder.rmdir()
    away.rename(three.folder)
    three.run()
    with three.work() as work:
        runs = len(ledger.runs(work.library))
    for _ in range(runs):
        three.undo()
    assert {path.name: path.read_bytes() for path in three.folder.rglob("*.jpg")} == before


def test_what_was_written_as_a_run_died_is_taken_back_from_a_file_that_others_changed_since(three: Originals) -> None:
    killed(three, "after all are replaced")
    with three.work() as work:
        path = Path(ledger.unsettled(work.library)[0].path)
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=theirs", str(path)], check=True)
    with three.work() as work:
        settle(work)
    three.undo()
    left = three.tags(path.name, "XMP-dc:Title", "XMP-dc:Description")
    assert left == {"XMP-dc:Title": "theirs"}


@pytest.mark.parametrize(("number", "errors"), [(errno.EIO, 1), (errno.EINVAL, 0)])
def test_a_write_whose_name_could_not_be_made_durable_is_in_the_journal(
    three: Originals, monkeypatch: pytest.MonkeyPatch, number: int, errors: int
) -> None:
    before = {path.name: path.read_bytes() for path in three.folder.rglob("*.jpg")}
    real = os.fsync

    def fsync(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink() == three.folder:
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    assert three.counts().get("errors", 0) == errors
    monkeypatch.undo()
    changed = [name for name, content in before.items() if three.file(name).read_bytes() != content]
    assert changed
    three.undo()
    assert {path.name: path.read_bytes() for path in three.folder.rglob("*.jpg")} == before


def test_ten_edits_on_the_server_reach_the_file_once_each_and_nothing_comes_back(three: Originals) -> None:
    three.run()
    for cycle in range(10):
        three.server.edits.describe("a.jpg", f"Caption {cycle}")
        assert three.counts() == {"total": 3, "updated": 1, "files_written": 1}
        assert three.counts() == {"total": 3}
        assert three.tags("a.jpg", "XMP-dc:Description") == {"XMP-dc:Description": f"Caption {cycle}"}
        assert three.server.library.asset_named("a.jpg").description == f"Caption {cycle}"
