"""The job `sync` from listing to catalogue, against a stand-in server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.mirror import Mirror, album_of, mirror_of


@pytest.fixture(params=[1, 2, 3], ids=["v1", "v2", "v3"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeImmich]:
    library = sample_library(tmp_path_factory.mktemp("library"))
    with FakeImmich(version=request.param, library=library) as fake:
        yield fake


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    return mirror_of(server, tmp_path, album_of(server, "Holidays"))


def test_an_album_is_mirrored_checksummed_and_published(server: FakeImmich, mirror: Mirror) -> None:
    facts = mirror.facts("Holidays")
    assert facts["problems"] == []
    assert facts["added"] == 8
    assert len(mirror.shown("Holidays")) == 8
    assert len(mirror.objects()) == 16
    mirror.check()
