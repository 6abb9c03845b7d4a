"""Uploads: a file goes up in pieces, announced by its SHA-1; and which of many files the server has already.

Nothing is held whole. The server answers `duplicate` for bytes that it has, so that asking twice uploads once; that it
has them is believed only when it names them by their SHA-1 (`known_uploads`), for it does not check what we announce.
"""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from msgspec import Struct

from sync.errors import BadTransfer, SchemaDrift
from sync.immich.answers import Id
from sync.immich.batches import batches
from sync.immich.transport import Transport

_PIECE_BYTES = 256 * 1024


class Upload(Struct, frozen=True, kw_only=True):
    """A file that is to go up."""

    path: Path
    name: str
    """Its file name in Immich."""
    size_bytes: int
    sha1: str
    """In hex."""
    modified_at: datetime
    sidecar: bytes | None = None
    live_video_id: str | None = None


class Uploaded(Struct, frozen=True):
    id: Id
    status: str

    @property
    def duplicate(self) -> bool:
        """The server had these bytes already."""
        return self.status == "duplicate"


class Known(Struct, frozen=True):
    """What the server has of some bytes."""

    asset_id: str
    trashed: bool


class _Judged(Struct, rename="camel"):
    id: str
    action: str
    asset_id: str | None = None
    is_trashed: bool | None = None


class _Judgement(Struct):
    results: list[_Judged]


def upload(transport: Transport, what: Upload) -> Uploaded:
    """Send one file. Raises BadTransfer where the file changed meanwhile, NotAvailable where Immich refuses it."""
    body = _Form(what)
    headers = {
        "Content-Type": f"multipart/form-data; boundary={body.boundary}",
        "x-immich-checksum": base64.b64encode(bytes.fromhex(what.sha1)).decode(),
    }
    told = transport.send_file("/assets", Uploaded, what=f"upload of {what.name}", headers=headers, body=body)
    if told.status not in ("created", "duplicate", "replaced"):
        raise SchemaDrift(f"The server's answer for the upload of {what.name} is {told.status!r}.", field="status")
    return told


def known_uploads(transport: Transport, sha1s: Sequence[str]) -> dict[str, Known]:
    """Which of these contents (SHA-1 in hex) the server has as uploads of ours; one request for each thousand."""
    found: dict[str, Known] = {}
    path, what = "/assets/bulk-upload-check", "check of uploads"
    for chunk in batches(sha1s):
        body = {"assets": [{"id": sha1, "checksum": sha1} for sha1 in chunk]}
        told, _ = transport.tell("POST", path, _Judgement, what=what, body=body, again=True)
        if [one.id for one in told.results] != list(chunk):
            raise SchemaDrift(f"The server's answer for the {what} is about other files.", field="results[].id")
        found |= {one.id: _known(one, what) for one in told.results if one.asset_id is not None}
    return found


def _known(one: _Judged, what: str) -> Known:
    # A photo in the trash is soon gone: what does not say that it is not there proves nothing.
    if one.is_trashed is None or one.action != "reject" or not one.asset_id:
        raise SchemaDrift(f"The server's answer for the {what} does not say what it has.", field="results[].isTrashed")
    return Known(one.asset_id, one.is_trashed)


def _opened(path: Path) -> FileIO:
    try:
        return FileIO(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise BadTransfer(f"{path} cannot be read: {error.strerror}.") from error


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


class _Form:
    """The multipart body of one file, read from the disk as it is sent."""

    def __init__(self, what: Upload) -> None:
        self.boundary = secrets.token_hex(16)
        self._what = what
        head = b"".join(self._texts())
        if what.sidecar is not None:
            head += self._opened("sidecarData", f"{what.name}.xmp") + what.sidecar + b"\r\n"
        self._head = head + self._opened("assetData", what.name)
        self._tail = f"\r\n--{self.boundary}--\r\n".encode()

    def __len__(self) -> int:
        return len(self._head) + self._what.size_bytes + len(self._tail)

    def __iter__(self) -> Iterator[bytes | memoryview]:
        yield self._head
        left, buffer = self._what.size_bytes, memoryview(bytearray(_PIECE_BYTES))
        with _opened(self._what.path) as file:
            begun = os.fstat(file.fileno())
            if not stat.S_ISREG(begun.st_mode) or begun.st_size != left:
                raise BadTransfer(f"{self._what.path} changed before it went up.")
            while left:
                count = file.readinto(buffer[: min(left, _PIECE_BYTES)])
                if not count:
                    raise BadTransfer(f"{self._what.path} became shorter while it went up; nothing of it was kept.")
                left -= count
                yield buffer[:count]
            if _stamp(os.fstat(file.fileno())) != _stamp(begun):
                # Without its end the form is none: half of one picture and half of another are never an asset.
                raise BadTransfer(f"{self._what.path} changed while it went up; nothing of it was kept.")
        yield self._tail

    def _texts(self) -> Iterator[bytes]:
        moment = self._what.modified_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        # 1.x and 2.x refuse an upload without the device's fields; 3.x does not look at them.
        texts: Mapping[str, str | None] = {
            "deviceAssetId": f"{self._what.name}-{self._what.size_bytes}",
            "deviceId": "mantelpiece",
            # As a field too: the head of a part has no sure way to say quotes and letters beyond ASCII.
            "filename": self._what.name,
            "fileCreatedAt": moment,
            "fileModifiedAt": moment,
            "livePhotoVideoId": self._what.live_video_id,
        }
        for name, text in texts.items():
            if text is not None:
                head = f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
                yield head.encode() + text.encode() + b"\r\n"

    def _opened(self, part: str, file_name: str) -> bytes:
        # As browsers escape what would end the name.
        plain = file_name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        lines = (
            f"--{self.boundary}",
            f'Content-Disposition: form-data; name="{part}"; filename="{plain}"',
            "Content-Type: application/octet-stream",
        )
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n"
