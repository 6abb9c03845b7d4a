"""Which pictures of the wall are kept as golden images, and how one is made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from frame.render.renderer import Renderer
from frame.render.request import Part, RenderRequest, Wording
from sync.settings.wall import Layout
from tests.golden.scenes import encoded

FOLDER = Path(__file__).parent
SMALL, SEVEN_INCH, FULL_HD, UHD = (256, 144), (800, 480), (1920, 1080), (3840, 2160)
KEPT = {SMALL: 1, SEVEN_INCH: 2, FULL_HD: 4, UHD: 8}
"""Golden images of larger panels are kept so many times smaller: enough to see what a person would see."""
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
        return FOLDER / f"{self.name}.{'png' if self.panel == SMALL else 'jpg'}"

    def kept(self, shown: Image.Image) -> Image.Image:
        """The panel's picture as it is kept and compared."""
        return shown.reduce(KEPT[self.panel])


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
        ("landscape", Layout.FIT, 90, "top-right", ""),
        ("landscape", Layout.FILL, 180, "top-middle", ""),
        ("landscape", Layout.MAT, 90, "bottom-right", ""),
        ("landscape", Layout.BLUR, 270, "bottom-left", ""),
        ("portrait", Layout.FIT, 180, "bottom-right", ""),
        ("portrait", Layout.MAT, 270, "top-left", ""),
        ("landscape", Layout.AUTO, 270, "bottom-left", "landscape"),
        ("portrait", Layout.AUTO, 180, "bottom-left", "slim"),
        ("panorama", Layout.AUTO, 90, "bottom-left", ""),
    )
]
LARGE = [
    Case(scene, layout, rotation, words=place, partner=partner, face=bool(place) and not partner, panel=panel)
    for panel in (FULL_HD, UHD)
    for scene, layout, rotation, place, partner in (
        ("landscape", Layout.FIT, 180, "bottom-left", ""),
        ("landscape", Layout.FILL, 0, "bottom-left", ""),
        ("portrait", Layout.BLUR, 0, "top-right", ""),
        ("portrait", Layout.MAT, 0, "bottom-middle", ""),
        ("landscape", Layout.MAT, 270, "", ""),
        ("portrait", Layout.AUTO, 90, "bottom-left", ""),
        ("portrait", Layout.AUTO, 0, "bottom-left", "slim"),
        ("landscape", Layout.AUTO, 90, "bottom-right", "landscape"),
        ("panorama", Layout.AUTO, 0, "", ""),
    )
]
CASES = [*PLAIN, *PAIRS, *WORDED, *LARGE]


def golden_images() -> set[Path]:
    """The files that there are."""
    return {path for path in FOLDER.iterdir() if path.suffix in (".png", ".jpg")}


def made(case: Case, renderer: Renderer, folder: Path) -> Image.Image:
    """What the wall shows now."""
    parts = []
    for scene in filter(None, (case.scene, case.partner)):
        grown = max(1, case.panel[0] // 960)
        path = folder / f"{scene}-{grown}"
        if not path.exists():
            path.write_bytes(encoded(scene, grown=grown))
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
