"""Every picture to sRGB, from the profile it carries: Immich's previews are Display P3 and would look dull without.

A profile that is broken, or that describes another kind of pixels than the picture has, is left aside. What is
transparent is laid on light or dark ground, whichever sets the picture off. Runs in the decoding child.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from PIL import ImageCms

_DARK, _LIGHT = 24, 236
_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}
"""A profile's colour space and the mode of the pixels it speaks of."""


def to_srgb(image: Image.Image) -> Image.Image:
    """An RGB picture in sRGB of the same size; `image` may be changed in place. Its profile is read from `info`."""
    profile = image.info.get("icc_profile")
    if image.mode in ("LA", "RGBA", "La", "RGBa"):
        alpha = image.getchannel("A" if image.mode[-1] == "A" else image.mode[-1])
        opaque = image.convert("RGB" if image.mode.startswith("RGB") else "L")
        return _on_ground(_converted(opaque, profile), alpha)
    return _converted(image, profile)


def _converted(image: Image.Image, profile: object) -> Image.Image:
    if image.mode == "LAB" and not profile:
        profile = b"LAB"
    transform = _transform(profile, image.mode) if isinstance(profile, bytes) and profile else None
    if transform is None:
        return image if image.mode == "RGB" else image.convert("RGB")
    source = image if image.mode == transform.input_mode else image.convert(transform.input_mode)
    if source.mode == "RGB":
        transform.apply_in_place(source)
        return source
    return transform.apply(source)


@lru_cache(maxsize=4)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """A transform for these pixels, or None where sRGB is what they are or the profile is of no use.

    Kept for the next picture: an album's photos come from a few cameras, and all of Immich's previews share one.
    """
    from PIL import ImageCms

    try:
        if profile == b"LAB":
            source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        else:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
        described = _MODES.get(source.profile.xcolor_space.strip())
        fits = described == mode or (described == "RGB" and mode in ("L", "YCbCr"))
        if described is None or not fits or _is_srgb(source):
            return None
        return ImageCms.ImageCmsTransform(
            source,
            ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
            described,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    return "sRGB" in (profile.profile.profile_description or "")


def _on_ground(image: Image.Image, alpha: Image.Image) -> Image.Image:
    weights = alpha.histogram()
    if weights[255] == alpha.width * alpha.height:
        return image
    counts = image.convert("L").histogram(alpha.point(lambda value: 255 if value > 127 else 0))
    mean = sum(level * count for level, count in enumerate(counts)) / max(1, sum(counts))
    ground = _LIGHT if mean < 128 else _DARK
    return Image.composite(image, Image.new("RGB", image.size, (ground, ground, ground)), alpha)
