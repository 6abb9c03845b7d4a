"""What a file says of the photo that it belongs to: Apple's content identifier, the moment, the camera.

Read from the bytes themselves, a few kilobytes a file: an inbox holds tens of thousands. Never raises for a file's
content, however torn or hostile; a file that cannot be opened raises OSError.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sync.ingest.boxes import boxes, content, find, heif_exif, quicktime_keys
from sync.ingest.names import HEIF, JPEG, RAW, VIDEOS
from sync.ingest.tiff import Exif, read_exif

_IDENTIFIER = "com.apple.quicktime.content.identifier"
_CREATED = "com.apple.quicktime.creationdate"
_MAKE, _MODEL = "com.apple.quicktime.make", "com.apple.quicktime.model"
_HEAD_BYTES = 256 << 10
_RAF_PREVIEW = 84
_CANON_EXIF = (b"CMT1", b"CMT2")


@dataclass(frozen=True)
class FileFacts:
    """What was read from one file."""

    identifier: str = ""
    """Apple's content identifier, the same in the still and the video of a live photo; empty: it has none."""
    taken: datetime | None = None
    """The wall clock's time where it was taken, without a zone."""
    camera: str = ""
    """`Apple iPhone 13`."""
    video: bool = False


NOTHING = FileFacts()

def read_facts(path: Path) -> FileFacts:
    """The facts of one file. Raises OSError where it cannot be opened or read, also for a link."""
    extension = path.suffix.lower().lstrip(".")
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        size_bytes = os.fstat(file.fileno()).st_size
        if extension in VIDEOS:
            return _video(file, size_bytes)
        exif = _exif(file, extension, size_bytes)
        return FileFacts(identifier=exif.identifier, taken=exif.taken, camera=exif.camera)


def _video(file: BinaryIO, size_bytes: int) -> FileFacts:
    keys = quicktime_keys(file, size_bytes)
    return FileFacts(
        identifier=keys.get(_IDENTIFIER, ""),
        taken=_wall_clock(keys.get(_CREATED, "")),
        camera=" ".join(filter(None, (keys.get(_MAKE), keys.get(_MODEL)))),
        video=True,
    )


def _wall_clock(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return None


def _exif(file: BinaryIO, extension: str, size_bytes: int) -> Exif:
    if extension in HEIF or extension == "avif":
        return read_exif(heif_exif(file, size_bytes))
    if extension == "cr3":
        return _canon(file, size_bytes)
    if extension == "raf":
        return _fuji(file)
    head = _head(file, 0)
    if extension in JPEG:
        return read_exif(_jpeg_exif(head))
    if extension in RAW or extension in ("tif", "tiff"):
        return read_exif(head)
    if extension == "png":
        return read_exif(_png_exif(head))
    return Exif()


def _head(file: BinaryIO, start: int) -> bytes:
    file.seek(start)
    return file.read(_HEAD_BYTES)


def _jpeg_exif(head: bytes) -> bytes:
    at = 2
    while head[:2] == b"\xff\xd8" and at + 4 <= len(head) and head[at] == 0xFF:
        length = int.from_bytes(head[at + 2 : at + 4], "big")
        if head[at + 1] == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":
            return head[at + 10 : at + 2 + length]
        if head[at + 1] == 0xDA or length < 2:
            break
        at += 2 + length
    return b""


def _png_exif(head: bytes) -> bytes:
    at = 8
    while head.startswith(b"\x89PNG") and at + 8 <= len(head):
        length = int.from_bytes(head[at : at + 4], "big")
        if head[at + 4 : at + 8] == b"eXIf":
            return head[at + 8 : at + 8 + length]
        at += 12 + length
    return b""


def _fuji(file: BinaryIO) -> Exif:
    """Its EXIF is that of the JPEG inside."""
    file.seek(_RAF_PREVIEW)
    start = int.from_bytes(file.read(4), "big")
    return read_exif(_jpeg_exif(_head(file, start)))


def _canon(file: BinaryIO, size_bytes: int) -> Exif:
    """Two boxes in Canon's own, each a TIFF structure: camera in the first, time in the second."""
    moov = find(file, (b"moov",), 0, size_bytes)
    if moov is None:
        return Exif()
    parts: dict[bytes, bytes] = {}
    for box in boxes(file, moov.start, moov.start + moov.length):
        if box.kind == b"uuid":
            inside = boxes(file, box.start + 16, box.start + box.length)
            parts |= {each.kind: content(file, each) for each in inside if each.kind in _CANON_EXIF}
    camera = read_exif(parts.get(b"CMT1", b"")).camera
    # The second is an EXIF directory by itself; its time has the tag that the main directory lacks.
    return Exif(taken=read_exif(parts.get(b"CMT2", b"")).taken, camera=camera)
