"""Takes from the disk what left the wall earlier: by way of the trash, and only when it certainly may go.

A photo goes after a second complete listing, at least half an hour after the first one that lacked it, or one that a
person asked for. The bytes of a replaced picture go an hour after no row named them any more: a wall that still shows
the catalogue before has let go of them by then. Rows are durable before files move.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Set

import msgspec

from sync.library import albums, memberships, meta, objects, photos, renaming
from sync.library import trash as trash_rows
from sync.library.memberships import LeavingRow
from sync.library.meta import wall_changed
from sync.mirror import trash
from sync.mirror.moment import Moment, certainly_passed, read
from sync.mirror.sources import identity_of, read_identity
from sync.settings.tree import Keep
from sync.work import Work

SECOND_LISTING_SECONDS = 30 * 60.0
REPLACED_SECONDS = 60 * 60.0
REMOVED_ALBUM = "the album was removed"


def let_go(work: Work, now: Moment) -> int:
    """Let what the settings no longer want leave the wall: albums that are set no more, originals nobody keeps.

    Only where the settings were read whole: a torn file is no wish. Gives how many photos leave. Looks only when the
    albums are not what they were at the last look.
    """
    wish = msgspec.json.encode([(album.name, album.kept) for album in work.settings.albums]).decode()
    if not work.settings_whole or meta.get(work.library, "wish") == wish:
        return 0
    _follow_names(work)
    set_up = {album.name for album in work.settings.albums}
    display_only = _display_only(work)
    leaving = 0
    with work.library.transaction() as db:
        for name in memberships.albums(work.library):
            if name not in set_up:
                leaving += memberships.leave_all(db, album=name, gone=now.text(), why=REMOVED_ALBUM)
        if leaving:
            wall_changed(db)
        photos.drop_originals(db, display_only=display_only)
        meta.put(db, "wish", wish)
    return leaving


def _follow_names(work: Work) -> None:
    """An album that was only given another name keeps its photos, whether or not its server can be asked now."""
    here = set(memberships.albums(work.library))
    for old in sorted(here - {album.name for album in work.settings.albums}):
        row = albums.get(work.library, old)
        last = read_identity(row.identity) if row is not None else None
        heirs = [
            album.name
            for album in work.settings.albums
            if last is not None and album.name not in here and identity_of(album).source == last.source
        ]
        if heirs:
            here.add(heirs[0])
            with work.library.transaction() as db:
                renaming.rename(db, old, to=heirs[0])
                wall_changed(db)


def retire(work: Work, *, confirmed: Set[str], now: Moment) -> int:
    """Move into the trash what may go; `confirmed` are albums that were listed completely in this run.

    Called after the catalogue without it was published. Gives how many photos went.
    """
    names: list[str] = []
    went = 0
    set_up = {album.name for album in work.settings.albums}
    for album in memberships.albums(work.library):
        removed = album not in set_up and work.settings_whole
        if album not in confirmed and not removed:
            continue
        ready = [row for row in memberships.leaving(work.library, album) if _may_go(work, row, now)]
        if ready:
            with work.library.transaction() as db:
                for row in ready:
                    names += _remove(db, work, album, row)
                photos.drop_originals(db, display_only=_display_only(work))
            went += len(ready)
        if removed and not memberships.any_of(work.library, album):
            with work.library.transaction() as db:
                albums.remove(db, album)
    names += _replaced(work, now)
    trash.move_out(work.library, work.home, names)
    return went


def _display_only(work: Work) -> tuple[str, ...]:
    return tuple(album.name for album in work.settings.albums if album.kept is Keep.DISPLAY)


def _may_go(work: Work, row: LeavingRow, now: Moment) -> bool:
    since = read(row.gone)
    if since == now:
        return False
    return work.asked or certainly_passed(since, now, seconds=SECOND_LISTING_SECONDS)


def _remove(db: sqlite3.Connection, work: Work, album: str, row: LeavingRow) -> list[str]:
    """Take the photo out of the album; where that was its last one it goes into the trash. Gives its objects then."""
    photo = photos.get(work.library, row.photo)
    if memberships.remove(db, album=album, photo=row.photo) or photo is None:
        return []
    names = [name for name in dict.fromkeys((photo.display, photo.original)) if name is not None]
    if names:
        trash_rows.add(
            db,
            key=photo.key,
            album=album,
            position=row.position,
            photo=msgspec.structs.asdict(photo),
            objects=names,
            reason=row.why,
            now=work.clock.now().isoformat(),
        )
    photos.remove(db, row.photo)
    return names


def _replaced(work: Work, now: Moment) -> list[str]:
    """Objects that no photo has named for long enough."""
    with work.library.transaction() as db:
        objects.retire(db, since=now.text())
    return [
        item.name
        for item in objects.retired(work.library)
        if item.retired is not None and certainly_passed(read(item.retired), now, seconds=REPLACED_SECONDS)
    ]
