"""Clocks, scripts and panels of few colours look as they did; a sky at 16 bit has no bands."""

from __future__ import annotations

import pytest
from PIL import Image, ImageFilter

from frame.displays.pixels import dither
from tests.golden.differences import differences
from tests.golden.panels import FOLDER, PANELS, RGB565, path_of

MEAN, FEW = 1.2, 0.006
"""Of pictures that are looked at from some steps away: another version of a font or of a dither may set its dots and
edges elsewhere."""


def from_afar(picture: Image.Image) -> Image.Image:
    return picture.convert("RGB").filter(ImageFilter.BoxBlur(2))


@pytest.mark.parametrize("name", PANELS)
def test_it_looks_as_it_did(name: str) -> None:
    with Image.open(path_of(name)) as golden:
        mean, far = differences(from_afar(PANELS[name]()), from_afar(golden))
    assert mean <= MEAN
    assert far <= FEW


def test_every_golden_panel_has_its_drawing() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == set(PANELS)


def sky() -> Image.Image:
    """The darkest and quietest there is: a few levels over the whole height."""
    row = Image.linear_gradient("L").resize((64, 480)).point([20 + level // 8 for level in range(256)])
    return Image.merge("RGB", (row, row, row))


def bands(shown: Image.Image) -> float:
    """The largest difference of a patch of eight dots from what was meant."""
    wanted, seen = (picture.resize((8, 60), Image.Resampling.BOX).tobytes() for picture in (sky(), shown))
    return max(abs(one - other) for one, other in zip(wanted, seen, strict=True))


def test_a_sky_at_sixteen_bits_has_no_bands() -> None:
    assert bands(Image.merge("RGB", dither(sky(), RGB565))) <= 3
    assert bands(sky().point([level & 0xF8 for level in range(256)] * 3)) > 5, "bands would not be seen"
