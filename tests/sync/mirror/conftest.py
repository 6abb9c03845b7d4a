"""The stand-in server beside which a mirror runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.immich import FakeImmich, sample_library


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stand-in's files lie: they are drawn once."""
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture
def server(request: pytest.FixtureRequest, pictures: Path) -> Iterator[FakeImmich]:
    """Of version 3, unless the test names another."""
    with FakeImmich(version=getattr(request, "param", 3), library=sample_library(pictures)) as fake:
        yield fake
