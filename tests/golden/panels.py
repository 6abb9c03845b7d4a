"""Golden images of what is not a layout: the clock, words read right to left, and what panels of few colours get.

Kept in panels/; letters are drawn with the font that the tests install.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PIL import Image

from frame.displays.eink import dithered
from frame.displays.inks import SPECTRA_6
from frame.displays.pixels import PixelFormat, dither
from frame.overlays.marks import Mark, drawn, staying
from frame.overlays.style import Style
from frame.render.paint import paint
from frame.render.request import Part, RenderRequest, Wording
from frame.render.tone import DAYLIGHT
from sync.catalogue import PhotoEntry
from sync.settings.wall import Corner, Layout, Words
from tests.golden.cases import FONT, SEVEN_INCH
from tests.golden.scenes import encoded, scene

FOLDER = Path(__file__).parent / "panels"
NOW = datetime(2026, 11, 21, 18, 42)
RGB565 = PixelFormat(16, (11, 5), (5, 6), (0, 5))


def _hung(words: Words, entry: PhotoEntry, *, shape: str, layout: Layout, rotation: int = 0) -> Image.Image:
    style = Style(words, "de", NOW)
    wording = style.wording(entry, None, size=SEVEN_INCH, rotation=rotation) or Wording()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.png"
        path.write_bytes(encoded(shape))
        request = RenderRequest(path, SEVEN_INCH, rotation=rotation, layout=layout.value, wording=wording)
        picture = paint(request)
    style.clock(picture, rotation=rotation)
    return picture


def _photo(**facts: str) -> PhotoEntry:
    return PhotoEntry(key="home:a", display="x", display_width=1, display_height=1, **facts)  # type: ignore[arg-type]


def clock() -> Image.Image:
    """In its corner, on a sky."""
    return _hung(Words(clock=True, date=True, font=FONT), _photo(), shape="landscape", layout=Layout.FILL)


def clock_beside_a_mat() -> Image.Image:
    """The picture makes room for it."""
    return _hung(Words(clock=True, date=True, font=FONT), _photo(), shape="landscape", layout=Layout.MAT)


def clock_turned() -> Image.Image:
    return _hung(Words(clock=True, date=True, font=FONT), _photo(), shape="portrait", layout=Layout.FILL, rotation=90)


def right_to_left() -> Image.Image:
    """A line of Hebrew with a Latin name and a number in it; one of Arabic, whose letters join."""
    entry = _photo(caption="סבתא ו-Anna בגינה, 2023", city="فاس", country="المغرب")
    words = Words(caption=True, place=True, taken=False, position=Corner.BOTTOM_RIGHT, font=FONT)
    return _hung(words, entry, shape="landscape", layout=Layout.FILL)


def stacked_pair() -> Image.Image:
    """On a board: the words of each below it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.png"
        path.write_bytes(encoded("landscape"))
        said = Wording((("Six firs", "Vienna · 21 November 2023"), ("The same ones, a little later",)), style=FONT)
        return paint(
            RenderRequest(path, SEVEN_INCH, rotation=90, layout=Layout.MAT.value, partner=Part(path), wording=said)
        )


def words_beside_a_face() -> Image.Image:
    """The sun's face is in the wanted corner."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.png"
        path.write_bytes(encoded("landscape"))
        said = Wording((("Six firs", "Vienna · 21 November 2023"),), position="top-right", style=FONT)
        sun = (0.7, 0.12, 0.9, 0.42)
        return paint(RenderRequest(path, SEVEN_INCH, layout=Layout.FILL.value, faces=(sun,), wording=said))


def clock_beside_a_face() -> Image.Image:
    """The sun's face is in the clock's corner, which it leaves for the nearest free one."""
    style = Style(Words(clock=True, date=True, font=FONT), "de", NOW)
    picture = scene(SEVEN_INCH)
    style.beside([(592, 40, 752, 210)], SEVEN_INCH).clock(picture, rotation=0)
    return picture


def clock_above_a_panorama() -> Image.Image:
    """As it stands above the middle of its way."""
    style, strip = Style(Words(clock=True, date=True, font=FONT), "de", NOW), scene((1600, 480))
    afloat = style.clock_afloat(strip, SEVEN_INCH, rotation=0, tone=DAYLIGHT)
    assert afloat is not None
    digits = afloat.draw(style.clock_lines(), (0.0, 0.0))
    picture = strip.crop((500, 0, 1300, 480))
    picture.paste(digits.picture, digits.corner, digits.picture)
    return picture


def signs() -> Image.Image:
    """Each without its words, and the mark of a held wall on sky, sun and land."""
    picture = scene(SEVEN_INCH)
    for number, mark in enumerate(Mark):
        sign = drawn(mark, SEVEN_INCH)
        picture.paste(sign, (30 + number % 5 * 150, 60 + number // 5 * 220), sign)
    held = staying(Mark.HELD, SEVEN_INCH)
    for corner in ((770, 8), (665, 130), (8, 450)):
        picture.paste(held, corner, held)
    return picture


def six_colours() -> Image.Image:
    """As such a panel shows them; pure ones are for its driver and would be looked at by nobody."""
    colours = list(SPECTRA_6.values())
    return dithered(scene((400, 240)), colours, colours).convert("RGB")


def sixteen_bits() -> Image.Image:
    return Image.merge("RGB", dither(scene((400, 240)), RGB565))


PANELS: dict[str, Callable[[], Image.Image]] = {
    "clock": clock,
    "clock-beside-a-mat": clock_beside_a_mat,
    "clock-turned-90": clock_turned,
    "right-to-left": right_to_left,
    "clock-above-a-panorama": clock_above_a_panorama,
    "clock-beside-a-face": clock_beside_a_face,
    "signs": signs,
    "six-colours": six_colours,
    "stacked-pair-turned-90": stacked_pair,
    "words-beside-a-face": words_beside_a_face,
    "sixteen-bits": sixteen_bits,
}


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.png"
