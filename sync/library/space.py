"""What photos take, or would take, on the disk; and which of them are off it for want of space."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from sync.immich.facts import Asset
from sync.library.database import Library
from sync.library.meta import wall_changed

_ASSET = msgspec.msgpack.Decoder(Asset)


class SpaceRow(NamedTuple):
    photo: int
    asset: str
    position: int
    favourite: bool
    size_bytes: int | None
    """Of the original, as the server says."""
    display_bytes: int | None
    original_bytes: int | None
    keeps_original: bool


def wanted(library: Library, album: str, *, keeping: tuple[str, ...]) -> Iterator[SpaceRow]:
    """Photos of the album that are to stay, with their sizes; `keeping` are the albums that keep originals."""
    marks = ",".join("?" for _ in keeping)
    rows = library.rows(
        f"""SELECT p.id, p.asset, m.position, p.facts, d.bytes, o.bytes,
              EXISTS (SELECT 1 FROM memberships k WHERE k.photo = p.id AND k.gone IS NULL AND k.album IN ({marks}))
            FROM memberships m JOIN photos p ON p.id = m.photo
              LEFT JOIN objects d ON d.name = p.display LEFT JOIN objects o ON o.name = p.original
            WHERE m.album = ? AND m.gone IS NULL""",  # noqa: S608 - marks alone
        (*keeping, album),
    )
    for photo, asset, position, packed, display, original, keeps in rows:
        facts = _ASSET.decode(packed)
        yield SpaceRow(photo, asset, position, facts.favourite, facts.size_bytes, display, original, bool(keeps))


def mark(db: sqlite3.Connection, off: Mapping[int, str]) -> int:
    """Set what is off the disk ('all' or 'original') and let go of it; inside a transaction. Gives how many changed."""
    before = dict(db.execute("SELECT id, off_disk FROM photos WHERE off_disk <> ''").fetchall())
    changed = {photo: off.get(photo, "") for photo in before.keys() | off.keys()}
    changed = {photo: what for photo, what in changed.items() if before.get(photo, "") != what}
    for photo, what in changed.items():
        db.execute("UPDATE photos SET off_disk = ? WHERE id = ?", (what, photo))
        if what:
            db.execute(
                "UPDATE photos SET original = NULL, original_for = NULL, original_etag = NULL WHERE id = ?", (photo,)
            )
        if what == "all":
            db.execute(
                "UPDATE photos SET display = NULL, display_for = NULL, display_etag = NULL WHERE id = ?", (photo,)
            )
    if changed:
        wall_changed(db)
    return len(changed)


def trash_bytes(library: Library) -> int:
    """What the entries of the trash hold."""
    row = library.row("SELECT coalesce(sum(bytes), 0) FROM trash")
    return 0 if row is None else int(row[0])
