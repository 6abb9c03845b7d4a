"""THE table: which fact of Immich goes into which tag of which kind of file, and how it meets what is there.

README's table of tags is made from it (a test holds them together). Tags are named as `exiftool -G1` names them.
changes.py reads it; nothing else decides what is written.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

PICTURES = ("JPEG", "TIFF", "DNG", "PNG", "WEBP", "HEIC", "HEIF", "AVIF")
WITH_IPTC = ("JPEG", "TIFF", "DNG")
VIDEOS = ("MP4", "MOV", "M4V", "QT")
SIDECAR = ("XMP",)
FILES = PICTURES + VIDEOS
EVERYWHERE = FILES + SIDECAR
"""File types as exiftool names them; into any other only a sidecar is written."""
ENDINGS = {
    "JPEG": (".jpg", ".jpeg"),
    "TIFF": (".tif", ".tiff"),
    "DNG": (".dng",),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "HEIC": (".heic", ".heif", ".hif"),
    "HEIF": (".heic", ".heif", ".hif"),
    "AVIF": (".avif",),
    "MP4": (".mp4",),
    "MOV": (".mov",),
    "M4V": (".m4v",),
    "XMP": (".xmp",),
}
"""What a name ends with that exiftool believes rightly."""


class How(StrEnum):
    """What a tag does when Immich's value meets another."""

    SET = "Immich's value replaces another"
    MERGE = "added to the list; others' items stay"
    YIELD = "only where it is empty or ours"
    FOLLOW = "only where it repeated the old DateTimeOriginal"


class Row(Struct, frozen=True, kw_only=True):
    """One tag. In a file whose type is in `update` it is written only where it is there already."""

    tag: str
    module: str
    fact: str
    """Its value among those that facts.py makes."""
    how: How = How.SET
    where: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    most_bytes: int | None = None
    """IPTC's limit, for each item of a list."""
    readers: str = ""
    """Initials of who reads it: Lightroom, digiKam, Windows, Immich."""


def _row(module: str, tag: str, fact: str, readers: str, **more: object) -> Row:
    return Row(module=module, tag=tag, fact=fact, readers=readers, **more)  # type: ignore[arg-type]


_MERGE, _YIELD, _FOLLOW = How.MERGE, How.YIELD, How.FOLLOW

TABLE: tuple[Row, ...] = (
    _row("people", "XMP-dc:Subject", "people", "LDWI", how=_MERGE, where=EVERYWHERE),
    _row("people", "IPTC:Keywords", "people", "LDI", how=_MERGE, where=WITH_IPTC, most_bytes=64),
    _row("people", "XMP-iptcExt:PersonInImage", "people", "L", how=_MERGE, where=EVERYWHERE),
    _row("gps", "GPS:GPSLatitude", "latitude", "LDWI", where=PICTURES),
    _row("gps", "GPS:GPSLatitudeRef", "latitude_ref", "LDWI", where=PICTURES),
    _row("gps", "GPS:GPSLongitude", "longitude", "LDWI", where=PICTURES),
    _row("gps", "GPS:GPSLongitudeRef", "longitude_ref", "LDWI", where=PICTURES),
    _row("gps", "XMP-exif:GPSLatitude", "latitude_signed", "LDI", where=SIDECAR + VIDEOS, update=PICTURES),
    _row("gps", "XMP-exif:GPSLongitude", "longitude_signed", "LDI", where=SIDECAR + VIDEOS, update=PICTURES),
    _row("gps", "Keys:GPSCoordinates", "coordinates", "LDI", where=VIDEOS),
    _row("gps", "UserData:GPSCoordinates", "coordinates", "DI", update=VIDEOS),
    _row("gps", "XMP-photoshop:City", "city", "LD", how=_YIELD, where=EVERYWHERE),
    _row("gps", "XMP-photoshop:State", "state", "LD", how=_YIELD, where=EVERYWHERE),
    _row("gps", "XMP-photoshop:Country", "country", "LD", how=_YIELD, where=EVERYWHERE),
    _row("gps", "IPTC:City", "city", "LD", how=_YIELD, where=WITH_IPTC, most_bytes=32),
    _row("gps", "IPTC:Province-State", "state", "LD", how=_YIELD, where=WITH_IPTC, most_bytes=32),
    _row("gps", "IPTC:Country-PrimaryLocationName", "country", "LD", how=_YIELD, where=WITH_IPTC, most_bytes=64),
    _row("caption", "XMP-dc:Description", "caption", "LDWI", where=EVERYWHERE),
    _row("caption", "IPTC:Caption-Abstract", "caption", "LD", where=WITH_IPTC, most_bytes=2000),
    _row("caption", "IFD0:ImageDescription", "caption", "LDWI", where=PICTURES),
    _row("time", "ExifIFD:DateTimeOriginal", "moment", "LDWI", where=PICTURES),
    _row("time", "ExifIFD:SubSecTimeOriginal", "subsec", "LI", where=PICTURES),
    _row("time", "ExifIFD:OffsetTimeOriginal", "offset", "LI", where=PICTURES),
    _row("time", "ExifIFD:CreateDate", "moment", "LDWI", how=_FOLLOW, update=PICTURES),
    _row("time", "ExifIFD:SubSecTimeDigitized", "subsec", "L", how=_FOLLOW, update=PICTURES),
    _row("time", "ExifIFD:OffsetTimeDigitized", "offset", "L", how=_FOLLOW, update=PICTURES),
    _row("time", "XMP-photoshop:DateCreated", "stamp", "LD", where=EVERYWHERE),
    _row("time", "XMP-exif:DateTimeOriginal", "stamp", "LDI", where=SIDECAR + VIDEOS, update=PICTURES),
    _row("time", "XMP-xmp:CreateDate", "stamp", "LDI", how=_FOLLOW, update=EVERYWHERE),
    _row("time", "IPTC:DateCreated", "day", "LD", where=WITH_IPTC),
    _row("time", "IPTC:TimeCreated", "clock", "LD", where=WITH_IPTC),
    _row("time", "Keys:CreationDate", "zoned", "DI", where=VIDEOS),
    _row("rating", "XMP-xmp:Rating", "rating", "LDWI", where=EVERYWHERE),
    _row("rating", "XMP-microsoft:RatingPercent", "percent", "DW", where=EVERYWHERE),
    _row("rating", "IFD0:Rating", "stars", "WI", where=PICTURES),
    _row("rating", "IFD0:RatingPercent", "percent", "W", where=PICTURES),
    _row("favourite", "XMP-xmp:Label", "label", "LD", how=_YIELD, where=EVERYWHERE),
    _row("albums", "XMP-iptcExt:Event", "event", "LD", how=_YIELD, where=EVERYWHERE),
    _row("albums", "XMP-lr:HierarchicalSubject", "album_branches", "LDI", how=_MERGE, where=EVERYWHERE),
    _row("albums", "ExifIFD:UserComment", "album_list", "D", how=_YIELD, where=PICTURES),
    _row("tags", "XMP-digiKam:TagsList", "tags", "DI", how=_MERGE, where=EVERYWHERE),
    _row("tags", "XMP-lr:HierarchicalSubject", "tag_branches", "LDI", how=_MERGE, where=EVERYWHERE),
    _row("tags", "XMP-dc:Subject", "tag_leaves", "LDWI", how=_MERGE, where=EVERYWHERE),
    _row("tags", "IPTC:Keywords", "tag_leaves", "LDI", how=_MERGE, where=WITH_IPTC, most_bytes=64),
    _row("faces", "XMP-mwg-rs:RegionInfo", "regions", "LDI", how=_MERGE, where=EVERYWHERE),
)

FORMATS = {
    "people": "names, one item each",
    "latitude": "degrees without sign",
    "latitude_ref": "`N` or `S`",
    "longitude": "degrees without sign",
    "longitude_ref": "`E` or `W`",
    "latitude_signed": "degrees, south negative",
    "longitude_signed": "degrees, west negative",
    "coordinates": "both with sign, and the altitude that was there",
    "city": "name",
    "state": "name",
    "country": "name",
    "caption": "text with its lines",
    "moment": "`2020:01:02 03:04:05`, local",
    "subsec": "milliseconds; finer ones stay",
    "offset": "`+02:00`",
    "stamp": "`2020:01:02 03:04:05.120+02:00`",
    "day": "`2020:01:02`",
    "clock": "`03:04:05+02:00`",
    "zoned": "`2020:01:02 03:04:05+02:00`",
    "rating": "1 to 5, −1 rejected",
    "stars": "1 to 5",
    "percent": "1, 25, 50, 75, 99",
    "label": "`Favorite`",
    "event": "names, parted by `; `",
    "album_branches": "`Albums\\|Name`, one item each",
    "album_list": "names, parted by `, `",
    "tags": "`Places/Vienna`, one item each",
    "tag_branches": "`Places\\|Vienna`, one item each",
    "tag_leaves": "`Vienna`, one item each",
    "regions": "MWG regions of the stored picture, others' kept",
}
"""How each fact is written, for a person."""

REGIONS = "XMP-mwg-rs:RegionInfo"
LISTS = frozenset(row.tag for row in TABLE if row.how is How.MERGE and row.tag != REGIONS)
TAGS = tuple(dict.fromkeys(row.tag for row in TABLE))


class Options(Struct, frozen=True, kw_only=True):
    caption_limit: int = 2000
    """Characters; IPTC's own 2000 bytes hold beside it."""
    favourite_as_rating: bool = False
    """A favourite without a rating counts as 5 stars."""


def rows_for(file_type: str) -> tuple[Row, ...]:
    """What may be written into a file of this type; empty where only a sidecar can be."""
    return tuple(row for row in TABLE if file_type in row.where or file_type in row.update)
