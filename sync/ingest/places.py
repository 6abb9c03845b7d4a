"""Where an inbox's files lie: here, below the library's folder, and as Immich calls them. Pure."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from sync.settings.ingest import Inbox, Way

_DATE = re.compile(r"\{[^{}]*%[^{}]*\}|%-?[aAbBdHIjmMpSUVWyYGu](?![A-Za-z0-9])")
"""A placeholder; a folder that is called `100% photos` has none, and is not its parent."""


def plain_folder(folder: str) -> str:
    """The folder without its last parts that are dates: `/photos/{:%Y}/%m` is `/photos`."""
    parts: list[str] = []
    for part in PurePosixPath(folder).parts:
        if _DATE.search(part):
            break
        parts.append(part)
    return str(PurePosixPath(*parts)) if parts else "/"


def source_of(inbox: Inbox) -> Path:
    """The folder where its files arrive."""
    return Path(plain_folder(inbox.landing or inbox.folder))


def folder_of(inbox: Inbox) -> Path:
    """The library's folder here."""
    return Path(plain_folder(inbox.folder))


def server_folder_of(inbox: Inbox) -> str:
    """The library's folder as Immich calls it."""
    return plain_folder(inbox.server_folder or inbox.folder)


def server_path(inbox: Inbox, place: str) -> str:
    """A file below the library's folder, as Immich calls it."""
    return f"{server_folder_of(inbox).rstrip('/')}/{place}"


def publishes(inbox: Inbox) -> bool:
    """Whether files are brought from a landing folder into the library's folder."""
    return inbox.way is Way.LIBRARY and bool(inbox.landing)


def here_of(inbox: Inbox, import_path: str) -> Path:
    """Where an import path of Immich's lies here, as far as the inbox's own folders tell; else the same path."""
    there, here = PurePosixPath(server_folder_of(inbox)), folder_of(inbox)
    path = PurePosixPath(import_path)
    if path.is_relative_to(there):
        return here / path.relative_to(there)
    if there.is_relative_to(path):
        below = there.relative_to(path).parts
        if not below or here.parts[-len(below) :] == below:
            return Path(*here.parts[: len(here.parts) - len(below)])
    return Path(import_path)
