"""What each value alone cannot tell: names given twice, servers that are not set up, entries that lack what they need.

An entry that breaks this is left out of the settings, and a problem says so; the file keeps it. Called by
reading.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from sync.clock import named_zone
from sync.errors import did_you_mean
from sync.hosts import is_forbidden
from sync.settings.ingest import After, Inbox, Way
from sync.settings.tree import Album, Settings, Smart, Source
from sync.settings.writeback import Root


@dataclass(frozen=True)
class Problem:
    """One value that could not be used: where it stands (`wall.layout`), what is wrong, what is used instead."""

    key: str
    sentence: str
    loses: bool = False
    """An album or a server, or the whole file, is missing from the settings because of it."""
    instead: bool = False
    """Another value stands in for what was written."""


def without_clashes(settings: Settings, problems: list[Problem]) -> Settings:
    """Names of albums are unique and their servers known; an album that breaks this is left out, and said so."""
    kept: list[Album] = []
    names: set[str] = set()
    for album in settings.albums:
        key = f"albums.{album.name}"
        if album.name.casefold() in names:
            problems.append(Problem(key, f"There are two albums named {album.name!r}; the second is left out.", True))
            continue
        wrong = _wrong_rule(album)
        if wrong:
            problems.append(Problem(key, f"{key} {wrong}; it is left out.", True))
            continue
        if album.source is Source.FOLDER:
            if not album.folder:
                problems.append(Problem(key, f"{key} needs a folder; it is left out.", True))
                continue
        elif album.server not in settings.servers:
            hint = did_you_mean(album.server, list(settings.servers))
            problems.append(Problem(key, f"{key} names the server {album.server!r}, which is not set up.{hint}", True))
            continue
        names.add(album.name.casefold())
        kept.append(album)
    return msgspec.structs.replace(
        settings,
        albums=tuple(kept),
        smart=_smart(settings, problems),
        writeback=_roots(settings, problems),
        inboxes=_inboxes(settings, problems),
    )


def in_reach(settings: Settings, problems: list[Problem]) -> Settings:
    """A mail server or broker is never a link-local address or a metadata service: none is used then."""
    for section, name in (("mqtt", "host"), ("notices", "mail_host")):
        part = getattr(settings, section)
        host = getattr(part, name)
        if host and is_forbidden(host):
            sentence = f"{section}.{name} = {host!r} cannot be used: nothing is ever sent to such an address."
            problems.append(Problem(f"{section}.{name}", sentence, instead=True))
            settings = msgspec.structs.replace(settings, **{section: msgspec.structs.replace(part, **{name: ""})})
    return settings


def in_a_zone(settings: Settings, fallback: Settings, problems: list[Problem]) -> Settings:
    """A zone that nobody knows is a problem, and the last good one is used."""
    name = settings.time_zone
    if not name or named_zone(name) is not None:
        return settings
    sentence = f"There is no time zone {name!r}; it is written like Europe/Vienna."
    problems.append(Problem("time_zone", sentence, instead=True))
    return msgspec.structs.replace(settings, time_zone=fallback.time_zone)


def _wrong_rule(album: Album) -> str:
    if album.source is Source.RULE and not album.rule:
        return "needs a rule"
    if album.rule and album.source in (Source.FOLDER, Source.LINK):
        return "has a rule, but a folder or a shared link cannot be narrowed by one"
    return ""


def _smart(settings: Settings, problems: list[Problem]) -> tuple[Smart, ...]:
    kept: dict[str, Smart] = {}
    for one in settings.smart:
        key = f"smart.{one.name}"
        if one.name.casefold() in kept:
            sentence = f"There are two smart albums named {one.name!r}; the second is left out."
            problems.append(Problem(key, sentence, True))
        elif one.server not in settings.servers:
            hint = did_you_mean(one.server, list(settings.servers))
            problems.append(Problem(key, f"{key} names the server {one.server!r}, which is not set up.{hint}", True))
        else:
            kept[one.name.casefold()] = one
    return tuple(kept.values())


def _roots(settings: Settings, problems: list[Problem]) -> tuple[Root, ...]:
    kept: dict[str, Root] = {}
    for root in settings.writeback:
        key = f"writeback.{root.name}"
        prefixes = {(one.server, one.prefix.rstrip("/\\")) for one in kept.values()}
        if root.name.casefold() in kept:
            sentence = f"There are two roots named {root.name!r}; the second is left out."
        elif root.server not in settings.servers:
            hint = did_you_mean(root.server, list(settings.servers))
            sentence = f"{key} names the server {root.server!r}, which is not set up.{hint}"
        elif not root.prefix or not root.folder.startswith("/"):
            needed = "a 'prefix' (of Immich's paths) and a 'folder' that begins with '/'"
            sentence = f"{key} needs {needed}; it is left out."
        elif (root.server, root.prefix.rstrip("/\\")) in prefixes:
            sentence = f"{key} has the prefix of another root, {root.prefix!r}; it is left out."
        else:
            kept[root.name.casefold()] = root
            continue
        problems.append(Problem(key, sentence, True))
    return tuple(kept.values())


def _inboxes(settings: Settings, problems: list[Problem]) -> tuple[Inbox, ...]:
    kept: dict[str, Inbox] = {}
    for inbox in settings.inboxes:
        sentence = _inbox_problem(settings, inbox)
        if inbox.name.casefold() in kept:
            sentence = f"There are two inboxes named {inbox.name!r}; the second is left out."
        if sentence:
            problems.append(Problem(f"inboxes.{inbox.name}", sentence, True))
        else:
            kept[inbox.name.casefold()] = inbox
    return tuple(kept.values())


def _inbox_problem(settings: Settings, inbox: Inbox) -> str:
    """What no run could ever work with; folders and libraries are judged where they are."""
    key = f"inboxes.{inbox.name}"
    if inbox.server not in settings.servers:
        hint = did_you_mean(inbox.server, list(settings.servers))
        return f"{key} names the server {inbox.server!r}, which is not set up.{hint}"
    if not inbox.folder.startswith("/"):
        return f"{key} needs a 'folder' that begins with '/'; it is left out."
    if inbox.landing and not inbox.landing.startswith("/"):
        return f"{key} needs a 'landing' folder that begins with '/'; it is left out."
    if inbox.way is Way.LIBRARY and not inbox.library:
        return f"{key} needs a 'library', Immich's id of the external library; it is left out."
    if inbox.way is Way.UPLOAD and inbox.after is After.MOVE and not inbox.move_to.startswith("/"):
        return f"{key} needs 'move_to', the folder that uploaded files are moved to; it is left out."
    return ""
