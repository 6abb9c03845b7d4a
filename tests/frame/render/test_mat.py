"""Boards: quiet, of the picture's own hue where a framer would have that, and never what one sees first."""

from __future__ import annotations

import colorsys

import pytest
from PIL import Image

from frame.render.mat import colour_of


@pytest.mark.parametrize("hue", range(0, 360, 15))
@pytest.mark.parametrize("value", [0.3, 0.9])
def test_no_board_is_loud_pink_or_mauve(hue: int, value: float) -> None:
    picture = tuple(round(255 * each) for each in colorsys.hsv_to_rgb(hue / 360, 0.9, value))
    red, green, blue = colour_of("auto", [Image.new("RGB", (40, 30), picture)])
    found, _, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    assert max(red, green, blue) - min(red, green, blue) <= 40
    assert saturation <= 0.25
    between = 0.095 < found < 0.73
    assert between or max(red, green, blue) - min(red, green, blue) <= 14


def test_a_dark_picture_hangs_on_a_dark_board_and_a_bright_one_on_a_light_one() -> None:
    night, snow = Image.new("RGB", (40, 30), (20, 24, 40)), Image.new("RGB", (40, 30), (230, 235, 240))
    assert max(colour_of("auto", [night])) < 60
    assert min(colour_of("auto", [snow])) > 190
