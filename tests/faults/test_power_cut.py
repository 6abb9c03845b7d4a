"""Power cuts: a copy of the card, taken at any call of a running sync, is a mirror that keeps its promises.

The home lies on an ext4 image; the writer is held still at a counted call, the image copied and the copy mounted, as
the card would be after the cut. The same harness must find broken mirrors when fsync does nothing.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from sync.home import Home
from sync.library.database import SCHEMA_VERSION, Library
from tests.fakes.immich import FakeImmich
from tests.faults import small_mirror
from tests.faults.cards import Card
from tests.faults.conftest import album_of

pytestmark = pytest.mark.root
PHOTOS = 24


@dataclass(frozen=True)
class FirstSync:
    """A card on which it can begin, its program and what that is started with."""

    card: Card
    home: Home
    command: list[str]
    environment: dict[str, str]

    def calls(self, below: Path) -> int:
        return self.card.calls(self.command, self.environment, below)

    @contextmanager
    def cut(self, below: Path, at: int, *, names_settled: bool) -> Iterator[Home]:
        """The home that a start after the cut finds."""
        with self.card.after_a_cut(
            self.command, self.environment, below, at=at, names_settled=names_settled
        ), TemporaryDirectory() as run:  # fmt: skip
            yield small_mirror.home_at(self.home.root, Path(run))


@contextmanager
def a_first_sync(folder: Path, **surroundings: str) -> Iterator[FirstSync]:
    """Its server is there until the end of the block."""
    card = Card(folder)
    with FakeImmich(version=3, library=album_of(folder / "immich", PHOTOS, "Many")) as server:
        with card.new() as point:
            home = small_mirror.home_at(point / "home", folder / "run")
            small_mirror.set_up(home, server, "Many")
            command = small_mirror.sync_command(home)
        yield FirstSync(card, home, command, small_mirror.environment(home) | surroundings)


def spread(chance: Random, calls: int, points: int) -> list[int]:
    """One point in each of so many equal parts of a run."""
    edges = [calls * number // points for number in range(points + 1)]
    return [chance.randint(first + 1, last) for first, last in pairwise(edges)]


def test_a_power_cut_at_any_moment_leaves_a_mirror_that_keeps_its_promises(
    tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, rounds = Random(20261121), 25 if request.config.getoption("--long") else 4
    objects: list[int] = []
    with a_first_sync(tmp_path) as sync:
        # Of all its calls, and of those that bring objects, which are as many in every run and the whole fetching.
        for below in (sync.home.root, sync.home.parts):
            calls = sync.calls(below)
            for number, at in enumerate(spread(chance, calls, rounds)):
                with sync.cut(below, at, names_settled=number % 2 == 0) as home:
                    objects.append(len(small_mirror.objects(home)))
                    assert small_mirror.broken_promises(home) == [], f"cut at call {at} of {calls} in {below.name}"
                    again = small_mirror.run_sync(home)
                    assert again.returncode == 0, again.stderr
                    assert small_mirror.shown(home) == PHOTOS
                    assert small_mirror.leftovers(home) == []
    with capsys.disabled():
        print(f"\n{2 * rounds} power cuts, with {objects} objects on the card")
    assert any(0 < count < 2 * PHOTOS for count in objects), "no cut came within the fetching: nothing was tested"


# Every table of an old library, so that a migration has something to lose, and then one migration more than there is.
_MIGRATE = """
import sys
from pathlib import Path
from sync.library import database, schema
@schema.migrations()
def one_more(db):
    db.execute("ALTER TABLE photos ADD COLUMN extra TEXT NOT NULL DEFAULT 'new'")
    db.execute("CREATE TABLE fresh AS SELECT * FROM filler")
    db.execute("UPDATE filler SET body = body || 'x'")
database.SCHEMA_VERSION += 1
database.Library(Path(sys.argv[1])).close()
"""


def test_a_power_cut_during_a_migration_leaves_the_old_or_the_new_tables(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    card = Card(tmp_path)
    with card.new() as point, closing(Library(point / "library.db")) as library:
        library.db.execute("CREATE TABLE filler (body TEXT)")
        library.db.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
            " INSERT INTO filler SELECT printf('%0500d', i) FROM n"
        )
    command = [sys.executable, "-c", _MIGRATE, str(card.point / "library.db")]
    calls = card.calls(command, {}, card.point)
    seen: list[bool] = []
    for at in (1, *spread(Random(3), calls, 30 if request.config.getoption("--long") else 6), calls):
        with (
            card.after_a_cut(command, {}, card.point, at=at, names_settled=bool(at % 2)) as point,
            closing(sqlite3.connect(point / "library.db")) as db,
        ):
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            new = "extra" in [row[1] for row in db.execute("PRAGMA table_info(photos)")]
            applied = db.execute("SELECT count(*) FROM _sqlite_migrations WHERE name = 'one_more'").fetchone()[0]
            copied = db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'fresh'").fetchone()[0]
            grown = db.execute("SELECT count(*) FROM filler WHERE body LIKE '%x'").fetchone()[0]
            assert (applied, copied, grown) == ((1, 1, 20000) if new else (0, 0, 0)), f"cut at call {at} of {calls}"
            version = db.execute("PRAGMA user_version").fetchone()[0]
            assert version == SCHEMA_VERSION or (new and version == SCHEMA_VERSION + 1)
            seen.append(new)
    assert set(seen) == {True, False}, f"every cut came before, or after, the migration: {seen}"


def test_the_harness_finds_the_damage_when_fsync_does_nothing(tmp_path: Path) -> None:
    with a_first_sync(tmp_path, FAULT_NOSYNC="1") as sync:
        points = spread(Random(5), sync.calls(sync.home.parts), 6)
        for at in points:
            with sync.cut(sync.home.parts, at, names_settled=True) as home:
                if small_mirror.broken_promises(home):
                    return
    pytest.fail(f"cuts without fsync at {points} left no damage: the harness cannot see any")
