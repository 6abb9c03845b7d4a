"""One real exiftool, and originals that a stand-in server has scanned, for each version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.writeback.exiftool import ExifTool
from tests.fakes.writeback import Originals, originals_of


@pytest.fixture(scope="package")
def tool() -> Iterator[ExifTool]:
    """One real exiftool for all tests of this room."""
    with ExifTool() as tool:
        yield tool


@pytest.fixture(params=[1, 2, 3])
def originals(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Originals]:
    """Three photos: Anna and Ben in a.jpg, Anna in b.jpg, nobody in c.jpg; a.jpg and b.jpg in the album Summer."""
    made = originals_of(tmp_path, request.param, "2024/a.jpg", "2024/b.jpg", "2025/c.jpg")
    library, edits = made.server.library, made.server.edits
    for name in ("Anna", "Ben"):
        library.add_person(name)
    edits.add_face("a.jpg", "Anna", (8, 8, 24, 24))
    edits.add_face("a.jpg", "Ben", (30, 8, 46, 24))
    edits.add_face("b.jpg", "Anna", (8, 8, 24, 24))
    edits.describe("a.jpg", "On the beach")
    edits.place("a.jpg", -33.5, -70.25)
    edits.rate("b.jpg", 4)
    edits.tag("b.jpg", "Trips/Sea")
    library.add_album("Summer", [library.asset_named("a.jpg"), library.asset_named("b.jpg")])
    yield made
    made.server.stop()
