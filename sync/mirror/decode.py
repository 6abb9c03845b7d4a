"""What the decoder child does with one picture: prove that it decodes, or draw its display copy or its thumbnail.

A display copy is upright, opaque, at most `short_side` pixels on its short side, and keeps an RGB profile but no
metadata. Large pictures are shrunk band by band, so that one full picture is the most that is ever held.
Called by decode_child.py alone; whatever it raises is caught there.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms

from sync.mirror.decode_coarse import read_coarse
from sync.mirror.decode_open import Opened, Refused, copy_size, jpeg_scale, open_picture

QUALITY = 96
"""With full colour resolution: the lowest that keeps 40 dB against the exact copy on the noisiest pictures."""

THUMB_QUALITIES = (82, 72, 60, 45, 30, 15, 5)
"""The first one whose file is small enough is taken."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BAND_PIXELS = 1 << 20


@dataclass
class Pixels:
    """Decoded rows: `band(top, bottom)` gives them as an RGB picture; `whole` is there where all are RGB already."""

    width: int
    height: int
    band: Callable[[int, int], Image.Image]
    whole: Image.Image | None = None


def check(path: Path, *, most_bytes: int) -> tuple[str, int, int]:
    """Decode everything once. Gives format, width, height as stored; raises Refused or whatever the decoder does."""
    opened = open_picture(path)
    # Every code of a JPEG is read at any scale; the smallest costs the least.
    _fit_memory(opened, 1, 1, most_bytes)
    if opened.format == "HEIF":
        _ = opened.image.data
    else:
        # Grey, where that is possible: it reads every code too, and computes less of what nobody looks at.
        _draft(opened, 1, 1, mode="L" if opened.image.mode == "RGB" else opened.image.mode)
        opened.image.load()
    return opened.format, opened.width, opened.height


def draw(
    path: Path, part: Path, *, short_side: int, long_side: int, most_bytes: int, coarse: bool = False
) -> tuple[int, int]:
    """Write the display copy of `path` to `part`; gives its width and height.

    With `coarse`, a progressive JPEG that does not fit into `most_bytes` is read at an eighth of its size.
    """
    opened = open_picture(path)
    profile = _rgb_profile(opened)
    small = _small(opened, path, short_side=short_side, long_side=long_side, most_bytes=most_bytes, coarse=coarse)
    small.save(part, "JPEG", quality=QUALITY, subsampling=0, icc_profile=profile)
    return small.size


def draw_thumb(
    path: Path, part: Path, *, short_side: int, long_side: int, most_file_bytes: int, most_bytes: int, coarse: bool
) -> tuple[int, int]:
    """Write a small sRGB picture of at most `most_file_bytes` to `part`; gives its width and height."""
    opened = open_picture(path)
    profile = _rgb_profile(opened)
    small = _small(opened, path, short_side=short_side, long_side=long_side, most_bytes=most_bytes, coarse=coarse)
    if profile is not None:
        with suppress(OSError, ValueError, TypeError, ImageCms.PyCMSError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            small = ImageCms.profileToProfile(small, source, ImageCms.createProfile("sRGB")) or small
            small.info = {}
    for quality in THUMB_QUALITIES:
        content = io.BytesIO()
        small.save(content, "JPEG", quality=quality, optimize=True, progressive=True)
        if content.tell() <= most_file_bytes:
            break
    part.write_bytes(content.getvalue())
    return small.size


def _small(
    opened: Opened, path: Path, *, short_side: int, long_side: int, most_bytes: int, coarse: bool
) -> Image.Image:
    """The whole picture upright at that size, without anything that its file says beside the pixels."""
    if coarse and opened.coefficients_bytes() and opened.needs_bytes(short_side, long_side) > most_bytes:
        rough = read_coarse(path)
        pixels = Pixels(rough.width, rough.height, lambda top, bottom: rough.crop((0, top, rough.width, bottom)), rough)
    else:
        _fit_memory(opened, short_side, long_side, most_bytes)
        pixels = _heif_pixels(opened) if opened.format == "HEIF" else _pixels(opened, short_side, long_side)
    wanted = copy_size(opened.width, opened.height, short_side, long_side)
    if wanted[0] > pixels.width or wanted[1] > pixels.height:
        wanted = (pixels.width, pixels.height)
    small = shrink(pixels, wanted)
    turn = _TURNS.get(_orientation(opened))
    if turn is not None:
        small = small.transpose(turn)
    # Without `info` no comment, EXIF or foreign profile is carried along.
    small.info = {}
    return small


def shrink(pixels: Pixels, wanted: tuple[int, int]) -> Image.Image:
    """Average whole blocks band by band to about twice the wanted size, then filter down to it exactly."""
    width, height = pixels.width, pixels.height
    factor = max(1, int(min(width / wanted[0], height / wanted[1]) / 2))
    rows = max(1, _BAND_PIXELS // (width * factor)) * factor
    if factor == 1 and pixels.whole is not None:
        whole = pixels.whole
    else:
        whole = Image.new("RGB", (-(-width // factor), -(-height // factor)))
        for top in range(0, height, rows):
            whole.paste(pixels.band(top, min(height, top + rows)).reduce(factor), (0, top // factor))
    if whole.size == wanted:
        return whole
    # The last block of a row may be cut: the box says how much of the averaged picture is real.
    return whole.resize(wanted, Image.Resampling.LANCZOS, box=(0, 0, width / factor, height / factor))


def _fit_memory(opened: Opened, short_side: int, long_side: int, most_bytes: int) -> None:
    needed = opened.needs_bytes(short_side, long_side)
    if needed > most_bytes:
        raise Refused(
            f"{opened.width} × {opened.height} pixels need {needed >> 20} MB to decode; "
            f"{most_bytes >> 20} MB are allowed.",
            "too-large",
        )


def _draft(opened: Opened, short_side: int, long_side: int, *, mode: str) -> None:
    if opened.format != "JPEG":
        return
    scale = jpeg_scale(opened.width, opened.height, short_side, long_side)
    if scale > 1:
        opened.image.draft(mode, (max(1, opened.width // scale), max(1, opened.height // scale)))


def _pixels(opened: Opened, short_side: int, long_side: int) -> Pixels:
    _draft(opened, short_side, long_side, mode=opened.image.mode)
    image = opened.image
    image.load()
    to_rgb = _converter(image)
    width, height = image.size

    def band(top: int, bottom: int) -> Image.Image:
        return to_rgb(image.crop((0, top, width, bottom)))

    return Pixels(width, height, band, image if image.mode == "RGB" else None)


def _heif_pixels(opened: Opened) -> Pixels:
    # Its own Pillow image would be a second full copy: a 48-megapixel photo has no room for that.
    heif = opened.image
    data, stride, mode, width = memoryview(heif.data), heif.stride, heif.mode, opened.width

    def band(top: int, bottom: int) -> Image.Image:
        rows = data[top * stride : bottom * stride]
        image = Image.frombuffer(mode, (width, bottom - top), rows, "raw", mode, stride, 1)  # type: ignore[arg-type]
        return _converter(image)(image)

    return Pixels(width, opened.height, band)


def _converter(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """How bands of this picture become opaque RGB."""
    if image.mode == "RGB":
        return lambda band: band
    if image.mode.startswith("I") or image.mode == "F":
        low, high = image.getextrema() if image.mode in ("F", "I") else (0, 65535)
        return lambda band: _grey(band, float(low), float(high))  # type: ignore[arg-type]
    if image.mode in ("CMYK", "LAB"):
        return _colour_managed(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return _opaque
    return lambda band: band.convert("RGB")


def _grey(band: Image.Image, low: float, high: float) -> Image.Image:
    # 16-bit grey uses the full range; other depths say nothing of theirs, so what is there decides.
    if band.mode == "I" and 255 < high <= 65535:
        low, high = 0.0, 65535.0
    scale = 255.0 / ((high - low) or 1.0)
    return band.convert("F").point(lambda value: value * scale - low * scale).convert("L").convert("RGB")


def _opaque(band: Image.Image) -> Image.Image:
    rgba = band.convert("RGBA")
    white = Image.new("RGB", rgba.size, (255, 255, 255))
    white.paste(rgba, mask=rgba.getchannel("A"))
    return white


def _colour_managed(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    try:
        if image.mode == "LAB":
            source = ImageCms.createProfile("LAB")
        else:
            source = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"])).profile
        change = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), image.mode, "RGB")
    except (KeyError, OSError, ValueError, TypeError, ImageCms.PyCMSError):
        # Junk in the profile must not hide the picture.
        return lambda band: band.convert("RGB")

    def managed(band: Image.Image) -> Image.Image:
        return ImageCms.applyTransform(band, change) or band.convert("RGB")

    return managed


def _orientation(opened: Opened) -> int:
    if opened.format == "HEIF":
        return 1  # libheif has turned it already; its EXIF still says otherwise
    try:
        return int(opened.image.getexif().get(0x0112, 1))
    except Exception:  # noqa: BLE001 - EXIF is a stranger's bytes, and a picture on its side is better than none
        return 1


def _rgb_profile(opened: Opened) -> bytes | None:
    profile = opened.image.info.get("icc_profile")
    mode = opened.image.mode
    known = isinstance(profile, bytes) and profile[16:20] == b"RGB " and profile[36:40] == b"acsp"
    return profile if known and mode.startswith(("RGB", "P")) and len(profile) <= 1 << 20 else None
