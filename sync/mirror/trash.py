"""Where discarded photos wait: moved aside by a rename, restorable, and the first to go when the disk is short.

Order everywhere: rows durable (committed, and brought into the database file) before a file leaves the objects; files
back among the objects before rows name them. A crash between two steps leaves what `reconcile` finishes at the next
start. Nothing is removed by age while the wall clock is not trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sync.clock import Clock
from sync.errors import UsageError
from sync.files import disk_errors, fsync_folder, make_folder
from sync.home import Home
from sync.library import meta, objects
from sync.library import trash as rows
from sync.library.database import Library
from sync.mirror import retention, thumbs
from sync.mirror.publish import publish
from sync.mirror.show_views import show_views
from sync.work import Result, Work

QUARANTINE = "quarantine"
"""Below the trash: objects whose bytes were found to be wrong, `<object name>.<seconds>`."""


def move_out(library: Library, home: Home, names: Iterable[str]) -> int:
    """Move those objects into the trash that no photo names; gives their bytes. Their rows are durably gone first."""
    leaving = [name for name in dict.fromkeys(names) if not rows.in_use(library, name)]
    if not leaving:
        return 0
    with library.transaction() as db:
        for name in leaving:
            objects.remove(db, name)
    library.checkpoint()
    thumbs.drop(home, leaving)
    return _move([(home.object_path(name), home.trash / name) for name in leaving])


def restore(library: Library, home: Home, entry: int) -> rows.TrashRow:
    """Put a discarded photo back into its album. Raises UsageError when it is not in the trash (any more).

    A file that is no longer in the trash is left to the next sync to fetch.
    """
    found = rows.get(library, entry)
    if found is None:
        raise UsageError(f"The trash has no entry {entry}.", advice="'mantelpiece trash list' shows what it has.")
    _move([(home.trash / item.name, home.object_path(item.name)) for item in found.objects])
    here = {item.name for item in found.objects if home.object_path(item.name).exists()}
    with library.transaction() as db:
        rows.bring_back(db, found, here=here)
        meta.wall_changed(db)
    return found


def expire(library: Library, home: Home, *, days: float, clock: Clock) -> int:
    """Remove for good what was discarded more than `days` ago, by the wall clock and by the days that were watched;
    gives the bytes. 0 while the clock is not trusted. To be called daily."""
    if not clock.trusted():
        return 0
    before = clock.now() - timedelta(days=days)
    entries, spare = rows.entries(library), _spare(library, home)
    if not entries and not spare:
        return 0
    newest = max((entry.id for entry in entries), default=0)
    seen = retention.look(library, newest=newest, days=days, clock=clock)
    if seen is None:
        return 0
    old = [one for one in entries if one.id <= seen.newest and datetime.fromisoformat(one.trashed_at) < before]
    freed = _forget(library, home, old)
    for file in spare:
        # A rename sets the change time: it is when the file came here.
        if file.stat().st_ctime < min(before.timestamp(), seen.wall):
            freed += _unlink(file)
    return freed


def make_room(library: Library, home: Home, wanted_bytes: int) -> int:
    """Remove for good until that many bytes are freed, the oldest first; gives what was freed."""
    freed = 0
    for file in sorted(_spare(library, home), key=lambda file: file.stat().st_ctime):
        if freed >= wanted_bytes:
            return freed
        freed += _unlink(file)
    for entry in rows.entries(library):
        if freed >= wanted_bytes:
            break
        freed += _forget(library, home, [entry])
    return freed


def reconcile(library: Library, home: Home) -> int:
    """At start: finish what a crash left between two steps; gives how many files were moved.

    An object in the trash that a row names goes back; an object that only the trash names goes there.
    """
    moves = []
    for name in rows.names(library):
        known = objects.get(library, name) is not None or rows.in_use(library, name)
        aside, place = home.trash / name, home.object_path(name)
        if known and aside.exists() and not place.exists():
            moves.append((aside, place))
        elif not known and place.exists():
            moves.append((place, aside))
    _move(moves)
    return len(moves)


def quarantine(home: Home, name: str, *, now: datetime) -> Path:
    """Move an object whose bytes are wrong out of reach of the wall; gives where it lies."""
    folder = home.trash / QUARANTINE
    make_folder(folder, 0o700)
    target = folder / f"{name}.{int(now.timestamp())}"
    _move([(home.object_path(name), target)])
    return target


def restore_handler(work: Work, arguments: Mapping[str, Any]) -> Result:
    """Job `trash-restore`: {"id": entry}."""
    entry = rows.get(work.library, int(arguments["id"]))
    if entry is not None and work.settings_whole and work.settings.album(entry.album) is None:
        raise UsageError(
            f"The album {entry.album!r} is no longer set up.", advice="Add the album again, then restore the photo."
        )
    found = restore(work.library, work.home, int(arguments["id"]))
    if publish(work.library, work.home, settings=work.settings):
        show_views(work)
    facts = {"id": found.id, "key": found.key, "album": found.album, "bytes": found.bytes}
    return Result(facts, f"1 photo is back in {found.album!r}.")


def empty_handler(work: Work, _arguments: Mapping[str, Any]) -> Result:
    """Job `trash-empty`: everything in the trash is removed for good."""
    entries = rows.entries(work.library)
    freed = _forget(work.library, work.home, entries)
    freed += sum(_unlink(file) for file in (*_files(work.home.trash), *_files(work.home.trash / QUARANTINE)))
    return Result({"photos": len(entries), "bytes": freed}, f"The trash is empty; {freed / 1e6:.1f} MB are free again.")


def _forget(library: Library, home: Home, entries: Sequence[rows.TrashRow]) -> int:
    if not entries:
        return 0
    with library.transaction() as db:
        for entry in entries:
            rows.remove(db, entry.id)
    library.checkpoint()
    still = rows.names(library)
    gone = {item.name for entry in entries for item in entry.objects} - still
    return sum(_unlink(home.trash / name) for name in gone)


def quarantined(home: Home) -> list[Path]:
    """Bad objects that were set aside and did not come back since: perhaps all that is left of their photos."""
    return [file for file in _files(home.trash / QUARANTINE) if not _is_back(home, file)]


def _spare(library: Library, home: Home) -> list[Path]:
    """Files of the trash that no entry names and nobody misses: of killed runs, and bad ones replaced since."""
    named = rows.names(library)
    aside = [file for file in _files(home.trash) if file.name not in named]
    return aside + [file for file in _files(home.trash / QUARANTINE) if _is_back(home, file)]


def _is_back(home: Home, file: Path) -> bool:
    return home.object_path(file.name.rpartition(".")[0]).exists()


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []


def _move(pairs: Sequence[tuple[Path, Path]]) -> int:
    """Rename each source to its target, durable together; gives the bytes. What is not there is passed over."""
    moved_bytes = 0
    folders: set[Path] = set()
    with disk_errors("Moving files of the trash"):
        for source, target in pairs:
            try:
                size = source.stat().st_size
                make_folder(target.parent)
                source.rename(target)
            except FileNotFoundError:
                continue
            moved_bytes += size
            folders |= {source.parent, target.parent}
        for folder in sorted(folders):
            fsync_folder(folder)
    return moved_bytes


def _unlink(file: Path) -> int:
    with disk_errors(f"Removing {file.name}"):
        try:
            size = file.stat().st_size
            file.unlink()
        except FileNotFoundError:
            return 0
    return size
