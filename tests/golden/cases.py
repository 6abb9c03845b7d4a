"""Which pictures of the wall are kept as golden images, and how one is made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from frame.render.renderer import Renderer
from frame.render.request import RenderRequest
from sync.settings import Layout
from tests.golden.scenes import encoded

FOLDER = Path(__file__).parent
PANEL = (256, 144)


@dataclass(frozen=True)
class Case:
    scene: str
    layout: Layout
    rotation: int = 0

    @property
    def name(self) -> str:
        return f"{self.scene}-{self.layout}" + (f"-turned-{self.rotation}" if self.rotation else "")

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.png"


CASES = [
    *(Case(scene, layout) for scene in ("portrait", "landscape", "panorama", "tiny", "p3") for layout in Layout),
    *(Case(scene, layout, 90) for scene in ("portrait", "panorama") for layout in Layout),
    Case("portrait", Layout.BLUR, 180),
    Case("portrait", Layout.BLUR, 270),
]


def made(case: Case, renderer: Renderer, folder: Path) -> Image.Image:
    """What the wall shows now."""
    path = folder / f"{case.scene}.png"
    path.write_bytes(encoded(case.scene))
    return renderer.render(RenderRequest(path=path, size=PANEL, layout=case.layout.value, rotation=case.rotation))
