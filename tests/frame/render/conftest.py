"""One renderer for the tests of a module: the child that it keeps is part of what is tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from frame.render.renderer import Renderer
from frame.render.request import RenderRequest

PANEL = (160, 90)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    one = Renderer(deadline_seconds=120)
    yield one
    one.close()


@pytest.fixture
def show(renderer: Renderer, tmp_path: Path) -> Callable[..., Image.Image]:
    """Render bytes as if they were an object, on a small panel."""

    def render(data: bytes, **options: Any) -> Image.Image:
        path = tmp_path / "0123.jpg"
        path.write_bytes(data)
        return renderer.render(RenderRequest(**{"path": path, "size": PANEL, **options}))

    return render
