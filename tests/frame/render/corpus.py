"""Pictures that a wall meets sooner or later, made here: odd kinds that must be shown, and broken ones that cannot be.

Every shown picture has a warm red left half and a blue right half, so that a test can tell it from anything else.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image

from tests.frame.render.profiles import display_p3

RED, BLUE = (200, 60, 40), (40, 80, 190)


def halves(size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Left red, right blue."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return picture


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Its bytes in that format."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _jpeg(**options: Any) -> bytes:
    return saved(halves(), "JPEG", quality=95, subsampling=0, **options)


def _grey() -> Image.Image:
    return halves().convert("L")


def _png16() -> bytes:
    """16-bit grey."""
    row = struct.pack("<H", 52000) * 32 + struct.pack("<H", 9000) * 32
    return saved(Image.frombytes("I;16", (64, 48), row * 48), "PNG")


def _tiff16() -> bytes:
    """16-bit RGB, uncompressed, which Pillow reads and does not write."""
    row = struct.pack("<3H", *(value * 257 for value in RED)) * 32
    row += struct.pack("<3H", *(value * 257 for value in BLUE)) * 32
    data = row * 48
    entries = [
        (256, 3, 1, 64), (257, 3, 1, 48), (258, 3, 3, 8 + 2 + 10 * 12 + 4), (259, 3, 1, 1), (262, 3, 1, 2),
        (273, 4, 1, 8 + 2 + 10 * 12 + 4 + 6), (277, 3, 1, 3), (278, 3, 1, 48), (279, 4, 1, len(data)), (284, 3, 1, 1),
    ]  # fmt: skip
    ifd = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<I", 8) + ifd + bytes(4) + struct.pack("<3H", 16, 16, 16) + data


def _transparent_palette() -> bytes:
    paletted = halves().convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    return saved(paletted, "PNG", transparency=255)


def _animated(kind: str) -> bytes:
    return saved(halves(), kind, save_all=True, append_images=[Image.new("RGB", (64, 48), "white")] * 3, duration=100)


def _heic() -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return saved(halves(), "HEIF", quality=95)


def exif_loop() -> bytes:
    """EXIF whose directories point at themselves, and whose orientation is a text."""
    ifd = struct.pack("<H", 2) + struct.pack("<HHI4s", 0x0112, 2, 4, b"abc\0") + struct.pack("<HHII", 0x8769, 4, 1, 8)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + ifd + struct.pack("<I", 8)


def bomb(side: int) -> bytes:
    """A PNG of side × side pixels in a few kilobytes."""
    squeeze = zlib.compressobj(1)
    row = bytes(1 + side // 8)
    data = b"".join(squeeze.compress(row * 100) for _ in range(side // 100)) + squeeze.flush()
    return png(side, side, bits=1, colour=0, data=data)


def png(width: int, height: int, *, bits: int, colour: int, data: bytes) -> bytes:
    """A PNG of exactly these chunks, true or not."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", data), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


SHOWN: dict[str, Callable[[], bytes]] = {
    "jpeg": _jpeg,
    "progressive": lambda: _jpeg(progressive=True),
    "mpo": lambda: saved(halves(), "MPO", save_all=True, append_images=[halves()], quality=95),
    "cmyk": lambda: saved(halves().convert("CMYK"), "JPEG", quality=95),
    "cmyk with an rgb profile": lambda: saved(halves().convert("CMYK"), "JPEG", quality=95, icc_profile=display_p3()),
    "junk profile": lambda: _jpeg(icc_profile=b"\xff" * 700),
    "truncated profile": lambda: _jpeg(icc_profile=display_p3()[:200]),
    "looping exif": lambda: _jpeg(exif=exif_loop()),
    "junk exif": lambda: _jpeg(exif=b"Exif\0\0" + b"\x89" * 300),
    "png": lambda: saved(halves(), "PNG"),
    "rgba": lambda: saved(halves().convert("RGBA"), "PNG"),
    "palette": lambda: saved(halves().convert("P", palette=Image.Palette.ADAPTIVE, colors=4), "PNG"),
    "palette with transparency": _transparent_palette,
    "webp": lambda: saved(halves(), "WEBP", lossless=True),
    "webp with alpha": lambda: saved(halves().convert("RGBA"), "WEBP", lossless=True),
    "animated gif": lambda: _animated("GIF"),
    "animated webp": lambda: _animated("WEBP"),
    "animated png": lambda: _animated("PNG"),
    "tiff": lambda: saved(halves(), "TIFF"),
    "tiff lzw": lambda: saved(halves(), "TIFF", compression="tiff_lzw"),
    "tiff 16 bit": _tiff16,
    "tiff cmyk": lambda: saved(halves().convert("CMYK"), "TIFF"),
    "heic": _heic,
    "avif": lambda: saved(halves(), "AVIF", quality=95),
}
"""By name, what makes the bytes of a picture that must be seen in its colours."""

SHOWN_GREY: dict[str, Callable[[], bytes]] = {
    "grey jpeg": lambda: saved(_grey(), "JPEG", quality=95),
    "grey png": lambda: saved(_grey(), "PNG"),
    "grey with an rgb profile": lambda: saved(_grey(), "JPEG", quality=95, icc_profile=display_p3()),
    "grey with alpha": lambda: saved(_grey().convert("LA"), "PNG"),
    "one bit": lambda: saved(_grey().point(lambda value: 255 * (value > 90)).convert("1"), "PNG"),
    "16 bit grey png": _png16,
    "16 bit grey tiff": lambda: saved(Image.open(BytesIO(_png16())), "TIFF"),
    "float tiff": lambda: saved(_grey().convert("F"), "TIFF"),
    "32 bit tiff": lambda: saved(_grey().convert("I"), "TIFF"),
}
"""The left half is the lighter one."""

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "one byte": (lambda: b"\xff", "format"),
    "text": (lambda: b"hello, this is no picture at all\n" * 20, "format"),
    "eps named jpg": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "format"),
    "svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format"),
    "mp4": (lambda: struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"isom", 0, b"isom", b"mp42"), "format"),
    "cut jpeg": (lambda: _jpeg()[:700], "damaged"),
    "jpeg magic alone": (lambda: b"\xff\xd8\xff\xe0", "damaged"),
    "cut png": (lambda: saved(halves(), "PNG")[:90], "damaged"),
    "png of no width": (lambda: png(0, 10, bits=8, colour=2, data=b""), "damaged"),
    "cut webp": (lambda: saved(halves(), "WEBP", lossless=True)[:40], "damaged"),
    "cut heic": (lambda: _heic()[:300], "damaged"),
    "bomb": (lambda: bomb(30000), "too-large"),
    "smaller bomb": (lambda: bomb(9000), "too-large"),
    "gif of 4 gigapixels": (lambda: b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b"," * 99, "too-large"),
}
"""By name, what makes the bytes, and the reason code of the refusal."""
