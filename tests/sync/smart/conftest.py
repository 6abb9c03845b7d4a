"""The stand-in with an empty library, once in each of Immich's versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.immich import FakeImmich
from tests.sync.smart.libraries import empty_library


@pytest.fixture(params=[1, 2, 3])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeImmich]:
    with FakeImmich(version=request.param, library=empty_library(tmp_path / "server")) as running:
        yield running
