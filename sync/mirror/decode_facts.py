"""Reads in the decoder child what a picture file says of itself: size as seen, time, place, camera, caption, rating.

EXIF is a stranger's bytes: whatever does not read as what it should be is left out, texts are cut. Called by
decode_child.py alone.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from sync.mirror.decode_open import Opened, open_picture

_TEXT_MOST = 2000
_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")
_TURNED = range(5, 9)

# What cameras write where a person's caption would stand.
_NO_CAPTION = re.compile(
    r"^(olympus digital camera|sony dsc|dcim.*|dji.*|kodak.*|minolta.*|default|untitled|image)$", re.I
)


def read_facts(path: Path) -> dict[str, Any]:
    """Facts by name, absent where the file does not say. Raises Refused as open_picture does."""
    opened = open_picture(path)
    exif = Image.Exif()
    # Every tag is read in its own try below; here the whole block may be junk.
    with contextlib.suppress(Exception):
        exif = _exif(opened)
    facts: dict[str, Any] = {}
    for read in (_size, _taken, _place, _camera, _words):
        with contextlib.suppress(Exception):
            facts |= read(opened, exif)
    return {name: value for name, value in facts.items() if value is not None}


def _exif(opened: Opened) -> Image.Exif:
    if opened.format != "HEIF":
        exif: Image.Exif = opened.image.getexif()
        return exif
    exif = Image.Exif()
    exif.load(opened.image.info.get("exif") or b"")
    return exif


def _size(opened: Opened, exif: Image.Exif) -> dict[str, Any]:
    width, height = opened.width, opened.height
    # libheif has turned its picture already.
    if opened.format != "HEIF" and exif.get(ExifTags.Base.Orientation) in _TURNED:
        width, height = height, width
    return {"width": width, "height": height}


def _taken(_opened: Opened, exif: Image.Exif) -> dict[str, Any]:
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    date = tags.get(ExifTags.Base.DateTimeOriginal) or tags.get(ExifTags.Base.DateTimeDigitized)
    found = _DATE.match(_text(date or exif.get(ExifTags.Base.DateTime)) or "")
    if not found or found[1] == "0000":
        return {}
    offset = _text(tags.get(ExifTags.Base.OffsetTimeOriginal) or tags.get(ExifTags.Base.OffsetTime)) or ""
    local = "{}-{}-{}T{}:{}:{}".format(*found.groups())
    return {"local_time": local, "offset": offset if _OFFSET.fullmatch(offset) else None}


def _place(_opened: Opened, exif: Image.Exif) -> dict[str, Any]:
    tags = exif.get_ifd(ExifTags.IFD.GPSInfo)
    latitude = _degrees(tags[ExifTags.GPS.GPSLatitude], tags.get(ExifTags.GPS.GPSLatitudeRef), "S")
    longitude = _degrees(tags[ExifTags.GPS.GPSLongitude], tags.get(ExifTags.GPS.GPSLongitudeRef), "W")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or latitude == longitude == 0:
        return {}
    return {"latitude": latitude, "longitude": longitude}


def _camera(_opened: Opened, exif: Image.Exif) -> dict[str, Any]:
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    return {
        "make": _text(exif.get(ExifTags.Base.Make)),
        "model": _text(exif.get(ExifTags.Base.Model)),
        "lens": _text(tags.get(ExifTags.Base.LensModel)),
    }


def _words(_opened: Opened, exif: Image.Exif) -> dict[str, Any]:
    caption = _text(exif.get(ExifTags.Base.ImageDescription))
    rating = exif.get(ExifTags.Base.Rating)
    return {
        "caption": None if caption is None or _NO_CAPTION.match(caption) else caption,
        "rating": rating if isinstance(rating, int) and 1 <= rating <= 5 else None,
    }


def _degrees(parts: Any, reference: object, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if _text(reference) == negative else value


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    # Pillow reads EXIF texts as Latin-1; cameras and programs write UTF-8.
    with contextlib.suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    text = "".join(char for char in value.partition("\0")[0][:_TEXT_MOST] if char.isprintable() or char == "\n")
    return text.strip() or None
