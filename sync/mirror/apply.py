"""Writes a plan into the library: who is in the album, what is known of each, who leaves the wall, what is held.

Rows only: no file is touched here, and nothing is removed from the disk. Photos that are new have no objects yet; the
wall gets them when these have come. In transactions of a thousand, so that other writers are not kept waiting; the
album's own row comes last, with the removals: a crash before it repeats the listing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from sync.home import Home
from sync.immich.batches import batches
from sync.library import albums, held, memberships, photos
from sync.library import trash as trash_rows
from sync.library.albums import AlbumRow
from sync.library.database import Library
from sync.library.held import HeldRow
from sync.library.meta import wall_changed
from sync.mirror import trash
from sync.mirror.guard import Verdict, assets
from sync.mirror.moment import Moment
from sync.mirror.plan import Plan
from sync.mirror.publish import entry_of
from sync.mirror.sources import key_of, server_of
from sync.mirror.stage import Stage
from sync.settings.tree import Album

_AT_ONCE = 1000


def apply(
    library: Library,
    home: Home,
    *,
    album: Album,
    plan: Plan,
    verdict: Verdict,
    stage: Stage,
    row: AlbumRow,
    now: Moment,
) -> None:
    """Apply what the guard allows of `plan`; `row` is what is to be remembered of the album."""
    _back_from_trash(library, home, album, plan.add)
    staying = [change.asset for changes in (plan.update, plan.replace) for change in changes]
    entering = plan.add + [change.asset for change in plan.returning]
    for ids, enters in ((staying, False), (entering, True)):
        for chunk in batches(ids, _AT_ONCE):
            with library.transaction() as db:
                for asset in chunk:
                    _take(db, library, album, stage, asset, enters=enters, now=now)
    leaving = (*plan.explained, *verdict.remove)
    before = albums.get(library, album.name)
    holding = held.get(library, album.name)
    hold = _hold(album, plan, verdict, holding, now)
    if not leaving and hold == holding and _alike(before, row):
        return
    with library.transaction() as db:
        for change in leaving:
            memberships.leave(db, album=album.name, photo=change.photo, gone=now.text(), why=change.why)
        if leaving:
            wall_changed(db)
        if hold is None:
            held.remove(db, album.name)
        elif hold != holding:
            held.put(db, hold)
        albums.put(db, row)


def remember(library: Library, row: AlbumRow) -> None:
    """Write down a listing that was like the last one, where its time matters."""
    if not _alike(albums.get(library, row.name), row):
        with library.transaction() as db:
            albums.put(db, row)


def _alike(before: AlbumRow | None, row: AlbumRow) -> bool:
    """Whether remembering `row` would only move its time: a run without news writes nothing."""
    if before is None:
        return False
    return msgspec.structs.replace(before, listed_at=row.listed_at) == row and not _stale(before, row)


def _stale(before: AlbumRow, row: AlbumRow) -> bool:
    # With a token the time of the last full listing decides when the next one is due.
    return before.listed_at is None or (row.token is not None and before.listed_at != row.listed_at)


def _take(
    db: sqlite3.Connection, library: Library, album: Album, stage: Stage, asset: str, *, enters: bool, now: Moment
) -> None:
    listed, facts = stage.one(asset)
    key = key_of(album, asset)
    known = photos.find(library, key)
    number = photos.upsert(
        db, server=server_of(album), asset=asset, facts=facts, content=listed.content, added=now.wall.isoformat()
    )
    memberships.put(db, album=album.name, photo=number, position=listed.position, fingerprint=listed.fingerprint)
    if known is None or known.display is None:
        return
    if enters or entry_of(known) != entry_of(msgspec.structs.replace(known, facts=facts)):
        wall_changed(db)


def _back_from_trash(library: Library, home: Home, album: Album, added: Iterable[str]) -> None:
    """A photo that is listed again and still lies in the trash is taken from there, not downloaded."""
    entries = {entry.key: entry.id for entry in trash_rows.entries(library) if entry.album == album.name}
    if entries:
        for key in {key_of(album, asset) for asset in added} & entries.keys():
            trash.restore(library, home, entries[key])


def _hold(album: Album, plan: Plan, verdict: Verdict, holding: HeldRow | None, now: Moment) -> HeldRow | None:
    """What is held in the album from now on. A person's decision lives until what it speaks of has been removed."""
    if not plan.complete:
        return holding
    if not verdict.hold:
        return None
    photos_held = tuple(assets(verdict.hold))
    if holding is not None and holding.photos == photos_held and holding.decision is None:
        return holding
    since = holding.since if holding is not None else now.wall.isoformat()
    return HeldRow(album=album.name, plan=plan.id, reason=verdict.reason, photos=photos_held, since=since)
