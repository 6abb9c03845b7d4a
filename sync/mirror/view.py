"""The readable view: published/albums/<name>/, hard links to the objects with a SHA1SUMS that `sha1sum -c` accepts.

Only links of ours are ever replaced or removed: a name in our SHA1SUMS whose file is still the object it was linked
to. A file that a person put there, or saved over a link, stays, and so does a folder of theirs, be it a copy of one of
ours or a link to elsewhere. Nothing is written when nothing changed. Called by show_views.py when an album's photos or
objects changed, and by scrub when an object went bad.
"""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path

from sync.files import disk_errors, fsync_folder, make_folder, write_durably
from sync.home import Home
from sync.mirror import names


def update(home: Home, album: str, entries: Iterable[tuple[str, str]]) -> bool:
    """Make the album's folder show these (file name, object name); gives whether anything was written.

    Objects that are not on the disk are left out.
    """
    folder = home.albums / names.folder_name(album)
    if folder.is_symlink():
        return False
    entries = list(entries)
    inodes = _inodes(home, {item for _, item in entries})
    objects = set(inodes.values())
    listed = _listed(folder)
    present = {entry.name: entry.inode() for entry in os.scandir(folder)} if folder.is_dir() else {}
    # A link to an object that is not listed was made just before a crash.
    ours = {
        name
        for name, inode in present.items()
        if inode in objects or _is_part(name) or (name in listed and _ours(home, folder / name, listed[name]))
    }
    taken = present.keys() - ours - {names.SUMS}
    wanted = names.assign([entry for entry in entries if entry[1] in inodes], taken=taken)
    if not wanted:
        return remove(home, album)
    content = names.sums(wanted)
    make_folder(folder)
    with disk_errors(f"Writing the view of {album!r}"):
        new = [(name, item) for name, item in wanted.items() if present.get(name) != inodes[item]]
        for name, item in new:
            _link(home.object_path(item), folder / name)
        listing_changed = listed != names.read_sums(content)
        if listing_changed:
            write_durably(folder / names.SUMS, content)
        stale = ours - wanted.keys()
        _unlink_all(folder, stale)
        if new or stale:
            fsync_folder(folder)
    return bool(new or stale or listing_changed)


def remove(home: Home, album: str) -> bool:
    """Take the album's view away; its folder goes too unless a person's own file lies in it. Whether anything went."""
    folder = home.albums / names.folder_name(album)
    return _remove(folder, {name for name, digest in _listed(folder).items() if _ours(home, folder / name, digest)})


def remove_others(home: Home, albums: Iterable[str]) -> int:
    """Take away the views of all albums but these; gives how many."""
    kept = {names.folder_name(album) for album in albums}
    others = [folder for folder in home.albums.iterdir() if folder.name not in kept and not folder.is_symlink()]
    return sum(_remove(folder, _links(home, folder)) for folder in others)


def drop_links(home: Home, inode: int) -> int:
    """Take every name of the file `inode` out of all views; gives how many. The next update links the good object."""
    dropped = 0
    for folder in home.albums.iterdir():
        found = {entry.name for entry in os.scandir(folder) if entry.inode() == inode} if folder.is_dir() else set()
        if not found:
            continue
        listed = _listed(folder)
        left = {name: digest for name, digest in listed.items() if name not in found}
        write_durably(folder / names.SUMS, names.sums(left))
        _unlink_all(folder, found)
        fsync_folder(folder)
        dropped += len(found)
    return dropped


def _links(home: Home, folder: Path) -> set[str]:
    """What in a folder of no album is surely ours: a copy that a person made of a view has the same sums and bytes."""
    listed = _listed(folder).items()
    return {name for name, digest in listed if _is_object(home, folder / name, digest)}


def _remove(folder: Path, ours: set[str]) -> bool:
    if not ours:
        return False
    with disk_errors(f"Removing the view {folder.name!r}"):
        _unlink_all(folder, ours)
        (folder / names.SUMS).unlink(missing_ok=True)
        try:
            folder.rmdir()
        except OSError:
            fsync_folder(folder)
            return True
        fsync_folder(folder.parent)
    return True


def _listed(folder: Path) -> dict[str, str]:
    try:
        return names.read_sums((folder / names.SUMS).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}


def _inodes(home: Home, items: set[str]) -> dict[str, int]:
    """The inode of each object that is on the disk."""
    inodes = {}
    for item in items:
        try:
            inodes[item] = home.object_path(item).stat().st_ino
        except FileNotFoundError:
            continue
    return inodes


def _is_part(name: str) -> bool:
    return name.startswith(".") and name.endswith(".part")


def _ours(home: Home, file: Path, digest: str) -> bool:
    """Whether this name is still the link that we made, and not what a person saved over it."""
    if _is_object(home, file, digest):
        return True
    if not file.is_file() or file.is_symlink():
        return False
    found = file.lstat()
    if found.st_nlink > 1 or stat.S_IMODE(found.st_mode) & 0o222:
        return False
    # Its object is gone: the same bytes, which nobody may write, are what we linked; others are somebody's work.
    with file.open("rb") as opened:
        return file_digest(opened, "sha1").hexdigest() == digest


def _is_object(home: Home, file: Path, digest: str) -> bool:
    """Whether it is the object of that SHA-1, in place or in the trash."""
    try:
        found = file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    folders = (home.objects / digest[:2], home.trash)
    return any(os.path.samestat(one.lstat(), found) for each in folders for one in each.glob(f"{digest}.*"))


def _link(item: Path, name: Path) -> None:
    beside = name.with_name(f".{uuid.uuid4().hex}.part")
    os.link(item, beside)
    beside.replace(name)


def _unlink_all(folder: Path, found: Iterable[str]) -> None:
    for name in sorted(found):
        (folder / name).unlink(missing_ok=True)
