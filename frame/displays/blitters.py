"""Holding and mixing panel pictures in the panel's own pixels: by SDL where it is installed, else by Pillow.

Both give rows of bytes that the framebuffer copies. Mixing happens in memory: framebuffer memory must never be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PIL import Image

from frame.displays.contract import Above
from frame.displays.pixels import PixelFormat, dither, pack, pack_words

_STRIP = 64
"""Rows packed at once. In one piece it would hold Python's lock for a whole frame of a transition that runs beside;
a multiple of the dither pattern's 8, which begins anew in each."""


Places = tuple[tuple[int, int], tuple[int, int]]


class Blitter(Protocol):
    """Prepares, hands out and mixes pictures of one size and pixel format."""

    name: str
    pitch: int
    """Bytes from one row to the next in what `rows` and `mix` give."""

    def prepare(self, picture: Image.Image) -> Any:
        """The picture in a form that is quick to copy and to mix."""

    def patch(self, prepared: Any, part: Image.Image, corner: tuple[int, int]) -> None:
        """Put a part on a prepared picture; the corner's coordinates are multiples of the dither pattern's 8."""

    def put_above(self, pieces: Sequence[Above]) -> None:
        """Lay these over all bytes that are handed out from now on."""

    def rows(self, prepared: Any) -> bytes | memoryview:
        """Its bytes; valid until the next call."""

    def mix(self, old: Any, new: Any, fraction: float) -> bytes | memoryview:
        """The bytes of a mix; valid until the next call."""

    def slid(self, old: Any, new: Any, places: Places) -> bytes | memoryview:
        """The bytes of both at their places, upper left corners; valid until the next call."""

    def release(self) -> None:
        """Free what mixing needed, until the next transition."""


def make_blitter(size: tuple[int, int], pixels: PixelFormat, *, fast: bool = True) -> Blitter:
    """SDL's blitter when `fast` and installed, else Pillow's."""
    if fast:
        try:
            return SdlBlitter(size, pixels)
        except (ImportError, RuntimeError):
            # Not installed, or (pygame's own error is a RuntimeError) it has no surface of this kind.
            pass
    return PillowBlitter(size, pixels)


class SdlBlitter:
    """Software surfaces of SDL, whose alpha blits are vectorised. Needs no window."""

    name = "SDL"

    def __init__(self, size: tuple[int, int], pixels: PixelFormat) -> None:
        from frame.displays.sdl import pygame  # 70 ms and 8 MB: only once a panel is to be drawn on

        self._pygame, self._size, self._pixels = pygame, size, pixels
        self._work: Any = None
        self._above: list[tuple[Any, tuple[int, int]]] = []
        self.pitch = self._surface().get_pitch()

    def _surface(self) -> Any:
        return self._pygame.Surface(self._size, 0, self._pixels.bits, self._pixels.masks)

    def prepare(self, picture: Image.Image) -> Any:
        surface = self._surface()
        width, height = self._size
        length = width * self._pixels.bytes_per_pixel
        for top in range(0, height, _STRIP):
            bottom = min(height, top + _STRIP)
            data = pack(picture.crop((0, top, width, bottom)), self._pixels)
            buffer = surface.get_buffer()
            if self.pitch == length:
                buffer.write(data, top * length)
            else:
                for row in range(bottom - top):
                    buffer.write(data[row * length : (row + 1) * length], (top + row) * self.pitch)
        return surface

    def patch(self, prepared: Any, part: Image.Image, corner: tuple[int, int]) -> None:
        data, buffer = pack(part, self._pixels), prepared.get_buffer()
        length, left = part.width * self._pixels.bytes_per_pixel, corner[0] * self._pixels.bytes_per_pixel
        for row in range(part.height):
            buffer.write(data[row * length : (row + 1) * length], (corner[1] + row) * self.pitch + left)

    def put_above(self, pieces: Sequence[Above]) -> None:
        def surface(picture: Image.Image) -> Any:
            return self._pygame.image.frombytes(picture.tobytes(), picture.size, "RGBA")

        self._above = [(surface(piece.picture), piece.corner) for piece in pieces]

    def rows(self, prepared: Any) -> memoryview:
        if not self._above:
            return memoryview(prepared.get_buffer())
        work = self._bench()
        work.blit(prepared, (0, 0))
        return self._topped(work)

    def mix(self, old: Any, new: Any, fraction: float) -> memoryview:
        work = self._bench()
        work.blit(old, (0, 0))
        new.set_alpha(round(255 * fraction))
        work.blit(new, (0, 0))
        # left translucent it could not be the old picture of the next transition
        new.set_alpha(None)
        return self._topped(work)

    def slid(self, old: Any, new: Any, places: Places) -> memoryview:
        work = self._bench()
        work.blit(old, places[0])
        work.blit(new, places[1])
        return self._topped(work)

    def _bench(self) -> Any:
        if self._work is None:
            self._work = self._surface()
        return self._work

    def _topped(self, work: Any) -> memoryview:
        for surface, corner in self._above:
            work.blit(surface, corner)
        return memoryview(work.get_buffer())

    def release(self) -> None:
        self._work = None


class PillowBlitter:
    """Pillow alone, where no SDL is to be had: four bytes a pixel mixed as they lie, 16 bit as three grey pictures."""

    name = "Pillow"

    def __init__(self, size: tuple[int, int], pixels: PixelFormat) -> None:
        self._size, self._pixels = size, pixels
        self._mode = {16: "L", 24: "RGB", 32: "RGBX"}[pixels.bits]
        self._above: list[tuple[list[Image.Image], Image.Image, tuple[int, int]]] = []
        self.pitch = size[0] * pixels.bytes_per_pixel

    def prepare(self, picture: Image.Image) -> list[Image.Image]:
        if self._pixels.bits == 16:
            return list(dither(picture, self._pixels))
        return [Image.frombytes(self._mode, picture.size, pack(picture, self._pixels))]

    def patch(self, prepared: list[Image.Image], part: Image.Image, corner: tuple[int, int]) -> None:
        for whole, piece in zip(prepared, self.prepare(part), strict=True):
            whole.paste(piece, corner)

    def put_above(self, pieces: Sequence[Above]) -> None:
        self._above = [
            (self.prepare(piece.picture.convert("RGB")), piece.picture.getchannel("A"), piece.corner)
            for piece in pieces
        ]

    def rows(self, prepared: list[Image.Image]) -> bytes:
        if self._above:
            prepared = [one.copy() for one in prepared]
        for piece, through, corner in self._above:
            for whole, part in zip(prepared, piece, strict=True):
                whole.paste(part, corner, through)
        if self._pixels.bits == 16:
            red, green, blue = prepared
            return pack_words((red, green, blue), self._pixels)
        return prepared[0].tobytes("raw", self._mode)

    def mix(self, old: list[Image.Image], new: list[Image.Image], fraction: float) -> bytes:
        return self.rows([Image.blend(one, other, fraction) for one, other in zip(old, new, strict=True)])

    def slid(self, old: list[Image.Image], new: list[Image.Image], places: Places) -> bytes:
        both = [one.copy() for one in old]
        for whole, one, other in zip(both, old, new, strict=True):
            whole.paste(one, places[0])
            whole.paste(other, places[1])
        return self.rows(both)

    def release(self) -> None:
        """Nothing is kept between mixes."""
