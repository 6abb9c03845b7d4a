"""What returns, as the settings say: every album, smart album and root of originals in its rhythm, and the daily look
at a slice of the mirror. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Set
from hashlib import sha256

import msgspec

from sync.jobs.schedule import Entry
from sync.settings.ingest import Inbox
from sync.settings.tree import Album, Settings, Smart, Source
from sync.settings.writeback import Root

MINUTE = 60.0
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
    wanted += _smart(settings, secrets_state)
    wanted += _writeback(settings, secrets_state)
    wanted += _downloads(settings)
    wanted += [_inbox(inbox, settings, secrets_state) for inbox in settings.inboxes if not inbox.paused]
    return wanted


def entry_name(album: str) -> str:
    """The entry of an album."""
    return ALBUM_PREFIX + album


def entries_of(settings: Settings, servers: Set[str]) -> list[str]:
    """The names of the entries that ask one of these servers."""
    albums = [entry_name(album.name) for album in settings.albums if album.server in servers]
    return albums + [_smart_name(one) for one in settings.smart if one.server in servers]


def _smart_name(smart: Smart) -> str:
    return f"smart {smart.server} {smart.interval_minutes:g}"


def _album(album: Album, settings: Settings, secrets_state: str) -> Entry:
    told = msgspec.structs.replace(album, interval_hours=6)
    server = settings.servers.get(album.server)
    return Entry(
        name=entry_name(album.name),
        kind="sync",
        arguments={"albums": [album.name]},
        every_seconds=album.interval_hours * HOUR,
        identity=_digest(told, server, settings.time_zone, "" if album.source is Source.FOLDER else secrets_state),
        # A rule may go by the calendar.
        daily=album.source is Source.MEMORIES or bool(album.rule),
    )


def _smart(settings: Settings, secrets_state: str) -> Iterator[Entry]:
    """Smart albums of one server and one rhythm run together: a search is made once for all of them."""
    groups: dict[tuple[str, float], list[Smart]] = {}
    for smart in settings.smart:
        if not smart.paused:
            groups.setdefault((smart.server, smart.interval_minutes), []).append(smart)
    for (server, minutes), together in groups.items():
        yield Entry(
            name=_smart_name(together[0]),
            kind="smart-apply",
            arguments={"albums": [smart.name for smart in together]},
            every_seconds=minutes * MINUTE,
            identity=_digest(together, settings.servers.get(server), settings.time_zone, secrets_state),
            daily=True,
        )


def _writeback(settings: Settings, secrets_state: str) -> Iterator[Entry]:
    """Roots of one server and one rhythm run together: the server is asked once for all of them."""
    groups: dict[tuple[str, float], list[Root]] = {}
    for root in settings.writeback:
        if not root.paused:
            groups.setdefault((root.server, root.interval_hours), []).append(root)
    for (server, hours), together in groups.items():
        yield Entry(
            name=f"writeback {server} {hours:g}",
            kind="writeback-run",
            arguments={"roots": [root.name for root in together]},
            every_seconds=hours * HOUR,
            identity=_digest(together, settings.servers.get(server), secrets_state),
        )


def _downloads(settings: Settings) -> Iterator[Entry]:
    for inbox in settings.inboxes:
        if inbox.icloudpd.account and not inbox.paused:
            yield Entry(
                name=f"icloudpd {inbox.name}",
                kind="icloudpd",
                arguments={"inbox": inbox.name},
                every_seconds=inbox.icloudpd.interval_hours * HOUR,
                identity=_digest(inbox.icloudpd, inbox.landing, inbox.folder, settings.time_zone),
            )


def _inbox(inbox: Inbox, settings: Settings, secrets_state: str) -> Entry:
    return Entry(
        name=f"ingest {inbox.name}",
        kind="ingest-run",
        arguments={"inboxes": [inbox.name]},
        every_seconds=inbox.interval_minutes * MINUTE,
        identity=_digest(inbox, settings.servers.get(inbox.server), secrets_state),
    )


def _digest(*things: object) -> str:
    return sha256(b"\n".join(msgspec.json.encode(thing) for thing in things)).hexdigest()[:16]
