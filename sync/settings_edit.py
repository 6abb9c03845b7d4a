"""Changes settings.toml for a person, keeping every comment and key that the change does not concern.

A change is judged before it is written: where it would bring a problem that was not there, UsageError says which, and
the file stays as it was to the byte. One change at a time (locks/settings); the file is replaced whole. Called by the
command line and the phone page.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from sync.clock import named_zone
from sync.errors import UsageError, did_you_mean
from sync.files import locked, make_folder, write_durably
from sync.home import Home
from sync.open_roots import refuse_closed
from sync.settings_cut import without_entry, without_section
from sync.settings_reading import load, parse_text, parse_value, plain_hint

Tree = dict[str, Any]
Change = Callable[[Tree, Callable[[], Any]], None]
"""Changes a tree in place; the second argument makes an empty section of its kind. Called for a plain tree too."""


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

    _edit(home, change)
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

    return _edit(home, change)


def put_server(home: Home, name: str, values: Tree) -> None:
    """Add a server, or set the given values of one that is there."""

    def change(tree: Tree, section: Callable[[], Any]) -> None:
        servers = tree.setdefault("servers", section())
        entry = servers.setdefault(name, section())
        for key, value in values.items():
            entry[key] = value

    _edit(home, change)


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

    _edit(home, change, cut=lambda text: without_section(text, "servers", name))


_NOUNS = {"albums": "album", "smart": "smart album", "writeback": "root"}


def add_album(home: Home, values: Tree) -> None:
    """Add an album at the end of the list."""

    def change(tree: Tree, section: Callable[[], Any]) -> None:
        if "albums" not in tree:
            tree["albums"] = [] if section is dict else tomlkit.aot()
        inline = isinstance(tree["albums"], tomlkit.items.Array)
        entry = tomlkit.inline_table() if inline else section()
        for key, value in values.items():
            entry[key] = value if section is dict else _inline(value)
        tree["albums"].append(entry)

    _edit(home, change)


def add_smart(home: Home, values: Tree) -> None:
    """Add a smart album at the end of the list."""
    _append(home, "smart", values)


def add_root(home: Home, values: Tree) -> None:
    """Add a folder of originals that write-back may touch, at the end of the list. Refuses one that the service may not
    change."""
    refuse_closed(home, Path(str(values["folder"])))
    _append(home, "writeback", values)


def change_root(home: Home, name: str, values: Tree) -> None:
    """Set the given values of a root that is there; None takes a value out, back to its default."""
    _change(home, "writeback", name, values)


def remove_root(home: Home, name: str) -> None:
    """Take a root out of the list. What was written stays written, and can still be undone once it is back."""
    _remove(home, "writeback", name)


def add_inbox(home: Home, values: Tree) -> None:
    """Add an inbox at the end of the list."""
    _append(home, "inboxes", values)


def change_inbox(home: Home, name: str, values: Tree) -> None:
    """Set the given values of an inbox that is there; None takes a value out, back to its default."""
    _change(home, "inboxes", name, values)


def remove_inbox(home: Home, name: str) -> None:
    """Take an inbox out of the list. What it took in stays in Immich, and its runs can still be taken back."""
    _remove(home, "inboxes", name)


def _append(home: Home, section_name: str, values: Tree) -> None:
    def change(tree: Tree, section: Callable[[], Any]) -> None:
        if section_name not in tree:
            tree[section_name] = [] if section is dict else tomlkit.aot()
        entry = section()
        for key, value in values.items():
            entry[key] = value if section is dict else _inline(value)
        tree[section_name].append(entry)

    _edit(home, change)


def written(values: Tree) -> str:
    """The values as a person would write them into the file."""
    document = tomlkit.document()
    for key, value in values.items():
        document[key] = _inline(value)
    return tomlkit.dumps(document).strip()


def _inline(value: Any) -> Any:
    """A rule in one line, as a person would write it, not as sections of its own."""
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        for key, inner in value.items():
            table[key] = _inline(inner)
        return table
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        for inner in value:
            array.append(_inline(inner))
        return array
    return value


def change_album(home: Home, name: str, values: Tree) -> None:
    """Set the given values of an album that is there; its other keys and comments stay."""
    _change(home, "albums", name, values)


def change_smart(home: Home, name: str, values: Tree) -> None:
    """Set the given values of a smart album that is there; None takes a key out."""
    _change(home, "smart", name, values)


def remove_album(home: Home, name: str) -> None:
    """Take an album out of the list. Its photos go to the trash with the next sync."""
    _remove(home, "albums", name)


def remove_smart(home: Home, name: str) -> None:
    """Take a smart album out of the list. The album on the server stays as it is."""
    _remove(home, "smart", name)


def _change(home: Home, section: str, name: str, values: Tree) -> None:
    number = _number_of(home, section, name)

    def change(tree: Tree, make: Callable[[], Any]) -> None:
        entry = tree[section][number]
        for key, value in values.items():
            if value is not None:
                entry[key] = value if make is dict else _inline(value)
            elif key in entry:
                del entry[key]

    _edit(home, change)


def _remove(home: Home, section: str, name: str) -> None:
    number = _number_of(home, section, name)

    def change(tree: Tree, _section: Callable[[], Any]) -> None:
        del tree[section][number]
        if not tree[section]:
            del tree[section]

    _edit(home, change, cut=lambda text: without_entry(text, section, number))


def with_folder(text: str, *, before: str, after: str) -> str:
    """The settings with another folder for the albums that had that one; comments stay."""
    document = tomlkit.parse(text)
    for album in document["albums"]:
        if album.get("folder") == before:
            album["folder"] = after
    return tomlkit.dumps(document)


def with_programs(text: str, programs: dict[str, Tree], *, log_file: str) -> str:
    """The settings with these `program` and `arguments` of icloudpd by inbox, with none for others; and this log."""

    def put(table: Any, values: Tree) -> None:
        for key in ("program", "arguments", "file") if table is not None else ():
            if values.get(key):
                table[key] = values[key]
            elif key in table:
                del table[key]

    document = tomlkit.parse(text)
    for inbox in document.get("inboxes", []):
        put(inbox.get("icloudpd"), programs.get(str(inbox.get("name", "")), {}))
    put(document.get("log"), {"file": log_file})
    return tomlkit.dumps(document)


EMPTY = "# Nothing is set up yet: mantelpiece --help\n"


def _edit(home: Home, change: Change, *, cut: Callable[[str], str] | None = None) -> bool:
    """Apply `change`, judge the outcome, write it; gives whether anything changed. `cut` does the same by text."""
    with locked(home.locks / "settings", "another change of the settings", wait_seconds=5):
        before = _read(home)
        old = tomllib.loads(before)
        wanted = tomllib.loads(before)
        change(wanted, dict)
        if wanted == old:
            return False
        after = _changed(before, change, wanted, cut)
        known = {problem.sentence for problem in parse_text(before).problems}
        fresh = [problem for problem in parse_text(after).problems if problem.sentence not in known]
        if fresh:
            raise UsageError(_refused(fresh[0].sentence), advice="Nothing was changed.", key=fresh[0].key)
        make_folder(home.settings.parent)
        # An empty file would count as one that a power cut emptied, and the last good settings would come back.
        write_durably(home.settings, (after if after.strip() else EMPTY).encode(), mode=0o640)
    return True


def _refused(sentence: str) -> str:
    """Without what would be used instead: nothing is."""
    told, _, instead = sentence.rpartition(". ")
    return f"{told}." if instead.endswith(" is used instead.") else sentence


def _changed(before: str, change: Change, wanted: Tree, cut: Callable[[str], str] | None) -> str:
    if cut is not None:
        after = cut(before)
        if _means(after, wanted):
            return after
    document = tomlkit.parse(before)
    try:
        change(document, tomlkit.table)
        after = tomlkit.dumps(document)
    except (TOMLKitError, TypeError, AttributeError) as error:
        raise UsageError(f"settings.toml cannot be changed from here: {error}.", advice="Edit it by hand.") from error
    if not _means(after, wanted):
        raise UsageError("settings.toml is written in a way that cannot be changed from here.",
                         advice="Edit it by hand.")  # fmt: skip
    return after


def _means(text: str, wanted: Tree) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _read(home: Home) -> str:
    try:
        text = home.settings.read_bytes().decode("utf-8-sig")
        tomllib.loads(text)
    except FileNotFoundError:
        return ""
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{home.settings} is not valid TOML: {error}.", advice="Correct it by hand first.") from error
    except OSError as error:
        raise UsageError(f"{home.settings} cannot be read: {error.strerror}.") from error
    return text


def _number_of(home: Home, section: str, name: str) -> int:
    """Where that entry stands in its list. Raises UsageError with the nearest name."""
    entries = tomllib.loads(_read(home)).get(section, [])
    names = [str(entry.get("name", "")) if isinstance(entry, dict) else "" for entry in entries]
    for number, known in enumerate(names):
        if known.casefold() == name.casefold():
            return number
    what = _NOUNS[section]
    raise UsageError(f"There is no {what} {name!r}.{did_you_mean(name, names)}")


def _refuse_pinned(home: Home, key: str) -> None:
    if key in load(home.settings).pinned:
        variable = "MANTELPIECE_" + key.replace(".", "_").upper()
        raise UsageError(f"{key} is decided by the environment variable {variable}, not by the file.")

