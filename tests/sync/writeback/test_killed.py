"""A run that is killed leaves whole files and a journal that knows which; the next one goes on, and undo takes all."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from sync.library import writeback as ledger
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


@pytest.mark.parametrize("point", ["before the file is replaced", "after the file is replaced"])
def test_a_killed_run_goes_on_and_can_be_taken_back(three: Originals, point: str) -> None:
    before = {path.name: path.read_bytes() for path in three.folder.rglob("*.jpg")}
    killed(three, point)
    for path in three.folder.rglob("*.jpg"):
        with Image.open(path) as picture:
            picture.load()
    with three.work() as work:
        assert len(ledger.unsettled(work.library)) == 1
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


def test_ten_edits_on_the_server_reach_the_file_once_each_and_nothing_comes_back(three: Originals) -> None:
    three.run()
    for cycle in range(10):
        three.server.edits.describe("a.jpg", f"Caption {cycle}")
        assert three.counts() == {"total": 3, "updated": 1, "files_written": 1}
        assert three.counts() == {"total": 3}
        assert three.tags("a.jpg", "XMP-dc:Description") == {"XMP-dc:Description": f"Caption {cycle}"}
        assert three.server.library.asset_named("a.jpg").description == f"Caption {cycle}"
