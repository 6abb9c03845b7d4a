from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync.writeback.exiftool import ExifTool


@pytest.fixture(scope="package")
def tool() -> Iterator[ExifTool]:
    """One real exiftool for all tests of this room."""
    with ExifTool() as tool:
        yield tool
