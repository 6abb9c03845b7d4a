"""Opens a stranger's picture in the decoder child: which formats are decoded at all, and what that will cost.

Only names on our list reach a decoder (EPS bytes named .jpg would start Ghostscript). A camera's RAW is refused even
where it is a TIFF inside, since only its thumbnail would be seen. Called by the decoder child's modules alone.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, JpegImagePlugin, UnidentifiedImageError

# The limit is memory, which `Opened.needs_bytes` and the child's rlimit watch; a panorama is no bomb.
Image.MAX_IMAGE_PIXELS = None
warnings.simplefilter("ignore")

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF")

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_RAW_ENDINGS = frozenset(
    (
        *(".3fr", ".arw", ".cap", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".k25", ".kdc"),
        *(".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".ori", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2"),
        *(".srf", ".srw", ".x3f"),
    )
)
_BYTES_PER_PIXEL = {"1": 1, "L": 1, "P": 1, "LA": 4, "PA": 4, "I;16": 2, "I;16B": 2, "I;16L": 2}


class Refused(Exception):
    """A picture that is not decoded. `reason`: no-decoder, damaged or too-large."""

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass
class Opened:
    """A picture whose header was read and whose pixels were not yet."""

    image: Any
    """A Pillow image, or pillow_heif's file."""
    format: str
    width: int
    height: int

    def needs_bytes(self, short_side: int, long_side: int) -> int:
        """About what decoding will hold in memory, for a copy of that size."""
        pixels = self.width * self.height
        if self.format == "HEIF":
            return pixels * 6
        if self.format != "JPEG":
            return pixels * _BYTES_PER_PIXEL.get(self.image.mode, 4)
        scale = jpeg_scale(self.width, self.height, short_side, long_side)
        return pixels * 4 // (scale * scale) + self.coefficients_bytes()

    def coefficients_bytes(self) -> int:
        """What libjpeg keeps of a picture that arrives in several scans; nothing of one that arrives in one."""
        if self.format != "JPEG" or not self.image.info.get("progressive"):
            return 0
        layers = self.image.layer
        most = max(layer[1] for layer in layers) * max(layer[2] for layer in layers)
        return int(2 * self.width * self.height * sum(layer[1] * layer[2] for layer in layers) // most)


def open_picture(path: Path) -> Opened:
    """Read the header. Raises Refused."""
    with path.open("rb") as file:
        head = file.read(32)
    if not head:
        raise Refused("The file is empty.", "damaged")
    if path.suffix.lower() in _RAW_ENDINGS or head[8:10] == b"CR":
        raise Refused("Camera RAW files have no decoder here.", "no-decoder")
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS and b"avif" not in head[8:]:
        return _open_heif(path)
    try:
        image = Image.open(path, formats=FORMATS)
    except UnidentifiedImageError as error:
        kind = "damaged" if _is_known(head) else "no-decoder"
        raise Refused("No decoder here knows this kind of file.", kind) from error
    if image.format == "TIFF" and _is_raw(image):
        raise Refused("Camera RAW files have no decoder here.", "no-decoder")
    kind = "JPEG" if isinstance(image, JpegImagePlugin.JpegImageFile) else str(image.format)
    return Opened(image, kind, image.width, image.height)


def jpeg_scale(width: int, height: int, short_side: int, long_side: int) -> int:
    """The divisor (1, 2, 4, 8) at which libjpeg still gives every pixel that the copy of that size needs."""
    wanted = copy_size(width, height, short_side, long_side)
    room = min(width / wanted[0], height / wanted[1])
    return next(scale for scale in (8, 4, 2, 1) if room >= scale)


def copy_size(width: int, height: int, short_side: int, long_side: int) -> tuple[int, int]:
    """Width and height of the display copy: never larger than the picture, never thinner than a pixel."""
    factor = min(1.0, short_side / min(width, height), long_side / max(width, height))
    return max(1, round(width * factor)), max(1, round(height * factor))


def _open_heif(path: Path) -> Opened:
    import pillow_heif

    # Two threads would each hold their rows; one photo at a time is the promise about memory.
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = False
    heif = pillow_heif.open_heif(path, convert_hdr_to_8bit=True)
    return Opened(heif, "HEIF", heif.size[0], heif.size[1])


def _is_known(head: bytes) -> bool:
    starts = (b"\xff\xd8", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"RIFF")
    return head.startswith(starts) or head[4:8] == b"ftyp"


def _is_raw(image: Image.Image) -> bool:
    tags = getattr(image, "tag_v2", {})
    dng_version, sub_folders, kind = 50706, 330, 254
    return dng_version in tags or sub_folders in tags or bool(int(tags.get(kind, 0)) & 1)
