"""What a person changes of the settings, by the command line or the phone page: values, servers, entries of lists.

Each is refused with one sentence where it cannot be; file.py judges and writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sync.clock import named_zone
from sync.errors import UsageError
from sync.home import Home
from sync.open_roots import refuse_closed, refuse_own
from sync.settings.cut import without_section
from sync.settings.file import append, change_entry, edit, remove_entry
from sync.settings.reading import load, parse_value, plain_hint
from sync.settings.text import Tree


def set_value(home: Home, key: str, text: str) -> Any:
    """Set a plain key such as `wall.layout`, and give the value as it was understood."""
    try:
        value = parse_value(key, text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    _refuse_pinned(home, key)
    if key == "time_zone" and value and named_zone(value) is None:
        raise UsageError(f"There is no time zone {value!r}; it is written like Europe/Vienna.")
    *sections, last = key.split(".")

    def change(tree: Tree, section: Callable[[], Any]) -> None:
        for name in sections:
            tree = tree.setdefault(name, section())
        tree[last] = value

    edit(home, change)
    return value


def unset(home: Home, key: str) -> bool:
    """Take a plain key out, back to its default; False when it was not set."""
    try:
        plain_hint(key)
    except ValueError as error:
        raise UsageError(str(error)) from None
    _refuse_pinned(home, key)
    *sections, last = key.split(".")

    def change(tree: Tree, _section: Callable[[], Any]) -> None:
        for name in sections:
            tree = tree.get(name, {})
        if last in tree:
            del tree[last]

    return edit(home, change)


def put_server(home: Home, name: str, values: Tree) -> None:
    """Add a server, or set the given values of one that is there."""

    def change(tree: Tree, section: Callable[[], Any]) -> None:
        servers = tree.setdefault("servers", section())
        entry = servers.setdefault(name, section())
        for key, value in values.items():
            entry[key] = value

    edit(home, change)


def remove_server(home: Home, name: str) -> None:
    """Take a server out; refused while an album comes from it."""
    settings = load(home.settings).settings
    settings.need_server(name)
    users = [album.name for album in settings.albums if album.server == name]
    if users:
        raise UsageError(
            f"The server {name!r} is used by {', '.join(users)}.",
            advice="Remove these albums first, with 'mantelpiece album remove'.",
        )

    def change(tree: Tree, _section: Callable[[], Any]) -> None:
        del tree["servers"][name]
        if not tree["servers"]:
            del tree["servers"]

    edit(home, change, cut=lambda text: without_section(text, "servers", name))


def add_album(home: Home, values: Tree) -> None:
    """Add an album at the end of the list."""
    append(home, "albums", values)


def change_album(home: Home, name: str, values: Tree) -> None:
    """Set the given values of an album that is there; its other keys and comments stay."""
    change_entry(home, "albums", name, values)


def remove_album(home: Home, name: str) -> None:
    """Take an album out of the list. Its photos go to the trash with the next sync."""
    remove_entry(home, "albums", name)


def add_smart(home: Home, values: Tree) -> None:
    """Add a smart album at the end of the list."""
    append(home, "smart", values)


def change_smart(home: Home, name: str, values: Tree) -> None:
    """Set the given values of a smart album that is there; None takes a key out."""
    change_entry(home, "smart", name, values)


def remove_smart(home: Home, name: str) -> None:
    """Take a smart album out of the list. The album on the server stays as it is."""
    remove_entry(home, "smart", name)


def add_root(home: Home, values: Tree) -> None:
    """Add a folder of originals that write-back may touch, at the end of the list. Refuses one that the service may not
    change."""
    _judge_root(home, values)
    append(home, "writeback", values)


def change_root(home: Home, name: str, values: Tree) -> None:
    """Set the given values of a root that is there; None takes a value out, back to its default."""
    _judge_root(home, values)
    change_entry(home, "writeback", name, values)


def remove_root(home: Home, name: str) -> None:
    """Take a root out of the list. What was written stays written, and can still be undone once it is back."""
    remove_entry(home, "writeback", name)


def add_inbox(home: Home, values: Tree) -> None:
    """Add an inbox at the end of the list. Refuses our own folders."""
    _judge_inbox(home, values)
    append(home, "inboxes", values)


def change_inbox(home: Home, name: str, values: Tree) -> None:
    """Set the given values of an inbox that is there; None takes a value out, back to its default."""
    _judge_inbox(home, values)
    change_entry(home, "inboxes", name, values)


def remove_inbox(home: Home, name: str) -> None:
    """Take an inbox out of the list. What it took in stays in Immich, and its runs can still be taken back."""
    remove_entry(home, "inboxes", name)


def _judge_root(home: Home, values: Tree) -> None:
    if folder := values.get("folder"):
        refuse_closed(home, Path(str(folder)))
        refuse_own(home, Path(str(folder)))


def _judge_inbox(home: Home, values: Tree) -> None:
    for key in ("folder", "landing", "move_to"):
        if folder := values.get(key):
            refuse_own(home, Path(str(folder)))


def _refuse_pinned(home: Home, key: str) -> None:
    if key in load(home.settings).pinned:
        variable = "MANTELPIECE_" + key.replace(".", "_").upper()
        raise UsageError(f"{key} is decided by the environment variable {variable}, not by the file.")
