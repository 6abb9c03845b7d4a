from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.home import Home
from tests.fakes.immich import FakeImmich, quick_photo
from tests.fakes.immich.library import Library
from tests.fakes.immich.photos import add_photo
from tests.faults import small_mirror

ALBUM, PHOTOS = "Three", 3


def album_of(folder: Path, photos: int, name: str = ALBUM) -> Library:
    """A server's library of one album."""
    library = Library(folder)
    library.add_album(name, [add_photo(library, quick_photo(number)) for number in range(photos)])
    return library


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeImmich]:
    with FakeImmich(version=3, library=album_of(tmp_path / "immich", PHOTOS)) as server:
        yield server


@pytest.fixture
def mirrored(tmp_path: Path, server: FakeImmich) -> Home:
    """A home after its first sync: three photos on the wall."""
    home = small_mirror.home_at(tmp_path / "home")
    small_mirror.set_up(home, server, ALBUM)
    done = small_mirror.run_sync(home)
    assert done.returncode == 0, done.stderr
    assert small_mirror.shown(home) == PHOTOS
    return home
