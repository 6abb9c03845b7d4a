"""What lies in an inbox's folder, and which of it has come to rest: nothing half-written is ever taken.

A look never follows links and passes over hidden files, other programs' folders and names that no server can take,
which it names. A group has come to rest when none of its files changed for a while and no part file is still growing
that could be its next. The clock of a network folder is not ours: there, two looks must be the same.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath

from sync.counted import counted
from sync.errors import NotAvailable
from sync.files import storable_ns
from sync.home import MARKER, MOUNTS, file_system
from sync.ingest.group import Found, Group
from sync.ingest.identifiers import NOTHING, FileFacts, read_facts
from sync.ingest.names import MEDIA

_FOREIGN = frozenset({"@eaDir", "#recycle", "lost+found", "$RECYCLE.BIN", "System Volume Information"})
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "fuse.rclone", "9p", "afs", "ceph"})
_CONTROL = {"Cc", "Cs", "Zl", "Zp"}
IMMICHS_MARKER = ".immich"
"""Immich lays it into each folder of its own: what lies there is known as an upload because it *is* the upload."""

_NAMELESS = re.compile(rf"\.(?:{'|'.join(sorted(MEDIA))})(?:[-_][A-Za-z0-9]+)*", re.IGNORECASE)
_NO_NAME = "its name is nothing but an ending; let icloudpd keep letters beyond ASCII ('keep_unicode')"
"""icloudpd leaves such letters out, and of a Cyrillic or Chinese name nothing is left: a hidden file, which no server
takes."""

_MOST_TOLD = 20
_DEEPEST = 60
STALLED_SECONDS = 600
"""A part file that did not grow for so long was left behind by a download that ended."""

Stamp = tuple[int, int]
"""Length in bytes and ctime in nanoseconds."""
Known = Callable[[str, int, int], FileFacts | None]
"""What is known of a file of that path, length and mtime in nanoseconds; None where it must be opened.

Not its ctime: that changes whenever the published file, a link to the same, is linked or replaced.
"""


@dataclass(frozen=True)
class Skipped:
    """A file that is not taken, and why."""

    path: str
    why: str


@dataclass
class Look:
    """One look at a folder."""

    files: list[Found] = field(default_factory=list)
    growing: dict[str, int] = field(default_factory=dict)
    """Folders in which a part file lies, with its ctime."""
    skipped: list[Skipped] = field(default_factory=list)
    sidecars: dict[str, Stamp] = field(default_factory=dict)

    @cached_property
    def stamps(self) -> dict[str, Stamp]:
        """What the next look is compared with."""
        return {found.path: (found.size_bytes, found.changed_ns) for found in self.files} | self.sidecars

    @cached_property
    def newest_ns(self) -> dict[str, int]:
        """The latest ctime of a media file, for every folder."""
        newest: dict[str, int] = {}
        for found in self.files:
            newest[found.folder] = max(newest.get(found.folder, 0), found.changed_ns)
        return newest


def look(folder: Path, known: Known = lambda _path, _size, _modified: None) -> Look:
    """All media files below the folder. Raises NotAvailable where the folder itself cannot be read."""
    found = Look()
    try:
        _look(folder, "", found, known)
    except OSError as error:
        raise NotAvailable(
            f"The folder {folder} cannot be read: {error.strerror}.",
            advice="Nothing was changed; check that its disk is mounted and that user mantelpiece may read it.",
            folder=str(folder),
        ) from error
    found.files.sort(key=lambda each: each.path)
    return found


def left_alone(seen: Look) -> list[str]:
    """A sentence for each file that is not taken: the first twenty, and how many more there are."""
    told = [f"{one.path} is left alone: {one.why}." for one in seen.skipped[:_MOST_TOLD]]
    more = len(seen.skipped) - len(told)
    return [*told, counted("{number} more {number:file is|files are} left alone.", number=more)] if more else told


def is_settled(
    group: Group, seen: Look, *, now_ns: int, quiet_seconds: float, before: Mapping[str, Stamp] | None = None
) -> bool:
    """Whether the group may be taken. `before`: the stamps of a look that long ago, where the clock is not ours."""
    stamps = seen.stamps
    paths = [path for member in group.members for path in (member.found.path, member.found.path + ".xmp")]
    if before is not None:
        if any(before.get(path) != stamps.get(path) for path in paths):
            return False
    elif now_ns - max(stamps[path][1] for path in paths if path in stamps) < quiet_seconds * 10**9:
        return False
    part_ns = seen.growing.get(group.members[0].found.folder)
    if part_ns is None or now_ns - part_ns > STALLED_SECONDS * 10**9:
        return True
    # Files come one after another: only the photo that came last can have more to come.
    return _last_change(group) < seen.newest_ns[group.members[0].found.folder]


def is_network(folder: Path, *, mounts: Path = MOUNTS) -> bool:
    """Whether the folder lies on another machine, which tells nobody when a file changes."""
    return file_system(folder, mounts=mounts) in _NETWORK


def _last_change(group: Group) -> int:
    return max(member.found.changed_ns for member in group.members)


def _look(folder: Path, below: str, seen: Look, known: Known) -> None:
    if (folder / MARKER).exists():
        return
    if (folder / IMMICHS_MARKER).exists():
        seen.skipped.append(Skipped(below.rstrip("/") or str(folder), "it is Immich's own folder"))
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name in _FOREIGN:
                if _NAMELESS.fullmatch(name):
                    seen.skipped.append(Skipped(below + name, _NO_NAME))
                continue
            path = below + name
            if entry.is_dir(follow_symlinks=False):
                _enter(folder / name, path, seen, known)
            elif PurePath(name).suffix.lower() in (".part", ".xmp") or PurePath(name).suffix.lower()[1:] in MEDIA:
                _note(entry, path, seen, known)


def _enter(folder: Path, path: str, seen: Look, known: Known) -> None:
    if why := _unusable(path) or ("it lies too deep" if path.count("/") >= _DEEPEST else ""):
        seen.skipped.append(Skipped(_plain(path), why))
        return
    try:
        _look(folder, path + "/", seen, known)
    except OSError as error:
        seen.skipped.append(Skipped(path, f"the folder cannot be read ({error.strerror})"))


def _note(entry: os.DirEntry[str], path: str, seen: Look, known: Known) -> None:
    ending = PurePath(path).suffix.lower()
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    why = _unusable(path) or ("it is a link or no plain file" if not stat.S_ISREG(status.st_mode) else "")
    if why:
        seen.skipped.append(Skipped(_plain(path), why))
    elif ending == ".part":
        folder = path.rpartition("/")[0]
        seen.growing[folder] = max(seen.growing.get(folder, 0), status.st_ctime_ns)
    elif ending == ".xmp":
        seen.sidecars[path] = (status.st_size, status.st_ctime_ns)
    elif not status.st_size:
        seen.skipped.append(Skipped(path, "it is empty"))
    else:
        changed_ns, modified_ns = storable_ns(status.st_ctime_ns), storable_ns(status.st_mtime_ns)
        facts = known(path, status.st_size, modified_ns) or _read(Path(entry.path))
        seen.files.append(Found(path, status.st_size, changed_ns, modified_ns, facts))


def _read(path: Path) -> FileFacts:
    try:
        return read_facts(path)
    except OSError:
        return NOTHING  # taking it will say what is wrong with it


def _unusable(path: str) -> str:
    """Why no server could take a file of that name; nothing where it can."""
    name = path.rpartition("/")[2]
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not UTF-8; rename it"
    return "its name has control characters" if any(unicodedata.category(char) in _CONTROL for char in name) else ""


def _plain(text: str) -> str:
    text = os.fsencode(text).decode("utf-8", "replace")
    return "".join("�" if unicodedata.category(char) in _CONTROL else char for char in text)
