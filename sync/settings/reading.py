"""Reads settings.toml, the environment and the command line into the tree of tree.py.

`load` never raises: it gives the settings and a list of problems, each naming its key. A value that does not fit
falls back to the last good copy's value or the default; unknown keys stay in the file and are reported. Precedence:
file < environment < command line; a value from the latter two is *pinned* and shown locked.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from sync.errors import did_you_mean
from sync.settings.clashes import Problem, in_a_zone, in_reach, without_clashes
from sync.settings.ingest import Inbox
from sync.settings.tree import Album, Server, Settings, Smart
from sync.settings.writeback import Root

_PREFIX, _HOME = "MANTELPIECE_", "HOME"
_OF_A_CLUSTER = re.compile(r"(SERVICE_HOST|SERVICE_PORT|PORT)(_\w+)?")
"""What Kubernetes tells every container of a service that is called mantelpiece."""
_LISTS = ("servers", "albums", "smart", "writeback", "inboxes")


@dataclass(frozen=True)
class Loaded:
    settings: Settings
    problems: tuple[Problem, ...]
    pinned: frozenset[str]
    """Keys that the environment or the command line decides."""


def load(
    path: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    overrides: Mapping[str, str] | None = None,
    last_good: Settings | None = None,
) -> Loaded:
    """Read the file and what overrides it. Never raises; a file that cannot be read leaves `last_good`."""
    problems = unknown_variables(environ)
    fallback = last_good or Settings()
    tree = _read(path, problems)
    if tree == {} and last_good is not None and _is_blank(path):
        # What a power cut leaves of a file that an editor was saving.
        problems.append(Problem("", f"{path} is empty; the last good settings stay in use.", True))
        tree = None
    if tree is None:
        tree = msgspec.to_builtins(fallback)
    return _loaded(tree, environ, overrides or {}, fallback, problems)


def parse_text(text: str) -> Loaded:
    """What a file of this content would mean by itself, for those who are about to write it."""
    return _loaded(tomllib.loads(text), {}, {}, Settings(), [])


def _loaded(
    tree: dict[str, Any],
    environ: Mapping[str, str],
    overrides: Mapping[str, str],
    fallback: Settings,
    problems: list[Problem],
) -> Loaded:
    pinned = _pin(tree, _from_environment(environ), problems) | _pin(tree, overrides, problems)
    settings = _struct(Settings, tree, "", fallback, problems)
    settings = without_clashes(in_reach(in_a_zone(settings, fallback, problems), problems), problems)
    return Loaded(settings, tuple(problems), frozenset(pinned))


def _read(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        sentence = f"{path} cannot be read ({error.strerror}); the last good settings stay in use."
        problems.append(Problem("", sentence, True))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(Problem("", f"{path} is not valid TOML: {error}. The last good settings stay in use.", True))
    return None


def _is_blank(path: Path) -> bool:
    try:
        return not path.read_bytes().strip()
    except OSError:
        return False


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """MANTELPIECE_WALL_INTERVAL_SECONDS=10 is wall.interval_seconds; only plain keys of known sections."""
    return {key: environ[_PREFIX + name] for name, key in _variables().items() if _PREFIX + name in environ}


def _variables() -> dict[str, str]:
    return {key.replace(".", "_").upper(): key for key in _plain_keys(Settings, "")}


def unknown_variables(environ: Mapping[str, str]) -> list[Problem]:
    """Variables that look like ours and mean nothing: mistyped, what they ask for would be missed without a word."""
    names = [name.removeprefix(_PREFIX) for name in environ if name.startswith(_PREFIX)]
    known = [_HOME, *_variables()]
    return [
        Problem(
            _PREFIX + name,
            f"{_PREFIX}{name} is no variable that mantelpiece knows."
            f"{did_you_mean(name.upper(), known, before=_PREFIX)}",
        )
        for name in sorted(names) if name not in known and not _OF_A_CLUSTER.fullmatch(name)
    ]  # fmt: skip


def _plain_keys(kind: type[Struct], prefix: str) -> Iterator[str]:
    for name, hint in get_type_hints(kind).items():
        if isinstance(hint, type) and issubclass(hint, Struct):
            yield from _plain_keys(hint, f"{prefix}{name}.")
        elif name not in _LISTS:
            yield prefix + name


def _pin(tree: dict[str, Any], values: Mapping[str, str], problems: list[Problem]) -> set[str]:
    """Lay text values over the tree. A value that does not fit is a problem and pins nothing."""
    pinned = set()
    for key, text in values.items():
        try:
            value = parse_value(key, text)
        except ValueError as error:
            problems.append(Problem(key, str(error)))
            continue
        *sections, last = key.split(".")
        node = tree
        for section in sections:
            node = node.setdefault(section, {})
            if not isinstance(node, dict):
                break
        else:
            node[last] = value
            pinned.add(key)
    return pinned


def parse_value(key: str, text: str) -> Any:
    """The TOML-ready value of `text` for a plain key such as `wall.layout`. Raises ValueError with one sentence."""
    hint = plain_hint(key)
    try:
        value = msgspec.convert(text, hint, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"{key} = {text!r} cannot be used: {_reason(error, hint)}.") from error
    return msgspec.to_builtins(value)


def plain_hint(key: str) -> Any:
    """The type of a plain key. Raises ValueError that names the nearest known key."""
    keys = list(_plain_keys(Settings, ""))
    if key.partition(".")[0] in _LISTS:
        raise ValueError(f"{key} is one of several: it is changed by the verbs for them, on the page, or in the file.")
    if key not in keys:
        raise ValueError(f"There is no setting {key!r}.{did_you_mean(key, keys)}")
    kind: Any = Settings
    for part in key.split("."):
        kind = get_type_hints(kind, include_extras=True)[part]
    return kind


def choices(key: str) -> str:
    """The values that a plain key of a few words may have, for a help text."""
    return ", ".join(member.value for member in plain_hint(key))


def _reason(error: msgspec.ValidationError, hint: Any) -> str:
    choices = getattr(hint, "__members__", None)
    if choices:
        return "it must be one of " + ", ".join(member.value for member in choices.values())
    limits = _limits(hint)
    if limits is not None:
        return f"it must be {limits}"
    said = str(error).split(" - at ")[0].replace("`", "").removeprefix("Expected ").rstrip(".")
    wanted = said.split(", got ")[0]
    if "matching regex" in wanted:
        examples = hint.__metadata__[0].examples
        return f"it must look like {examples[0]}" if examples else "it must be one line of at most 2000 characters"
    for machine, person in (
        ("float", "a number"), ("int", "a whole number"), ("bool", "true or false"), ("str", "a text"),
        ("object", "a section"), ("array", "a list"), (" of length >= 1", " that is not empty"),
    ):  # fmt: skip
        wanted = wanted.replace(machine, person)
    return f"it must be {wanted}"


def _limits(hint: Any) -> str | None:
    """`a whole number from 5 to 100`, None for what is no number."""
    origin = getattr(hint, "__origin__", None)
    if origin not in (int, float):
        return None
    (meta,) = hint.__metadata__
    kind = "a whole number" if origin is int else "a number"
    return f"{kind} from {meta.ge} to {meta.le}"


def _struct(kind: Any, tree: Any, key: str, fallback: Any, problems: list[Problem]) -> Any:
    """Convert field by field, so that one bad value costs only itself."""
    hints = get_type_hints(kind, include_extras=True)
    values: dict[str, Any] = {}
    if not isinstance(tree, dict):
        problems.append(Problem(key, f"{key} must be a section ([{key}]); its defaults are used."))
        return fallback
    for unknown in tree.keys() - hints.keys():
        where = f"{key}.{unknown}".lstrip(".")
        near = [name for name in difflib.get_close_matches(unknown, list(hints), n=1, cutoff=0.5) if name not in tree]
        sentence = f"{where} is not a setting.{did_you_mean(unknown, list(hints))}"
        # [[album]] for [[albums]]: an album that nobody took out.
        loses = not key and isinstance(tree[unknown], list)
        problems.append(Problem(where, sentence, loses, instead=bool(near)))
        # What was set before stays as it was: a slip of the pen is no wish.
        values |= {name: getattr(fallback, name) for name in near if hasattr(fallback, name)}
    for name in tree.keys() & hints.keys():
        where = f"{key}.{name}".lstrip(".")
        values[name] = _value(hints[name], tree[name], where, getattr(fallback, name, None), problems)
    return kind(**values)


def _value(hint: Any, raw: Any, key: str, fallback: Any, problems: list[Problem]) -> Any:
    if hint == dict[str, Server]:
        return _servers(raw, fallback or {}, problems)
    if hint == tuple[Album, ...]:
        return _entries(Album, raw, "albums", fallback or (), problems)
    if hint == tuple[Smart, ...]:
        return _entries(Smart, raw, "smart", fallback or (), problems)
    if hint == tuple[Root, ...]:
        return _entries(Root, raw, "writeback", fallback or (), problems)
    if hint == tuple[Inbox, ...]:
        return _entries(Inbox, raw, "inboxes", fallback or (), problems)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _struct(hint, raw, key, fallback, problems)
    try:
        return msgspec.convert(raw, hint)
    except msgspec.ValidationError as error:
        shown = fallback.value if isinstance(fallback, StrEnum) else fallback
        sentence = f"{key} = {raw!r} cannot be used: {_reason(error, hint)}. {shown!r} is used instead."
        problems.append(Problem(key, sentence, instead=True))
        return fallback


def _servers(raw: Any, last: Mapping[str, Server], problems: list[Problem]) -> dict[str, Server]:
    servers: dict[str, Server] = {}
    if not isinstance(raw, dict):
        problems.append(Problem("servers", "servers must be sections such as [servers.home].", True))
        return servers
    for name, tree in raw.items():
        whole = _entry(Server, tree, f"servers.{name}", "url", last.get(name), problems)
        if whole is not None:
            servers[name] = whole
    return servers


def _entries(kind: Any, raw: Any, section: str, last: Sequence[Any], problems: list[Problem]) -> Any:
    """Albums or smart albums, each for itself; `last` are those that were good."""
    found: list[Any] = []
    known = {one.name: one for one in last}
    if not isinstance(raw, list | tuple):
        problems.append(Problem(section, f"{section} must be a list of [[{section}]] sections.", True))
        return ()
    for number, tree in enumerate(raw, start=1):
        name = tree.get("name") if isinstance(tree, dict) else None
        before = known.get(name) if isinstance(name, str) else None
        whole = _entry(kind, tree, f"{section}.{name or number}", "name", before, problems)
        if whole is not None:
            found.append(whole)
    return tuple(found)


def _entry(kind: Any, tree: Any, key: str, needed: str, before: Any, problems: list[Problem]) -> Any:
    """A server or album; without its one needed key it is left out, and said so."""
    if not isinstance(tree, dict) or not isinstance(tree.get(needed), str) or not tree[needed]:
        problems.append(Problem(key, f"{key} needs a text {needed!r}; it is left out.", True))
        return None
    return _struct(kind, tree, key, before or kind(**{needed: tree[needed]}), problems)
