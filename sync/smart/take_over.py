"""Reads the files of the two replaced tools, as data that is never executed: `local_settings.py` or JSON with
SYNC_CONFIGS, and the people-to-album script's `.env`. Says line by line what it understood and what it dropped. Pure.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sync.errors import RuleError, UsageError, did_you_mean
from sync.replaced.lines import Lines, env_values
from sync.smart.explain import explain
from sync.smart.flat import parse_flat
from sync.smart.parse import parse

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SWITCH, _PASSWORD = "ENABLE_EMAIL_ON_ERROR", "EMAIL_PASSWORD"
_MAIL = {
    "EMAIL_SMTP_SERVER": "mail_host", "EMAIL_SMTP_PORT": "mail_port", "EMAIL_USERNAME": "mail_user",
    "EMAIL_FROM": "mail_from", "EMAIL_TO": "mail_to",
}  # fmt: skip
"""The replaced tool's names, and ours below `notices`."""
_NEEDLESS = {"MAX_CONCURRENT_REQUESTS": "how many requests go at once is a setting of the server here"}
_SECRETS = ("API_KEY", "IMMICH_API_KEY")
_URLS = ("IMMICH_BASE_URL",)


@dataclass
class TakenOver(Lines):
    """What a file means here."""

    url: str = ""
    """The server's address in the file."""
    smart: list[dict[str, Any]] = field(default_factory=list)
    """Entries for the settings, without their server."""
    notices: dict[str, str] = field(default_factory=dict)
    """Settings of notices, as texts."""
    mail_password: str = field(default="", repr=False)


def read_file(name: str, text: str) -> TakenOver:
    """The file's content by its name's ending. Raises UsageError where it cannot be read at all."""
    if name.endswith(".py"):
        return _settings(_from_python(text))
    if name.endswith(".json"):
        return _settings(_from_json(text))
    return _environment(env_values(text))


def _from_python(text: str) -> dict[str, Any]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"This is not Python: {error}.") from None
    values: dict[str, Any] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and names:
            try:
                value = ast.literal_eval(node.value)
            except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                value = _NotData(node.lineno)
            values |= dict.fromkeys(names, value)
        elif not isinstance(node, ast.Import | ast.ImportFrom | ast.Pass | ast.Expr):
            # What it adds or decides is missing here, and somebody counts on it.
            values[f"{' and '.join(names) or 'a statement'} in line {node.lineno}"] = _NotData(node.lineno)
    return values


@dataclass(frozen=True)
class _NotData:
    line: int


def _from_json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"This is not JSON: {error}.") from None
    return found if isinstance(found, dict) else {"SYNC_CONFIGS": found}


def _settings(values: dict[str, Any]) -> TakenOver:
    taken = TakenOver()
    for name, value in values.items():
        if isinstance(value, _NotData):
            taken.drop(name, f"line {value.line} is not plain data, and nothing of the file is executed")
        elif name == "SYNC_CONFIGS":
            _configs(taken, value)
        elif name not in (_SWITCH, _PASSWORD, *_MAIL):
            _plain(taken, name, value, known=["SYNC_CONFIGS", *_URLS, *_SECRETS, *_NEEDLESS, *_MAIL])
    _mail(taken, {name: value for name, value in values.items() if not isinstance(value, _NotData)})
    if "SYNC_CONFIGS" not in values:
        raise UsageError("The file has no SYNC_CONFIGS.")
    return taken


def _mail(taken: TakenOver, values: dict[str, Any]) -> None:
    """Its mails on errors become notices, where it sent any: it spoke TLS from the first byte, and nothing else."""
    given = {name: str(values[name]).strip() for name in _MAIL if values.get(name) not in (None, "")}
    if not given and _PASSWORD not in values and _SWITCH not in values:
        return
    if values.get(_SWITCH) is False or not {"EMAIL_TO", "EMAIL_SMTP_SERVER"} <= given.keys():
        why = "was off" if values.get(_SWITCH) is False else "has nobody to go to, or no server"
        taken.drop("mail on errors", f"it {why}; see 'mantelpiece notices --help'")
        return
    port = given.setdefault("EMAIL_SMTP_PORT", "465")
    taken.notices = {_MAIL[name]: value for name, value in given.items()} | {"mail_security": "tls"}
    taken.take("mail on errors", f"notices go to {given['EMAIL_TO']} by {given['EMAIL_SMTP_SERVER']}:{port}, over TLS")
    if values.get(_PASSWORD):
        taken.mail_password = str(values[_PASSWORD])
        taken.take(_PASSWORD, "is kept among the secrets")


def _plain(taken: TakenOver, name: str, value: Any, *, known: list[str]) -> None:
    if name in _URLS:
        taken.url = str(value).strip().rstrip("/")
        taken.take(name, f"the server {taken.url}")
    elif name in _SECRETS:
        taken.drop(name, "keys are given with 'mantelpiece server add'")
    elif name in _NEEDLESS:
        taken.drop(name, _NEEDLESS[name])
    else:
        taken.drop(name, f"is not known.{did_you_mean(name, known)}")


def _configs(taken: TakenOver, configs: Any) -> None:
    if not isinstance(configs, list | tuple):
        raise UsageError("SYNC_CONFIGS must be a list.")
    for number, entry in enumerate(configs, start=1):
        name = entry.get("name") if isinstance(entry, dict) else None
        what = f"album {name!r}" if isinstance(name, str) and name else f"entry {number}"
        if not isinstance(entry, dict) or not isinstance(name, str) or not name.strip():
            taken.drop(what, "has no name")
            continue
        filters = entry.get("filters")
        try:
            rule = parse_flat(filters)
        except RuleError as error:
            taken.drop(what, error.sentence)
            continue
        for key in entry.keys() - {"name", "filters"}:
            taken.drop(f"{what}, {key!r}", "is not known")
        listed = list(filters) if isinstance(filters, list | tuple) else []
        taken.smart.append({"name": name.strip(), "filters": [_without_none(one) for one in listed]})
        taken.take(what, f"{explain(rule)}; what is in the album already counts as put in by you, and stays")


def _without_none(one: dict[str, Any]) -> dict[str, Any]:
    """TOML has no null: a filter without `val` means the same."""
    kept = {key: value for key, value in one.items() if value is not None}
    return {key: list(value) if isinstance(value, tuple | set) else value for key, value in kept.items()}


def _environment(values: dict[str, str]) -> TakenOver:
    taken = TakenOver()
    readers: dict[str, Callable[[str], Any]] = {
        "IMMICH_PERSONS": _split, "IMMICH_NAME_FILTERS": _split, "IMMICH_ALBUM_ID": str.lower,
        "SYNC_INTERVAL_SECONDS": _minutes,
    }  # fmt: skip
    read = {name: reader(values[name].strip()) for name, reader in readers.items() if name in values}
    for name, value in values.items():
        if name not in readers:
            _plain(taken, name, value, known=[*readers, *_URLS, *_SECRETS])
    album, people = read.get("IMMICH_ALBUM_ID", ""), read.get("IMMICH_PERSONS", [])
    if not _ID.fullmatch(album):
        raise UsageError("IMMICH_ALBUM_ID is missing, or is no id of an album.")
    taken.take("IMMICH_ALBUM_ID", f"the album {album}; photos are only added to it, as before")
    if not people:
        raise UsageError("IMMICH_PERSONS names nobody, and so nothing was ever put into the album.")
    rule: dict[str, Any] = {"people": people}
    if read.get("IMMICH_NAME_FILTERS"):
        rule["file_name"] = read["IMMICH_NAME_FILTERS"]
        taken.take("IMMICH_NAME_FILTERS", ", ".join(rule["file_name"]))
    minutes = read.get("SYNC_INTERVAL_SECONDS", 60)
    if "SYNC_INTERVAL_SECONDS" in read:
        taken.take("SYNC_INTERVAL_SECONDS", f"every {minutes:g} minutes")
    taken.take("IMMICH_PERSONS", explain(parse(rule)))
    name = " and ".join(people)
    taken.smart.append({"name": name, "album": album, "mode": "add", "interval_minutes": minutes, "rule": rule})
    return taken


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _minutes(text: str) -> float:
    """As that script: an hour where it is no number above 0. At least one minute, at most a week."""
    seconds = int(text) if text.isdigit() and int(text) > 0 else 3600
    minutes = min(max(seconds / 60, 1.0), 10080.0)
    return int(minutes) if minutes == int(minutes) else round(minutes, 2)
