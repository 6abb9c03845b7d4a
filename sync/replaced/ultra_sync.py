"""Reads the configuration of Immich Ultra-Sync, the tool that write-back replaces, as data that is never executed: INI,
`.env`, JSON, variables in the spellings that it documented and those that it read, and its flags. Says line by line
what it understood and what it dropped. Pure.
"""

from __future__ import annotations

import configparser
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.errors import UsageError, did_you_mean
from sync.replaced.lines import Lines, env_values
from sync.settings.writeback import Module

ALL = ("people", "gps", "caption", "time", "rating")
"""What `--all` meant."""

_MODULES = {f"--{name}": name for name in (*ALL, "albums")} | {"--face-coordinates": "faces"}
_SPELLINGS = {
    "PHOTO_DIR": "IMMICH_PHOTO_DIR", "LOG_FILE": "IMMICH_LOG_FILE", "IMMICH_CAPTION_MAX_LEN": "CAPTION_MAX_LEN",
    "IMMICH_URL": "IMMICH_INSTANCE_URL", "INSTANCE_URL": "IMMICH_INSTANCE_URL", "API_KEY": "IMMICH_API_KEY",
    "PATH_SEGMENTS": "IMMICH_PATH_SEGMENTS", "ASSET_BATCH_SIZE": "IMMICH_ASSET_BATCH_SIZE",
    "SEARCH_PAGE_SIZE": "IMMICH_SEARCH_PAGE_SIZE",
}  # fmt: skip
"""What it documented or its example had, and the name that it read."""
_NEEDLESS = {
    "IMMICH_PATH_SEGMENTS": "files are found by the beginning of their path, never by its end",
    "IMMICH_ASSET_BATCH_SIZE": "photos are asked for by the thousand",
    "IMMICH_SEARCH_PAGE_SIZE": "photos are asked for by the thousand",
    "IMMICH_LOG_FILE": "the log is a setting of its own: log.file",
    "IMMICH_LOG_FORMAT": "the log is a setting of its own: log.format",
    "IMMICH_STRUCTURED_LOGS": "the log is a setting of its own: log.format",
    "IMMICH_ALBUM_CACHE_TTL": "albums are compared at every run",
    "IMMICH_ALBUM_CACHE_MAX_STALE": "what is known of albums is not written once it is seven days old",
    "TZ": "a photo's own time zone is written",
    **dict.fromkeys(("FLASK_PORT", "FLASK_HOST", "FLASK_DEBUG", "FLASK_SECRET_KEY"), "the phone page has its own"),
    **dict.fromkeys(
        ("BACKUP_TARGET", "IMMICH_DB_BACKUP_DIR", "DB_HOST", "DB_PORT", "DB_USERNAME", "DB_PASSWORD", "DB_NAME",
         "KEEP_BACKUPS", "DB_BACKUP_MAX_AGE_DAYS"), "the server's own backups are not done from here"),
}  # fmt: skip
_FLAGS = {
    "--dry-run": "call 'mantelpiece writeback preview'",
    "--only-new": "only what changed is written, always",
    "--resume": "an interrupted run always goes on where it was",
    "--clear-checkpoint": "there is no checkpoint; 'mantelpiece writeback run --whole' asks for everything again",
    "--clear-album-cache": "albums are compared at every run",
    "--log-level": "the log is a setting of its own: log.level",
    "--config": "the file is the one that is read here",
    "--export-stats": "call 'mantelpiece writeback run --stats FILE.json' (or .csv)",
}
_WITH_VALUE = ("--log-level", "--config", "--export-stats")


@dataclass
class TakenOver(Lines):
    """What a configuration means here."""

    url: str = ""
    folder: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    """For the new root: modules, caption_limit, favourite_as_rating."""


def take_over(
    *, name: str = "", text: str = "", environ: Mapping[str, str] | None = None, flags: str = ""
) -> TakenOver:
    """What file, variables and flags say together; variables win, as they did. Raises UsageError."""
    taken = TakenOver()
    values = {key.upper(): value for key, value in (_read(name, text) if name else {}).items()}
    for key, value in (environ or {}).items():
        known = _SPELLINGS.get(key, key)
        if key in _SPELLINGS or known == "CAPTION_MAX_LEN" or (key.startswith("IMMICH_") and known in _KNOWN):
            values[key] = value
    for key in sorted(values):
        known = _SPELLINGS.get(key, key)
        if known != key and known in values:
            taken.drop(key, f"{known} counts, as it did before")
        else:
            _value(taken, key, known, values[key].strip())
    _flags(taken, flags)
    return taken


def _read(name: str, text: str) -> dict[str, str]:
    if name.endswith(".json"):
        return _from_json(text)
    if name.endswith(".env") or not re.search(r"^\s*\[", text, re.MULTILINE):
        return env_values(text)
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise UsageError(f"This is no INI file: {error}.") from None
    section = "immich" if parser.has_section("immich") else next(iter(parser.sections()), "")
    return dict(parser.items(section)) if section else {}


def _from_json(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"This is not JSON: {error}.") from None
    if isinstance(found, dict) and isinstance(found.get("immich"), dict):
        found = found["immich"]
    if not isinstance(found, dict):
        raise UsageError("This JSON holds no settings.")
    return {str(key): str(value) for key, value in found.items()}


_KNOWN = ("IMMICH_INSTANCE_URL", "IMMICH_API_KEY", "IMMICH_PHOTO_DIR", "CAPTION_MAX_LEN", *_NEEDLESS)


def _value(taken: TakenOver, key: str, known: str, value: str) -> None:
    if known == "IMMICH_INSTANCE_URL":
        taken.url = value.rstrip("/")
        taken.take(key, f"the server {taken.url}")
    elif known == "IMMICH_API_KEY":
        taken.drop(key, "keys are given with 'mantelpiece server add'")
    elif known == "IMMICH_PHOTO_DIR":
        taken.folder = value.rstrip("/") or "/"
        taken.take(key, f"originals lie in {taken.folder}")
    elif known == "CAPTION_MAX_LEN":
        if value.isdigit() and 1 <= int(value) <= 60000:
            taken.values["caption_limit"] = int(value)
            taken.take(key, f"captions of at most {value} characters")
        else:
            taken.drop(key, f"{value!r} is no number of characters from 1 to 60000")
    elif known in _NEEDLESS:
        taken.drop(key, _NEEDLESS[known])
    else:
        taken.drop(key, f"is not known.{did_you_mean(key, list(_KNOWN))}")


def _flags(taken: TakenOver, flags: str) -> None:
    try:
        words = shlex.split(flags)
    except ValueError as error:
        raise UsageError(f"The flags cannot be read: {error}.") from None
    chosen: list[str] = []
    rest = iter([part for word in words for part in (word.split("=", 1) if word.startswith("--") else [word])])
    for word in rest:
        if word == "--all":
            chosen += ALL
            taken.take(word, ", ".join(ALL))
        elif word in _MODULES:
            chosen.append(_MODULES[word])
            taken.take(word, _MODULES[word])
        elif word in _FLAGS:
            if word in _WITH_VALUE:
                next(rest, None)
            taken.drop(word, _FLAGS[word])
        elif word.startswith("-"):
            taken.drop(word, f"is not known.{did_you_mean(word, [*_MODULES, '--all', *_FLAGS])}")
    if not chosen:
        chosen = list(ALL)
        taken.take("no modules", f"what --all meant: {', '.join(ALL)}")
    taken.values["modules"] = [module.value for module in Module if module.value in chosen]
    if "rating" in chosen:
        taken.values["favourite_as_rating"] = True
        taken.take("rating", "favourites without stars get five, as they did; unrated photos now get no tag")
