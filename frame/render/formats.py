"""Which picture formats the wall shows, told by their first bytes alone: a name's ending proves nothing.

Everything else is refused before any decoder sees it. Called by decode.
"""

from __future__ import annotations

SNIFFED_BYTES = 64

_MAGIC = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}


def sniff(start: bytes) -> str | None:
    """The format of a file that begins with `start` (64 bytes are enough), or None when the wall does not show it."""
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return name
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WEBP"
    if start[4:8] == b"ftyp":
        brands = {start[8:12], *(start[at : at + 4] for at in range(16, min(len(start), _box_length(start)), 4))}
        # mif1 names the container of both; AVIF says so in its compatible brands
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIF_BRANDS:
            return "HEIF"
    return None


def _box_length(start: bytes) -> int:
    return int.from_bytes(start[:4], "big")
