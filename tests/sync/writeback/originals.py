"""Originals of every type that can be made here, each with a real picture in it, and ways to look at them."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy
import pillow_heif
from PIL import Image, ImageSequence, features

from sync.writeback.knowledge import FaceBox, Knowledge

pillow_heif.register_heif_opener()

PICTURES = ("jpg", "heic", "png", "tif", "webp", "dng", *(["avif"] if features.check("avif") else []))
VIDEOS = ("mp4", "mov")
TYPES = PICTURES + VIDEOS

EVERYTHING = Knowledge(
    people=("Bob", "Ålice 日"),
    latitude=-33.45,
    longitude=-70.66667,
    city="Santiago",
    state="Región Metropolitana",
    country="Chile",
    caption="At the sea,\nwith “everybody”",
    local_time=datetime(2020, 1, 2, 3, 4, 5, 120_000),
    offset_minutes=-180,
    rating=4,
    favourite=True,
    albums=("Summer, 2024", "Trips"),
    tags=("Places/Chile/Santiago", "sea"),
    faces=(FaceBox("Bob", 0.1, 0.2, 0.3, 0.5), FaceBox("Ålice 日", 0.5, 0.2, 0.7, 0.5)),
)


def make(folder: Path, kind: str, *, name: str = "photo", seed: int = 1) -> Path:
    """A new original of this kind; the same seed gives the same picture."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.{kind}"
    path.write_bytes(_bytes_of(kind, seed))
    return path


@cache
def _bytes_of(kind: str, seed: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{kind}"
        if kind in VIDEOS:
            _film(path)
        elif kind == "dng":
            path.write_bytes(_dng(seed))
        else:
            picture(seed).save(path, **({"quality": 90} if kind in ("jpg", "heic", "webp", "avif") else {}))
        return path.read_bytes()


def picture(seed: int = 1, size: tuple[int, int] = (240, 160)) -> Image.Image:
    """Soft noise in colours."""
    small = numpy.random.default_rng(seed).integers(0, 255, (12, 16, 3), dtype=numpy.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def _film(path: Path) -> None:
    source = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=5:duration=1"]
    sound = ["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"]
    command = ["ffmpeg", "-loglevel", "error", "-y", *source, *sound, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def _dng(seed: int) -> bytes:
    """A raw picture of one strip in a sub-directory, and its small preview, as cameras write them."""
    wide, high = 64, 48
    raw = numpy.random.default_rng(seed).integers(0, 4095, (high, wide), dtype=numpy.uint16).tobytes()
    preview = picture(seed, (16, 12)).tobytes()
    body = bytearray(b"II*\0\0\0\0\0")
    preview_at, raw_at = _append(body, preview), 0
    raw_at = _append(body, raw)
    sub = _directory(
        body,
        {
            254: ("I", 0), 256: ("I", wide), 257: ("I", high), 258: ("H", 16), 259: ("H", 1), 262: ("H", 32803),
            273: ("I", raw_at), 277: ("H", 1), 278: ("I", high), 279: ("I", len(raw)),
            33421: ("H", 2, 2), 33422: ("B", 0, 1, 1, 2), 50717: ("I", 4095),
        },
    )  # fmt: skip
    first = _directory(
        body,
        {
            254: ("I", 1), 256: ("I", 16), 257: ("I", 12), 258: ("H", 8, 8, 8), 259: ("H", 1), 262: ("H", 2),
            273: ("I", preview_at), 274: ("H", 1), 277: ("H", 3), 278: ("I", 12), 279: ("I", len(preview)),
            330: ("I", sub), 50706: ("B", 1, 4, 0, 0), 50708: ("s", b"Mantelpiece Test\0"),
        },
    )  # fmt: skip
    struct.pack_into("<I", body, 4, first)
    return bytes(body)


def _append(body: bytearray, data: bytes) -> int:
    body += bytes(len(body) % 2)
    at = len(body)
    body += data
    return at


def _directory(body: bytearray, tags: dict[int, tuple[Any, ...]]) -> int:
    entries = []
    for tag, (letter, *values) in sorted(tags.items()):
        kind = {"B": 1, "s": 2, "H": 3, "I": 4}[letter]
        value = values[0] if letter == "s" else struct.pack(f"<{len(values)}{letter}", *values)
        amount = len(value) if letter == "s" else len(values)
        held = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", _append(body, value))
        entries.append(struct.pack("<HHI", tag, kind, amount) + held)
    return _append(body, struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4))


def tell(path: Path, *options: str, **tags: str | list[str]) -> None:
    """Write tags as another program would; `__` stands for the colon after a group."""
    words = list(options)
    for tag, value in tags.items():
        words += [
            f"-{tag.replace('__', ':').replace('_', '-')}={each}"
            for each in ([value] if isinstance(value, str) else value)
        ]
    subprocess.run(["exiftool", "-config", "", "-q", "-n", "-overwrite_original", *words, str(path)], check=True)


def read(path: Path, *tags: str) -> dict[str, Any]:
    """Everything (or these tags) that exiftool lists, with groups and structures."""
    command = ["exiftool", "-config", "", "-j", "-a", "-G1", "-struct", "-n", *(f"-{tag}" for tag in tags), str(path)]
    [told] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return told


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


VOLATILE = (
    "SourceFile",
    "ExifTool:",
    "System:",
    "XMP-x:XMPToolkit",
    "XMP-xmp:MetadataDate",
    "PNG:Datestamp",
    "Padding",
)


def lasting(path: Path) -> dict[str, Any]:
    """What exiftool lists, without file times, tool version, metadata date and padding."""
    return {tag: value for tag, value in read(path).items() if not tag.startswith(VOLATILE) and "Padding" not in tag}


def shown(path: Path) -> str:
    """A digest of what is seen: decoded pixels of every frame; of a video every frame that ffmpeg decodes."""
    if path.suffix[1:] in VIDEOS:
        command = ["ffmpeg", "-loglevel", "error", "-i", str(path), "-f", "framemd5", "-"]
        return hashlib.sha1(subprocess.run(command, check=True, capture_output=True).stdout).hexdigest()
    if path.suffix == ".dng":
        whole = path.read_bytes()
        told = read(path, "SubIFD:StripOffsets", "SubIFD:StripByteCounts")
        start, length = told["SubIFD:StripOffsets"], told["SubIFD:StripByteCounts"]
        return hashlib.sha1(whole[start : start + length]).hexdigest()
    total = hashlib.sha1()
    with Image.open(path) as opened:
        for frame in ImageSequence.Iterator(opened):
            total.update(repr((frame.size, frame.mode)).encode() + frame.tobytes())
    return total.hexdigest()
