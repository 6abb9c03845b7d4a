"""Power cuts: a copy of the card, taken at once while syncs run, is a mirror that keeps its promises.

The home lies on an ext4 image on a loop device; the writer is stopped, the image file copied and the copy mounted, as
the card would be after the cut. The same harness must find broken mirrors when fsync does nothing.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from sync.library.database import SCHEMA_VERSION, Library
from tests.fakes.immich import FakeImmich, quick_photo
from tests.fakes.immich.library import Library as ServerLibrary
from tests.fakes.immich.photos import add_photo
from tests.faults import small_mirror, sweep

pytestmark = pytest.mark.root
PHOTOS = 24


@contextmanager
def mounted(image: Path, point: Path) -> Iterator[Path]:
    point.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop,noauto_da_alloc,commit=1", image, point], check=True)
    try:
        yield point
    finally:
        subprocess.run(["umount", "-l", point], check=True)


@contextmanager
def a_server(tmp_path: Path) -> Iterator[FakeImmich]:
    library = ServerLibrary(tmp_path / "immich")
    library.add_album("Many", [add_photo(library, quick_photo(number)) for number in range(PHOTOS)])
    with FakeImmich(version=3, library=library, delay_ms=15) as server:
        yield server


def card_after_a_cut(tmp_path: Path, server: FakeImmich, *, after: float, extra: dict[str, str]) -> Path:
    """The image of a card whose power went `after` seconds into a first sync."""
    image = tmp_path / "card.img"
    with image.open("wb") as file:
        file.truncate(96_000_000)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    with mounted(image, tmp_path / "card") as point:
        home = small_mirror.home_at(point / "home")
        small_mirror.set_up(home, server, "Many")
        command = small_mirror.sync_command(home)
        subprocess.run(["sync", "-f", point], check=True)
        return cut_during(command, os.environ | small_mirror.environment(home) | extra, image, after=after)


def cut_during(command: list[str], surroundings: dict[str, str], image: Path, *, after: float) -> Path:
    """A copy of the card as it was `after` seconds into the program; the program is killed."""
    cut = image.with_name("cut.img")
    reader, writer = os.pipe()
    job = subprocess.Popen(command, env=surroundings, cwd=small_mirror.ROOT, stdin=reader, start_new_session=True)
    try:
        time.sleep(after)  # the moment of the cut: the fault itself, not a wait for something
        with contextlib.suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGSTOP)
        shutil.copyfile(image, cut)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGKILL)
        job.wait()
        os.close(reader)
        os.close(writer)
    return cut


def test_a_power_cut_at_any_moment_leaves_a_mirror_that_keeps_its_promises(
    tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = Random(20261121)
    rounds = 50 if request.config.getoption("--long") else 6
    objects: list[int] = []
    late = 1.0
    with a_server(tmp_path) as server:
        for number in range(rounds):
            after = late * chance.uniform(0.4, 1.5)
            cut = card_after_a_cut(tmp_path, server, after=after, extra={})
            with mounted(cut, tmp_path / "after") as point:
                home = small_mirror.home_at(point / "home")
                objects.append(len(small_mirror.objects(home)))
                # The moments that matter lie within the run, however fast the machine is.
                late *= 0.8 if objects[-1] == 2 * PHOTOS else 1.2 if not objects[-1] else 1
                assert small_mirror.broken_promises(home) == [], f"round {number}, cut after {after:.3f} s"
                again = small_mirror.run_sync(home)
                assert again.returncode == 0, again.stderr
                assert small_mirror.shown(home) == PHOTOS
                assert small_mirror.leftovers(home) == []
    with capsys.disabled():
        print(f"\n{rounds} power cuts, with {objects} objects on the card")
    assert any(0 < count < 2 * PHOTOS for count in objects), "no cut came within the fetching: nothing was tested"


# Every table of an old library, so that a migration has something to lose, and then one migration more than there is.
_MIGRATE = """
import sys, time
from pathlib import Path
from sync.library import database, schema
@schema.migrations()
def one_more(db):
    db.execute("ALTER TABLE photos ADD COLUMN extra TEXT NOT NULL DEFAULT 'new'")
    db.execute("CREATE TABLE fresh AS SELECT * FROM filler")
    db.execute("UPDATE filler SET body = body || 'x'")
database.SCHEMA_VERSION += 1
print("migrating", flush=True)
database.Library(Path(sys.argv[1])).close()
"""


def test_a_power_cut_during_a_migration_leaves_the_old_or_the_new_tables(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    chance = Random(3)
    image = tmp_path / "card.img"
    with image.open("wb") as file:
        file.truncate(96_000_000)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    seen: list[bool] = []
    late = 1.0
    while len(seen) < (30 if request.config.getoption("--long") else 6) or (len(set(seen)) < 2 and len(seen) < 40):
        with mounted(image, tmp_path / "card") as point:
            path = point / "library.db"
            for file in point.glob("library.db*"):
                file.unlink()
            with closing(Library(path)) as library:
                library.db.execute("CREATE TABLE filler (body TEXT)")
                library.db.execute(
                    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                    " INSERT INTO filler SELECT printf('%0500d', i) FROM n"
                )
            subprocess.run(["sync", "-f", point], check=True)
            command = [sys.executable, "-c", _MIGRATE, str(path)]
            cut = cut_during(command, dict(os.environ), image, after=late * chance.uniform(0.2, 0.9))
        with mounted(cut, tmp_path / "after") as point, closing(sqlite3.connect(point / "library.db")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            new = "extra" in [row[1] for row in db.execute("PRAGMA table_info(photos)")]
            applied = db.execute("SELECT count(*) FROM _sqlite_migrations WHERE name = 'one_more'").fetchone()[0]
            copied = db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'fresh'").fetchone()[0]
            grown = db.execute("SELECT count(*) FROM filler WHERE body LIKE '%x'").fetchone()[0]
            assert (applied, copied, grown) == ((1, 1, 20000) if new else (0, 0, 0))
            version = db.execute("PRAGMA user_version").fetchone()[0]
            assert version == SCHEMA_VERSION or (new and version == SCHEMA_VERSION + 1)
            seen.append(new)
            # The moment that matters is somewhere in between, on a slow machine too.
            late *= 0.85 if new else 1.2
    assert set(seen) == {True, False}, "every cut came before, or after, the migration: the harness tests nothing"


def test_the_harness_finds_the_damage_when_fsync_does_nothing(tmp_path: Path) -> None:
    broken = {
        "LD_PRELOAD": str(sweep.shim()),
        "FAULT_NOSYNC": "1",
        "FAULT_AT": "0",
        "FAULT_KIND": "kill",
        "FAULT_HOME": str(tmp_path / "card"),
    }
    with a_server(tmp_path) as server:
        for after in (1.0, 1.4, 1.8, 2.2, 2.6, 3.0):
            cut = card_after_a_cut(tmp_path, server, after=after, extra=broken)
            with mounted(cut, tmp_path / "after") as point:
                home = small_mirror.home_at(point / "home")
                if small_mirror.broken_promises(home):
                    return
    pytest.fail("six cuts without fsync left no damage: the harness cannot see any")
