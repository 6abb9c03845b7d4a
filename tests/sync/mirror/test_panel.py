"""Display copies follow the size of the panel: Immich's previews, or our own where those are too small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sync.mirror.panel import larger_than_preview
from sync.settings.tree import Settings
from sync.settings.wall import Wall
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.samples import synthetic_library
from tests.fakes.mirror import Mirror, album_of, mirror_of


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeImmich]:
    folder = tmp_path_factory.mktemp("large")
    with FakeImmich(version=3, library=synthetic_library(folder, 2, size=(2600, 1950))) as fake:
        yield fake


def mirror_for(server: FakeImmich, root: Path, panel: str) -> Mirror:
    mirror = mirror_of(server, root, album_of(server, "Big"))
    set_panel(mirror, panel)
    return mirror


def set_panel(mirror: Mirror, panel: str) -> None:
    wall = msgspec.structs.replace(mirror.settings.wall, size=panel)
    mirror.settings = msgspec.structs.replace(mirror.settings, wall=wall)


def sizes(mirror: Mirror) -> set[tuple[int, int]]:
    return {(entry.display_width, entry.display_height) for entry in mirror.entries("Big")}


def files_asked_for(server: FakeImmich) -> list[str]:
    return [entry.path for entry in server.log if entry.path.endswith(("/original", "/thumbnail"))]


@pytest.mark.parametrize(
    ("panel", "sides"),
    [("", None), ("1920x1080", None), ("2560x1440", None), ("3840x2160", (2160, 7680)), ("2160x3840", (2160, 7680))],
)
def test_only_a_panel_beyond_immichs_previews_needs_larger_copies(panel: str, sides: tuple[int, int] | None) -> None:
    assert larger_than_preview(Settings(wall=Wall(size=panel))) == sides


def test_a_large_panel_shows_copies_made_from_originals(server: FakeImmich, tmp_path: Path) -> None:
    mirror = mirror_for(server, tmp_path, "3840x1800")
    mirror.run()
    assert sizes(mirror) == {(2400, 1800)}
    mirror.check()


def test_a_changed_panel_has_its_copies_made_anew_and_back(server: FakeImmich, tmp_path: Path) -> None:
    mirror = mirror_for(server, tmp_path, "")
    mirror.run()
    assert sizes(mirror) == {(1920, 1440)}
    set_panel(mirror, "3840x2160")
    mirror.run()
    assert sizes(mirror) == {(2600, 1950)}
    set_panel(mirror, "3840x1800")
    mirror.run()
    assert sizes(mirror) == {(2400, 1800)}
    set_panel(mirror, "1920x1080")
    mirror.run()
    assert sizes(mirror) == {(1920, 1440)}
    mirror.check()


def test_the_same_panel_makes_nothing_anew(server: FakeImmich, tmp_path: Path) -> None:
    mirror = mirror_for(server, tmp_path, "3840x2160")
    mirror.run()
    before = mirror.objects()
    server.clear_log()
    mirror.run()
    assert mirror.objects() == before
    assert not files_asked_for(server)


def test_a_rebuilt_library_keeps_the_large_copies(server: FakeImmich, tmp_path: Path) -> None:
    mirror = mirror_for(server, tmp_path, "3840x2160")
    mirror.run()
    mirror.home.library.unlink()
    server.clear_log()
    mirror.run()
    assert sizes(mirror) == {(2600, 1950)}
    assert not files_asked_for(server)
