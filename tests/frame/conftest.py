from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from frame.render.renderer import Renderer
from sync.home import Home
from tests.frame.rig import make_home


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    real = Renderer(deadline_seconds=120)
    yield real
    real.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)
