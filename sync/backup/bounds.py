"""What a backup does not decide, since whoever may restore one from the phone may not decide it either: which program
runs, which file the log is written to, and to which address a secret goes. Called by archive.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sync import secrets
from sync.errors import UsageError
from sync.settings.ingest import Icloudpd
from sync.settings.reading import parse_text
from sync.settings.text import with_programs
from sync.settings.tree import Server, Settings, Source


def bounded(text: str, here: Settings) -> tuple[str, list[str]]:
    """The settings with the programs, options and log file of `here`, and a sentence for each that was left out."""
    notes = _foreign(parse_text(text).settings, here)
    if not notes:
        return text, []
    after = with_programs(text, _programs(here), log_file=here.log.file)
    if _foreign(parse_text(after).settings, here):
        raise UsageError("The settings of this backup cannot be used: they choose a program in an unusual way.")
    return after, notes


def forget_strays(path: Path, before: Settings, after: Settings) -> None:
    """Forget each secret that would go to another address than it was entered for."""
    for name, server in before.servers.items():
        if _address(server) != _address(after.servers.get(name)):
            secrets.remove(path, "servers", name)
    links_after = _links(after)
    for name, address in _links(before).items():
        if links_after.get(name) != address:
            secrets.remove(path, "links", name)
    old, new = before.notices, after.notices
    if old.mail_host and (old.mail_host, old.mail_port) != (new.mail_host, new.mail_port):
        secrets.remove(path, "notices", "mail")
    was, now = before.mqtt, after.mqtt
    if was.host and (was.host, was.port, was.tls, was.ca_file) != (now.host, now.port, now.tls, now.ca_file):
        secrets.remove(path, "mqtt", "broker")


def _foreign(wanted: Settings, here: Settings) -> list[str]:
    ours, default = _programs(here), Icloudpd()
    found = [
        f"The inbox {name}: 'program' and 'arguments' of icloudpd are not taken from a backup; "
        "write them into settings.toml."
        for name, values in ((inbox.name, _program(inbox.icloudpd)) for inbox in wanted.inboxes)
        if values != ours.get(name, _program(default))
    ]
    if wanted.log.file != here.log.file:
        found.append("'log.file' is not taken from a backup; write it into settings.toml.")
    return found


def _programs(settings: Settings) -> dict[str, dict[str, Any]]:
    return {inbox.name: _program(inbox.icloudpd) for inbox in settings.inboxes}


def _program(icloudpd: Icloudpd) -> dict[str, Any]:
    return {"program": icloudpd.program, "arguments": list(icloudpd.arguments)}


def _address(server: Server | None) -> tuple[str, str, str] | None:
    """Where its secrets go, and how it is known to be the one."""
    return None if server is None else (server.url, server.ca_file, server.fingerprint)


def _links(settings: Settings) -> dict[str, tuple[str, str, str] | None]:
    return {
        album.name: _address(settings.servers.get(album.server))
        for album in settings.albums if album.source is Source.LINK
    }  # fmt: skip
