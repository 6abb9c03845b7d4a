"""A backup of what no server could tell again: settings, ledgers, what the wall showed and hides. Never a secret, never
a photo. One zip file: manifest.json names every other file with its SHA-256.

`make` writes one, `read` judges one, `restore` puts one in place, after it kept what it replaces. Called by the command
line and the phone page.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from sync import secrets
from sync.backup.bounds import bounded, forget_strays
from sync.clock import Clock
from sync.errors import UsageError
from sync.files import locked, make_folder, write_durably
from sync.home import Home
from sync.library import ledgers
from sync.library.database import Library
from sync.settings.last_good import load_kept
from sync.settings.reading import parse_text
from sync.settings.text import with_folder
from sync.settings.tree import Source

FORMAT = 1
MOST_BYTES = 200_000_000
MOST_SHOWN_BYTES = 20_000_000
SETTINGS, LEDGERS, SHOWN = "settings.toml", "ledgers.json", "shown.jsonl"
_MANIFEST = "manifest.json"
_NOT_CHANGED = "Nothing was changed."


class Manifest(Struct, frozen=True):
    format: int
    made_at: str
    """ISO 8601 in UTC."""
    uploads: str
    """The folder of photos from phones on the frame it was made on."""
    sha256: dict[str, str]


@dataclass(frozen=True)
class Backup:
    """One that was judged to be whole and usable."""

    manifest: Manifest
    settings: str
    ledgers: dict[str, ledgers.Rows]
    shown: bytes | None


@dataclass(frozen=True)
class Restored:
    kept: Path
    """A backup of what was there before."""
    enter: tuple[str, ...]
    """What a person must type again, a sentence each."""
    notes: tuple[str, ...]


def make(home: Home, library: Library | None, clock: Clock, out: BinaryIO) -> None:
    """Write a backup; nothing of the home is changed."""
    files = {SETTINGS: _settings(home), LEDGERS: msgspec.json.encode(ledgers.export(library) if library else {})}
    shown = _shown(home)
    if shown is not None:
        files[SHOWN] = shown
    hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
    manifest = Manifest(FORMAT, clock.now().isoformat(timespec="seconds"), str(home.uploads), hashes)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_MANIFEST, msgspec.json.encode(manifest))
        for name, content in files.items():
            archive.writestr(name, content)


def read(stream: BinaryIO) -> Backup:
    """Judge a backup. Raises UsageError with what is wrong with it."""
    files = _unpack(stream)
    try:
        manifest = msgspec.json.decode(files.pop(_MANIFEST), type=Manifest)
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError):
        raise UsageError("This is no backup of mantelpiece.", advice=_NOT_CHANGED) from None
    if manifest.format > FORMAT:
        raise UsageError("This backup was made by a newer version.", advice="Install that version first.")
    if manifest.sha256 != {name: sha256(content).hexdigest() for name, content in files.items()}:
        raise UsageError("This backup is damaged: its files are not what they were.", advice=_NOT_CHANGED)
    try:
        settings = files[SETTINGS].decode()
        lost = [problem for problem in parse_text(settings).problems if problem.loses or not problem.key]
        rows = msgspec.json.decode(files[LEDGERS], type=dict[str, list[dict[str, str | int | None]]])
    except (KeyError, ValueError, msgspec.DecodeError) as error:
        raise UsageError(f"This backup cannot be read: {error}.", advice=_NOT_CHANGED) from error
    if lost:
        raise UsageError(f"The settings of this backup cannot be used: {lost[0].sentence}", advice=_NOT_CHANGED)
    return Backup(manifest, settings, rows, files.get(SHOWN))


def restore(home: Home, library: Library, clock: Clock, backup: Backup) -> Restored:
    """Put a backup in place. Raises UsageError or Busy with nothing changed, DiskError where the disk refuses."""
    with (
        locked(home.locks / "smart", "restoring a backup"),
        locked(home.locks / "ingest", "restoring a backup"),
        locked(home.locks / "writeback", "restoring a backup"),
        locked(home.locks / "settings", "restoring a backup", wait_seconds=5),
    ):
        before = load_kept(home).settings
        settings, left_out = bounded(_moved(backup, home), before)
        kept = _keep(home, library, clock)
        with library.transaction() as db:
            ledgers.replace(db, backup.ledgers)
        # First: a key must not be there any more when its server has another address.
        forget_strays(home.secrets, before, parse_text(settings).settings)
        make_folder(home.settings.parent)
        write_durably(home.settings, settings.encode(), mode=0o640)
    wrong = [problem.sentence for problem in parse_text(backup.settings).problems]
    notes = [*left_out, *_put_shown(home, backup), *wrong]
    return Restored(kept, tuple(_to_enter(home, backup)), tuple(notes))


def _settings(home: Home) -> bytes:
    """The file as it is, but for a secret that somebody wrote into a comment."""
    try:
        text = home.settings.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return b""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{home.settings} cannot be read: {error}.") from error
    return secrets.blotted(text, secrets.all_values(home.secrets)).encode()


def _shown(home: Home) -> bytes | None:
    """What the wall wrote. It decodes strangers' pictures and owns its folder: a link there could lead to our keys."""
    try:
        handle = os.open(home.frame / SHOWN, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(handle, "rb") as file:
        status = os.fstat(handle)
        plain = stat.S_ISREG(status.st_mode) and status.st_size <= MOST_SHOWN_BYTES
        return file.read(MOST_SHOWN_BYTES) if plain else None


def _unpack(stream: BinaryIO) -> dict[str, bytes]:
    """The known files of the archive, no more of them than is sane, however small they were packed."""
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(stream) as archive:
            for entry in archive.infolist():
                _refuse_foreign(entry, found)
                with archive.open(entry) as file:
                    found[entry.filename] = file.read(left + 1)
                left -= len(found[entry.filename])
                if left < 0:
                    break
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise UsageError("This is no backup of mantelpiece, or it is damaged.", advice=_NOT_CHANGED) from error
    if left < 0:
        raise UsageError("This file is too large to be a backup.", advice=_NOT_CHANGED)
    return found


def _refuse_foreign(entry: zipfile.ZipInfo, found: dict[str, bytes]) -> None:
    known = entry.filename in (_MANIFEST, SETTINGS, LEDGERS, SHOWN) and entry.filename not in found
    if not known or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UsageError("This is no backup of mantelpiece.", advice=_NOT_CHANGED)


def _keep(home: Home, library: Library, clock: Clock) -> Path:
    whole = io.BytesIO()
    make(home, library, clock, whole)
    path = home.private / f"before-restore-{clock.now():%Y%m%d-%H%M%S}.zip"
    write_durably(path, whole.getvalue(), mode=0o600)
    return path


def _moved(backup: Backup, home: Home) -> str:
    """The settings, with the folder of photos from phones where it is on this frame."""
    albums = parse_text(backup.settings).settings.albums
    there = backup.manifest.uploads
    if there == str(home.uploads) or not any(each.source is Source.FOLDER and each.folder == there for each in albums):
        return backup.settings
    return with_folder(backup.settings, before=there, after=str(home.uploads))


def _put_shown(home: Home, backup: Backup) -> list[str]:
    if backup.shown is None:
        return []
    path = home.frame / SHOWN
    try:
        # As a service the wall is another user of the same group, who goes on writing into it.
        write_durably(path, backup.shown, mode=0o660)
    except OSError as error:
        return [f"What the wall showed and hides was not restored: {path} cannot be written ({error.strerror})."]
    return ["What the wall showed and hides counts once the wall is started again."]


def _to_enter(home: Home, backup: Backup) -> list[str]:
    settings = parse_text(backup.settings).settings
    own = {album.server for album in settings.albums if album.source is not Source.LINK}
    own |= {smart.server for smart in settings.smart} | {root.server for root in settings.writeback}
    only_linked = {album.server for album in settings.albums} - own
    found = [
        f"The API key of the server {name}." for name in settings.servers
        if name not in only_linked and not secrets.of_server(home.secrets, name).key
    ]  # fmt: skip
    links = [album.name for album in settings.albums if album.source is Source.LINK]
    found += [f"The shared link of the album {name}." for name in links if not secrets.of_link(home.secrets, name).key]
    if settings.notices.mail_user and not secrets.of_notices(home.secrets).mail_password:
        found.append("The password of the mail server for notices.")
    if settings.mqtt.user and not secrets.of_broker(home.secrets):
        found.append("The password of the MQTT broker.")
    if not secrets.password_hash(home.secrets):
        found.append("A password for the phone page.")
    return found
