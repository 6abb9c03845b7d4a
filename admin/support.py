"""The support bundle: what somebody who helps from afar needs to know, without secrets and addresses.

A zip of plain texts. Everything in it passes `Blotter`: keys, passwords, host names, network and mail addresses go.
"""

from __future__ import annotations

import re
import socket
import zipfile
from collections.abc import Mapping
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from admin.context import Context, ServiceAway
from sync import secrets
from sync.errors import UsageError
from sync.library import albums, held, memberships, runs, servers
from sync.library.database import Library

_TAIL_BYTES = 300_000
_MOST_RUNS = 200
_MAYBE_ADDRESS = re.compile(r"(?i)(?<![\w:.])(?:[0-9a-f]{0,4}:[0-9a-f:.]{1,45}|\d{1,3}(?:\.\d{1,3}){3})(?!\w)")
_PLAIN = (
    (re.compile(r"(?i)\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b"), "<address>"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<mail>"),
    (re.compile(r"(https?://)[^\s/\"'<>]+"), r"\1<host>"),
    (re.compile(r"/share/[^\s/\"'?]+"), "/share/***"),
    (re.compile(r"/home/[^/\s\"']+"), "/home/<user>"),
)


class Blotter:
    """Takes out of texts what nobody else needs to know."""

    def __init__(self, context: Context) -> None:
        self._secrets = secrets.all_values(context.home.secrets)
        hosts = {urlsplit(server.url).hostname or "" for server in context.settings.servers.values()}
        hosts |= {socket.gethostname(), *context.settings.admin.names.split()}
        hosts |= {context.settings.mqtt.host, context.settings.notices.mail_host, _host_of_webhook(context)}
        self._hosts = sorted((host for host in hosts if len(host) > 2), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        text = secrets.blotted(text, self._secrets)
        for pattern, instead in _PLAIN:
            text = pattern.sub(instead, text)
        text = _MAYBE_ADDRESS.sub(_without_address, text)
        for host in self._hosts:
            text = re.sub(rf"(?i)(?<![\w-]){re.escape(host)}(?![\w-])", "<host>", text)
        return text


def _host_of_webhook(context: Context) -> str:
    try:
        return urlsplit(secrets.of_notices(context.home.secrets).webhook.reveal()).hostname or ""
    except ValueError:
        return ""


def _without_address(found: re.Match[str]) -> str:
    """A time of day looks like the beginning of an address, and is none."""
    written = found[0].rstrip(".:") if not found[0].endswith("::") else found[0]
    try:
        ip_address(written)
    except ValueError:
        return found[0]
    return "<address>" + found[0][len(written) :]


def bundle(context: Context, device: Mapping[str, Any]) -> bytes:
    """The zip; `device` is what the page knows of the machine."""
    blot = Blotter(context)
    files = {
        "device.json": _json(device),
        "problems.txt": "\n".join(problem.sentence for problem in context.loaded().problems),
        "settings.toml": _text(context.home.settings),
        "wall.json": _json(_wall(context)),
        "log.txt": _tail(context.settings.log.file),
    }
    try:
        with context.library() as library:
            files |= {"library.json": _json(_library(context, library)),
                      "runs.json": _json(runs.history(library, limit=_MOST_RUNS))}  # fmt: skip
    except ServiceAway as error:
        files["library.json"] = _json({"problem": str(error)})
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, blot(content))
    return whole.getvalue()


def _wall(context: Context) -> dict[str, Any]:
    """How the wall does; not what hangs there."""
    now = context.now() or {}
    return {name: now.get(name) for name in ("showing", "paused", "photos", "display", "problems")}


def _library(context: Context, library: Library) -> dict[str, Any]:
    return {
        "servers": [
            {"name": row.name, "version": row.version, "problem": row.problem} for row in servers.every(library)
        ],
        "albums": [{"row": row, "here": memberships.count(library, row.name)} for row in albums.every(library)],
        "held": [{"album": row.album, "photos": len(row.photos), "reason": row.reason} for row in held.every(library)],
        "service": context.service_runs(),
    }


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=str)).decode()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (OSError, UsageError) as error:
        return str(error)


def _tail(path: str) -> str:
    if not path:
        return "The log goes to the system's journal."
    try:
        with Path(path).open("rb") as file:
            file.seek(max(0, Path(path).stat().st_size - _TAIL_BYTES))
            return file.read().decode(errors="replace")
    except OSError as error:
        return str(error)
