"""API keys, extra request headers, shared-link keys and passwords: private/secrets.toml, 0600, never in settings.

A `Secret` shows itself as *** wherever it is printed; `reveal()` is called only where it goes over the wire.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import tomlkit
from msgspec import Struct

from sync.errors import UsageError
from sync.files import write_durably


class Secret:
    """A text that must not be seen."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class ServerSecrets(Struct, frozen=True, kw_only=True):
    """What one server needs to let us in."""

    key: Secret = Secret("")
    headers: tuple[tuple[str, Secret], ...] = ()
    """Extra request headers for a gateway in front of Immich."""


class LinkSecrets(Struct, frozen=True, kw_only=True):
    """A shared link's key and password, by album name."""

    key: Secret = Secret("")
    password: Secret = Secret("")


def of_server(path: Path, name: str) -> ServerSecrets:
    """The secrets of a named server; empty ones where none are set."""
    entry = _section(_read(path), "servers", name)
    headers = entry.get("headers", {})
    pairs = headers.items() if isinstance(headers, dict) else ()
    return ServerSecrets(key=Secret(str(entry.get("key", ""))), headers=tuple((k, Secret(str(v))) for k, v in pairs))


def of_link(path: Path, album: str) -> LinkSecrets:
    """The shared link's secrets of a named album; empty ones where none are set."""
    entry = _section(_read(path), "links", album)
    return LinkSecrets(key=Secret(str(entry.get("key", ""))), password=Secret(str(entry.get("password", ""))))


def put(path: Path, section: str, name: str, **values: str | dict[str, str]) -> None:
    """Set the values of `[section.name]`, keeping the rest of the file and its comments."""
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    table = document.setdefault(section, tomlkit.table(is_super_table=True))
    entry = table.setdefault(name, tomlkit.table())
    for key, value in values.items():
        entry[key] = value
    write_durably(path, tomlkit.dumps(document).encode(), mode=0o600)


def remove(path: Path, section: str, name: str) -> None:
    """Forget `[section.name]`."""
    if not path.exists():
        return
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    if name in document.get(section, {}):
        del document[section][name]
        write_durably(path, tomlkit.dumps(document).encode(), mode=0o600)


def all_values(path: Path) -> list[str]:
    """Every secret text, for the log filter that blots them out."""
    try:
        return [value for value in _texts(_read(path)) if len(value) >= 8]
    except UsageError:
        return []


def blotted(text: str, values: Iterable[str]) -> str:
    """`text` with every secret in it replaced; also what stands behind `key=` in a URL."""
    for value in values:
        text = text.replace(value, "***")
    return re.sub(r"([?&](?:key|apiKey|password|token)=)[^&\s\"']+", r"\1***", text)


def _texts(tree: object) -> Iterable[str]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, str):
        yield tree


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # The parser's message may quote the line, and the line may be a key.
        raise UsageError(
            f"{path} is not valid TOML.", advice="Set the server up again with 'mantelpiece server add'."
        ) from error


def _section(tree: dict[str, object], section: str, name: str) -> dict[str, object]:
    table = tree.get(section, {})
    entry = table.get(name, {}) if isinstance(table, dict) else {}
    return entry if isinstance(entry, dict) else {}
