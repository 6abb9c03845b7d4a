"""Turns a drawn picture into an asset: an original with EXIF, an upright preview, a thumbnail, and the facts.

Files are written once into the library's folder and found again at the next start, so a library of real
photographs starts fast the second time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from tests.fakes.immich.library import Library
from tests.fakes.immich.model import Asset, Blob, Exif, User, make_id, path_checksum
from tests.fakes.immich.profiles import matrix_profile

PREVIEW_SHORT_SIDE = 1440
THUMBNAIL_SHORT_SIDE = 250
_UPLOADED_MS = 1_779_000_000_000
# Format of Pillow: suffix, MIME type. HEIF needs pillow-heif, which a library with HEIC registers.
_KINDS = {
    "JPEG": (".jpg", "image/jpeg"),
    "PNG": (".png", "image/png"),
    "WEBP": (".webp", "image/webp"),
    "HEIF": (".heic", "image/heic"),
    "GIF": (".gif", "image/gif"),
}
_DRAW_AS = {
    1: None,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class Photo:
    """What is to be known of a photo before it is drawn. `taken` is local time, `offset_minutes` its zone."""

    name: str
    draw: Callable[[], Image.Image]
    taken: datetime
    offset_minutes: int = 0
    exif: Exif = field(default_factory=Exif)
    description: str = ""
    orientation: int = 1
    profile: str = "srgb"
    format: str = "JPEG"
    rating: int | None = None
    favourite: bool = False


def file_key(photo: Photo, owner: User) -> str:
    """The name its files have in the library's folder."""
    return make_id("asset", f"{owner.email}/{photo.name}")[:13]


def write_files(photo: Photo, folder: Path, key: str) -> tuple[Path, Path, Path]:
    """Original, preview and thumbnail of the photo in `folder`; drawn only when they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    suffix = _KINDS[photo.format][0]
    original, preview = folder / f"{key}{suffix}", folder / f"{key}-preview.jpg"
    thumbnail = folder / f"{key}-thumb.webp"
    if not thumbnail.exists():
        upright = photo.draw().convert("RGB")
        profile = matrix_profile("Display P3" if photo.profile == "p3" else "sRGB")
        turned = _DRAW_AS[photo.orientation]
        stored = upright.transpose(turned) if turned is not None else upright
        stored.save(original, photo.format, quality=93, exif=_exif_block(photo), icc_profile=profile)
        shrunk(upright, PREVIEW_SHORT_SIDE).save(preview, quality=85, icc_profile=profile)
        shrunk(upright, THUMBNAIL_SHORT_SIDE).save(thumbnail, "WEBP", quality=80)
    return original, preview, thumbnail


def shrunk(picture: Image.Image, short_side: int) -> Image.Image:
    """No more than `short_side` pixels on the shorter side; never enlarged."""
    scale = short_side / min(picture.size)
    if scale >= 1:
        return picture
    size = (round(picture.width * scale), round(picture.height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _exif_block(photo: Photo) -> Image.Exif:
    block = Image.Exif()
    facts = photo.exif
    if facts.make:
        block[0x010F], block[0x0110] = facts.make, facts.model or ""
    block[0x0112] = photo.orientation
    if photo.description:
        block[0x010E] = photo.description
    details = block.get_ifd(0x8769)
    details[0x9003] = photo.taken.strftime("%Y:%m:%d %H:%M:%S")
    sign = "-" if photo.offset_minutes < 0 else "+"
    hours, minutes = divmod(abs(photo.offset_minutes), 60)
    details[0x9011] = f"{sign}{hours:02d}:{minutes:02d}"
    if facts.f_number:
        details[0x829D], details[0x8827] = facts.f_number, facts.iso or 100
        details[0x920A] = facts.focal_length_mm or 24
    if facts.latitude is not None and facts.longitude is not None:
        place = block.get_ifd(0x8825)
        place[1], place[2] = ("N" if facts.latitude >= 0 else "S"), _degrees(facts.latitude)
        place[3], place[4] = ("E" if facts.longitude >= 0 else "W"), _degrees(facts.longitude)
    return block


def _degrees(value: float) -> tuple[float, float, float]:
    value = abs(value)
    minutes = value % 1 * 60
    return float(int(value)), float(int(minutes)), round(minutes % 1 * 60, 3)


def add_photo(
    library: Library, photo: Photo, *, owner: User | None = None, external: str | None = None,
    files: tuple[Path, Path, Path] | None = None,
) -> Asset:  # fmt: skip
    """The photo as an asset of the library. `external`: the id of the external library it lies in."""
    user = owner or library.me
    asset_id = make_id("asset", f"{user.email}/{photo.name}")
    original_path, preview_path, thumbnail_path = files or write_files(photo, library.folder, file_key(photo, user))
    with Image.open(original_path) as stored, Image.open(preview_path):
        stored_size = stored.size
    turned = photo.orientation in (6, 8)
    width, height = stored_size[::-1] if turned else stored_size
    moment = photo.taken.replace(tzinfo=UTC).timestamp() * 1000
    modified_ms = _UPLOADED_MS + len(library.assets) * 1000
    original = Blob(original_path, modified_ms=modified_ms)
    path = f"/mnt/photos/{photo.name}" if external else f"/data/upload/{user.id}/{asset_id}.jpg"
    mime = _KINDS[photo.format][1]
    asset = Asset(
        asset_id, user.id, photo.name, path,
        path_checksum(path) if external else original.checksum(),
        int(moment) - photo.offset_minutes * 60_000, original,
        preview=Blob(preview_path, modified_ms=modified_ms + 500),
        thumbnail=Blob(thumbnail_path, modified_ms=modified_ms + 600),
        mime=mime, width=width, height=height, stored_width=stored_size[0], stored_height=stored_size[1],
        size_bytes=original.size_bytes(), offset_minutes=photo.offset_minutes, modified_ms=modified_ms,
        exif=_with_zone(photo), description=photo.description, rating=photo.rating, favourite=photo.favourite,
        library_id=external,
    )  # fmt: skip
    return library.add_asset(asset)


def _with_zone(photo: Photo) -> Exif:
    hours, minutes = divmod(abs(photo.offset_minutes), 60)
    sign = "-" if photo.offset_minutes < 0 else "+"
    zone = "UTC" if not photo.offset_minutes else f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")
    orientation = str(photo.orientation) if photo.orientation != 1 else "1"
    return replace(photo.exif, zone=zone, orientation=orientation)
