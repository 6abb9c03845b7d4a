"""Changes the file settings.toml: one change at a time (locks/settings), judged first, then written whole.

Where a change would bring a problem that was not there, UsageError says which, and the file stays as it was to the
byte. Comments and keys that it does not concern stay. Called by edit.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from sync.errors import UsageError, did_you_mean
from sync.files import locked, make_folder, write_durably
from sync.home import Home
from sync.settings.cut import without_entry
from sync.settings.reading import parse_text
from sync.settings.text import Tree, inline

Change = Callable[[Tree, Callable[[], Any]], None]
"""Changes a tree in place; the second argument makes an empty section of its kind. Called for a plain tree too."""
_NOUNS = {"albums": "album", "smart": "smart album", "writeback": "root", "inboxes": "inbox"}
_EMPTY = "# Nothing is set up yet: mantelpiece --help\n"


def append(home: Home, section_name: str, values: Tree) -> None:
    """Add an entry at the end of a list, which may be written as sections or in one line."""

    def change(tree: Tree, section: Callable[[], Any]) -> None:
        plain = section is dict
        if section_name not in tree:
            tree[section_name] = [] if plain else tomlkit.aot()
        listed = tree[section_name]
        entry = tomlkit.inline_table() if isinstance(listed, tomlkit.items.Array) else section()
        for key, value in values.items():
            entry[key] = value if plain else inline(value)
        listed.append(entry)

    edit(home, change)


def change_entry(home: Home, section: str, name: str, values: Tree) -> None:
    """Set the given values of an entry of a list; None takes a value out. UsageError names the nearest entry."""
    number = _number_of(home, section, name)

    def change(tree: Tree, make: Callable[[], Any]) -> None:
        entry = tree[section][number]
        for key, value in values.items():
            if value is not None:
                entry[key] = value if make is dict else inline(value)
            elif key in entry:
                del entry[key]

    edit(home, change)


def remove_entry(home: Home, section: str, name: str) -> None:
    """Take an entry out of a list, its comments with it. UsageError names the nearest entry."""
    number = _number_of(home, section, name)

    def change(tree: Tree, _section: Callable[[], Any]) -> None:
        del tree[section][number]
        if not tree[section]:
            del tree[section]

    edit(home, change, cut=lambda text: without_entry(text, section, number))


def edit(home: Home, change: Change, *, cut: Callable[[str], str] | None = None) -> bool:
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
        write_durably(home.settings, (after if after.strip() else _EMPTY).encode(), mode=0o640)
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
