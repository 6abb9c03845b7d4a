"""SIGKILL, EIO and ENOSPC at the mutating system calls of a three-photo sync: nothing half, and it goes on by itself.

`make test` strikes a sample of the points, `make faults` (--long) every one, in parts that run beside each other.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sync.home import Home, prepare
from sync.library.database import Library
from tests.fakes.immich import FakeImmich, quick_photo
from tests.fakes.immich.library import Library as ServerLibrary
from tests.fakes.immich.photos import add_photo
from tests.faults import small_mirror, sweep
from tests.faults.patched_tree import copy

FAULTS = {"kill": sweep.KILL, "EIO": str(errno.EIO), "ENOSPC": str(errno.ENOSPC)}
SAMPLE, PARTS, MISSED = 12, 8, 3
MEMORY = Path("/dev/shm")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "part" in metafunc.fixturenames:
        metafunc.parametrize("part", range(PARTS) if metafunc.config.getoption("--long") else [None])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeImmich]:
    library = three_photos(tmp_path_factory.mktemp("immich"))
    with FakeImmich(version=3, library=library) as server:
        yield server


def three_photos(folder: Path) -> ServerLibrary:
    library = ServerLibrary(folder)
    photos = [add_photo(library, quick_photo(number)) for number in range(3)]
    library.add_album("Three", photos)
    return library


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is such a thing: thousands of runs wait for no disk, and none is worn out."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="mp-", dir=MEMORY) as folder:
        yield Path(folder)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_mutating_call_leaves_nothing_half_and_is_made_good(
    server: FakeImmich, memory: Path, fault: str, part: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    template = small_mirror.home_at(memory / "template")
    small_mirror.set_up(template, server, "Three")
    words = small_mirror.sync_command(template)[3:]
    with sweep.Loaded("sync.__main__", "sync.mirror.synchronise", "requests") as sync:
        unharmed = _fresh(template, memory, "count")
        done, points = sync.strike(words, small_mirror.environment(unharmed), unharmed.root, at=0, kind=FAULTS[fault])
        assert done.returncode == 0, done.stderr
        at, step = (1, max(1, points // SAMPLE)) if part is None else (part + 1, PARTS)
        reached, missed = 0, 0
        # How often it publishes depends on who is faster: points that only some runs have are struck, too. Calls that
        # come of a fault, which is met once a run, are no points: behind the last one that a run has all are missed.
        while at <= points and missed < MISSED:
            home = _fresh(template, memory, f"at-{at}")
            environment = small_mirror.environment(home)
            struck, calls = sync.strike(words, environment, home.root, at=at, kind=FAULTS[fault])
            where = f"{fault} at {at} of {points}: {struck.stderr[-400:]}"
            assert struck.returncode == -signal.SIGKILL or fault != "kill" or calls < at, where
            assert small_mirror.broken_promises(home) == [], where
            prepare(home)
            again = sync.run(small_mirror.sync_command(home)[3:], environment)
            assert again.returncode == 0, where + again.stderr
            assert small_mirror.broken_promises(home) == [], where
            assert small_mirror.shown(home) == 3, where
            assert small_mirror.viewed(home, "Three") == 3, where
            assert small_mirror.leftovers(home) == [], where
            shutil.rmtree(home.root)
            shutil.rmtree(home.runtime.parent)
            reached, missed = reached + (calls >= at), 0 if calls >= at else missed + 1
            at, points = at + step, max(points, calls)
    assert reached
    with capsys.disabled():
        print(f"\n{fault}: {points} points, {reached} struck")


def test_a_view_that_a_kill_left_unfinished_is_made_good_though_nothing_else_is_new(mirrored: Home) -> None:
    folder = mirrored.albums / "Three"
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / ".0123456789abcdef0123456789abcdef.part").write_bytes(b"half")
    with closing(Library(mirrored.library)) as library, library.transaction() as db:
        db.execute("DELETE FROM meta WHERE key = 'views'")
    assert small_mirror.run_sync(mirrored).returncode == 0
    assert small_mirror.viewed(mirrored, "Three") == 3


def test_the_sweep_finds_a_build_that_writes_objects_in_place(server: FakeImmich, memory: Path) -> None:
    template = small_mirror.home_at(memory / "template")
    small_mirror.set_up(template, server, "Three")
    command = small_mirror.sync_command(template)
    build = copy(memory / "build")
    place = build / "sync" / "mirror" / "place.py"
    whole = place.read_text()
    broken = whole.replace(
        "        part.replace(path)\n",
        "        with path.open('wb', buffering=0) as hasty:\n"
        "            for start in range(0, part.stat().st_size, 512):\n"
        "                hasty.write(part.read_bytes()[start:start + 512])\n",
    )
    assert broken != whole
    place.unlink()
    place.write_text(broken)
    # Counted are the writes of objects alone, of parts and in place: some sixty each.
    for at in range(10, 60, 5):
        home = _fresh(template, memory, f"at-{at}")
        environment = small_mirror.environment(home) | {"FAULT_ONLY": "write"}
        sweep.strike(command, environment, home.objects, at=at, kind=sweep.KILL, build=build)
        if any("not what its name says" in broken for broken in small_mirror.broken_promises(home)):
            return
    pytest.fail("the sweep sees no half file where objects are written in place")


def _fresh(template: Home, tmp_path: Path, name: str) -> Home:
    home = small_mirror.home_at(tmp_path / name)
    shutil.copytree(template.root, home.root)
    prepare(home)
    return home
