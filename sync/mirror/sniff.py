"""Names an object's kind by its first bytes: a file's own name and the server's content type may say anything."""

from __future__ import annotations

HEAD_BYTES = 32

_STARTS = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II\x2a\x00\x10\x00\x00\x00CR", "cr2"),
    (b"IIRO", "orf"),
    (b"IIU\x00", "rw2"),
    (b"II\x2a\x00", "tif"),
    (b"MM\x00\x2a", "tif"),
    (b"FUJIFILM", "raf"),
    (b"\xff\x0a", "jxl"),
    (b"\x00\x00\x00\x0cJXL ", "jxl"),
    (b"\x00\x00\x00\x0cjP  ", "jp2"),
    (b"8BPS", "psd"),
    (b"\x1aE\xdf\xa3", "mkv"),
)
_BRANDS = {
    b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic", b"hevc": "heic", b"mif1": "heic",
    b"msf1": "heic", b"avif": "avif", b"avis": "avif", b"crx ": "cr3", b"qt  ": "mov",
}  # fmt: skip

EXTENSIONS = (*dict.fromkeys(ext for _, ext in _STARTS), "webp", *dict.fromkeys(_BRANDS.values()), "mp4", "bin")
"""Every extension that an object may have."""


def extension(head: bytes) -> str:
    """The extension for a file that begins with `head`; `bin` where it is not known."""
    for start, ext in _STARTS:
        if head.startswith(start):
            return ext
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "mp4")
    return "bin"
