"""Decodes two pictures, one after the other and every frame of each, and prints `same` or `other`.

Bounded in memory and time; whatever a decoder raises ends it without an answer. Started by pixels.py.
"""

from __future__ import annotations

import hashlib
import resource
import sys

import pillow_heif
from PIL import Image, ImageSequence

MOST_BYTES = 900_000_000
MOST_CPU_SECONDS = 150
FORMATS = ("PNG", "WEBP", "HEIF", "AVIF", "TIFF")


def pixels(path: str) -> bytes:
    """SHA-256 over size, mode, palette and pixels of every frame."""
    total = hashlib.sha256()
    with Image.open(path, formats=FORMATS) as opened:
        for frame in ImageSequence.Iterator(opened):
            total.update(repr((frame.size, frame.mode, frame.getpalette())).encode())
            total.update(frame.tobytes())
    return total.digest()


def main(one: str, other: str) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Originals may be of any size; the limits above are what bounds them.
    Image.MAX_IMAGE_PIXELS = None
    pillow_heif.register_heif_opener()
    print("same" if pixels(one) == pixels(other) else "other")


if __name__ == "__main__":
    main(*sys.argv[1:])
