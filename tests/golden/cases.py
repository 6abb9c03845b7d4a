"""Which pictures of the wall are kept as golden images, and how one is made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from frame.render.renderer import Renderer
from frame.render.request import Part, RenderRequest, Wording
from sync.settings_wall import Layout
from tests.golden.scenes import encoded

FOLDER = Path(__file__).parent
SMALL, SEVEN_INCH = (256, 144), (800, 480)
FONT = "dejavusans"
"""Named: golden letters must be drawn with the font that the tests install."""
WORDS = (("In the garden, סבתא 2023", "Vienna, Austria · 21 November 2023"),)
FACE = (0.62, 0.06, 0.78, 0.3)


@dataclass(frozen=True)
class Case:
    scene: str
    layout: Layout
    rotation: int = 0
    partner: str = ""
    words: str = ""
    """Where they stand; none where it is empty."""
    face: bool = False
    panel: tuple[int, int] = SMALL

    @property
    def name(self) -> str:
        parts = [self.scene, self.partner and f"and-{self.partner}", self.layout.value, self.face and "face"]
        parts += [self.words and f"words-{self.words}", self.rotation and f"turned-{self.rotation}"]
        parts += [self.panel != SMALL and f"{self.panel[0]}x{self.panel[1]}"]
        return "-".join(str(part) for part in parts if part)

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.png"


PLAIN = [
    *(Case(scene, layout) for scene in ("portrait", "landscape", "panorama", "tiny", "p3") for layout in Layout),
    *(Case(scene, layout, 90) for scene in ("portrait", "panorama") for layout in Layout),
    Case("portrait", Layout.BLUR, 180),
    Case("portrait", Layout.BLUR, 270),
    Case("portrait", Layout.FILL, face=True),
    Case("landscape", Layout.AUTO, 90, face=True),
]
PAIRS = [
    *(Case("portrait", layout, partner="slim") for layout in Layout),
    *(Case("landscape", layout, 90, partner="landscape") for layout in (Layout.AUTO, Layout.MAT)),
]
WORDED = [
    Case(scene, layout, rotation, words=place, partner=partner, panel=SEVEN_INCH)
    for scene, layout, rotation, place, partner in (
        ("landscape", Layout.FILL, 0, "bottom-left", ""),
        ("landscape", Layout.MAT, 0, "bottom-right", ""),
        ("portrait", Layout.AUTO, 0, "top-left", ""),
        ("portrait", Layout.BLUR, 0, "bottom-middle", ""),
        ("portrait", Layout.AUTO, 270, "bottom-left", ""),
        ("landscape", Layout.AUTO, 90, "bottom-left", "landscape"),
        ("portrait", Layout.MAT, 0, "bottom-left", "slim"),
    )
]
CASES = [*PLAIN, *PAIRS, *WORDED]


def made(case: Case, renderer: Renderer, folder: Path) -> Image.Image:
    """What the wall shows now."""
    parts = []
    for scene in filter(None, (case.scene, case.partner)):
        path = folder / f"{scene}.png"
        path.write_bytes(encoded(scene))
        parts.append(path)
    wording = Wording(WORDS, case.words, style=FONT) if case.words else Wording()
    return renderer.render(
        RenderRequest(
            path=parts[0],
            size=case.panel,
            layout=case.layout.value,
            rotation=case.rotation,
            faces=(FACE,) if case.face else (),
            partner=Part(parts[1]) if case.partner else None,
            wording=wording,
        )
    )
