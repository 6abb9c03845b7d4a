"""What a scan of an external library does: files of the test's own folder become assets, with what sidecars say.

Deterministic: folders and files in the order of their names. A file that changed is read again, one that went is
offline (and back when it returns). Live photos are linked as Immich links them, by Apple's content identifier.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from PIL import ExifTags, Image, UnidentifiedImageError

from tests.fakes.immich.library import Library
from tests.fakes.immich.model import Asset, Blob, Exif, ExternalLibrary, make_id, path_checksum

MIMES = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif",
    ".heic": "image/heic", ".heif": "image/heif", ".dng": "image/x-adobe-dng", ".cr2": "image/x-canon-cr2",
    ".cr3": "image/x-canon-cr3", ".nef": "image/x-nikon-nef", ".arw": "image/x-sony-arw", ".tif": "image/tiff",
    ".tiff": "image/tiff", ".raf": "image/x-fuji-raf", ".mov": "video/quicktime", ".mp4": "video/mp4",
}  # fmt: skip
_CONTENT_ID = re.compile(
    rb"(?:Apple iOS|content\.identifier).{0,4096}?"
    rb"([0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12})",
    re.DOTALL,
)
_LOOKED_AT_BYTES = 512 * 1024
_DC, _XMP = "{http://purl.org/dc/elements/1.1/}", "{http://ns.adobe.com/xap/1.0/}"
_EXIF_NS, _TEXT_NS = "{http://ns.adobe.com/exif/1.0/}", "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def scan(library: Library, external: ExternalLibrary) -> int:
    """Bring the library's assets in line with its folders; answers how many are new."""
    known = {a.path: a for a in library.assets.values() if a.library_id == external.id}
    found: set[str] = set()
    fresh = 0
    for import_path in external.import_paths:
        folder = library.on_disk(import_path)
        if not folder.is_dir():
            continue
        for file in sorted(folder.rglob("*")):
            path = f"{import_path.rstrip('/')}/{file.relative_to(folder).as_posix()}"
            if not _taken(file, path, external):
                continue
            found.add(path)
            fresh += _registered(library, external, file, path, known.get(path))
        _let_go(library, known, found, import_path)
    return fresh


def _taken(file: Path, path: str, external: ExternalLibrary) -> bool:
    if file.suffix.lower() not in MIMES or not file.is_file() or any(p.startswith(".") for p in Path(path).parts):
        return False
    return not any(fnmatch.fnmatch(path, pattern) for pattern in external.exclusions)


def _let_go(library: Library, known: dict[str, Asset], found: set[str], import_path: str) -> None:
    for path, asset in known.items():
        if path.startswith(import_path.rstrip("/") + "/") and path not in found and not asset.offline:
            asset.offline = asset.trashed = True
            library.touch(asset)


def _registered(library: Library, external: ExternalLibrary, file: Path, path: str, asset: Asset | None) -> bool:
    if asset is not None and not asset.offline and asset.modified_ms == _modified_ms(file):
        return False
    if asset is None:
        made = Asset(
            make_id("asset", f"{external.id}/{path}"), external.owner_id, file.name, path, path_checksum(path), 0, None,
            library_id=external.id,
        )  # fmt: skip
        read_facts(library, made, file, sidecar=_sidecar_of(file))
        library.add_asset(made)
        link_live(library, made)
        return True
    asset.offline = asset.trashed = False
    read_facts(library, asset, file, sidecar=_sidecar_of(file))
    library.touch(asset)
    return False


def _modified_ms(file: Path) -> int:
    return file.stat().st_mtime_ns // 1_000_000


def _sidecar_of(file: Path) -> bytes | None:
    for candidate in (file.with_name(file.name + ".xmp"), file.with_suffix(".xmp")):
        # Missing, or a name that is longer than any file's.
        with suppress(OSError):
            return candidate.read_bytes()
    return None


def read_facts(library: Library, asset: Asset, file: Path, *, sidecar: bytes | None) -> None:
    """What metadata extraction fills in. Without a date in the file its own time is taken."""
    asset.modified_ms = asset.modified_ms or _modified_ms(file)
    if asset.library_id:
        asset.modified_ms = _modified_ms(file)
    asset.taken_ms = asset.taken_ms or asset.modified_ms
    asset.mime = MIMES.get(Path(asset.name).suffix.lower(), "image/jpeg")
    asset.kind = "VIDEO" if asset.mime.startswith("video/") else "IMAGE"
    asset.original = Blob(file)
    asset.size_bytes = file.stat().st_size
    head = _head(file)
    content_id = _CONTENT_ID.search(head)
    asset.content_id = content_id[1].decode() if content_id else None
    if asset.kind == "VIDEO":
        asset.duration_ms = 3000
    else:
        _read_picture(library, asset, file)
    if sidecar is not None:
        _read_sidecar(library, asset, sidecar)


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(_LOOKED_AT_BYTES)


def _read_picture(library: Library, asset: Asset, file: Path) -> None:
    try:
        with Image.open(file) as picture:
            asset.width = asset.stored_width = picture.width
            asset.height = asset.stored_height = picture.height
            block = picture.getexif()
            made = block.get(ExifTags.Base.Make), block.get(ExifTags.Base.Model)
            details = block.get_ifd(ExifTags.IFD.Exif)
            taken = details.get(ExifTags.Base.DateTimeOriginal)
            if picture.format == "JPEG":
                asset.preview = asset.thumbnail = Blob(file)
            else:
                asset.preview = asset.thumbnail = Blob(_preview(library, asset, picture))
    except (UnidentifiedImageError, OSError, ValueError):
        # What a real server decodes and this one does not: a picture of its own, so that there is one to show.
        colour = tuple(hashlib.sha256(asset.path.encode()).digest()[:3])
        asset.width, asset.height = asset.stored_width, asset.stored_height = 64, 48
        asset.preview = asset.thumbnail = Blob(_preview(library, asset, Image.new("RGB", (64, 48), colour)))
        return
    asset.exif = Exif(make=made[0] or None, model=made[1] or None)
    if isinstance(taken, str):
        try:
            moment = datetime.strptime(taken, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            return
        asset.taken_ms = int(moment.timestamp() * 1000)


def _preview(library: Library, asset: Asset, picture: Image.Image) -> Path:
    path = library.folder / f"preview-{asset.id}.jpg"
    picture.convert("RGB").save(path, quality=85)
    return path


def _read_sidecar(library: Library, asset: Asset, sidecar: bytes) -> None:
    try:
        root = ElementTree.fromstring(sidecar)
    except ElementTree.ParseError:
        return
    asset.description = _text(root, f"{_DC}description") or asset.description
    rating = _text(root, f"{_XMP}Rating") or _attribute(root, f"{_XMP}Rating")
    if rating and rating.lstrip("-").isdigit():
        asset.rating = int(rating) or None
    for word in _list(root, f"{_DC}subject"):
        tag = library.add_tag(word)
        if tag.id not in asset.tag_ids:
            asset.tag_ids = (*asset.tag_ids, tag.id)


def _text(root: ElementTree.Element, name: str) -> str | None:
    found = root.find(f".//{name}")
    if found is None:
        return None
    inner = found.find(f".//{_TEXT_NS}li")
    return ((inner if inner is not None else found).text or "").strip() or None


def _attribute(root: ElementTree.Element, name: str) -> str | None:
    return next((one.attrib[name] for one in root.iter() if name in one.attrib), None)


def _list(root: ElementTree.Element, name: str) -> list[str]:
    found = root.find(f".//{name}")
    return [] if found is None else [li.text for li in found.iter(f"{_TEXT_NS}li") if li.text]


def link_live(library: Library, asset: Asset) -> None:
    """A still takes the video with its content identifier; a video the first still that has it. It is hidden then."""
    if asset.content_id is None:
        return
    wanted = "IMAGE" if asset.kind == "VIDEO" else "VIDEO"
    for other in library.assets.values():
        if (other.owner_id, other.content_id, other.kind) != (asset.owner_id, asset.content_id, wanted):
            continue
        if other.trashed:
            continue
        still, video = (other, asset) if wanted == "IMAGE" else (asset, other)
        still.live_video_id, video.visibility = video.id, "hidden"
        library.touch(still)
        library.touch(video)
        return
