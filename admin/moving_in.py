"""What becomes of a replaced tool's settings once they were read: entries of ours are written, and each line says what
became of it. One way for the command line and the page.

Reading is sync's (smart/take_over.py, replaced/ultra_sync.py, the job `ingest-import`). A key is never taken.
"""

from __future__ import annotations

from typing import Any

from admin.entrust import same_server
from sync import secrets
from sync.errors import UsageError
from sync.home import Home
from sync.jobs.wake import ring
from sync.settings.edit import add_inbox, add_smart, set_value
from sync.settings.tree import Settings
from sync.smart.take_over import TakenOver


def server_for(settings: Settings, url: str, asked: str | None, *, certain: bool = False) -> str:
    """The server that was asked for, else the one at `url`, else the only one; where it must be `certain`, that one
    only if nothing says another. Raises UsageError."""
    names = list(settings.servers)
    if asked is not None:
        settings.need_server(asked)
        return asked
    same = [name for name, one in settings.servers.items() if url and same_server(one.url, url)]
    if len(same) == 1:
        return same[0]
    if len(names) == 1 and not (certain and url):
        return names[0]
    advice = f"Say which with --server: {', '.join(names)}." if names else "Add it with 'mantelpiece server add'."
    raise UsageError(f"The server {url or 'of these settings'} is not set up here.", advice=advice)


def take_smart(home: Home, settings: Settings, found: TakenOver, server: str, *, resting: bool = False) -> list[str]:
    """Add the smart albums of the file, `resting` until a first preview is confirmed; gives their names. What is there
    already stays, and `found` says so; its mail settings become those of notices unless somebody is told already."""
    known = {one.name.casefold() for one in settings.smart}
    added = []
    for entry in found.smart:
        if entry["name"].casefold() in known:
            found.drop(f"album {entry['name']!r}", "there is a smart album of this name already")
            continue
        add_smart(home, {"name": entry["name"], "server": server} | entry | ({"paused": True} if resting else {}))
        known.add(entry["name"].casefold())
        added.append(entry["name"])
    _take_mail(home, settings, found)
    ring(home)
    return added


def take_inboxes(home: Home, settings: Settings, entries: list[dict[str, Any]], server: str) -> list[str]:
    """Add the inboxes of a command line; gives their names, whose landing folders want filling (`ingest-fill`). Raises
    UsageError before the first where a name is taken."""
    known = {one.name.casefold() for one in settings.inboxes}
    for entry in entries:
        if entry["name"].casefold() in known:
            raise UsageError(f"There is an inbox {entry['name']!r} already.", advice="Remove or rename it first.")
    for entry in entries:
        add_inbox(home, {"name": entry["name"], "server": server} | entry)
    ring(home)
    return [entry["name"] for entry in entries]


def _take_mail(home: Home, settings: Settings, found: TakenOver) -> None:
    if not found.notices:
        return
    if settings.notices.mail_to:
        found.drop("mail on errors, here", "notices go to somebody already; nothing of them was changed")
        return
    for key, value in found.notices.items():
        try:
            set_value(home, f"notices.{key}", value)
        except UsageError as error:
            found.drop(f"mail on errors, {key}", error.sentence)
    if found.mail_password:
        secrets.put(home.secrets, "notices", "mail", password=found.mail_password)
