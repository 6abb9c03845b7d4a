"""From the bytes of a file to an upright picture no larger than needed, within a limit of memory.

It sniffs the format, estimates what the decoding will take before any of it is allocated, lets JPEG shrink while it
decodes, and gives the first frame of animations. Whatever cannot be shown raises PictureRefused with the reason. Runs
in the decoding child alone, whose boundary catches what hostile bytes make the decoders raise.
"""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from PIL import Image, JpegImagePlugin

from frame.render.formats import SNIFFED_BYTES, sniff
from sync.errors import PictureRefused

Image.MAX_IMAGE_PIXELS = 300_000_000
warnings.simplefilter("ignore")
warnings.simplefilter("error", Image.DecompressionBombWarning)

_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TURNED_BY_DECODER = ("TIFF", "HEIF")
_BYTES_PER_PIXEL = {"JPEG": 4, "PNG": 5, "GIF": 9, "TIFF": 9, "WEBP": 13, "AVIF": 13, "HEIF": 13}
"""The peak per decoded pixel, with the decoder's own buffers and the step to a mode that can be resized."""


class OpenPicture:
    """A picture whose header was read: `size` is upright. Use as a context manager."""

    def __init__(self, path: str | Path) -> None:
        self._file = _open_regular(path)
        try:
            start = self._file.read(SNIFFED_BYTES)
            self._file.seek(0)
            self.format = _known(start)
            self._image: Image.Image = _open_image(self._file, self.format)
            self._orientation = 1 if self.format in _TURNED_BY_DECODER else _orientation(self._image)
        except BaseException:
            self._file.close()
            raise
        width, height = self._image.size
        self.size = (height, width) if self._orientation >= 5 else (width, height)

    def __enter__(self) -> OpenPicture:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The image itself stays: `load` may have given it away.
        self._file.close()

    def load(self, need: tuple[int, int], *, limit_bytes: int) -> Image.Image:
        """The upright pixels, at least `need` large where the file has that much and the memory allows it.

        The mode can be resized and its profile stays in `info`. Raises PictureRefused when decoding would take more
        than `limit_bytes`, whatever the decoders raise on damage, and MemoryError past the process's limit.
        """
        stored = (need[1], need[0]) if self._orientation >= 5 else need
        # Let go of it: the caller frees the pixels as soon as they are scaled, while this object is still open.
        image = self.__dict__.pop("_image")
        if isinstance(image, JpegImagePlugin.JpegImageFile):
            self._shrink_while_decoding(image, stored, limit_bytes)
        elif image.width * image.height * _BYTES_PER_PIXEL[self.format] > limit_bytes:
            raise _too_large(self.size)
        image.load()
        resizable = _resizable(image)
        turn = _TURNS.get(self._orientation)
        if turn is None:
            return resizable
        upright = resizable.transpose(turn)
        upright.info = resizable.info
        return upright

    def _shrink_while_decoding(
        self, image: JpegImagePlugin.JpegImageFile, need: tuple[int, int], limit_bytes: int
    ) -> None:
        """Ask libjpeg for 1/1, 1/2, 1/4 or 1/8: the smallest that is large enough, or smaller to stay in memory."""
        coefficients = _coefficient_bytes(image)
        width, height = image.size
        wanted = min(width // max(1, need[0]), height // max(1, need[1]))
        for scale in (1, 2, 4, 8):
            fits = coefficients + (width // scale) * (height // scale) * 4 <= limit_bytes
            if fits and (scale * 2 > wanted or scale == 8):
                image.draft(None, (width // scale, height // scale))
                return
        raise _too_large(self.size)


def _open_regular(path: str | Path) -> BinaryIO:
    try:
        # without O_NONBLOCK a FIFO under an object's name would hold the child until its deadline
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise PictureRefused("The file is gone.", reason="missing", path=str(path)) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise PictureRefused("It is not a file.", reason="format", path=str(path))
    return os.fdopen(handle, "rb")


def _known(start: bytes) -> str:
    if not start:
        raise PictureRefused("The file is empty.", reason="empty")
    name = sniff(start)
    if name is None:
        raise PictureRefused("It is in no picture format that the wall shows.", reason="format")
    return name


def _open_image(file: BinaryIO, name: str) -> Image.Image:
    """Open with the one decoder that the bytes ask for; the others are not even loaded."""
    if name == "HEIF":
        import pillow_heif  # 50 ms and 5 MB that no display copy of Immich's needs

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener()
    elif name == "AVIF" and not _registers_avif():
        raise PictureRefused("This Pillow has no decoder for AVIF.", reason="format")
    elif name == "WEBP":
        from PIL import WebPImagePlugin  # noqa: F401  (registers itself)
    elif name == "TIFF":
        from PIL import TiffImagePlugin  # noqa: F401
    return Image.open(file, formats=(name,))


def _registers_avif() -> bool:
    from PIL import features

    if not features.check("avif"):
        return False
    from PIL import AvifImagePlugin  # noqa: F401

    return True


def _orientation(image: Image.Image) -> int:
    """EXIF's 1 to 8, of what the header held: `getexif` would decode a whole PNG to look behind its pixels.

    It is strangers' bytes and may loop or lie: then the picture is taken as it lies.
    """
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif") or b"")
        value: object = exif.get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def _coefficient_bytes(image: JpegImagePlugin.JpegImageFile) -> int:
    """What libjpeg keeps of a progressive picture until its last scan: two bytes for every sample."""
    if "progressive" not in image.info:
        return 0
    layers = [(across, down) for _, across, down, _ in image.layer]
    most = max(across for across, _ in layers) * max(down for _, down in layers)
    samples = sum(across * down for across, down in layers) / max(1, most)
    return int(2 * samples * image.width * image.height)


def _resizable(image: Image.Image) -> Image.Image:
    """A mode that resizes by averaging: palettes and bits would be picked, 16 bits and floats would be cut."""
    info = image.info
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if image.mode == "PA" or "transparency" in info else "RGB")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode.startswith("I") or image.mode == "F":
        image = _to_eight_bits(image)
    elif image.mode in ("L", "RGB") and "transparency" in info:
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    elif image.mode == "RGBX":
        image = image.convert("RGB")
    image.info = info
    return image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey by its high byte; 32-bit and floating grey by what they hold, from black to white."""
    wide = image.convert("F")
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    else:
        low, high = (float(edge) for edge in wide.getextrema())  # type: ignore[arg-type]
        low, high = min(low, 0.0), high if high > 0 else 1.0
        high = 65535.0 if 255 < high <= 65535 and image.mode == "I" else high
    return wide.point(lambda value: value * (255.0 / (high - low)) + (-low * 255.0 / (high - low))).convert("L")


def _too_large(size: tuple[int, int]) -> PictureRefused:
    megapixels = size[0] * size[1] / 1e6
    return PictureRefused(
        f"It has {megapixels:.0f} megapixels, more than the wall decodes itself.",
        advice="It is shown as soon as its display copy is made.",
        reason="too-large",
    )
