"""SIGKILL, EIO and ENOSPC at the mutating system calls of one write into an original: it stays whole, old or new."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sync.settings.writeback import Module
from sync.writeback.changes import changes
from sync.writeback.exiftool import ExifTool
from sync.writeback.look import look
from sync.writeback.mapping import Options
from sync.writeback.undo import undo
from sync.writeback.write import write
from tests.faults import sweep
from tests.faults.patched_tree import copy
from tests.sync.writeback import originals

FAULTS = {"kill": sweep.KILL, "EIO": str(errno.EIO), "ENOSPC": str(errno.ENOSPC)}


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, bytes, int]:
    """The original, its bytes before and after an unharmed write, and how many points that has."""
    folder = tmp_path_factory.mktemp("original")
    path = originals.make(folder / "kept", "jpg")
    work = folder / "work" / path.name
    work.parent.mkdir()
    shutil.copy(path, work)
    points = sweep.count(command(work), {}, work.parent)
    assert originals.names(work.parent) == [path.name]
    return path, path.read_bytes(), work.read_bytes(), points


def command(path: Path) -> list[str]:
    return [sys.executable, "-m", "tests.faults.one_write", str(path)]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_call_of_a_write_leaves_the_original_whole(
    photo: tuple[Path, bytes, bytes, int],
    tmp_path: Path,
    fault: str,
) -> None:
    path, before, after, points = photo
    for at in range(1, points + 1):
        work = tmp_path / str(at) / path.name
        work.parent.mkdir()
        shutil.copy(path, work)
        struck = sweep.strike(command(work), {}, work.parent, at=at, kind=FAULTS[fault])
        assert work.read_bytes() in (before, after), f"{fault} at {at} of {points}: {struck.stderr[-400:]}"
        subprocess.run(command(work), check=True, cwd=sweep.ROOT)
        assert work.read_bytes() == after, f"after {fault} at {at} of {points}"
        assert originals.names(work.parent) == [path.name], f"after {fault} at {at} of {points}"


def test_the_sweep_finds_a_build_that_writes_in_place(photo: tuple[Path, bytes, bytes, int], tmp_path: Path) -> None:
    path, before, after, points = photo
    build = copy(tmp_path / "build")
    replace = build / "sync" / "writeback" / "replace.py"
    whole = replace.read_text()
    broken = whole.replace(
        "    scratch.replace(found.path)\n",
        "    with open(found.path, 'wb', buffering=0) as hasty:\n"
        "        for start in range(0, scratch.stat().st_size, 2048):\n"
        "            hasty.write(scratch.read_bytes()[start:start + 2048])\n",
    )
    assert broken != whole
    replace.unlink()
    replace.write_text(broken)
    for at in range(points - 2, points + 6):
        work = tmp_path / str(at) / path.name
        work.parent.mkdir()
        shutil.copy(path, work)
        sweep.strike(command(work), {}, work.parent, at=at, kind=sweep.KILL, build=build)
        if work.read_bytes() not in (before, after):
            return
    pytest.fail("the sweep sees no half original where it is written in place")


def test_the_picture_of_many_files_is_the_same_before_after_and_undone(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    count = 500 if request.config.getoption("--long") else 40
    paths = [
        originals.make(
            tmp_path, originals.PICTURES[number % len(originals.PICTURES)], name=f"{number}", seed=number % 7
        )
        for number in range(count)
    ]
    before = {path: (path.read_bytes(), originals.shown(path)) for path in paths}
    with ExifTool() as tool:
        written = {}
        for path in paths:
            found = look(tool, path)
            decided = changes(originals.EVERYTHING, found, {}, modules=tuple(Module), options=Options())
            written[path] = write(tool, found, decided.changes)
            assert path.read_bytes() != before[path][0]
            assert originals.shown(path) == before[path][1]
        for path in paths:
            assert undo(tool, written[path]).exact
            assert path.read_bytes() == before[path][0]
