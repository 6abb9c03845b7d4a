"""Decodes pictures, one after the other and every frame of each, and prints a digest of each on a line.

Bounded in memory and time; whatever a decoder raises ends it without an answer. Started by pixels.py.
"""

from __future__ import annotations

import hashlib
import resource
import sys

import pillow_heif
from PIL import Image, ImageSequence

MOST_BYTES = 420_000_000
"""As much as any child that decodes an original may hold; a HEIC of 48 megapixels needs 364 MB."""
MOST_CPU_SECONDS = 150
_BAND = 64
FORMATS = ("PNG", "WEBP", "HEIF", "AVIF", "TIFF")


def pixels(path: str) -> bytes:
    """SHA-256 over size, mode, palette and pixels of every frame."""
    total = hashlib.sha256()
    with Image.open(path, formats=FORMATS) as opened:
        for frame in ImageSequence.Iterator(opened):
            total.update(repr((frame.size, frame.mode, frame.getpalette())).encode())
            # Band by band: all of it once more, as bytes, would be too much beside the picture.
            for top in range(0, frame.height, _BAND):
                total.update(frame.crop((0, top, frame.width, min(top + _BAND, frame.height))).tobytes())
    return total.digest()


def main(*paths: str) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Originals may be of any size; the limits above are what bounds them.
    Image.MAX_IMAGE_PIXELS = None
    pillow_heif.register_heif_opener()
    for path in paths:
        print(pixels(path).hex())


if __name__ == "__main__":
    main(*sys.argv[1:])
