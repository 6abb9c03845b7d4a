"""Whatever happens to library.db: the wall keeps its photos, and they are known again without being downloaded again.

`make test` does a few dozen seeded damages, `make faults` (--long) many.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from sync.errors import LibraryCorrupt
from sync.home import Home
from sync.library.database import condemn
from tests.fakes.immich import FakeImmich
from tests.fakes.mirror import Mirror, album_of, mirror_of
from tests.faults import small_mirror
from tests.faults.conftest import PHOTOS
from tests.faults.conftest import album_of as album_library
from tests.faults.wall import hanging

_PHOTOS = 12


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeImmich]:
    library = album_library(tmp_path_factory.mktemp("immich"), _PHOTOS, "Many")
    with FakeImmich(version=2, library=library) as server:
        yield server


@pytest.fixture(scope="module")
def whole(large: FakeImmich, tmp_path_factory: pytest.TempPathFactory) -> Mirror:
    mirror = mirror_of(large, tmp_path_factory.mktemp("whole"), album_of(large, "Many"))
    assert mirror.run().exit_code == 0
    return mirror


def damage(path: Path, chance: Random) -> str:
    """Spoil the file in one of the ways that cards do; says how."""
    content = bytearray(path.read_bytes())
    page = chance.randrange(len(content) // 4096) * 4096
    how = chance.choice(["header", "page", "zeroes", "cut", "empty", "garbage", "bits"])
    match how:
        case "header":
            content[:100] = chance.randbytes(100)
        case "page":
            content[page : page + 4096] = chance.randbytes(4096)
        case "zeroes":
            content[page : page + 4096] = bytes(4096)
        case "cut":
            del content[chance.randrange(1, len(content)) :]
        case "empty":
            content.clear()
        case "garbage":
            content[:] = chance.randbytes(len(content))
        case "bits":
            for _ in range(8):
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return f"{how} at {page}"


def test_no_damage_of_the_library_takes_a_photo_off_the_wall_or_downloads_one_again(
    large: FakeImmich, whole: Mirror, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    shown, objects = whole.entries(), whole.objects()
    for seed in range(120 if request.config.getoption("--long") else 30):
        home = Home(root=tmp_path / str(seed), runtime=tmp_path / f"{seed}-run")
        shutil.copytree(whole.home.root, home.root)
        shutil.copytree(whole.home.runtime, home.runtime)
        how = f"seed {seed}: {damage(home.library, Random(seed))}"
        mirror = Mirror(home, whole.settings)
        large.clear_log()
        try:
            mirror.run()
        except LibraryCorrupt:
            # Damage inside a row's text, which no check sees: the job's process says so and ends; then comes the next.
            condemn(home.library)
            mirror.run()
        again = mirror.run(asked=True)
        assert again.exit_code == 0, (how, again.problems)
        assert mirror.entries() == shown, how
        assert mirror.objects() == objects, how
        bodies = [e for e in large.log if e.status == 200 and e.path.endswith(("/original", "/thumbnail"))]
        assert bodies == [], how
        shutil.rmtree(home.root)


@pytest.mark.parametrize("lost", [("-wal",), ("-shm",), ("-wal", "-shm")], ids=" and ".join)
def test_a_lost_journal_costs_recent_rows_at_most(
    large: FakeImmich, whole: Mirror, tmp_path: Path, lost: tuple[str, ...]
) -> None:
    home = killed_copy(whole, tmp_path)
    for suffix in lost:
        home.library.with_name(home.library.name + suffix).unlink(missing_ok=True)
    check_whole(Mirror(home, whole.settings), whole)


def test_the_journal_of_another_library_is_no_harm(large: FakeImmich, whole: Mirror, tmp_path: Path) -> None:
    home = killed_copy(whole, tmp_path)
    other = sqlite3.connect(tmp_path / "other.db")
    other.executescript("PRAGMA journal_mode = WAL; CREATE TABLE strange (thing); INSERT INTO strange VALUES (1)")
    shutil.copy(tmp_path / "other.db-wal", home.library.with_name(home.library.name + "-wal"))
    other.close()
    check_whole(Mirror(home, whole.settings), whole)


def killed_copy(whole: Mirror, tmp_path: Path) -> Home:
    """The home as a killed process leaves it: the last rows are in the journal only."""
    home = Home(root=tmp_path / "home", runtime=tmp_path / "run")
    shutil.copytree(whole.home.root, home.root)
    open_ended = sqlite3.connect(home.library)
    open_ended.execute("PRAGMA wal_autocheckpoint = 0")
    open_ended.execute("INSERT OR REPLACE INTO meta VALUES ('late', 'row')")
    open_ended.commit()
    left = tmp_path / "left"
    left.mkdir()
    for file in home.private.glob("library.db*"):
        shutil.copy(file, left)
    open_ended.close()
    for file in left.iterdir():
        shutil.copy(file, home.private)
    return home


def check_whole(mirror: Mirror, whole: Mirror) -> None:
    mirror.run()
    assert mirror.run().exit_code == 0
    assert mirror.entries() == whole.entries()
    assert mirror.objects() == whole.objects()


@pytest.mark.parametrize(
    "spoil",
    ["UPDATE photos SET facts = x'c1c1c1'", "UPDATE photos SET display = CAST(x'c328' || display AS TEXT)"],
    ids=["facts", "text"],
)
def test_rows_that_nothing_can_read_are_put_aside_by_the_job_that_meets_them(
    server: FakeImmich, mirrored: Home, spoil: str
) -> None:
    with sqlite3.connect(mirrored.library) as db:
        db.execute(spoil)
        db.execute("UPDATE meta SET value = '7' WHERE key = 'wall'")
        db.execute("UPDATE photos SET details_for = NULL")
    db.close()
    server.clear_log()
    codes = [small_mirror.command_line(mirrored, "sync").returncode for _ in range(2)]
    assert codes[-1] == 0
    assert list(mirrored.private.glob("library.db.corrupt.*"))
    assert server.count("/original|/thumbnail") == 0
    assert small_mirror.shown(mirrored) == PHOTOS
    assert small_mirror.broken_promises(mirrored) == []


def test_a_library_of_a_newer_version_is_not_written_and_the_wall_goes_on(server: FakeImmich, mirrored: Home) -> None:
    with sqlite3.connect(mirrored.library) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = mirrored.library.read_bytes()
    server.clear_log()
    verb = small_mirror.command_line(mirrored, "sync")
    assert verb.returncode == 1
    assert "newer version" in verb.stderr
    assert "Traceback" not in verb.stderr
    assert server.log == []
    assert mirrored.library.read_bytes() == before
    with hanging(mirrored) as wall:
        assert len(wall.all_of(PHOTOS)) == PHOTOS
