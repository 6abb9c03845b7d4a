"""What returns, as the settings say: every album in its rhythm, and the daily look at a slice of the mirror. Pure."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from sync.jobs.schedule import Entry
from sync.settings import Album, Settings, Source

HOUR = 3600.0
DAY = 24 * HOUR
ALBUM_PREFIX = "album "


def entries(settings: Settings, *, secrets_state: str) -> list[Entry]:
    """Entries for the schedule; `secrets_state` is any text that changes when a key or password does."""
    wanted = [_album(album, settings, secrets_state) for album in settings.albums if not album.paused]
    # Albums that went, their order and the budget concern all of the mirror, not one album.
    whole = _digest(settings.mirror, settings.albums)
    wanted.append(Entry("mirror", "sync", {"albums": []}, float("inf"), whole))
    wanted.append(Entry("scrub", "scrub", {}, DAY, ""))
    return wanted


def entry_name(album: str) -> str:
    """The entry of an album."""
    return ALBUM_PREFIX + album


def _album(album: Album, settings: Settings, secrets_state: str) -> Entry:
    told = msgspec.structs.replace(album, interval_hours=6)
    server = settings.servers.get(album.server)
    return Entry(
        name=entry_name(album.name),
        kind="sync",
        arguments={"albums": [album.name]},
        every_seconds=album.interval_hours * HOUR,
        identity=_digest(told, server, settings.time_zone, "" if album.source is Source.FOLDER else secrets_state),
        daily=album.source is Source.MEMORIES,
    )


def _digest(*things: object) -> str:
    return sha256(b"\n".join(msgspec.json.encode(thing) for thing in things)).hexdigest()[:16]
