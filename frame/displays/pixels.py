"""How a framebuffer wants its pixels: the bit fields it reports, and packing a picture into them.

16 bit is dithered with an ordered pattern, so that skies have no bands and a crossfade of two pictures no crawling
noise. Pure; called by the framebuffer's blitters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops

Field = tuple[int, int]
"""Offset and length of a colour, in bits from the lowest."""
Bands = tuple[Image.Image, Image.Image, Image.Image]

_RAW_MODES = {
    (32, 16, 8, 0): "BGRX",
    (32, 0, 8, 16): "RGBX",
    (32, 24, 16, 8): "XBGR",
    (32, 8, 16, 24): "XRGB",
    (24, 16, 8, 0): "BGR",
    (24, 0, 8, 16): "RGB",
}
_BAYER = (
    (0, 32, 8, 40, 2, 34, 10, 42),
    (48, 16, 56, 24, 50, 18, 58, 26),
    (12, 44, 4, 36, 14, 46, 6, 38),
    (60, 28, 52, 20, 62, 30, 54, 22),
    (3, 35, 11, 43, 1, 33, 9, 41),
    (51, 19, 59, 27, 49, 17, 57, 25),
    (15, 47, 7, 39, 13, 45, 5, 37),
    (63, 31, 55, 23, 61, 29, 53, 21),
)


@dataclass(frozen=True)
class PixelFormat:
    """Bits per pixel and where red, green and blue lie in them (little endian)."""

    bits: int
    red: Field
    green: Field
    blue: Field

    @property
    def bytes_per_pixel(self) -> int:
        return self.bits // 8

    @property
    def masks(self) -> tuple[int, int, int, int]:
        """As SDL wants them; no alpha."""
        red, green, blue = (((1 << length) - 1) << offset for offset, length in (self.red, self.green, self.blue))
        return (red, green, blue, 0)

    @property
    def raw_mode(self) -> str | None:
        """Pillow's name for these 24 or 32 bits, or None."""
        if any(length != 8 for _, length in (self.red, self.green, self.blue)):
            return None
        return _RAW_MODES.get((self.bits, self.red[0], self.green[0], self.blue[0]))

    @property
    def known(self) -> bool:
        """Whether pictures can be packed into it."""
        lengths = (self.red[1], self.green[1], self.blue[1])
        return self.raw_mode is not None or (self.bits == 16 and all(4 <= length <= 8 for length in lengths))


def corners(size: tuple[int, int], fraction: float, way: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The upper left corners of the old and the new picture where the new one has come in so far."""
    share = min(1.0, max(0.0, fraction))
    across, down = round(share * size[0]) * way[0], round(share * size[1]) * way[1]
    return (across, down), (across - size[0] * way[0], down - size[1] * way[1])


def pack(picture: Image.Image, pixels: PixelFormat) -> bytes:
    """The picture's rows in the panel's own form, without padding; 16 bit dithered."""
    if pixels.bits == 16:
        return pack_words(dither(picture, pixels), pixels)
    return picture.tobytes("raw", pixels.raw_mode)


def dither(picture: Image.Image, pixels: PixelFormat) -> Bands:
    """Red, green and blue at the panel's few levels, still counted in 0 to 255: level << (8 - length)."""
    red, green, blue = picture.split()
    return (
        _dithered(red, pixels.red[1]),
        _dithered(green, pixels.green[1]),
        _dithered(blue, pixels.blue[1]),
    )


def _dithered(band: Image.Image, length: int) -> Image.Image:
    step = 1 << (8 - length)
    # White must stay white: 255 is scaled to the highest level, so that the pattern never carries it over the top.
    top = 256 - step
    scaled = band.point([(level * top + 127) // 255 for level in range(256)])
    noisy = ImageChops.add(scaled, _pattern(band.size, step))
    return noisy.point([level - level % step for level in range(256)])


@lru_cache(maxsize=8)
def _pattern(size: tuple[int, int], step: int) -> Image.Image:
    rows = [bytes(value * step // 64 for value in row) for row in _BAYER]
    across, down = -(-size[0] // 8), -(-size[1] // 8)
    block = b"".join((row * across)[: size[0]] for row in rows)
    return Image.frombytes("L", size, (block * down)[: size[0] * size[1]])


def pack_words(bands: Bands, pixels: PixelFormat) -> bytes:
    """16-bit words of bands that hold 0 to 255; what lies between two levels goes to the nearer one."""
    halves = []
    for shift in (0, 8):
        half = None
        for band, field in zip(bands, (pixels.red, pixels.green, pixels.blue), strict=True):
            table = _word_table(field, shift)
            if any(table):
                part = band.point(table)
                half = part if half is None else ImageChops.add(half, part)
        halves.append(half or Image.new("L", bands[0].size))
    return Image.merge("LA", halves).tobytes()


@lru_cache(maxsize=12)
def _word_table(field: Field, shift: int) -> list[int]:
    offset, length = field
    step, most = 1 << (8 - length), (1 << length) - 1
    return [((min(most, (level + step // 2) // step) << offset) >> shift) & 0xFF for level in range(256)]
