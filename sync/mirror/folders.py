"""A local folder as a source of photos, with the face of a server: listing, proof that it is complete, originals.

A missing folder, or one with nothing at all in it (its disk is not mounted), is an error or no proof, never an empty
album. Hidden files, links and folders of other programs are passed over; videos and camera RAW are listed as what
they are, so that they are counted as left out. Files are copied, never linked: an editor would change our object.
"""

from __future__ import annotations

import os
import stat
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b, sha1
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from sync.counted import counted
from sync.errors import BadTransfer, Cancelled, NotAvailable, PictureRefused
from sync.files import disk_errors, id_of_path, storable_ns
from sync.home import MARKER
from sync.immich.facts import Asset, Details, Downloaded, Kind, Version, Visibility, Wanted
from sync.immich.listing import Listing
from sync.mirror.rendition import Decoders, FileFacts

PICTURES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp"})
PICTURES |= {".heic", ".heif", ".avif"}
_VIDEOS = frozenset({".mp4", ".mov", ".m4v", ".avi", ".mkv", ".mpg", ".mpeg", ".mts", ".m2ts", ".3gp", ".webm", ".wmv"})
_OTHERS = frozenset({".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw", ".psd", ".jxl"})
_KINDS = dict.fromkeys(PICTURES, Kind.IMAGE) | dict.fromkeys(_VIDEOS, Kind.VIDEO) | dict.fromkeys(_OTHERS, Kind.OTHER)
_FOREIGN = frozenset({"@eaDir", "#recycle", "lost+found", "$RECYCLE.BIN", "System Volume Information"})
_DEEPEST = 60
_CHUNK = 1 << 20


@dataclass
class Walk:
    """One look at the folder: its files in order, and what could not be seen."""

    files: list[tuple[str, int, int]] = field(default_factory=list)
    """Path below the folder, size in bytes, time of change in nanoseconds."""
    entries: int = 0
    unreadable: list[str] = field(default_factory=list)

    def token(self) -> str:
        """A text that changes when any file comes, goes or changes."""
        state = blake2b(digest_size=16)
        for path, size, mtime_ns in self.files:
            state.update(b"%s\0%d %d\n" % (os.fsencode(path), size, mtime_ns))
        return state.hexdigest()


class FolderSource:
    """What mirror asks of a server, answered by a folder. `known` gives the asset that the library has of an id."""

    def __init__(self, folder: Path, *, known: Callable[[str], Asset | None] = lambda _id: None) -> None:
        # Its real path, so that the same file is the same photo by whatever way the folder was named.
        self._folder = folder.resolve()
        self._known = known

    def version(self) -> Version:
        """A folder is always of the same version."""
        return Version(0, 0, 0)

    def look_after(self) -> None:
        """A folder is as well as its files."""

    def unchanged(self, _wanted: Wanted, token: str | None) -> tuple[bool, str | None]:
        """Whether every file is as it was at `token`; and the token of now. Raises NotAvailable."""
        walk = self._walk()
        if walk.unreadable or not walk.entries:
            return False, None
        now = walk.token()
        return now == token, now

    def listing(self, _wanted: Wanted | None = None, *, known: str | None = None) -> Listing:
        """Every picture, video and RAW file below the folder, by path; `unchanged` is all that saves a walk."""
        return Listing(self._list)

    def details(self, _asset: Asset) -> Details:
        """A folder knows no tags or faces."""
        return Details(tags=(), people=())

    def download_display(
        self, _asset: Asset, _part: BinaryIO, *, etag: str | None = None, cancelled: Callable[[], bool]
    ) -> Downloaded | None:
        """A folder has no previews: always raises NotAvailable."""
        raise NotAvailable("A folder has no previews.")

    def download_original(
        self, asset: Asset, part: BinaryIO, *, etag: str | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Downloaded | None:
        """Copy the file into `part`. None where it is as it was at `etag`.

        Raises NotAvailable where it is gone or may not be read, BadTransfer where it changed meanwhile.
        """
        path = self._path(asset)
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb", buffering=0) as file:
                before = os.fstat(file.fileno())
                state = _state(before)
                if etag == state:
                    return None
                digest, size = _copy(file, part, cancelled)
                after = os.fstat(file.fileno())
        except OSError as error:
            raise NotAvailable(f"{path} cannot be read: {error.strerror}.", path=str(path)) from error
        if _state(after) != state or size != before.st_size:
            raise BadTransfer(f"{path} changed while it was copied.")
        return Downloaded(sha1=digest, bytes=size, announced=before.st_size, etag=state)

    def _list(self, listing: Listing) -> Iterator[Asset]:
        before = self._walk()
        with Decoders() as decoders:
            for path, size, mtime_ns in before.files:
                yield self._asset(path, size, mtime_ns, decoders)
        count = len(before.files)
        if before.unreadable:
            listing.conclude(count, complete=False, proof=f"{before.unreadable[0]} cannot be read")
        elif not before.entries:
            listing.conclude(0, complete=False, proof="there is nothing in the folder: its disk may not be mounted")
        elif self._walk().token() != before.token():
            listing.conclude(count, complete=False, proof="the folder changed while it was listed")
        else:
            proof = counted("{number} {number:file|files}, seen the same before and after", number=count)
            listing.conclude(count, complete=True, proof=proof)

    def _asset(self, path: str, size: int, mtime_ns: int, decoders: Decoders) -> Asset:
        kind = _KINDS[PurePath(path).suffix.lower()]
        id_ = self._id(path)
        # With the path and the time in it, this says of no content; `library_id` tells the mirror so.
        mark = b64encode(sha1(f"{id_} {size} {mtime_ns}".encode(), usedforsecurity=False).digest()).decode()
        known = self._known(id_)
        if known is not None and known.checksum == mark:
            return known
        facts = FileFacts()
        if kind is Kind.IMAGE:
            try:
                facts = decoders.read_facts(self._folder / path)
            except (PictureRefused, OSError):
                # Listed all the same: fetching it says what is wrong with it.
                facts = FileFacts()
        return self._asset_of(path, id_, mark, kind, size, mtime_ns, facts)

    def _asset_of(
        self, path: str, id_: str, mark: str, kind: Kind, size: int, mtime_ns: int, facts: FileFacts
    ) -> Asset:
        changed = datetime.fromtimestamp(storable_ns(mtime_ns) // 10**9, UTC)
        taken, local = _when(facts, changed)
        return Asset(
            id=id_, owner_id="", library_id=_plain(str(self._folder)), kind=kind,
            file_name=_plain(PurePath(path).name), original_path=_plain(path), checksum=mark, size_bytes=size,
            created_at=taken, modified_at=changed, updated_at=changed, local_time=local, zone=facts.offset,
            favourite=False, trashed=False, offline=False, visibility=Visibility.TIMELINE, live_video_id=None,
            edited=False, thumbhash=None, width=facts.width, height=facts.height, caption=facts.caption,
            rating=facts.rating, latitude=facts.latitude, longitude=facts.longitude, make=facts.make,
            model=facts.model, lens=facts.lens,
        )  # fmt: skip

    def _id(self, path: str) -> str:
        return id_of_path(self._folder / path)

    def _path(self, asset: Asset) -> Path:
        if self._id(asset.original_path) == asset.id:
            return self._folder / asset.original_path
        # Its name is not UTF-8, so that the library could not keep it as it is.
        for path, _, _ in self._walk().files:
            if self._id(path) == asset.id:
                return self._folder / path
        raise NotAvailable(f"{asset.file_name} is no longer in the folder.")

    def _walk(self) -> Walk:
        walk = Walk()
        try:
            _look(self._folder, "", walk)
        except OSError as error:
            raise NotAvailable(
                f"The folder {self._folder} cannot be read: {error.strerror}.",
                advice="Photos stay; check that its disk is mounted and that user mantelpiece may read it.",
                folder=str(self._folder),
            ) from error
        walk.files.sort(key=lambda file: os.fsencode(file[0]))
        return walk


def _look(folder: Path, below: str, walk: Walk) -> None:
    # Links are followed nowhere: neither as a folder nor, in _note, as a file. A data folder of ours is passed over
    # whole: a mirror that took in its own objects would grow with every sync.
    if (folder / MARKER).exists():
        return
    with os.scandir(folder) as found:
        for entry in found:
            walk.entries += 1
            name = entry.name
            if name.startswith(".") or name in _FOREIGN:
                continue
            path = f"{below}{name}"
            if entry.is_dir(follow_symlinks=False):
                try:
                    if path.count("/") >= _DEEPEST:
                        walk.unreadable.append(_plain(path))
                        continue
                    _look(folder / name, f"{path}/", walk)
                except OSError:
                    walk.unreadable.append(_plain(path))
            elif PurePath(name).suffix.lower() in _KINDS:
                _note(entry, path, walk)


def _note(entry: os.DirEntry[str], path: str, walk: Walk) -> None:
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISREG(found.st_mode):
        walk.files.append((path, found.st_size, found.st_mtime_ns))


def _copy(source: BinaryIO, part: BinaryIO, cancelled: Callable[[], bool]) -> tuple[str, int]:
    state, size = sha1(usedforsecurity=False), 0
    part.seek(0)
    part.truncate()
    while chunk := source.read(_CHUNK):
        if cancelled():
            raise Cancelled("Cancelled while a file was copied.")
        state.update(chunk)
        size += len(chunk)
        with disk_errors("Writing a copy"):
            _write(part, chunk)
    return state.hexdigest(), size


def _write(part: BinaryIO, chunk: bytes) -> None:
    rest: Any = memoryview(chunk)
    while rest:
        # An unbuffered file may take less than it is given.
        rest = rest[part.write(rest) :]


def _state(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"


def _when(facts: FileFacts, changed: datetime) -> tuple[datetime, datetime]:
    """The instant it was taken, and the wall clock's time there; without EXIF, when the file was changed."""
    if facts.local_time is None:
        return changed, changed.astimezone().replace(tzinfo=None)
    try:
        local = datetime.fromisoformat(facts.local_time)
        taken = datetime.fromisoformat(facts.local_time + facts.offset) if facts.offset else local.astimezone()
        return taken.astimezone(UTC), local
    except (ValueError, OverflowError):
        return changed, changed.astimezone().replace(tzinfo=None)


def _plain(text: str) -> str:
    return os.fsencode(text).decode("utf-8", "replace")
