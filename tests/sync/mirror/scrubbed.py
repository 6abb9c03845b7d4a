"""A small mirror with real objects and rows, for tests of what keeps it honest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any

import msgspec

from sync.home import Home
from sync.immich.facts import Asset, Kind, Visibility
from sync.library import memberships, objects, photos
from sync.library.database import Library
from sync.library.objects import ObjectRow
from sync.settings.tree import Album, Server, Settings
from sync.work import Work
from tests.manual_clock import ManualClock

ADDED = "2026-01-01T00:00:00+00:00"
TAKEN = datetime(2020, 6, 6, 5, 35, tzinfo=UTC)


@dataclass(frozen=True)
class Added:
    original: str
    display: str


class Mirror:
    """One album "Sea" of a server "home", listed completely."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.library = Library(home.library)
        self.clock = ManualClock()
        settings = Settings(servers={"home": Server(url="http://x")}, albums=(Album(name="Sea", server="home"),))
        self.work = Work(home, settings, True, self.library, self.clock)
        self.library.db.execute("INSERT INTO albums (name, identity, complete) VALUES ('Sea', '', 1)")

    def object(self, content: bytes, *, row: bool = True) -> str:
        name = f"{sha1(content).hexdigest()}.jpg"
        path = self.home.object_path(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o444)
        item = ObjectRow(
            name=name, bytes=len(content), mtime_ns=path.stat().st_mtime_ns, proof="checksum", checked_at=ADDED
        )
        if row:
            with self.library.transaction() as db:
                objects.put(db, item)
        return name

    def add(self, asset: str) -> Added:
        with self.library.transaction() as db:
            number = photos.upsert(
                db, server="home", asset=asset, facts=msgspec.msgpack.encode(facts(asset)), content=b"c" * 16,
                added=ADDED,
            )  # fmt: skip
            memberships.put(db, album="Sea", photo=number, position=number, fingerprint=b"f" * 16)
        original, display = f"original {asset}".encode(), f"display {asset}".encode()
        return Added(self.give(asset, original=original), self.give(asset, display=display))

    def give(self, asset: str, *, original: bytes | None = None, display: bytes | None = None) -> str:
        """The photo gets its original or display copy, as a sync would bring it."""
        name = self.object(original or display or b"")
        number = self.row(asset)["id"]
        with self.library.transaction() as db:
            if original is not None:
                photos.set_original(db, number, name=name, content=b"c" * 16, proof="checksum", etag="e")
            else:
                photos.set_display(db, number, name=name, content=b"c" * 16, size=(4, 3), proof="decoded", etag="e")
        return name

    def row(self, asset: str) -> dict[str, Any]:
        return dict(self.library.row("SELECT * FROM photos WHERE asset = ?", (asset,)) or {})


def facts(asset: str) -> Asset:
    return Asset(
        id=asset, owner_id="o", library_id=None, kind=Kind.IMAGE, file_name=f"{asset}.jpg", original_path="",
        checksum="", size_bytes=None, created_at=TAKEN, modified_at=TAKEN, updated_at=TAKEN,
        local_time=TAKEN.replace(tzinfo=None), zone=None, favourite=False, trashed=False, offline=False,
        visibility=Visibility.TIMELINE, live_video_id=None, edited=False, thumbhash=None,
    )  # fmt: skip
