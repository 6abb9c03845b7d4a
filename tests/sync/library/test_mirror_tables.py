"""The mirror's tables: what is written comes back, and nothing is written where there is no news."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.home import Home
from sync.library import albums, held, objects, schema
from sync.library.albums import AlbumRow
from sync.library.database import SCHEMA_VERSION, Library
from sync.library.held import HeldRow
from sync.library.objects import ObjectRow

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_schema_is_of_as_many_migrations_as_its_version_says(library: Library) -> None:
    assert len(list(schema.migrations.pending(_database(library)))) == 0
    assert len(list(schema.migrations.applied(_database(library)))) == SCHEMA_VERSION
    assert library.row("PRAGMA user_version")[0] == SCHEMA_VERSION  # type: ignore[index]


def test_any_number_may_begin_the_library_at_once(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from sync.library.database import Library; sys.stdin.read(1); " \
              "Library(Path(sys.argv[1]), repair=False).close()"  # fmt: skip
    for number in range(4):
        command = [sys.executable, "-c", program, str(tmp_path / f"{number}.db")]
        begun = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
        for one in begun:
            assert one.stdin is not None
            one.stdin.write(b"!")
            one.stdin.flush()
        assert [(one.communicate()[1][-300:], one.returncode) for one in begun] == [(b"", 0)] * 3


@pytest.mark.parametrize("name", [b"CREATE TABLE albums", b"tablealbumsalbums"])
def test_names_that_are_no_text_any_more_are_damage_like_any_other(name: bytes, home: Home) -> None:
    Library(home.library).close()
    whole = home.library.read_bytes()
    assert name in whole
    home.library.write_bytes(whole.replace(name, name.replace(b"a", b"\xec").replace(b"A", b"\xec"), 1))
    opened = Library(home.library)
    assert opened.quarantined is not None
    opened.close()


def _database(library: Library):  # type: ignore[no-untyped-def]
    from sqlite_utils import Database

    return Database(library.db)


def test_an_album_comes_back_as_it_was_written(library: Library) -> None:
    row = AlbumRow(name="A", identity="x", token="t", complete=True, left_out={"videos": 3}, problem_lasts=True)
    with library.transaction() as db:
        albums.put(db, row)
    assert albums.get(library, "A") == row
    assert albums.every(library) == [row]


def test_a_problem_is_written_once_lasts_after_a_day_and_goes(library: Library) -> None:
    assert albums.problem(library, "A", sentence="No answer.", now=NOON)
    assert not albums.problem(library, "A", sentence="No answer.", now=NOON + timedelta(hours=23))
    assert not albums.problem(library, "A", sentence="No answer.", now=NOON + timedelta(days=900), trusted=False)
    assert albums.problem(library, "A", sentence="No answer.", now=NOON + timedelta(hours=25))
    row = albums.get(library, "A")
    assert row is not None
    assert (row.problem_since, row.problem_lasts) == (NOON.isoformat(), True)
    assert albums.problem(library, "A", sentence=None, now=NOON)
    assert albums.get(library, "A") == AlbumRow(name="A")


def test_what_is_held_comes_back(library: Library) -> None:
    row = HeldRow(album="A", plan="p", reason="r", photos=("x", "y"), since="s", decision="remove")
    with library.transaction() as db:
        held.put(db, row)
    assert held.get(library, "A") == row
    with library.transaction() as db:
        held.remove(db, "A")
    assert held.every(library) == []


def test_objects_that_no_photo_names_are_retired_once(library: Library) -> None:
    with library.transaction() as db:
        objects.put(db, ObjectRow(name="a.jpg", bytes=5, mtime_ns=1, proof="checksum", checked_at=""))
        assert objects.retire(db, since="first") == 1
        assert objects.retire(db, since="second") == 0
    assert [row.retired for row in objects.retired(library)] == ["first"]
