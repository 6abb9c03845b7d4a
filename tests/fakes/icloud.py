"""What lies in an iCloud library, and how icloudpd writes it to disk: names by policy, times, sidecars, and its bugs.

The pictures are small files with real structure (JPEG and HEIC with EXIF and Apple's notes, MOV with QuickTime keys),
so that what reads identifiers and times reads them here as anywhere.
"""

from __future__ import annotations

import os
import struct
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

SUFFIXED = "name-size-dedup-with-suffix"
ID7 = "name-id7"
SIZES = ("original", "adjusted", "alternative", "medium", "thumb")
_RAW = {"DNG", "NEF", "CR2", "ARW"}


@dataclass(frozen=True)
class Asset:
    """One photo in the cloud."""

    name: str
    """As the phone named it: IMG_1234.HEIC."""
    record: str
    """Apple's id of the record."""
    taken: datetime = datetime(2024, 5, 1, 10, 0, 0, tzinfo=UTC)
    edited: bool = False
    live: bool = False
    alternative: str = ""
    """The ending of the second picture of a RAW and JPEG pair."""
    favourite: bool = False
    hidden: bool = False
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    place: tuple[float, float] | None = None
    salt: int = 0
    """Makes the bytes of otherwise equal assets differ in length."""
    marked: bool = True
    """Whether its files carry a content identifier where Apple would write one."""

    @property
    def identifier(self) -> str:
        return f"{sum(map(ord, self.record)):08X}-0000-4000-8000-{self.record.encode().hex()[:12]:0<12}".upper()


@dataclass
class Options:
    """icloudpd's command line, as far as it decides names."""

    sizes: tuple[str, ...] = ("original",)
    policy: str = SUFFIXED
    live_policy: str = "suffix"
    live_size: str = "original"
    folders: str = "none"
    keep_unicode: bool = False
    sidecars: bool = True


@dataclass
class Written:
    """What a download left: for every asset the file of each role, below the folder."""

    files: dict[str, dict[str, str]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    """Files that were not written since their names were taken."""


def download(assets: list[Asset], folder: Path, options: Options) -> Written:
    """Write what icloudpd 1.32.3 writes for these assets, in this order."""
    written = Written()
    for asset in assets:
        roles = written.files.setdefault(asset.record, {})
        below = "" if options.folders == "none" else options.folders.format(asset.taken)
        for role, name, data in _versions(asset, options):
            path = _deduplicated(folder / below / name, len(data), options)
            if path.exists():
                written.skipped.append(path.relative_to(folder).as_posix())
            else:
                _write(path, data, asset)
                roles[role] = path.relative_to(folder).as_posix()
            if options.sidecars and role != "live":
                _sidecar(path, asset)
    return written


def _versions(asset: Asset, options: Options) -> list[tuple[str, str, bytes]]:
    stem, _, ending = asset.name.rpartition(".")
    video = ending == "MOV"
    shown = _shown(stem, asset, options)
    wanted = options.sizes
    found: list[tuple[str, str, bytes]] = []
    original = f"{shown}.{ending}"
    has = {"original", "medium", "thumb"} | ({"adjusted"} if asset.edited else set())
    has |= {"alternative"} if asset.alternative else set()
    for size in wanted:
        role = size
        if size not in has:
            if "original" in wanted:
                continue
            role = "original" if size in ("medium", "thumb") else size
        kind = _ending_of(role, ending, asset)
        name = f"{shown}.{kind}"
        if role == "adjusted" and "original" in wanted and kind == ending:
            name = f"{stem}-adjusted.{kind}"  # neither id nor stripping: the bug
        others = {original} | ({f"{shown}.JPG"} if asset.edited and "adjusted" in wanted else set())
        if role == "alternative" and name in others:
            name = f"{stem}-alternative.{kind}"
        if role in ("medium", "thumb"):
            name = f"{shown}-{role}.{kind}"
        if any(name == other for _, other, _ in found):
            continue
        found.append((role, name, _content(role, kind, asset, video=video)))
    if asset.live:
        marked = "_HEVC" if ending == "HEIC" and options.live_policy == "suffix" else ""
        size = "" if options.live_size == "original" else f"-{options.live_size}"
        found.append(("live", f"{shown}{marked}{size}.MOV", _content("live", "MOV", asset, video=True)))
    return found


def _shown(stem: str, asset: Asset, options: Options) -> str:
    plain = stem if options.keep_unicode else stem.encode("ascii", "ignore").decode()
    return f"{plain}_{b64encode(asset.record.encode()).decode()[:7]}" if options.policy == ID7 else plain


def _ending_of(role: str, ending: str, asset: Asset) -> str:
    if ending == "MOV" or role == "original" or (role == "adjusted" and not asset.edited):
        return ending
    return (asset.alternative or ending) if role == "alternative" else "JPG"


def _deduplicated(path: Path, length: int, options: Options) -> Path:
    if options.policy == SUFFIXED and path.exists() and path.stat().st_size != length:
        return path.with_name(f"{path.stem}-{length}{path.suffix}")
    return path


def _write(path: Path, data: bytes, asset: Asset) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    seconds = int(asset.taken.timestamp())
    os.utime(path, (seconds, seconds))


def _content(role: str, ending: str, asset: Asset, *, video: bool) -> bytes:
    filling = asset.salt + 7 * [*SIZES, "live"].index(role)
    local = asset.taken.replace(tzinfo=None)
    identifier = asset.identifier if asset.live and asset.marked and role not in ("medium", "thumb") else ""
    if video:
        return movie(identifier, taken=asset.taken, filling=filling)
    if ending == "HEIC":
        return heic(identifier, taken=local, filling=filling)
    if ending in _RAW:
        return tiff(identifier, taken=local) + b"\0" * filling
    return jpeg(identifier, taken=local, filling=filling)


_PHONE = ("Apple", "iPhone 13")


def tiff(identifier: str = "", *, taken: datetime | None = None, camera: tuple[str, str] = _PHONE) -> bytes:
    """An EXIF block with camera, time and Apple's notes."""
    note = _apple_note(identifier) if identifier else b""
    values = [(0x010F, camera[0].encode() + b"\0", 2), (0x0110, camera[1].encode() + b"\0", 2)]
    exif = [(0x9003, taken.strftime("%Y:%m:%d %H:%M:%S").encode() + b"\0", 2)] if taken else []
    exif += [(0x927C, note, 7)] if note else []
    head_length = 2 + 12 * (len(values) + 1) + 4
    exif_at = 8 + head_length + sum(len(value) for _, value, _ in values)
    head = _directory([*values, (0x8769, struct.pack(">I", exif_at), 4)], 8)
    return b"MM\0*\0\0\0\x08" + head + _directory(exif, exif_at)


def _directory(entries: list[tuple[int, bytes, int]], start: int) -> bytes:
    room = start + 2 + 12 * len(entries) + 4
    listed, data = struct.pack(">H", len(entries)), b""
    for tag, value, kind in entries:
        count = len(value) // 4 if kind == 4 else len(value)
        listed += struct.pack(">HHI", tag, kind, count)
        if len(value) <= 4:
            listed += value.ljust(4, b"\0")
        else:
            listed += struct.pack(">I", room + len(data))
            data += value
    return listed + b"\0\0\0\0" + data


def _apple_note(identifier: str) -> bytes:
    return b"Apple iOS\0\0\x01MM" + _directory([(0x0011, identifier.encode() + b"\0", 2)], 14)


def jpeg(identifier: str = "", *, taken: datetime | None = None, filling: int = 0, exif: bool = True) -> bytes:
    """A JPEG's head, its EXIF, and as many bytes of filling."""
    block = b"Exif\0\0" + tiff(identifier, taken=taken)
    app1 = b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block if exif else b""
    return b"\xff\xd8" + app1 + b"\xff\xfe" + struct.pack(">H", filling + 2) + b"x" * filling + b"\xff\xd9"


def heic(identifier: str = "", *, taken: datetime | None = None, filling: int = 0) -> bytes:
    """The boxes in which a HEIC keeps its EXIF, and as many bytes of filling."""
    block = struct.pack(">I", 6) + b"Exif\0\0" + tiff(identifier, taken=taken)
    entry = _box(b"infe", b"\2\0\0\0" + struct.pack(">HH", 1, 0) + b"Exif\0")
    infos = _box(b"iinf", b"\0\0\0\0" + struct.pack(">H", 1) + entry)
    start = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
    for offset in (0, len(start) + 8 + len(_meta(infos, 0, len(block)))):
        meta = _meta(infos, offset, len(block))
    return start + meta + _box(b"mdat", block + b"x" * filling)


def _meta(infos: bytes, offset: int, length: int) -> bytes:
    places = _box(b"iloc", b"\0\0\0\0\x44\0" + struct.pack(">HHHHII", 1, 1, 0, 1, offset, length))
    handler = _box(b"hdlr", b"\0" * 8 + b"pict" + b"\0" * 13)
    return _box(b"meta", b"\0\0\0\0" + handler + infos + places)


def movie(identifier: str = "", *, taken: datetime | None = None, filling: int = 0) -> bytes:
    """A QuickTime file whose `moov` comes last, as phones write it."""
    texts = {"com.apple.quicktime.content.identifier": identifier} if identifier else {}
    if taken:
        texts["com.apple.quicktime.creationdate"] = taken.strftime("%Y-%m-%dT%H:%M:%S%z")
    names = b"".join(_box(b"mdta", name.encode()) for name in texts)
    keys = _box(b"keys", b"\0\0\0\0" + struct.pack(">I", len(texts)) + names)
    items = b"".join(
        _box(struct.pack(">I", number), _box(b"data", struct.pack(">II", 1, 0) + text.encode()))
        for number, text in enumerate(texts.values(), start=1)
    )
    handler = _box(b"hdlr", b"\0" * 8 + b"mdta" + b"\0" * 13)
    meta = _box(b"meta", handler + keys + _box(b"ilst", items))
    return _box(b"ftyp", b"qt  \0\0\0\0qt  ") + _box(b"mdat", b"x" * filling) + _box(b"moov", meta)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def _sidecar(path: Path, asset: Asset) -> None:
    beside = path.with_name(path.name + ".xmp")
    if beside.exists() and beside.stat().st_size and b'x:xmptk="icloudpd' not in beside.read_bytes():
        return
    beside.write_bytes(sidecar(asset))


def sidecar(asset: Asset) -> bytes:
    """icloudpd's sidecar of this asset, with the root element that only it writes."""
    dc = f"<dc:title>{escape(asset.title)}</dc:title>" if asset.title else ""
    dc += f"<dc:description>{escape(asset.description)}</dc:description>" if asset.description else ""
    if asset.keywords:
        items = "".join(f"<rdf:li>{escape(keyword)}</rdf:li>" for keyword in asset.keywords)
        dc += f"<dc:subject><rdf:Seq>{items}</rdf:Seq></dc:subject>"
    exif = ""
    if asset.place:
        latitude, longitude = asset.place
        exif = f"<exif:GPSLatitude>{latitude}</exif:GPSLatitude><exif:GPSLongitude>{longitude}</exif:GPSLongitude>"
    date = asset.taken.strftime("%Y-%m-%dT%H:%M:%S%z")
    xmp = f"<xmp:CreateDate>{date}</xmp:CreateDate>"
    rating = -1 if asset.hidden else 5 if asset.favourite else 0
    xmp += f"<xmp:Rating>{rating}</xmp:Rating>" if rating else ""
    described = [
        ("dc", "http://purl.org/dc/elements/1.1/", dc),
        ("exif", "http://ns.adobe.com/exif/1.0/", exif),
        ("photoshop", "http://ns.adobe.com/photoshop/1.0/", f"<photoshop:DateCreated>{date}</photoshop:DateCreated>"),
        ("xmp", "http://ns.adobe.com/xap/1.0/", xmp),
    ]
    body = "".join(
        f'<rdf:Description rdf:about="" xmlns:{prefix}="{uri}">{inner}</rdf:Description>'
        for prefix, uri, inner in described
        if inner
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        '<x:xml_doc xmlns:x="adobe:ns:meta/" x:xmptk="icloudpd 1.32.3+2035bb1">'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{body}</rdf:RDF></x:xml_doc>'
    ).encode()
