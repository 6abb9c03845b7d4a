"""Packing for panels: exact where it can be, dithered without bias where it cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from frame.displays.pixels import PixelFormat, dither, pack, pack_words

RGB565 = PixelFormat(16, (11, 5), (5, 6), (0, 5))


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (PixelFormat(32, (16, 8), (8, 8), (0, 8)), bytes([3, 2, 1])),
        (PixelFormat(32, (0, 8), (8, 8), (16, 8)), bytes([1, 2, 3])),
        (PixelFormat(24, (16, 8), (8, 8), (0, 8)), bytes([3, 2, 1])),
        (PixelFormat(24, (0, 8), (8, 8), (16, 8)), bytes([1, 2, 3])),
    ],
    ids=["BGRX", "RGBX", "BGR", "RGB"],
)
def test_eight_bit_colours_are_packed_exactly(pixels: PixelFormat, expected: bytes) -> None:
    packed = pack(Image.new("RGB", (4, 2), (1, 2, 3)), pixels)
    size = pixels.bytes_per_pixel
    assert len(packed) == 8 * size
    assert {packed[at : at + size][:3] for at in range(0, len(packed), size)} == {expected}


@pytest.mark.parametrize(
    ("pixels", "word"),
    [
        (RGB565, 0xF800),
        (PixelFormat(16, (0, 5), (5, 6), (11, 5)), 0x001F),
        (PixelFormat(16, (10, 5), (5, 5), (0, 5)), 0x7C00),
        (PixelFormat(16, (8, 4), (4, 4), (0, 4)), 0x0F00),
    ],
    ids=["565", "565 reversed", "555", "444"],
)
def test_sixteen_bit_words_follow_the_fields(pixels: PixelFormat, word: int) -> None:
    assert pack(Image.new("RGB", (2, 1), (255, 0, 0)), pixels) == word.to_bytes(2, "little") * 2


@given(level=st.integers(0, 255))
def test_dithering_keeps_the_mean_and_the_ends(level: int) -> None:
    for band, step in zip(dither(Image.new("RGB", (64, 64), (level,) * 3), RGB565), (8, 4, 8), strict=True):
        levels = {value for value, count in enumerate(band.histogram()) if count}
        assert len(levels) <= 2
        mean = sum(value * count for value, count in enumerate(band.histogram())) / 4096
        # levels 0, step, … 256 - step stand for 0 … 255
        assert abs(mean * 255 / (256 - step) - level) < 1.3
        if level in (0, 255):
            assert levels == {0 if level == 0 else 256 - step}


def test_what_was_dithered_is_packed_without_a_second_rounding() -> None:
    bands = dither(Image.linear_gradient("L").convert("RGB"), RGB565)
    words = Image.frombytes("RGB", (256, 256), pack_words(bands, RGB565), "raw", "BGR;16")
    for band, packed, length in zip(bands, words.split(), (5, 6, 5), strict=True):
        shift = 8 - length
        assert (
            band.point(lambda value, by=shift: value >> by).tobytes()
            == packed.point(lambda value, by=shift: value >> by).tobytes()
        )


def test_layouts_that_cannot_be_packed_are_known_as_such() -> None:
    assert RGB565.known
    assert not PixelFormat(32, (20, 10), (10, 10), (0, 10)).known
    assert not PixelFormat(8, (0, 3), (3, 3), (6, 2)).known
