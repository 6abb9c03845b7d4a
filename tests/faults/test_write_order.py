"""The order in which a sync writes, call by call: bytes, their fsync, their name, the name's fsync, and only then rows.

The power cuts show what comes of another order now and then; this shows it every time.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.home import Home
from tests.fakes.immich import FakeImmich
from tests.faults import small_mirror, sweep
from tests.faults.conftest import ALBUM, PHOTOS

Calls = list[tuple[str, str]]


@pytest.fixture
def calls(server: FakeImmich, tmp_path: Path) -> tuple[Home, Calls]:
    """A home after its first sync, and every mutating call of that."""
    home = small_mirror.home_at(tmp_path / "home")
    small_mirror.set_up(home, server, ALBUM)
    done = small_mirror.run_sync(home, sweep.traced(home.root, tmp_path / "trace"))
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "trace").read_text().splitlines()
    return home, [(name, path) for name, _, path in (line.partition(" ") for line in lines)]


def test_every_object_is_on_the_disk_before_it_has_its_name_and_has_it_before_rows_speak_of_it(
    calls: tuple[Home, Calls],
) -> None:
    home, made = calls
    parts = [path for name, path in made if name == "rename" and path.startswith(str(home.parts))]
    assert len(parts) == 2 * PHOTOS
    for part in parts:
        own = [name for name, path in made if path == part]
        assert own[own.index("rename") - 1] == "fsync", own
    objects = small_mirror.objects(home)
    assert len(objects) == 2 * PHOTOS
    last_rows = max(at for at, call in enumerate(made) if call == ("fdatasync", f"{home.library}-wal"))
    for file in objects:
        named = made.index(("named", str(file)))
        assert ("fsync", str(file.parent)) in made[named:last_rows]


def test_the_catalogue_is_on_the_disk_before_it_has_its_name(calls: tuple[Home, Calls]) -> None:
    home, made = calls
    published = [at for at, call in enumerate(made) if call == ("named", str(home.catalogue))]
    assert published
    for at in published:
        part = made[at - 1][1]
        own = [name for name, path in made[:at] if path == part]
        assert own.index("fsync") > max(n for n, name in enumerate(own) if name.startswith(("write", "pwrite")))
        assert ("fsync", str(home.published)) in made[at:]
