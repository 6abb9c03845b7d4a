"""API keys, extra request headers, shared-link keys and passwords: private/secrets.toml, 0600, never in settings.

A `Secret` shows itself as *** wherever it is printed; `reveal()` is called only where it goes over the wire.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

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


class NoticeSecrets(Struct, frozen=True, kw_only=True):
    """What notices need: the mail server's password, and the webhook's address, which often holds a key itself."""

    mail_password: Secret = Secret("")
    webhook: Secret = Secret("")
    headers: tuple[tuple[str, Secret], ...] = ()
    """Extra request headers of the webhook."""


CANDIDATES = "candidates"
"""The section of what is only being tried."""
TRIAL_SECONDS = 3600.0
"""A trial that nobody took further for so long is over."""


def of_server(path: Path, name: str, *, section: str = "servers") -> ServerSecrets:
    """The secrets of a named server; empty ones where none are set."""
    entry = _section(_read(path), section, name)
    return ServerSecrets(key=Secret(str(entry.get("key", ""))), headers=_headers(entry))


def of_link(path: Path, album: str, *, section: str = "links") -> LinkSecrets:
    """The shared link's secrets of a named album; empty ones where none are set."""
    entry = _section(_read(path), section, album)
    return LinkSecrets(key=Secret(str(entry.get("key", ""))), password=Secret(str(entry.get("password", ""))))


def of_notices(path: Path) -> NoticeSecrets:
    """The secrets of notices; empty ones where none are set."""
    tree = _read(path)
    mail, webhook = _section(tree, "notices", "mail"), _section(tree, "notices", "webhook")
    return NoticeSecrets(
        mail_password=Secret(str(mail.get("password", ""))),
        webhook=Secret(str(webhook.get("address", ""))),
        headers=_headers(webhook),
    )


def of_broker(path: Path) -> Secret:
    """The MQTT broker's password; empty while none is set."""
    return Secret(str(_section(_read(path), "mqtt", "broker").get("password", "")))


def password_hash(path: Path) -> str:
    """The hash of the phone page's password; empty while none is set."""
    return str(_section(_read(path), "admin", "password").get("hash", ""))


def put(path: Path, section: str, name: str, **values: str | int | dict[str, str]) -> None:
    """Set the values of `[section.name]`, keeping the rest of the file and its comments."""
    import tomlkit  # Only writers need it; every job's process would pay for it.

    with _alone(path):
        document = _document(path)
        table = document.setdefault(section, tomlkit.table(is_super_table=True))
        entry = table.setdefault(name, tomlkit.table())
        for key, value in values.items():
            entry[key] = value
        write_durably(path, tomlkit.dumps(document).encode(), mode=0o600)


def remove(path: Path, section: str, name: str) -> None:
    """Forget `[section.name]`."""
    if name not in _section(_read(path), section):
        return
    import tomlkit

    with _alone(path):
        document = _document(path)
        if name in document.get(section, {}):
            del document[section][name]
            write_durably(path, tomlkit.dumps(document).encode(), mode=0o600)


@contextmanager
def candidate(path: Path, *, stays: bool = False, **values: str | dict[str, str]) -> Iterator[str]:
    """Keep what is only being tried under a name of its own, which is given; forgotten at the end. Where it `stays`,
    for a trial that goes on, only what fails forgets it."""
    sweep_candidates(path)
    name = f"trial-{uuid4().hex[:16]}"
    put(path, CANDIDATES, name, **values, tried_at=int(time.time()))
    try:
        yield name
    except BaseException:
        stays = False
        raise
    finally:
        if not stays:
            remove(path, CANDIDATES, name)


def sweep_candidates(path: Path) -> None:
    """Forget what somebody tried and left. A clock that was set meanwhile makes a trial old, never young."""
    now = time.time()
    for name, entry in _section(_read(path), CANDIDATES).items():
        tried_at = entry.get("tried_at") if isinstance(entry, dict) else None
        if not isinstance(tried_at, int) or abs(now - tried_at) > TRIAL_SECONDS:
            remove(path, CANDIDATES, name)


def all_values(path: Path) -> list[str]:
    """Every secret text, for the log filter that blots them out."""
    try:
        return [value for value in _texts(_read(path)) if len(value) >= 8]
    except UsageError:
        return []


def blotted(text: str, values: Iterable[str]) -> str:
    """`text` with every secret in it replaced; also what stands behind `key=` in a URL."""
    # The longest first: one secret may begin another, whose rest would stay. Also as a URL or JSON writes it.
    forms = {form for value in values for form in (value, quote(value, safe=""), json.dumps(value)[1:-1])}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "***")
    return re.sub(r"([?&](?:key|apiKey|password|token)=)[^&\s\"']+", r"\1***", text)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One writer at a time, of all threads and processes: each writes the whole file, and would bring back what the
    other changed meanwhile: a key that was just forgotten, or yesterday's password."""
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _headers(entry: dict[str, object]) -> tuple[tuple[str, Secret], ...]:
    headers = entry.get("headers", {})
    pairs = headers.items() if isinstance(headers, dict) else ()
    return tuple((name, Secret(str(value))) for name, value in pairs)


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
    except PermissionError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", advice="Run this as its owner.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # The parser's message may quote the line, and the line may be a key: nothing of it is chained either.
        raise UsageError(
            f"{path} is not valid TOML.", advice="Correct it, or remove it and set the servers up again."
        ) from None


def _document(path: Path) -> Any:
    import tomlkit

    _read(path)
    return tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()


def _section(tree: dict[str, object], *names: str) -> dict[str, object]:
    entry: object = tree
    for name in names:
        entry = entry.get(name, {}) if isinstance(entry, dict) else {}
    return entry if isinstance(entry, dict) else {}
